"""The lines of forward pass, cost and back propagation, written with letters and with numbers.

Which unit, weight and instance the numbers are of is not decided here: a line says where in the
fields of :func:`mlpteach.study.back_propagation.pass_fields` each of its numbers lies, for any way
through the network (:func:`mlpteach.study.back_propagation.ways`).
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mlpteach.basics.mathml import to_mathml
from mlpteach.run.network import MLP
from mlpteach.study.latex import latex_number
from mlpteach.tables.activations import Activation
from mlpteach.tables.losses import Loss

# Stands for the first number of a line while its formula is converted: no formula has it.
_FIRST = 770_001
# Known to a page of HTML without being said for each piece.
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML" display="inline"'
_PLUS, _COMMA = " + ", r",\, "


@dataclass(frozen=True)
class Place:
    """Where a number lies: a field, and an entry that depends on the way through the network.

    Attributes
    ----------
    matrix : str
        Name of a field.
    base : int
        The row where all of `times` are 0.
    times : dict of str to int
        Name in :func:`~mlpteach.study.back_propagation.ways` -> how many rows further its value
        leads, each.
    each : bool
        Whether every instance has its own: a column each. Else the field is one row.
    """

    matrix: str
    base: int = 0
    times: Mapping[str, int] = field(default_factory=dict)
    each: bool = True

    def row(self, way: Mapping[str, int]) -> int:
        """Return the row for a way, name -> unit or parameter."""
        return self.base + sum(times * int(way[name]) for name, times in self.times.items())


@dataclass(frozen=True)
class PassLine:
    """One line of the passes: an equation between matrices, and one entry of it in numbers.

    Attributes
    ----------
    name : str
        "Z1", "A2", "J", "V2", "V1", "G1": what it computes.
    formula : str
        LaTeX.
    parts : tuple of str or Place
        The right-hand side of the entry: LaTeX, and where its numbers lie.
    result : Place, optional
        Where the entry lies; None for the cost J of the batch.
    """

    name: str
    formula: str
    parts: tuple[str | Place, ...]
    result: Place | None = None

    @property
    def places(self) -> dict[str, Place]:
        """Key -> :class:`Place` of all numbers of the line; the result has the line's name."""
        keys = {f"{self.name}.{i}": part for i, part in enumerate(self.parts)}
        found = {key: part for key, part in keys.items() if isinstance(part, Place)}
        return found | ({self.name: self.result} if self.result else {})

    def mathml(self, numbers: bool = False) -> str:
        """Return the line as MathML.

        Parameters
        ----------
        numbers : bool
            With True the right-hand side of one entry, with an ``<mn data-key="...">`` for each
            number, which the page fills.
        """
        if not numbers:
            return to_mathml(self.formula)
        numbered = (
            f"{{{_FIRST + i}}}" if isinstance(part, Place) else part
            for i, part in enumerate(self.parts)
        )
        written = " ".join(_words(piece) or to_mathml(piece) for piece in _pieces(numbered))
        return re.sub(
            r"<mn>(77\d{4})</mn>",
            lambda found: f'<mn data-key="{self.name}.{int(found[1]) - _FIRST}"></mn>',
            written.replace(_NAMESPACE, ""),
        )

    def latex(self, number_of: Callable[[str], float] | None = None) -> str:
        """Return the line as LaTeX; with `number_of`, key -> number, one entry in numbers."""
        if number_of is None:
            return self.formula
        return "".join(
            _written(number_of(f"{self.name}.{i}")) if isinstance(part, Place) else part
            for i, part in enumerate(self.parts)
        )


def _pieces(parts):
    """Join the parts of a line to pieces between which a page may break it: before + and words."""
    pieces = [""]
    for part in parts:
        if part == _PLUS or _words(part) or _words(pieces[-1]):
            pieces.append("{}" if part == _PLUS else "")  # a sign between two, not before one
        pieces[-1] += part
    return [piece for piece in pieces if piece]


