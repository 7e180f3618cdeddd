"""Momentum in both forms: how far a steady gradient takes it, and how fast it leaves a valley."""

from functools import partial
from typing import Any

from mlpteach.basics.arguments import Interval, check_choice, check_count, check_number
from mlpteach.player import Player
from mlpteach.player.controls import Choice
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import rule
from mlpteach.study import gain
from mlpteach.views.long_valley import show_valley
from mlpteach.views.runs import (
    name_forms,
    start_values,
)
from mlpteach.views.steady_gradient import show_steady

_ON = {"steady": "steady gradient", "valley": "long valley"}


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

    Parameters
    ----------
    on : {"steady", "valley"}
        What is shown first.
    updates : int, optional
        By default 50 on the steady gradient, 200 in the valley.
    condition : float
        Largest by smallest curvature of the valley, 1 … 10000.
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
    """
    check_choice("on", on, tuple(_ON))
    if updates is not None:
        updates = check_count("updates", updates, maximum=2000)
    condition = check_number("condition", condition, Interval(1, 1e4, closed="both"))
    rules = _rules(condition)
    controls, defaults = _controls(rules)
    values = start_values(controls, {"on": on, **defaults}, values)
    build = partial(_show, rules, updates, condition)
    return Player(build, controls, values, "Momentum in both forms", "momentum")


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
    }


def _groups(rules):
    """Return (prefix of the controls, the rules they belong to), a group each rule's forms."""
    gd = [rules["gd"]] if "gd" in rules else []
    return [("gd.", gd), ("", [rules["lecture"], rules["paper"]])]


def _controls(rules):
    controls, values = [Choice("on", "On", _ON)], {}
    for on in _ON:
        for prefix, group in _groups(rules[on]):
            made, starts = hyper_controls(group, f"{on}.{prefix}", ("on", on))
            controls += name_forms(made, {"eta": "descent"} if prefix == "gd." else None)
            values |= starts
    return controls, values


def _show(rules, updates, condition, values):
    on = values["on"]
    chosen = {
        name: bind(rule, group, f"{on}.{prefix}", values)
        for prefix, group in _groups(rules[on])
        for name, rule in rules[on].items()
        if rule in group
    }
    if on == "steady":
        return show_steady(chosen, updates or 50)
    return show_valley(chosen, updates or 200, condition)
