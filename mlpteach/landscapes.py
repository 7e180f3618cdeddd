"""Functions of two numbers to race optimizers over: value and gradient at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlpteach.arguments import check_floats


@dataclass(frozen=True)
class Landscape:
    """A function f(x, y) with its gradient; call it with theta = (x, y).

    Attributes
    ----------
    id, latex, source : str
    function : callable
        (x, y) -> f, also element by element over arrays (for contours).
    gradient : callable
        (x, y) -> (df/dx, df/dy).
    start : tuple of float
        Where a race starts.
    minima : tuple of (float, float)
        Known minima; empty for the saddle, which has none.
    window : tuple of float
        (x_min, x_max, y_min, y_max) worth drawing.

    Examples
    --------
    >>> LANDSCAPES["beale"](np.array([1.0, 1.0]))[0]
    14.203125
    """

    id: str
    latex: str
    source: str
    function: Callable
    gradient: Callable
    start: tuple
    minima: tuple
    window: tuple

    def __call__(self, theta):
        """Return f(theta) and the gradient (2,) at theta (2,)."""
        x, y = check_floats("theta", theta, ndim=1, shape=(2,), finite=False)
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self.function(x, y)), np.array(self.gradient(x, y))


def _beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _beale_gradient(x, y):
    first, second, third = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    return (
        2 * first * (y - 1) + 2 * second * (y**2 - 1) + 2 * third * (y**3 - 1),
        2 * first * x + 4 * second * x * y + 6 * third * x * y**2,
    )


def _rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(x, y):
    return -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)


def _himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(x, y):
    return (
        4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7),
        2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7),
    )


LANDSCAPES = {
    landscape.id: landscape
    for landscape in (
        Landscape(
            "beale",
            r"(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
            "Beale 1958; slide 'Visualization of optimization'",
            _beale,
            _beale_gradient,
            start=(1.0, 1.5),
            minima=((3.0, 0.5),),
            window=(-4.5, 4.5, -4.5, 4.5),
        ),
        Landscape(
            "saddle",
            r"x^2 - y^2",
            "slide 'Visualization of optimization'",
            lambda x, y: x**2 - y**2,
            lambda x, y: (2 * x, -2 * y),
            start=(1.0, 1e-3),
            minima=(),
            window=(-1.5, 1.5, -1.5, 1.5),
        ),
        Landscape(
            "valley",
            r"\frac{1}{2} (x^2 + 100\, y^2)",
            "slide 'Visualization of optimization': a long valley, condition number 100",
            lambda x, y: 0.5 * (x**2 + 100 * y**2),
            lambda x, y: (x, 100 * y),
            start=(-4.0, 0.5),
            minima=((0.0, 0.0),),
            window=(-5.0, 5.0, -1.0, 1.0),
        ),
        Landscape(
            "rosenbrock",
            r"(1 - x)^2 + 100 (y - x^2)^2",
            "Rosenbrock 1960",
            _rosenbrock,
            _rosenbrock_gradient,
            start=(-1.2, 1.0),
            minima=((1.0, 1.0),),
            window=(-2.0, 2.0, -1.0, 3.0),
        ),
        Landscape(
            "himmelblau",
            r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
            "Himmelblau 1972",
            _himmelblau,
            _himmelblau_gradient,
            start=(0.0, 0.0),
            minima=(
                (3.0, 2.0),
                (-2.805118086952745, 3.131312518250573),
                (-3.779310253377747, -3.283185991286170),
                (3.584428340330492, -1.848126526964404),
            ),
            window=(-5.0, 5.0, -5.0, 5.0),
        ),
    )
}
