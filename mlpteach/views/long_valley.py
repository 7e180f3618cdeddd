"""A long valley: how fast momentum in both forms leaves it, measured and in theory."""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import Style
from mlpteach.rules import Rule, rule
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.study import gain
from mlpteach.views import steady_gradient
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.runs import (
    cost_limits,
    divergence_message,
    divergence_notes,
    fill_up,
)

START = (-4.0, 0.15)
NAMES = {"gd": "gradient descent", **steady_gradient.NAMES}
STYLES = {"gd": rule("gd").style, **steady_gradient.STYLES}


def history(
    traces: dict[str, Trace], updates: int, curvatures: Sequence[float]
) -> dict[str, FloatArray]:
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


def show_valley(rules: dict[str, Rule], updates: int, condition: float) -> Show:
    curvatures = (1.0, condition)
    cost = gain.valley(curvatures)
    traces = {
        name: quietly(descend, cost, START, rule=rule, steps=updates)
        for name, rule in rules.items()
    }
    series = history(traces, updates, curvatures)
    message = divergence_message({NAMES[name]: trace for name, trace in traces.items()})
    panels = (way_plot(condition, STYLES), *_plots(series, updates), _table(traces, series))
    return Show(traces, updates, panels, series, message=message)


def way_plot(condition: float, names: Iterable[str], shape: str = "square") -> Plot:
    """Return the plot of the ways of some runs in a valley of curvatures 1 and `condition`."""
    return Plot(
        title=rf"The way in $J = \frac{{1}}{{2}}(x^2 + {condition:g}\, y^2)$",
        label="Way of each run in the valley, over lines of equal cost",
        axes=Axes(
            "$x$", "$y$", (-5.0, 5.0), (-1.0, 1.0), shape=shape,
            draw=partial(_draw_valley, condition), key=f"valley {condition:g}",
        ),
        layers=tuple(Line(f"{name}.x", f"{name}.y", STYLES[name]) for name in names),
    )  # fmt: skip


def _draw_valley(condition, target):
    x, y = np.meshgrid(np.linspace(-5, 5, 121), np.linspace(-1, 1, 121))
    cost = 0.5 * (x**2 + condition * y**2)
    target.contour(x, y, np.log10(cost + 1e-2), levels=9, cmap="viridis", alpha=0.6, linewidths=1)


def _plots(series, updates):
    across = (0.0, float(updates))
    cost = cost_limits(*(series[f"{name}.J"] for name in STYLES))
    yield Plot(
        title="Cost",
        label="Cost of each run against updates; click to go to an update",
        axes=Axes("update $k$", "cost $J$", across, cost, yscale="log"),
        layers=tuple(Line("k", f"{name}.J", STYLES[name]) for name in STYLES),
        click="step",
    )
    theory = (
        Line("k", f"{name}.theory", Style(STYLES[name].color, "dotted", "", 1.4)) for name in STYLES
    )
    yield Plot(
        title="Rate: distance after by before; dotted: in theory",
        label="Measured rate of each run against updates, with the rate worked out",
        axes=Axes("update $k$", "rate", across, (0.7, 1.1)),
        layers=(*(Line("k", f"{name}.rate", STYLES[name]) for name in STYLES), *theory),
        click="step",
    )


def _table(traces, series):
    rows = [
        Row(
            label=NAMES[name],
            cells=(f"{name}.J", f"{name}.rate", f"{series[f'{name}.theory'][0]:#.3g}"),
            style=STYLES[name],
            notes=divergence_notes(trace),
        )
        for name, trace in traces.items()
    ]
    columns = ("cost $J$", "rate, measured", "rate, in theory")
    return Table("In the valley", "Cost and rate of each run", columns, tuple(rows))
