"""NAdam: Adam with Nesterov's acceleration."""

from functools import lru_cache
from typing import Any

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import VIOLET, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = (
    "Slide: β₁ constant, ε inside the root. Published (PyTorch, Keras): μₖ grows by Dozat's "
    "schedule, M forgets by β₁."
)
_HYPERS: dict[str, Any] = {
    "eta": Hyper(1e-3, low=1e-5, high=1.0, log=True),
    "beta1": Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    "beta2": Hyper(0.999, low=0.0, high=0.9999, allowed=FRACTION),
    "eps": Hyper(1e-8, low=1e-12, high=1e-2, log=True, allowed=NOT_NEGATIVE),
}
_STEP_SIZES = {"beale": 0.1, "saddle": 0.01, "valley": 0.1, "rosenbrock": 0.1, "himmelblau": 0.1}

optimizer = define(
    "nadam",
    title="NAdam",
    order=8,
    style=Style(VIOLET, "dashed", "s"),
    letters={
        "M_bar": Symbol(
            "M", "first moment with the next update's momentum put in early", accent="¯"
        ),
        "mu": Symbol("μ", "momentum of an update", shape=""),
        "mu_product": Symbol("∏μ", "product of the momenta of all updates so far", shape=""),
        "G_hat": Symbol("g", "gradient, corrected like the first moment", accent="^"),
    },
)


@optimizer.form(
    "lecture",
    source="slide 'Adapt to the gradient's magnitude'; Ruder 2016 with eps inside the root",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def nadam_as_lectured(k, G, M, V, *, eta, beta1, beta2, eps):
    """Adam, with the momentum of the next update put in early."""
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    M_hat = M / (1 - beta1**k)
    V_hat = V / (1 - beta2**k)
    M_bar = beta1 * M_hat + (1 - beta1) * G / (1 - beta1**k)
    rho = eta * M_bar / np.sqrt(V_hat + eps)
    return Quantities(M=M, V=V, M_hat=M_hat, V_hat=V_hat, M_bar=M_bar, rho=rho)


@optimizer.form(
    "paper",
    source="as PyTorch and Keras have it: Dozat 2016, mu_k of his section 3, M with constant beta1",
    dash="dotted",
    differs=_DIFFERS,
    step_sizes=_STEP_SIZES,
    **_HYPERS,
)
def nadam_as_published(k, G, M, V, *, eta, beta1, beta2, eps):
    """Adam with a growing momentum mu_k and the momentum of the next update put in early.

    The form of PyTorch and Keras; Dozat's own has mu_k in place of beta1 in the first line.
    """
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    M_hat = mu(k + 1, beta1) * M / (1 - mu_product(k + 1, beta1))
    G_hat = (1 - mu(k, beta1)) * G / (1 - mu_product(k, beta1))
    M_bar = M_hat + G_hat
    V_hat = V / (1 - beta2**k)
    rho = eta * M_bar / (np.sqrt(V_hat) + eps)
    return Quantities(M=M, V=V, M_hat=M_hat, G_hat=G_hat, M_bar=M_bar, V_hat=V_hat, rho=rho)


def mu(k: int, beta1: float) -> float:
    """Momentum at update k: mu_k = beta1 (1 - 0.5 * 0.96^(0.004 k))."""
    return beta1 * (1 - 0.5 * 0.96 ** (0.004 * k))


def mu_product(k: int, beta1: float) -> float:
    """Product mu_1 … mu_k."""
    # A table twice as long whenever it runs out keeps a long run linear in its length.
    return _mu_products(beta1, 1 << max(10, int(k).bit_length()))[k - 1]


@lru_cache(maxsize=32)
def _mu_products(beta1, size):
    return np.cumprod([mu(k, beta1) for k in range(1, size + 1)])
