"""How the first weights are drawn: the variance of W decides whether signals fade or explode."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Initializer:
    """A way to draw one layer.

    Attributes
    ----------
    id : str
    latex : str
        The distribution of a weight.
    source : str
    draw : callable
        (rng, n_in, n_out) -> W (n_out, n_in), b (n_out,).
    """

    id: str
    latex: str
    source: str
    draw: Callable


def _uniform(rng, n_in, n_out):
    return rng.uniform(-1.0, 1.0, (n_out, n_in)), np.zeros(n_out)


def _nielsen(rng, n_in, n_out):
    return rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), rng.standard_normal(n_out)


def _glorot(rng, n_in, n_out):
    limit = np.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_out, n_in)), np.zeros(n_out)


def _he(rng, n_in, n_out):
    return rng.standard_normal((n_out, n_in)) * np.sqrt(2.0 / n_in), np.zeros(n_out)


def _zeros(rng, n_in, n_out):
    return np.zeros((n_out, n_in)), np.zeros(n_out)


INITIALIZERS = {
    initializer.id: initializer
    for initializer in (
        Initializer("uniform", r"W \sim U(-1, 1)", "the course's notebooks", _uniform),
        Initializer(
            "nielsen",
            r"W \sim N(0, \frac{1}{n_{in}}),\ b \sim N(0, 1)",
            "Nielsen, Neural Networks and Deep Learning, chapter 3",
            _nielsen,
        ),
        Initializer(
            "glorot",
            r"W \sim U(\pm\sqrt{\frac{6}{n_{in} + n_{out}}})",
            "Glorot & Bengio 2010, equation 16",
            _glorot,
        ),
        Initializer("he", r"W \sim N(0, \frac{2}{n_{in}})", "He et al. 2015, equation 10", _he),
        Initializer("zeros", r"W = 0", "shows why symmetry has to be broken", _zeros),
    )
}
