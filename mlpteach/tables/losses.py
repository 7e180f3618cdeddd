"""Cost functions J, and the sensitivity V^(L) = dJ/dZ^(L) each one starts back propagation with.

A loss knows dJ/dA, which any output activation passes on to Z ("the long way"). Where the two
together simplify on paper, the pair is in ``loss.pairs`` and computed from Z, so that a saturated
output still gives a finite cost and a sensitivity that is right.

All arrays are (K, n), instances as columns. Costs are summed over outputs and instances (J is that
sum divided by n); sensitivities are those of an instance, without 1/n.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, describe, digits, numbers_or_none
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.record import Record, is_function
from mlpteach.basics.style import BLUE, GREEN, ORANGE, Style
from mlpteach.tables.activations import ACTIVATIONS, Activation, sigmoid

# Outputs of other activations may leave (0, 1), where ln is not defined: A is clipped this far
# inside, and the clipped part has derivative 0, so cost and gradient still belong together.
_EDGE = np.finfo(float).eps
# Softmax outputs above this are exact to the last digit; below they lose digits, then become 0.
_TINY = np.finfo(float).tiny


# A reader's own: (Y, A) -> V^(L).
SensitivityFunction = Callable[[FloatArray, FloatArray], ArrayLike]


@dataclass(frozen=True)
class Pair:
    """A loss and an output activation that simplify together.

    Attributes
    ----------
    cost : callable
        (Z, A, Y) -> cost of every entry (K, n), from Z so that saturation does no harm; or their
        sum, where that is had sooner.
    sensitivity : callable
        (Z, A, Y) -> V^(L), (K, n).
    latex : str
        The shortcut on screen.
    entry_costs : callable, optional
        Where `cost` gives the sum: (Z, A, Y) -> cost of every entry (K, n).
    """

    cost: Callable[[FloatArray, FloatArray, FloatArray], FloatArray | float]
    sensitivity: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    latex: str
    entry_costs: Callable[[FloatArray, FloatArray, FloatArray], FloatArray] | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Loss(Record):
    """A cost function.

    Attributes
    ----------
    id, title, source, style, beyond_lecture
        As in :class:`Record`.
    latex : str
    slope_latex : str
        dJ/dA, written with A and Y.
    cost : callable
        (A, Y) -> cost of every entry (K, n), or their sum.
    dJ_dA : callable
        (A, Y) -> (K, n).
    targets : str
        "real", "unit" (0 … 1) or "distribution" (0 … 1, each instance's sum is 1).
    pairs : dict of str to Pair
        Output activation id -> the pair.
    entry_costs : callable, optional
        Where `cost` gives the sum: (A, Y) -> cost of every entry (K, n).
    """

    latex: str = ""
    slope_latex: str = r"\frac{\partial J}{\partial A}"
    cost: Callable[[FloatArray, FloatArray], FloatArray | float]
    dJ_dA: Callable[[FloatArray, FloatArray], FloatArray]
    targets: str = "real"
    pairs: dict[str, Pair] = field(default_factory=dict)
    entry_costs: Callable[[FloatArray, FloatArray], FloatArray] | None = None

    def evaluate(
        self, output: str | Activation, Z: FloatArray, A: FloatArray, Y: FloatArray
    ) -> float:
        """Return the summed cost for the output activation `output`, an id or an Activation."""
        pair = self.pair(output)
        cost = self.cost(A, Y) if pair is None else pair.cost(Z, A, Y)
        return cost if isinstance(cost, float) else cost.sum()

    def costs_of_entries(
        self, output: str | Activation, Z: FloatArray, A: FloatArray, Y: FloatArray
    ) -> FloatArray | None:
        """Return the cost of every entry (K, n); None where only the sum is known."""
        pair = self.pair(output)
        if pair is None:
            cost = (self.entry_costs or self.cost)(A, Y)
        else:
            cost = (pair.entry_costs or pair.cost)(Z, A, Y)
        return cost if isinstance(cost, np.ndarray) else None

    def sensitivity(
        self, output: str | Activation, Z: FloatArray, A: FloatArray, Y: FloatArray
    ) -> FloatArray:
        """Return V^(L) (K, n): the pair's shortcut where there is one, else the long way."""
        pair = self.pair(output)
        if pair is None:
            return self.long_sensitivity(output, Z, A, Y)
        return pair.sensitivity(Z, A, Y)

    def sensitivity_latex(self, output: str | Activation) -> str:
        """Return how V^(L) is written for an output activation (an id or an Activation).

        With A, Z and Y for A^(L+1), Z^(L) and the targets.

        Examples
        --------
        >>> LOSSES["mse"].sensitivity_latex("sigmoid")
        '-2\\\\, (Y - A) \\\\ast A \\\\ast (1 - A)'
        >>> LOSSES["cross_entropy"].sensitivity_latex("sigmoid")
        'A - Y'
        """
        pair = self.pair(output)
        if pair is not None:
            return pair.latex
        phi = ACTIVATIONS[output] if isinstance(output, str) else output
        if phi.elementwise:
            return rf"{self.slope_latex} \ast {phi.slope_latex}"
        return rf"(\frac{{\partial A}}{{\partial Z}})^T [{self.slope_latex}]"

    def long_sensitivity(
        self, output: str | Activation, Z: FloatArray, A: FloatArray, Y: FloatArray
    ) -> FloatArray:
        """Return V^(L) as dJ/dA passed back through phi, which fails where the output saturates."""
        phi = ACTIVATIONS[output] if isinstance(output, str) else output
        return phi.back(self.dJ_dA(A, Y), Z, A)

    def pair(self, output: str | Activation) -> Pair | None:
        """Return the :class:`Pair` with the output activation `output`, or None."""
        if isinstance(output, str):
            return self.pairs.get(output)
        # A reader's own activation may have the name of another.
        return self.pairs.get(output.id) if ACTIVATIONS.get(output.id) is output else None

    def check_targets(self, name: str, Y: FloatArray, rounding: float = 1e-06) -> FloatArray:
        """Return the targets Y (K, n) without rounding; ValueError where they make no sense.

        What is off by at most `rounding`, as probabilities in single precision are, is put right:
        clipped to [0, 1], and an instance's targets divided by their sum.
        """
        if self.targets == "real":
            return Y
        low, high = Y.min(), Y.max()
        if low < -rounding or high > 1.0 + rounding:
            wrong = low if low < -rounding else high
            raise ValueError(
                f"{name} must lie in [0, 1] for loss={self.id!r}; given {digits(wrong)}."
            )
        if low < 0.0 or high > 1.0:
            Y = np.clip(Y, 0.0, 1.0)
        return Y if self.targets == "unit" else self._distributions(name, Y, rounding)

    def _distributions(self, name, Y, rounding):
        sums = Y.sum(axis=0)
        off = np.abs(sums - 1.0)
        if off.max() > rounding:
            raise ValueError(
                f"{name} must hold distributions for loss={self.id!r}: each instance's targets sum "
                f"to 1; given one that sums to {digits(sums[off.argmax()])}."
            )
        # What is rounded to the last digits stays as it is.
        return np.where(off > 1e-9, Y / sums, Y)


@dataclass(frozen=True, kw_only=True, repr=False)
class OwnLoss(Loss):
    """A known cost with the reader's own function for V^(L); right or wrong, it drives a training.

    Attributes
    ----------
    function : callable
        (Y, A) -> V^(L), all (K, n): the slide's order, Y first.
    """

    function: SensitivityFunction

    def sensitivity_latex(self, output: str | Activation) -> str:
        """Return the call of the reader's function."""
        return rf"\mathrm{{{self.title}}}(Y, A)".replace("_", r"\_")

    def sensitivity(
        self, output: str | Activation, Z: FloatArray, A: FloatArray, Y: FloatArray
    ) -> FloatArray:
        """Return what the reader's function makes of copies of Y and A (K, n)."""
        V = self.function(Y.copy(), A.copy())
        array = numbers_or_none(V)
        if array is None or array.shape != A.shape:
            raise ValueError(
                f"{self.id} must return an array of floats with the shape of A {A.shape}; "
                f"it returned {describe(V)}."
            )
        return array.astype(float)


LossLike = str | Loss | SensitivityFunction


def own_loss(function: SensitivityFunction, cost: str | Loss = "cross_entropy") -> OwnLoss:
    """Return a loss whose sensitivity is your own function.

    Parameters
    ----------
    function : callable
        (Y, A) -> V^(L), the sensitivity of the last layer; all have shape (K, n), instances as
        columns, without 1/n.
    cost : str or Loss
        Id of ``mlpteach.LOSSES``, or ``mlpteach.own_cost(...)``: the cost that is reported, and
        that a gradient check holds your function against.

    Returns
    -------
    OwnLoss
        For ``loss=`` of :func:`mlpteach.train` and :func:`mlpteach.gradient_check`.

    Examples
    --------
    >>> own_loss(lambda Y, A: -2 * (Y - A) * A * (1 - A), cost="mse").targets
    'real'
    """
    if not is_function(function):
        raise TypeError(f"function must be a function (Y, A) -> V; given {describe(function)}.")
    known = cost
    if not isinstance(cost, Loss):
        known = LOSSES[check_choice("cost", cost, tuple(LOSSES))]
    parts = {part.name: getattr(known, part.name) for part in fields(Loss)}
    name = getattr(function, "__name__", type(function).__name__)
    return OwnLoss(**{**parts, "id": name, "title": name, "short_title": name}, function=function)


def as_loss(given: LossLike) -> Loss:
    """Return a :class:`Loss` for an id, a Loss, or a reader's own function (Y, A) -> V^(L)."""
    if isinstance(given, Loss):
        return given
    if is_function(given):
        return own_loss(given)
    if not isinstance(given, str):
        raise TypeError(
            f"loss must be one of {', '.join(LOSSES)}, mlpteach.own_cost(...) or your own function "
            f"(Y, A) -> V; given {describe(given)}."
        )
    return LOSSES[check_choice("loss", given, tuple(LOSSES))]


def _clipped(A):
    return np.minimum(np.maximum(A, _EDGE), 1.0 - _EDGE)


def _mse(A, Y):
    difference = Y - A
    return float(np.vdot(difference, difference))


def _mse_entry_costs(A, Y):
    difference = Y - A
    return difference * difference


def _mse_slope(A, Y):
    return -2.0 * (Y - A)


def _cross_entropy(A, Y):
    inside = _clipped(A)
    return -(Y * np.log(inside) + (1.0 - Y) * np.log1p(-inside))


def _cross_entropy_slope(A, Y):
    inside = _clipped(A)
    return np.where(inside == A, (inside - Y) / (inside * (1.0 - inside)), 0.0)


def _categorical(A, Y):
    return -(Y * np.log(np.maximum(A, _EDGE)))


def _categorical_slope(A, Y):
    return np.where(A >= _EDGE, -Y / np.maximum(A, _EDGE), 0.0)


def _softplus(Z):
    """ln(1 + e^Z) = -ln(1 - sigmoid(Z)), without overflow."""
    return np.maximum(Z, 0.0) + np.log1p(np.exp(-np.abs(Z)))


def _sigmoid_cross_entropy(Z, A, Y):
    """(1 - Y) ln(1 + e^Z) + Y ln(1 + e^-Z) = |Z| |Y - [Z > 0]| + ln(1 + e^-|Z|), exact."""
    size = np.abs(Z)
    wrong = (Z > 0.0) - Y
    np.abs(wrong, out=wrong)
    wrong *= size
    np.negative(size, out=size)
    np.exp(size, out=size)
    wrong += np.log1p(size, out=size)
    return wrong


def _difference(Z, A, Y):
    return A - Y


def _log_softmax(Z):
    shifted = Z - Z.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


def _softmax_cross_entropy(Z, A, Y):
    return -np.vdot(Y, _log_of_softmax(Z, A))


def _softmax_entry_costs(Z, A, Y):
    return -Y * _log_of_softmax(Z, A)


def _log_of_softmax(Z, A):
    smallest = A.item(A.argmin())  # as A.min(), in half the time
    return np.log(A) if smallest > _TINY else _log_softmax(Z)


def _sigmoid_categorical(Z, A, Y):
    return Y * _softplus(-Z)


def _sigmoid_categorical_sensitivity(Z, A, Y):
    return -Y * sigmoid(-Z)


def _tanh_rest(Z):
    """1 - tanh(Z) = 2 e^-2Z/(1 + e^-2Z) for Z > 0, accurate also where tanh rounds to 1."""
    tail = np.exp(-2.0 * np.maximum(Z, 0.0))
    return 2.0 * tail / (1.0 + tail)


def _tanh_cross_entropy(Z, A, Y):
    """Like `_cross_entropy`, clipped below, but ln(1 - a) = ln 2 - ln(1 + e^2z) close to 1."""
    inside, large = np.maximum(A, _EDGE), A > 0.5
    log_rest = np.where(large, np.log(2.0) - _softplus(2.0 * Z), np.log1p(-np.minimum(inside, 0.5)))
    log_A = np.where(large, np.log1p(-np.where(large, _tanh_rest(Z), 0.0)), np.log(inside))
    return -(Y * log_A + (1.0 - Y) * log_rest)


def _tanh_cross_entropy_sensitivity(Z, A, Y):
    inside = np.maximum(A, _EDGE)
    V = (1.0 - Y) * (1.0 + A) - Y * _tanh_rest(Z) * (1.0 + A) / inside
    return np.where(inside == A, V, 0.0)


def _log_others(Z):
    """ln(1 - softmax(Z)), summed from the *other* outputs: no 1 - A that has rounded to 0."""
    K, n = Z.shape
    if K == 1:
        return np.full((K, n), np.log(_EDGE))  # a lone softmax output is 1 whatever Z is
    log_A = _log_softmax(Z)
    others = np.stack([np.delete(log_A, i, axis=0) for i in range(K)])
    top = others.max(axis=1)
    return top + np.log(np.exp(others - top[:, None]).sum(axis=1))


def _softmax_binary(Z, A, Y):
    return -(Y * _log_softmax(Z) + (1.0 - Y) * _log_others(Z))


def _softmax_binary_sensitivity(Z, A, Y):
    """V_i = A_i (1 - Y_i) - Y_i (1 - A_i) - A_i sum_{j != i} (r_j - Y_j), r = (1 - Y) A/(1 - A)."""
    if len(Z) == 1:
        return np.zeros_like(Z)
    log_A, log_others = _log_softmax(Z), _log_others(Z)
    V = A * (1.0 - Y) - Y * np.exp(log_others)
    for i in range(len(Z)):
        # A_i A_j/(1 - A_j) as one power, at most 1: with r_j = e^800 and A_i = e^-800 it still is.
        power = np.exp(np.minimum(log_A[i] + log_A - log_others, 0.0))
        part = (1.0 - Y) * power - A[i] * Y
        part[i] = 0.0
        V[i] -= part.sum(axis=0)
    return V


LOSSES = Entries(
    (loss.id, loss)
    for loss in (
        Loss(
            id="mse",
            title="mean squared error",
            short_title="MSE",
            latex=r"J = \sum (y - a)^2",
            slope_latex=r"-2\, (Y - A)",
            source="slide 'MSE'; no 1/2, so that V^(L) = -2 (Y - A) * A * (1 - A) as on the slide",
            style=Style(BLUE, "solid", "o"),
            cost=_mse,
            entry_costs=_mse_entry_costs,
            dJ_dA=_mse_slope,
            targets="real",
        ),
        Loss(
            id="cross_entropy",
            title="cross-entropy",
            latex=r"J = -\sum [\, y \ln a + (1 - y) \ln(1 - a) \,]",
            slope_latex=r"\frac{A - Y}{A (1 - A)}",
            source="slide 'Cross entropy'; Nielsen, chapter 3, equation 63",
            style=Style(ORANGE, "dashed", "s"),
            cost=_cross_entropy,
            dJ_dA=_cross_entropy_slope,
            targets="unit",
            pairs={
                "sigmoid": Pair(_sigmoid_cross_entropy, _difference, "A - Y"),
                "tanh": Pair(
                    _tanh_cross_entropy,
                    _tanh_cross_entropy_sensitivity,
                    r"(1 - Y)(1 + A) - Y (1 - A)(1 + A) / A",
                ),
                "softmax": Pair(
                    _softmax_binary,
                    _softmax_binary_sensitivity,
                    r"A (1 - Y) - Y (1 - A) - A \sum_{j \neq i}(\cdot)_j",
                ),
            },
        ),
        Loss(
            id="softmax_cross_entropy",
            title="cross-entropy of one class out of K",
            short_title="softmax cross-entropy",
            latex=r"J = -\sum y \ln a",
            slope_latex=r"(-\frac{Y}{A})",
            source="negative log-likelihood of one class out of K; Bishop 2006, equation 4.108",
            style=Style(GREEN, "dashdot", "^"),
            beyond_lecture=True,
            cost=_categorical,
            dJ_dA=_categorical_slope,
            targets="distribution",
            pairs={
                "softmax": Pair(_softmax_cross_entropy, _difference, "A - Y", _softmax_entry_costs),
                "sigmoid": Pair(
                    _sigmoid_categorical, _sigmoid_categorical_sensitivity, r"-Y (1 - A)"
                ),
            },
        ),
    )
)
