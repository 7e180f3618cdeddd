"""A network under two costs: the numbers of both runs, line by line.

Both start at the same weights and see the same batches. Sensitivities travel as frames, everything
that is one number an update as series.
"""

import math
from functools import partial
from itertools import cycle
from typing import NamedTuple

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.parameters import Layers, Parameters
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.trace import Step, Trace
from mlpteach.views.frames import Frames

# Of each line: its sizes in both runs, the difference, and how far it is off the first's line.
COLUMNS = ("first", "second", "difference", "off")
# Frames up to this are kept from the one reading that the series need; beyond, read when looked at.
_KEPT_BYTES = 64 * 2**20


class Passes(NamedTuple):
    """One pass forward and back on a batch: as in a ``Step``, with the weights it used."""

    A: Layers
    Z: Layers
    sensitivity: Layers
    weights: Parameters
    gradient: Parameters

    @property
    def lines(self):
        """Quantity of each line: "A2", "V1", "G1" (the gradient of W^(1)) -> array."""
        kinds = {"A": self.A, "V": self.sensitivity, "G": self.gradient.W}
        return {
            f"{kind}{n}": array for kind, layers in kinds.items() for n, array in layers.items()
        }


def line_names(layers: int) -> list[str]:
    """Return the lines of both passes, in the order in which they are computed.

    Examples
    --------
    >>> line_names(2)
    ['A2', 'A3', 'V2', 'V1', 'G2', 'G1']
    """
    forward = [f"A{layer}" for layer in range(2, layers + 2)]
    return forward + [f"{kind}{layer}" for kind in "VG" for layer in range(layers, 0, -1)]


def passes_of(step: Step) -> Passes:
    """Return the :class:`Passes` of a step of a trace."""
    return Passes(step.A, step.Z, step.sensitivity, step.before, step.gradient)


@on_one_blas_thread
def passes_at(step: Step, trace: Trace) -> Passes:
    """Return the :class:`Passes` by the cost of `trace`, at the weights and batch of `step`."""
    with np.errstate(all="ignore"):
        found = trace.run.problem.evaluate(step.before.flat, step.batch)
    A, Z, V = Layers(found.A), Layers(found.Z), Layers(found.sensitivity)
    return Passes(A, Z, V, step.before, Parameters(found.gradient, trace.layout))


def pairs(traces, same_weights, first, last):
    """Yield (batch, passes by the first cost, by the second) of the updates first … last.

    With `same_weights` the second cost is asked at the weights of the first run. A run that has
    ended gives None.
    """
    trace, other_trace = traces
    others = _steps(other_trace, first, last)
    for step, other in zip(_steps(trace, first, last), others, strict=True):
        left = step and passes_of(step)
        if same_weights:
            yield (step or other).batch, left, step and passes_at(step, other_trace)
        else:
            yield (step or other).batch, left, other and passes_of(other)


def _steps(trace, first, last):
    end = min(last, len(trace))
    if first <= end:
        yield from trace.steps(first, end)
    for _ in range(max(first, end + 1), last + 1):
        yield None


@on_one_blas_thread
def lab_history(
    runs: dict[str, Trace], same_weights: bool = False
) -> tuple[dict[str, FloatArray], Frames]:
    """Return the series and the frames of both runs.

    Parameters
    ----------
    runs : dict of str to Trace
        Two, by the id of their cost.
    same_weights : bool
        Whether the second cost's numbers are those at the weights of the first run.

    Returns
    -------
    series : dict of str to ndarray, shape (steps,)
        NaN after a run's end. "k"; of each run, such as "mse.J": "J" on the batch and "validation",
        the accuracy after the last whole epoch; of each line, such as "V2.mse": its size (root mean
        square) by either cost, the largest "difference" between the two, and how far the second's
        numbers are at most "off" the first's line (:func:`by_lines_of`).
    frames : Frames
        Sensitivities "V2.mse" (units, batch) and so on; NaN where a batch is smaller.
    """
    traces = tuple(runs.values())
    steps, problem = max(map(len, traces)), traces[0].run.problem
    layers = len(problem.net.sizes) - 1
    shape = {n: (problem.net.sizes[n], problem.batch_size) for n in (layers, 1)}
    fields = {f"V{layer}.{run}": shape[layer] for layer in shape for run in runs}
    reading = partial(_read, traces, same_weights, fields)
    frames = Frames(steps, fields, reading, stride=traces[0].stride)
    names, read = line_names(layers), []
    numbers = np.full((steps, len(names), len(COLUMNS)), np.nan)
    keep = 8 * steps * frames.size <= _KEPT_BYTES
    both = pairs(traces, same_weights, 1, steps)
    for row, (batch, left, right) in zip(numbers, both, strict=True):
        sides = left and left.lines, right and right.lines
        expected = right and by_lines_of(problem, problem.Y[:, batch], right)
        row[:] = list(_numbers(names, *sides, expected))
        if keep:
            read.append(_frame(fields, *sides))
    if keep:
        frames = Frames(steps, fields, partial(_slice, np.array(read)))
    columns = (*runs, *COLUMNS[2:])
    series = {"k": np.arange(1.0, steps + 1)}
    for i, name in enumerate(names):
        series |= {f"{name}.{column}": numbers[:, i, j] for j, column in enumerate(columns)}
    for run, trace in runs.items():
        series[f"{run}.J"] = np.append(trace.losses, np.full(steps - len(trace), np.nan))
        series[f"{run}.validation"] = _validation(trace, steps)
    return series, frames


