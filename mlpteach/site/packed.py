"""A dashboard as a file that a page unpacks: what a saved dashboard holds, without the page.

Named ``.packed`` rather than ``.gz``, which some servers would let the browser unpack.

Compressed with gzip: the length of the JSON text (4 bytes, little-endian), the text, filled up with
spaces to whole 8 bytes, the numbers (64-bit floats), and the frames as ``saved.py`` packs them.
"""

import base64
import gzip
import json

from mlpteach.player.core import Core
from mlpteach.player.saved import fitting_frames

# So that a page that is opened on the way home does not wait for one dashboard.
FRAME_BYTES = 700_000


def pack(core: Core, saved: bool | str) -> bytes:
    """Return the file of a dashboard.

    Parameters
    ----------
    core : Core
    saved : bool or str
        True where no Python can be woken, "asleep" where it can.
    """
    frames, held = fitting_frames(core.show.frames, FRAME_BYTES)
    position = core.position
    state = {
        "spec": {**core.spec, "saved": saved, "held": held, "position": position},
        "position": position,
        "pictures": core.pictures(),
        "numbers": len(core.numbers),
    }
    text = json.dumps(state, sort_keys=True).encode()
    text += b" " * (-(4 + len(text)) % 8)
    planes = gzip.decompress(base64.b64decode(frames))
    whole = len(text).to_bytes(4, "little") + text + core.numbers + planes
    return gzip.compress(whole, 9, mtime=0)
