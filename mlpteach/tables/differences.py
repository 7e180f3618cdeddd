"""Finite differences: they judge the derivative given with a reader's function, or replace it."""

import numpy as np

from mlpteach.basics.arrays import ArrayFunction, FloatArray

# Relative to 1 + |t|: smaller steps lose digits of the difference, larger ones of the slope.
_STEP = 1e-3
# Agreement asked for, of the slope and of the function's size.
_RELATIVE, _ABSOLUTE = 1e-6, 1e-8
# At a kink no slope is right or wrong: a derivative is wrong only where it is so beside, too. In
# steps, and farther away than a difference reaches.
_BESIDE = (0.0, 3.17, -2.71)


def slope(function: ArrayFunction, t: FloatArray, step: float = _STEP) -> FloatArray:
    """Return the derivative at `t` by the five-point formula, right to about 12 digits.

    Parameters
    ----------
    function : callable
        Numbers -> numbers, element by element.
    t : ndarray

    Examples
    --------
    >>> round(float(slope(np.exp, np.array(1.0))), 11)
    2.71828182846
    """
    h = step * (1.0 + np.abs(t))
    near = function(t + h) - function(t - h)
    far = function(t + 2.0 * h) - function(t - 2.0 * h)
    return (8.0 * near - far) / (12.0 * h)


def first_wrong(
    function: ArrayFunction, derivative: ArrayFunction, t: FloatArray
) -> tuple[int, float, float] | None:
    """Return where a derivative is wrong: (place in t, given, finite difference); None if nowhere.

    Of several places the one where it is wrong by most. Where the function has no finite slope
    nothing is judged.
    """
    beside = [t + steps * _STEP * (1.0 + np.abs(t)) for steps in _BESIDE]
    gap = np.minimum.reduce(
        [_gap(function, derivative, at, step) for at in beside for step in (_STEP, _STEP / 20.0)]
    )
    if not (gap > 0.0).any():
        return None
    worst = int(gap.argmax())
    return worst, float(derivative(t)[worst]), float(slope(function, t)[worst])


def _gap(function, derivative, t, step):
    """Return by how much each slope is off, beyond what rounding explains; infinity for NaN."""
    with np.errstate(all="ignore"):
        given, expected = derivative(t), slope(function, t, step)
        size = np.abs(function(t))
        gap = np.abs(given - expected) - _RELATIVE * np.abs(expected) - _ABSOLUTE * (1.0 + size)
    gap = np.where(np.isfinite(given), gap, np.inf)
    return np.where(np.isfinite(expected), gap, 0.0)
