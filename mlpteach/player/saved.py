"""A dashboard as one HTML file that plays without network and without Python.

The file holds the page's own code and style, and the buffers compressed: the browser unpacks them
itself. Numbers of the frames keep 40 of their 64 bits, about nine digits over the full range.
"""

import base64
import gzip
import html
import json
import re
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.player.page_source import MODULE, STYLE
from mlpteach.views.frames import Frames, spread
from mlpteach.views.panels import Show

# The page with its pictures stays below 3 MB.
PAGE_BYTES = 2_950_000
_FRAME_BYTES = 5  # of each 64-bit float


def write(
    path: str | PathLike[str],
    spec: dict[str, Any],
    show: Show,
    numbers: bytes,
    pictures: dict[str, Any],
) -> Path:
    """Write the page to `path` and return the path.

    Parameters
    ----------
    path : str or Path
    spec : dict
        As it travels to a live page, with "position".
    show : Show
    numbers : bytes
    pictures : dict
    """
    path = Path(path)
    state = {
        "spec": {**spec, "saved": True, "held": list(range(1, spec["steps"] + 1))},
        "position": spec["position"],
        "pictures": pictures,
    }
    fixed = _TEMPLATE + MODULE + STYLE + _script(state) + _packed(numbers)
    frames, held = fitting_frames(show.frames, PAGE_BYTES - len(fixed.encode()))
    state["spec"]["held"] = held
    parts = {
        "TITLE": html.escape(spec["title"]),
        "STYLE": STYLE,
        "STATE": _script(state),
        "NUMBERS": _packed(numbers),
        "FRAMES": frames,
        "MODULE": MODULE,
    }
    # All at once: a title or a label may hold the mark of another part.
    page = re.sub(r"@([A-Z]+)@", lambda mark: parts[mark[1]], _TEMPLATE)
    path.write_text(page, encoding="utf-8")
    return path


def _script(state):
    """Return plain data as JSON that can stand in a script element."""
    return json.dumps(state).replace("<", "\\u003c")


def _packed(data):
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()


def pack_frames(frames: FloatArray) -> str:
    """Return frames, 64-bit floats, as compressed text: byte planes of their upper 40 bits.

    Rounded to nearest, so that about nine digits stay; equal bytes of neighbours stand together.
    """
    bits = np.ascontiguousarray(frames, dtype="<f8").view(np.uint64).ravel()
    kept = np.where(np.isfinite(frames).ravel(), bits + np.uint64(1 << 23), bits)
    planes = kept.astype("<u8").view(np.uint8).reshape(-1, 8)[:, 8 - _FRAME_BYTES :].T
    return _packed(np.ascontiguousarray(planes).tobytes())


def fitting_frames(frames: Frames | None, room: int) -> tuple[str, list[int]]:
    """Return as many frames as `room` bytes of the page hold, packed, and their steps."""
    if frames is None:
        return _packed(b""), []
    # Compressed they take less than half of their size; what is too much is thinned out.
    held = thinned(frames.steps, max(2, 2 * room // (_FRAME_BYTES * frames.size)))
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
body { margin: 12px 20px; background: Canvas; }
@STYLE@
</style>
</head>
<body>
<main id="dashboard"></main>
<script type="application/json" id="state">@STATE@</script>
<script type="text/plain" id="numbers">@NUMBERS@</script>
<script type="text/plain" id="frames">@FRAMES@</script>
<script type="module">
@MODULE@

async function unpack(id) {
  const packed = new Blob([bytesOf(document.getElementById(id).textContent)]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Byte planes of the upper 40 bits back to 64-bit floats.
function unplane(planes) {
  const count = planes.length / 5;
  const bytes = new Uint8Array(8 * count);
  for (let plane = 0; plane < 5; plane++)
    for (let i = 0; i < count; i++) bytes[8 * i + 3 + plane] = planes[plane * count + i];
  return new DataView(bytes.buffer);
}

const state = JSON.parse(document.getElementById("state").textContent);
const numbers = await unpack("numbers");
state.numbers = new DataView(numbers.buffer);
state.frames = unplane(await unpack("frames"));
const model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; },
  save_changes() {}, on() {}, off() {}, send() {},
};
render({ model, el: document.getElementById("dashboard") });
</script>
</body>
</html>
"""
