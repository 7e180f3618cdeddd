"""A race of rules over a landscape: what is drawn of their traces."""

from collections.abc import Sequence

import numpy as np

from mlpteach.basics.arrays import BoolArray, FloatArray
from mlpteach.basics.style import Style
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.study.step_parts import step_parts
from mlpteach.tables.landscapes import Landscape
from mlpteach.views.arrows import arrow_series, arrows_on_map, enlargement
from mlpteach.views.axis import limits
from mlpteach.views.contours import heights, is_bowl, map_axes
from mlpteach.views.hatching import hatching
from mlpteach.views.layers import Note, Path
from mlpteach.views.mosaic import beside, letters_of
from mlpteach.views.panels import Arrow, Axes, Line, Panel, Plot, Row, Show, Table, Text
from mlpteach.views.runs import fill_up
from mlpteach.views.written import written

# How far below the cost at the start, and the size of the window, the axes reach.
_DEEP = 1e-8
_NEAR = 1e-5
# The region from which a rule diverges.
_LOST = Style("#d1495b", "solid", "", 1.0)


def race_show(
    traces: dict[str, Trace],
    paths: dict[str, dict[str, FloatArray]],
    styles: dict[str, Style],
    landscape: Landscape,
    steps: int,
    chosen: str = "",
    lost: BoolArray | None = None,
) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of a race.

    Parameters
    ----------
    traces : dict of str to Trace
        By the name on the screen.
    paths : dict of str to dict
        What :func:`path` returns for each trace.
    styles : dict of str to Style
    landscape : Landscape
    steps : int
        Planned updates; a trace that diverged has fewer.
    chosen : str
        Name of the rule whose steps are taken apart, if any.
    lost : ndarray of bool, shape (rows, columns), optional
        From which cells of the map that rule diverges, the lowest row first; see
        :func:`mlpteach.study.diverging.diverges`.
    """
    series = {"k": np.arange(1.0, steps + 1)}
    for name, arrays in paths.items():
        series |= {f"{name}.{key}": array for key, array in arrays.items()}
    parts = step_parts(traces[chosen]) if chosen else {}
    if chosen:
        before = traces[chosen].gather("before")["before"]
        series |= arrow_series(parts, before, landscape.window, steps)
    region = hatched(lost, title(chosen, traces[chosen].run.rule), landscape) if chosen else ()
    arrows = arrows_on_map(parts)
    panels: list[Panel] = [map_plot(traces, styles, landscape, region, arrows)]
    panels.append(cost_plot(traces, styles, landscape, steps))
    panels.append(standings(traces, styles, landscape, series))
    if landscape.minima:
        panels.append(distance_plot(traces, styles, landscape, steps))
    if chosen:
        panels.append(enlargement(parts, title(chosen, traces[chosen].run.rule)))
    if landscape.latex:
        panels.append(Text("", (f"$J(x, y) = {landscape.latex}$",)))
    enlarged = letters_of(panels, "wide")[1 + bool(landscape.minima) :]
    mosaic = beside((1, ["A"]), (1, ["C", "B" + enlarged]))
    message = _message(traces)
    return Show(traces, steps, tuple(panels), series, message=message, mosaic=mosaic)


def path(trace: Trace, landscape: Landscape, steps: int) -> dict[str, FloatArray]:
    """Return the series of one racer, each (steps,): NaN after the run's end.

    "x" and "y" are W_k, "J" the cost there, "distance" to the nearest minimum, "length" of the
    step.
    """
    arrays = trace.gather("before", "rho")
    x, y = arrays["before"].T
    found = {"x": x, "y": y, "J": trace.losses, "length": np.hypot(*arrays["rho"].T)}
    if landscape.minima:
        away = arrays["before"] - np.array(landscape.minima)[:, None]
        found["distance"] = np.hypot(away[..., 0], away[..., 1]).min(axis=0)
    return {name: fill_up(values, steps) for name, values in found.items()}


def map_plot(
    traces: dict[str, Trace],
    styles: dict[str, Style],
    landscape: Landscape,
    region: Sequence[Path | Note] = (),
    arrows: Sequence[Arrow] = (),
) -> Plot:
    """Return the map with the racers' trails, and for one of them a region and arrows."""
    trails = [Line(f"{name}.x", f"{name}.y", styles[name], future=False) for name in traces]
    hatches = "".join(f"; hatched: {one.text} of starts" for one in region if type(one) is Note)
    return Plot(
        title="The map: click to start there" + ("; ★ minimum" if landscape.minima else ""),
        label=f"Contours of {landscape.title} with the trail of each rule; a click starts there"
        + hatches,
        axes=map_axes(landscape),
        layers=(*region, *trails, *arrows),
        click="start",
    )


