"""A plane through a network's parameters: where ways lie on it, and what the cost is there.

A network has thousands of parameters, a map has two. The plane is spanned by two weights, or by the
two directions in which the ways of several runs spread most; how much it leaves out is a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem
from mlpteach.study.erratic import MOST_PLACES, two_directions


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the parameters of a network.

    Attributes
    ----------
    origin : ndarray, shape (n_parameters,)
        The place on the plane whose coordinates are 0.
    directions : ndarray, shape (n_parameters, 2)
        Orthonormal columns; one is 0 where the ways have a single direction.

    Examples
    --------
    >>> plane = Plane(np.zeros(3), np.eye(3)[:, :2])
    >>> plane.coordinates(np.array([[3.0, 4.0, 5.0]])), plane.distances(np.array([[3.0, 4.0, 5.0]]))
    (array([[3., 4.]]), array([5.]))
    """

    origin: FloatArray
    directions: FloatArray

    def coordinates(self, W: FloatArray) -> FloatArray:
        """Return where places (n, n_parameters) are seen on the plane, (n, 2)."""
        return (W - self.origin) @ self.directions

    def places(self, coordinates: FloatArray) -> FloatArray:
        """Return the parameters (n, n_parameters) of places on the plane (n, 2)."""
        return self.origin + coordinates @ self.directions.T

    def distances(self, W: FloatArray) -> FloatArray:
        """Return how far places (n, n_parameters) lie from the plane, (n,)."""
        return np.linalg.norm(W - self.places(self.coordinates(W)), axis=1)

    def share(self, W: FloatArray) -> float:
        """Return how much of the variance of places (n, n_parameters) the plane holds, 0 … 1."""
        centred = _scaled(W - W.mean(axis=0))
        total = np.vdot(centred, centred)
        return float(np.sum((centred @ self.directions) ** 2) / total) if total else 1.0


@on_one_blas_thread
def plane_of_ways(ways: Sequence[FloatArray], origin: FloatArray) -> Plane:
    """Return the plane of the two directions in which ways spread most.

    The principal components of all their places; of many, of some spread evenly over each way.

    Parameters
    ----------
    ways : sequence of ndarray, shape (n_i, n_parameters)
    origin : ndarray, shape (n_parameters,)
        A place that the plane leads through.

    References
    ----------
    Li, H. et al. (2018). Visualizing the loss landscape of neural nets. NeurIPS, section 7.2.
    """
    places = np.concatenate([W[:: -(-len(W) // MOST_PLACES)] for W in ways])
    directions = two_directions(_scaled(places - places.mean(axis=0)))
    # A direction has no sign: seen from the start, the ways lead to the right and upwards.
    ahead = sum(((W - W[0]) @ directions).sum(axis=0) for W in ways)
    return Plane(origin, directions * np.where(ahead < 0, -1.0, 1.0))


def _scaled(values):
    """Return `values` by their largest size: their squares can't overflow."""
    return values / (np.abs(values).max(initial=0.0) or 1.0)


def plane_of_weights(first: int, second: int, origin: FloatArray) -> Plane:
    """Return the plane on which two parameters alone change, by their places in the flat vector.

    Examples
    --------
    >>> plane_of_weights(2, 0, np.zeros(3)).places(np.array([[0.5, -1.0]]))
    array([[-1. ,  0. ,  0.5]])
    """
    directions = np.zeros((len(origin), 2))
    directions[[first, second], [0, 1]] = 1.0
    return Plane(origin, directions)


def most_moved(ways: Sequence[FloatArray], among: IntArray, count: int) -> IntArray:
    """Return the parameters that any of the ways has led farthest from its start.

    Parameters
    ----------
    ways : sequence of ndarray, shape (n_i, n_parameters)
    among : ndarray of int
        Places in the flat vector.
    count : int
        How many to return at most, the one that moved most first.

    Examples
    --------
    >>> most_moved([np.array([[0.0, 0.0, 5.0], [3.0, -4.0, 5.0]])], np.array([0, 1, 2]), 2)
    array([1, 0])
    """
    moved = np.max([np.abs(W - W[0]).max(axis=0) for W in ways], axis=0)[among]
    return among[np.argsort(-moved, kind="stable")[:count]]


@on_one_blas_thread
def costs_at(problem: NetworkProblem, W: FloatArray, rows: IntArray) -> FloatArray:
    """Return the cost J at places W (n, n_parameters) on some rows of X, (n,); NaN for no number.

    Examples
    --------
    >>> from mlpteach import MLP, datasets, train
    >>> trace = train(MLP((2, 3, 1)), *datasets.moons(n=20), epochs=1, batch_size=None)
    >>> places = trace.gather("before")["before"]
    >>> bool(np.isclose(costs_at(trace.run.problem, places, np.arange(20)), trace.losses).all())
    True
    """
    with np.errstate(all="ignore"):
        costs = problem.costs_of_rows(W, problem.X[rows], problem.Y[:, rows])
    return np.where(np.isfinite(costs), costs, np.nan)
