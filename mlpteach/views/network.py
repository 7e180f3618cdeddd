"""A small network on two inputs, while it learns: both passes in numbers, and what it has learned.

A frame holds the numbers of :func:`mlpteach.study.back_propagation.pass_numbers`, those of the
rule, and the map of the plane.
"""

from dataclasses import replace
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
from mlpteach.views.mosaic import beside
from mlpteach.views.network_panels import Matrix
from mlpteach.views.optimizer import cost_plot, cost_series, optimizer_frames, rule_lines
from mlpteach.views.packed import packed
from mlpteach.views.panels import Axes, Diagram, Ledger, Matrices, Plot, Show
from mlpteach.views.plane import leaning, margins, places, plane_axes, unit_levels

# Of the map of the plane, and of those of the units, whose number of cells is three times a whole.
ROWS, COLUMNS = 30, 36
CELLS = 12, 15
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
    cost = cost_plot(trace)
    return Show(
        traces=traces,
        steps=len(trace),
        panels=(
            plane_plot(trace, axes),
            replace(cost, axes=replace(cost.axes, shape="low")),
            network_diagram(trace),
            network_ledger(trace),
            batch_matrices(trace),
        ),
        series=cost_series(trace),
        frames=frames,
        numbers=(("cost $J$", "loss"),),
        message=message,
        per_epoch=trace.run.problem.updates_per_epoch,
        mosaic=beside((23, ["A", "B"]), (42, ["C"]), (35, ["D", "E"])),
    )


