"""Runs of frames as bytes: of each field what a page shows of it, and the chosen entries exactly.

A map shows 256 colours, images likewise, a ledger the numbers of one entry of each field. So of a
field that is only seen as a map a byte an entry travels, and of one that is not seen at all but for
its chosen entry nothing else.

A run of n frames with F fields is:

- a byte a field, and zeros to whole 8 bytes: 1 where its planes hold what differs from the frame
  before, 2 where a plane of ones, for numbers, and zeros, for NaN, stands before the others; 3 for
  both;
- (n, F) 64-bit floats: the chosen entry of each field, NaN where it has none there;
- of each field its byte planes (n, rows, columns), the lowest first, as many as :data:`PLANES`
  says.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.views.frames import Frames
from mlpteach.views.image_panels import Images
from mlpteach.views.layers import Bars, Points, Raster
from mlpteach.views.panels import Diagram, Heat, Ledger, Matrices, Plot, Show

# Bytes of an entry: the level of a map's colour; three levels packed in a number; the upper ones of
# a 64-bit float, for what is drawn to scale and for nine digits, or all; nothing where only the
# chosen entry is written.
PLANES = {"levels": 1, "packed": 3, "drawn": 3, "rounded": 5, "numbers": 8, "entry": 0}
# Numbers of a frame of more bytes than these travel rounded, to about nine digits.
LARGE = 160_000
# Frames that are asked for at once, before they are compressed to half of it or less: what a
# notebook does about a message costs more than what is in it.
RUN_BYTES = 400_000

_DIFFERS, _GAPS = 1, 2


def seen_fields(show: Show) -> dict[str, dict[str, Any]]:
    """Return how each field of a show's frames travels: its "kind", of levels also their scale."""
    assert show.frames is not None
    exact = "rounded" if is_large(show.frames) else "numbers"
    seen: dict[str, dict[str, Any]] = {}
    for panel in show.panels:
        if isinstance(panel, Heat):
            scale = {name: getattr(panel, name) for name in ("limit", "gamma", "colors")}
            same = seen.setdefault(panel.field, {"kind": "levels", **scale})
            seen[panel.field] = same if same == {"kind": "levels", **scale} else {"kind": exact}
    seen |= {name: {"kind": "packed"} for panel in show.panels for name in _packed(panel)}
    seen |= {name: {"kind": "drawn"} for panel in show.panels for name in _drawn(panel)}
    seen |= {name: {"kind": exact} for panel in show.panels for name in _written(panel)}
    return {name: seen.get(name, {"kind": "entry"}) for name in show.frames.fields}


def _packed(panel: Any) -> Iterator[str]:
    """Yield the fields of a panel whose numbers hold three levels each."""
    if isinstance(panel, Images):
        yield panel.field
    elif isinstance(panel, Diagram):
        yield panel.maps
    elif isinstance(panel, Plot):
        for layer in panel.layers:
            if isinstance(layer, Raster) and layer.cells:
                yield from filter(None, (layer.field, layer.margins))


def _drawn(panel: Any) -> Iterator[str]:
    """Yield the fields of a panel that are drawn to scale."""
    if isinstance(panel, Plot):
        for layer in panel.layers:
            if isinstance(layer, Bars):
                yield layer.field


def _written(panel: Any) -> Iterator[str]:
    """Yield the fields of a panel of which any entry may be written, or asked for its sign."""
    if isinstance(panel, Images) and panel.said:
        yield panel.said
    elif isinstance(panel, Diagram):
        layers = range(1, len(panel.sizes) + 1)
        yield from (*(f"{letter}{layer}" for layer in layers for letter in "AZV"), "W", "G")
    elif isinstance(panel, Matrices):
        yield from (part.field for line in panel.lines for part in line if hasattr(part, "field"))
    elif isinstance(panel, Ledger):
        yield from (place.matrix for place in panel.places.values())
    elif isinstance(panel, Plot):
        for layer in panel.layers:
            if isinstance(layer, Points) or (isinstance(layer, Raster) and not layer.cells):
                yield layer.field


def is_large(frames: Frames | None) -> bool:
    """Whether a frame is so large that also those that travel with the history are a run."""
    return frames is not None and 8 * frames.size > LARGE


