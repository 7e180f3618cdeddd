"""Momentum: use the previous update in the current one."""

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import BLUE, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = (
    "The slide remembers one gradient, the paper the whole past: with a steady gradient the "
    "slide's step grows to (α + β) g, the paper's to η/(1 − β) g."
)

optimizer = define(
    "momentum",
    title="Momentum",
    order=2,
    style=Style(BLUE, "dashed", "s"),
    letters={"v": Symbol("v", "velocity")},
)


@optimizer.form(
    "lecture",
    source="slide 'Common adaptive strategies'",
    differs=_DIFFERS,
    step_sizes={
        "beale": 0.01,
        "saddle": 0.02,
        "valley": 0.01,
        "rosenbrock": 0.001,
        "himmelblau": 0.005,
    },
    alpha=Hyper(0.1, low=1e-4, high=10.0, log=True),
    beta=Hyper(0.09, low=0.0, high=1.0, allowed=NOT_NEGATIVE, step_power=1),
)
def momentum_as_lectured(k, G, G_previous, *, alpha, beta):
    """Add a part of the last gradient."""
    rho = alpha * G + beta * G_previous
    return Quantities(rho=rho)


@optimizer.form(
    "paper",
    source="Polyak 1964; the velocity form of Sutskever et al. 2013",
    dash="dotted",
    differs=_DIFFERS,
    step_sizes={
        "beale": 0.002,
        "saddle": 0.005,
        "valley": 0.002,
        "rosenbrock": 0.0002,
        "himmelblau": 0.002,
    },
    eta=Hyper(0.1, low=1e-4, high=10.0, log=True),
    beta=Hyper(0.9, low=0.0, high=0.999, allowed=FRACTION),
)
def momentum_as_published(k, G, v, *, eta, beta):
    """Keep a velocity that all past gradients feed."""
    v = beta * v + eta * G
    rho = v
    return Quantities(v=v, rho=rho)
