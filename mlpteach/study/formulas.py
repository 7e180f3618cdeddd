"""A rule's formula, read from the very code that computes it, so the two can't drift apart.

:func:`lines` gives one :class:`Line` for each quantity of a rule's function; it can be written as
LaTeX or MathML, with symbols or with numbers put in.
"""

import ast
from dataclasses import dataclass

from mlpteach.rules import Rule
from mlpteach.study.expressions import code_latex, code_mathml, latex, mathml
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

    def mathml(self, numbers=False):
        """Return the line as MathML.

        Parameters
        ----------
        numbers : bool
            With False symbols, as on the slide. With True the right-hand side alone with the
            hyper-parameters' values put in, and for every other quantity an
            ``<mn data-key="...">`` that the page fills; "" where there is no formula.
        """
        if self.expression is not None:
            right = mathml(self.expression, self.name, self.rule, numbers)
        elif numbers:
            return ""
        else:
            right = code_mathml(_right_side(self.code)) if self.code else "<mo>…</mo>"
        if numbers:
            return f'<math displaystyle="true"><mrow>{right}</mrow></math>'
        sign = self.rule.symbol(self.name)
        left = sign.mathml(self._index)
        line = f'<math displaystyle="true"><mrow>{left}<mo>=</mo>{right}</mrow></math>'
        return line if self.expression is not None or self.code else f"{line} {sign.meaning}"

    def latex(self):
        """Return the line as LaTeX, within what matplotlib's mathtext understands."""
        if self.expression is not None:
            right = latex(self.expression, self.name, self.rule)
        else:
            right = code_latex(_right_side(self.code)) if self.code else r"\ldots"
        return f"{self.rule.symbol(self.name).latex(self._index)} = {right}"


def _right_side(code):
    """Return what stands behind the first = of an assignment."""
    return code.partition(" = ")[2] or code


def lines(rule: Rule, scheduled=False):
    """Return the lines of a rule's formula, ending with ``W``, the step itself.

    Parameters
    ----------
    rule : Rule
    scheduled : bool
        Whether a schedule multiplies rho with a ``factor``.

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
    found = [Line(one.name, rule, one.expression, one.code) for one in definitions(rule)]
    return [*found, step_line(rule, scheduled)] if found else []


def step_line(rule, scheduled=False):
    """Return the line of ``W``: W_{k+1} = W_k - rho_k, where `scheduled` with the factor."""
    step = ast.parse("W - factor * rho" if scheduled else "W - rho", mode="eval").body
    for node in ast.walk(step):
        if isinstance(node, ast.Name):
            node.key = node.id
    return Line("W", rule, step)
