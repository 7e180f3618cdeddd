"""How erratic runs on mini-batches are: their costs, their turns, and their way on a plane."""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import Style
from mlpteach.run.trace import Trace
from mlpteach.study import erratic
from mlpteach.views import long_valley
from mlpteach.views.axis import limits
from mlpteach.views.frames import Frames, join
from mlpteach.views.image_frames import MOST_OF_BATCH, batch_frames
from mlpteach.views.image_panels import Images
from mlpteach.views.mosaic import beside, letters_of
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.runs import cost_limits, divergence_message, divergence_notes, fill_up

# How many batches are seen without asking; a large one takes more room.
_SEEN = 2


def show_batches(
    traces: dict[str, Trace],
    styles: dict[str, Style],
    updates: int,
    size: int | None = None,
    side: int = 0,
) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of runs on mini-batches.

    Parameters
    ----------
    traces : dict of str to Trace
        By batch size ("full" for all instances), or with `size` by form of momentum.
    styles : dict of str to Style
    updates : int
    size : int, optional
        The batch size that all have in common.
    side : int
        How wide and high the instances are as images; 0 where they are none.
    """
    message = divergence_message(traces)
    if not any(len(trace) for trace in traces.values()):
        return Show(traces, 0, message=message)
    series, share = history(traces, updates)
    pictures, frames = batch_images(traces, updates, side) if side else ((), None)
    panels = (
        _way_plot(styles, series, share),
        *_plots(styles, series, _ERRING if size is None else _TURNING),
        _table(traces, styles, size),
        *pictures,
    )
    return Show(
        traces=traces,
        steps=updates,
        panels=panels,
        series=series,
        frames=frames,
        message=message,
        mosaic=_mosaic(panels),
    )


def _mosaic(panels):
    """Return what stands where: below the way the small batches, as images."""
    images = [panel for panel in panels if isinstance(panel, Images)]
    small = [panel for panel in images if "first" not in panel.title][:_SEEN]
    below = letters_of(panels, "images")[: len(small)]
    way = ["A"] * (6 - len(below))
    return beside((2, [*way, *below]), (3, ["BC", "BC", "D", "D", "E", "E"]))


def batch_images(traces: dict[str, Trace], updates: int, side: int) -> tuple[list[Images], Frames]:
    """Return the images of the batch of each run, the smallest batch first, and their frames.

    Runs with batches of one size see the same images; of each size there is one panel.
    """
    problems = {trace.run.problem.batch_size: trace.run.problem for trace in traces.values()}
    panels, parts = [], []
    for size, problem in sorted(problems.items()):
        frames = batch_frames(problem, updates, side, prefix=f"{size}.")
        title = f"The batch of {size}"
        if size > MOST_OF_BATCH:
            title += f", its first {MOST_OF_BATCH}"
        panels.append(Images(title, title, f"{size}.batch", side, columns=16))
        parts.append(frames)
    return panels, join(*parts)


def history(traces: dict[str, Trace], updates: int) -> tuple[dict[str, FloatArray], float]:
    """Return name -> array (updates,) for several runs, and the share that the plane shows.

    "k", and of each run ``"name.batch"`` and ``"name.full"`` (with ``"name.full_k"``), costs;
    ``"name.angle"`` (with ``"name.full_k"``) and ``"name.mean_angle"``, ``"name.turn"`` and
    ``"name.mean_turn"``, degrees; ``"name.x"`` and ``"name.y"``, its way on the
    plane; ``"name.seen"``, instances used so far.
    """
    series = {"k": np.arange(1.0, updates + 1)}
    ways = {name: erratic.way(trace, updates) for name, trace in traces.items()}
    started = [name for name in traces if len(ways[name][0])]
    flat, share = erratic.largest_directions([ways[name][0] for name in started])
    planes = dict(zip(started, flat, strict=True))
    for name, trace in traces.items():
        W, rho = ways[name]
        full_k, full, angle = erratic.over_all_instances(trace, W, rho)
        turn = erratic.turns(rho)
        plane = planes.get(name, np.empty((0, 2)))
        columns = {
            "batch": trace.losses,
            "full": full,
            "full_k": full_k,
            "angle": angle,
            "mean_angle": erratic.mean_so_far(angle),
            "turn": turn,
            "mean_turn": erratic.mean_so_far(turn),
            "x": plane[:, 0],
            "y": plane[:, 1],
            "seen": _instances(trace, updates),
        }
        series |= {f"{name}.{key}": fill_up(column, updates) for key, column in columns.items()}
    return series, share


def _instances(trace, updates):
    """Return how many instances the run had used after each update."""
    problem, k = trace.run.problem, np.arange(1, min(updates, len(trace)) + 1)
    whole, rest = np.divmod(k, problem.updates_per_epoch)
    return whole * len(problem.X) + rest * problem.batch_size


def _way_plot(styles, series, share):
    x = limits(*(series[f"{name}.x"] for name in styles), room=0.1, signed=True)
    y = limits(*(series[f"{name}.y"] for name in styles), room=0.1, signed=True)
    return Plot(
        title=f"Way of all weights, on its two largest directions ({share:.0%} of it)",
        label="Way of the parameters of each run from the common start, on a plane",
        axes=Axes("largest direction", "second direction", x, y, shape="square"),
        layers=tuple(Line(f"{name}.x", f"{name}.y", styles[name]) for name in styles),
    )


# Title, x and y of the third plot: how far single updates lead from the full gradient; or, where
# all have the same batches, how smoothly one follows the other.
_ERRING = ("Angle of the update to the full gradient", "full_k", "angle")
_TURNING = ("Angle between successive updates", "k", "turn")


def _plots(styles, series, third):
    costs = [series[f"{name}.{kind}"] for name in styles for kind in ("batch", "full")]
    across = (0.0, float(len(series["k"])))
    cost = cost_limits(*costs)
    title, angle_x, angle = third
    plots = (
        ("Cost on each update's batch", "cost $J$", "k", "batch", cost, "log"),
        ("Cost on all instances", "cost $J$", "full_k", "full", cost, "log"),
        (title, "degrees", angle_x, angle, (0.0, 180.0), "linear"),
    )
    for title, ylabel, x, y, ylim, scale in plots:
        layers = (
            Line("k" if x == "k" else f"{name}.{x}", f"{name}.{y}", styles[name]) for name in styles
        )
        yield Plot(
            title=title,
            label=f"{title} against updates, a line a run; click to go to an update",
            axes=Axes("update $k$", ylabel, across, ylim, yscale=scale),
            layers=tuple(layers),
            click="step",
        )


def _table(traces, styles, size):
    keys = ("batch", "full", "mean_angle", "mean_turn", "seen")
    rows = [
        Row(
            label=_label(name, trace) if size is None else long_valley.NAMES[name],
            cells=tuple(f"{name}.{key}" for key in keys),
            style=styles[name],
            notes=divergence_notes(trace),
        )
        for name, trace in traces.items()
    ]
    columns = (
        "$J$, batch", "$J$, all", "mean angle to the full gradient", "to the update before",
        "instances used",
    )  # fmt: skip
    what = "" if size is None else f", batches of {size}"
    return Table(f"At this update{what}", "Numbers of each run", columns, tuple(rows))


def _label(name, trace):
    return f"batches of {len(trace.run.problem.X) if name == 'full' else name}"
