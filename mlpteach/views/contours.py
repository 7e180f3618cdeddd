"""The map of a landscape: contours and minima, drawn once."""

import hashlib
from functools import lru_cache, partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.tables.landscapes import Landscape
from mlpteach.views.panels import Axes

_GRID = 121  # points each way
_LEVELS = 14
_LINES = "#7d8ba1"  # of middle lightness: seen on a light and a dark page, behind the racers


@lru_cache(maxsize=16)
def heights(landscape: Landscape) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return x (n,), y (n,) and the values (n, n) of a landscape over its window.

    NaN where the function has no finite value.
    """
    x_min, x_max, y_min, y_max = landscape.window
    x, y = np.linspace(x_min, x_max, _GRID), np.linspace(y_min, y_max, _GRID)
    with np.errstate(all="ignore"):
        values = np.asarray(landscape.function(*np.meshgrid(x, y)), dtype=float)
    return x, y, np.where(np.isfinite(values), values, np.nan)


def is_bowl(landscape: Landscape) -> bool:
    """Whether the lowest place lies inside the window, so that costs are seen best as powers of 10.

    A saddle's lowest place is on the border.
    """
    values = heights(landscape)[2]
    if landscape.minima:
        return True
    if not np.isfinite(values).any():
        return False
    row, column = np.unravel_index(np.nanargmin(values), values.shape)
    return bool(0 < row < _GRID - 1 and 0 < column < _GRID - 1)


def levels(landscape: Landscape) -> FloatArray:
    """Return heights for contours, closer together where a bowl is flat."""
    values = heights(landscape)[2]
    known = values[np.isfinite(values)]
    if not known.size or known.min() == known.max():
        return np.empty(0)
    low, high = known.min(), known.max()
    if not is_bowl(landscape):
        return np.linspace(low, high, _LEVELS + 2)[1:-1]
    # Lower ones lie between the points of the grid.
    first = max(np.quantile(known - low, 0.006), 1e-6 * (high - low))
    return low + np.geomspace(first, high - low, _LEVELS + 1)[:-1]


def map_axes(landscape: Landscape) -> Axes:
    """Return the :class:`Axes` of a landscape's window, with its contours and minima."""
    x_min, x_max, y_min, y_max = landscape.window
    drawn = hashlib.sha1(heights(landscape)[2].tobytes() + repr(landscape.minima).encode())
    return Axes(
        "$x$",
        "$y$",
        (x_min, x_max),
        (y_min, y_max),
        draw=partial(_draw, landscape),
        key=f"{landscape.id} {drawn.hexdigest()}",
        shape="square",
    )


def _draw(landscape, target):
    x, y, values = heights(landscape)
    lines = levels(landscape)
    if lines.size:
        masked = np.ma.masked_invalid(values)
        target.contour(x, y, masked, lines, colors=_LINES, linewidths=0.8, linestyles="solid")
    for place in landscape.minima:
        # A text, so that it takes the page's own colour.
        target.text(*place, "★", ha="center", va="center", fontsize=13, clip_on=True)
