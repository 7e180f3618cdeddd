"""With which step size a rule starts, so that the first picture is worth looking at.

On a landscape of the table it may be chosen by hand: the rule's entry says so. Elsewhere it is
searched, all rules and sizes side by side. For who wants to be fair: the same for all rules, or
the best of each.
"""

from collections.abc import Sequence

import numpy as np

from mlpteach.basics.arguments import OWN_STEP_LENGTH
from mlpteach.rules import Rule
from mlpteach.run.problem import FunctionProblem, NetworkProblem
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill, quietly
from mlpteach.run.update import Run
from mlpteach.study.search import lowest, side_by_side
from mlpteach.tables.landscapes import LANDSCAPES, Landscape, Objective
from mlpteach.tables.schedules import Schedule, as_schedule

# What is tried in a search, with so many updates each.
_TRIED = tuple(mantissa * 10.0**power for power in range(-5, 1) for mantissa in (1, 2, 5))
_UPDATES = 100
# What is lower than this part of the way down from the start is no better.
_TINY = 1e-12
# Points each way, to see how low a map without a minimum is.
_GRID = 61


def for_landscape(
    rules: Sequence[Rule], landscape: Landscape, progress: bool = False
) -> list[Rule]:
    """Return rules with step sizes that suit a landscape.

    Chosen by hand where a rule's entry has one; else, of 1, 2, 5 times a power of ten, the one that
    gets lowest in 100 updates without leaving the window, if any. Rules without a step size stay as
    they are.

    Parameters
    ----------
    rules : sequence of Rule
    landscape : Landscape
    progress : bool
        Whether a bar appears after two seconds, for a reader's own slow function.

    Returns
    -------
    list of Rule

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> for_landscape([rule("gd"), rule("adamw")], LANDSCAPES["beale"])[0]
    <rule gd, form lecture: eta=0.01>
    """
    searched = [rule for rule in rules if _is_searched(rule, landscape)]
    found = iter(_searched(searched, landscape, progress))
    return [
        next(found) if _is_searched(rule, landscape) else _by_hand(rule, landscape)
        for rule in rules
    ]


def equal(rules: Sequence[Rule], eta: float) -> list[Rule]:
    """Return rules with one step size; those without any stay as they are.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> equal([rule("gd"), rule("momentum"), rule("lbfgs", memory=5)], 0.02)[:2]
    [<rule gd, form lecture: eta=0.02>, <rule momentum, form lecture: alpha=0.02, beta=0.018>]
    """
    return [rule.with_step_size(eta) if _has_step_size(rule) else rule for rule in rules]


def best_from_start(
    rules: Sequence[Rule],
    landscape: Landscape,
    objective: Objective,
    start: Sequence[float],
    updates: int,
) -> list[Rule]:
    """Return each rule with the step size that is best from one start.

    Of 1, 2, 5 times a power of ten, the one with the lowest mean of log(J - lowest) over the
    updates. The mean of the logarithm asks for a run that is low all the way; the last cost alone
    would pick wild runs that happen to end well. `lowest` is the cost at the lowest known minimum,
    else of the map: what is below counts as 1e-12 of the way down from the start.

    Parameters
    ----------
    rules : sequence of Rule
        Those without a step size stay as they are.
    landscape : Landscape
        It tells how low a cost can be.
    objective : callable
        What the rules descend: the landscape, or :func:`~mlpteach.tables.landscapes.noisy` of it.
    start : (x, y)
    updates : int

    Returns
    -------
    list of Rule

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> from mlpteach.tables.landscapes import own_landscape
    >>> bowl = own_landscape(lambda W: (5 * float(W @ W), 10 * W), (-1, 1, -1, 1), minima=(0, 0))
    >>> best_from_start([rule("gd")], bowl, bowl, (0.5, 0.5), 50)  # 1/10 arrives at once
    [<rule gd, form lecture: eta=0.1>]
    """
    problem = FunctionProblem(objective, np.array(start, dtype=float))
    lowest_cost = _lowest_cost(landscape)
    tiny = _TINY * max(float(problem.evaluate(problem.theta0, 1).loss) - lowest_cost, _TINY)

    def height(J):
        with np.errstate(over="ignore"):  # an infinite cost is a diverged run
            return np.log(np.maximum(np.asarray(J) - lowest_cost, tiny))

    def see(places, means):
        if places.J is not None:
            means[places.runs] += height(places.J) / updates

    def alone(run):
        try:
            trace = quietly(fill, Trace(run, updates))
        except (ArithmeticError, ValueError):  # it stepped where the function has no value
            return np.inf
        return height(trace.losses).mean() if trace.diverged is None else np.inf

    searched = [rule for rule in rules if _has_step_size(rule)]
    found = iter(_best(problem, searched, None, see, alone, False, updates))
    return [next(found) if _has_step_size(rule) else rule for rule in rules]


