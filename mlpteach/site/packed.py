"""A dashboard as files that a page unpacks: what a saved dashboard holds, without the page.

A page plays from the first file, which is small; the second brings what it left out, pictures and
frames. Where no Python can be woken there is a file for each guided step besides. All are named
``.packed`` rather than ``.gz``, which some servers would let the browser unpack.

Compressed with gzip: the length of the JSON text (4 bytes, little-endian), the text, filled up with
spaces to whole 8 bytes, the numbers (64-bit floats), and the frames as ``saved.py`` packs them.
"""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any

from mlpteach.player.core import Core
from mlpteach.player.saved import History, fitting_frames

# So that a page that is opened on the way home does not wait for one dashboard.
FRAME_BYTES = 700_000
# What is there before the first picture; enough frames to play the first steps of most.
FIRST_FRAME_BYTES = 14_000
STEP_FRAME_BYTES = 150_000


@dataclass(frozen=True)
class Packed:
    """The files of a dashboard.

    Attributes
    ----------
    first, rest : bytes
    steps : list of (bytes or None)
        Of the guided steps; None where one can't be computed, or measures the computer. Empty where
        Python can be woken.
    """

    first: bytes
    rest: bytes
    steps: list[bytes | None]


def pack(core: Core, wakes: bool) -> Packed:
    """Return the files of a dashboard.

    Parameters
    ----------
    core : Core
    wakes : bool
        Whether the page can wake Python up.
    """
    pictures = core.pictures()
    small, held = fitting_frames(core.show.frames, FIRST_FRAME_BYTES)
    state = {
        "spec": {**core.spec, "saved": "asleep" if wakes else True, "chosen": None, "held": held},
        "position": core.position,
        "pictures": {key: {**one, "data": ""} for key, one in pictures.items()},
    }
    frames, all_held = fitting_frames(core.show.frames, FRAME_BYTES)
    rest = {"held": all_held, "pictures": pictures}
    steps = [] if wakes else [_pack_step(core, step) for step in core.guided_histories()]
    return Packed(pack_file(state, core.numbers, small), pack_file(rest, b"", frames), steps)


def _pack_step(core: Core, step: History | None) -> bytes | None:
    """Return what a page needs to take a step: of a history that it shows, only the words."""
    if step is None or _is_measured(step):
        return None
    state = {"position": step.position}
    if step.show is core.show:
        return pack_file({**state, "spec": {"guided": step.spec["guided"]}})
    frames, held = fitting_frames(step.show.frames, STEP_FRAME_BYTES)
    spec = {**step.spec, "saved": True, "chosen": None, "held": held}
    return pack_file({**state, "spec": spec, "pictures": step.pictures}, step.numbers, frames)


def _is_measured(step):
    """Whether a step shows how long runs take: on the reader's computer, not on this one."""
    return "seconds" in step.spec["values"].values()


def pack_file(state: dict[str, Any], numbers: bytes = b"", frames: str = "") -> bytes:
    """Return one file.

    Parameters
    ----------
    state : dict
        Plain data.
    numbers : bytes
        64-bit floats.
    frames : str
        As :func:`~mlpteach.player.saved.pack_frames` returns them.
    """
    text = json.dumps({**state, "numbers": len(numbers)}, sort_keys=True).encode()
    text += b" " * (-(4 + len(text)) % 8)
    planes = gzip.decompress(base64.b64decode(frames)) if frames else b""
    return gzip.compress(len(text).to_bytes(4, "little") + text + numbers + planes, 9, mtime=0)
