"""How signals fare on their way through the layers: A forwards, sensitivity and gradient back.

Measured on the same instances before some of a run's updates: sizes, distributions, saturated and
dead units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_count, describe
from mlpteach.basics.arrays import BoolArray, FloatArray, IntArray
from mlpteach.run.accuracy import class_threshold, labels
from mlpteach.run.network import MLP
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.trace import MIN_STRIDE, Trace
from mlpteach.tables.activations import Activation

# A unit is saturated for an instance where |phi'(z)| is below this part of its largest value.
SATURATED = 0.01
# Exponents of 10 between which sizes of gradients and sensitivities are sorted.
EXPONENTS = np.linspace(-12.0, 2.0, 57)
BINS = 40
# About how often at most a run is measured after its first updates.
_LATER = 32


@dataclass(frozen=True, eq=False)
class Signals:
    """What was measured at T moments of a run; NaN behind the end of a run that diverged.

    Layers l = 1 … L, of which the first H = L - 1 are hidden; the activation of layer l is A^(l+1).

    Attributes
    ----------
    k : ndarray of int, shape (T,)
        The updates; everything is measured at the parameters before them.
    instances : int
        How many were measured.
    loss, right : ndarray, shape (T,)
        Cost J, and number of instances whose label is right (NaN where y names no classes).
    sensitivity, gradient : ndarray, shape (T, L)
        Root mean square of the entries of V^(l), and of the gradient of W^(l).
    step_ratio : ndarray, shape (T, L)
        Root mean square of what the update subtracts from W^(l), by that of W^(l); NaN where all
        weights are 0.
    saturated : ndarray, shape (T, H)
        Share, 0 … 1, of all (unit, instance) with |phi'(z)| below 1 % of its largest value.
    dead : ndarray, shape (T, H)
        Number of units that are saturated for every instance: for ReLU, A = 0 for all of them.
    A_edges : ndarray, shape (BINS + 1,)
        Of the bins of A; the last bin takes in all that is larger.
    A_counts : ndarray, shape (T, H, BINS)
    sensitivity_counts, gradient_counts : ndarray, shape (T, L, len(EXPONENTS) - 1)
        In bins of log10 of the absolute value; the first takes in all that is smaller, and 0.
    """

    k: IntArray
    instances: int
    loss: FloatArray
    right: FloatArray
    sensitivity: FloatArray
    gradient: FloatArray
    step_ratio: FloatArray
    saturated: FloatArray
    dead: FloatArray
    A_edges: FloatArray
    A_counts: FloatArray
    sensitivity_counts: FloatArray
    gradient_counts: FloatArray


def moments(updates: int) -> list[int]:
    """Return before which updates to measure: dense at first, where most happens, and the last one.

    Later they are those from which a trace can go on at once, so that little is computed again.

    Parameters
    ----------
    updates : int
        Length of the run.

    Examples
    --------
    >>> moments(60)
    [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 33, 49, 60]
    >>> len(moments(10_000))
    43
    """
    updates = check_count("updates", updates)
    first = [k for k in (1, 2, 3, 4, 5, 6, 8, 10, 12, 14) if k < updates]
    stride = MIN_STRIDE * max(1, round(updates / (MIN_STRIDE * _LATER)))
    return [*first, *range(1 + MIN_STRIDE, updates, stride), updates]


@on_one_blas_thread
def measure(trace: Trace, X: ArrayLike, y: ArrayLike, ks: Sequence[int]) -> Signals:
    """Return the :class:`Signals` of a trace on the instances X, y before the updates `ks`.

    Parameters
    ----------
    trace : Trace
        Of a network.
    X : array_like, shape (n, n_inputs)
    y : array_like, shape (n,) or (n, K)
    ks : sequence of int
        Updates, from 1, increasing; those behind the end of the trace give NaN.

    Returns
    -------
    Signals

    Raises
    ------
    ValueError, TypeError
        If X and y do not fit the network, or `ks` is empty or does not increase.

    Examples
    --------
    >>> from mlpteach import MLP, datasets, train
    >>> X, y = datasets.moons(n=40)
    >>> trace = train(MLP((2, 5, 5, 1), hidden="relu", init="zeros"), X, y, epochs=1)
    >>> measure(trace, X, y, [1, 2]).dead
    array([[5., 5.],
           [5., 5.]])
    """
    if not isinstance(trace, Trace) or not hasattr(trace.run.problem, "net"):
        raise TypeError(f"trace must be a Trace of a network; given {describe(trace)}.")
    if not isinstance(ks, (list, tuple, range)) and getattr(ks, "ndim", 0) != 1:
        raise TypeError(f"ks must be a list of updates; given {describe(ks)}.")
    ks = [check_count("each of ks", k) for k in ks]
    if not ks or ks != sorted(set(ks)):
        raise ValueError(f"ks must be updates in increasing order, at least one; given {ks}.")
    problem = trace.run.problem
    net: MLP = problem.net
    X, Y, loss, l2 = net.check_problem(X, y, problem.loss.id, problem.l2)
    kept = [k for k in ks if k <= len(trace)]
    evaluations, ratios = [], []
    with np.errstate(all="ignore"):
        for step in (trace[k - 1] for k in kept):
            evaluations.append(net.evaluate(step.before.flat, X.T, Y, loss, l2))
            ratios.append(_step_ratio(step))
    edges = _edges(net.activations[:-1], evaluations)
    threshold = class_threshold(Y, loss)
    measured = [
        {**_once(net, evaluation, Y, edges, threshold), "step_ratio": ratio}
        for evaluation, ratio in zip(evaluations, ratios, strict=True)
    ]
    return Signals(
        k=np.array(ks), instances=len(X), A_edges=edges, **_stacked(measured, len(ks), net)
    )


def _edges(hidden, evaluations):
    """Return the edges of bins for A, wide enough for every hidden activation."""
    ranges = [phi.range for phi in hidden] or [(None, None)]
    reach = _reach([A for evaluation in evaluations for A in evaluation.A[1:-1]])
    low = min(-reach if low is None else low for low, _ in ranges)
    high = max(reach if high is None else high for _, high in ranges)
    return np.linspace(low, high, BINS + 1)


def _reach(A):
    """Return a round number that nearly all entries of these matrices stay below."""
    with np.errstate(over="ignore", invalid="ignore"):
        typical = np.array([abs(matrix.mean()) + 3.0 * matrix.std() for matrix in A])
    typical = typical[np.isfinite(typical)]
    # The moments before a divergence shall not hide all others.
    ordinary = typical[typical <= 1000.0 * np.median(typical)] if typical.size else typical
    reach = float(ordinary.max(initial=0.0))
    if reach == 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(reach))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= reach)


def is_saturated(activation: Activation, Z: ArrayLike) -> BoolArray:
    """Return where |phi'(Z)| is below 1 % of its largest value, a bool for each entry of Z.

    Examples
    --------
    >>> from mlpteach.tables.activations import ACTIVATIONS
    >>> is_saturated(ACTIVATIONS["sigmoid"], [-6.1, 0.0, 5.9, 6.1])
    array([ True, False, False,  True])
    """
    return np.abs(activation.derivative(Z)) < SATURATED * activation.steepest


def where_saturated(activation: Activation) -> str:
    """Say for which z an activation is saturated, as far as z = ±20.

    Examples
    --------
    >>> from mlpteach.tables.activations import ACTIVATIONS
    >>> [where_saturated(ACTIVATIONS[id]) for id in ("sigmoid", "tanh", "relu", "linear")]
    ['beyond ±6', 'beyond ±3', 'below 0', 'nowhere']
    """
    z = np.arange(-2000, 2001) / 100
    free = z[~is_saturated(activation, z)]
    if not free.size:
        return "everywhere"
    low, high = (f"{end:.2g}" for end in free[[0, -1]])
    below, above = free[0] > z[0], free[-1] < z[-1]
    if below and above:
        return f"beyond ±{high}" if low == f"-{high}" else f"below {low} and above {high}"
    return f"below {low.replace('0.01', '0')}" if below else f"above {high}" if above else "nowhere"


def _step_ratio(step):
    """Return how large an update is beside the weights, a number a layer; NaN beside zeros."""
    sizes = [(_rms(step.rho.W[layer]), _rms(W)) for layer, W in step.before.W.items()]
    return [moved / weights if weights else np.nan for moved, weights in sizes]


def _once(net, evaluation, Y, edges, threshold):
    """Measure one evaluation: name -> one value a layer, or one row of counts."""
    A, Z, V = evaluation.A, evaluation.Z, evaluation.sensitivity
    gradients = [dW for dW, _ in net.layout.matrices(evaluation.gradient)]
    hidden = net.activations[:-1]
    saturated = [is_saturated(phi, z) for phi, z in zip(hidden, Z, strict=False)]
    return {
        "loss": evaluation.loss,
        "right": _count_right(A[-1], Y, threshold),
        "sensitivity": [_rms(layer) for layer in V],
        "gradient": [_rms(layer) for layer in gradients],
        "saturated": [layer.mean() for layer in saturated],
        "dead": [layer.all(axis=1).sum() for layer in saturated],
        "A_counts": [_counts(layer, edges) for layer in A[1:-1]],
        "sensitivity_counts": [_counts(_exponents(layer), EXPONENTS) for layer in V],
        "gradient_counts": [_counts(_exponents(layer), EXPONENTS) for layer in gradients],
    }


def _count_right(A, Y, threshold):
    """Count the instances whose label is right; NaN where Y names no classes."""
    if threshold is None:
        return np.nan
    return np.count_nonzero(labels(A, threshold) == labels(Y, threshold))


def _rms(values):
    largest = np.abs(values).max()
    if largest == 0.0 or not np.isfinite(largest):
        return largest
    return largest * np.sqrt(np.mean((values / largest) ** 2))  # squares may leave the floats


def _exponents(values):
    with np.errstate(divide="ignore"):
        return np.log10(np.abs(values))


def _counts(values, edges):
    """Count in bins of equal width; what lies outside is counted in the first or the last."""
    bins = len(edges) - 1
    places = np.clip((values.ravel() - edges[0]) * (bins / (edges[-1] - edges[0])), 0, bins - 1)
    return np.bincount(places.astype(int), minlength=bins)


def _stacked(measured, length, net):
    """Return name -> array (T, …), filled up with NaN to `length` moments."""
    layers = len(net.sizes) - 1
    exponents = len(EXPONENTS) - 1
    shapes = {
        "loss": (), "right": (), "sensitivity": (layers,),
        "gradient": (layers,), "step_ratio": (layers,),
        "saturated": (layers - 1,), "dead": (layers - 1,),
        "A_counts": (layers - 1, BINS), "sensitivity_counts": (layers, exponents),
        "gradient_counts": (layers, exponents),
    }  # fmt: skip
    arrays = {name: np.full((length, *shape), np.nan) for name, shape in shapes.items()}
    for i, values in enumerate(measured):
        for name, value in values.items():
            arrays[name][i] = value
    return arrays
