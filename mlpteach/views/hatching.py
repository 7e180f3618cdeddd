"""A part of a map, hatched."""

import numpy as np

from mlpteach.basics.arrays import BoolArray, FloatArray

# Every so many diagonals of cells one is drawn.
_APART = 2


def hatching(cells: BoolArray, window: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Return x (n,) and y (n,) of slanted lines over some cells of a map, for a :class:`Path`.

    Parameters
    ----------
    cells : ndarray of bool, shape (rows, columns)
        Which are hatched; the first row is the lowest.
    window : (x_min, x_max, y_min, y_max)
        The map that all cells fill.

    Examples
    --------
    >>> x, y = hatching(np.array([[True, False], [False, True]]), (0, 2, 0, 2))
    >>> x, y
    (array([ 0.,  2., nan]), array([ 0.,  2., nan]))
    """
    rows, columns = cells.shape
    lines = [
        line
        for offset in range(1 - rows, columns)
        if offset % _APART == 0
        for line in _along(np.diagonal(cells, offset), max(offset, 0), max(-offset, 0))
    ]
    x, y = np.reshape(lines, (-1, 2)).T
    x_min, x_max, y_min, y_max = window
    return x_min + (x_max - x_min) * x / columns, y_min + (y_max - y_min) * y / rows


def _along(cells, column, row):
    """Yield the points (x, y) of lines over a diagonal that begins in a column and a row.

    Counted in cells; each line ends in a point of NaN.
    """
    edges = np.flatnonzero(np.diff(cells.astype(int), prepend=0, append=0))
    for start, stop in edges.reshape(-1, 2).tolist():
        yield [(column + start, row + start), (column + stop, row + stop), (np.nan, np.nan)]
