"""Functions of two numbers to race optimizers over: value and gradient at once; noise for them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    check_count,
    check_floats,
    check_number,
    describe,
)
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.record import Record, is_function
from mlpteach.basics.style import BLUE, GREEN, ORANGE, ORCHID, PURPLE, VIOLET, Style

# theta -> value and gradient; or (theta, k), for a function that is another one at each update.
Objective = Callable[..., tuple[float, FloatArray]]


@dataclass(frozen=True, kw_only=True, repr=False)
class Landscape(Record):
    """A function f(x, y) with its gradient; call it with theta = (x, y).

    Attributes
    ----------
    id, title, source, style, beyond_lecture
        As in :class:`Record`.
    latex : str
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
    objective : callable, optional
        theta -> (value, gradient): what a call returns, in place of `function` and `gradient`.

    Examples
    --------
    >>> LANDSCAPES["beale"](np.array([1.0, 1.0]))[0]
    14.203125
    """

    latex: str = ""
    function: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], tuple[Any, Any]]
    start: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...]
    window: tuple[float, ...]
    objective: Objective | None = None

    def __call__(self, theta: ArrayLike) -> tuple[float, FloatArray]:
        """Return f(theta) and the gradient (2,) at theta (2,)."""
        if self.objective is not None:
            return self.objective(theta)
        # A race calls this some thousand times: the usual case needs no closer look, and plain
        # numbers are several times faster than NumPy's.
        if not (type(theta) is np.ndarray and theta.dtype == float and theta.shape == (2,)):
            theta = check_floats("theta", theta, ndim=1, shape=(2,), finite=False)
        x, y = theta.tolist()
        return float(self.function(x, y)), np.array(self.gradient(x, y))

    def of_rows(self, places: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return values (m,) and gradients (m, 2) at `places` (m, 2)."""
        return self._at_once(places) if self.takes_arrays else _one_by_one(self, places)

    def _at_once(self, places):
        x, y = places.T
        gradients = np.empty(places.shape)
        gradients[:, 0], gradients[:, 1] = self.gradient(x, y)
        return np.broadcast_to(self.function(x, y), len(places)), gradients

    @cached_property
    def takes_arrays(self):
        """Whether `function` and `gradient` take arrays, as places all over the window show."""
        if self.objective is not None:
            return False
        x_min, x_max, y_min, y_max = self.window
        places = np.random.default_rng(1).uniform((x_min, y_min), (x_max, y_max), (_TRIED, 2))
        with np.errstate(all="ignore"):
            try:
                found = self._at_once(places)
            except (TypeError, ValueError):  # it asks whether x > 0
                return False
            wanted = _one_by_one(self, places)
        return all(map(partial(np.allclose, rtol=1e-9, equal_nan=True), found, wanted))


# At so many places a landscape's own function shows whether it takes arrays.
_TRIED = 16


