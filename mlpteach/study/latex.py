"""How a formula looks in print, drawn by matplotlib."""

from mlpteach.study.expressions import Writer

_NAMES = {"max": r"\max", "min": r"\min", "sgn": r"\mathrm{sgn}", "ln": r"\ln", "∑": r"\sum"}
_LETTERS = {"∇J": r"\nabla J", "π": r"\pi", "∞": r"\infty", "…": r"\ldots"}
_SIGNS = {"−": "-", "·": r"\cdot", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq"}


class LaTeX(Writer):
    """Writes LaTeX within what matplotlib's mathtext understands."""

    def code(self, code):
        for character in "\\{}$%#&_^~":
            code = code.replace(character, rf"\{character}" if character in "{}$%#&_" else " ")
        return rf"\mathtt{{{code}}}".replace(" ", r"\ ")

    def symbol(self, name, index):
        return self.rule.symbol(name).latex(index)

    def letter(self, letter):
        return _LETTERS.get(letter, letter)

    def number(self, value):
        return f"{value:g}"

    def infix(self, left, sign, right):
        return f"{left} {_SIGNS.get(sign, sign)} {right}"

    def words(self, word, inside=""):
        return rf"\ \mathrm{{{word}}}\ {inside}"

    def product(self, left, right, square):
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
