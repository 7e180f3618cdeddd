"""Momentum in both forms: how far a steady gradient takes it, how fast it leaves a valley, and why.

The map of its rates is after Goh, "Why Momentum Really Works", Distill 2017.
"""

import math
from functools import partial
from typing import Any

from mlpteach.basics.arguments import Interval, check_choice, check_count, check_number
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Point, Slider, behind
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import rule
from mlpteach.study import gain
from mlpteach.views.long_valley import show_valley
from mlpteach.views.rate_map import MEMORY, STEPS, show_map, step_and_memory
from mlpteach.views.runs import (
    name_forms,
    start_values,
)
from mlpteach.views.steady_gradient import show_steady

# The two maps, each with a form of its own.
_MAPS = {"map": "paper", "slide_map": "lecture"}
_ON = {
    "steady": "steady gradient",
    "valley": "long valley",
    "map": "rate map",
    "slide_map": "slide's map",
}
# The largest beta that the map sets: with 1 a velocity would never fade.
_MOST_BETA = 0.999
_UPDATES = {"steady": 50, "valley": 200, "map": 100, "slide_map": 100}


def momentum(
    on: str = "steady",
    *,
    updates: int | None = None,
    condition: float = 100.0,
    values: dict[str, Any] | None = None,
) -> Player:
    """Show momentum as on the slide and as published, where it can be worked out.

    On a *steady* gradient of 1 the slide's step grows to alpha + beta, the published one to
    eta/(1 - beta). In a long *valley*, 1/2 (x^2 + condition y^2), the published form with Polyak's
    best values beats gradient descent; the table has the rates measured and worked out.

    The *map* shows why: over eta lambda (step by curvature) and beta it has the rate, the spectral
    radius of the 2 by 2 matrix that an update is in a direction of curvature lambda. The valley is
    a bar on it, from its flat direction to its steep one; the slower end is the rate. A click moves
    the bar's middle, and sets eta and beta. The slide's form has a map of its own, over alpha
    lambda and beta/alpha.

    Parameters
    ----------
    on : {"steady", "valley", "map", "slide_map"}
        What is shown first.
    updates : int, optional
        By default 50 on the steady gradient, 200 in the valley, 100 on the maps.
    condition : float
        Largest by smallest curvature of the valley, 1 … 10000. On the maps it can be changed.
    values : dict, optional
        Where controls start, such as ``{"steady.paper.beta": 0.5}``.

    Returns
    -------
    Player

    Raises
    ------
    ValueError, TypeError
        For values that are not allowed, before any work.

    References
    ----------
    Polyak 1964; Goh, "Why Momentum Really Works", Distill 2017.

    Examples
    --------
    >>> dashboard = momentum()
    >>> {form: round(float(trace[-1].rho.flat[0]), 3) for form, trace in dashboard.traces.items()}
    {'lecture': 1.9, 'paper': 9.948}

    For curvatures 1 and 100 nothing is faster than eta = 4/121 and beta = (9/11)^2:

    >>> best = momentum("map", values={"map.eta": 4 / 121, "map.beta": (9 / 11) ** 2})
    >>> best.show.panels[-1].rows[-1].cells[2]
    '0.818'
    """
    check_choice("on", on, tuple(_ON))
    if updates is not None:
        updates = check_count("updates", updates, maximum=2000)
    condition = check_number("condition", condition, Interval(1, 1e4, closed="both"))
    rules = _rules(condition)
    controls, defaults = _controls(rules, condition)
    given = values
    values = start_values(controls, {"on": on, **defaults}, given)
    values = _with_bar(rules, values, moved="middle" in (given or {}))
    return Player(
        partial(_show, rules, updates, condition), controls, values, "Momentum in both forms",
        "momentum", follow=partial(_follow, rules),
    )  # fmt: skip


