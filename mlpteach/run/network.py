"""The multilayer perceptron: sizes, activations and starting weights; forward and back.

A network never changes: training starts from its weights and leaves them as they are.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    check_count,
    check_floats,
    check_number,
    check_targets,
    describe,
    digits,
)
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.basics.parameters import Layers, ParameterLayout, Parameters
from mlpteach.basics.record import is_function
from mlpteach.run.accuracy import class_threshold, labels, middle
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.workspace import Workspace
from mlpteach.tables.activations import ACTIVATIONS, Activation
from mlpteach.tables.initializers import INITIALIZERS, InitializerLike, as_initializer
from mlpteach.tables.losses import LOSSES, Loss, LossLike, as_loss
from mlpteach.tables.own_activation import ActivationLike, as_activation

# From so many instances on BLAS sums V X faster as the transpose of X^T V^T.
_MANY = 128
# More would not fit into a usual memory: a run keeps some vectors of so many numbers.
_MOST_PARAMETERS = 100_000_000
# Of targets, beyond what an output reaches.
_ROUNDING = 1e-6


class Evaluation(NamedTuple):
    """Cost and gradient at one point, with everything a network computed on the way.

    Attributes
    ----------
    loss : float
    gradient : ndarray, shape (n_parameters,)
    A, Z, sensitivity : list of ndarray
        A^(1) … A^(L+1), Z^(1) … Z^(L) and V^(1) … V^(L), instances as columns; empty for a plain
        function.
    """

    loss: float
    gradient: FloatArray
    A: Sequence[FloatArray] = ()
    Z: Sequence[FloatArray] = ()
    sensitivity: Sequence[FloatArray] = ()


class MLP:
    """A multilayer perceptron of any depth.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, inputs first, outputs last: (64, 30, 10).
    hidden : str, Activation or function, or a sequence of them
        Activation of the hidden layers, one for all or one each: an id of ``mlpteach.ACTIVATIONS``,
        :func:`mlpteach.own_activation`, or your own function Z -> A, element by element.
    output : str, Activation or function
        Activation of the last layer.
    init : str, Initializer or function
        An id of ``mlpteach.INITIALIZERS``, or your own function of ``n_in``, ``n_out`` and a random
        generator that returns W (n_out, n_in), or W and b (n_out,); ignored with `weights`.
    seed : int
        Decides the weights drawn.
    weights : list of (W, b), optional
        Starting weights of each layer, W (n_out, n_in) and b (n_out,).

    Attributes
    ----------
    threshold : float
        Above it a single output names class 1: the middle of the output's range (1/2 for sigmoid, 0
        for tanh), and for a trained network the middle of its two targets.

    Raises
    ------
    ValueError, TypeError
        For unknown ids, sizes below 1, or weights that do not fit or are not finite floats.

    Examples
    --------
    >>> net = MLP((2, 3, 1), seed=1)
    >>> net
    MLP((2, 3, 1), hidden='sigmoid', output='sigmoid'): 13 parameters
    >>> net.outputs(np.zeros((5, 2))).shape
    (5, 1)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        hidden: ActivationLike | Sequence[ActivationLike] = "sigmoid",
        output: ActivationLike = "sigmoid",
        init: InitializerLike = "glorot",
        seed: int = 1,
        weights: Sequence[tuple[ArrayLike, ArrayLike]] | None = None,
    ) -> None:
        self.sizes = _check_sizes(sizes)
        self.hidden = _check_hidden(hidden, len(self.sizes) - 2)
        self.output = _known(as_activation("output", output), ACTIVATIONS)
        self.init = _known(as_initializer(init), INITIALIZERS)
        self.seed = check_count("seed", seed, minimum=0, maximum=2**63)
        self.layout = ParameterLayout(self.sizes)
        self.activations = tuple(
            as_activation("hidden", phi) for phi in (*self.hidden, self.output)
        )
        self.threshold = middle(self.activations[-1].range)
        drawn = self._draw() if weights is None else self._check_weights(weights)
        theta = np.concatenate([array.ravel() for W, b in drawn for array in (W, b)])
        self.parameters = Parameters(theta, self.layout)

    @on_one_blas_thread
    def _draw(self):
        rng = np.random.default_rng(self.seed)
        draw = as_initializer(self.init).draw
        return [draw(rng, *pair) for pair in pairwise(self.sizes)]

    def _check_weights(self, weights):
        layers = len(self.sizes) - 1
        if not isinstance(weights, (list, tuple)) or len(weights) != layers:
            raise ValueError(
                f"weights must be a list of {layers} pairs (W, b), one for each layer; "
                f"given {describe(weights)}."
            )
        checked = []
        for layer, pair in enumerate(weights, start=1):
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise ValueError(
                    f"weights[{layer - 1}] must be a pair (W, b); given {describe(pair)}."
                )
            n_in, n_out = self.sizes[layer - 1 : layer + 1]
            W, b = pair
            if np.shape(b) == (n_out, 1):
                b = np.reshape(b, n_out) if not isinstance(b, np.ndarray) else b[:, 0]
            checked.append(
                (
                    check_floats(f"W^({layer})", W, ndim=2, shape=(n_out, n_in)).astype(float),
                    check_floats(f"b^({layer})", b, ndim=1, shape=(n_out,)).astype(float),
                )
            )
        return checked

    def with_parameters(self, flat: ArrayLike) -> "MLP":
        """Return the same network with the parameters of the vector `flat` (n_parameters,)."""
        flat = check_floats("flat", flat, ndim=1, shape=(self.layout.size,)).astype(float)
        other = object.__new__(MLP)
        other.__dict__.update(self.__dict__, parameters=Parameters(flat.copy(), self.layout))
        return other

    def with_threshold(self, threshold: float) -> "MLP":
        """Return the same network, whose single output names class 1 above `threshold`."""
        other = object.__new__(MLP)
        other.__dict__.update(self.__dict__, threshold=threshold)
        return other

    @property
    def W(self) -> Layers:
        """Weights W[l], l = 1 … L, of shape (n_{l+1}, n_l), read-only."""
        return self.parameters.W

    @property
    def b(self) -> Layers:
        """Biases b[l], l = 1 … L, of shape (n_{l+1},), read-only."""
        return self.parameters.b

    def forward(
        self, theta: FloatArray, columns: FloatArray
    ) -> tuple[list[FloatArray], list[FloatArray]]:
        """Return the lists A^(1) … A^(L+1) and Z^(1) … Z^(L) for parameters `theta`.

        Parameters
        ----------
        theta : ndarray, shape (n_parameters,)
        columns : ndarray, shape (n_inputs, n)
            A^(1): instances as columns.
        """
        Z = [np.empty((n_out, columns.shape[1])) for n_out in self.sizes[1:]]
        return self._forward(self.layout.matrices(theta), columns, Z), Z

    def _forward(self, matrices, columns, Z):
        """Fill Z^(1) … Z^(L) and return A^(1) … A^(L+1)."""
        A = [columns]
        for (W, b), phi, product in zip(matrices, self.activations, Z, strict=True):
            W.dot(A[-1], out=product)  # the method: a microsecond an update less than np.dot
            product += b
            A.append(phi.function(product))
        return A

    def cost(
        self,
        theta: FloatArray,
        A: Sequence[FloatArray],
        Z: Sequence[FloatArray],
        Y: FloatArray,
        loss: Loss,
        l2: float,
    ) -> float:
        """Return J: the mean over the instances, plus the L2 term."""
        mean = float(loss.evaluate(self.output, Z[-1], A[-1], Y)) / Y.shape[1]
        return mean + self.penalty(theta, l2) if l2 else mean

    def penalty(self, theta: FloatArray, l2: float) -> float:
        """Return the L2 term: l2/2 times the sum of squared weights."""
        return 0.5 * l2 * sum(float(np.vdot(W, W)) for W, _ in self.layout.matrices(theta))

    def evaluate(
        self,
        theta: FloatArray,
        columns: FloatArray,
        Y: FloatArray,
        loss: Loss,
        l2: float = 0.0,
        space: Workspace | None = None,
    ) -> Evaluation:
        """Return the :class:`Evaluation` at `theta`: forward pass, cost, back propagation.

        Parameters
        ----------
        theta : ndarray, shape (n_parameters,)
        columns : ndarray, shape (n_inputs, n)
        Y : ndarray, shape (K, n)
        loss : Loss
        l2 : float
        space : Workspace, optional
            Its arrays are filled; without it new ones are made.
        """
        space = Workspace(self.layout, Y.shape[1]) if space is None else space
        matrices, Z, gradient = self.layout.matrices(theta), space.Z, space.gradient
        A = self._forward(matrices, columns, Z)
        J = self.cost(theta, A, Z, Y, loss, l2)
        V = loss.sensitivity(self.output, Z[-1], A[-1], Y)
        sensitivity = self._back(matrices, A, Z, V, space.slopes)
        gradient *= 1.0 / Y.shape[1]
        if l2:
            for (dW, _), (W, _) in zip(space.slopes, matrices, strict=True):
                dW += l2 * W
        return Evaluation(J, gradient, A, Z, sensitivity)

    def _back(self, matrices, A, Z, V, slopes):
        """Fill the matrices of the gradient and return V^(1) … V^(L), from V = V^(L).

        The gradient, summed over the instances, is V^(l) (A^(l))^T for W^(l), and the sum of V^(l)
        for b^(l); the layer before has V^(l-1) = (W^(l))^T V^(l) * phi'(Z^(l-1)).
        """
        ones, sensitivity = _ones(V.shape[1]), [V]
        for layer in range(len(Z) - 1, -1, -1):
            dW, db = slopes[layer]
            if V.shape[1] < _MANY:
                V.dot(A[layer].T, out=dW)
            else:
                dW[...] = A[layer].dot(V.T).T
            V.dot(ones, out=db)
            if layer > 0:
                dA = matrices[layer][0].T.dot(V)
                V = self.activations[layer - 1].back(dA, Z[layer - 1], A[layer])
                sensitivity.append(V)
        sensitivity.reverse()
        return sensitivity

    @on_one_blas_thread
    def outputs(self, X: ArrayLike) -> FloatArray:
        """Return the last layer's A for the rows of X (n, d), one row an instance, (n, K)."""
        X = self.check_inputs(X)
        with np.errstate(over="ignore", invalid="ignore"):
            A, _ = self.forward(self.parameters.flat, X.T)
        return A[-1].T

    def predict(self, X: ArrayLike) -> IntArray:
        """Return the label of each row of X (n, d): the largest output, (n,) ints.

        With a single output the label is 1 where the output is above ``threshold``.
        """
        return labels(self.outputs(X).T, self.threshold)

    @on_one_blas_thread
    def loss(
        self, X: ArrayLike, y: ArrayLike, loss: LossLike = "cross_entropy", l2: float = 0.0
    ) -> float:
        """Return the cost J on all of X (n, d), y (n,) or (n, K)."""
        X, Y, loss, l2 = self.check_problem(X, y, loss, l2)
        with np.errstate(over="ignore", invalid="ignore"):
            A, Z = self.forward(self.parameters.flat, X.T)
        return self.cost(self.parameters.flat, A, Z, Y, loss, l2)

    def accuracy(self, X: ArrayLike, y: ArrayLike) -> float:
        """Return the share of rows of X whose predicted label is right, 0 … 1.

        ValueError for targets that name no classes; see ``mlpteach.run.accuracy``.
        """
        X = self.check_inputs(X)
        Y = check_targets("y", y, len(X), self.sizes[-1], LOSSES["mse"])
        threshold = class_threshold(Y, LOSSES["mse"])
        if threshold is None:
            raise ValueError(
                "y must name a class for each instance: labels, rows with one 1, or for a single "
                "output 0 and 1, or -1 and 1; given other targets, which have no accuracy."
            )
        return float(np.mean(labels(self.outputs(X).T, threshold) == labels(Y, threshold)))

    def check_inputs(self, X: ArrayLike, name: str = "X") -> FloatArray:
        """Return X if it is a finite array of floats of shape (n, n_inputs)."""
        return check_floats(name, X, ndim=2, shape=(None, self.sizes[0]))

    def check_problem(
        self,
        X: ArrayLike,
        y: ArrayLike,
        loss: LossLike,
        l2: float,
        names: tuple[str, str] = ("X", "y"),
    ) -> tuple[FloatArray, FloatArray, Loss, float]:
        """Return X, Y (K, n), the Loss and l2 after checking that they fit this network."""
        loss = as_loss(loss)
        l2 = check_number("l2", l2, NOT_NEGATIVE)
        X = self.check_inputs(X, names[0])
        Y = check_targets(names[1], y, len(X), self.sizes[-1], loss)
        self._check_reach(names[1], Y)
        return X, Y, loss, l2

    def _check_reach(self, name, Y):
        """Raise ValueError for targets beyond both ends of an output that saturates."""
        low, high = self.activations[-1].range
        if low is None or high is None:
            return
        least, most = Y.min(), Y.max()
        if least >= low - _ROUNDING and most <= high + _ROUNDING:
            return
        wrong = least if least < low - _ROUNDING else most
        cure = "Use another output activation, such as linear"
        if len(Y) == 1 and (np.round(Y) == Y).all() and least >= 0.0:
            cure = f"For the classes 0 … {most:g} the network needs {most + 1:g} outputs"
        raise ValueError(
            f"{name} must lie in [{low:g}, {high:g}], which is all that output={self.output!r} "
            f"reaches; given {digits(wrong)}. {cure}."
        )

    def __repr__(self) -> str:
        hidden = self.hidden[0] if len(set(self.hidden)) == 1 else self.hidden
        return (
            f"MLP({self.sizes}, hidden={hidden!r}, output={self.output!r}): "
            f"{self.layout.size} parameters"
        )


