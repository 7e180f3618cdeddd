"""How erratic a run descends: its updates beside the full gradient, its turns, its way on a plane.

Plain functions of a trace; arrays have one row an update.
"""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.trace import Trace

# Cost and gradient of all instances are measured so often at most: they take longer than an update.
MOST_FULL_COSTS = 40
# Places that decide the plane, spread over all ways.
MOST_PLACES = 60


def way(trace: Trace, updates: int) -> tuple[FloatArray, FloatArray]:
    """Return where a run was and how it moved.

    Parameters
    ----------
    trace : Trace
    updates : int
        How many of its updates, from the first.

    Returns
    -------
    W : ndarray, shape (n, n_parameters)
        W_k before update k = 1 … n, where n <= `updates`.
    rho : ndarray, shape (n, n_parameters)
        What update k subtracted.
    """
    n = min(updates, len(trace))
    steps = trace.steps(1, n) if n else ()
    pairs = [(step.before.flat, step.rho.flat) for step in steps]
    size = trace.run.problem.theta0.size
    W, rho = (np.array(part).reshape(n, size) for part in zip(*pairs, strict=True)) if n else (
        np.empty((0, size)), np.empty((0, size))
    )  # fmt: skip
    return W, rho


@on_one_blas_thread
def over_all_instances(
    trace: Trace, W: FloatArray, rho: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the cost on all instances at some of a run's places, and how far its updates err.

    Parameters
    ----------
    trace : Trace
    W, rho : ndarray, shape (n, n_parameters)
        As :func:`way` returns them.

    Returns
    -------
    k, J, angle : ndarray, shape (n,)
        Where it was measured last, and what it was there: the cost, and the angle in degrees
        between what the update subtracted and the gradient over all instances at the same weights.
        Every place has an entry, so a line through them goes from measurement to measurement.
    """
    problem, n = trace.run.problem, len(W)
    every = 1 if problem.batch_size == len(problem.X) else max(1, -(-n // MOST_FULL_COSTS))
    last = np.arange(n) // every
    columns = problem.X.T, problem.Y, problem.loss, problem.l2
    with np.errstate(all="ignore"):  # weights on their way to a divergence
        measured = [problem.net.evaluate(theta, *columns) for theta in W[::every]]
    J = np.array([evaluation.loss for evaluation in measured])
    gradients = np.array([evaluation.gradient for evaluation in measured]).reshape(-1, W.shape[1])
    return (last * every + 1).astype(float), J[last], angles(rho[::every], gradients)[last]


def angles(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the angle in degrees between rows (n, n_parameters); NaN where one has no direction.

    Examples
    --------
    >>> angles(np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]]), np.array([[1.0, 1.0]] * 3))
    array([45., 45., nan])
    """
    with np.errstate(all="ignore"):
        a, b = map(_directions, (first, second))
        # Kahan's formula: an arc cosine loses half of the digits where both lead the same way.
        half = np.arctan2(np.linalg.norm(a - b, axis=1), np.linalg.norm(a + b, axis=1))
    return np.round(np.degrees(2.0 * half), 9)  # what is smaller, rounding decides


def _directions(rows):
    rows = rows / np.abs(rows).max(axis=1, keepdims=True)  # whose squares can't overflow
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def turns(rho: FloatArray) -> FloatArray:
    """Return the angle in degrees between each update and the one before; NaN for the first.

    Parameters
    ----------
    rho : ndarray, shape (n, n_parameters)

    Examples
    --------
    >>> turns(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 2.0], [0.0, -1.0]]))
    array([ nan,   0.,  90., 180.])
    """
    return np.concatenate([[np.nan] * min(1, len(rho)), angles(rho[1:], rho[:-1])])


def mean_so_far(values: FloatArray) -> FloatArray:
    """Return the mean of all entries up to each one, without the NaNs; NaN before the first.

    Examples
    --------
    >>> mean_so_far(np.array([np.nan, 10.0, 20.0]))
    array([nan, 10., 15.])
    """
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.cumsum(np.where(known, values, 0.0)) / np.cumsum(known)


@on_one_blas_thread
def largest_directions(ways: list[FloatArray]) -> tuple[list[FloatArray], float]:
    """Return several ways on the plane of the two directions in which they spread most.

    Parameters
    ----------
    ways : list of ndarray, shape (n_i, n_parameters)
        All from one start, which becomes the plane's origin.

    Returns
    -------
    flat : list of ndarray, shape (n_i, 2)
    share : float
        How much of the squared distances from their mean the plane shows, 0 … 1.
    """
    moved = np.concatenate([W - W[:1] for W in ways])
    scale = np.abs(moved).max(initial=0.0) or 1.0  # whose squares can't overflow
    moved = moved / scale
    centred = moved - moved.mean(axis=0)
    axes = two_directions(centred[:: max(1, len(moved) // MOST_PLACES)])
    total = np.einsum("ip,ip->", centred, centred)
    share = float(((centred @ axes) ** 2).sum() / total) if total else 1.0
    flat = moved @ axes * scale
    # An axis has no sign: the ways lead to the right and upwards.
    flat *= np.where(flat.sum(axis=0) < 0, -1.0, 1.0)
    return np.split(flat, np.cumsum([len(W) for W in ways])[:-1]), share


def two_directions(centred: FloatArray) -> FloatArray:
    """Return the two directions (n_parameters, 2) in which the rows of `centred` spread most.

    Orthonormal; 0 where the rows have fewer.
    """
    # The Gram matrix is small: there are far fewer places than parameters.
    _, places = np.linalg.eigh(centred @ centred.T)
    axes = centred.T @ places[:, :-3:-1]
    axes = np.pad(axes, ((0, 0), (0, 2 - axes.shape[1])))  # a single place has one direction
    lengths = np.sqrt(np.einsum("pj,pj->j", axes, axes))
    return np.divide(axes, lengths, out=np.zeros_like(axes), where=lengths > 1e-9 * lengths.max())
