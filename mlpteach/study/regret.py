"""What Reddi's examples do to two rules, at updates worth looking at: plain arrays."""

from collections.abc import Sequence

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import RuleLike
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.tables.counterexamples import Counterexample, project
from mlpteach.tables.schedules import ScheduleLike

# All updates are shown up to here, then so many in each power of ten.
_ONE_BY_ONE = 303
_IN_A_DECADE = 100


def shown_updates(steps: int, period: int = 1) -> list[int]:
    """Return the updates to show: the first one by one, then ever longer strides, and the last.

    The strides are whole periods, so that the pattern of the slopes is not mistaken for a motion.

    Examples
    --------
    >>> shown = shown_updates(10_000, period=3)
    >>> len(shown), shown[300:307], shown[-2:]
    (455, [301, 302, 303, 309, 315, 324, 330], [9771, 10000])
    """
    first = range(1, min(steps, _ONE_BY_ONE) + 1)
    if steps <= _ONE_BY_ONE:
        return list(first)
    count = int(np.ceil(np.log10(steps / _ONE_BY_ONE) * _IN_A_DECADE))
    strides = np.geomspace(_ONE_BY_ONE, steps, count + 1)[1:-1]
    later = {int(k) // period * period for k in strides}
    return [*first, *sorted(k for k in later if _ONE_BY_ONE < k < steps), steps]


def run(
    example: Counterexample,
    rule: RuleLike,
    schedule: ScheduleLike,
    updates: int,
    start: float = 1.0,
) -> Trace:
    """Return the trace of a rule on one of Reddi's examples, inside [-1, 1]."""
    return quietly(
        descend, example, [start], rule=rule, steps=updates, schedule=schedule, project=project
    )


def average_regret(trace: Trace, slopes: FloatArray) -> FloatArray:
    """Return R_k/k for every update: how much f_k(x_k) lay above f_k(-1), on average so far."""
    n = len(trace)
    return np.cumsum(trace.losses + slopes[:n]) / np.arange(1.0, n + 1)


def regret_series(
    trace: Trace, slopes: FloatArray, shown: Sequence[int], prefix: str
) -> dict[str, FloatArray]:
    """Return the series of one run, each of shape (len(shown),); NaN after a divergence.

    Parameters
    ----------
    trace : Trace
    slopes : ndarray, shape (updates,)
        c_k of every update.
    shown : list of int
    prefix : str
        Stands before the names: x (after the update), rho, divisor (what the rule divides by),
        regret.
    """
    names = ("x", "rho", "divisor", "regret")
    series = {name: np.full(len(shown), np.nan) for name in names}
    regret = average_regret(trace, slopes)
    for i, k in enumerate(shown):
        if k > len(trace):
            break
        step = trace[k - 1]
        series["x"][i] = step.after.flat[0]
        series["rho"][i] = step.rho.flat[0]
        series["divisor"][i] = _divisor(step)
        series["regret"][i] = regret[k - 1]
    return {f"{prefix}.{name}": values for name, values in series.items()}


def _divisor(step):
    """Return the root that the first moment is divided by."""
    name = "V_max" if "V_max" in step.quantities else "V_hat"
    return float(np.sqrt(step.quantities[name].flat[0]))
