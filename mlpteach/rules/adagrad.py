"""AdaGrad: divide by the root of all squared gradients so far."""

from typing import Any

import numpy as np

from mlpteach.basics.arguments import NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import GREEN, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = "The slide adds ε inside the root, the paper outside."
_HYPERS: dict[str, Any] = {
    "eta": Hyper(0.01, low=1e-4, high=10.0, log=True),
    "eps": Hyper(1e-8, low=1e-12, high=1e-1, log=True, allowed=NOT_NEGATIVE),
}
_STEP_SIZES = {"beale": 0.5, "saddle": 0.05, "valley": 0.5, "rosenbrock": 0.2, "himmelblau": 0.5}

optimizer = define(
    "adagrad",
    title="AdaGrad",
    order=4,
    style=Style(GREEN, "dotted", "D"),
    letters={
        "G_sum": Symbol("G", "sum of the squared gradients so far", never_negative=True),
    },
)


@optimizer.form(
    "lecture",
    source="slide 'Adapt to the gradient's magnitude'",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def adagrad_as_lectured(k, G, G_sum, *, eta, eps):
    """Divide by the root of the sum of squares, eps inside the root."""
    G_sum = G_sum + G * G
    rho = eta / np.sqrt(G_sum + eps) * G
    return Quantities(G_sum=G_sum, rho=rho)


@optimizer.form(
    "paper",
    source="Duchi, Hazan & Singer 2011, section 1.1, with diagonal matrices",
    dash="dashed",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def adagrad_as_published(k, G, G_sum, *, eta, eps):
    """Divide by the root of the sum of squares, eps outside the root."""
    G_sum = G_sum + G * G
    rho = eta * G / (np.sqrt(G_sum) + eps)
    return Quantities(G_sum=G_sum, rho=rho)
