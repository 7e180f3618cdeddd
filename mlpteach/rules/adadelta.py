"""AdaDelta: on the slide Adam without bias correction, in the paper a rule without a step size."""

import numpy as np

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import ORCHID, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = (
    "The slide's rule is Adam without bias correction; Zeiler's has no η and accumulates the "
    "squares of its own updates."
)

optimizer = define(
    "adadelta",
    title="AdaDelta",
    order=6,
    style=Style(ORCHID, "dotted", "X"),
    letters={
        "E_g2": Symbol("E[g²]", "running mean of the squared gradient", never_negative=True),
        "E_dx2": Symbol("E[Δx²]", "running mean of the squared updates", never_negative=True),
    },
)


@optimizer.form(
    "lecture",
    source="slide 'Adapt to the gradient's magnitude'",
    differs=_DIFFERS,
    step_sizes={
        "beale": 0.02,
        "saddle": 0.01,
        "valley": 0.05,
        "rosenbrock": 0.02,
        "himmelblau": 0.05,
    },
    eta=Hyper(1e-3, low=1e-5, high=1.0, log=True),
    gamma=Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
    eps=Hyper(1e-8, low=1e-12, high=1e-1, log=True, allowed=NOT_NEGATIVE),
)
def adadelta_as_lectured(k, G, M, V, *, eta, gamma, eps):
    """Divide a running mean by the root of a running mean square."""
    M = gamma * M + (1 - gamma) * G
    V = gamma * V + (1 - gamma) * G * G
    rho = eta * M / np.sqrt(V + eps)
    return Quantities(M=M, V=V, rho=rho)


@optimizer.form(
    "paper",
    source="Zeiler 2012, Algorithm 1",
    dash="dashdot",
    differs=_DIFFERS,
    gamma=Hyper(0.95, low=0.0, high=0.999, allowed=FRACTION),
    eps=Hyper(1e-6, low=1e-12, high=1e-1, log=True, allowed=NOT_NEGATIVE, step_power=2),
)
def adadelta_as_published(k, G, E_g2, E_dx2, *, gamma, eps):
    """Step by the ratio of two running root mean squares: of updates and of gradients."""
    E_g2 = gamma * E_g2 + (1 - gamma) * G * G
    rho = np.sqrt(E_dx2 + eps) / np.sqrt(E_g2 + eps) * G
    E_dx2 = gamma * E_dx2 + (1 - gamma) * rho * rho
    return Quantities(E_g2=E_g2, rho=rho, E_dx2=E_dx2)
