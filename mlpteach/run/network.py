"""The multilayer perceptron: sizes, activations and starting weights; forward and back.

A network never changes: training starts from its weights and leaves them as they are.
"""

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    check_choice,
    check_count,
    check_floats,
    check_number,
    check_targets,
    describe,
)
from mlpteach.basics.parameters import ParameterLayout, Parameters
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.initializers import INITIALIZERS
from mlpteach.tables.losses import LOSSES, as_loss

# From so many instances on BLAS sums V X faster as the transpose of X^T V^T.
_MANY = 128


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
    gradient: np.ndarray
    A: list = ()
    Z: list = ()
    sensitivity: list = ()


class MLP:
    """A multilayer perceptron of any depth.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, inputs first, outputs last: (64, 30, 10).
    hidden : str or sequence of str
        Activation of the hidden layers (ids of ``mlpteach.ACTIVATIONS``), one for all or one each.
    output : str
        Activation of the last layer.
    init : str
        Initializer (id of ``mlpteach.INITIALIZERS``), ignored with `weights`.
    seed : int
        Decides the weights drawn.
    weights : list of (W, b), optional
        Starting weights of each layer, W (n_out, n_in) and b (n_out,).

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
        self, sizes, hidden="sigmoid", output="sigmoid", init="glorot", seed=1, weights=None
    ):
        self.sizes = _check_sizes(sizes)
        self.hidden = _check_hidden(hidden, len(self.sizes) - 2)
        self.output = check_choice("output", output, tuple(ACTIVATIONS))
        self.init = check_choice("init", init, tuple(INITIALIZERS))
        self.seed = check_count("seed", seed, minimum=0, maximum=2**63)
        self.layout = ParameterLayout(self.sizes)
        self._activations = [ACTIVATIONS[id] for id in (*self.hidden, self.output)]
        drawn = self._draw() if weights is None else self._check_weights(weights)
        theta = np.concatenate([array.ravel() for W, b in drawn for array in (W, b)])
        self.parameters = Parameters(theta, self.layout)

    def _draw(self):
        rng = np.random.default_rng(self.seed)
        draw = INITIALIZERS[self.init].draw
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

    def with_parameters(self, flat):
        """Return the same network with the parameters of the vector `flat` (n_parameters,)."""
        flat = check_floats("flat", flat, ndim=1, shape=(self.layout.size,)).astype(float)
        other = object.__new__(MLP)
        other.__dict__.update(self.__dict__, parameters=Parameters(flat.copy(), self.layout))
        return other

    @property
    def W(self):
        """Weights W[l], l = 1 … L, of shape (n_{l+1}, n_l), read-only."""
        return self.parameters.W

    @property
    def b(self):
        """Biases b[l], l = 1 … L, of shape (n_{l+1},), read-only."""
        return self.parameters.b

    def forward(self, theta, columns):
        """Return the lists A^(1) … A^(L+1) and Z^(1) … Z^(L) for parameters `theta`.

        Parameters
        ----------
        theta : ndarray, shape (n_parameters,)
        columns : ndarray, shape (n_inputs, n)
            A^(1): instances as columns.
        """
        return self._forward(self.layout.matrices(theta), columns)

    def _forward(self, matrices, columns):
        A, Z = [columns], []
        for (W, b), phi in zip(matrices, self._activations, strict=True):
            product = W.dot(columns)  # the method: a microsecond an update less than np.dot
            product += b
            columns = phi.function(product)
            Z.append(product)
            A.append(columns)
        return A, Z

    def cost(self, theta, A, Z, Y, loss, l2):
        """Return J: the mean over the instances, plus the L2 term."""
        mean = float(loss.evaluate(self.output, Z[-1], A[-1], Y)) / Y.shape[1]
        return mean + self.penalty(theta, l2) if l2 else mean

    def penalty(self, theta, l2):
        """Return the L2 term: l2/2 times the sum of squared weights."""
        return 0.5 * l2 * sum(float(np.vdot(W, W)) for W, _ in self.layout.matrices(theta))

    def evaluate(self, theta, columns, Y, loss, l2=0.0):
        """Return the :class:`Evaluation` at `theta`: forward pass, cost, back propagation.

        Parameters
        ----------
        theta : ndarray, shape (n_parameters,)
        columns : ndarray, shape (n_inputs, n)
        Y : ndarray, shape (K, n)
        loss : Loss
        l2 : float
        """
        matrices = self.layout.matrices(theta)
        A, Z = self._forward(matrices, columns)
        J = self.cost(theta, A, Z, Y, loss, l2)
        V = loss.sensitivity(self.output, Z[-1], A[-1], Y)
        gradient, sensitivity = self._back(matrices, A, Z, V)
        gradient *= 1.0 / Y.shape[1]
        if l2:
            for (dW, _), (W, _) in zip(self.layout.matrices(gradient), matrices, strict=True):
                dW += l2 * W
        return Evaluation(J, gradient, A, Z, sensitivity)

    def _back(self, matrices, A, Z, V):
        """Return the gradient, summed over the instances, and V^(1) … V^(L), from V = V^(L).

        The gradient is V^(l) (A^(l))^T for W^(l), and the sum of V^(l) for b^(l); the layer before
        has V^(l-1) = (W^(l))^T V^(l) * phi'(Z^(l-1)).
        """
        gradient = np.empty(self.layout.size)
        slopes = self.layout.matrices(gradient)
        ones, sensitivity = _ones(V.shape[1]), [V]
        for layer in range(len(Z) - 1, -1, -1):
            dW, db = slopes[layer]
            _product(V, A[layer].T, dW)
            V.dot(ones, out=db)
            if layer > 0:
                dA = matrices[layer][0].T.dot(V)
                V = self._activations[layer - 1].back(dA, Z[layer - 1], A[layer])
                sensitivity.append(V)
        sensitivity.reverse()
        return gradient, sensitivity

    def outputs(self, X):
        """Return the last layer's A for the rows of X (n, d), one row an instance, (n, K)."""
        X = self.check_inputs(X)
        with np.errstate(over="ignore", invalid="ignore"):
            A, _ = self.forward(self.parameters.flat, X.T)
        return A[-1].T

    def predict(self, X):
        """Return the label of each row of X (n, d): the largest output, (n,) ints.

        With a single output the label is 1 where the output is above 1/2.
        """
        return labels(self.outputs(X).T)

    def loss(self, X, y, loss="cross_entropy", l2=0.0):
        """Return the cost J on all of X (n, d), y (n,) or (n, K)."""
        X, Y, loss, l2 = self.check_problem(X, y, loss, l2)
        with np.errstate(over="ignore", invalid="ignore"):
            A, Z = self.forward(self.parameters.flat, X.T)
        return self.cost(self.parameters.flat, A, Z, Y, loss, l2)

    def accuracy(self, X, y):
        """Return the share of rows of X whose predicted label is right, 0 … 1."""
        X = self.check_inputs(X)
        Y = check_targets("y", y, len(X), self.sizes[-1], LOSSES["mse"])
        return float(np.mean(self.predict(X) == labels(Y)))

    def check_inputs(self, X, name="X"):
        """Return X if it is a finite array of floats of shape (n, n_inputs)."""
        return check_floats(name, X, ndim=2, shape=(None, self.sizes[0]))

    def check_problem(self, X, y, loss, l2, names=("X", "y")):
        """Return X, Y (K, n), the Loss and l2 after checking that they fit this network."""
        loss = as_loss(loss)
        l2 = check_number("l2", l2, NOT_NEGATIVE)
        X = self.check_inputs(X, names[0])
        return X, check_targets(names[1], y, len(X), self.sizes[-1], loss), loss, l2

    def __repr__(self):
        hidden = self.hidden[0] if len(set(self.hidden)) == 1 else self.hidden
        return (
            f"MLP({self.sizes}, hidden={hidden!r}, output={self.output!r}): "
            f"{self.layout.size} parameters"
        )


