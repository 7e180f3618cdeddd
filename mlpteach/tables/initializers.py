"""How the first weights are drawn: the variance of W decides whether signals fade or explode."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mlpteach.basics.arguments import check_choice, check_floats, describe
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.record import Record, is_function
from mlpteach.basics.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VIOLET, Style


@dataclass(frozen=True, kw_only=True, repr=False)
class Initializer(Record):
    """A way to draw one layer.

    Attributes
    ----------
    id, title, source, style, beyond_lecture
        As in :class:`Record`.
    latex : str
        The distribution of a weight.
    draw : callable
        (rng, n_in, n_out) -> W (n_out, n_in), b (n_out,).
    """

    latex: str = ""
    # Quoted: loading numpy.random takes a third as long as loading the package.
    draw: "Callable[[np.random.Generator, int, int], tuple[FloatArray, FloatArray]]"


InitializerLike = str | Initializer | Callable[..., Any]


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


def _orthogonal(rng, n_in, n_out):
    columns = rng.standard_normal((n_out, n_in))
    Q, R = np.linalg.qr(columns if n_out >= n_in else columns.T)
    Q *= np.sign(np.diag(R))  # else not all directions were equally likely
    return np.ascontiguousarray(Q if n_out >= n_in else Q.T), np.zeros(n_out)


def _own_draw(function, name, generator, rng, n_in, n_out):
    """Return W and b of a reader's function, which is told by name what it asks for; checked."""
    try:
        returned = function(**{"n_in": n_in, "n_out": n_out, generator: rng})
    except Exception as error:
        error.add_note(f"raised in your function {name!r}, n_in={n_in}, n_out={n_out}")
        raise
    W, b = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, None)
    W = check_floats(f"W returned by {name}", W, ndim=2, shape=(n_out, n_in))
    b = np.zeros(n_out) if b is None else np.asarray(b)
    return W.copy(), check_floats(f"b returned by {name}", b, ndim=1, shape=(n_out,)).copy()


def own_initializer(function: Callable[..., Any]) -> Initializer:
    """Make an :class:`Initializer` of a reader's own function.

    Parameters
    ----------
    function : callable
        Of ``n_in``, ``n_out`` and a NumPy random generator of any name, such as ``my_init(n_in,
        n_out, rng)``: returns W (n_out, n_in), or the pair W, b with b (n_out,); b is else 0. All
        that is random must come from the generator, so that the seed decides it.

    Raises
    ------
    TypeError, ValueError
        For what is no such function, draws from elsewhere, or returns other shapes.

    Examples
    --------
    >>> lecun = own_initializer(lambda n_in, n_out, rng: rng.normal(0, n_in**-0.5, (n_out, n_in)))
    >>> lecun.draw(np.random.default_rng(1), 3, 2)[0].shape
    (2, 3)
    """
    name = getattr(function, "__name__", type(function).__name__)
    generator = _generator_of(function, name)
    draw = partial(_own_draw, function, name, generator)
    first, again = (draw(np.random.default_rng(1), 3, 2) for _ in range(2))
    if not all(np.array_equal(one, other) for one, other in zip(first, again, strict=True)):
        raise ValueError(
            f"{name} must draw from its generator {generator} alone, so that a seed decides "
            "the weights; given the same seed twice it returned other weights."
        )
    return Initializer(id=name, title=name, source="the reader's own function", draw=draw)


def _generator_of(function, name):
    """Return the name of the parameter that takes the generator."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # nothing written in Python, or no function
        raise TypeError(
            "init must be a function like my_init(n_in, n_out, rng), written in Python; given "
            f"{describe(function)}."
        ) from None
    needed = [p.name for p in parameters.values() if p.default is p.empty]
    others = [parameter for parameter in needed if parameter not in ("n_in", "n_out")]
    if len(needed) != 3 or len(others) != 1:
        raise TypeError(
            f"init must take n_in, n_out and a generator, as my_init(n_in, n_out, rng) does; "
            f"{name} takes ({', '.join(needed)})."
        )
    return others[0]


def as_initializer(given: InitializerLike) -> Initializer:
    """Return an :class:`Initializer` for an id, an Initializer or a reader's own function."""
    if isinstance(given, Initializer):
        return given
    if is_function(given):
        return own_initializer(given)
    if not isinstance(given, str):
        raise TypeError(
            f"init must be one of {', '.join(INITIALIZERS)}, or your own function like "
            f"my_init(n_in, n_out, rng); given {describe(given)}."
        )
    return INITIALIZERS[check_choice("init", given, tuple(INITIALIZERS))]


INITIALIZERS = Entries(
    (initializer.id, initializer)
    for initializer in (
        Initializer(
            id="uniform",
            title="uniform",
            latex=r"W \sim U(-1, 1)",
            source="the course's notebooks",
            style=Style(BLACK, "dotted", "X"),
            draw=_uniform,
        ),
        Initializer(
            id="nielsen",
            title="Nielsen",
            latex=r"W \sim N(0, \frac{1}{n_{in}}),\ b \sim N(0, 1)",
            source="Nielsen, Neural Networks and Deep Learning, chapter 3",
            style=Style(BLUE, "dashed", "s"),
            draw=_nielsen,
        ),
        Initializer(
            id="glorot",
            title="Glorot",
            latex=r"W \sim U(\pm\sqrt{\frac{6}{n_{in} + n_{out}}})",
            source="Glorot & Bengio 2010, equation 16",
            style=Style(GREEN, "dashdot", "^"),
            draw=_glorot,
        ),
        Initializer(
            id="he",
            title="He",
            latex=r"W \sim N(0, \frac{2}{n_{in}})",
            source="He et al. 2015, equation 10",
            style=Style(ORANGE, "solid", "o"),
            draw=_he,
        ),
        Initializer(
            id="zeros",
            title="zeros",
            latex=r"W = 0",
            source="shows why symmetry has to be broken",
            style=Style(PURPLE, "dotted", "D"),
            draw=_zeros,
        ),
        Initializer(
            id="orthogonal",
            title="orthogonal",
            latex=r"W^T W = I\ \mathrm{or}\ W W^T = I",
            source="Saxe, McClelland & Ganguli 2014; signs as in Mezzadri 2007",
            style=Style(VIOLET, "dashed", "v"),
            beyond_lecture=True,
            draw=_orthogonal,
        ),
    )
)