def _slice(kept, first, last):
    return kept[first - 1 : last]


def _read(traces, same_weights, fields, first, last):
    both = pairs(traces, same_weights, first, last)
    sides = ([side and side.lines for side in passes] for _, *passes in both)
    return np.array([_frame(fields, *lines) for lines in sides])


def _frame(fields, left, right):
    """Return the sensitivities of one update as one row of numbers, first and second in turn."""
    frame, start = np.full(sum(rows * columns for rows, columns in fields.values()), np.nan), 0
    for (name, (rows, columns)), lines in zip(fields.items(), cycle((left, right)), strict=False):
        if lines is not None:
            V = lines[name.partition(".")[0]]
            frame[start : start + rows * columns].reshape(rows, columns)[:, : V.shape[1]] = V
        start += rows * columns
    return frame


def _numbers(names, left, right, expected):
    """Yield the numbers of each line in the order of COLUMNS, NaN for a run that has ended."""
    for name in names:
        yield (
            np.nan if left is None else _size(left[name]),
            np.nan if right is None else _size(right[name]),
            np.nan if left is None or right is None else _largest(left[name] - right[name]),
            np.nan if right is None else _largest(expected[name] - right[name]),
        )


def _size(values):
    return math.sqrt(np.vdot(values, values) / values.size)


def _largest(values):
    return max(values.max(), -values.min())


def by_lines_of(problem: NetworkProblem, Y: FloatArray, passes: Passes) -> dict[str, FloatArray]:
    """Return each line computed once more by a problem's cost, from what `passes` has above it.

    Parameters
    ----------
    problem : NetworkProblem
    Y : ndarray, shape (K, n)
    passes : Passes

    Returns
    -------
    dict of str to ndarray
        The same as in `passes` for every line that does not depend on the cost.
    """
    net = problem.net
    A, Z, V, W, b = passes.A, passes.Z, passes.sensitivity, passes.weights.W, passes.weights.b
    top, n = len(Z), Y.shape[1]
    phi = dict(enumerate(net.activations, start=1))
    lines = {}
    with np.errstate(all="ignore"):
        for layer in range(1, top + 1):
            product = W[layer] @ A[layer] + b[layer][:, None]
            lines[f"A{layer + 1}"] = phi[layer].function(product)
            lines[f"G{layer}"] = V[layer] @ A[layer].T / n
        lines[f"V{top}"] = problem.loss.sensitivity(phi[top], Z[top], A[top + 1], Y)
        for layer in range(1, top):
            back = W[layer + 1].T @ V[layer + 1]
            lines[f"V{layer}"] = phi[layer].back(back, Z[layer], A[layer + 1])
    return lines


def _validation(trace, steps):
    """Return the accuracy on the validation data after the last whole epoch, for each update."""
    problem = trace.run.problem
    with np.errstate(over="ignore"):
        start = problem.validate(problem.theta0)[1]
    known = np.append(start, trace.history["validation_accuracy"])
    epochs = np.minimum(np.arange(1, steps + 1) // problem.updates_per_epoch, len(known) - 1)
    return np.where(np.arange(1, steps + 1) <= len(trace), known[epochs], np.nan)
