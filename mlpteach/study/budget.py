"""One run within a budget of gradient evaluations, and how low it got.

The budget counts the evaluations that the rule asks for, not updates: the slide's Nesterov takes
two at each update, L-BFGS as many as its line search tries.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.study.ranking_problems import RankingProblem

# Where the cost that counts is not the objective's own value it is measured so often in a run.
_MEASURED = 20


def run_within(problem: RankingProblem, rule: Rule, budget: int) -> tuple[Trace, FloatArray]:
    """Return the trace of one run, and its lowest costs so far.

    Parameters
    ----------
    problem : RankingProblem
    rule : Rule
    budget : int
        Gradient evaluations.

    Returns
    -------
    trace : Trace
        It ends where the budget is spent.
    costs : ndarray, shape (budget,)
        Lowest cost after 1, 2, … gradient evaluations.
    """
    visited: list[FloatArray] = []  # W_1, W_2, …
    counts: list[int] = []  # gradients of each update

    def objective(theta, k):
        if k == len(visited) + 1:
            if sum(counts) >= budget:
                raise _Spent
            visited.append(theta.copy())
        return problem.ask(theta, k)

    # The others ask once an update.
    running = counted(rule, problem, counts) if rule.looks_elsewhere else rule
    steps = max(1, budget // gradients_an_update(rule))
    try:
        trace = quietly(descend, objective, problem.theta0, rule=running, steps=steps)
    except _Spent as spent:
        trace = spent.trace
    used = np.cumsum([0, *(counts[: len(trace)] or [1] * len(trace))])
    return trace, _best_so_far(problem, trace, visited, used, budget)


class _Spent(Exception):
    """The budget is spent."""

    trace: Trace  # up to there, as of every error in a run


def gradients_an_update(rule: Rule) -> int:
    """Return how many gradients an update of a rule takes; at least, if its line search decides."""
    return max(1, _asks_at_W(rule) + (rule.looks_elsewhere and not rule.own_step_length))


def counted(rule: Rule, problem: RankingProblem, counts: list[int]) -> Rule:
    """Return the rule, which from now on notes in `counts` how many gradients each update takes.

    What only the record needs is not counted (the gradient at W_k where Nesterov looks ahead), nor
    what is known already: the line search ended where the next update of L-BFGS starts, unless the
    function has changed since.

    Parameters
    ----------
    rule : Rule
    problem : RankingProblem
    counts : list of int
        Grows by one entry an update; looking back at an update adds none.
    """
    needs = rule.needs if "k" in rule.needs else ("k", *rule.needs)
    knows_W = rule.own_step_length and not problem.changes

    def function(*arguments, **values):
        supplied, places = dict(zip(needs, arguments, strict=True)), set()
        for name in {"gradient_at", "objective"} & supplied.keys():
            supplied[name] = _noting(supplied[name], places)
        quantities = rule.function(*[supplied[name] for name in rule.needs], **values)
        if supplied["k"] == len(counts) + 1:
            known = knows_W and supplied["k"] > 1
            counts.append(len(places) + (_asks_at_W(rule) and not known))
        return quantities

    return replace(rule, function=function, needs=needs)


def _asks_at_W(rule):
    return not {"G", "G_previous"}.isdisjoint(rule.needs)


def _noting(ask, places):
    def asked(theta):
        places.add(theta.tobytes())
        return ask(theta)

    return asked


def measured_after(problem: RankingProblem, updates: int) -> Sequence[int]:
    """Return after which updates, from 0, a cost is measured: all, or some with both ends."""
    if problem.cost is None:
        return range(updates + 1)
    return sorted({round(k) for k in np.linspace(0, updates, _MEASURED)})


def _best_so_far(problem, trace, visited, used, budget):
    """Return the lowest cost after 1 … budget gradient evaluations, (budget,).

    Parameters
    ----------
    problem : RankingProblem
    trace : Trace
    visited : list of ndarray
        W_1, W_2, … of the trace.
    used : ndarray of int, shape (len(trace) + 1,)
        Gradients evaluated until W_1, W_2, … was reached.
    budget : int
    """
    updates = int(np.searchsorted(used, budget, side="right")) - 1
    costs = np.full(budget + 1, np.inf)
    measured = measured_after(problem, updates)
    if problem.cost is None:
        known = min(updates + 1, len(trace))
        costs[used[:known]] = trace.losses[:known]
        measured = range(known, updates + 1)
    if measured:
        places = [_place(trace, visited, k) for k in measured]
        with np.errstate(all="ignore"):
            costs[used[measured]] = problem.costs(np.array(places), updates)
    # Not a number is no cost.
    return np.fmin.accumulate(costs)[1:]


def _place(trace, visited, k):
    """Return W after update k: a run also visits the place of an update that it does not make."""
    return visited[k] if k < len(visited) else trace[k - 1].after.flat
