"""The gradient of back propagation against central finite differences, in one line."""

from dataclasses import dataclass

import numpy as np

from mlpteach.arguments import POSITIVE, check_count, check_number, describe
from mlpteach.network import MLP


@dataclass(frozen=True)
class GradientCheck:
    """Result of :func:`gradient_check`.

    Attributes
    ----------
    error : float
        ``|difference| / (|by back propagation| + |by finite differences|)``, with Euclidean norms
        over the entries looked at; below 1e-6 the gradient is right.
    worst : str
        The entry that differs most, such as ``W^(1)[3, 17]``.
    analytic, numeric : ndarray, shape (entries,)
        The two gradients at the entries looked at.
    """

    error: float
    worst: str
    analytic: np.ndarray
    numeric: np.ndarray

    @property
    def passed(self):
        return self.error < 1e-6

    def __repr__(self):
        verdict = "right" if self.passed else "WRONG"
        return (
            f"<gradient {verdict}: relative error {self.error:.2g} over {self.analytic.size} "
            f"entries, largest at {self.worst}>"
        )


def gradient_check(net, X, y, *, loss="cross_entropy", l2=0.0, h=1e-5, entries=500, seed=1):
    """Compare the gradient of J at the network's weights with central finite differences.

    Parameters
    ----------
    net : MLP
    X : array_like of float, shape (n, n_inputs)
    y : array_like, shape (n,) or (n, K)
    loss : str
        Id of ``mlpteach.LOSSES``.
    l2 : float
    h : float
        Half the distance of the two points.
    entries : int
        At most so many parameters, drawn by `seed`, are looked at.

    Returns
    -------
    GradientCheck

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((20, 4))
    >>> gradient_check(MLP((4, 5, 3)), X, [0, 1, 2, 1] * 5).passed
    True
    """
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an mlpteach.MLP; given {describe(net)}.")
    X, Y, loss, l2 = net.check_problem(X, y, loss, l2)
    h = check_number("h", h, POSITIVE)
    entries = check_count("entries", entries)
    theta = net.parameters.flat
    rng = np.random.default_rng(check_count("seed", seed, minimum=0))
    chosen = np.sort(rng.permutation(theta.size)[:entries])
    with np.errstate(over="ignore", invalid="ignore"):
        analytic = net.evaluate(theta, X.T, Y, loss, l2).gradient[chosen]
        numeric = np.array([_slope(net, theta, i, h, X, Y, loss, l2) for i in chosen])
    gap = np.linalg.norm(analytic - numeric)
    size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    worst = net.layout.where(int(chosen[np.abs(analytic - numeric).argmax()]))
    return GradientCheck(float(gap / size) if size else 0.0, worst, analytic, numeric)


def _slope(net, theta, i, h, X, Y, loss, l2):
    costs = []
    for sign in (1.0, -1.0):
        moved = theta.copy()
        moved[i] += sign * h
        A, Z = net.forward(moved, X.T)
        costs.append(net.cost(moved, A, Z, Y, loss, l2))
    return (costs[0] - costs[1]) / (2.0 * h)
