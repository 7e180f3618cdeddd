"""How a formula looks in print, drawn by matplotlib."""

import math

from mlpteach.study.expressions import Writer

_NAMES = {"max": r"\max", "min": r"\min", "sgn": r"\mathrm{sgn}", "ln": r"\ln", "∑": r"\sum"}
_LETTERS = {"∇J": r"\nabla J", "π": r"\pi", "∞": r"\infty", "…": r"\ldots"}
_SIGNS = {"−": "-", "·": r"\cdot", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq"}


class LaTeX(Writer):
    """Writes LaTeX within what matplotlib's mathtext understands.

    Parameters
    ----------
    name, rule
        As for :class:`Writer`.
    number_of : callable, optional
        Key -> number: what is put in for every quantity; by default the letters stay.
    """

    def __init__(self, name, rule, number_of=None):
        super().__init__(name, rule, numbers=number_of is not None)
        self.number_of = number_of

    def placeholder(self, key):
        value = self.number_of(key)
        return self.parentheses(self.number(value)) if value < 0 else self.number(value)

    def code(self, code):
        for character in "\\{}$%#&_^~":
            code = code.replace(character, rf"\{character}" if character in "{}$%#&_" else " ")
        return rf"\mathtt{{{code}}}".replace(" ", r"\ ")

    def symbol(self, name, index):
        return self.rule.symbol(name).latex(index)

    def letter(self, letter):
        return _LETTERS.get(letter, letter)

    def number(self, value):
        return latex_number(value)

    def infix(self, left, sign, right):
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

    def words(self, word, inside=""):
        return rf"\ \mathrm{{{word}}}\ {inside}"

    def product(self, left, right, square):
        if self.numbers:
            return rf"{left} \cdot {right}"
        if square:
            return rf"{left} \odot {right}"
        # Words would run together.
        words = right.startswith(r"\mathrm") or left.split(" ")[-1].startswith(r"\mathrm")
        return rf"{left} \, {right}" if words else f"{left} {right}"

    def fraction(self, above, below):
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base, exponent):
        return f"{base}^{{{exponent}}}"

    def root(self, inside):
        return rf"\sqrt{{{inside}}}"

    def minus(self, inside):
        return f"-{inside}"

    def bars(self, bar, inside):
        bar = r"\|" if bar == "‖" else "|"
        return f"{bar}{inside}{bar}"

    def parentheses(self, inside):
        return f"({inside})"

    def comma(self):
        return ", "

    def function(self, name, arguments):
        name = _NAMES.get(name, rf"\mathrm{{{name}}}")
        return f"{name}({', '.join(arguments)})"

    def cases(self, rows, otherwise):
        # mathtext has no tables.
        parts = [rf"{then}\ \mathrm{{if}}\ {condition}" for then, condition in rows]
        return r",\ \mathrm{else}\ ".join([*parts, otherwise])


def latex_number(value: float) -> str:
    """Return a number with five digits.

    Examples
    --------
    >>> latex_number(0.001), latex_number(-1.5e-9), latex_number(1e6), latex_number(float("nan"))
    ('0.001', '-1.5 \\\\cdot 10^{-9}', '10^{6}', '\\\\mathrm{NaN}')
    """
    if not math.isfinite(value):
        return r"\mathrm{NaN}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    written = f"{value:.5g}"
    if "e" not in written and (value == 0 or abs(value) >= 1e-3):
        return written
    mantissa, exponent = f"{value:.4e}".split("e")
    power = f"10^{{{int(exponent)}}}"
    return power if float(mantissa) == 1 else rf"{float(mantissa):g} \cdot {power}"
