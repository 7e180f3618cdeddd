"""One sigmoid neuron with one input, and what it learns from one instance under several costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import RuleLike
from mlpteach.run.trace import Trace
from mlpteach.run.train import descend, quietly
from mlpteach.tables.activations import sigmoid
from mlpteach.tables.losses import Loss


@dataclass(frozen=True)
class Neuron:
    """A cost as the neuron meets it: a function θ = (w, b) -> (value, gradient (2,)).

    Attributes
    ----------
    loss : Loss
    x, y : float
        The one instance.
    factor : float
        Of cost and gradient: Nielsen's quadratic cost is half the slide's MSE.
    long_way : bool
        Whether the sensitivity is dJ/da passed back through φ' even where there is a shortcut.
    """

    loss: Loss
    x: float = 1.0
    y: float = 0.0
    factor: float = 1.0
    long_way: bool = False

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        w, b = theta
        Z, Y = np.array([[w * self.x + b]]), np.array([[self.y]])
        A = sigmoid(Z)
        V = self.sensitivity(Z, A)[0, 0]
        cost = self.factor * self.loss.evaluate("sigmoid", Z, A, Y)
        return cost, np.array([V * self.x, V])

    def sensitivity(self, Z: FloatArray, A: FloatArray) -> FloatArray:
        """Return V^(2) for any number of outputs A = φ(Z), both (1, n)."""
        loss = self.loss
        told = loss.long_sensitivity if self.long_way else loss.sensitivity
        return self.factor * told("sigmoid", Z, A, np.full_like(A, self.y))


def neuron_traces(
    neurons: Mapping[str, Neuron], start: ArrayLike, rule: RuleLike, updates: int
) -> dict[str, Trace]:
    """Return name -> Trace of θ = (w, b) for neurons that start equally.

    Examples
    --------
    >>> from mlpteach import LOSSES, rule
    >>> nielsen = Neuron(LOSSES["mse"], factor=0.5)
    >>> trace = neuron_traces({"mse": nielsen}, (2.0, 2.0), rule("gd", eta=0.15), 300)["mse"]
    >>> w, b = trace[-1].after.flat
    >>> round(float(1 / (1 + np.exp(-w - b))), 10)
    0.2028484243
    """
    with np.errstate(over="ignore"):
        return {
            name: quietly(descend, neuron, start, rule=rule, steps=updates)
            for name, neuron in neurons.items()
        }
