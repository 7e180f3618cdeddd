"""Round limits for axes, and histograms as lines."""

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray

# Ticks of a logarithmic axis that ends further out would leave the floats.
_LOG_RANGE = (1e-200, 1e200)


def limits(
    *arrays: ArrayLike, scale: str = "linear", room: float = 0.05, signed: bool = False
) -> tuple[float, float]:
    """Return round limits around all finite numbers, so that small changes keep the same axes.

    Parameters
    ----------
    *arrays : array_like
    scale : {"linear", "log"}
        With "log" whole powers of ten around the positive numbers.
    room : float
        Part of the span left free on both sides, linear only; none below 0 where no number is
        negative, as with costs and lengths.
    signed : bool
        Whether there is room below 0 all the same, as with coordinates.

    Examples
    --------
    >>> limits([0.3, 42.0], scale="log")
    (0.1, 100.0)
    >>> limits([0.0, 0.93], room=0.0)
    (0.0, 1.0)
    """
    numbers = np.concatenate([np.ravel(np.asarray(array, dtype=float)) for array in arrays])
    numbers = numbers[np.isfinite(numbers)]
    if scale == "log":
        return _decades(numbers[numbers > 0])
    if not numbers.size:
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    span = (high - low) or abs(high) or 1.0
    below, high = low - room * span, high + room * span
    # Costs and lengths are never negative: no room is left below 0 for them.
    low = max(below, 0.0) if low >= 0.0 and not signed else below
    unit = _round_unit(high - low)
    return float(np.floor(low / unit + 1e-9) * unit), float(np.ceil(high / unit - 1e-9) * unit)


def _decades(numbers):
    if not numbers.size:
        return 0.1, 1.0
    numbers = np.clip(numbers, *_LOG_RANGE)
    low = np.floor(np.log10(numbers.min()) + 1e-9)
    high = np.ceil(np.log10(numbers.max()) - 1e-9)
    return float(10.0**low), float(10.0 ** max(high, low + 1))


def _round_unit(span):
    """Return 1, 2 or 5 times a power of ten, about a fifth of `span`."""
    power = 10.0 ** np.floor(np.log10(span / 5))
    return power * next(step for step in (1, 2, 5, 10) if step * power >= span / 5 * 0.999)


def histogram_outline(counts: ArrayLike, edges: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (x, y) of a histogram as a line for a filled :class:`Profile`.

    Parameters
    ----------
    counts : ndarray, shape (steps, bins)
    edges : ndarray, shape (bins + 1,)

    Returns
    -------
    x : ndarray, shape (2 bins,)
    y : ndarray, shape (steps, 2 bins)
    """
    x = np.repeat(np.asarray(edges, dtype=float), 2)[1:-1]
    return x, np.repeat(np.asarray(counts, dtype=float), 2, axis=1)
