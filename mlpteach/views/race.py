"""A race of rules over a landscape: what is drawn of their traces."""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import BLUE, GREY, ORANGE, Style
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.tables.landscapes import Landscape
from mlpteach.views.axis import limits
from mlpteach.views.contours import heights, is_bowl, map_axes
from mlpteach.views.coordinates import SIZES, box
from mlpteach.views.panels import Arrow, Axes, Layer, Line, Panel, Plot, Row, Show, Table, Text

# How far below the cost at the start, and the size of the window, the axes reach.
_DEEP = 1e-8
_NEAR = 1e-5
# The enlargement shows arrows up to this long, in its own units, up and down.
_TALL = 1.1


def race_show(
    traces: dict[str, Trace],
    paths: dict[str, dict[str, FloatArray]],
    styles: dict[str, Style],
    landscape: Landscape,
    steps: int,
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
    """
    series = {"k": np.arange(1.0, steps + 1)}
    for name, arrays in paths.items():
        series |= {f"{name}.{key}": array for key, array in arrays.items()}
    panels: list[Panel] = [map_plot(traces, styles, landscape)]
    panels.append(cost_plot(traces, styles, landscape, steps))
    panels.append(standings(traces, styles, landscape, series))
    if landscape.minima:
        panels.append(distance_plot(traces, styles, landscape, steps))
    ahead = {name: trace.run.rule for name, trace in traces.items() if f"{name}.look_x" in series}
    panels += [enlargement(name, title(name, rule)) for name, rule in ahead.items()]
    if landscape.latex:
        panels.append(Text("", (f"$J(x, y) = {landscape.latex}$",)))
    return Show(traces, steps, tuple(panels), series, message=_message(traces))


def path(trace: Trace, landscape: Landscape, steps: int) -> dict[str, FloatArray]:
    """Return the series of one racer, each (steps,): NaN after the run's end.

    "x" and "y" are W_k, "J" the cost there, "distance" to the nearest minimum, "length" of the
    step; for a rule that looks ahead also "look_x" and "look_y", where it looks, and what
    :func:`enlargement` draws.
    """
    ahead = ("W_ahead",) if "W_ahead" in trace.lines else ()
    arrays = trace.gather("before", "after", "gradient", "rho", *ahead)
    x, y = arrays["before"].T
    found = {"x": x, "y": y, "J": trace.losses, "length": np.hypot(*arrays["rho"].T)}
    if landscape.minima:
        away = arrays["before"] - np.array(landscape.minima)[:, None]
        found["distance"] = np.hypot(away[..., 0], away[..., 1]).min(axis=0)
    found["to_x"], found["to_y"] = arrays["after"].T
    if ahead:
        found["look_x"], found["look_y"] = arrays["W_ahead"].T
        found |= _enlarged(arrays, landscape.window)
    return {name: _padded(values, steps) for name, values in found.items()}


def _padded(values, steps):
    padded = np.full(steps, np.nan)
    padded[: len(values)] = values
    return padded


def _enlarged(arrays, window):
    """Return look-ahead, step and downhill as arrows from 0, the longer of the first two 1 long."""
    x_min, x_max, y_min, y_max = window
    # Directions are those on the map, whose picture is not drawn to one scale.
    across, down = _size("square")
    scale = np.array([across / (x_max - x_min), down / (y_max - y_min)])
    look = (arrays["W_ahead"] - arrays["before"]) * scale
    step = -arrays["rho"] * scale
    downhill = -arrays["gradient"] * scale
    with np.errstate(all="ignore"):
        unit = np.maximum(np.hypot(*look.T), np.hypot(*step.T))[:, None]
        arrows = {
            "big_look": look / unit,
            "big_step": step / unit,
            "downhill": downhill / np.hypot(*downhill.T)[:, None],
        }
    named = {"zero": np.zeros(len(look))}
    for name, arrow in arrows.items():
        # An arrow without a length has no direction to show.
        arrow = np.where((arrow == 0).all(axis=1, keepdims=True), np.nan, arrow)
        named[f"{name}_x"], named[f"{name}_y"] = arrow.T
    return named


def map_plot(traces: dict[str, Trace], styles: dict[str, Style], landscape: Landscape) -> Plot:
    """Return the map with the racers' trails; Nesterov's arrows show where it looks and steps."""
    layers: list[Layer] = [
        Line(f"{name}.x", f"{name}.y", styles[name], future=False) for name in traces
    ]
    for name, trace in traces.items():
        if "W_ahead" in trace.lines:
            start = f"{name}.x", f"{name}.y"
            look, step = _arrow_styles(styles[name])
            layers.append(Arrow(*start, f"{name}.look_x", f"{name}.look_y", look))
            layers.append(Arrow(*start, f"{name}.to_x", f"{name}.to_y", step))
    return Plot(
        title="The map: click to start there" + ("; ★ minimum" if landscape.minima else ""),
        label=f"Contours of {landscape.title} with the trail of each rule; a click starts there",
        axes=map_axes(landscape),
        layers=tuple(layers),
        click="start",
    )


def _arrow_styles(style):
    return Style(style.color, "dotted", "", 2.0), Style(style.color, "solid", "", 2.0)


def title(name: str, rule: Rule) -> str:
    """Return a racer's name with the rule's title in the place of its id."""
    return name.replace(rule.id, rule.short_title, 1)


def enlargement(name: str, words: str) -> Plot:
    """Return the plot that shows where a rule looks before it steps, enlarged."""
    look, step = Style(ORANGE, "dotted", "", 2.5), Style(BLUE, "solid", "", 2.5)
    downhill = Style(GREY, "dashed", "", 1.5)
    start = f"{name}.zero", f"{name}.zero"

    def arrow(key, style, label):
        return Arrow(*start, f"{name}.{key}_x", f"{name}.{key}_y", style, label)

    across, down = _size("wide")
    wide = _TALL * across / down
    return Plot(
        title=f"{words} at $W_k$, enlarged",
        label=f"Where {words} looks, steps, and which way is downhill, as directions on the map",
        axes=Axes("", "", (-wide, wide), (-_TALL, _TALL), draw=_bare, key="bare"),
        layers=(
            arrow("big_look", look, "looks ahead"),
            arrow("big_step", step, r"steps, $-\rho_k$"),
            arrow("downhill", downhill, "downhill, $-g_k$"),
        ),
    )


def _size(shape):
    """Return width and height of a plot's axes on the screen."""
    _, _, width, height = box(Axes("", "", (0, 1), (0, 1), shape=shape))
    return width * SIZES[shape][0], height * SIZES[shape][1]


def _bare(target):
    target.set_xticks([])
    target.set_yticks([])
    target.spines[:].set_visible(False)
    target.text(0.0, 0.0, "●", ha="center", va="center", fontsize=8)


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
    return f"{rule.values[rule.step_size]:.3g}" if rule.step_size in rule.values else "–"


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
