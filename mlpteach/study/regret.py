"""What Reddi's examples do to two rules, at updates worth looking at: plain arrays."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import RuleLike
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.tables.counterexamples import Counterexample, project
from mlpteach.tables.schedules import ScheduleLike

# All updates are shown up to here, then so many in each power of ten.
_ONE_BY_ONE = 303
_IN_A_DECADE = 100
# How many draws stand for all where the slopes have no period.
_DRAWS = 20


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


class EveryStart:
    """One of Reddi's examples begun at every update of its period, all starts side by side.

    An objective for ``descend``, of theta (starts,): each entry sees the slopes from another one
    on. The slopes drawn at random have no period; there each entry sees draws of its own.

    Parameters
    ----------
    example : Counterexample
    shown : list of int
        Updates after which the regret is kept.

    Attributes
    ----------
    starts : int
    regret : dict of int to ndarray, shape (starts,)
        Shown update -> average regret of each start, R_k/k.
    first : list of float
        Where the first start is before each update: that of the example itself.
    """

    def __init__(self, example: Counterexample, shown: Sequence[int]) -> None:
        self.starts = example.period if example.period > 1 else _DRAWS
        self.regret: dict[int, FloatArray] = {}
        self.first: list[float] = []
        self._shown, self._k, self._sum = set(shown), 0, np.zeros(self.starts)
        self._examples = [example.change(seed=example.seed + i) for i in range(self.starts)]
        # Twice the period, so that the slopes of all starts are one piece of it.
        self._slopes = example.slopes(2 * example.period)

    def slopes(self, k: int) -> FloatArray:
        """Return the slope of update k for each start, shape (starts,)."""
        if self.starts == len(self._slopes) // 2:
            first = (k - 1) % self.starts
            return self._slopes[first : first + self.starts]
        return np.array([example.slope(k) for example in self._examples])

    def __call__(self, theta: FloatArray, k: int) -> tuple[float, FloatArray]:
        slopes = self.slopes(k)
        if k == self._k + 1:  # not where an update is computed again
            self._k, self._sum = k, self._sum + slopes * (theta + 1.0)
            self.first.append(float(theta[0]))
            if k in self._shown:
                self.regret[k] = self._sum / k
        return float(slopes @ theta), slopes


def run_with_band(
    example: Counterexample,
    rule: RuleLike,
    schedule: ScheduleLike,
    shown: Sequence[int],
    start: float = 1.0,
) -> tuple[Trace, FloatArray]:
    """Run a rule on one of Reddi's examples from all its starts at once.

    Returns
    -------
    trace : Trace
        Of the first start alone, as :func:`run` returns it.
    band : ndarray, shape (2, len(shown))
        The least and the largest average regret of all starts; NaN from where one of them has left
        the numbers.
    """
    everybody = EveryStart(example, shown)
    together = quietly(
        descend, everybody, np.full(everybody.starts, start), rule=rule, steps=shown[-1],
        schedule=schedule, project=project,
    )  # fmt: skip
    none = np.full(everybody.starts, np.nan)
    regrets = np.array([everybody.regret.get(k, none) for k in shown])
    band = np.stack([regrets.min(axis=1), regrets.max(axis=1)])
    if len(together) < shown[-1]:  # another start may have left the numbers
        return run(example, rule, schedule, shown[-1], start), band
    problem = FunctionProblem(example, np.array([start]), project)
    x = np.array(everybody.first)
    after = np.append(x[1:], together[-1].after.flat[0])
    losses = example.slopes(len(x)) * x
    return together.of_entry(replace(together.run, problem=problem), 0, losses, after), band


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