def _product(V, rows, out):
    """Put V @ rows, a sum over the instances, into `out`."""
    if len(rows) < _MANY:
        V.dot(rows, out=out)
    else:
        out[...] = rows.T.dot(V.T).T


@lru_cache(maxsize=8)
def _ones(n):
    """Column of ones that sums over n instances: a product is faster than a sum of short rows."""
    return np.ones((n, 1))


def labels(A):
    """Return the label of each column of A (K, n): the largest entry, or A > 1/2 where K = 1."""
    return (A[0] > 0.5).astype(int) if len(A) == 1 else A.argmax(axis=0)


def _check_sizes(sizes):
    if not isinstance(sizes, (list, tuple, np.ndarray)) or len(sizes) < 2:
        raise ValueError(
            f"sizes must hold at least inputs and outputs, such as (64, 30, 10); "
            f"given {describe(sizes)}."
        )
    return tuple(check_count(f"sizes[{i}]", size) for i, size in enumerate(sizes))


def _check_hidden(hidden, layers):
    ids = (hidden,) * layers if isinstance(hidden, str) else hidden
    if isinstance(hidden, str):
        check_choice("hidden", hidden, tuple(ACTIVATIONS))
    if not isinstance(ids, (list, tuple)) or len(ids) != layers:
        raise ValueError(
            f"hidden must be one activation for all {layers} hidden layers, or one each; "
            f"given {describe(hidden)}."
        )
    return tuple(check_choice(f"hidden[{i}]", id, tuple(ACTIVATIONS)) for i, id in enumerate(ids))
