"""The cost of a network on a plane through its parameters, with the ways of several rules on it."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.basics.style import Style
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.trace import Trace
from mlpteach.study.cost_plane import Plane, costs_at
from mlpteach.views.axis import limits
from mlpteach.views.contours import draw_map, levels_of, write_levels
from mlpteach.views.mosaic import beside
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table, Text
from mlpteach.views.race import step_size, title
from mlpteach.views.runs import cost_limits, divergence_message, divergence_notes, fill_up

_GRID = 41  # points each way
# Part of the ways' reach that the map shows around them.
_AROUND = 0.25


@dataclass(frozen=True, eq=False)
class Seen:
    """A plane, what its two directions are called, and what lies on it.

    Attributes
    ----------
    plane : Plane
    names : (str, str)
        Of both directions, for the axes.
    ways : dict of str to ndarray, shape (n, n_parameters)
        Where each run was, W_1 … W_n.
    problem : NetworkProblem
    rows : ndarray of int
        Of X, those on which the cost is measured.
    """

    plane: Plane
    names: tuple[str, str]
    ways: dict[str, FloatArray]
    problem: NetworkProblem
    rows: IntArray


@on_one_blas_thread
def show_surface(
    traces: dict[str, Trace], styles: dict[str, Style], seen: Seen, updates: int
) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of runs over the cost on a plane.

    Parameters
    ----------
    traces : dict of str to Trace
        By the name on the screen; each has at least one update.
    styles : dict of str to Style
    seen : Seen
    updates : int
        Planned; a trace that diverged has fewer.
    """
    series = {"k": np.arange(1.0, updates + 1)}
    for name in traces:
        columns = way_series(seen, name)
        series |= {f"{name}.{key}": fill_up(values, updates) for key, values in columns.items()}
    whole = [name for name, trace in traces.items() if trace.diverged is None] or list(traces)
    return Show(
        mosaic=beside((6, ["A"]), (5, ["D", "BC"])),
        traces=traces,
        steps=updates,
        panels=(
            map_plot(seen, styles, whole),
            cost_plot(series, styles, updates),
            away_plot(series, styles, whole, updates),
            standings(traces, styles),
            explanation(seen),
        ),
        series=series,
        message=divergence_message(traces),
        per_epoch=seen.problem.updates_per_epoch,
    )


def way_series(seen: Seen, name: str) -> dict[str, FloatArray]:
    """Return what is known of one way, each (n,).

    "x" and "y" on the plane; the cost "J" where the run was, and "on_plane" where it is seen;
    "away", its distance from the plane, and "moved", that from its start.
    """
    W, plane = seen.ways[name], seen.plane
    with np.errstate(all="ignore"):  # a way that ends in a divergence
        places = plane.coordinates(W)
        return {
            "x": places[:, 0],
            "y": places[:, 1],
            "J": costs_at(seen.problem, W, seen.rows),
            "on_plane": costs_at(seen.problem, plane.places(places), seen.rows),
            "away": plane.distances(W),
            "moved": np.linalg.norm(W - W[0], axis=1),
        }