def deflated(data: bytes) -> bytes:
    """Return a run compressed, as a page inflates it.

    Frames that differ little are many equal bytes in a row, which is all that is looked for.
    """
    packer = zlib.compressobj(strategy=zlib.Z_RLE)
    return packer.compress(data) + packer.flush()


def entries_of(frames: Frames, values: FloatArray, row: int, column: int) -> bytes:
    """Return the chosen entries of frames, (n, fields), NaN where a field has none there."""
    exact = [_entries(matrix, row, column) for matrix in frames.named(values).values()]
    return np.stack(exact, axis=1).astype("<f8").tobytes()


def _entries(matrices, row, column):
    _, rows, columns = matrices.shape
    there = row < rows and column < columns
    return matrices[:, row, column] if there else np.full(len(matrices), np.nan)


def run_bytes(
    frames: Frames, seen: dict[str, dict[str, Any]], values: FloatArray, row: int, column: int
) -> bytes:
    """Return a run of frames as bytes.

    Parameters
    ----------
    frames : Frames
    seen : dict
        Of :func:`seen_fields`.
    values : ndarray, shape (n, frames.size)
    row, column : int
        The entry that is chosen.
    """
    named = frames.named(values).items()
    parts = [_flagged(matrices.reshape(len(values), -1), seen[name]) for name, matrices in named]
    flags = bytes(flag for flag, _ in parts)
    head = flags + bytes(-len(flags) % 8) + entries_of(frames, values, row, column)
    return head + b"".join(planes.tobytes() for _, planes in parts)


def _flagged(values, seen):
    """Return the flags of a field's values (n, size), and its planes."""
    flags, planes = 0, _planes(values, seen)
    gaps = np.isnan(values)
    if seen["kind"] in ("levels", "packed") and gaps.any():
        flags, planes = _GAPS, np.concatenate([(~gaps[None]).astype(np.uint8), planes])
    differing = planes.copy()
    differing[:, 1:] -= planes[:, :-1]
    if _bits(differing) < _bits(planes):
        flags, planes = flags | _DIFFERS, differing
    return flags, planes


def _planes(values, seen):
    """Return the byte planes (planes, n, size) of a field's values (n, size)."""
    kind = seen["kind"]
    count = PLANES[kind]
    if kind == "levels":
        whole = _levels(values, **{name: seen[name] for name in ("limit", "gamma", "colors")})
    elif kind == "packed":
        whole = np.nan_to_num(values)
    else:
        bits = np.ascontiguousarray(values, dtype="<f8").view(np.uint64)
        if 0 < count < 8:  # rounded to nearest
            half = np.uint64(1 << (8 * (8 - count) - 1))
            bits = np.where(np.isfinite(values), bits + half, bits)
        return _bytes_of(bits.astype("<u8"))[8 - count :]
    return _bytes_of(whole.astype("<u8"))[:count]


def _bytes_of(whole):
    """Return the bytes of 64-bit integers, the lowest first: (8, …)."""
    return np.moveaxis(whole.view(np.uint8).reshape(*whole.shape, 8), -1, 0)


def _levels(values, limit, gamma, colors):
    """Return the place of each value's colour in a table of 256, as the page finds it."""
    strength = np.minimum(np.abs(np.nan_to_num(values, posinf=np.inf)) / limit, 1.0) ** gamma
    shade = 0.5 + 0.5 * np.sign(values) * strength if colors == "signed" else strength
    return np.floor(255 * np.nan_to_num(shade) + 0.5)


def _bits(planes):
    """Return how many bits a code of single bytes takes for these."""
    counts = np.bincount(planes.ravel(), minlength=256)
    counts = counts[counts > 0]
    return float((counts * np.log2(counts.sum() / counts)).sum()) if counts.size else 0.0


def run_length(frames: Frames, seen: dict[str, dict[str, Any]]) -> int:
    """Return how many frames are asked for at once."""
    shapes = frames.fields.items()
    size = sum(8 + PLANES[seen[name]["kind"]] * rows * columns for name, (rows, columns) in shapes)
    return max(1, min(frames.steps, RUN_BYTES // size))