def _lowest_cost(landscape):
    """Return the cost at the lowest known minimum, else the lowest on a grid over the window."""
    if landscape.minima:
        return min(float(landscape(np.array(place))[0]) for place in landscape.minima)
    x_min, x_max, y_min, y_max = landscape.window
    grid = np.meshgrid(np.linspace(x_min, x_max, _GRID), np.linspace(y_min, y_max, _GRID))
    with np.errstate(all="ignore"):
        values = np.asarray(landscape.function(*grid), dtype=float)
    known = values[np.isfinite(values)]
    return float(known.min()) if known.size else 0.0


def _has_step_size(rule):
    return rule.step_size not in (None, OWN_STEP_LENGTH)


def _is_searched(rule, landscape):
    return _has_step_size(rule) and _by_hand(rule, landscape) is rule


def _by_hand(rule, landscape):
    """Return the rule with the step size chosen by hand, itself where there is none."""
    known = LANDSCAPES.get(landscape.id) is landscape and landscape.id in rule.step_sizes
    return rule.with_step_size(rule.step_sizes[landscape.id]) if known else rule


def _searched(rules, landscape, progress):
    """Return each rule with the best step size of those with which it stays in the window."""
    problem = FunctionProblem(landscape, np.array(landscape.start, dtype=float))

    def see(places, reached):
        if places.J is not None:
            stays = np.isfinite(reached[places.runs]) & _is_inside(places.W, landscape)
            reached[places.runs] = np.where(stays, places.J, np.inf)

    def alone(run):
        """Return the cost before the last update; infinity for a run that leaves the window."""
        try:
            trace = quietly(fill, Trace(run, _UPDATES))
        except (ArithmeticError, ValueError):  # it stepped where the function has no value
            return np.inf
        stays = _is_inside(trace.gather("before")["before"], landscape).all()
        return trace.losses[-1] if stays and trace.diverged is None else np.inf

    return _best(problem, rules, None, see, alone, progress)


def _is_inside(places, landscape):
    x_min, x_max, y_min, y_max = landscape.window
    x, y = places.T
    return (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)


def for_network(
    rules: Sequence[Rule],
    problem: NetworkProblem,
    schedule: Schedule | None = None,
    progress: bool = False,
) -> list[Rule]:
    """Return rules with step sizes that suit a network and its data.

    Of 1, 2, 5 times a power of ten the one with the lowest mean cost of the batches in the second
    half of 100 updates.

    Parameters
    ----------
    rules : sequence of Rule
        With a step size.
    problem : NetworkProblem
    schedule : Schedule, optional
        Under which the rules run.
    progress : bool
        Whether a bar appears after two seconds.

    Returns
    -------
    list of Rule
    """
    half = _UPDATES // 2

    def see(places, means):
        if places.J is not None and places.k > half:
            means[places.runs] += places.J / (_UPDATES - half)

    def alone(run):
        trace = quietly(fill, Trace(run, _UPDATES))
        return trace.losses[half:].mean() if trace.diverged is None else np.inf

    return _best(problem, rules, schedule, see, alone, progress)


def _best(problem, rules, schedule, see, alone, progress, updates=_UPDATES):
    """Return each rule with the best step size, itself where every run is lost.

    Parameters
    ----------
    problem : FunctionProblem or NetworkProblem
    rules : sequence of Rule
    schedule : Schedule or None
    see : callable
        (places, scores) -> None; puts the scores of the runs (n,), at first 0, in place.
    alone : callable
        Run -> its score.
    progress : bool
    updates : int
    """
    tried = [_with_sizes(rule) for rule in rules]
    runs = [
        Run(problem, rule, as_schedule(schedule, rule.step_size))
        for of_rule in tried
        for rule in of_rule
    ]
    scores = np.zeros(len(runs))
    scores += side_by_side(runs, [updates] * len(runs), lambda at: see(at, scores), progress)
    found, start = [], 0
    for rule, of_rule in zip(rules, tried, strict=True):
        part = slice(start, start := start + len(of_rule))
        best, exact = lowest(scores[part], lambda i, runs=runs[part]: alone(runs[i]))
        found.append(of_rule[best] if np.isfinite(exact[best]) else rule)
    return found


def _with_sizes(rule):
    """Return the rule with every step size that its sliders can show."""
    tried = [rule.with_step_size(size) for size in _TRIED]
    return [one for one in tried if _is_on_sliders(one, rule.values)] or [rule]


def _is_on_sliders(rule, before):
    changed = {name: value for name, value in rule.values.items() if value != before[name]}
    return all(
        rule.hypers[name].low <= value <= rule.hypers[name].high for name, value in changed.items()
    )
