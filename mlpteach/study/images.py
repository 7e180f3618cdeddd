"""Whether instances are images, and which of them a network takes for another class."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.run.accuracy import labels
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem

# Narrower pictures show nothing.
_NARROWEST = 5
# Instances that are looked at to tell images from other data.
_LOOKED_AT = 200
# Neighbouring pixels differ by less than this part of what any two of an image differ (squared),
# and about as much upwards as to the right.
_ALIKE, _LOPSIDED = 0.8, 4.0


def image_side(X: ArrayLike) -> int:
    """Return how wide and high the square images are whose pixels are the columns of X; 0 for none.

    Columns are taken for an image where their number is a square and neighbours in it resemble each
    other, to the right as well as downwards.

    Parameters
    ----------
    X : array_like, shape (n, n_inputs)

    Examples
    --------
    >>> from mlpteach.tables import datasets
    >>> image_side(datasets.digits()[0]), image_side(datasets.moons(n=50)[0])
    (8, 0)
    """
    X = np.asarray(X, dtype=float)
    side = round(X.shape[1] ** 0.5)
    if side < _NARROWEST or side * side != X.shape[1]:
        return 0
    images = X[:: -(-len(X) // _LOOKED_AT)].reshape(-1, side, side)
    pixels = side * side
    any_two = 2.0 * images.var(axis=(1, 2)).mean() * pixels / (pixels - 1)
    down, right = (np.mean(np.diff(images, axis=axis) ** 2) for axis in (1, 2))
    less, more = sorted((down, right))
    return side if more < min(_ALIKE * any_two, _LOPSIDED * less) else 0


class Wrong(NamedTuple):
    """Instances whose label a network gets wrong, those it is surest of first.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Of the data.
    right, given : ndarray of int, shape (n,)
        The label of each, and the one that it gets.
    total : int
        How many there are in all.
    """

    rows: IntArray
    right: IntArray
    given: IntArray
    total: int


@on_one_blas_thread
def wrong_answers(
    problem: NetworkProblem, theta: FloatArray, X: FloatArray, Y: FloatArray, most: int
) -> Wrong:
    """Return the instances of other data that a network gets wrong, at most so many.

    Surest are those whose outputs for both labels are farthest apart; with a single output, where
    it is farthest from the middle between the classes.

    Parameters
    ----------
    problem : NetworkProblem
        Whose targets name classes.
    theta : ndarray, shape (n_parameters,)
    X : ndarray, shape (n, n_inputs)
    Y : ndarray, shape (K, n)
    most : int
    """
    threshold = problem.threshold
    assert threshold is not None, "the targets name no classes"
    with np.errstate(all="ignore"):
        outputs = problem.net.forward(theta, X.T)[0][-1]
    given, right = labels(outputs, threshold), labels(Y, threshold)
    wrong = np.flatnonzero(given != right)
    if len(outputs) == 1:
        sure = np.abs(outputs[0, wrong] - threshold)
    else:
        sure = outputs[given[wrong], wrong] - outputs[right[wrong], wrong]
    rows = wrong[np.argsort(-sure, kind="stable")[:most]]
    return Wrong(rows, right[rows], given[rows], len(wrong))
