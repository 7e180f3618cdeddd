"""All rules tuned on all problems, and their ranks as plain arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.progress import progress_bar
from mlpteach.rules import Rule
from mlpteach.study.ranking_problems import RankingProblem, as_ranking_problems
from mlpteach.study.tuning import Tuned, costs_of, tune

# What was tuned before, so that every control answers at once: (place, rule, …) -> Tuned.
_known: dict[Any, Tuned] = {}
# So many are kept, the latest: those whose traces were looked at take memory.
_KEPT = 500
# Costs closer than this share a rank, so that no machine's last bits decide one.
_RTOL, _ATOL = 1e-9, 1e-12


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


def other_seeds(
    given: Sequence[str] | Mapping[str, Any], seeds: Sequence[int]
) -> dict[int, dict[str, RankingProblem]]:
    """Return seed -> problems of :func:`as_ranking_problems`, but for those no seed changes.

    Parameters
    ----------
    given : sequence of str
        Ids; a reader's own functions know no seed, so that nothing is left of them.
    seeds : sequence of int
        The first is the one they differ from.
    """
    if isinstance(given, Mapping):
        return {}
    first, *others = (as_ranking_problems(given, seed) for seed in seeds)
    return {
        seed: {id: one for id, one in problems.items() if one.objective is not first[id].objective}
        for seed, problems in zip(seeds[1:], others, strict=True)
    }


def seed_ranks(
    found: Mapping[tuple[str, str], Tuned],
    others: Mapping[int, Mapping[str, RankingProblem]],
    budget: int,
) -> dict[int, dict[tuple[str, str], FloatArray]]:
    """Return seed -> (rule's name, problem) -> its rank after each evaluation, (budget,).

    With other seeds the rules run again with the step sizes that they were tuned to.

    Parameters
    ----------
    found : dict of (str, str) to Tuned
    others : dict of int to dict
        Of :func:`other_seeds`.
    budget : int
    """
    names = list(dict.fromkeys(name for name, _ in found))
    ranked: dict[int, dict[tuple[str, str], FloatArray]] = {}
    for seed, problems in others.items():
        ranked[seed] = {}
        for id, problem in problems.items():
            chosen = [found[name, id].rule for name in names]
            costs = costs_of(problem, chosen, budget)
            ranked[seed] |= {(name, id): row for name, row in zip(names, ranks(costs), strict=True)}
    return ranked


def ranks(costs: FloatArray) -> FloatArray:
    """Return the rank of each rule by cost, from 1; equal costs share the better rank.

    Costs are equal within what may differ from machine to machine: 1e-9 of them, and 1e-12. An
    infinite cost, of a run that diverged, has the last rank.

    Parameters
    ----------
    costs : ndarray, shape (n_rules, ...)

    Examples
    --------
    >>> ranks(np.array([0.5, 0.1, 0.5, np.inf]))
    array([2., 1., 2., 4.])
    """
    limits = np.where(np.isinf(costs), costs, costs * (1 - _RTOL * np.sign(costs)) - _ATOL)
    placed = 1.0 + (costs[None] < limits[:, None]).sum(axis=1)
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


def seed_series(
    ranked: Mapping[int, Mapping[tuple[str, str], FloatArray]],
    series: dict[str, FloatArray],
    problems: Sequence[str],
    name: str,
) -> list[str]:
    """Add a rule's ranks with other seeds to `series`: "adam.rank with seed 2".

    Each is of shape (budget, n_problems). Where no seed changes a problem it has the rank that is
    known.

    Parameters
    ----------
    ranked : dict of int to dict
        Of :func:`seed_ranks`.
    series : dict of str to ndarray
        Of :func:`ranking_series`.
    problems : sequence of str
    name : str
        Of the rule.

    Returns
    -------
    list of str
        Names of the series.
    """
    known = [series[f"{name}.rank.{id}"] for id in problems]
    added = {}
    for seed, of_seed in ranked.items():
        again = [of_seed.get((name, id), rank) for id, rank in zip(problems, known, strict=True)]
        added[f"{name}.rank with seed {seed}"] = np.stack(again, axis=1)
    series |= added
    return list(added)


def _costs(tuned):
    return np.full_like(tuned.costs, np.inf) if tuned.diverged else tuned.costs
