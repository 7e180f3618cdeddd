"""A reader's own function as an activation."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, describe, numbers_or_none
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.record import is_function
from mlpteach.tables.activations import ACTIVATIONS, Activation
from mlpteach.tables.differences import first_wrong, slope

# Where a function and its derivative are looked at before any work.
_PLACES = np.concatenate([np.arange(-80, 82) / 10.0, [-20.0, 20.0]])
# So close that a function with a slope changes between three neighbours; none is a round number.
_NEIGHBOURS = np.linspace(-8.0, 8.0, 4001) + 3.17e-4


# A reader's own: Z -> phi(Z).
ActivationFunction = Callable[[FloatArray], ArrayLike]
ActivationLike = str | Activation | ActivationFunction


def own_activation(
    function: ActivationFunction, derivative: ActivationFunction | None = None
) -> Activation:
    """Make an :class:`Activation` of your own function phi.

    Parameters
    ----------
    function : callable
        Z (units, n) -> A = phi(Z) (units, n), element by element.
    derivative : callable, optional
        Z -> phi'(Z), the same shapes, or one number that holds everywhere. Without it finite
        differences are taken, right to about 12 digits; at a kink they give the mean of both
        slopes.

    Returns
    -------
    Activation
        For ``hidden=`` and ``output=`` of :class:`mlpteach.MLP`, where a function alone is taken as
        ``own_activation(function)``.

    Raises
    ------
    TypeError
        For what is no function, or returns no numbers.
    ValueError
        If phi mixes its units, is not finite at some -20 <= z <= 20, changes by jumps alone, or
        `derivative` is wrong: with the place, what it gives there and the finite difference. At a
        kink any slope will do.

    Examples
    --------
    >>> softplus = own_activation(lambda Z: np.log1p(np.exp(Z)), lambda Z: 1 / (1 + np.exp(-Z)))
    >>> float(softplus.derivative(0.0))
    0.5

    >>> own_activation(np.square, lambda Z: Z)
    Traceback (most recent call last):
    ...
    ValueError: the derivative of square is wrong at z = 20: it gives 20, the finite difference 40.
    """
    if not is_function(function):
        raise TypeError(f"function must be a function Z -> A; given {describe(function)}.")
    if derivative is not None and not is_function(derivative):
        raise TypeError(
            f"derivative must be a function Z -> phi'(Z); given {describe(derivative)}."
        )
    name = getattr(function, "__name__", type(function).__name__)
    phi = partial(_element_wise, function, name)
    _check_function(phi, name)
    _check_slope(phi, name)
    if derivative is None:
        prime = partial(slope, phi)
    else:
        prime = partial(_element_wise, partial(_everywhere, derivative), "the derivative")
        _check_derivative(phi, prime, name)
    written = name.replace("_", r"\_")
    return Activation(
        id=name,
        title=name,
        source="the reader's own function",
        latex=rf"\phi(Z) = \mathrm{{{written}}}(Z)" if written.isprintable() else "",
        function=phi,
        back=partial(_back, prime),
    )


def as_activation(name: str, given: ActivationLike) -> Activation:
    """Return an :class:`Activation` for an id, an Activation or a reader's own function."""
    if isinstance(given, Activation):
        return given
    if is_function(given):
        return own_activation(given)
    if not isinstance(given, str):
        raise TypeError(
            f"{name} must be one of {', '.join(ACTIVATIONS)}, mlpteach.own_activation(...) or your "
            f"own function Z -> A; given {describe(given)}."
        )
    return ACTIVATIONS[check_choice(name, given, tuple(ACTIVATIONS))]


def _element_wise(function, name, Z):
    """Call a reader's function: it may not harm the record, and its mistakes are explained."""
    try:
        returned = function(Z.copy())
    except Exception as error:
        error.add_note(f"raised in your function {name!r}, of an array Z of {Z.shape}")
        raise
    A = numbers_or_none(returned)
    if A is None:
        raise TypeError(f"{name} must return numbers; it returned {describe(returned)}.")
    if A.shape != Z.shape:
        raise ValueError(
            f"{name} must return an array of the shape of Z {Z.shape}; "
            f"it returned {describe(returned)}."
        )
    return A.astype(float)


def _everywhere(derivative, Z):
    """Call a reader's derivative; a constant, such as 1, holds for every entry of Z."""
    returned = derivative(Z)
    slopes = numbers_or_none(returned)
    return np.full(Z.shape, slopes) if slopes is not None and slopes.ndim == 0 else returned


def _back(derivative, dA, Z, A):
    return dA * derivative(Z)


def _check_function(phi, name):
    with np.errstate(all="ignore"):
        A = phi(_PLACES.reshape(4, -1)).ravel()
        apart = np.array([phi(np.full((1, 1), z))[0, 0] for z in _PLACES[::8]])
    if not np.isfinite(A).all():
        worst = int(np.argmin(np.isfinite(A)))
        raise ValueError(f"{name} must be finite; it gives {A[worst]:g} at z = {_PLACES[worst]:g}.")
    if not np.allclose(A[::8], apart, rtol=1e-12, atol=1e-12):
        raise ValueError(
            f"{name} must work element by element; it gives other numbers for one z alone than "
            "for the same z among others."
        )


def _check_slope(phi, name):
    """Raise where a function is flat between its jumps, if it has any."""
    with np.errstate(all="ignore"):
        changes = np.diff(phi(_NEIGHBOURS[None])[0]) != 0
    if not (changes[1:] & changes[:-1]).any():
        kind = "changes by jumps alone" if changes.any() else "gives the same for every z"
        raise ValueError(
            f"{name} {kind} for -8 <= z <= 8, so its derivative is 0 everywhere: no sensitivity "
            "passes back through it, and weights before it would never change. Allowed: functions "
            "with a slope, such as 1 / (1 + np.exp(-Z)) in place of a step."
        )


def _check_derivative(phi, prime, name):
    def rows(function):
        return lambda z: function(z[None])[0]

    wrong = first_wrong(rows(phi), rows(prime), _PLACES)
    if wrong is not None:
        place, given, expected = wrong
        raise ValueError(
            f"the derivative of {name} is wrong at z = {_PLACES[place]:g}: it gives "
            f"{given:.6g}, the finite difference {expected:.6g}."
        )
