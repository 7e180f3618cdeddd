"""A rule at its best on one problem: every step size of a grid, the same budget of gradients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpteach.basics.arguments import check_count
from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.study.budget import gradients_an_update, measured_after, run_within
from mlpteach.study.ranking_problems import RankingProblem
from mlpteach.study.search import estimates, lowest

# From 0.0003 to 10 in half powers of ten.
STEP_SIZES = tuple(float(f"{size:.2g}") for size in np.geomspace(10**-3.5, 10.0, 10))


@dataclass(frozen=True, eq=False)
class Tuned:
    """The best of the runs of one rule on one problem.

    Attributes
    ----------
    rule : Rule
        With the step size chosen.
    tuned : str
        Name of the hyper-parameter that was tuned; "" where there is none.
    costs : ndarray, shape (budget,)
        Lowest cost so far after 1, 2, … gradient evaluations.
    trace : Trace
    scores : tuple of (float, float)
        Each step size tried, with the lowest cost its run found; infinity where it diverged.
    """

    rule: Rule
    tuned: str
    costs: FloatArray
    trace: Trace
    scores: tuple[tuple[float, float], ...]

    @property
    def step_size(self) -> float:
        """The value chosen; NaN where there was none to choose."""
        return self.rule.values[self.tuned] if self.tuned else np.nan

    @property
    def diverged(self) -> bool:
        """Whether even the best run diverged."""
        return self.trace.diverged is not None


def tune(
    problem: RankingProblem,
    rules: Sequence[Rule],
    *,
    budget: int = 100,
    sizes: Sequence[float] = STEP_SIZES,
    progress: bool = False,
) -> list[Tuned]:
    """Run rules with every step size of a grid and keep the best run of each.

    All runs are made side by side, and those that may be the best once more alone.

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
    tried = [_with_sizes(rule, sizes) for rule in rules]
    all_tried = [one for of_rule in tried for one in of_rule.values()]
    estimated = iter(_lowest_costs(problem, all_tried, budget, progress).tolist())
    return [
        _best(problem, of_rule, [next(estimated) for _ in of_rule], budget) for of_rule in tried
    ]


def _with_sizes(rule, sizes):
    """Return step size -> rule; NaN where there is none to choose."""
    return {size: rule.with_step_size(size) for size in sizes} if rule.tuned else {np.nan: rule}


def _best(problem, tried, estimated, budget):
    """Return the best of the runs of one rule with several step sizes, as runs alone decide it."""
    rules, made = list(tried.values()), {}

    def alone(i):
        made[i] = run_within(problem, rules[i], budget)
        trace, costs = made[i]
        return np.inf if trace.diverged else costs[-1]

    best, scores = lowest(np.array(estimated), alone)
    if np.isinf(scores[best]):  # all diverged, so all were made alone
        best = min(made, key=lambda i: made[i][1][-1])
    trace, costs = made[best]
    scores = tuple(zip(tried, scores.tolist(), strict=True))
    return Tuned(rules[best], rules[best].tuned or "", costs, trace, scores)


def _lowest_costs(problem, rules, budget, progress=False):
    """Return the estimates of the lowest cost that each run finds within the budget."""
    per_update = np.array([gradients_an_update(rule) for rule in rules])
    updates = budget // per_update
    measured = np.zeros((len(rules), budget + 1), dtype=bool)
    for i, count in enumerate(updates.tolist()):
        measured[i, measured_after(problem, count)] = True

    def note(places, scores):
        done = places.k - 1
        now = measured[places.runs, done]
        if not now.any():
            return
        costs = places.J if problem.cost is None else None
        if costs is None:
            # All start at one place.
            W = places.W if done else places.W[:1]
            with np.errstate(all="ignore"):
                costs = np.broadcast_to(problem.costs(W, done), len(now))
        runs = places.runs[now]
        scores[runs] = np.fmin(scores[runs], costs[now])

    return estimates(problem.function, rules, np.maximum(1, updates).tolist(), note, progress)
