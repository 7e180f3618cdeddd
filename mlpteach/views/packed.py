"""Levels -1 … 1 in eight bits each, three in a number: what travels of maps and images."""

import numpy as np

from mlpteach.basics.arrays import FloatArray


def packed(levels: FloatArray) -> FloatArray:
    """Return levels -1 … 1 (units, 3 n) in eight bits each, three in a number (units, n).

    They stay whole where a number keeps 24 bits of its 53, as in a saved page.

    Examples
    --------
    >>> packed(np.array([[-1.0, 1.0, 0.0]]))  # 0 + 255 * 256 + 128 * 65536
    array([[8453888.]])
    """
    bits = np.round(127.5 * (1.0 + np.clip(np.nan_to_num(levels), -1.0, 1.0)))
    return bits.reshape(len(levels), -1, 3) @ np.array([1.0, 256.0, 65536.0])


def unpacked(numbers: FloatArray) -> FloatArray:
    """Return the levels (units, 3 n) of numbers (units, n) that :func:`packed` made."""
    whole = numbers.astype(int)[..., None]
    bits = (whole >> np.array([0, 8, 16])) & 255
    return bits.reshape(len(numbers), -1) / 127.5 - 1.0