def hatched(
    lost: BoolArray | None, words: str, landscape: Landscape
) -> tuple[()] | tuple[Path, Note]:
    """Return the layers that show from where a rule called `words` diverges; none for nowhere."""
    if lost is None or not lost.any():
        return ()
    x_min, x_max, y_min, y_max = landscape.window
    place = x_min + 0.03 * (x_max - x_min), y_max - 0.04 * (y_max - y_min)
    said = f"{words} diverges: {100 * lost.mean():.0f} %"
    return Path(*hatching(lost, landscape.window), _LOST), Note(said, *place, _LOST)


def title(name: str, rule: Rule) -> str:
    """Return a racer's name with its title for its id, and without the usual form, the slide's."""
    return name.replace(rule.id, rule.short_title, 1).replace(" (lecture)", "")


def cost_plot(
    traces: dict[str, Trace], styles: dict[str, Style], landscape: Landscape, steps: int
) -> Plot:
    """Return the plot of the cost against updates; its axes depend on landscape and start only."""
    if is_bowl(landscape) and np.nanmin(heights(landscape)[2]) >= 0:
        first = [trace.losses[0] for trace in traces.values() if len(trace)][:1] or [1.0]
        ends, scale = limits(np.array(first) * [[_DEEP], [10.0]], scale="log"), "log"
    else:
        ends, scale = limits(heights(landscape)[2]), "linear"
    return _against_updates(
        traces, styles, steps, "J", "cost $J$", ends, scale, "Cost", "Cost of each rule"
    )


def distance_plot(
    traces: dict[str, Trace], styles: dict[str, Style], landscape: Landscape, steps: int
) -> Plot:
    """Return the plot of the distance to the nearest minimum against updates."""
    x_min, x_max, y_min, y_max = landscape.window
    across = np.hypot(x_max - x_min, y_max - y_min)
    ends = limits(across * np.array([_NEAR, 1.0]), scale="log")
    words = "Distance to the nearest minimum"
    return _against_updates(
        traces, styles, steps, "distance", "distance", ends, "log", words, words
    )


def _against_updates(traces, styles, steps, key, ylabel, ends, scale, title, label):
    return Plot(
        title=title,
        label=f"{label} against updates; click to go to an update",
        axes=Axes("update $k$", ylabel, (0.0, steps + 1.0), ends, yscale=scale),
        layers=tuple(Line("k", f"{name}.{key}", styles[name]) for name in traces),
        click="step",
    )


def standings(
    traces: dict[str, Trace],
    styles: dict[str, Style],
    landscape: Landscape,
    series: dict[str, FloatArray],
) -> Table:
    """Return the table of the racers: step size, cost, distance, length of the step; a legend."""
    columns = {"cost $J$": "J", "distance": "distance", r"step $|\rho_k|$": "length"}
    if not landscape.minima:
        del columns["distance"]
    rows = [
        Row(
            title(name, trace.run.rule),
            (step_size(trace.run.rule), *(f"{name}.{key}" for key in columns.values())),
            styles[name],
            notes(trace, series[f"{name}.x"], series[f"{name}.y"], landscape.window),
        )
        for name, trace in traces.items()
    ]
    head = r"step size $\eta$"
    return Table("", "The rules at this update", (head, *columns), tuple(rows))


def step_size(rule: Rule) -> str:
    """Return the step size of a rule as it stands in a table; "–" for a rule without one.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> step_size(rule("momentum", alpha=0.02)), step_size(rule("lbfgs"))
    ('0.02', '–')
    """
    return written(rule.values[rule.step_size]) if rule.step_size in rule.values else "–"


def notes(trace: Trace, x: FloatArray, y: FloatArray, window: tuple[float, ...]) -> dict[int, str]:
    """Return what is said of a racer from which update on: that it left the map, or diverged."""
    x_min, x_max, y_min, y_max = window
    outside = (x < x_min) | (x > x_max) | (y < y_min) | (y > y_max)
    changes = np.flatnonzero(np.diff(outside, prepend=False))
    said = {int(i) + 1: "outside the map" if outside[i] else "" for i in changes}
    if trace.diverged is not None:
        said[trace.diverged.k] = f"diverged at update {trace.diverged.k}"
    return said


def _message(traces):
    """Say above the panels what a reader would miss there: that nothing runs."""
    if not traces:
        return "No rule runs: choose at least one."
    if all(trace.diverged is not None for trace in traces.values()):
        return "Every rule diverged. A smaller step size may help."
    return ""
