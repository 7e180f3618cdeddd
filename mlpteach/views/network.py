"""A small network on two inputs, while it learns: both passes in numbers, and what it has learned.

A frame holds the numbers of :func:`mlpteach.study.back_propagation.pass_numbers`, those of the
rule, and the map of the plane.
"""

from functools import partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import Style
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.trace import Trace
from mlpteach.study.back_propagation import pass_fields, pass_numbers, ways
from mlpteach.study.pass_lines import Place, pass_lines
from mlpteach.views.frames import Frames, join
from mlpteach.views.layers import Points, Raster
from mlpteach.views.optimizer import cost_plot, cost_series, optimizer_frames, rule_lines
from mlpteach.views.panels import Axes, Heat, Ledger, Plot, Show
from mlpteach.views.plane import leaning, places, plane_axes

# Of the map of the plane.
ROWS, COLUMNS = 30, 36
# Fainter than the data upon it.
_FAINT = 2.0
_RING = Style("#1b1b1b", marker="")


def show_network(trace: Trace, asked: tuple[float, float]) -> Show:
    """Return the :class:`~mlpteach.views.Show` of a run on two inputs.

    Parameters
    ----------
    trace : Trace
    asked : tuple of float
        A place of the plane, of which the network is asked too.
    """
    traces, message = {str(trace.run.rule): trace}, str(trace.diverged or "")
    if not len(trace):
        return Show(traces, 0, message=message)
    axes = plane_axes(trace.run.problem)
    frames = network_frames(trace, asked, axes)
    return Show(
        traces=traces,
        steps=len(trace),
        panels=(
            plane_plot(trace, axes),
            cost_plot(trace),
            network_ledger(trace, frames),
            *sensitivity_heats(trace, frames),
        ),
        series={**cost_series(trace), **batch_series(trace, asked)},
        frames=frames,
        numbers=(("cost $J$", "loss"),),
        message=message,
        per_epoch=trace.run.problem.updates_per_epoch,
    )


def network_frames(trace: Trace, asked: tuple[float, float], axes: Axes) -> Frames:
    """Return the :class:`Frames` of both passes, the rule and the map "map" of each update.

    What can be chosen is a parameter (row) and an instance (column).
    """
    problem = trace.run.problem
    fields = {**pass_fields(problem), "map": (ROWS, COLUMNS)}
    read = partial(_read, trace, asked, places(axes, ROWS, COLUMNS))
    passes = Frames(len(trace), fields, read, stride=trace.stride)
    both = join(passes, optimizer_frames(trace, 0))
    choices = problem.layout.size, problem.batch_size + 1
    return Frames(both.steps, both.fields, both.read, stride=both.stride, choices=choices)


def _read(trace, asked, places, first, last):
    return np.stack([_frame(trace, asked, places, step) for step in trace.steps(first, last)])


def _frame(trace, asked, places, step):
    problem = trace.run.problem
    numbers = pass_numbers(step, problem, asked)
    numbers["map"] = plane_map(problem, step.before.flat, places)
    return np.concatenate([matrix.ravel() for matrix in numbers.values()])


@on_one_blas_thread
def plane_map(problem: NetworkProblem, theta: FloatArray, places: FloatArray) -> FloatArray:
    """Return what the network with parameters `theta` says of `places` (n, 2): see `leaning`."""
    with np.errstate(all="ignore"):
        A, _ = problem.net.forward(theta, places.T)
        return leaning(problem, A[-1])


def batch_series(trace: Trace, asked: tuple[float, float]) -> dict[str, FloatArray]:
    """Return "x1" and "x2" (steps, batch + 1): where each batch lies, and the place asked."""
    problem = trace.run.problem
    found = np.full((len(trace), problem.batch_size + 1, 2), np.nan)
    found[:, -1] = asked
    for k, row in enumerate(found, start=1):
        batch = problem.batch(k)
        row[: len(batch)] = problem.X[batch]
    return {"x1": found[..., 0], "x2": found[..., 1]}


def plane_plot(trace: Trace, axes: Axes) -> Plot:
    """Return the plot of data, batch and boundary; a click chooses an instance or asks a place."""
    outputs = trace.run.problem.net.sizes[-1]
    raster = Raster(
        "map", axes.xlim, axes.ylim, "signed", limit=_FAINT, smooth=outputs < 3, contour=outputs < 3
    )
    return Plot(
        title="Output, and the instances of the batch",
        label="What the network says of each place, with the data; click an instance, or a place",
        axes=axes,
        layers=(raster, Points("x1", "x2", _RING)),
        click="asked",
    )


def network_ledger(trace: Trace, frames: Frames) -> Ledger:
    """Return the :class:`Ledger` of both passes and the rule."""
    net = trace.run.problem.net
    lines = pass_lines(net, trace.run.problem.loss)
    found = {key: place for line in lines for key, place in line.places.items()}
    of_rule = optimizer_frames(trace, 0).fields
    found |= {name: Place(name, 0, {"parameter": 1}, each=False) for name in of_rule}
    return Ledger((*lines, *rule_lines(trace)), places=found, ways=ways(net))


def sensitivity_heats(trace: Trace, frames: Frames) -> list[Heat]:
    """Return a map of V^(l) for each layer: units in rows, instances in columns."""
    lines = [line.name for line in pass_lines(trace.run.problem.net, trace.run.problem.loss)]
    samples = frames.named(frames.at(frames.held))
    layers = range(1, len(trace.run.problem.net.sizes))
    limit = max(_largest(samples[f"V{layer}"]) for layer in layers) or 1.0
    return [
        Heat(
            field=f"V{layer}",
            title=f"$V^{{({layer})}}$",
            label=f"Sensitivity of layer {layer}: units in rows, instances in columns",
            colors="signed",
            limit=limit,
            gamma=0.5,
            line=lines.index(f"V{layer}"),
            selectable=False,
        )
        for layer in layers
    ]


def _largest(values):
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
