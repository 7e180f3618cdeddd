"""A reader's own cost function J."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, describe, numbers_or_none
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.record import is_function
from mlpteach.tables.differences import first_wrong, slope
from mlpteach.tables.losses import Loss

TARGETS = ("real", "unit", "distribution")


# A reader's own: (Y, A) -> J or dJ/dA.
CostFunction = Callable[[FloatArray, FloatArray], ArrayLike]


def own_cost(
    cost: CostFunction, derivative: CostFunction | None = None, targets: str = "real"
) -> Loss:
    """Make a loss of your own cost function J.

    Its V^(L) is dJ/dA passed back through the output's activation.

    Parameters
    ----------
    cost : callable
        (Y, A) -> the cost of a batch summed over its instances: a number, or the costs of each
        instance (n,) or of each output (K, n), which are summed. Y and A are (K, n), instances as
        columns.
    derivative : callable, optional
        (Y, A) -> dJ/dA (K, n), without 1/n. Without it finite differences are taken, which needs a
        `cost` that returns an array.
    targets : {"real", "unit", "distribution"}
        Which targets make sense: any numbers, numbers from 0 to 1, or such whose sum is 1 for each
        instance.

    Returns
    -------
    Loss
        For ``loss=`` of :func:`mlpteach.train` and :func:`mlpteach.gradient_check`.

    Raises
    ------
    TypeError
        For what is no function, or returns no numbers.
    ValueError
        If `cost` is a mean over the instances instead of their sum, or `derivative` is wrong: with
        the place, what it gives there and the finite difference. At a kink any slope will do.

    Examples
    --------
    >>> absolute = own_cost(lambda Y, A: np.abs(A - Y), lambda Y, A: np.sign(A - Y))
    >>> absolute.evaluate("linear", None, np.array([[0.5, 3.0]]), np.array([[1.0, 1.0]]))
    2.5
    """
    for name, function in (("cost", cost), ("derivative", derivative)):
        if not (is_function(function) or (name == "derivative" and function is None)):
            raise TypeError(f"{name} must be a function (Y, A) -> …; given {describe(function)}.")
    check_choice("targets", targets, TARGETS)
    name = getattr(cost, "__name__", type(cost).__name__)
    values = partial(_values, cost, name)
    J = partial(_sum, values)
    _check_sum(J, name)
    if derivative is None:
        _check_array(values, name)
        dJ_dA = partial(_difference_slope, values)
    else:
        dJ_dA = partial(_given_slope, derivative, name)
        _check_derivative(J, dJ_dA, name, targets)
    return Loss(
        id=name,
        title=name,
        source="the reader's own function",
        latex=rf"J = \mathrm{{{name}}}(Y, A)".replace("_", r"\_") if name.isidentifier() else "",
        cost=J,
        dJ_dA=dJ_dA,
        targets=targets,
    )


def _values(function, name, A, Y):
    """Return what a reader's cost returns, (), (n,) or (K, n); in the tables' order (A, Y)."""
    array = _array(function, name, A, Y)
    if array.shape not in ((), A.shape[1:], A.shape):
        raise ValueError(
            f"{name} must return a number, the cost of each of the {A.shape[1]} instances "
            f"or of each output {A.shape}; it returned an array of shape {array.shape}."
        )
    return array


def _sum(values, A, Y):
    return float(values(A, Y).sum())


def _given_slope(function, name, A, Y):
    array = _array(function, f"the derivative of {name}", A, Y)
    if array.shape != A.shape:
        raise ValueError(
            f"the derivative of {name} must return an array of the shape of A {A.shape}; "
            f"it returned one of shape {array.shape}."
        )
    return array


def _difference_slope(values, A, Y):
    """Return dJ/dA by differences; a row of A is moved for all instances at once."""

    def moved(i, a):
        costs = values(np.concatenate([A[:i], a[None], A[i + 1 :]]), Y)
        return costs.sum(axis=0) if costs.ndim == 2 else costs

    return np.array([slope(partial(moved, i), A[i]) for i in range(len(A))])


def _array(function, name, A, Y):
    try:
        returned = function(Y.copy(), A.copy())
    except Exception as error:
        error.add_note(f"raised in your function {name!r}, of arrays Y and A of {A.shape}")
        raise
    array = numbers_or_none(returned)
    if array is None:
        raise TypeError(f"{name} must return numbers; it returned {describe(returned)}.")
    return array.astype(float)


def _places(reach=0.0):
    """Return A and Y (3, 8) to look at before any work: in (0, 1), and `reach` beyond."""
    rng = np.random.default_rng(0)
    A = rng.uniform(0.05 - reach, 0.95 + reach, (3, 8))
    Y = rng.uniform(-reach, 1.0 + reach, (3, 8)) if reach else np.eye(3)[rng.integers(0, 3, 8)].T
    return A, Y


def _check_sum(J, name):
    """Raise ValueError unless the cost of a batch is the sum of its instances' costs."""
    A, Y = _places()
    with np.errstate(all="ignore"):
        together = J(A, Y)
        apart = sum(J(A[:, [j]], Y[:, [j]]) for j in range(A.shape[1]))
    if not np.isfinite(together):
        raise ValueError(f"{name} must be finite for A in (0, 1); it gives {together:g}.")
    if not np.isclose(together, apart, rtol=1e-9, atol=1e-12):
        raise ValueError(
            f"{name} must be summed over the instances (J is that sum divided by n); for "
            f"{A.shape[1]} instances it gives {together:.6g}, for each alone and added {apart:.6g}."
        )


def _check_array(values, name):
    if values(*_places()).ndim == 0:
        raise TypeError(
            f"{name} returns one number for all instances: give its derivative, "
            "own_cost(cost, derivative), or return the cost of each instance (n,)."
        )


def _check_derivative(J, dJ_dA, name, targets):
    for reach in (0.0, 2.0) if targets == "real" else (0.0,):
        A, Y = _places(reach)
        for i, j in np.ndindex(A.shape):
            _check_entry(J, dJ_dA, name, A[:, [j]], Y[:, [j]], i)


def _check_entry(J, dJ_dA, name, A, Y, i):
    def with_entry(function, a):
        a = np.ravel(a)
        return np.array([function(np.where(np.arange(len(A))[:, None] == i, one, A)) for one in a])

    wrong = first_wrong(
        partial(with_entry, lambda A: J(A, Y)),
        partial(with_entry, lambda A: dJ_dA(A, Y)[i, 0]),
        A[i],
    )
    if wrong is not None:
        _, given, expected = wrong
        raise ValueError(
            f"the derivative of {name} is wrong at y = {Y[i, 0]:.4g}, a = {A[i, 0]:.4g}: it "
            f"gives {given:.6g}, the finite difference {expected:.6g} (output {i + 1} of "
            f"{len(A)}, where A = {A[:, 0].round(3).tolist()} and Y = {Y[:, 0].round(3).tolist()})."
        )
