"""Where numbers lie in a plot, as fractions of the width and height of its axes.

The page and the pictures share it, so that JavaScript knows no scales.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray

if TYPE_CHECKING:
    from mlpteach.views.panels import Axes

# Inches: how large the rectangle of the axes is drawn, by their shape; the page may stretch it.
SIZES = {"wide": (3.4, 2.1), "square": (4.2, 3.7), "small": (2.7, 2.4), "low": (2.7, 1.8)}
# Pictures away from the axes, and still a number that a canvas can draw.
_FAR = 1e4
_NUMBERS = 1e300  # stands for infinity


def x_fractions(axes: "Axes", values: ArrayLike) -> FloatArray:
    """Return how far right in the axes each value lies, 0 … 1; NaN for what has no place."""
    return _share(values, axes.xlim, axes.xscale)


def y_fractions(axes: "Axes", values: ArrayLike) -> FloatArray:
    """Return how far down in the axes each value lies, 0 … 1; NaN for what has no place."""
    return 1.0 - _share(values, axes.ylim, axes.yscale)


def _share(values, ends, scale):
    """Return the place of values between the ends of an axis: 0 … 1 inside."""
    low, high = ends
    with np.errstate(all="ignore"):
        values = np.asarray(values, dtype=float)
        if scale == "log":
            values, low, high = np.log10(values), np.log10(low), np.log10(high)
        share = (values - low) / (high - low)
    return np.where(np.isnan(share), np.nan, np.clip(share, -_NUMBERS, _NUMBERS))


def point_fractions(axes: "Axes", x: ArrayLike, y: ArrayLike) -> FloatArray:
    """Return where points lie in the axes, shape (..., 2); NaN for what has no place.

    What is too far away to be drawn is drawn nearer, in the same direction from the middle.
    """
    points = np.stack([x_fractions(axes, x), y_fractions(axes, y)], axis=-1) - 0.5
    far = np.maximum(np.abs(points).max(axis=-1, keepdims=True) / _FAR, 1.0)
    return points / far + 0.5
