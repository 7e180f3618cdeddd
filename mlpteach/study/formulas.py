"""A rule's formula, read from the very code that computes it, so the two can't drift apart.

:func:`lines` gives one :class:`Line` for each quantity of a rule's function; it can be written as
LaTeX or MathML, with symbols or with numbers put in.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from mlpteach.rules import Rule
from mlpteach.study.expressions import short
from mlpteach.study.latex import LaTeX
from mlpteach.study.mathml import MathML
from mlpteach.study.rule_code import definitions


@dataclass(frozen=True)
class Line:
    """One line of a rule: ``name = expression``.

    Attributes
    ----------
    name : str
        Quantity that the line computes.
    rule : Rule
        Knows the values of its hyper-parameters, and how everything is written.
    expression : ast.expr or None
        None where no single expression computes it: then the line shows `code`, and where that is
        too long what the quantity is, in words.
    code : str
    """

    name: str
    rule: Rule
    expression: ast.expr | None = None
    code: str = ""

    @property
    def _index(self):
        return "k+1" if self.name == "W" else "k"

    def mathml(self, numbers: bool = False) -> str:
        """Return the line as MathML.

        Parameters
        ----------
        numbers : bool
            With False symbols, as on the slide. With True the right-hand side alone with the
            hyper-parameters' values put in, and for every other quantity an
            ``<mn data-key="...">`` that the page fills; "" where there is no formula.
        """
        if numbers and self.expression is None:
            return ""
        line = self._right_side(MathML(self.name, self.rule, numbers))
        sign = self.rule.symbol(self.name)
        if not numbers:
            line = f"{sign.mathml(self._index)}<mo>=</mo>{line}"
        line = f'<math displaystyle="true"><mrow>{line}</mrow></math>'
        return line if self.expression is not None or self.code else f"{line} {sign.meaning}"

    def latex(self, number_of: Callable[[str], float] | None = None) -> str:
        """Return the line as LaTeX, within what matplotlib's mathtext understands.

        Parameters
        ----------
        number_of : callable, optional
            Key, as in :meth:`mathml`, -> number: the right-hand side alone with the numbers put in;
            "" where there is no formula.
        """
        right = self._right_side(LaTeX(self.name, self.rule, number_of))
        if number_of is not None:
            return right if self.expression is not None else ""
        return f"{self.rule.symbol(self.name).latex(self._index)} = {right}"

    def _right_side(self, writer):
        if self.expression is not None:
            return writer.line(self.expression)
        return writer.code(short(_assigned(self.code))) if self.code else writer.letter("…")


def _assigned(code):
    """Return what stands behind the first = of a statement."""
    return code.partition(" = ")[2] or code


def lines(rule: Rule, scheduled: bool = False) -> list[Line]:
    """Return the lines of a rule's formula, ending with ``W``, the step itself.

    Parameters
    ----------
    rule : Rule
    scheduled : bool
        Whether a schedule multiplies rho with a ``factor``; without one it is not written.

    Returns
    -------
    list of Line
        Empty where the source can't be read, or where the function returns in more than one place:
        the numbers are then shown without a formula.

    Examples
    --------
    >>> from mlpteach import rule
    >>> lines(rule("adam"))[0].latex()
    'M_{k} = \\\\beta_{1} M_{k-1} + (1 - \\\\beta_{1}) g_{k}'
    """
    fit = _with_factor if scheduled else _without_factor
    found = [Line(one.name, rule, *fit(one)) for one in definitions(rule)]
    return [*found, step_line(rule)] if found else []


def step_line(rule: Rule) -> Line:
    """Return the line of ``W``: W_{k+1} = W_k - rho_k."""
    return Line("W", rule, _parsed("W - rho"))


def _with_factor(definition):
    """Return expression and code; those of rho multiplied with the schedule's factor."""
    if definition.name != "rho":
        return definition.expression, definition.code
    if definition.expression is None:
        code = definition.code and f"rho = factor * ({_assigned(definition.code)})"
        return None, code
    return ast.BinOp(_parsed("factor"), ast.Mult(), definition.expression), ""


def _without_factor(definition):
    """Return expression and code; a factor of the rule's own lines, which is 1, left out."""
    return definition.expression and _Unscheduled().visit(definition.expression), definition.code


class _Unscheduled(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        is_factor = isinstance(node.left, ast.Name) and node.left.id == "factor"
        return node.right if is_factor and isinstance(node.op, ast.Mult) else node


def _parsed(text):
    """Parse an expression of names that this update has."""
    expression = ast.parse(text, mode="eval").body
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            node.key = node.id
    return expression
