"""All rules tuned on all problems, and their ranks as plain arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.progress import progress_bar
from mlpteach.rules import Rule
from mlpteach.study.ranking_problems import RankingProblem
from mlpteach.study.tuning import Tuned, tune

# What was tuned before, so that every control answers at once: (place, rule, …) -> Tuned.
_known: dict[Any, Tuned] = {}
# So many are kept, the latest: those whose traces were looked at take memory.
_KEPT = 500


def tune_all(
    problems: Mapping[str, RankingProblem],
    places: Mapping[str, object],
    rules: Mapping[str, Rule],
    budget: int,
    sizes: Sequence[float],
    progress: bool = False,
) -> dict[tuple[str, str], Tuned]:
    """Return (rule's name, problem) -> Tuned; what is known is not computed again.

    Parameters
    ----------
    problems : dict of str to RankingProblem
    places : dict of str to object
        What says that a problem is the same as one before: (id, seed), or the problem itself.
    rules : dict of str to Rule
    budget : int
    sizes : tuple of float
    progress : bool
        Whether a bar appears after two seconds.
    """
    found: dict[tuple[str, str], Tuned] = {}
    for id, problem in progress_bar(
        problems.items(), delay=2, leave=False, unit="problem", disable=not progress
    ):
        keys = {
            name: (places[id], rule.function, tuple(rule.values.items()), budget, sizes)
            for name, rule in rules.items()
        }
        missing = [name for name, key in keys.items() if key not in _known]
        wanted = [rules[name] for name in missing]
        tuned = tune(problem, wanted, budget=budget, sizes=sizes, progress=progress)
        _known.update(zip([keys[name] for name in missing], tuned, strict=True))
        found |= {(name, id): _known[key] for name, key in keys.items()}
    while len(_known) > _KEPT:
        del _known[next(iter(_known))]
    return found


def ranks(costs: FloatArray) -> FloatArray:
    """Return the rank of each rule by cost, from 1; equal costs share the better rank.

    An infinite cost, of a run that diverged, has the last rank.

    Parameters
    ----------
    costs : ndarray, shape (n_rules, ...)

    Examples
    --------
    >>> ranks(np.array([0.5, 0.1, 0.5, np.inf]))
    array([2., 1., 2., 4.])
    """
    placed = 1.0 + (costs[None] < costs[:, None]).sum(axis=1)
    return np.where(np.isinf(costs), len(costs), placed)


def ranking_series(
    found: Mapping[tuple[str, str], Tuned], names: Sequence[str], problems: Sequence[str]
) -> dict[str, FloatArray]:
    """Return the series of the dashboard.

    Parameters
    ----------
    found : dict of (str, str) to Tuned
    names, problems : sequence of str

    Returns
    -------
    dict of str to ndarray
        evaluation (budget,); for each rule "adam.rank" (budget, n_problems) and "adam.mean"; for
        each rule and problem "adam.rank.beale", "adam.cost.beale", "adam.step.beale" (budget,).
    """
    costs = np.array([[_costs(found[name, id]) for id in problems] for name in names])
    placed = ranks(costs)
    budget = costs.shape[-1]
    series = {"evaluation": np.arange(1.0, budget + 1)}
    for i, name in enumerate(names):
        series[f"{name}.rank"] = placed[i].T.copy()
        series[f"{name}.mean"] = placed[i].mean(axis=0)
        for j, id in enumerate(problems):
            series[f"{name}.rank.{id}"] = placed[i, j]
            series[f"{name}.cost.{id}"] = costs[i, j]
            series[f"{name}.step.{id}"] = np.full(budget, found[name, id].step_size)
    return series


def _costs(tuned):
    return np.full_like(tuned.costs, np.inf) if tuned.diverged else tuned.costs