def _rules(condition):
    """Return what runs on each problem, with the values that the controls start from."""
    eta, beta = gain.best_momentum(condition)
    return {
        "steady": {
            "lecture": rule("momentum", "lecture", alpha=1.0, beta=0.9),
            "paper": rule("momentum", "paper", eta=1.0, beta=0.9),
        },
        "valley": {
            "gd": rule("gd", eta=2.0 / (1.0 + condition)),
            # Found by search for a condition of 100: the slide's fastest, 0.9613 an update.
            "lecture": rule("momentum", "lecture", alpha=2.91 / condition, beta=0.92 / condition),
            "paper": rule("momentum", "paper", eta=eta, beta=beta),
        },
        # Not yet the best: that is to be found.
        "map": {"paper": rule("momentum", "paper", eta=1.2 / condition, beta=0.72)},
        "slide_map": {
            "lecture": rule("momentum", "lecture", alpha=1.2 / condition, beta=0.36 / condition)
        },
    }


def _groups(rules):
    """Return (prefix of the controls, the rules they belong to), a group each rule's forms."""
    gd = [rules["gd"]] if "gd" in rules else []
    return [("gd.", gd), ("", [rules[form] for form in ("lecture", "paper") if form in rules])]


# What the question asks about comes first: the memory of both forms, and in the valley the paper's.
_BEHIND = {
    "steady": ("steady.alpha", "steady.eta"),
    "valley": ("valley.gd.eta", "valley.alpha", "valley.lecture.beta"),
}


def _controls(rules, condition):
    controls, on_maps = [Choice("on", "On", _ON)], ("on", *_MAPS)
    values = {"condition": condition, "middle": (STEPS[0], MEMORY[0])}
    for on in _ON:
        for prefix, group in _groups(rules[on]):
            made, starts = hyper_controls(group, f"{on}.{prefix}", ("on", on))
            named = {"eta": "descent"} if prefix == "gd." else None
            controls += made if on in _MAPS else behind(name_forms(made, named), *_BEHIND[on])
            values |= starts
    controls.append(Slider("condition", "steep : flat", 1.0, 1e4, log=True, when=on_maps))
    controls.append(Point("middle", "middle of the bar", when=on_maps, more=True))
    return controls, values


def _bound(rules, values):
    """Return the rules that run, with the values of their controls."""
    on = values["on"]
    return {
        name: bind(rule, group, f"{on}.{prefix}", values)
        for prefix, group in _groups(rules[on])
        for name, rule in rules[on].items()
        if rule in group
    }


def _follow(rules, before, asked):
    """Move the bar with the sliders, or the sliders with the bar where that was moved."""
    return _with_bar(rules, asked, moved=asked["middle"] != before["middle"])


def _with_bar(rules, values, moved):
    """Return values in which the middle of the bar and the sliders of a map agree.

    The middle is that of the logarithms: (step times the root of the condition, memory).
    """
    on, root = values["on"], math.sqrt(values["condition"])
    if on not in _MAPS:
        return values
    form = _MAPS[on]
    if moved:
        step, memory = values["middle"][0] / root, values["middle"][1]
        set_by_bar = _hypers_of_bar(form, step, memory)
        return {**values, **{f"{on}.{name}": value for name, value in set_by_bar.items()}}
    step, memory = step_and_memory(_bound(rules, values)[form])
    return {**values, "middle": (float(f"{step * root:.4g}"), float(f"{memory:.4g}"))}


def _hypers_of_bar(form, step, memory):
    """Return the hyper-parameters of momentum in a form, from where the bar lies."""
    if form == "lecture":
        return {"alpha": step, "beta": memory * step}
    return {"eta": step, "beta": min(memory, _MOST_BETA)}


def _show(rules, updates, condition, values):
    on = values["on"]
    chosen, updates = _bound(rules, values), updates or _UPDATES[on]
    if on == "steady":
        return show_steady(chosen, updates)
    if on == "valley":
        return show_valley(chosen, updates, condition)
    return show_map(chosen[_MAPS[on]], updates, values["condition"])
