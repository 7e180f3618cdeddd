"""A steady gradient: how long the step of momentum becomes in both forms, and what it remembers."""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import Style
from mlpteach.rules import Rule, rule
from mlpteach.run.trace import Trace
from mlpteach.study import gain
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.runs import divergence_message, fill_up

NAMES = {"lecture": "momentum, slide", "paper": "momentum, paper"}
# A colour for each form: here the forms are compared, elsewhere the rules.
STYLES = {"lecture": rule("momentum", "lecture").style, "paper": rule("nesterov", "paper").style}
_GAINS = {"lecture": r"$\alpha + \beta$", "paper": r"$\eta / (1 - \beta)$"}


def history(traces: dict[str, Trace], updates: int) -> dict[str, FloatArray]:
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


def show_steady(rules: dict[str, Rule], updates: int) -> Show:
    traces = {name: gain.steady_run(rule, updates) for name, rule in rules.items()}
    series = history(traces, updates)
    across = (0.0, float(updates))
    steps = limits([0.0], *(series[f"{name}.{s}"] for name in traces for s in ("rho", "gain")))
    weights = limits([0.0], *(series[f"{name}.weight"] for name in traces))
    gains = [_promise(name) for name in traces]
    grown = Plot(
        title=r"The step on a steady gradient $g = 1$; dotted: its limit",
        label="Step of each form against updates, with its limit; click to go to an update",
        axes=Axes("update $k$", r"step $\rho_k$", across, (0.0, steps[1])),
        layers=(*(Line("k", f"{name}.rho", STYLES[name]) for name in traces), *gains),
        click="step",
    )
    remembered = Plot(
        title="What a gradient still weighs, so many updates later",
        label="Weight of a past gradient in the step, against how many updates ago it was",
        axes=Axes("updates ago", "weight in the step", across, (0.0, weights[1])),
        layers=tuple(Line("ago", f"{name}.weight", STYLES[name]) for name in traces),
    )
    rows = [
        Row(
            label=NAMES[name],
            cells=(f"{name}.rho", f"{name}.gain", _GAINS[name], f"{name}.share"),
            style=STYLES[name],
        )
        for name in traces
    ]
    columns = (r"step $\rho_k$", "steady gain", "", "reached")
    table = Table("On a steady gradient", "Steady gain of both forms", columns, tuple(rows))
    message = divergence_message(traces)
    return Show(traces, updates, (grown, remembered, table), series, message=message)


def _promise(name):
    return Line("k", f"{name}.gain", Style(STYLES[name].color, "dotted", "", 1.4))
