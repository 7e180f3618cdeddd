"""AdamW: Adam, and a weight decay that the division by the second moment does not touch."""

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import WINE, Style
from mlpteach.rules.record import Quantities, define

optimizer = define(
    "adamw",
    title="AdamW",
    style=Style(WINE, "dashdot", "o"),
    letters={"decay": Symbol("λ", "weight decay", shape="")},
    beyond_lecture=True,
)


@optimizer.form(
    "paper",
    source="Loshchilov & Hutter 2019, Algorithm 2; decay times eta as in PyTorch and Keras",
    differs="Not on the slides. An L2 term in the cost passes through Adam's division, which "
    "weakens it where gradients are large; here the decay stands beside it. In the paper the "
    "schedule alone multiplies the decay, not eta. Weights and biases decay alike.",
    eta=Hyper(1e-3, low=1e-5, high=1.0, log=True),
    beta1=Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    beta2=Hyper(0.999, low=0.0, high=0.9999, allowed=FRACTION),
    eps=Hyper(1e-8, low=1e-12, high=1e-2, log=True, allowed=NOT_NEGATIVE),
    decay=Hyper(0.01, low=0.0, high=1.0, allowed=NOT_NEGATIVE),
)
def adamw_as_published(k, W, G, M, V, *, eta, beta1, beta2, eps, decay):
    """Step as Adam does, and towards 0 by a share of W."""
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    M_hat = M / (1 - beta1**k)
    V_hat = V / (1 - beta2**k)
    rho = eta * (M_hat / (np.sqrt(V_hat) + eps) + decay * W)
    return Quantities(M=M, V=V, M_hat=M_hat, V_hat=V_hat, rho=rho)
