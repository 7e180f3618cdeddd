"""The gradient of back propagation against central finite differences, in one line.

Finite differences have limits of their own: J is only known to its last digits, which a division
by h makes larger, h is not 0, and at a kink there is no slope. None of that is held against back
propagation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import POSITIVE, check_count, check_number, describe
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.run.network import MLP
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import NetworkProblem
from mlpteach.tables.losses import LossLike

_ROUNDING = 4.0 * np.finfo(float).eps  # relative error of a cost: some roundings in a row
_KINK = 0.05  # bends of h/10 and h are 1 : 10, up to this share, where J has no kink


@dataclass(frozen=True)
class GradientCheck:
    """Result of :func:`gradient_check`.

    Attributes
    ----------
    error : float
        ``|difference| / (|by back propagation| + |by finite differences|)``, with Euclidean norms
        over the entries judged, and what the finite differences may be off themselves
        left aside; below 1e-6 the gradient is right. NaN where no entry could be judged.
    worst : str
        The entry that differs most, such as ``W^(1)[3, 17]``.
    analytic, numeric : ndarray, shape (entries,)
        The two gradients at the entries judged.
    kinks : int
        How many entries were left out because J has a kink there and so no slope.
    """

    error: float
    worst: str
    analytic: FloatArray
    numeric: FloatArray
    kinks: int = 0

    @property
    def passed(self) -> bool:
        return self.error < 1e-6

    def __repr__(self) -> str:
        left_out = "1 entry" if self.kinks == 1 else f"{self.kinks} entries"
        left_out = f"{left_out} at a kink left out" if self.kinks else ""
        if not self.analytic.size:
            return f"<gradient not judged: {left_out}>"
        verdict = "right" if self.passed else "WRONG"
        said = f"relative error {self.error:.2g} over {self.analytic.size} entries"
        worst = f"largest at {self.worst}" if self.error else ""
        return f"<gradient {verdict}: {', '.join(filter(None, (said, worst, left_out)))}>"


@on_one_blas_thread
def gradient_check(
    net: MLP,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: LossLike = "cross_entropy",
    l2: float = 0.0,
    h: float = 1e-05,
    entries: int = 500,
    seed: int = 1,
) -> GradientCheck:
    """Compare the gradient of J at the network's weights with central finite differences.

    Parameters
    ----------
    net : MLP
    X : array_like of float, shape (n, n_inputs)
    y : array_like, shape (n,) or (n, K)
    loss : str, Loss or callable
        As for :func:`mlpteach.train`: your own function (Y, A) -> V^(L) is checked too.
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
    rng = np.random.default_rng(check_count("seed", seed, minimum=0, maximum=2**63))
    chosen = np.sort(rng.permutation(theta.size)[:entries])
    with np.errstate(over="ignore", invalid="ignore"):
        evaluation = net.evaluate(theta, X.T, Y, loss, l2)
        _check_finite(evaluation.loss, "at the network's weights")

        def cost(i, step):
            return _moved_cost(net, theta, i, step, (X, Y, loss, l2))

        # Back propagation rounds too: its A - Y has the last digit of A.
        noise = _round_off(net, evaluation, Y, loss) / h
        noise += _ROUNDING * max(np.abs(A).max() for A in evaluation.A)
        analytic = evaluation.gradient[chosen]
        numeric = np.array([_slope(cost, i, h) for i in chosen])
        allowed = np.full(chosen.size, noise)
        kinked = np.abs(analytic - numeric) > noise
        # What a smaller h changes is the finite difference's own error, where J bends strongly.
        allowed[kinked] += [
            2.0 * abs(_slope(cost, i, h) - _slope(cost, i, h / 10.0)) for i in chosen[kinked]
        ]
        kinked[kinked] = [_kink(cost, evaluation.loss, i, h, noise) for i in chosen[kinked]]
    kept = ~kinked
    judged = chosen[kept], analytic[kept], numeric[kept], allowed[kept]
    return _judge(net, *judged, int(kinked.sum()))


@on_one_blas_thread
def finite_differences(
    problem: NetworkProblem, theta: FloatArray, batch: IntArray, h: float = 1e-05
) -> FloatArray:
    """Return (J(theta + h) - J(theta - h))/(2 h), one parameter moved at a time.

    Parameters
    ----------
    problem : NetworkProblem
    theta : ndarray, shape (n_parameters,)
    batch : ndarray of int
        Rows of X over which J is taken.
    h : float
        Half the distance of the two points.

    Returns
    -------
    ndarray, shape (n_parameters,)
        At a kink of J, as a ReLU makes them, the mean of the slopes on both sides.
    """
    moves = h * np.eye(theta.size)
    X, Y = problem.X[batch], problem.Y[:, batch]
    with np.errstate(over="ignore", invalid="ignore"):
        costs = problem.costs_of_rows(np.concatenate([theta + moves, theta - moves]), X, Y)
        above, below = np.split(costs, 2)
        return (above - below) / (2.0 * h)


def _slope(cost, i, h):
    return (cost(i, h) - cost(i, -h)) / (2.0 * h)


def _judge(net, entries, analytic, numeric, allowed, kinks):
    if not entries.size:
        return GradientCheck(float("nan"), "", analytic, numeric, kinks)
    gap = np.abs(analytic - numeric)
    excess = np.linalg.norm(np.maximum(gap - allowed, 0.0))
    size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    worst = net.layout.where(int(entries[gap.argmax()]))
    return GradientCheck(float(excess / size) if size else 0.0, worst, analytic, numeric, kinks)


def _round_off(net, evaluation, Y, loss):
    """Return how far rounding may put J off; a J worked out from A is off by that of A too."""
    size = abs(evaluation.loss)
    if loss.pair(net.activations[-1]) is None:
        A = evaluation.A[-1]
        size += np.abs(loss.dJ_dA(A, Y) * A).sum() / Y.shape[1]
    return _ROUNDING * size


def _kink(cost, J, i, h, noise):
    """Whether the one-sided differences disagree by more than a smooth J, whose bend is ~ h."""
    wide, narrow = ((cost(i, step) - 2.0 * J + cost(i, -step)) / step for step in (h, h / 10.0))
    return abs(narrow - wide / 10.0) > _KINK * abs(wide) + 50.0 * noise


def _moved_cost(net, theta, i, step, problem):
    """Return J with entry i of `theta` moved by `step`."""
    X, Y, loss, l2 = problem
    moved = theta.copy()
    moved[i] += step
    A, Z = net.forward(moved, X.T)
    J = net.cost(moved, A, Z, Y, loss, l2)
    return _check_finite(J, f"with {net.layout.where(int(i))} moved by {step:g}")


def _check_finite(J, where):
    if not np.isfinite(J):
        raise ValueError(
            f"gradient_check needs a finite cost; J is {J} {where}. Use smaller weights or inputs."
        )
    return J