def _words(part):
    r"""Return the words of a part that is all \text{...}, as HTML; else ""."""
    found = re.fullmatch(r"\\text\{(.*)\}", part)
    return f"<span>{html.escape(found[1])}</span>" if found else ""


def _written(value):
    return f"({latex_number(value)})" if value < 0 else latex_number(value)


def pass_lines(net: MLP, loss: Loss) -> tuple[PassLine, ...]:
    """Return the lines of both passes, in the order in which they are computed.

    Parameters
    ----------
    net : MLP
    loss : Loss

    Examples
    --------
    >>> from mlpteach import LOSSES
    >>> lines = pass_lines(MLP((2, 5, 1), hidden="tanh"), LOSSES["cross_entropy"])
    >>> [line.name for line in lines]
    ['Z1', 'A2', 'Z2', 'A3', 'J', 'V2', 'G2', 'V1', 'G1']
    >>> lines[1].formula, lines[5].formula
    ('A^{(2)} = \\\\mathrm{tanh}(Z^{(1)})', 'V^{(2)} = A^{(3)} - Y')
    """
    layers = range(1, len(net.sizes))
    forward = [line for layer in layers for line in (_weighted(net, layer), _activity(net, layer))]
    back = [line for layer in reversed(layers) for line in _back(net, loss, layer)]
    return (*forward, _cost(loss), *back)


def _unit(name, layer, units):
    """Return the place of the way's unit, in a field of the layer whose units are A^(units)."""
    return Place(f"{name}{layer}", times={f"unit{units}": 1})


def _fixed(name, layer, count):
    """Return the places of all units of a layer."""
    return [Place(f"{name}{layer}", base) for base in range(count)]


def _joined(parts: Iterable[tuple[str | Place, ...]], sign: str = _PLUS) -> tuple[str | Place, ...]:
    """Return parts of a sum, one behind the other."""
    joined: list[str | Place] = []
    for i, part in enumerate(parts):
        joined += [sign, *part] if i else part
    return tuple(joined)


def _weighted(net, layer):
    """Z^(l) = W^(l) A^(l) + b^(l): the unit's weights times all its inputs."""
    W, (_, n_in), b = net.layout.slices[layer - 1]
    unit = f"unit{layer + 1}"
    inputs = _fixed("A", layer, n_in)
    products = [
        (Place("W", W.start + i, {unit: n_in}, each=False), r" \cdot ", activity)
        for i, activity in enumerate(inputs)
    ]
    bias = Place("W", b.start, {unit: 1}, each=False)
    formula = rf"Z^{{({layer})}} = W^{{({layer})}} A^{{({layer})}} + b^{{({layer})}}"
    return PassLine(
        f"Z{layer}", formula, _joined([*products, (bias,)]), _unit("Z", layer, layer + 1)
    )


def _activity(net, layer):
    """A^(l+1) = phi(Z^(l)): of softmax all z of the layer, else the unit's own."""
    phi, units = net.activations[layer - 1], layer + 1
    if phi.elementwise:
        inside = (r"\,", _unit("Z", layer, units))
    else:
        inside = ("(", *_joined([(z,) for z in _fixed("Z", layer, net.sizes[layer])], _COMMA), ")")
    name = function_name(phi)
    formula = rf"A^{{({units})}} = {name}(Z^{{({layer})}})"
    return PassLine(f"A{units}", formula, (name, *inside), _unit("A", units, units))


def function_name(phi: Activation) -> str:
    """Return the name of an activation as LaTeX, as it stands before its argument."""
    letters = re.sub(r"[^A-Za-z0-9]+", r"\\ ", phi.short_title).strip("\\ ")
    return rf"\mathrm{{{letters}}}" if letters else r"\phi"


def _cost(loss):
    mean = r"\text{ here; mean of the batch}"
    return PassLine("J", loss.latex or r"J", (Place("cost"), mean))


