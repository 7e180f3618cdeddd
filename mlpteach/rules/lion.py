"""Lion: step by the sign of a momentum, the same length for every weight."""

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import LEAF, Style
from mlpteach.rules.record import Quantities, define

optimizer = define(
    "lion",
    title="Lion",
    style=Style(LEAF, "solid", "D"),
    letters={
        "C": Symbol("C", "gradient and first moment, of which the sign is taken"),
        "beta1": Symbol("β", "weight of the past in the step", shape="", subscript="1"),
        "decay": Symbol("λ", "weight decay", shape=""),
    },
    beyond_lecture=True,
)


@optimizer.form(
    "paper",
    source="Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, Algorithm 2",
    differs="Not on the slides. No second moment: the sign alone says where each weight goes, eta "
    "how far. Weights and biases decay alike.",
    eta=Hyper(1e-4, low=1e-6, high=0.1, log=True),
    beta1=Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    beta2=Hyper(0.99, low=0.0, high=0.9999, allowed=FRACTION),
    decay=Hyper(0.0, low=0.0, high=1.0, allowed=NOT_NEGATIVE),
)
def lion(k, W, G, M, *, eta, beta1, beta2, decay):
    """Step by the sign of the first moment with more of the newest gradient in it."""
    C = beta1 * M + (1 - beta1) * G
    rho = eta * (np.sign(C) + decay * W)
    M = beta2 * M + (1 - beta2) * G
    return Quantities(C=C, rho=rho, M=M)
