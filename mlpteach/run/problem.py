"""What is minimized: the cost of a network over mini-batches, or any function of a vector.

Both kinds answer the same questions: which batch does update k use, what are the cost and the
gradient there, which place is allowed, and where does an epoch end.
"""

import inspect
import math
from collections.abc import Callable
from functools import cached_property
from typing import Self

import numpy as np

from mlpteach.basics.arguments import check_floats, describe, numbers_or_none
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.basics.parameters import ParameterLayout
from mlpteach.basics.pickling import check_picklable
from mlpteach.run.accuracy import class_threshold, labels
from mlpteach.run.network import MLP, Evaluation
from mlpteach.run.network_rows import can_share, costs_of_rows, evaluate_rows
from mlpteach.run.workspace import Workspace, Workspaces
from mlpteach.tables.landscapes import Objective
from mlpteach.tables.losses import Loss

# Scored in blocks that stay in the cache.
_SCORED_AT_ONCE = 128
# Data up to this size is copied, so that a caller who changes X afterwards does not change the
# past; beyond it the copy would cost more memory than the trace.
_COPIED_BYTES = 64 * 2**20


class NetworkProblem:
    """The cost of `net` over shuffled mini-batches of X and Y.

    Parameters
    ----------
    net : MLP
    X : ndarray, shape (n, n_inputs)
    Y : ndarray, shape (K, n)
    loss : Loss
    l2 : float
    batch_size : int or None
        None for the full batch.
    seed : int
        Decides the order of the instances, anew in every epoch.
    validation : (X, Y), optional
        Scored after each epoch.
    """

    project = None  # all weights are allowed

    def __init__(
        self,
        net: MLP,
        X: FloatArray,
        Y: FloatArray,
        loss: Loss,
        l2: float,
        batch_size: int | None,
        seed: int,
        validation: tuple[FloatArray, FloatArray] | None = None,
    ) -> None:
        self.validation = validation
        self.threshold = class_threshold(Y, loss)  # None: the targets name no classes
        self.net = net if self.threshold is None else net.with_threshold(self.threshold)
        self.loss, self.l2, self.seed = loss, l2, seed
        self.X = np.array(X) if X.nbytes <= _COPIED_BYTES else X
        self.Y = Y
        self.layout = net.layout
        self.theta0 = net.parameters.flat
        self.batch_size = len(X) if batch_size is None else min(batch_size, len(X))
        self.full_batch = batch_size is None
        self.updates_per_epoch = -(-len(X) // self.batch_size)
        self.batch_sizes = np.bincount(np.arange(len(X)) // self.batch_size)
        self.labels = None if self.threshold is None else labels(Y, self.threshold)
        self._order = (0, None)  # epoch, its order of the instances

    def in_batches(self, batch_size: int) -> "NetworkProblem":
        """Return this problem with other batches; as it is where they are as large."""
        if batch_size == self.batch_size:
            return self
        return NetworkProblem(
            self.net, self.X, self.Y, self.loss, self.l2, batch_size, self.seed, self.validation
        )

    def epoch(self, k: int) -> int:
        """Return the epoch, from 1, that update k belongs to."""
        return (k - 1) // self.updates_per_epoch + 1

    def order(self, epoch):
        """Return the rows of X (n,) in the order in which `epoch`, from 1, uses them."""
        known, order = self._order  # once: another thread may be looking at another epoch
        if known != epoch:
            order = np.arange(len(self.X))
            if not self.full_batch:
                # A function of seed and epoch alone: any epoch can be had without those before it.
                order = np.random.default_rng([self.seed, epoch - 1]).permutation(len(self.X))
            self._order = (epoch, order)
        return order

    def batch(self, k: int) -> IntArray:
        """Return the rows of X that update k uses, (n_batch,) ints."""
        epoch, position = divmod(k - 1, self.updates_per_epoch)
        start = position * self.batch_size
        return self.order(epoch + 1)[start : start + self.batch_size]

    def workspaces(self) -> Workspaces:
        """Return what makes :meth:`evaluate` fill the same arrays at every call."""
        return Workspaces(self.layout)

    def evaluate(
        self, theta: FloatArray, batch: IntArray, spaces: Workspaces | None = None
    ) -> Evaluation:
        """Return the :class:`Evaluation` at `theta` on the rows `batch`."""
        n = len(batch)
        space = Workspace(self.layout, n) if spaces is None else spaces[n]
        columns, Y = self._columns(batch, space)
        return self.net.evaluate(theta, columns, Y, self.loss, self.l2, space)

    def _columns(self, batch: IntArray, space: Workspace) -> tuple[FloatArray, FloatArray]:
        """Return A^(1) and Y of a batch, instances as columns."""
        if self.full_batch:
            return self.X.T, self.Y
        # The other modes of `take` fill a copy first.
        X = self.X.take(batch, axis=0, out=space.X, mode="clip")
        return X.T, self.Y.take(batch, axis=1, out=space.Y, mode="clip")

    def evaluate_rows(self, W: FloatArray, batch: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return costs (runs,) and gradients (runs, n) at many places `W` (runs, n)."""
        if not can_share(self.net, self.loss):
            return _one_by_one(self, W, batch)
        columns = self._columns(batch, Workspace(self.layout, len(batch)))
        return evaluate_rows(self.net, W, *columns, self.loss, self.l2)

    def costs_of_rows(self, W: FloatArray, X: FloatArray, Y: FloatArray) -> FloatArray:
        """Return the costs (runs,) at many places `W` over other data X (n, n_inputs), Y (K, n)."""
        if not can_share(self.net, self.loss):
            return np.array([self.score(theta, X, Y)[0] for theta in W])
        return costs_of_rows(self.net, W, X.T, Y, self.loss, self.l2)

    def validate(self, theta: FloatArray) -> tuple[float, float]:
        """Return cost and accuracy at `theta` on the validation data."""
        assert self.validation is not None
        X, Y = self.validation
        return self.score(theta, X, Y, self._validation_threshold)

    @cached_property
    def _validation_threshold(self):
        """None where the targets name no classes, or others than those of the training."""
        return class_threshold(np.concatenate([self.Y, self.validation[1]], axis=1), self.loss)

    def score(
        self, theta: FloatArray, X: FloatArray, Y: FloatArray, threshold: float | None = None
    ) -> tuple[float, float]:
        """Return cost and accuracy at `theta` over other data X (n, n_inputs), Y (K, n).

        The accuracy is NaN without the `threshold` between two classes.
        """
        cost = right = 0.0
        for start in range(0, len(X), _SCORED_AT_ONCE):
            block = slice(start, start + _SCORED_AT_ONCE)
            A, Z = self.net.forward(theta, X[block].T)
            cost += self.loss.evaluate(self.net.activations[-1], Z[-1], A[-1], Y[:, block])
            if threshold is not None:
                said, wanted = labels(A[-1], threshold), labels(Y[:, block], threshold)
                right += np.count_nonzero(said == wanted)
        penalty = self.net.penalty(theta, self.l2)
        accuracy = np.nan if threshold is None else right / len(X)
        return float(cost / len(X) + penalty), accuracy


class FunctionProblem:
    """Any function of a vector, or one that changes from update to update.

    Parameters
    ----------
    objective : callable
        theta (n,) -> (value, gradient (n,)), or (theta, k) -> the same of the function f_k that
        update k sees.
    theta0 : ndarray, shape (n,)
    project : callable, optional
        theta (n,) -> the nearest allowed place (n,).
    """

    updates_per_epoch = 1
    batch_sizes = (1,)
    layout = ParameterLayout()
    project = None  # all places are allowed

    def __init__(
        self,
        objective: Objective,
        theta0: FloatArray,
        project: Callable[[FloatArray], FloatArray] | None = None,
    ) -> None:
        self.objective = objective
        self.theta0 = theta0
        self.changes_with_k = _asks_for_k(objective)
        self._check_returned(self._ask(theta0.copy(), 1))
        if project is not None:
            self._project, self.project = project, self._projected
            self._check_start()

    def starting_at(self, theta0: FloatArray) -> Self:
        """Return this problem with another start, (n,), of which nothing is asked."""
        moved = object.__new__(type(self))
        vars(moved).update(vars(self), theta0=theta0)
        return moved

    def __getstate__(self):
        check_picklable([self.objective, getattr(self, "_project", None)])
        return vars(self)

    def _check_returned(self, returned):
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(
                "objective(theta) must return the pair (value, gradient); "
                f"it returned {describe(returned)}."
            )
        value, gradient = returned
        check_floats("the gradient that objective returned", gradient, ndim=1,
                     shape=self.theta0.shape, finite=False)  # fmt: skip
        number = numbers_or_none(value)
        if number is None or number.ndim or number.dtype.kind == "b":
            raise TypeError(f"objective must return a number first; it returned {describe(value)}.")

    def _check_start(self):
        nearest = self.project(self.theta0)
        if not np.allclose(nearest, self.theta0, rtol=1e-9, atol=1e-9):
            raise ValueError(
                f"theta0 must be an allowed place, which project leaves where it is; given "
                f"{self.theta0}, projected to {nearest}."
            )

    def _projected(self, theta):
        """Return the allowed place nearest to `theta`."""
        # What left the numbers is not brought back: an infinite step is a divergence.
        if not math.isfinite(theta.dot(theta)) and not np.isfinite(theta).all():
            return theta
        nearest = self._project(theta.copy())
        usual = isinstance(nearest, np.ndarray) and nearest.dtype == float
        if not usual or nearest.shape != theta.shape:
            nearest = check_floats("what project returned", nearest, ndim=1, shape=theta.shape)
        return np.array(nearest, dtype=float)

    def epoch(self, k: int) -> int:
        return k

    def batch(self, k: int) -> int | None:
        """Return k, the number of the function f_k, where the objective changes; else None."""
        return k if self.changes_with_k else None

    def _ask(self, theta, k):
        return self.objective(theta, k=k) if self.changes_with_k else self.objective(theta)

    def workspaces(self) -> None:
        """Return None: an objective makes its own arrays."""

    def evaluate(self, theta: FloatArray, batch: int | None, spaces: None = None) -> Evaluation:
        try:
            returned = self._ask(theta.copy(), batch)
        except (OverflowError, ValueError) as error:
            # Plain Python numbers raise where arrays become infinite or NaN.
            if isinstance(error, ValueError) and np.isfinite(theta).all():
                raise
            returned = np.inf, np.full(theta.shape, np.nan)
        if not _is_usual(returned, theta.shape):
            self._check_returned(returned)
        value, gradient = returned
        return Evaluation(float(value), np.array(gradient, dtype=float))

    def evaluate_rows(self, W: FloatArray, batch: int | None) -> tuple[FloatArray, FloatArray]:
        """Return values (runs,) and gradients (runs, n) at many places `W` (runs, n).

        All at once where the objective knows how (``objective.of_rows``), else one by one.
        """
        of_rows = getattr(self.objective, "of_rows", None)
        if of_rows is not None:
            return of_rows(W, k=batch) if self.changes_with_k else of_rows(W)
        return _one_by_one(self, W, batch)


Problem = NetworkProblem | FunctionProblem


def _one_by_one(problem, W, batch):
    """Return costs (runs,) and gradients (runs, n) at many places."""
    found = [problem.evaluate(theta, batch) for theta in W]
    return np.array([one.loss for one in found]), np.array([one.gradient for one in found])


def _is_usual(returned, shape):
    """Whether an objective returned a float and an array of floats, as nearly always."""
    if type(returned) is not tuple or len(returned) != 2:
        return False
    value, gradient = returned
    usual = isinstance(value, float) and type(gradient) is np.ndarray
    return usual and gradient.dtype == float and gradient.shape == shape


def _asks_for_k(objective):
    """Whether a function has a parameter named k that must be given."""
    try:
        parameter = inspect.signature(objective).parameters.get("k")
    except (TypeError, ValueError):  # some built-in functions have no signature
        return False
    return parameter is not None and parameter.default is parameter.empty
