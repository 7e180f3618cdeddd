"""Adam: adaptive momentum, line by line."""

from typing import Any

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper, Switch
from mlpteach.basics.style import RED, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = (
    "The slide adds ε inside the root (at ε = 10⁻⁸ this damps like 10⁻⁴), the paper outside. "
    "The slide's 'each epoch' should read 'each update'."
)
_HYPERS: dict[str, Any] = {
    "eta": Hyper(1e-3, low=1e-5, high=1.0, log=True),
    "beta1": Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    "beta2": Hyper(0.999, low=0.0, high=0.9999, allowed=FRACTION),
    "eps": Hyper(1e-8, low=1e-12, high=1e-2, log=True, allowed=NOT_NEGATIVE),
    "bias_correction": Switch(True),
}
_STEP_SIZES = {"beale": 0.1, "saddle": 0.01, "valley": 0.1, "rosenbrock": 0.1, "himmelblau": 0.1}

optimizer = define(
    "adam",
    title="Adam",
    order=7,
    style=Style(RED, "solid", "o"),
)


@optimizer.form(
    "lecture",
    source="slide 'Adaptive Momentum'; Kingma & Ba 2015 with eps inside the root",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def adam_as_lectured(k, G, M, V, *, eta, beta1, beta2, eps, bias_correction):
    """Divide the first moment by the root of the second, eps inside the root."""
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    M_hat = M / (1 - beta1**k) if bias_correction else M
    V_hat = V / (1 - beta2**k) if bias_correction else V
    rho = eta * M_hat / np.sqrt(V_hat + eps)
    return Quantities(M=M, V=V, M_hat=M_hat, V_hat=V_hat, rho=rho)


@optimizer.form(
    "paper",
    source="Kingma & Ba 2015, Algorithm 1",
    dash="dashed",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def adam_as_published(k, G, M, V, *, eta, beta1, beta2, eps, bias_correction):
    """Divide the first moment by the root of the second, eps outside the root."""
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    M_hat = M / (1 - beta1**k) if bias_correction else M
    V_hat = V / (1 - beta2**k) if bias_correction else V
    rho = eta * M_hat / (np.sqrt(V_hat) + eps)
    return Quantities(M=M, V=V, M_hat=M_hat, V_hat=V_hat, rho=rho)
