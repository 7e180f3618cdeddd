"""A dashboard as one HTML file that plays without network and without Python.

The file holds the page's own code and style, and the buffers compressed: the browser unpacks them
itself. Numbers of the frames keep 40 of their 64 bits, about nine digits over the full range.
"""

import base64
import gzip
import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlpteach.basics.arrays import FloatArray
from mlpteach.player.page_source import MODULE, SAVED, STYLE
from mlpteach.player.planes import FRAME_BYTES, to_planes
from mlpteach.views.frames import Frames, spread
from mlpteach.views.panels import Show

# The page with its pictures stays below 3 MB.
PAGE_BYTES = 2_950_000


class History(NamedTuple):
    """What a page holds of one state of the controls."""

    spec: dict[str, Any]
    show: Show
    numbers: bytes
    pictures: dict[str, Any]
    position: dict[str, int]


def write(path: Path, shown: History, steps: Sequence[History | None] = ()) -> Path:
    """Write the page to `path` and return the path.

    Parameters
    ----------
    path : Path
    shown : History
        What it opens with.
    steps : sequence of (History or None)
        Of the guided steps. A step is left out where its history takes more than its share of half
        of the page; the page then says that it needs Python.
    """
    held = list(range(1, shown.spec["steps"] + 1))
    spec = {**shown.spec, "saved": True, "chosen": None, "held": held}
    state = {"spec": spec, "position": shown.position, "pictures": dict(shown.pictures)}
    for step in filter(None, steps):
        state["pictures"] |= step.pictures
    fixed = _TEMPLATE + MODULE + STYLE + SAVED + _script(state) + _packed(shown.numbers)
    room = PAGE_BYTES - len(fixed.encode())
    packed_steps = _script(_packed_steps(shown, steps, room // 2))
    frames, spec["held"] = fitting_frames(shown.show.frames, room - len(packed_steps))
    parts = {
        "TITLE": html.escape(spec["title"]),
        "STYLE": STYLE,
        "STATE": _script(state),
        "NUMBERS": _packed(shown.numbers),
        "FRAMES": frames,
        "STEPS": packed_steps,
        "MODULE": MODULE,
        "SAVED": SAVED,
    }
    # All at once: a title or a label may hold the mark of another part.
    page = re.sub(r"@([A-Z]+)@", lambda mark: parts[mark[1]], _TEMPLATE)
    path.write_text(page, encoding="utf-8")
    return path


def _packed_steps(shown, steps, room):
    """Return for each guided step what the page needs to take it; None where that needs Python."""
    packed = []
    for i, step in enumerate(steps):
        packed.append(_packed_step(shown, step, room // (len(steps) - i)))
        room -= len(_script(packed[-1]))
    return packed


def _packed_step(shown, step, room):
    if step is None:
        return None
    if step.show is shown.show:
        return {"spec": {"guided": step.spec["guided"]}, "position": step.position}
    spec = {name: value for name, value in step.spec.items() if value != shown.spec.get(name)}
    spec["chosen"] = None
    packed = {"spec": spec, "position": step.position, "numbers": _packed(step.numbers)}
    left = room - len(_script(packed))
    if left < 0:
        return None
    packed["frames"], spec["held"] = fitting_frames(step.show.frames, left)
    return packed if len(packed["frames"]) <= left else None


def _script(state):
    """Return plain data as JSON that can stand in a script element."""
    return json.dumps(state).replace("<", "\\u003c")


def _packed(data):
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()


def pack_frames(frames: FloatArray) -> str:
    """Return frames, 64-bit floats, as compressed text: byte planes of their upper 40 bits."""
    return _packed(to_planes(frames))


def fitting_frames(frames: Frames | None, room: int) -> tuple[str, list[int]]:
    """Return as many frames as `room` bytes of the page hold, packed, and their steps."""
    if frames is None:
        return _packed(b""), []
    # Compressed they take less than half of their size; what is too much is thinned out.
    held = thinned(frames.steps, max(2, 2 * room // (FRAME_BYTES * frames.size)))
    packed = pack_frames(frames.at(held))
    while len(packed) > room and len(held) > 2:
        held = thinned(frames.steps, max(2, int(len(held) * 0.95 * room / len(packed))))
        packed = pack_frames(frames.at(held))
    return packed, held


def thinned(steps: int, count: int) -> list[int]:
    """Return about `count` of the steps: half of them at the start without a gap, then spread.

    Examples
    --------
    >>> thinned(20, 8)
    [1, 2, 3, 4, 8, 12, 16, 20]
    """
    if steps <= count:
        return list(range(1, steps + 1))
    dense = count // 2
    later = [dense - 1 + k for k in spread(steps - dense + 1, 1, count - dense + 1)]
    return sorted({*range(1, dense + 1), *later} - {0})


_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>@TITLE@</title>
<style>
body { margin: 0; padding: 0 8px; background: Canvas; }
@STYLE@
</style>
</head>
<body>
<main id="dashboard"></main>
<script type="application/json" id="state">@STATE@</script>
<script type="text/plain" id="numbers">@NUMBERS@</script>
<script type="text/plain" id="frames">@FRAMES@</script>
<script type="application/json" id="steps">@STEPS@</script>
<script type="module">
@MODULE@

@SAVED@
</script>
</body>
</html>
"""
