"""Activations phi(Z), and how a derivative passes back through each of them.

``function(Z)`` gives A; ``back(dA, Z, A)`` gives dJ/dZ from dJ/dA. Both stay accurate where a unit
saturates: 1 - A is never formed by subtraction once A is close to 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import as_numbers
from mlpteach.basics.arrays import ArrayFunction, FloatArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.record import Record
from mlpteach.basics.style import BLACK, BLUE, GREEN, ORANGE, ORCHID, PURPLE, VIOLET, Style

# Beyond this |Z| the plain 1 - A loses more than 3 of its 16 digits.
_SATURATED = 7.0
_NEARLY_ONE = 0.999  # of tanh


@dataclass(frozen=True, kw_only=True, repr=False)
class Activation(Record):
    """An activation.

    Attributes
    ----------
    id, title, source, style, beyond_lecture
        As in :class:`Record`.
    latex : str
        The formula, for the screen.
    slope_latex : str
        phi'(Z), written with A where that is shorter.
    function : callable
        Z (units, n) -> A (units, n); callers silence the overflow of e^-Z, which is harmless.
    back : callable
        (dA, Z, A), all (units, n) -> dJ/dZ = dA * phi'(Z) (for softmax its Jacobian).
    range : tuple of (float or None, float or None)
        Where A lies; None where it has no bound.
    elementwise : bool
        Whether each unit depends on its own z alone, so that there is a derivative phi'(z).
    code : dict of str to str
        How other libraries write it: "torch" a module; "sklearn" a name that its MLP knows; "numpy"
        an expression of Z (n, units), with what ``scipy.special`` has.
    """

    latex: str = ""
    slope_latex: str = r"\phi'(Z)"
    function: ArrayFunction
    back: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    range: tuple[float | None, float | None] = (None, None)
    elementwise: bool = True
    code: dict[str, str] = field(default_factory=dict, hash=False)

    def __call__(self, Z: ArrayLike) -> FloatArray:
        """Return phi(Z) for a number or an array Z, such as (units, n).

        Infinity gives what its arithmetic gives, which may be NaN: silu(-inf) is -inf times 0.
        """
        Z = _floats(Z)
        with np.errstate(over="ignore", invalid="ignore"):
            return self.function(np.atleast_1d(Z)).reshape(Z.shape)[()]

    def derivative(self, Z: ArrayLike) -> FloatArray:
        """Return phi'(Z) element by element; softmax has none and raises."""
        if not self.elementwise:
            raise ValueError(f"{self.id} mixes its units: it has a Jacobian, not a derivative.")
        Z = _floats(Z)
        columns = np.atleast_1d(Z)
        with np.errstate(over="ignore", invalid="ignore"):
            slope = self.back(np.ones_like(columns), columns, self.function(columns))
        return slope.reshape(Z.shape)[()]

    @cached_property
    def steepest(self) -> float:
        """The largest |phi'(z)|, over z = -8 … 8 in steps of 1/1000.

        Examples
        --------
        >>> [round(ACTIVATIONS[id].steepest, 4) for id in ("sigmoid", "tanh", "relu", "silu")]
        [0.25, 1.0, 1.0, 1.0998]
        """
        return float(np.abs(self.derivative(np.arange(-8000, 8001) / 1000)).max())


def _floats(Z: ArrayLike) -> FloatArray:
    """Return Z as an array of floats with any number of dimensions."""
    array = as_numbers("Z must be a number or an array of numbers", Z)
    if not array.size:
        raise ValueError(f"Z must not be empty; given shape {array.shape}.")
    return array.astype(float, copy=False)


def sigmoid(Z: FloatArray) -> FloatArray:
    """1/(1 + e^-Z); e^-Z may overflow to infinity at Z < -709, which gives the right 0."""
    A = np.negative(Z)
    np.exp(A, out=A)
    A += 1.0
    return np.reciprocal(A, out=A)


def _complement(Z, A):
    """1 - sigmoid(Z), accurate also where it is tiny."""
    rest = 1.0 - A
    if not Z.item(Z.argmax()) < _SATURATED:  # as Z.max(), in half the time; NaN is not below
        large = Z >= _SATURATED
        rest[large] = sigmoid(-Z[large])
    return rest


def _sigmoid_back(dA, Z, A):
    V = _complement(Z, A)
    V *= A
    V *= dA
    return V


def _tanh_back(dA, Z, A):
    V = dA * (1.0 - A * A)
    size = np.abs(A)
    if not size.max() < _NEARLY_ONE:
        large = size >= _NEARLY_ONE
        tail = np.exp(-2.0 * np.abs(Z[large]))
        V[large] = dA[large] * (4.0 * tail / (1.0 + tail) ** 2)
    return V


def relu(Z: FloatArray) -> FloatArray:
    return np.maximum(Z, 0.0)


def _relu_back(dA, Z, A):
    return dA * (Z > 0.0)