def network_frames(trace: Trace, asked: tuple[float, float], axes: Axes) -> Frames:
    """Return the :class:`Frames` of both passes, the rule and the maps of each update.

    "map" is what the network says of the plane, "margin" how surely among several classes, "units"
    what each unit says of it.
    What can be chosen is a parameter (row) and an instance (column).
    """
    problem = trace.run.problem
    units = sum(problem.net.sizes[1:]), CELLS[0] * CELLS[1] // 3
    drawn = dict.fromkeys(_drawn_maps(problem.net), (1, ROWS * COLUMNS // 3))
    fields = {**pass_fields(problem), **drawn, "units": units}
    read = partial(_read, trace, asked, places(axes, ROWS, COLUMNS), places(axes, *CELLS))
    passes = Frames(len(trace), fields, read, stride=trace.stride)
    both = join(passes, optimizer_frames(trace, 0))
    choices = problem.layout.size, problem.batch_size + 1
    return replace(both, select="", choices=choices, ways=ways(problem.net))


def _read(trace, asked, plane, cells, first, last):
    return np.stack([_frame(trace, asked, plane, cells, s) for s in trace.steps(first, last)])


def _frame(trace, asked, plane, cells, step):
    problem, theta = trace.run.problem, step.before.flat
    numbers = pass_numbers(step, problem, asked)
    A = activations_at(problem, theta, plane)[-1]
    maps = leaning(problem, A), margins(A)
    for name, levels in zip(_drawn_maps(problem.net), maps, strict=False):
        numbers[name] = packed(levels[None])
    units = zip(problem.net.activations, activations_at(problem, theta, cells)[1:], strict=True)
    numbers["units"] = packed(np.concatenate([unit_levels(phi, A) for phi, A in units]))
    return np.concatenate([matrix.ravel() for matrix in numbers.values()])


def _drawn_maps(net):
    """Return the fields of the plane: what is said of it, and how surely among several classes."""
    return ("map", "margin") if net.sizes[-1] > 2 else ("map",)


@on_one_blas_thread
def activations_at(
    problem: NetworkProblem, theta: FloatArray, places: FloatArray
) -> list[FloatArray]:
    """Return A^(1) … A^(L+1) of the network with parameters `theta` at `places` (n, 2)."""
    with np.errstate(all="ignore"):
        A, _ = problem.net.forward(theta, places.T)
    return A


def plane_plot(trace: Trace, axes: Axes) -> Plot:
    """Return the plot of data, batch and boundary; a click chooses an instance or asks a place."""
    several = trace.run.problem.net.sizes[-1] > 2
    raster = Raster(
        "map", axes.xlim, axes.ylim, "signed", limit=_FAINT, smooth=not several, contour=True,
        cells=(ROWS, COLUMNS), margins="margin" if several else "",
    )  # fmt: skip
    return Plot(
        title="Output; rings: the batch",
        label="What the network says of each place, with the data; click an instance, or a place",
        axes=axes,
        layers=(raster, Points("A1", _RING)),
        click="asked",
    )


def network_diagram(trace: Trace) -> Diagram:
    """Return the :class:`Diagram` of the network."""
    net = trace.run.problem.net
    passes = [line.name for line in pass_lines(net, trace.run.problem.loss)]
    lines = [*passes, *[line.name for line in rule_lines(trace)]]
    return Diagram(
        title="z and a of one instance; discs: its v on the way back",
        label="The network drawn: click a unit or a weight; arrow keys go from unit to unit",
        sizes=net.sizes,
        lines=lines,
        maps="units",
        cells=CELLS,
    )


def network_ledger(trace: Trace) -> Ledger:
    """Return the :class:`Ledger` of both passes and the rule."""
    net = trace.run.problem.net
    lines = pass_lines(net, trace.run.problem.loss)
    found = {key: place for line in lines for key, place in line.places.items()}
    of_rule = optimizer_frames(trace, 0).fields
    found |= {name: Place(name, 0, {"parameter": 1}, each=False) for name in of_rule}
    return Ledger((*lines, *rule_lines(trace)), places=found)


def batch_matrices(trace: Trace) -> Matrices:
    """Return the :class:`Matrices` of both passes; beside the rule's lines the last ones stay."""
    problem = trace.run.problem
    written = [
        _EQUATIONS[line.name[0]](problem, line.name)
        for line in pass_lines(problem.net, problem.loss)
    ]
    return Matrices(
        title="The whole batch, an instance a column",
        label="The line as an equation between matrices; click a column to choose its instance",
        lines=written,
    )


def _of_units(problem, letter, layer, units, text=""):
    """Return a matrix: a row for each unit of A^(units), a column for each instance."""
    text = text or rf"${letter}^{{({layer})}}$"
    rows, columns = problem.net.sizes[units - 1], problem.batch_size + 1
    return Matrix(text, f"{letter}{layer}", rows, columns, row=f"unit{units}", column="instance")


def _of_weights(problem, field, layer, text, transposed=False):
    """Return weights, or what has their shape, of one layer."""
    W, (n_out, n_in), _ = problem.layout.slices[layer - 1]
    text = rf"({text}^{{({layer})}})^T" if transposed else rf"{text}^{{({layer})}}"
    return Matrix(
        f"${text}$", field, n_out, n_in, W.start, f"unit{layer + 1}", f"unit{layer}", transposed
    )


def _weighted(problem, name):
    layer = int(name[1:])
    _, (n_out, _), b = problem.layout.slices[layer - 1]
    bias = Matrix(f"$b^{{({layer})}}$", "W", n_out, 1, b.start, f"unit{layer + 1}")
    return (
        _of_units(problem, "Z", layer, layer + 1), "=", _of_weights(problem, "W", layer, "W"),
        _of_units(problem, "A", layer, layer), "+", bias,
    )  # fmt: skip


def _activity(problem, name):
    layer = int(name[1:])
    Z = _of_units(problem, "Z", layer - 1, layer)
    return _of_units(problem, "A", layer, layer), "= φ", Z


def _cost(problem, name):
    outputs = len(problem.net.sizes)
    cost = Matrix(r"$J$", "cost", 1, problem.batch_size + 1, column="instance")
    Y = Matrix(r"$Y$", "Y", *(problem.net.sizes[-1], cost.columns), 0, f"unit{outputs}", "instance")
    return cost, "←", _of_units(problem, "A", outputs, outputs), Y


def _sensitivity(problem, name):
    layer, last = int(name[1:]), len(problem.net.sizes) - 1
    V = _of_units(problem, "V", layer, layer + 1)
    if layer == last:
        return V, "←", *_cost(problem, name)[2:]
    told = (
        _of_weights(problem, "W", layer + 1, "W", transposed=True),
        _of_units(problem, "V", layer + 1, layer + 2),
    )
    if not problem.net.activations[layer - 1].elementwise:
        return V, "←", *told
    slope = _of_units(problem, "slope", layer, layer + 1, rf"$\phi'(Z^{{({layer})}})$")
    return V, "=", *told, "⊙", slope


def _gradient(problem, name):
    layer = int(name[1:])
    V = _of_units(problem, "V", layer, layer + 1)
    A = _of_units(problem, "A", layer, layer, rf"$A^{{({layer})}}$, transposed")
    return _of_weights(problem, "G", layer, r"\nabla W"), "= 1/n", V, A


_EQUATIONS = {
    "Z": _weighted, "A": _activity, "J": _cost, "V": _sensitivity, "G": _gradient,
}  # fmt: skip
