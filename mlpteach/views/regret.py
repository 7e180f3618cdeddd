"""Where two rules are on one of Reddi's examples, and what it costs them: panels and words."""

from collections.abc import Sequence

import numpy as np

from mlpteach.basics.style import BLACK, Style
from mlpteach.study.regret import Walk, starts_of
from mlpteach.tables.counterexamples import Counterexample
from mlpteach.views.axis import limits
from mlpteach.views.layers import Band, Line, Note, Path
from mlpteach.views.panels import Axes, Plot, Row, Show, Table, Text
from mlpteach.views.runs import divergence_message

# How high the walkers go on their track, one a rule.
_LANES = (0.7, 0.3)


def show_regret(
    example: Counterexample,
    walks: dict[str, Walk],
    shown: Sequence[int],
) -> Show:
    """Return the :class:`~mlpteach.views.Show` of traces on one of Reddi's examples.

    Parameters
    ----------
    example : Counterexample
    walks : dict of str to Walk
    shown : list of int
        The updates that the page stands at.
    """
    traces = {id: walk.trace for id, walk in walks.items()}
    slopes = np.array([example.slope(k) for k in shown])
    series = {"update": np.array(shown, dtype=float), "slope": slopes}
    for (id, walk), lane in zip(walks.items(), _LANES, strict=True):
        low, high = walk.band
        series |= {f"{id}.{name}": values for name, values in walk.series.items()}
        series |= {f"{id}.lowest": low, f"{id}.highest": high}
        series[f"{id}.lane"] = np.full(len(shown), lane)
    return Show(
        traces=traces,
        steps=len(shown),
        panels=(
            _track(traces),
            *_plots(example, traces, series),
            _table(traces, shown),
            _story(example),
        ),
        series=series,
        numbers=(("update", "update"), ("slope $c_k$", "slope")),
        message=divergence_message({t.run.rule.title: t for t in traces.values()}),
        unit="",
        mosaic="AAAAA;BBBCC;BBBCC;DDDEE",
    )


def _track(traces):
    """Return the interval with a walker of each rule on it, and the best place."""
    layers = []
    for (id, trace), lane in zip(traces.items(), _LANES, strict=True):
        style = trace.run.rule.style
        ends = np.array([-1.0, 1.0])
        layers.append(Path(ends, np.full(2, lane), Style(BLACK, marker="", width=0.8)))
        layers.append(Line(f"{id}.x", f"{id}.lane", style))
    layers.append(Note("best place", -0.99, 0.5, Style(BLACK)))
    axes = Axes("$x$", "", (-1.05, 1.05), (0.0, 1.0), draw=_no_heights, key="track")
    label = "Where both rules are in the interval from −1 to 1; the best place is −1"
    return Plot("Where they are", label, axes, tuple(layers))


def _no_heights(target):
    target.set_yticks([])


def _story(example):
    sum_of = r"\frac{1}{k} \sum_{i \leq k} (f_i(x_i) - f_i(-1))"
    return Text(
        "The slopes",
        (
            f"${example.latex}$, with $C = {example.steep:g}$ and $x$ in $[-1, 1]$",
            f"On average an update asks for the slope ${example.mean_slope:.3g} > 0$: "
            "the best place is $x = -1$.",
            f"Average regret: $R_k / k = {sum_of}$",
            f"Band: {_everybody(example)}. Line: the one in the table.",
        ),
    )


def _everybody(example):
    """Say which runs a band holds."""
    count = starts_of(example)
    if example.period == 1:
        return f"{count} draws of the slopes"
    return f"all {count} starts, each with another slope of the period first"


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


def _plots(example, traces, series):
    """Return the regret, and what the rules divide by at the first updates."""
    last = series["update"][-1]
    several = 3 * example.period if example.period > 1 else 303
    # The first regrets are so large that the last ones could not be told apart beside them.
    first = float(several) if 10 * several < last else 1.0
    everything, beginning = (first, float(max(last, 10))), (1.0, float(max(30, several)))
    settled = series["update"] >= min(several, last)
    regrets = [series[f"{id}.{edge}"][settled] for id in traces for edge in ("lowest", "highest")]
    regrets += [series[f"{id}.regret"][settled] for id in traces]
    axes = Axes("update $k$", "$R_k / k$", everything, limits([0.0], *regrets), "log")
    yield _plot("Average regret", axes, [*_lines(traces, "regret"), *_bands(traces)])
    divisors = [series[f"{id}.divisor"] for id in traces]
    axes = Axes("update $k$", "root", beginning, limits([0.0], *divisors))
    title = r"Divided by, at first: $\sqrt{\hat V_k}$, $\sqrt{V_{\max,k}}$"
    yield _plot(title, axes, _lines(traces, "divisor"))


def _plot(title, axes, layers):
    label = f"{title.split(',')[0]}, against updates; click to go to an update"
    return Plot(title, label, axes, tuple(layers), click="step")


def _lines(traces, name):
    return [Line("update", f"{id}.{name}", trace.run.rule.style) for id, trace in traces.items()]


def _bands(traces):
    return [
        Band("update", f"{id}.lowest", f"{id}.highest", trace.run.rule.style)
        for id, trace in traces.items()
    ]
