"""The map of a landscape: heights in one hue, contours and minima, drawn once."""

import hashlib
from functools import lru_cache, partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.tables.landscapes import Landscape
from mlpteach.views.panels import Axes
from mlpteach.views.written import written

_GRID = 121  # points each way
_LEVELS = 14
_NUMBER_ROOM = 0.08, 0.04  # of the axes, which a number on a contour takes to either side
_LINES = "#7d8ba1"  # of middle lightness: seen on a light and a dark page, behind the racers
# One hue, laid over the page the more the lower a place lies: so on a light page lightness falls
# towards the minimum, and on a dark one it rises, by equal parts from level to level.
_FILL, _STRONGEST = "#3f7fc4", 0.5


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
    return levels_of(heights(landscape)[2], is_bowl(landscape))


def levels_of(values: FloatArray, bowl: bool) -> FloatArray:
    """Return heights for contours of `values`, NaN among them; in a bowl closer together below.

    Examples
    --------
    >>> levels_of(np.array([0.0, 30.0]), bowl=False)[:3]
    array([2., 4., 6.])
    """
    known = values[np.isfinite(values)]
    if not known.size or known.min() == known.max():
        return np.empty(0)
    low, high = known.min(), known.max()
    if not bowl:
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


def fills(values: FloatArray, lines: FloatArray) -> tuple[FloatArray, list[tuple[str, float]]]:
    """Return the heights between which a map has one colour, and these colours.

    Parameters
    ----------
    values : ndarray
        The heights, some of which may be NaN.
    lines : ndarray, shape (n,)
        Those of the contours, ascending, between the lowest and the highest of `values`.

    Returns
    -------
    bounds : ndarray, shape (n + 2,)
    colors : list of (str, float)
        Hue and opacity of the n + 1 parts, the lowest first.

    Examples
    --------
    >>> bounds, colors = fills(np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    >>> bounds, [opacity for _, opacity in colors]
    (array([0., 1., 2., 4.]), [0.5, 0.25, 0.0])
    """
    bounds = np.array([np.nanmin(values), *lines, np.nanmax(values)])
    opacities = np.linspace(_STRONGEST, 0.0, len(lines) + 1)
    return bounds, [(_FILL, float(opacity)) for opacity in opacities]


def draw_map(target, x, y, values, lines):
    """Fill a matplotlib ``Axes`` by height, `values` (n, n), and draw contours at `lines`.

    Returns
    -------
    matplotlib.contour.ContourSet or None
    """
    if not lines.size:
        return None
    masked = np.ma.masked_invalid(values)
    bounds, colors = fills(values, lines)
    target.contourf(x, y, masked, bounds, colors=colors, antialiased=False)
    return target.contour(x, y, masked, lines, colors=_LINES, linewidths=0.8, linestyles="solid")


def write_levels(target, contours, every=3):
    """Write the heights of some contours on them, in the middle of their longest pieces inside."""
    for level, pieces in zip(contours.levels[::-every], contours.allsegs[::-every], strict=True):
        inside = [piece[_is_inside(target, piece)] for piece in pieces]
        longest = max(inside, key=len, default=())
        if len(longest):
            target.text(
                *longest[len(longest) // 2], written(level), ha="center", va="center",
                fontsize=9, clip_on=True,
            )  # fmt: skip


def _is_inside(target, places):
    """Whether numbers written at the places (n, 2) are whole: the axes' edges would cut them."""
    (left, right), (low, high) = target.get_xlim(), target.get_ylim()
    shares = (places - (left, low)) / (right - left, high - low)
    return (np.abs(shares - 0.5) < 0.5 - np.array(_NUMBER_ROOM)).all(axis=1)


def _draw(landscape, target):
    draw_map(target, *heights(landscape), levels(landscape))
    for place in landscape.minima:
        # A text, so that it takes the page's own colour.
        target.text(*place, "★", ha="center", va="center", fontsize=13, clip_on=True)