def values_and_gradients(objective: Objective, places: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a function's values (m,) and gradients (m, n) at `places` (m, n).

    At once where it has a method ``of_rows`` for that, else one by one.
    """
    of_rows = getattr(objective, "of_rows", None) or partial(_one_by_one, objective)
    return of_rows(places)


def _one_by_one(objective, places):
    values, gradients = zip(*[objective(place) for place in places], strict=True)
    return np.array(values, dtype=float), np.array(gradients, dtype=float)


# Products in place of powers: they overflow to infinity, where a power of a plain number raises.


def _beale(x, y):
    y2 = y * y
    first, second, third = 1.5 - x + x * y, 2.25 - x + x * y2, 2.625 - x + x * y2 * y
    return first * first + second * second + third * third


def _beale_gradient(x, y):
    y2 = y * y
    first, second, third = 1.5 - x + x * y, 2.25 - x + x * y2, 2.625 - x + x * y2 * y
    return (
        2 * first * (y - 1) + 2 * second * (y2 - 1) + 2 * third * (y2 * y - 1),
        2 * first * x + 4 * second * x * y + 6 * third * x * y2,
    )


def _rosenbrock(x, y):
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)


def _rosenbrock_gradient(x, y):
    return -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)


def _himmelblau(x, y):
    first, second = x * x + y - 11, x + y * y - 7
    return first * first + second * second


def _himmelblau_gradient(x, y):
    first, second = x * x + y - 11, x + y * y - 7
    return 4 * x * first + 2 * second, 2 * first + 4 * y * second


def _saddle(x, y):
    return x * x - y * y


def _saddle_gradient(x, y):
    return 2 * x, -2 * y


def _valley(x, y):
    return 0.5 * (x * x + 100 * y * y)


def _valley_gradient(x, y):
    return x, 100 * y


@np.errstate(invalid="ignore")  # a sine of infinity is NaN, which the page shows
def _ackley(x, y):
    """With 1 - (cos 2 pi x + cos 2 pi y)/2 as squares of sines: exact close to the minimum."""
    waves = np.sin(np.pi * x) ** 2 + np.sin(np.pi * y) ** 2
    return -20 * np.expm1(-0.2 * _distance(x, y)) - np.e * np.expm1(-waves)


@np.errstate(invalid="ignore")
def _ackley_gradient(x, y):
    """The gradient; 0 at the minimum, where the function has a tip."""
    distance = np.maximum(_distance(x, y), np.finfo(float).tiny)
    pull = 2 * np.exp(-0.2 * distance) / distance
    waves = np.sin(np.pi * x) ** 2 + np.sin(np.pi * y) ** 2
    push = np.pi * np.exp(1 - waves)
    return x * pull + push * np.sin(2 * np.pi * x), y * pull + push * np.sin(2 * np.pi * y)


def _distance(x, y):
    return np.hypot(x, y) / np.sqrt(2)


LANDSCAPES = Entries(
    (landscape.id, landscape)
    for landscape in (
        Landscape(
            id="beale",
            title="Beale's function",
            latex=r"(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
            source="Beale 1958; slide 'Visualization of optimization'",
            style=Style(BLUE, "solid", "o"),
            function=_beale,
            gradient=_beale_gradient,
            start=(1.0, 1.5),
            minima=((3.0, 0.5),),
            window=(-4.5, 4.5, -4.5, 4.5),
        ),
        Landscape(
            id="saddle",
            title="saddle",
            latex=r"x^2 - y^2",
            source="slide 'Visualization of optimization'",
            style=Style(ORANGE, "dashed", "s"),
            function=_saddle,
            gradient=_saddle_gradient,
            start=(1.0, 1e-3),
            minima=(),
            window=(-1.5, 1.5, -1.5, 1.5),
        ),
        Landscape(
            id="valley",
            title="long valley",
            latex=r"\frac{1}{2} (x^2 + 100\, y^2)",
            source="slide 'Visualization of optimization': a long valley, condition number 100",
            style=Style(GREEN, "dashdot", "^"),
            function=_valley,
            gradient=_valley_gradient,
            start=(-4.0, 0.5),
            minima=((0.0, 0.0),),
            window=(-5.0, 5.0, -1.0, 1.0),
        ),
        Landscape(
            id="rosenbrock",
            title="Rosenbrock's function",
            latex=r"(1 - x)^2 + 100 (y - x^2)^2",
            source="Rosenbrock 1960",
            style=Style(PURPLE, "dotted", "D"),
            beyond_lecture=True,
            function=_rosenbrock,
            gradient=_rosenbrock_gradient,
            start=(-1.2, 1.0),
            minima=((1.0, 1.0),),
            window=(-2.0, 2.0, -1.0, 3.0),
        ),
        Landscape(
            id="himmelblau",
            title="Himmelblau's function",
            latex=r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
            source="Himmelblau 1972",
            style=Style(VIOLET, "solid", "v"),
            beyond_lecture=True,
            function=_himmelblau,
            gradient=_himmelblau_gradient,
            start=(0.0, 0.0),
            minima=(
                (3.0, 2.0),
                (-2.805118086952745, 3.131312518250573),
                (-3.779310253377747, -3.283185991286170),
                (3.584428340330492, -1.848126526964404),
            ),
            window=(-5.0, 5.0, -5.0, 5.0),
        ),
        Landscape(
            id="ackley",
            title="Ackley's function",
            latex=r"20\,(1 - e^{-0.2\sqrt{(x^2 + y^2)/2}}) + e - e^{(\cos 2\pi x + \cos 2\pi y)/2}",
            source="Ackley 1987, with the constants 20, 0.2 and 2 pi",
            style=Style(ORCHID, "dashed", "X"),
            beyond_lecture=True,
            function=_ackley,
            gradient=_ackley_gradient,
            start=(2.6, -1.8),
            minima=((0.0, 0.0),),
            window=(-4.0, 4.0, -4.0, 4.0),
        ),
    )
)


def own_landscape(
    objective: Objective, window: ArrayLike, start: ArrayLike | None = None, minima: ArrayLike = ()
) -> Landscape:
    """Make a :class:`Landscape` of a reader's function of two numbers.

    Parameters
    ----------
    objective : callable
        theta (2,) -> (value, gradient (2,)).
    window : (x_min, x_max, y_min, y_max)
    start : (x, y), optional
        By default a tenth of the window away from its upper left corner.
    minima : sequence of (x, y), or one (x, y)
        Known minima, if any.

    Returns
    -------
    Landscape

    Raises
    ------
    ValueError, TypeError
        For what is no function, window or point; `objective` is called once, at `start`.

    Examples
    --------
    >>> bowl = own_landscape(lambda W: (W @ W, 2 * W), (-1, 1, -2, 2), minima=(0, 0))
    >>> bowl.start, bowl.minima, bowl(np.array([1.0, 1.0]))[0].item()
    ((-0.8, 1.6), ((0.0, 0.0),), 2.0)
    """
    check_objective(objective)
    x_min, x_max, y_min, y_max = window = _numbers("window", window, 4)
    if not (x_min < x_max and y_min < y_max):
        raise ValueError(
            "window must be (x_min, x_max, y_min, y_max) with x_min < x_max and y_min < y_max; "
            f"given {window}."
        )
    if start is None:
        start = 0.9 * x_min + 0.1 * x_max, 0.1 * y_min + 0.9 * y_max
    start = _numbers("start", start, 2)
    if isinstance(minima, np.ndarray):
        minima = np.atleast_1d(minima).tolist()
    if not isinstance(minima, (list, tuple)):
        raise TypeError(f"minima must be a list of pairs (x, y); given {describe(minima)}.")
    if len(minima) == 2 and not hasattr(minima[0], "__len__"):
        minima = (minima,)
    name = getattr(objective, "__name__", type(objective).__name__)
    return Landscape(
        id=name,
        title=name,
        source="the reader's own function",
        function=np.vectorize(partial(_height, objective), otypes=[float]),
        gradient=partial(_slopes, objective),
        start=start,
        minima=tuple(_numbers("a minimum", minimum, 2) for minimum in minima),
        window=window,
        objective=objective,
    )


def check_objective(given: object, *, changing: bool = False) -> None:
    """Raise TypeError for what is no function theta -> (value, gradient) of one array.

    Parameters
    ----------
    given : object
    changing : bool
        Whether it may be another function at each update, (theta, k) -> (value, gradient).
    """
    if not (is_function(given) or isinstance(given, Landscape)):
        known = isinstance(given, str) and given in LANDSCAPES
        hint = f" The landscape of that name is mlpteach.LANDSCAPES[{given!r}]." if known else ""
        raise TypeError(
            "objective must be a function theta -> (value, gradient); "
            f"given {describe(given)}.{hint}"
        )
    try:
        signature = inspect.signature(given)
    except (TypeError, ValueError):  # some built-in functions have no signature
        return
    update = {"k": 1} if changing and "k" in signature.parameters else {}
    try:
        signature.bind(np.zeros(2), **update)
    except TypeError:
        name = getattr(given, "__name__", type(given).__name__)
        form = "objective(theta) or objective(theta, k)" if changing else "objective(theta)"
        raise TypeError(
            f"objective is called with all coordinates in one array, as {form}; "
            f"given {name}{signature}."
        ) from None


def _slopes(objective, x, y):
    return tuple(objective(np.array([x, y], dtype=float))[1])


def _height(objective, x, y):
    """Return the value at (x, y); NaN where the function has none, as math.log below 0."""
    try:
        return float(objective(np.array([x, y]))[0])
    except (ArithmeticError, ValueError):
        return np.nan


def _numbers(name: str, given: ArrayLike, count: int) -> tuple[float, ...]:
    given = list(given) if isinstance(given, tuple) else given
    return tuple(check_floats(name, given, ndim=1, shape=(count,)).tolist())


# The noise of so many updates is drawn at once.
_BLOCK = 256


@dataclass(frozen=True)
class Noisy:
    """A function whose gradient is disturbed; see :func:`noisy`.

    Attributes
    ----------
    objective : callable
    sigma : float
    seed : int
    """

    objective: Objective
    sigma: float
    seed: int

    def __call__(self, theta: FloatArray, k: int) -> tuple[float, FloatArray]:
        """Return the value at theta (n,) and the gradient with the noise of update k."""
        value, gradient = self.objective(theta)
        return value, gradient + self._noise(k, len(theta))

    def of_rows(self, places: FloatArray, k: int) -> tuple[FloatArray, FloatArray]:
        """Return the values (m,) and disturbed gradients (m, n) at `places` (m, n)."""
        values, gradients = values_and_gradients(self.objective, places)
        return values, gradients + self._noise(k, places.shape[1])

    def _noise(self, k, n):
        block, place = divmod(k - 1, _BLOCK)
        return self.sigma * _noise(self.seed, block, n)[place]


@lru_cache(maxsize=64)
def _noise(seed, block, n):
    """Return the standard normal noise of a block of updates, (_BLOCK, n)."""
    noise = np.random.default_rng([seed, block]).standard_normal((_BLOCK, n))
    noise.flags.writeable = False
    return noise


def noisy(objective: Objective, sigma: float, seed: int = 1) -> Noisy:
    """Disturb a function's gradient, as a mini-batch disturbs that of all instances.

    The noise is a function of `seed` and the number k of the update alone: all rules that descend
    the function meet the same noise, wherever they are, and looking back meets it again. Within an
    update it is the same everywhere, as a mini-batch is. The value stays as it is.

    Parameters
    ----------
    objective : callable
        theta (n,) -> (value, gradient (n,)).
    sigma : float
        Standard deviation of what is added to each entry of the gradient, normal, >= 0.
    seed : int

    Returns
    -------
    Noisy
        (theta, k) -> (value, gradient), for :func:`mlpteach.descend`.

    Examples
    --------
    >>> valley = noisy(LANDSCAPES["valley"], 0.5, seed=3)
    >>> at_rest = np.zeros(2)
    >>> first, again, second = (valley(at_rest, k)[1] for k in (1, 1, 2))
    >>> bool((first == again).all()), bool((first == second).any())
    (True, False)
    """
    check_objective(objective)
    sigma = check_number("sigma", sigma, NOT_NEGATIVE)
    return Noisy(objective, sigma, check_count("seed", seed, minimum=0, maximum=2**63))