@lru_cache(maxsize=8)
def _ones(n):
    """Column of ones that sums over n instances: a product is faster than a sum of short rows."""
    return np.ones((n, 1))


def _check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    listed = isinstance(sizes, (list, tuple)) or (isinstance(sizes, np.ndarray) and sizes.ndim)
    if not listed or len(sizes) < 2:
        raise ValueError(
            f"sizes must hold at least inputs and outputs, such as (64, 30, 10); "
            f"given {describe(sizes)}."
        )
    checked = tuple(check_count(f"sizes[{i}]", size) for i, size in enumerate(sizes))
    parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(checked))
    if parameters > _MOST_PARAMETERS:
        raise ValueError(
            f"sizes must give at most {_MOST_PARAMETERS:,} parameters; given {checked}, "
            f"which gives {parameters:,}."
        )
    return checked


def _check_hidden(hidden, layers):
    if isinstance(hidden, (str, Activation)) or is_function(hidden):
        return (_known(as_activation("hidden", hidden), ACTIVATIONS),) * layers
    if not isinstance(hidden, (list, tuple)) or len(hidden) != layers:
        raise ValueError(
            f"hidden must be one activation for all {layers} hidden layers, or one each; "
            f"given {describe(hidden)}."
        )
    phis = [as_activation(f"hidden[{i}]", phi) for i, phi in enumerate(hidden)]
    return tuple(_known(phi, ACTIVATIONS) for phi in phis)


def _known(record, table):
    """Return the id of an entry of `table`; a reader's own stands for itself."""
    return record.id if table.get(record.id) is record else record
