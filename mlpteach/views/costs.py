"""A network under MSE and under cross-entropy: the numbers of both runs, line by line.

Both start at the same weights and see the same batches. Sensitivities travel as frames, everything
that is one number an update as series.
"""

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from mlpteach.basics.parameters import Layers, Parameters
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.losses import LOSSES
from mlpteach.views.frames import Frames

RUNS = ("mse", "cross_entropy")
COLUMNS = (*RUNS, "difference", "off")
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


def line_names(layers):
    """Return the lines of both passes, in the order in which they are computed.

    Examples
    --------
    >>> line_names(2)
    ['A2', 'A3', 'V2', 'V1', 'G2', 'G1']
    """
    forward = [f"A{layer}" for layer in range(2, layers + 2)]
    return forward + [f"{kind}{layer}" for kind in "VG" for layer in range(layers, 0, -1)]


def passes_of(step):
    """Return the :class:`Passes` of a step of a trace."""
    return Passes(step.A, step.Z, step.sensitivity, step.before, step.gradient)


@on_one_blas_thread
def passes_at(step, trace):
    """Return the :class:`Passes` by the cost of `trace`, at the weights and batch of `step`."""
    with np.errstate(all="ignore"):
        found = trace.run.problem.evaluate(step.before.flat, step.batch)
    A, Z, V = Layers(found.A), Layers(found.Z), Layers(found.sensitivity)
    return Passes(A, Z, V, step.before, Parameters(found.gradient, trace.layout))


def pairs(mse, cross_entropy, at_mse, first, last):
    """Yield (batch, passes by MSE, passes by cross-entropy) of the updates first … last.

    With `at_mse` cross-entropy is asked at the weights of the MSE run. A run that has ended gives
    None.
    """
    others = _steps(cross_entropy, first, last)
    for step, other in zip(_steps(mse, first, last), others, strict=True):
        left = step and passes_of(step)
        if at_mse:
            yield (step or other).batch, left, step and passes_at(step, cross_entropy)
        else:
            yield (step or other).batch, left, other and passes_of(other)


def _steps(trace, first, last):
    end = min(last, len(trace))
    if first <= end:
        yield from trace.steps(first, end)
    for _ in range(max(first, end + 1), last + 1):
        yield None


def lab_history(mse, cross_entropy, at_mse=False):
    """Return the series and the frames of both runs.

    Parameters
    ----------
    mse, cross_entropy : Trace
    at_mse : bool
        Whether cross-entropy's numbers are those at the weights of the MSE run.

    Returns
    -------
    series : dict of str to ndarray, shape (steps,)
        NaN after a run's end. "k"; of each run, such as "mse.J": "J" on the batch and "validation",
        the accuracy after the last whole epoch; of each line, such as "V2.mse": its size ("mse",
        "cross_entropy": root mean square), the largest "difference" between the two, and how far
        cross-entropy's numbers are at most "off" MSE's line (:func:`by_mse_lines`).
    frames : Frames
        Sensitivities "V2.mse" (units, batch) and so on; NaN where a batch is smaller.
    """
    traces = dict(zip(RUNS, (mse, cross_entropy), strict=True))
    steps, problem = max(map(len, traces.values())), mse.run.problem
    layers = len(problem.net.sizes) - 1
    shape = {n: (problem.net.sizes[n], problem.batch_size) for n in (layers, 1)}
    fields = {f"V{layer}.{run}": shape[layer] for layer in shape for run in RUNS}
    frames = Frames(steps, fields, partial(_read, traces, at_mse, fields), stride=mse.stride)
    names, read = line_names(layers), []
    numbers = np.full((steps, len(names), len(COLUMNS)), np.nan)
    keep = 8 * steps * frames.size <= _KEPT_BYTES
    both = pairs(*traces.values(), at_mse, 1, steps)
    for row, (batch, left, right) in zip(numbers, both, strict=True):
        sides = [side and side.lines for side in (left, right)]
        expected = right and by_mse_lines(problem.net, problem.Y[:, batch], right)
        row[:] = list(_numbers(names, *sides, expected))
        if keep:
            read.append(_frame(fields, *sides))
    if keep:
        frames = Frames(steps, fields, partial(_slice, np.array(read)))
    series = {"k": np.arange(1.0, steps + 1)}
    for i, name in enumerate(names):
        series |= {f"{name}.{column}": numbers[:, i, j] for j, column in enumerate(COLUMNS)}
    for run, trace in traces.items():
        series[f"{run}.J"] = np.append(trace.losses, np.full(steps - len(trace), np.nan))
        series[f"{run}.validation"] = _validation(trace, steps)
    return series, frames


def _slice(kept, first, last):
    return kept[first - 1 : last]


def _read(traces, at_mse, fields, first, last):
    both = pairs(*traces.values(), at_mse, first, last)
    sides = ([side and side.lines for side in passes] for _, *passes in both)
    return np.array([_frame(fields, *lines) for lines in sides])


def _frame(fields, left, right):
    """Return the sensitivities of one update as one row of numbers."""
    frame, start = np.full(sum(rows * columns for rows, columns in fields.values()), np.nan), 0
    for name, (rows, columns) in fields.items():
        line, run = name.split(".")
        lines = left if run == "mse" else right
        if lines is not None:
            V = lines[line]
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


def by_mse_lines(net, Y, passes):
    """Return each line computed once more, by the lines of MSE, from what `passes` has above it.

    Parameters
    ----------
    net : MLP
    Y : ndarray, shape (K, n)
    passes : Passes

    Returns
    -------
    dict of str to ndarray
        The same as in `passes` for every line that does not depend on the cost.
    """
    A, Z, V, W, b = passes.A, passes.Z, passes.sensitivity, passes.weights.W, passes.weights.b
    top, n = len(Z), Y.shape[1]
    phi = dict(enumerate((*net.hidden, net.output), start=1))
    lines = {}
    with np.errstate(all="ignore"):
        for layer in range(1, top + 1):
            product = W[layer] @ A[layer] + b[layer][:, None]
            lines[f"A{layer + 1}"] = ACTIVATIONS[phi[layer]].function(product)
            lines[f"G{layer}"] = V[layer] @ A[layer].T / n
        lines[f"V{top}"] = LOSSES["mse"].sensitivity(net.output, Z[top], A[top + 1], Y)
        for layer in range(1, top):
            back = W[layer + 1].T @ V[layer + 1]
            lines[f"V{layer}"] = ACTIVATIONS[phi[layer]].back(back, Z[layer], A[layer + 1])
    return lines


def _validation(trace, steps):
    """Return the accuracy on the validation data after the last whole epoch, for each update."""
    problem = trace.run.problem
    with np.errstate(over="ignore"):
        start = problem.score(problem.theta0, *problem.validation)[1]
    known = np.append(start, trace.history["validation_accuracy"])
    epochs = np.minimum(np.arange(1, steps + 1) // problem.updates_per_epoch, len(known) - 1)
    return np.where(np.arange(1, steps + 1) <= len(trace), known[epochs], np.nan)
