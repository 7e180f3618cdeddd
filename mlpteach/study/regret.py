"""What Reddi's examples do to two rules, at updates worth looking at: plain arrays."""

import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import RuleLike, as_rule
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.run.update import Run, State
from mlpteach.study.known_slopes import follow
from mlpteach.tables.counterexamples import Counterexample, project
from mlpteach.tables.schedules import ScheduleLike, as_schedule

# All updates are shown up to here, then so many in each power of ten.
_ONE_BY_ONE = 303
_IN_A_DECADE = 100
# How many draws stand for all where the slopes have no period.
_DRAWS = 20
# Updates whose numbers, of all starts, are in memory at once.
_PIECE = 2**14
# Runs that go faster number by number than side by side as an array.
_FEW = 32


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


def starts_of(example: Counterexample) -> int:
    """Return how many runs stand for all: one for each slope of the period, else so many draws."""
    return example.period if example.period > 1 else _DRAWS


def slopes_of_starts(example: Counterexample, numbers: range) -> FloatArray:
    """Return the slopes that each start sees, (updates, starts); the first those of the example."""
    starts = starts_of(example)
    if example.period > 1:
        slopes = example.slopes_at(range(numbers[0], numbers[-1] + starts))
        return np.lib.stride_tricks.sliding_window_view(slopes, starts)
    draws = (example.change(seed=example.seed + i) for i in range(starts))
    return np.stack([draw.slopes_at(numbers) for draw in draws], axis=1)


class Walk(NamedTuple):
    """What a rule did on one of Reddi's examples.

    Attributes
    ----------
    trace : Trace
        Of the first start alone, as :func:`run` returns it.
    series : dict of str to ndarray, shape (len(shown),)
        Of the first start: x (after the update), rho, divisor (what the rule divides by), regret;
        NaN after a divergence.
    band : ndarray, shape (2, len(shown))
        The least and the largest average regret of all starts; NaN from where one of them has left
        the numbers.
    """

    trace: Trace
    series: dict[str, FloatArray]
    band: FloatArray


class _Piece(NamedTuple):
    """Some updates in a row: (updates, starts), of the rule's quantities those of the first start.

    `regret` is summed from the first update of all on.
    """

    numbers: range
    before: FloatArray
    after: FloatArray
    rho: FloatArray
    regret: FloatArray
    quantities: dict[str, FloatArray]


def walk(
    example: Counterexample,
    rule: RuleLike,
    schedule: ScheduleLike,
    shown: Sequence[int],
    start: float = 1.0,
) -> Walk:
    """Run a rule on one of Reddi's examples from all its starts at once.

    Its slopes don't depend on the place, so all updates' moments are had together, see
    :func:`mlpteach.study.known_slopes.follow`.

    Parameters
    ----------
    example : Counterexample
    rule : str, Rule or callable
        As for ``descend``; one that works entry by entry, and reads k and G alone.
    schedule : callable or None
        One that looks at k alone.
    shown : list of int
        Ascending; the last one is the number of updates.
    start : float
    """
    began, trace = time.perf_counter(), _empty_trace(example, as_rule(rule), schedule, shown, start)
    factors = _factors(trace.run, shown[-1])
    points, band, losses, after, states = [], [], [], [], []
    with np.errstate(all="ignore"):
        for piece in _pieces(example, trace.run, factors):
            here = np.array([k for k in shown if k in piece.numbers], dtype=int)
            points.append(_points(piece, here))
            band.append(_ends(piece, here))
            losses.append(example.slopes_at(piece.numbers) * piece.before[:, 0])
            after.append(piece.after[:, 0])
            states += _states(piece, trace, factors)
    if np.isfinite(np.concatenate(after)).all():
        seconds = time.perf_counter() - began
        trace.take_over(np.concatenate(losses), np.concatenate(after), states, seconds)
    else:
        trace = run(example, rule, schedule, shown[-1], start)
    return Walk(trace, _series(points, shown, len(trace)), np.concatenate(band, axis=1))


