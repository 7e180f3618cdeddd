"""Two runs side by side: both ledgers, both costs, the maps of one layer, the first difference."""

from dataclasses import replace

import numpy as np

from mlpteach.basics.style import Style
from mlpteach.run.compare import Difference, Undecided, compare
from mlpteach.run.trace import Trace
from mlpteach.tables.landscapes import Landscape
from mlpteach.views.axis import limits
from mlpteach.views.first_difference import first_difference, line_of
from mlpteach.views.frames import join
from mlpteach.views.mosaic import above, beside, evenly, letters_of
from mlpteach.views.optimizer import optimizer_frames, optimizer_heats, rule_ledger
from mlpteach.views.panels import Axes, Heat, Ledger, Line, Plot, Row, Show, Table, Text
from mlpteach.views.race import path, race_show

# Lines of a ledger that leave room for the cost below it.
_SHORT = 5


def show_traces(traces: dict[str, Trace], layer: int, remark: str = "") -> Show:
    """Return the :class:`~mlpteach.views.Show` of one or two runs, also of those that diverge.

    Parameters
    ----------
    traces : dict of str to Trace
        The first is compared with the second.
    layer : int
        From 1; 0 for a plain function.
    remark : str
        Said below the first difference.
    """
    said = [f"{name}: {trace.diverged}" for name, trace in traces.items() if trace.diverged]
    alive = {name: trace for name, trace in traces.items() if len(trace)}
    message = "\n".join(said)
    if not alive:
        return Show(traces, 0, message=message)
    difference = compare(*alive.values()) if len(alive) == 2 else None
    styles = {name: trace.run.rule.style for name, trace in alive.items()}
    return pair_show(alive, styles, layer, difference, message, remark)


def pair_show(
    traces: dict[str, Trace],
    styles: dict[str, Style],
    layer: int,
    difference: Difference | Undecided | None = None,
    message: str = "",
    remark: str = "",
) -> Show:
    """Return the :class:`Show` of one run, or of two with what differs between them.

    Parameters
    ----------
    traces : dict of str to Trace
        Name -> run, the first one's weight is chosen by click; each with at least one update.
    styles : dict of str to Style
    layer : int
        From 1; 0 for a plain function.
    difference : Difference or Undecided, optional
        What :func:`mlpteach.compare` found between the two.
    message : str
    remark : str
        What the two are known to differ in, said below the first difference.
    """
    steps = max(len(trace) for trace in traces.values())
    prefixes = {name: f"{name}." for name in traces}
    frames = join(
        *(optimizer_frames(trace, layer, prefixes[name], steps) for name, trace in traces.items())
    )
    samples = frames.named(frames.values)
    differs = line_of(difference)
    heats = [
        heat
        for i, (name, trace) in enumerate(traces.items())
        for heat in optimizer_heats(
            trace, layer, samples, prefixes[name], _shown(differs, i), _of(name, traces)
        )
    ]
    ledgers = [
        rule_ledger(trace, layer, name, prefixes[name], differs) for name, trace in traces.items()
    ]
    words, table = [], []
    if len(traces) == 2:
        words = [first_difference(difference, remark, traces, layer)]
        table = [_table(traces, styles, steps)]
    first = next(iter(traces.values()))
    panels = (*words, *ledgers, _costs(traces, styles, steps), *table, *heats)
    return Show(
        traces=traces,
        steps=steps,
        panels=panels,
        mosaic=_mosaic(panels),
        series=_series(traces, steps),
        frames=frames,
        message=message,
        per_epoch=first.run.problem.updates_per_epoch if layer else 1,
    )


def _mosaic(panels):
    """Place the difference above all, and both ledgers beside the maps; the cost below either."""
    if len(letters_of(panels, "ledger")) < 2:
        return ""
    maps = ["".join(pair) for pair in evenly(list(letters_of(panels, "heat")), 2)]
    cost = letters_of(panels, "wide")
    if max(len(panel.lines) for panel in panels if isinstance(panel, Ledger)) > _SHORT:
        right = beside((13, [letters_of(panels, "ledger")]), (7, [*maps, cost]))
        return above(letters_of(panels, "text"), right)
    # In shares that meet no edge between the maps, so that both sides are as high as they need.
    left = [letters_of(panels, "ledger")] * 4 + [cost] * 3
    return above(letters_of(panels, "text"), beside((13, left), (7, maps)))


def with_map(show: Show, landscape: Landscape) -> Show:
    """Put the map with both trails in the place of the plain cost and of maps of two numbers."""
    alive = {name: trace for name, trace in show.traces.items() if len(trace)}
    paths = {name: path(trace, landscape, show.steps) for name, trace in alive.items()}
    styles = {name: trace.run.rule.style for name, trace in alive.items()}
    raced = race_show(alive, paths, styles, landscape, show.steps)
    kept = [panel for panel in show.panels if isinstance(panel, (Text, Ledger))]
    drawn = [panel for panel in raced.panels if not isinstance(panel, Text)]
    coordinates = [panel for panel in show.panels if isinstance(panel, Heat)][:1]  # to choose one
    series = {**show.series, **raced.series}
    panels = (*kept, *drawn, *coordinates)
    cost = letters_of(panels, "wide")[0]
    left = [letters_of(panels, "square")] * 5 + [cost] * 2 + [letters_of(panels, "heat")]
    right = [letters_of(panels, kind) for kind in ("text", "ledger", "table")]
    mosaic = beside((1, left), (2, right))
    return replace(show, panels=panels, series=series, mosaic=mosaic)


def _shown(differs, place):
    """Return the quantities worth a map; the second run's where they can tell it from the first."""
    return ["W", differs, "rho"] if place else None


def _of(name, traces):
    return f" · {name}" if len(traces) > 1 else ""


def _series(traces, steps):
    series = {"k": np.arange(1.0, steps + 1)}
    for name, trace in traces.items():
        cost = np.full(steps, np.nan)
        cost[: len(trace)] = trace.losses
        series[f"{name}.loss"] = cost
        if trace.run.schedule.id != "constant":
            factor = np.full(steps, np.nan)
            factor[: len(trace)] = [step.factor for step in trace]
            series[f"{name}.factor"] = factor
    return series


def _costs(traces, styles, steps):
    costs = [trace.losses for trace in traces.values()]
    positive = all((cost > 0).all() for cost in costs)
    scale = "log" if positive and _span(costs) > 50 else "linear"
    return Plot(
        title="Cost of each update",
        label="Cost against updates, one line a run; click to go to an update",
        axes=Axes(
            "update $k$", "cost $J$", (0.0, steps + 1.0), limits(*costs, scale=scale), yscale=scale
        ),
        layers=tuple(Line("k", f"{name}.loss", styles[name]) for name in traces),
        click="step",
    )


def _span(costs):
    return max(cost.max() for cost in costs) / min(cost.min() for cost in costs)


def _table(traces, styles, steps):
    rows = []
    for name, trace in traces.items():
        end = trace.diverged
        # Of the longest run at the last update: a later one has no place on the slider.
        notes = {min(end.k, steps): f"diverged: {end.quantity}"} if end else {}
        rows.append(Row(name, (f"{name}.loss",), styles[name], notes))
    return Table("", "Cost of each run", ("cost $J$",), tuple(rows))