def _back(net, loss, layer):
    """Return the two lines of a layer on the way back: V^(l), and the gradient that it gives."""
    last = layer == len(net.sizes) - 1
    formula, parts = (_last if last else _hidden)(net, loss, layer)
    V = PassLine(f"V{layer}", formula, parts, _unit("V", layer, layer + 1))
    return V, _gradient(layer)


def sensitivity_formula(loss: Loss, output: str | Activation, layer: int) -> str:
    r"""Return V^(L) = … as LaTeX, with the layers' numbers at A and Z.

    Examples
    --------
    >>> from mlpteach import LOSSES
    >>> sensitivity_formula(LOSSES["cross_entropy"], "sigmoid", 2)
    'V^{(2)} = A^{(3)} - Y'
    """
    numbered = {"A": f"A^{{({layer + 1})}}", "Z": f"Z^{{({layer})}}"}
    written = _replaced(loss.sensitivity_latex(output), lambda letter: numbered.get(letter, letter))
    return rf"V^{{({layer})}} = {written}"


def _replaced(latex, of):
    """Replace the letters A, Y and Z where they stand alone."""
    return re.sub(r"(?<![A-Za-z\\])[AYZ](?![A-Za-z])", lambda found: of(found[0]), latex)


def _last(net, loss, layer):
    """V^(L): the formula of cost and activation, entry by entry, or else dJ/dA passed back."""
    phi = net.activations[-1]
    written = loss.sensitivity_latex(phi)
    formula = sensitivity_formula(loss, phi, layer)
    if any(sign in written for sign in (r"\sum", r"\partial")):  # mixes the units
        return formula, _mixed(net, layer) if not phi.elementwise else ()
    slope = _unit("slope", layer, layer + 1)
    places = {"A": _unit("A", layer + 1, layer + 1), "Y": Place("Y", times={f"unit{layer + 1}": 1})}
    places |= {"Z": _unit("Z", layer, layer + 1), r"\phi'(Z)": slope}
    pieces = re.split(r"(\\phi'\(Z\)|(?<![A-Za-z\\])[AYZ](?![A-Za-z]))", written)
    return formula, tuple(places.get(piece, piece) for piece in pieces if piece)


def _mixed(net, layer):
    """Write what is passed back through units that mix, as those of softmax."""
    slopes = _joined([(s,) for s in _fixed("S", layer, net.sizes[layer])], _COMMA)
    return (r"(\frac{\partial A}{\partial Z})^T (", *slopes, ")")


def _hidden(net, loss, layer):
    """V^(l) = (W^(l+1))^T V^(l+1) * phi'(Z^(l)): what the units above say, times the slope."""
    above = rf"(W^{{({layer + 1})}})^T V^{{({layer + 1})}}"
    if not net.activations[layer - 1].elementwise:
        formula = rf"V^{{({layer})}} = (\frac{{\partial A}}{{\partial Z}})^T [{above}]"
        return formula, _mixed(net, layer)
    W, (_, n_in), _ = net.layout.slices[layer]
    told = [
        (Place("W", W.start + n_in * k, {f"unit{layer + 1}": 1}, each=False), r" \cdot ", V)
        for k, V in enumerate(_fixed("V", layer + 1, net.sizes[layer + 1]))
    ]
    slope = _unit("slope", layer, layer + 1)
    formula = rf"V^{{({layer})}} = {above} \ast \phi'(Z^{{({layer})}})"
    return formula, ("(", *_joined(told), r") \cdot ", slope)


def _gradient(layer):
    """The gradient: the mean of V A^T, beside it the finite difference."""
    parameter = {f"parameter{layer}": 1}
    parts = (
        _unit("V", layer, layer + 1),
        r" \cdot ",
        Place(f"A{layer}", times={f"input{layer}": 1}),
        r"\text{ here; by finite differences of J: }",
        Place("difference", times=parameter, each=False),
    )
    formula = rf"\nabla W^{{({layer})}} = V^{{({layer})}} (A^{{({layer})}})^T / n"
    return PassLine(f"G{layer}", formula, parts, Place("G", times=parameter, each=False))
