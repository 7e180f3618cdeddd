"""Gradient descent."""

from mlpteach.rules.record import Hyper, Quantities, define


@define(
    "gd",
    title="Gradient descent",
    form=("lecture", "paper"),
    source="slide 'Last time'; Cauchy 1847",
    eta=Hyper(0.1, low=1e-4, high=10.0, log=True),
)
def gd(k, G, *, eta):
    """Step against the gradient."""
    rho = eta * G
    return Quantities(rho=rho)
