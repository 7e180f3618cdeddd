"""RMSProp: divide by the root of a running mean of squared gradients."""

from typing import Any

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.style import PURPLE, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = "The slide adds ε inside the root, the common library form outside."
_HYPERS: dict[str, Any] = {
    "eta": Hyper(1e-3, low=1e-5, high=1.0, log=True),
    "gamma": Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    "eps": Hyper(1e-8, low=1e-12, high=1e-1, log=True, allowed=NOT_NEGATIVE),
}
_STEP_SIZES = {
    "beale": 0.02,
    "saddle": 0.01,
    "valley": 0.05,
    "rosenbrock": 0.02,
    "himmelblau": 0.05,
}

optimizer = define(
    "rmsprop",
    title="RMSProp",
    order=5,
    style=Style(PURPLE, "dashdot", "v"),
)


@optimizer.form(
    "lecture",
    source="slide 'Adapt to the gradient's magnitude'",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def rmsprop_as_lectured(k, G, V, *, eta, gamma, eps):
    """Divide by the root of the mean square, eps inside the root."""
    V = gamma * V + (1 - gamma) * G * G
    rho = eta / np.sqrt(V + eps) * G
    return Quantities(V=V, rho=rho)


@optimizer.form(
    "paper",
    source="Hinton 2012, lecture 6e; eps as in the common libraries",
    dash="dashed",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def rmsprop_as_published(k, G, V, *, eta, gamma, eps):
    """Divide by the root of the mean square, eps outside the root."""
    V = gamma * V + (1 - gamma) * G * G
    rho = eta * G / (np.sqrt(V) + eps)
    return Quantities(V=V, rho=rho)
