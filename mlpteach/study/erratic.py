"""How erratic a run descends: cost on all instances, angles between updates, its way on a plane.

Plain functions of a trace; arrays have one row an update.
"""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.trace import Trace

# The cost on all instances is measured so often at most: it takes longer than the update itself.
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
def full_costs(trace: Trace, W: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the cost on all instances at some of the places `W` (n, n_parameters).

    Returns
    -------
    k, J : ndarray, shape (n,)
        Where it was measured last, and what it was there. Every place has an entry, so a line
        through them goes from measurement to measurement.
    """
    problem, n = trace.run.problem, len(W)
    if problem.batch_size == len(problem.X):
        return np.arange(1.0, n + 1), np.array(trace.losses[:n])
    every = max(1, -(-n // MOST_FULL_COSTS))
    with np.errstate(all="ignore"):  # weights on their way to a divergence
        measured = [problem.score(theta, problem.X, problem.Y)[0] for theta in W[::every]]
    last = np.arange(n) // every
    return (last * every + 1).astype(float), np.array(measured)[last] if n else np.empty(0)


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
    lengths = np.sqrt(np.einsum("ij,ij->i", rho, rho))
    angles = np.full(len(rho), np.nan)
    with np.errstate(all="ignore"):
        cosines = np.einsum("ij,ij->i", rho[1:], rho[:-1]) / (lengths[1:] * lengths[:-1])
        angles[1:] = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return angles


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
    axes = _two_axes(centred[:: max(1, len(moved) // MOST_PLACES)])
    total = np.einsum("ip,ip->", centred, centred)
    share = float(((centred @ axes) ** 2).sum() / total) if total else 1.0
    flat = moved @ axes * scale
    # An axis has no sign: the ways lead to the right and upwards.
    flat *= np.where(flat.sum(axis=0) < 0, -1.0, 1.0)
    return np.split(flat, np.cumsum([len(W) for W in ways])[:-1]), share


def _two_axes(centred):
    """Return the two directions (n_parameters, 2) in which the rows of `centred` spread most."""
    # The Gram matrix is small: there are far fewer places than parameters.
    _, places = np.linalg.eigh(centred @ centred.T)
    axes = centred.T @ places[:, :-3:-1]
    axes = np.pad(axes, ((0, 0), (0, 2 - axes.shape[1])))  # a single place has one direction
    lengths = np.sqrt(np.einsum("pj,pj->j", axes, axes))
    return np.divide(axes, lengths, out=np.zeros_like(axes), where=lengths > 1e-9 * lengths.max())
