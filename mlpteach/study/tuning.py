"""A rule at its best on one problem: every step size of a grid, the same budget of gradients."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlpteach.basics.arguments import check_count
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.record import in_a_sentence
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.run.update import Run
from mlpteach.study.budget import gradients_an_update, measured_after, run_within
from mlpteach.study.ranking_problems import RankingProblem
from mlpteach.study.search import lowest, side_by_side
from mlpteach.tables.schedules import as_schedule

# From 0.0003 to 10 in half powers of ten.
STEP_SIZES = tuple(float(f"{size:.2g}") for size in np.geomspace(10**-3.5, 10.0, 10))
# Costs of all runs that are made side by side: more would take too much memory.
_MOST_COSTS = 2**24


@dataclass(frozen=True, eq=False)
class Tuned:
    """The best of the runs of one rule on one problem.

    Attributes
    ----------
    problem : RankingProblem
    rule : Rule
        With the step size chosen.
    costs : ndarray, shape (budget,)
        Lowest cost so far after 1, 2, … gradient evaluations.
    scores : tuple of (float, float)
        Each step size tried, with the lowest cost its run found; infinity where it diverged.
    error : str
        What the reader's rule raised where every run ended so.
    """

    problem: RankingProblem
    rule: Rule
    costs: FloatArray
    scores: tuple[tuple[float, float], ...]
    error: str = ""

    @property
    def tuned(self) -> str:
        """Name of the hyper-parameter that was tuned; "" where there is none."""
        return self.rule.tuned or ""

    @property
    def step_size(self) -> float:
        """The value chosen; NaN where there was none to choose."""
        return self.rule.values[self.tuned] if self.tuned else np.nan

    @property
    def diverged(self) -> bool:
        """Whether even the best run diverged."""
        return all(np.isinf(score) for _, score in self.scores)

    @cached_property
    def trace(self) -> Trace:
        """The record of the run, which is made alone when it is first asked for."""
        return run_within(self.problem, self.rule, len(self.costs))[0]


def tune(
    problem: RankingProblem,
    rules: Sequence[Rule],
    *,
    budget: int = 100,
    sizes: Sequence[float] = STEP_SIZES,
    progress: bool = False,
) -> list[Tuned]:
    """Run rules with every step size of a grid and keep the best run of each.

    All runs are made side by side, and once more alone where that leaves the best one open.

    Parameters
    ----------
    problem : RankingProblem
    rules : sequence of Rule
    budget : int
        Gradient evaluations of each run.
    sizes : sequence of float
        Step sizes to try; see :meth:`~mlpteach.rules.Rule.with_step_size`.
    progress : bool
        Whether a bar appears after two seconds.

    Returns
    -------
    list of Tuned
        Of each rule the run with the lowest cost; one that diverged loses against any other.

    Examples
    --------
    >>> from mlpteach import rule
    >>> from mlpteach.study.ranking_problems import RankingProblem
    >>> valley = RankingProblem("Valley", lambda x: (50 * float(x @ x), 100 * x), np.array([1.0]))
    >>> (found,) = tune(valley, [rule("gd")], budget=10, sizes=(0.001, 0.01, 0.1))
    >>> found.step_size, found.costs.tolist()[:2]
    (0.01, [0.0, 0.0])
    """
    budget = check_count("budget", budget, maximum=1_000_000)
    at_once = max(1, _MOST_COSTS // (budget * len(sizes)))
    found = []
    for start in range(0, len(rules), at_once):
        found += _tuned(problem, rules[start : start + at_once], budget, sizes, progress)
    return found


def costs_of(problem: RankingProblem, rules: Sequence[Rule], budget: int) -> FloatArray:
    """Return the lowest costs so far of rules as they are, (n_rules, budget), side by side.

    Infinite for a rule that diverges.
    """
    costs, scores = _side_by_side(problem, list(rules), budget, False)
    for i in np.flatnonzero(np.isnan(scores)).tolist():  # only the run alone can tell
        scores[i], costs[i], _ = _alone(problem, rules[i], budget)
    costs[np.isinf(scores)] = np.inf
    return costs


def _alone(problem, rule, budget):
    """Return score and costs of one run, and what error of the reader's rule ended it, or ""."""
    try:
        trace, costs = run_within(problem, rule, budget)
    except Exception as error:
        if rule.form != "own":
            raise
        return np.inf, np.full(budget, np.inf), in_a_sentence(error)
    return (np.inf if trace.diverged else costs[-1]), costs, ""


def _tuned(problem, rules, budget, sizes, progress):
    tried = [_with_sizes(rule, sizes) for rule in rules]
    runs = [run for of_rule in tried for run in of_rule.values()]
    costs, scores = _side_by_side(problem, runs, budget, progress)
    ends = np.cumsum([len(of_rule) for of_rule in tried])
    parts = [np.split(array, ends[:-1]) for array in (costs, scores)]
    return [_best(problem, *of_rule) for of_rule in zip(tried, *parts, strict=True)]


def _with_sizes(rule, sizes):
    """Return step size -> rule; NaN where there is none to choose."""
    return {size: rule.with_step_size(size) for size in sizes} if rule.tuned else {np.nan: rule}


def _best(problem, tried, costs, estimated):
    """Return the best of the runs of one rule, `tried` by step size.

    `costs` (n, budget) and scores `estimated` (n,) are those side by side; runs that are made alone
    put their own in place.
    """
    rules, errors = list(tried.values()), [""] * len(tried)

    def alone(i):
        score, costs[i], errors[i] = _alone(problem, rules[i], costs.shape[1])
        return score

    best, scores = lowest(estimated, alone)
    if np.isinf(scores[best]):  # all diverged, so all were made alone
        best = int(np.argmin(costs[:, -1]))
    tried_scores = tuple(zip(tried, scores.tolist(), strict=True))
    error = errors[best] if all(errors) else ""
    return Tuned(problem, rules[best], costs[best].copy(), tried_scores, error)


def _side_by_side(problem, rules, budget, progress):
    """Return the lowest costs so far of each run (n, budget), and its score (n,)."""
    per_update = np.array([gradients_an_update(rule) for rule in rules])
    updates = budget // per_update
    costs = np.full((len(rules), budget + 1), np.inf)
    measured = np.zeros(costs.shape, dtype=bool)
    for i, count in enumerate(updates.tolist()):
        measured[i, measured_after(problem, count)] = True

    def see(places):
        done = places.k - 1
        now = measured[places.runs, done]
        if now.any():
            runs = places.runs[now]
            costs[runs, done * per_update[runs]] = _costs(problem, places)[now]

    runs = [Run(problem.function, rule, as_schedule(None, rule.step_size)) for rule in rules]
    lost = side_by_side(runs, np.maximum(1, updates).tolist(), see, progress)
    costs = np.fmin.accumulate(costs, axis=1)[:, 1:]
    return costs, costs[:, -1] + lost


def _costs(problem, places):
    """Return the cost that counts of all places, (m,)."""
    if problem.cost is None and places.J is not None:
        return places.J
    # All start at one place.
    W = places.W if places.k > 1 else places.W[:1]
    with np.errstate(all="ignore"):
        return np.broadcast_to(problem.costs(W, places.k - 1), len(places.runs))
