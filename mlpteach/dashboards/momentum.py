"""Momentum in both forms: how far a steady gradient takes it, and how fast it leaves a valley."""

from functools import partial

import numpy as np

from mlpteach.arguments import Interval, check_choice, check_count, check_number
from mlpteach.dashboards import gain
from mlpteach.dashboards.controls import Choice
from mlpteach.dashboards.hypers import bind, hyper_controls
from mlpteach.dashboards.player import Player
from mlpteach.dashboards.runs import (
    cost_limits,
    divergence_message,
    divergence_notes,
    fill_up,
    quietly,
    start_values,
)
from mlpteach.rules import rule
from mlpteach.train import descend
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.style import Style, rule_style

_ON = {"steady": "steady gradient", "valley": "long valley"}
_START = (-4.0, 0.15)
_NAMES = {
    "gd": "gradient descent",
    "lecture": "momentum, slide",
    "paper": "momentum, paper",
}
_STYLES = {
    "gd": rule_style("gd", "lecture"),
    "lecture": rule_style("momentum", "lecture"),
    "paper": rule_style("nesterov", "paper"),
}
_GAINS = {"lecture": r"$\alpha + \beta$", "paper": r"$\eta / (1 - \beta)$"}


def momentum(on="steady", *, updates=None, condition=100.0, values=None):
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
            controls += made
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
        return _show_steady(chosen, updates or 50)
    return _show_valley(chosen, updates or 200, condition)


# -- a steady gradient


def steady_history(traces, updates):
    """Return the series of runs on a gradient of 1: name -> array (updates,).

    ``"k"``, ``"ago"``, and of each run ``"name.rho"``, ``"name.gain"`` (promised), ``"name.share"``
    (of it reached) and ``"name.weight"``: how much the gradient of so many updates ago weighs.
    """
    k = np.arange(1.0, updates + 1)
    series = {"k": k, "ago": k - 1}
    for name, trace in traces.items():
        rho = fill_up([float(step.rho.flat[0]) for step in trace], updates)
        promised = gain.steady_gain(trace.run.rule)
        series |= {
            f"{name}.rho": rho,
            f"{name}.gain": np.full(updates, promised),
            f"{name}.share": rho / promised,
            # One gradient more is what the step has grown by.
            f"{name}.weight": np.diff(rho, prepend=0.0),
        }
    return series


def _show_steady(rules, updates):
    traces = {name: gain.steady_run(rule, updates) for name, rule in rules.items()}
    series = steady_history(traces, updates)
    across = (0.0, float(updates))
    steps = limits([0.0], *(series[f"{name}.{s}"] for name in traces for s in ("rho", "gain")))
    weights = limits([0.0], *(series[f"{name}.weight"] for name in traces))
    gains = [_promise(name) for name in traces]
    grown = Plot(
        title=r"The step on a steady gradient $g = 1$; dotted: its limit",
        label="Step of each form against updates, with its limit; click to go to an update",
        axes=Axes("update $k$", r"step $\rho_k$", across, (0.0, steps[1])),
        layers=(*(Line("k", f"{name}.rho", _STYLES[name]) for name in traces), *gains),
        click="step",
    )
    remembered = Plot(
        title="What a gradient still weighs, so many updates later",
        label="Weight of a past gradient in the step, against how many updates ago it was",
        axes=Axes("updates ago", "weight in the step", across, (0.0, weights[1])),
        layers=tuple(Line("ago", f"{name}.weight", _STYLES[name]) for name in traces),
    )
    rows = [
        Row(
            label=_NAMES[name],
            cells=(f"{name}.rho", f"{name}.gain", _GAINS[name], f"{name}.share"),
            style=_STYLES[name],
        )
        for name in traces
    ]
    columns = (r"step $\rho_k$", "steady gain", "", "reached")
    table = Table("On a steady gradient", "Steady gain of both forms", columns, tuple(rows))
    message = divergence_message(traces)
    return Show(traces, updates, (grown, remembered, table), series, message=message)