def _series(points, shown, length):
    """Return the pieces' points as one; NaN after a divergence."""
    series = {name: np.concatenate([one[name] for one in points]) for name in points[0]}
    for values in series.values():
        values[np.array(shown) > length] = np.nan
    return series


def _empty_trace(example, rule, schedule, shown, start):
    problem = FunctionProblem(example, np.array([start]), project)
    return Trace(Run(problem, rule, as_schedule(schedule, rule.step_size)), shown[-1])


def _factors(run, updates):
    """Return what the schedule multiplies each rho with, (updates,)."""
    if run.eta_is_constant:
        return np.ones(updates)
    step_size, eta, values = run.schedule.step_size, run.eta, run.schedule.values
    return np.array([step_size(eta, k, **values) / eta for k in range(1, updates + 1)])


def _pieces(example: Counterexample, run: Run, factors: FloatArray) -> Iterator[_Piece]:
    """Yield all updates, piece by piece."""
    starts = starts_of(example)
    state = run.rule.initial_state(np.zeros(starts))
    x, total = np.full(starts, run.problem.theta0[0]), np.zeros(starts)
    for first in range(1, len(factors) + 1, _PIECE):
        numbers = range(first, min(first + _PIECE, len(factors) + 1))
        slopes = slopes_of_starts(example, numbers)
        along = follow(run.rule, state, first, slopes, example.period)
        rho = factors[first - 1 : numbers[-1], None] * along.rho
        places = _places(x, rho)
        costs = slopes * places[:-1] + slopes  # f_k(x_k) - f_k(-1)
        costs[0] += total
        regret = np.cumsum(costs, axis=0)
        yield _Piece(numbers, places[:-1], places[1:], rho, regret, along.quantities)
        state, x, total = along.state, places[-1], regret[-1]


def _places(x, rho):
    """Return where all starts are, (updates + 1, starts): W_{k+1} = project(W_k - rho_k).

    Either way the numbers are those of `project`, which would take ten times as long.
    """
    if len(x) < _FEW:
        one_by_one = zip(x.tolist(), rho.T.tolist(), strict=True)
        return np.array([[*accumulate(each, _nearest, initial=at)] for at, each in one_by_one]).T
    places = np.empty((len(rho) + 1, len(x)))
    places[0] = x
    low, high = np.full(len(x), -1.0), np.ones(len(x))
    for before, step, after in zip(places[:-1], rho, places[1:], strict=True):
        np.subtract(before, step, out=after)
        np.maximum(after, low, out=after)
        np.minimum(after, high, out=after)
    return places


def _nearest(x, step):
    """Return the place of [-1, 1] nearest to x - step; NaN stays."""
    x -= step
    return -1.0 if x < -1.0 else 1.0 if x > 1.0 else x


def _points(piece, here):
    """Return what is shown of the first start at some updates."""
    at = here - piece.numbers[0]
    squared = piece.quantities["V_max" if "V_max" in piece.quantities else "V_hat"]
    return {
        "x": piece.after[at, 0],
        "rho": piece.rho[at, 0],
        "divisor": np.sqrt(squared[at]),
        "regret": piece.regret[at, 0] / here,
    }


def _ends(piece, here):
    """Return the least and the largest average regret at some updates, (2, len(here))."""
    regret = piece.regret[here - piece.numbers[0]] / here[:, None]
    return np.stack([regret.min(axis=1), regret.max(axis=1)])


def _states(piece, trace, factors):
    """Yield the states that the trace keeps."""
    rule, schedule = trace.run.rule, trace.run.schedule.start()
    first, stride = piece.numbers[0], trace.stride
    for k in range(-(-first // stride) * stride, piece.numbers[-1] + 1, stride):
        at = slice(k - first, k - first + 1)
        moments = {name: piece.quantities[name][at].copy() for name in rule.states}
        yield State(piece.after[at, 0].copy(), moments, (float(factors[k - 1]), *schedule[1:]))
