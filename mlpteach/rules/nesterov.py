"""Nesterov's accelerated gradient: look ahead, then step."""

from mlpteach.basics.arguments import FRACTION, NOT_NEGATIVE
from mlpteach.basics.hyper import Hyper
from mlpteach.basics.notation import Symbol
from mlpteach.basics.style import ORANGE, Style
from mlpteach.rules.record import Quantities, define

_DIFFERS = (
    "The slide looks uphill (W + α g instead of W − β v) and remembers one gradient in "
    "place of the velocity."
)

optimizer = define(
    "nesterov",
    title="Nesterov's accelerated gradient",
    short_title="Nesterov",
    order=3,
    style=Style(ORANGE, "dashdot", "^"),
    letters={
        "v": Symbol("v", "velocity"),
        "W_ahead": Symbol("W", "where the rule looks", accent="~"),
        "G_ahead": Symbol("g", "gradient where the rule looks", accent="~"),
    },
)


@optimizer.form(
    "lecture",
    source="slide 'Common adaptive strategies': step twice",
    differs=_DIFFERS,
    step_sizes={
        "beale": 0.005,
        "saddle": 0.01,
        "valley": 0.002,
        "rosenbrock": 0.0005,
        "himmelblau": 0.002,
    },
    alpha=Hyper(0.04, low=1e-4, high=10.0, log=True),
    beta=Hyper(0.1, low=0.0, high=1.0, allowed=NOT_NEGATIVE, step_power=1),
)
def nesterov_as_lectured(k, W, gradient_at, factor, G_previous, *, alpha, beta):
    """Look where the last gradient points, and step by both gradients."""
    W_ahead = W + factor * alpha * G_previous
    G_ahead = gradient_at(W_ahead)
    rho = beta * G_ahead + alpha * G_previous
    return Quantities(W_ahead=W_ahead, G_ahead=G_ahead, rho=rho)


@optimizer.form(
    "paper",
    source="Nesterov 1983; Sutskever et al. 2013, equations 3 and 4",
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
def nesterov_as_published(k, W, gradient_at, factor, v, *, eta, beta):
    """Look where the velocity leads, and correct the velocity there."""
    W_ahead = W - factor * beta * v
    G_ahead = gradient_at(W_ahead)
    v = beta * v + eta * G_ahead
    rho = v
    return Quantities(W_ahead=W_ahead, G_ahead=G_ahead, v=v, rho=rho)