def _promise(name):
    return Line("k", f"{name}.gain", Style(_STYLES[name].color, "dotted", "", 1.4))


# -- a long valley


def valley_history(traces, updates, curvatures):
    """Return the series of runs in a valley: name -> array (updates,).

    ``"k"``, and of each run ``"name.J"``, ``"name.x"`` and ``"name.y"`` before update k,
    ``"name.rate"`` measured up to it and ``"name.theory"``.
    """
    series = {"k": np.arange(1.0, updates + 1)}
    for name, trace in traces.items():
        after = [step.after.flat for step in trace]
        W = np.array([trace.run.problem.theta0, *after])
        rates = gain.measured_rates(np.hypot(W[:, 0], W[:, 1]))
        series |= {
            f"{name}.J": fill_up(trace.losses, updates),
            f"{name}.x": fill_up(W[:-1, 0], updates),
            f"{name}.y": fill_up(W[:-1, 1], updates),
            f"{name}.rate": fill_up(rates, updates),
            f"{name}.theory": np.full(updates, gain.rate(trace.run.rule, curvatures)),
        }
    return series


def _show_valley(rules, updates, condition):
    curvatures = (1.0, condition)
    cost = gain.valley(curvatures)
    traces = {
        name: quietly(descend, cost, _START, rule=rule, steps=updates)
        for name, rule in rules.items()
    }
    series = valley_history(traces, updates, curvatures)
    message = divergence_message({_NAMES[name]: trace for name, trace in traces.items()})
    panels = (_map(condition), *_valley_plots(series, updates), _valley_table(traces, series))
    return Show(traces, updates, panels, series, message=message)


def _map(condition):
    return Plot(
        title=rf"The way in $J = \frac{{1}}{{2}}(x^2 + {condition:g}\, y^2)$",
        label="Way of each run in the valley, over lines of equal cost",
        axes=Axes(
            "$x$", "$y$", (-5.0, 5.0), (-1.0, 1.0), shape="square",
            draw=partial(_draw_valley, condition), key=f"valley {condition:g}",
        ),
        layers=tuple(Line(f"{name}.x", f"{name}.y", _STYLES[name]) for name in _STYLES),
    )  # fmt: skip


def _draw_valley(condition, target):
    x, y = np.meshgrid(np.linspace(-5, 5, 121), np.linspace(-1, 1, 121))
    cost = 0.5 * (x**2 + condition * y**2)
    target.contour(x, y, np.log10(cost + 1e-2), levels=9, cmap="viridis", alpha=0.6, linewidths=1)


def _valley_plots(series, updates):
    across = (0.0, float(updates))
    cost = cost_limits(*(series[f"{name}.J"] for name in _STYLES))
    yield Plot(
        title="Cost",
        label="Cost of each run against updates; click to go to an update",
        axes=Axes("update $k$", "cost $J$", across, cost, yscale="log"),
        layers=tuple(Line("k", f"{name}.J", _STYLES[name]) for name in _STYLES),
        click="step",
    )
    theory = (
        Line("k", f"{name}.theory", Style(_STYLES[name].color, "dotted", "", 1.4))
        for name in _STYLES
    )
    yield Plot(
        title="Rate: distance after by before; dotted: in theory",
        label="Measured rate of each run against updates, with the rate worked out",
        axes=Axes("update $k$", "rate", across, (0.7, 1.1)),
        layers=(*(Line("k", f"{name}.rate", _STYLES[name]) for name in _STYLES), *theory),
        click="step",
    )


def _valley_table(traces, series):
    rows = [
        Row(
            label=_NAMES[name],
            cells=(f"{name}.J", f"{name}.rate", f"{series[f'{name}.theory'][0]:.6f}"),
            style=_STYLES[name],
            notes=divergence_notes(trace),
        )
        for name, trace in traces.items()
    ]
    columns = ("cost $J$", "rate, measured", "rate, in theory")
    return Table("In the valley", "Cost and rate of each run", columns, tuple(rows))
