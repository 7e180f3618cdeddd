"""Which class targets and outputs name; where they name none there is no accuracy.

Targets name a class for each instance where they are

- labels, or rows of two values with the higher one at one place only: 0 and 1, -1 and 1, …;
- distributions: each row between 0 and 1, with sum 1, and one largest entry;
- for a single output 0 and 1, or -1 and 1; under a cross-entropy any probabilities but 1/2.

Other targets (of a regression, several ones a row) have no accuracy: it is NaN.
"""

import numpy as np

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.tables.losses import Loss


def labels(A: FloatArray, threshold: float) -> IntArray:
    """Return the label of each column of A (K, n): the largest entry, where K = 1 A > threshold."""
    return (A[0] > threshold).astype(int) if len(A) == 1 else A.argmax(axis=0)


def class_threshold(Y: FloatArray, loss: Loss) -> float | None:
    """Return the number above which a single output names class 1; None where Y names no classes.

    Parameters
    ----------
    Y : ndarray, shape (K, n)
    loss : Loss

    Examples
    --------
    >>> from mlpteach import LOSSES
    >>> mse = LOSSES["mse"]
    >>> class_threshold(np.array([[-1.0, 1.0]]), mse), class_threshold(np.array([[7.3, 1.0]]), mse)
    (0.0, None)
    """
    if len(Y) == 1:
        return _threshold_of_one(Y, loss)
    low, high, highest = Y.min(), Y.max(), Y.max(axis=0) == Y
    one_hot = ((low == Y) | (high == Y)).all()
    distributions = low >= 0.0 and np.abs(Y.sum(axis=0) - 1.0).max() <= 1e-9
    return 0.5 if (one_hot or distributions) and (highest.sum(axis=0) == 1).all() else None


def _threshold_of_one(Y, loss):
    if np.isin(Y, (0.0, 1.0)).all():
        return 0.5
    if np.isin(Y, (-1.0, 1.0)).all():
        return 0.0
    return 0.5 if loss.targets != "real" and (Y != 0.5).all() else None


def middle(range: tuple[float | None, float | None]) -> float:
    """Return the middle of the range (low, high) of an activation; 1/2 where one end is open."""
    low, high = range
    return 0.5 if low is None or high is None else 0.5 * (low + high)
