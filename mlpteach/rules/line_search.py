"""How far to go along a direction: a step length that meets the strong Wolfe conditions.

Nocedal & Wright, *Numerical Optimization* (2nd ed., 2006), chapter 3. Along the direction p the
cost is phi(alpha) = J(W + alpha p), with slope phi'(alpha) = gradient · p. Wanted is an alpha with

- phi(alpha) <= phi(0) + c1 alpha phi'(0), the cost falls enough (3.7a, or Armijo's condition);
- |phi'(alpha)| <= c2 |phi'(0)|, and the slope has become gentle (3.7b).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlpteach.basics.arrays import FloatArray

# Trials of either algorithm; doubled 24 times, a step that still goes down has no end.
_TRIALS = 25


class Trial(NamedTuple):
    """A step length with what was found there: cost, slope along the direction, gradient."""

    length: float
    cost: float
    slope: float
    gradient: FloatArray


# W -> cost and gradient there.
Objective = Callable[[FloatArray], tuple[float, FloatArray]]


def wolfe_step(
    objective: Objective,
    W: FloatArray,
    direction: FloatArray,
    J: float,
    G: FloatArray,
    c1: float,
    c2: float,
) -> tuple[float, FloatArray]:
    """Return a step length that meets the strong Wolfe conditions, and the gradient there.

    Algorithm 3.5: lengths 1, 2, 4, … are tried until one meets them, or a good one must lie between
    it and the one before; then :func:`zoom` finds it.

    Parameters
    ----------
    objective : callable
        W (n,) -> (J, gradient (n,)).
    W, direction, G : ndarray, shape (n,)
        Where to start, where to go, and the gradient at the start.
    J : float
        Cost at the start.
    c1, c2 : float
        0 < c1 < c2 < 1.

    Returns
    -------
    step_length : float
        0.0 where none is found: the direction does not lead down, or the cost has no lower bound
        along it, or can't be told apart any more in these numbers.
    gradient : ndarray, shape (n,)

    Examples
    --------
    >>> def parabola(W):
    ...     return float(W @ W), 2 * W
    >>> W = np.array([3.0])
    >>> wolfe_step(parabola, W, np.array([-1.0]), 9.0, 2 * W, 1e-4, 0.1)
    (3.0, array([0.]))
    """
    start = Trial(0.0, J, float(direction @ G), G)
    if not start.slope < 0.0:
        return 0.0, G
    before, length = start, 1.0
    for number in range(_TRIALS):
        trial = _try(objective, W, direction, length)
        if not _falls_enough(trial, start, c1) or (number and trial.cost >= before.cost):
            found = zoom(objective, W, direction, start, before, trial, c1, c2)
            break
        if _is_gentle(trial, start, c2):
            found = trial
            break
        if trial.slope >= 0.0:
            found = zoom(objective, W, direction, start, trial, before, c1, c2)
            break
        before, length = trial, 2.0 * length
    else:
        found = None
    return (0.0, G) if found is None else (found.length, found.gradient)


def zoom(
    objective: Objective,
    W: FloatArray,
    direction: FloatArray,
    start: Trial,
    low: Trial,
    high: Trial,
    c1: float,
    c2: float,
) -> Trial | None:
    """Return the :class:`Trial` between two others that meets the conditions, or None.

    Algorithm 3.6. `low` has the lowest cost so far of those where it falls enough, and the cost
    falls from there towards `high`; both ends come closer until a trial between them fits. Costs
    that rounding makes equal are told apart by their slopes (the book has >= in place of >).
    """
    for number in range(1, _TRIALS + 1):
        # Where cubics creep along the interval, every third trial halves it.
        length = _middle(low, high) if number % 3 == 0 else _lowest_between(low, high)
        if length in (low.length, high.length):  # no number lies between them
            return None
        trial = _try(objective, W, direction, length)
        if not _falls_enough(trial, start, c1) or trial.cost > low.cost:
            high = trial
            continue
        if _is_gentle(trial, start, c2):
            return trial
        if trial.slope * (high.length - low.length) >= 0.0:
            high = low
        low = trial
    return None


def armijo_step(
    objective: Objective, W: FloatArray, direction: FloatArray, J: float, G: FloatArray, c1: float
) -> tuple[float, FloatArray]:
    """Return the first of the step lengths 1, 1/2, 1/4, … that lowers the cost enough.

    Algorithm 3.1; with the gradient there. (0.0, G) where none of 40 does.
    """
    start = Trial(0.0, J, float(direction @ G), G)
    if start.slope < 0.0:
        for halvings in range(40):
            trial = _try(objective, W, direction, 0.5**halvings)
            if trial.cost < J and _falls_enough(trial, start, c1):
                return trial.length, trial.gradient
    return 0.0, G


def _try(objective, W, direction, length):
    cost, gradient = objective(W + length * direction)
    slope = float(direction @ gradient)
    # Where a number is none, the trial went too far.
    return Trial(length, cost if np.isfinite(slope) else np.inf, slope, gradient)


def _falls_enough(trial, start, c1):
    return trial.cost <= start.cost + c1 * trial.length * start.slope


def _is_gentle(trial, start, c2):
    return abs(trial.slope) <= -c2 * start.slope


def _lowest_between(low, high):
    """Return where a cubic through both costs and slopes is lowest (3.59), else the middle."""
    width = high.length - low.length
    d1 = low.slope + high.slope - 3.0 * (low.cost - high.cost) / (low.length - high.length)
    square = d1 * d1 - low.slope * high.slope
    if square >= 0.0:
        d2 = np.copysign(np.sqrt(square), width)
        share = 1.0 - (high.slope + d2 - d1) / (high.slope - low.slope + 2.0 * d2)
        if 0.0 < share < 1.0:
            return float(low.length + share * width)
    return _middle(low, high)


def _middle(low, high):
    return 0.5 * (low.length + high.length)
