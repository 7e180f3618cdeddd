"""Frames as bytes: 64-bit floats, or, of large ones, 40 bits of each and what is chosen exactly.

A map shows colours, a ledger the numbers of one entry of each. So of a large frame the entry that
is chosen keeps all its digits, and all others about nine.
"""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.views.frames import Frames

# A frame of more bytes than these travels with 40 bits a number.
LARGE = 160_000
FRAME_BYTES = 5  # of each 64-bit float


def is_large(frames: Frames | None) -> bool:
    """Whether a frame travels with 40 bits a number, the chosen entries alone with all."""
    return frames is not None and 8 * frames.size > LARGE


def to_planes(frames: FloatArray) -> bytes:
    """Return 64-bit floats as byte planes of their upper 40 bits, the lowest plane first.

    Rounded to nearest, so that about nine digits stay; equal bytes of neighbours stand together.
    """
    bits = np.ascontiguousarray(frames, dtype="<f8").view(np.uint64).ravel()
    kept = np.where(np.isfinite(frames).ravel(), bits + np.uint64(1 << 23), bits)
    planes = kept.astype("<u8").view(np.uint8).reshape(-1, 8)[:, 8 - FRAME_BYTES :].T
    return np.ascontiguousarray(planes).tobytes()


def frame_bytes(frames: Frames, values: FloatArray, row: int, column: int) -> bytes:
    """Return what travels of some frames.

    Parameters
    ----------
    frames : Frames
    values : ndarray, shape (n, frames.size)
    row, column : int
        The entry that is chosen.

    Returns
    -------
    bytes
        64-bit floats. Of large frames first those of the chosen entries, (n, fields), then the
        planes of all.
    """
    if not is_large(frames):
        return np.ascontiguousarray(values, dtype="<f8").tobytes()
    exact = [_entries(matrix, row, column) for matrix in frames.named(values).values()]
    return np.stack(exact, axis=1).astype("<f8").tobytes() + to_planes(values)


def _entries(matrices, row, column):
    """Return an entry of each matrix, NaN where they have none there."""
    _, rows, columns = matrices.shape
    there = row < rows and column < columns
    return matrices[:, row, column] if there else np.full(len(matrices), np.nan)
