"""A rule at its best on one problem: every step size of a grid, the same budget of gradients.

The budget counts gradient evaluations that the rule asks for, not updates: the slide's Nesterov
takes two at each update, L-BFGS as many as its line search tries.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from mlpteach.basics.arguments import OWN_STEP_LENGTH, check_count
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.run.train import DivergenceWarning, descend

# From 0.0003 to 10 in half powers of ten.
STEP_SIZES = tuple(float(f"{size:.2g}") for size in np.geomspace(10**-3.5, 10.0, 10))
# Where the cost that counts is not the objective's own value it is measured so often in a run.
_MEASURED = 20
# Updates of L-BFGS at first; doubled until the budget is spent.
_FIRST_TRY = 12


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
    costs: np.ndarray
    trace: Trace
    scores: tuple

    @property
    def step_size(self):
        """The value chosen; NaN where there was none to choose."""
        return self.rule.values[self.tuned] if self.tuned else np.nan

    @property
    def diverged(self):
        """Whether even the best run diverged."""
        return self.trace.diverged is not None


def tune(contest, rule, *, budget=100, sizes=STEP_SIZES):
    """Run a rule with every step size of a grid and keep the best run.

    Parameters
    ----------
    contest : Contest
    rule : Rule
    budget : int
        Gradient evaluations of each run.
    sizes : sequence of float
        Step sizes to try; see :func:`with_step_size`.

    Returns
    -------
    Tuned
        The run with the lowest cost; a run that diverged loses against any other.

    Examples
    --------
    >>> from mlpteach import rule
    >>> from mlpteach.study.contests import Contest
    >>> valley = Contest("Valley", lambda x: (50 * float(x @ x), 100 * x), np.array([1.0]))
    >>> found = tune(valley, rule("gd"), budget=10, sizes=(0.001, 0.01, 0.1))
    >>> found.step_size, found.costs.tolist()[:2]
    (0.01, [0.0, 0.0])
    """
    budget = check_count("budget", budget, maximum=1_000_000)
    name = tuned_name(rule)
    runs = []
    for size in sizes if name else (np.nan,):
        chosen = with_step_size(rule, size) if name else rule
        trace, costs = _run(contest, chosen, budget)
        score = np.inf if trace.diverged else costs[-1]
        runs.append((score, costs[-1], size, Tuned(chosen, name or "", costs, trace, ())))
    *_, best = min(runs, key=lambda run: run[:2])
    return replace(best, scores=tuple((size, score) for score, _, size, _ in runs))


def tuned_name(rule):
    """Return the hyper-parameter that is tuned: the step size; None for a rule without one.

    Zeiler's AdaDelta has no step size: its eps, which decides how far the first updates go, is
    tuned in its place.
    """
    if rule.step_size == OWN_STEP_LENGTH:
        return None
    if rule.step_size is None and "E_dx2" in rule.states:
        return "eps"
    return rule.step_size


def with_step_size(rule, size):
    """Return the rule with another step size.

    The slide's momentum and Nesterov weigh two gradients by alpha and beta, which are step sizes
    both: their ratio stays. AdaDelta's first update is about the root of eps long: eps is `size`
    squared.
    """
    name = tuned_name(rule)
    if name == "eps":
        return rule.bind(eps=size**2)
    if name == "alpha" and "beta" in rule.values and rule.form == "lecture":
        return rule.bind(alpha=size, beta=size * rule.values["beta"] / rule.values["alpha"])
    return rule.bind(**{name: size})


def counted(rule, contest, counts):
    """Return the rule, which from now on notes in `counts` how many gradients each update takes.

    What only the record needs is not counted (the gradient at W_k where Nesterov looks ahead), nor
    what is known already: the line search ended where the next update of L-BFGS starts, unless the
    function has changed since.

    Parameters
    ----------
    rule : Rule
    contest : Contest
    counts : list of int
        Grows by one entry an update; looking back at an update adds none.
    """
    needs = rule.needs if "k" in rule.needs else ("k", *rule.needs)
    knows_W = rule.own_step_length and not contest.changes

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


def _run(contest, rule, budget):
    """Return the trace of one run and its :func:`best_so_far`."""
    least = _asks_at_W(rule) + (rule.looks_elsewhere and not rule.own_step_length)
    steps = max(1, budget // max(1, least))
    if not rule.own_step_length:
        return _descend(contest, rule, steps, budget)[:2]
    # Where it has arrived, its line search spends the budget within a few updates.
    tried = min(_FIRST_TRY, steps)
    while True:
        trace, costs, spent = _descend(contest, rule, tried, budget)
        if trace.diverged or tried == steps or spent >= budget:
            return trace, costs
        tried = min(2 * tried, steps)


def _descend(contest, rule, steps, budget):
    """Return the trace, its lowest costs, and how many gradients it took."""
    visited, counts = [], []  # W_1, W_2, …; gradients of each update

    def objective(theta, k):
        if k == len(visited) + 1:
            visited.append(theta.copy())
        return contest.ask(theta, k)

    # The others ask once an update.
    running = counted(rule, contest, counts) if rule.looks_elsewhere else rule
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)  # it loses, and the table says so
        trace = descend(objective, contest.theta0, rule=running, steps=steps, progress=False)
    used = np.cumsum([0, *(counts[: len(trace)] or [1] * len(trace))])
    return trace, best_so_far(contest, trace, visited, used, budget), used[-1]


def best_so_far(contest, trace, visited, used, budget):
    """Return the lowest cost after 1 … budget gradient evaluations, (budget,).

    Parameters
    ----------
    contest : Contest
    trace : Trace
    visited : list of ndarray
        W_1, W_2, … of the trace.
    used : ndarray of int, shape (len(trace) + 1,)
        Gradients evaluated until W_1, W_2, … was reached.
    budget : int
    """
    updates = int(np.searchsorted(used, budget, side="right")) - 1
    costs = np.full(budget + 1, np.inf)
    with np.errstate(all="ignore"):
        for k, cost in _costs(contest, trace, visited, updates):
            costs[used[k]] = cost
    # Not a number is no cost.
    return np.fmin.accumulate(costs)[1:]


def _costs(contest, trace, visited, updates):
    """Yield (k, cost after update k) for k = 0 … updates, or some of them with both ends."""
    cost = contest.cost or (lambda theta: contest.ask(theta, updates)[0])
    if contest.cost is None:  # the objective's own value is the cost
        yield from enumerate(trace.losses[: updates + 1])
        some = [updates] if updates == len(trace) else []
    else:
        some = sorted({round(k) for k in np.linspace(0, updates, _MEASURED)})
    for k in some:
        # The run also visits the place of an update that it does not make.
        theta = visited[k] if k < len(visited) else trace[k - 1].after.flat
        yield k, cost(theta.copy())  # a reader's function may change what it is given
