"""Gradient descent."""

from mlpteach.basics.hyper import Hyper
from mlpteach.basics.style import BLACK, Style
from mlpteach.rules.record import Quantities, define

optimizer = define(
    "gd",
    title="Gradient descent",
    order=1,
    style=Style(BLACK, "solid", "o"),
)


@optimizer.form(
    ("lecture", "paper"),
    source="slide 'Last time'; Cauchy 1847",
    step_sizes={
        "beale": 0.01,
        "saddle": 0.02,
        "valley": 0.01,
        "rosenbrock": 0.001,
        "himmelblau": 0.01,
    },
    eta=Hyper(0.1, low=1e-4, high=10.0, log=True),
)
def gd(k, G, *, eta):
    """Step against the gradient."""
    rho = eta * G
    return Quantities(rho=rho)
