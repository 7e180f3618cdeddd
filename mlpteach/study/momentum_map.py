"""Momentum in a bowl, for every step size and every memory: how fast, and in which way.

In a direction of curvature lambda an update of momentum is a 2 by 2 matrix, and its eigenvalues
say all (Polyak 1964; Goh, "Why Momentum Really Works", Distill 2017). The map has eta lambda
across, and up how much is remembered: beta of the published form, beta/alpha of the slide's, which
remembers one gradient.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlpteach.basics.arrays import FloatArray
from mlpteach.study.gain import iteration_matrices, spectral_radius

# Ways to come nearer, or not, and how they are called.
MONOTONE, OSCILLATING, ALTERNATING, CRITICAL, DIVERGING = range(5)
REGIMES = ("monotone", "oscillating", "alternating", "critical", "diverging")
# Of the terms of a discriminant: what is below comes from rounding.
_ROUNDING = 1e-9


def rates(form: str, steps: ArrayLike, memory: ArrayLike) -> FloatArray:
    """Return what an update makes of the distance to the minimum in the long run, (…).

    Parameters
    ----------
    form : {"lecture", "paper"}
    steps : array_like, shape (…)
        eta lambda; alpha lambda of the slide.
    memory : array_like, shape (…)
        beta; beta/alpha of the slide.

    Examples
    --------
    >>> rates("paper", [4 / 121, 400 / 121], 81 / 121).round(6)  # curvatures 1 and 100, Polyak
    array([0.818182, 0.818182])
    """
    return spectral_radius(_matrices(form, steps, memory))


def _matrices(form, steps, memory):
    steps, memory = np.asarray(steps, dtype=float), np.asarray(memory, dtype=float)
    return iteration_matrices(form, steps, memory * steps if form == "lecture" else memory)


def discriminants(form: str, steps: ArrayLike, memory: ArrayLike) -> FloatArray:
    """Return the discriminant of each update's characteristic polynomial, (…).

    Where it is negative the eigenvalues are a complex pair: the way oscillates. 0 stands for what
    differs from it by rounding only.
    """
    matrices = _matrices(form, steps, memory)
    trace = matrices[..., 0, 0] + matrices[..., 1, 1]
    determinant = (
        matrices[..., 0, 0] * matrices[..., 1, 1] - matrices[..., 0, 1] * matrices[..., 1, 0]
    )
    found = trace**2 - 4.0 * determinant
    return np.where(np.abs(found) < _ROUNDING * (trace**2 + np.abs(determinant)), 0.0, found)


def regimes(form: str, steps: ArrayLike, memory: ArrayLike) -> NDArray[np.int64]:
    """Return in which way the distance changes, as places in ``REGIMES``, (…).

    - monotone: the leading eigenvalue is positive, every update goes the same way;
    - oscillating: a complex pair, the ball swings through the minimum in waves;
    - alternating: it is negative, every update leaps to the other side;
    - critical: both eigenvalues are one, between oscillating and the others;
    - diverging: one is 1 or larger, without its sign.

    Parameters
    ----------
    form, steps, memory
        As for :func:`rates`.

    Examples
    --------
    >>> [REGIMES[i] for i in regimes("paper", [0.01, 0.5, 2.0, 2.3], 0.1)]
    ['monotone', 'oscillating', 'alternating', 'diverging']
    """
    matrices = _matrices(form, steps, memory)
    positive = matrices[..., 0, 0] + matrices[..., 1, 1] >= 0.0  # the sum of the eigenvalues
    found = np.where(positive, MONOTONE, ALTERNATING)
    discriminant = discriminants(form, steps, memory)
    found = np.where(discriminant < 0.0, OSCILLATING, found)
    found = np.where(discriminant == 0.0, CRITICAL, found)
    return np.where(rates(form, steps, memory) >= 1.0, DIVERGING, found)


def updates_a_digit(rates: ArrayLike) -> FloatArray:
    """Return how many updates make the distance ten times smaller; infinite for a rate from 1 on.

    Examples
    --------
    >>> updates_a_digit([0.1, 0.5, 1.0]).round(2)
    array([1.  , 3.32,  inf])
    """
    rates = np.asarray(rates, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rates < 1.0, -1.0 / np.log10(rates), np.inf)