def silu(Z: FloatArray) -> FloatArray:
    return Z * sigmoid(Z)


def _silu_back(dA, Z, A):
    s = sigmoid(Z)
    return dA * (s * (1.0 + Z * _complement(Z, s)))


_ROOT_OF_2, _ROOT_OF_2_PI = math.sqrt(2.0), math.sqrt(2.0 * math.pi)


def gelu(Z: FloatArray) -> FloatArray:
    """Z Phi(Z), from erfc so that no digit is lost where Phi(Z) is tiny."""
    return Z * _normal_distribution(Z)


def _normal_distribution(Z):
    """Phi(Z), the probability that a standard normal number is below Z."""
    numbers = (Z / -_ROOT_OF_2).ravel().tolist()
    return 0.5 * np.fromiter(map(math.erfc, numbers), float, len(numbers)).reshape(Z.shape)


def _gelu_back(dA, Z, A):
    density = np.exp(-0.5 * Z * Z) / _ROOT_OF_2_PI
    return dA * (_normal_distribution(Z) + Z * density)


def softmax(Z: FloatArray) -> FloatArray:
    powers = Z - np.maximum.reduce(Z, axis=0)
    np.exp(powers, out=powers)
    powers /= np.add.reduce(powers, axis=0)
    return powers


def _softmax_back(dA, Z, A):
    # What is the same for all units passes softmax unseen; without the largest unit's part its own
    # V is a sum over the others, not a difference of two numbers that saturation makes equal.
    dA = dA - np.take_along_axis(dA, A.argmax(axis=0)[None], axis=0)
    return A * (dA - (dA * A).sum(axis=0))


def _linear_back(dA, Z, A):
    return dA


ACTIVATIONS = Entries(
    (activation.id, activation)
    for activation in (
        Activation(
            id="sigmoid",
            title="sigmoid",
            latex=r"\phi(Z) = \frac{1}{1 + e^{-Z}}",
            slope_latex=r"A \ast (1 - A)",
            source="slide 'Last time'",
            style=Style(BLUE, "solid", "o"),
            function=sigmoid,
            back=_sigmoid_back,
            range=(0.0, 1.0),
            code={"torch": "nn.Sigmoid()", "sklearn": "logistic", "numpy": "expit(Z)"},
        ),
        Activation(
            id="tanh",
            title="tanh",
            latex=r"\phi(Z) = \tanh Z",
            slope_latex=r"(1 - A \ast A)",
            source="demo 08",
            style=Style(GREEN, "dashdot", "^"),
            function=np.tanh,
            back=_tanh_back,
            range=(-1.0, 1.0),
            code={"torch": "nn.Tanh()", "sklearn": "tanh", "numpy": "np.tanh(Z)"},
        ),
        Activation(
            id="relu",
            title="ReLU",
            latex=r"\phi(Z) = \max(0, Z)",
            source="demo 08",
            style=Style(ORANGE, "dashed", "s"),
            function=relu,
            back=_relu_back,
            range=(0.0, None),
            code={"torch": "nn.ReLU()", "sklearn": "relu", "numpy": "np.maximum(Z, 0)"},
        ),
        Activation(
            id="silu",
            title="SiLU",
            latex=r"\phi(Z) = \frac{Z}{1 + e^{-Z}}",
            source="demo 08",
            style=Style(PURPLE, "dotted", "D"),
            function=silu,
            back=_silu_back,
            range=(-0.3, None),
            code={"torch": "nn.SiLU()", "numpy": "Z * expit(Z)"},
        ),
        Activation(
            id="gelu",
            title="GELU",
            latex=r"\phi(Z) = \frac{Z}{2}\left(1 + \mathrm{erf}\frac{Z}{\sqrt{2}}\right)",
            source="Hendrycks & Gimpel 2016, with the exact error function",
            style=Style(ORCHID, "dashdot", "X"),
            beyond_lecture=True,
            function=gelu,
            back=_gelu_back,
            range=(-0.2, None),
            code={"torch": "nn.GELU()", "numpy": "Z * ndtr(Z)"},
        ),
        Activation(
            id="softmax",
            title="softmax",
            latex=r"\phi(Z)_i = \frac{e^{Z_i}}{\sum_j e^{Z_j}}",
            source="Bishop 2006, equation 4.104",
            style=Style(VIOLET, "solid", "v"),
            beyond_lecture=True,
            function=softmax,
            back=_softmax_back,
            range=(0.0, 1.0),
            elementwise=False,
            code={"torch": "nn.Softmax(dim=1)", "numpy": "softmax(Z, axis=1)"},
        ),
        Activation(
            id="linear",
            title="linear",
            latex=r"\phi(Z) = Z",
            source="no activation at all",
            style=Style(BLACK, "dotted", "X"),
            function=np.copy,
            back=_linear_back,
            code={"torch": "nn.Identity()", "sklearn": "identity", "numpy": "Z"},
        ),
    )
)