def cost_map(seen: Seen, whole: list[str]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return x (n,), y (n,) and the costs (n, n) over the part of the plane where ways are seen.

    Parameters
    ----------
    seen : Seen
    whole : list of str
        The runs whose ways decide how far the map reaches.
    """
    on_plane = [seen.plane.coordinates(seen.ways[name]) for name in whole]
    ends = (
        limits(*(places[:, i] for places in on_plane), room=_AROUND, signed=True) for i in (0, 1)
    )
    x, y = (np.linspace(*pair, _GRID) for pair in ends)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    costs = costs_at(seen.problem, seen.plane.places(grid), seen.rows)
    return x, y, costs.reshape(_GRID, _GRID)


def map_plot(seen: Seen, styles: dict[str, Style], whole: list[str]) -> Plot:
    """Return the map of the cost on the plane, with the way of each run on it."""
    x, y, costs = cost_map(seen, whole)
    drawn = hashlib.sha1(costs.tobytes() + x.tobytes() + y.tobytes()).hexdigest()
    axes = Axes(
        *seen.names, (x[0], x[-1]), (y[0], y[-1]), shape="square",
        draw=partial(_draw, x, y, costs), key=f"surface {drawn}",
    )  # fmt: skip
    share = shown_share(seen, whole)
    return Plot(
        title=f"Cost on the plane, which holds {share:.3g} % of the ways' variance",
        label=f"Contours of the cost on a plane through the parameters, which holds {share:.3g} % "
        "of the variance of the ways; the way of each rule, seen on the plane",
        axes=axes,
        layers=tuple(Line(f"{name}.x", f"{name}.y", style) for name, style in styles.items()),
    )


def shown_share(seen: Seen, whole: list[str]) -> float:
    """Return how much of the variance of the ways `whole` the plane holds, in percent."""
    return 100.0 * seen.plane.share(np.concatenate([seen.ways[name] for name in whole]))


def _draw(x, y, costs, target):
    contours = draw_map(target, x, y, costs, levels_of(costs, bowl=True))
    if contours is not None:
        write_levels(target, contours)


def cost_plot(series: dict[str, FloatArray], styles: dict[str, Style], updates: int) -> Plot:
    """Return the plot of each run's cost, and of the cost on the plane where it is seen."""
    costs = [series[f"{name}.{key}"] for name in styles for key in ("J", "on_plane")]
    layers = [Line("k", f"{name}.J", style) for name, style in styles.items()]
    layers += [
        Line("k", f"{name}.on_plane", replace(style, dash="dotted", marker="", width=1.4))
        for name, style in styles.items()
    ]
    return _against_updates(
        "Cost; dotted: on the plane, where the map shows it", "cost $J$", layers,
        cost_limits(*costs), "log", updates,
    )  # fmt: skip


def away_plot(
    series: dict[str, FloatArray], styles: dict[str, Style], whole: list[str], updates: int
) -> Plot:
    """Return the plot of how far each run is from the plane."""
    ends = limits(*(series[f"{name}.away"] for name in whole), [0.0])
    layers = [Line("k", f"{name}.away", style) for name, style in styles.items()]
    return _against_updates(
        "Distance out of the plane", "distance", layers, ends, "linear", updates
    )


def _against_updates(title, ylabel, layers, ends, scale, updates):
    return Plot(
        title=title,
        label=f"{title}, against updates, a line a rule; click to go to an update",
        axes=Axes("update $k$", ylabel, (0.0, updates + 1.0), ends, yscale=scale),
        layers=tuple(layers),
        click="step",
    )


def standings(traces: dict[str, Trace], styles: dict[str, Style]) -> Table:
    """Return the table of the rules: step size, costs, and how much of their way the map shows."""
    keys = ("J", "on_plane", "moved", "away")
    rows = [
        Row(
            title(name, trace.run.rule),
            (step_size(trace.run.rule), *(f"{name}.{key}" for key in keys)),
            styles[name],
            divergence_notes(trace),
        )
        for name, trace in traces.items()
    ]
    columns = (
        r"step size $\eta$", "cost $J$", "$J$ on the plane", "way from the start",
        "out of the plane",
    )  # fmt: skip
    return Table("At this update", "The rules at this update", columns, tuple(rows))


def explanation(seen: Seen) -> Text:
    """Return in words what is drawn."""
    n, all_of_them = len(seen.rows), len(seen.problem.X)
    measured = f"all {n}" if n == all_of_them else f"{n} of the {all_of_them}"
    count = f"{len(seen.plane.origin):,}".replace(",", " ")
    return Text(
        "What the map shows",
        (
            f"The cost of {measured} instances at each place of a plane through the {count} "
            "parameters: straight up from the map lies all that a network can be besides.",
            "A run is seen where it would meet the plane at a right angle. Its own cost is another "
            "one, the more so the farther it is out of the plane.",
            "After Li et al. 2018, Visualizing the loss landscape of neural nets.",
        ),
    )
