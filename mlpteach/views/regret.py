"""Where two rules are on one of Reddi's examples, and what it costs them: panels and words."""

import numpy as np

from mlpteach.run.trace import Trace
from mlpteach.study.regret import regret_series, shown_updates
from mlpteach.tables.counterexamples import Counterexample
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table, Text
from mlpteach.views.runs import divergence_message


def show_regret(example: Counterexample, traces: dict[str, Trace], updates: int) -> Show:
    """Return the :class:`~mlpteach.views.Show` of traces on one of Reddi's examples."""
    shown, slopes = shown_updates(updates, example.period), example.slopes(updates)
    series = {"update": np.array(shown, dtype=float), "slope": slopes[np.array(shown) - 1]}
    for id, trace in traces.items():
        series |= regret_series(trace, slopes, shown, id)
    return Show(
        traces=traces,
        steps=len(shown),
        panels=(
            _story(example),
            _table(traces, shown),
            *_plots(example, traces, series, updates),
        ),
        series=series,
        numbers=(("update", "update"), ("slope $c_k$", "slope")),
        message=divergence_message({t.run.rule.title: t for t in traces.values()}),
        unit="update" if len(shown) == updates else "point",
    )


def _story(example):
    sum_of = r"\frac{1}{k} \sum_{i \leq k} (f_i(x_i) - f_i(-1))"
    return Text(
        "The slopes",
        (
            f"${example.latex}$, with $C = {example.steep:g}$ and $x$ in $[-1, 1]$",
            f"On average an update asks for the slope {example.mean_slope:.3g} > 0: "
            "the best place is $x = -1$.",
            f"Average regret: $R_k / k = {sum_of}$",
        ),
    )


def _table(traces, shown):
    names = ("x", "regret", "divisor", "rho")
    rows = []
    for id, trace in traces.items():
        notes = {}
        if trace.diverged:
            since = next(i for i, k in enumerate(shown, start=1) if k >= trace.diverged.k)
            notes = {since: f"diverged at update {trace.diverged.k}"}
        cells = tuple(f"{id}.{name}" for name in names)
        rows.append(Row(trace.run.rule.title, cells, trace.run.rule.style, notes))
    columns = ("$x$ after it", "$R_k/k$", "divided by", r"$\rho_k$")
    return Table("This update", "Both rules at this update", columns, tuple(rows))


def _plots(example, traces, series, updates):
    """Return where the rules are, their regret, and what they divide by at the first updates."""
    several = 3 * example.period if example.period > 1 else 303
    everything, beginning = (1.0, float(max(updates, 10))), (1.0, float(max(30, several)))
    # The first regrets are so large that the last ones could not be told apart beside them.
    settled = series["update"] >= min(several, updates)
    regrets = [series[f"{id}.regret"][settled] for id in traces]
    divisors = [series[f"{id}.divisor"] for id in traces]
    plots = {
        "x": ("Where it is", Axes("update $k$", "$x$", everything, (-1.1, 1.1), "log")),
        "regret": (
            "Average regret",
            Axes("update $k$", "$R_k / k$", everything, limits([0.0], *regrets), "log"),
        ),
        "divisor": (
            r"Divided by, at first: $\sqrt{\hat V_k}$, $\sqrt{V_{\max,k}}$",
            Axes("update $k$", "root", beginning, limits([0.0], *divisors)),
        ),
    }
    for name, (title, axes) in plots.items():
        layers = [
            Line("update", f"{id}.{name}", trace.run.rule.style) for id, trace in traces.items()
        ]
        label = f"{title.split(',')[0]}, against updates; click to go to an update"
        yield Plot(title, label, axes, tuple(layers), click="step")
