"""Frames of a page without Python as bytes: 40 of the 64 bits of each number, about nine digits.

Any entry may be chosen there, and none can be asked for.
"""

import numpy as np

from mlpteach.basics.arrays import FloatArray

FRAME_BYTES = 5  # of each 64-bit float


def to_planes(frames: FloatArray) -> bytes:
    """Return 64-bit floats as byte planes of their upper 40 bits, the lowest plane first.

    Rounded to nearest, so that about nine digits stay; equal bytes of neighbours stand together.
    """
    bits = np.ascontiguousarray(frames, dtype="<f8").view(np.uint64).ravel()
    kept = np.where(np.isfinite(frames).ravel(), bits + np.uint64(1 << 23), bits)
    planes = kept.astype("<u8").view(np.uint8).reshape(-1, 8)[:, 8 - FRAME_BYTES :].T
    return np.ascontiguousarray(planes).tobytes()
