"""A reader's own cost function J."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from mlpteach.basics.arguments import check_choice, describe
from mlpteach.tables.differences import first_wrong, slope
from mlpteach.tables.losses import Loss

TARGETS = ("real", "unit", "distribution")


def own_cost(cost, derivative=None, targets="real"):
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
        if not (callable(function) or (name == "derivative" and function is None)):
            raise TypeError(f"{name} must be a function (Y, A) -> …; given {describe(function)}.")
    check_choice("targets", targets, TARGETS)
    name = getattr(cost, "__name__", type(cost).__name__)
    own = _Cost(cost, name)
    _check_sum(own)
    if derivative is None:
        _check_array(own)
        dJ_dA = _Differences(own)
    else:
        dJ_dA = _Slope(derivative, name)
        _check_derivative(own, dJ_dA, targets)
    return Loss(
        id=name,
        title=name,
        source="the reader's own function",
        latex=rf"J = \mathrm{{{name}}}(Y, A)".replace("_", r"\_") if name.isidentifier() else "",
        cost=own,
        dJ_dA=dJ_dA,
        targets=targets,
    )


@dataclass(frozen=True)
class _Cost:
    """A reader's cost, in the order (A, Y) of the tables; it may not harm the record."""

    function: Callable
    name: str

    def __call__(self, A, Y):
        return float(self.values(A, Y).sum())

    def values(self, A, Y):
        """Return what the function returns: (), (n,) or (K, n)."""
        array = _array(self.function, self.name, A, Y)
        if array.shape not in ((), A.shape[1:], A.shape):
            raise ValueError(
                f"{self.name} must return a number, the cost of each of the {A.shape[1]} instances "
                f"or of each output {A.shape}; it returned an array of shape {array.shape}."
            )
        return array

    def instances(self, A, Y):
        """Return the cost of each instance (n,)."""
        values = self.values(A, Y)
        return values.sum(axis=0) if values.ndim == 2 else values


@dataclass(frozen=True)
class _Slope:
    function: Callable
    name: str

    def __call__(self, A, Y):
        array = _array(self.function, f"the derivative of {self.name}", A, Y)
        if array.shape != A.shape:
            raise ValueError(
                f"the derivative of {self.name} must return an array of the shape of A {A.shape}; "
                f"it returned one of shape {array.shape}."
            )
        return array


@dataclass(frozen=True)
class _Differences:
    cost: _Cost

    def __call__(self, A, Y):
        def moved(i, a):
            return self.cost.instances(np.concatenate([A[:i], a[None], A[i + 1 :]]), Y)

        return np.array([slope(partial(moved, i), A[i]) for i in range(len(A))])


def _array(function, name, A, Y):
    try:
        returned = function(Y.copy(), A.copy())
    except Exception as error:
        error.add_note(f"raised in your function {name!r}, of arrays Y and A of {A.shape}")
        raise
    try:
        array = np.asarray(returned)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must return numbers; it returned {describe(returned)}.")
    return array.astype(float)


def _places(reach=0.0):
    """Return A and Y (3, 8) to look at before any work: in (0, 1), and `reach` beyond."""
    rng = np.random.default_rng(0)
    A = rng.uniform(0.05 - reach, 0.95 + reach, (3, 8))
    Y = rng.uniform(-reach, 1.0 + reach, (3, 8)) if reach else np.eye(3)[rng.integers(0, 3, 8)].T
    return A, Y


def _check_sum(own):
    """Raise ValueError unless the cost of a batch is the sum of its instances' costs."""
    A, Y = _places()
    with np.errstate(all="ignore"):
        together = own(A, Y)
        apart = sum(own(A[:, [j]], Y[:, [j]]) for j in range(A.shape[1]))
    if not np.isfinite(together):
        raise ValueError(f"{own.name} must be finite for A in (0, 1); it gives {together:g}.")
    if not np.isclose(together, apart, rtol=1e-9, atol=1e-12):
        raise ValueError(
            f"{own.name} must be summed over the instances (J is that sum divided by n); for "
            f"{A.shape[1]} instances it gives {together:.6g}, for each alone and added {apart:.6g}."
        )


def _check_array(own):
    if own.values(*_places()).ndim == 0:
        raise TypeError(
            f"{own.name} returns one number for all instances: give its derivative, "
            "own_cost(cost, derivative), or return the cost of each instance (n,)."
        )


def _check_derivative(own, dJ_dA, targets):
    for reach in (0.0, 2.0) if targets == "real" else (0.0,):
        A, Y = _places(reach)
        for i, j in np.ndindex(A.shape):
            _check_entry(own, dJ_dA, A[:, [j]], Y[:, [j]], i)


def _check_entry(own, dJ_dA, A, Y, i):
    def with_entry(function, a):
        a = np.ravel(a)
        return np.array([function(np.where(np.arange(len(A))[:, None] == i, one, A)) for one in a])

    wrong = first_wrong(
        partial(with_entry, lambda A: own(A, Y)),
        partial(with_entry, lambda A: dJ_dA(A, Y)[i, 0]),
        A[i],
    )
    if wrong is not None:
        _, given, expected = wrong
        raise ValueError(
            f"the derivative of {own.name} is wrong at y = {Y[i, 0]:.4g}, a = {A[i, 0]:.4g}: it "
            f"gives {given:.6g}, the finite difference {expected:.6g} (output {i + 1} of "
            f"{len(A)}, where A = {A[:, 0].round(3).tolist()} and Y = {Y[:, 0].round(3).tolist()})."
        )
