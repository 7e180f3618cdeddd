"""AMSGrad: an Adam whose step can only shrink."""

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import SKY, Style
from mlpteach.rules.record import Quantities, define

optimizer = define(
    "amsgrad",
    title="AMSGrad",
    order=9,
    style=Style(SKY, "dashdot", "^"),
    letters={
        "V_max": Symbol("V", "largest second moment so far", subscript="max", never_negative=True),
    },
    beyond_lecture=True,
)


@optimizer.form(
    "paper",
    source="Reddi, Kale & Kumar 2018, Algorithm 2, without bias correction",
    differs="Not on the slides: the answer to 'Adam is popular but not a panacea'.",
    step_sizes={"beale": 0.1, "saddle": 0.002, "valley": 0.1, "rosenbrock": 0.1, "himmelblau": 0.1},
    eta=Hyper(1e-3, low=1e-5, high=1.0, log=True),
    beta1=Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    beta2=Hyper(0.999, low=0.0, high=0.9999, allowed=FRACTION),
    eps=Hyper(1e-8, low=1e-12, high=1e-2, log=True, allowed=NOT_NEGATIVE),
)
def amsgrad_as_published(k, G, M, V, V_max, *, eta, beta1, beta2, eps):
    """Divide by the root of the largest second moment so far."""
    M = beta1 * M + (1 - beta1) * G
    V = beta2 * V + (1 - beta2) * G * G
    V_max = np.maximum(V_max, V)
    rho = eta * M / (np.sqrt(V_max) + eps)
    return Quantities(M=M, V=V, V_max=V_max, rho=rho)
