"""With which step size a rule starts a race, so that the first picture is worth looking at."""

from collections.abc import Sequence

import numpy as np

from mlpteach.basics.arguments import OWN_STEP_LENGTH
from mlpteach.rules import Rule
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.train import descend, quietly
from mlpteach.study.search import lowest, side_by_side
from mlpteach.tables.landscapes import LANDSCAPES, Landscape

# What is tried in a search, with so many updates each.
_TRIED = tuple(mantissa * 10.0**power for power in range(-5, 1) for mantissa in (1, 2, 5))
_UPDATES = 100


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


def _is_searched(rule, landscape):
    has_step = rule.step_size not in (None, OWN_STEP_LENGTH)
    return has_step and _by_hand(rule, landscape) is rule


def _by_hand(rule, landscape):
    """Return the rule with the step size chosen by hand, itself where there is none."""
    known = LANDSCAPES.get(landscape.id) is landscape and landscape.id in rule.step_sizes
    return rule.with_step_size(rule.step_sizes[landscape.id]) if known else rule


def _searched(rules, landscape, progress):
    """Return each rule with the best step size of a grid, of those that stay in the window."""
    if not rules:
        return []
    tried = [[rule.with_step_size(size) for size in _TRIED] for rule in rules]
    problem = FunctionProblem(landscape, np.array(landscape.start, dtype=float))

    runs = [one for of_rule in tried for one in of_rule]
    reached = np.zeros(len(runs))

    def see(places):
        if places.J is not None:
            stays = np.isfinite(reached[places.runs]) & _is_inside(places.W, landscape)
            reached[places.runs] = np.where(stays, places.J, np.inf)

    lost = side_by_side(problem, runs, [_UPDATES] * len(runs), see, progress)
    estimated = reached + lost
    return [
        _best(rule, of_rule, part, landscape)
        for rule, of_rule, part in zip(rules, tried, np.split(estimated, len(rules)), strict=True)
    ]


def _best(rule, tried, estimated, landscape):
    best, reached = lowest(estimated, lambda i: _reached(tried[i], landscape))
    return tried[best] if np.isfinite(reached[best]) else rule


def _reached(rule, landscape):
    """Return the cost after some updates; infinity for a run that leaves the window."""
    try:
        trace = quietly(descend, landscape, landscape.start, rule=rule, steps=_UPDATES)
    except (ArithmeticError, ValueError):  # it stepped where the function has no value
        return np.inf
    stays = trace.diverged is None and _is_inside(trace.gather("before")["before"], landscape).all()
    return trace.losses[-1] if stays else np.inf


def _is_inside(places, landscape):
    x_min, x_max, y_min, y_max = landscape.window
    x, y = places.T
    return (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)
