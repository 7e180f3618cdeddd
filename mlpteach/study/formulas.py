"""A rule's formula, read from the very code that computes it, so the two can't drift apart.

:func:`lines` takes the assignments of a rule's function; each can be written as LaTeX or MathML,
with symbols or with numbers put in, and evaluated.
"""

import ast
import inspect
import math
import textwrap
from dataclasses import dataclass

from mlpteach.rules import Rule

_PRECEDENCE = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.USub: 2, ast.Pow: 4}


@dataclass(frozen=True)
class Line:
    """One line of a rule: ``name = expression``.

    Attributes
    ----------
    name : str
        Quantity that the line computes.
    expression : ast.expr
    computed : frozenset of str
        Quantities that earlier lines of the same update have computed; any other moment on the
        right-hand side is the last update's.
    rule : Rule
        Knows the values of its hyper-parameters, and how everything is written.
    """

    name: str
    expression: ast.expr
    computed: frozenset
    rule: Rule

    @property
    def values(self):
        """Values of the rule's hyper-parameters."""
        return self.rule.values

    @property
    def _index(self):
        return "k+1" if self.name == "W" else "k"

    def operands(self):
        """Return what the right-hand side reads, in order: (name, key) pairs.

        `key` is the name itself for this update's quantities, ``name + "_before"`` for the last
        update's.
        """
        found = []
        for node in ast.walk(self.expression):
            if isinstance(node, ast.Name) and node.id not in self.values and node.id != "np":
                pair = (node.id, self.key(node.id))
                if pair not in found and not _is_called(self.expression, node):
                    found.append(pair)
        return found

    def key(self, name):
        """Return where the number behind `name` on the right-hand side comes from."""
        if name in ("k", "G", "J", "W", "factor") or name in self.computed:
            return name
        return name if name.endswith("_previous") else f"{name}_before"

    def mathml(self, numbers=False):
        """Return the line as MathML.

        Parameters
        ----------
        numbers : bool
            With False symbols, as on the slide. With True the right-hand side alone with the
            hyper-parameters' values put in, and for every other quantity an
            ``<mn data-key="...">`` that the page fills.
        """
        right = _MathML(self, numbers).write(self.expression)
        if numbers:
            return f'<math displaystyle="true"><mrow>{right}</mrow></math>'
        left = self.rule.symbol(self.name).mathml(self._index)
        return f'<math displaystyle="true"><mrow>{left}<mo>=</mo>{right}</mrow></math>'

    def latex(self):
        """Return the line as LaTeX, within what matplotlib's mathtext understands."""
        right = _LaTeX(self, numbers=False).write(self.expression)
        return f"{self.rule.symbol(self.name).latex(self._index)} = {right}"

    def text(self, numbers):
        """Return the right-hand side as plain Python with the numbers of `numbers` put in.

        Parameters
        ----------
        numbers : dict of str to float
            Key of :meth:`operands` -> number.
        """
        known = {name: numbers[key] for name, key in self.operands()} | self.values

        class PutIn(ast.NodeTransformer):
            def visit_Name(self, node):
                return ast.Constant(known[node.id]) if node.id in known else node

        copied = ast.parse(ast.unparse(self.expression), mode="eval")
        return ast.unparse(ast.fix_missing_locations(PutIn().visit(copied)))


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
        Empty where the source can't be read or is no list of assignments (L-BFGS, a reader's
        function with loops or without a line for rho): the numbers are then shown without a
        formula.

    Examples
    --------
    >>> from mlpteach import rule
    >>> lines(rule("adam"))[0].latex()
    'M_{k} = \\\\beta_{1} M_{k-1} + (1 - \\\\beta_{1}) g_{k}'
    """
    assigned, returned = _body(rule.function)
    names = [name for name, _ in assigned + returned]
    if "rho" not in names or len(set(names)) < len(names):
        return []
    found = []
    for i, (name, expression) in enumerate(assigned + returned):
        # What is returned is computed from the assigned names alone, not from its neighbours.
        computed = frozenset(names[: min(i, len(assigned))])
        found.append(Line(name, _Choose(rule.values).visit(expression), computed, rule))
    if not all(_is_writable(line.expression) for line in found):
        return []
    step = ast.parse("W - factor * rho" if scheduled else "W - rho", mode="eval").body
    return [*found, Line("W", step, frozenset(names), rule)]


def _body(function):
    """Return what a function assigns and what it computes as it returns, as (name, expression).

    Both are empty where the function does anything else.
    """
    definition = _definition(function)
    statements = [s for s in definition.body if not _is_docstring(s)] if definition else []
    if not statements or not isinstance(statements[-1], ast.Return):
        return [], []
    *assignments, last = statements
    plain = all(
        isinstance(s, ast.Assign) and len(s.targets) == 1 and isinstance(s.targets[0], ast.Name)
        for s in assignments
    )
    returned = _returned(last.value)
    if not plain or returned is None:
        return [], []
    # A name that is merely passed on has its line already.
    computed = [pair for pair in returned if ast.unparse(pair[1]) != pair[0]]
    return [(s.targets[0].id, s.value) for s in assignments], computed


def _returned(value):
    """Return (name, expression) pairs of Quantities(...), dict(...) or {...}, else None."""
    if isinstance(value, ast.Name):
        return []
    if isinstance(value, ast.Dict):
        names = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
        pairs = list(zip(names, value.values, strict=True))
    elif isinstance(value, ast.Call) and not value.args:
        if ast.unparse(value.func).rpartition(".")[2] not in ("Quantities", "dict"):
            return None
        pairs = [(keyword.arg, keyword.value) for keyword in value.keywords]
    else:
        return None
    return pairs if all(isinstance(name, str) for name, _ in pairs) else None


def _definition(function):
    """Return the ``def`` of a function, or None where its source can't be read."""
    function = inspect.unwrap(function)
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    return definition if isinstance(definition, ast.FunctionDef) else None


def _is_docstring(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


_FUNCTIONS = {
    "np.sqrt", "np.maximum", "np.minimum", "np.abs", "np.exp", "np.sign", "np.square",
    "gradient_at", "mu", "mu_product",
}  # fmt: skip


_WRITABLE = (
    ast.BinOp | ast.UnaryOp | ast.USub | ast.Name | ast.Load
    | ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow
)  # fmt: skip


def _is_writable(node):
    """Whether every part of an expression has a way to be written as mathematics."""
    if isinstance(node, ast.Call):
        known = ast.unparse(node.func) in _FUNCTIONS and not node.keywords
        return known and all(_is_writable(argument) for argument in node.args)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    parts = ast.iter_child_nodes(node)
    return isinstance(node, _WRITABLE) and all(_is_writable(part) for part in parts)


class _Choose(ast.NodeTransformer):
    """Resolve ``a if switch else b`` by the value of the switch, wherever it stands."""

    def __init__(self, values):
        self.values = values

    def visit_IfExp(self, node):
        if isinstance(node.test, ast.Name) and node.test.id in self.values:
            return self.visit(node.body if self.values[node.test.id] else node.orelse)
        return node


def _is_called(expression, name):
    return any(isinstance(node, ast.Call) and node.func is name for node in ast.walk(expression))


def _is_square(product):
    """Whether a product ends in the same array twice, which the slides write with ⊙."""
    last = product.left.right if isinstance(product.left, ast.BinOp) else product.left
    return isinstance(last, ast.Name) and ast.unparse(last) == ast.unparse(product.right)


class _Writer:
    """Walk an expression; subclasses say how each kind of node is written."""

    def __init__(self, line, numbers):
        self.line, self.numbers = line, numbers

    def write(self, node):
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            return self.minus(self._inside(node.operand, 2))
        if isinstance(node, ast.Constant):
            return self.number(node.value)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        return self._call(ast.unparse(node.func).removeprefix("np."), node.args)

    def _binary(self, node):
        if isinstance(node.op, ast.Div):
            return self.fraction(self.write(node.left), self.write(node.right))
        if isinstance(node.op, ast.Pow):
            return self.power(self._inside(node.left, 5), self.write(node.right))
        level = _PRECEDENCE[type(node.op)]
        left = self._inside(node.left, level)
        right = self._inside(node.right, level + isinstance(node.op, ast.Sub))
        if isinstance(node.op, ast.Mult):
            return self.product(left, right, _is_square(node))
        return self.sum(left, "+" if isinstance(node.op, ast.Add) else "−", right)

    def _inside(self, node, level):
        """Write a part of a larger expression, in parentheses where it binds less."""
        written = self.write(node)
        operator = getattr(node, "op", None)
        # A fraction and a root hold themselves together.
        binds = 9 if isinstance(operator, ast.Div) else _PRECEDENCE.get(type(operator), 9)
        return self.parentheses(written) if binds < level else written

    def _name(self, name):
        if name in self.line.values:
            return self.number(self.line.values[name]) if self.numbers else self.symbol(name, "")
        if self.numbers:
            return self.placeholder(self.line.key(name))
        if name == "k":
            return self.symbol("k", "")
        if name == "G_previous":
            return self.symbol("G", "k−1")
        return self.symbol(name, "k−1" if self.line.key(name).endswith("_before") else "k")

    def _call(self, function, arguments):
        if function == "sqrt":
            return self.root(self.write(arguments[0]))
        if function == "square":
            return self.power(self._inside(arguments[0], 5), self.number(2))
        written = [self.write(argument) for argument in arguments]
        if function == "gradient_at" and self.numbers:
            return self.placeholder(self.line.name)
        if function in ("mu", "mu_product"):
            return self.momentum(function, self.write(arguments[0]))
        names = {"maximum": "max", "minimum": "min", "abs": "abs", "gradient_at": "∇J"}
        return self.function(names.get(function, function), written)


class _MathML(_Writer):
    def symbol(self, name, index):
        return self.line.rule.symbol(name).mathml(index)

    def placeholder(self, key):
        return f'<mn data-key="{key}"></mn>'

    def number(self, value):
        return _mathml_number(value)

    def sum(self, left, sign, right):
        return f"{left}<mo>{sign}</mo>{right}"

    def product(self, left, right, square):
        dot = "<mo>⊙</mo>" if square else "<mspace width='0.17em'/>"
        dot = "<mo>·</mo>" if self.numbers else dot
        return f"{left}{dot}{right}"

    def fraction(self, above, below):
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"

    def power(self, base, exponent):
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def root(self, inside):
        return f"<msqrt><mrow>{inside}</mrow></msqrt>"

    def minus(self, inside):
        return f"<mo>−</mo>{inside}"

    def parentheses(self, inside):
        bracket = '<mo stretchy="false" lspace="0" rspace="0">%s</mo>'
        return f"<mrow>{bracket % '('}{inside}{bracket % ')'}</mrow>"

    def function(self, name, arguments):
        return f"<mi>{name}</mi>{self.parentheses('<mo>,</mo>'.join(arguments))}"

    def momentum(self, function, k):
        one = f"<msub><mi>μ</mi><mrow>{k}</mrow></msub>"
        return one if function == "mu" else f"<msub><mo>Π</mo><mrow>{k}</mrow></msub><mi>μ</mi>"


class _LaTeX(_Writer):
    def symbol(self, name, index):
        return self.line.rule.symbol(name).latex(index)

    def number(self, value):
        return f"{value:g}"

    def sum(self, left, sign, right):
        return f"{left} {sign.replace('−', '-')} {right}"

    def product(self, left, right, square):
        return rf"{left} \odot {right}" if square else f"{left} {right}"

    def fraction(self, above, below):
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base, exponent):
        return f"{base}^{{{exponent}}}"

    def root(self, inside):
        return rf"\sqrt{{{inside}}}"

    def minus(self, inside):
        return f"-{inside}"

    def parentheses(self, inside):
        return f"({inside})"

    def function(self, name, arguments):
        written = {"∇J": r"\nabla J", "max": r"\max", "min": r"\min", "exp": r"\exp"}
        name = written.get(name, rf"\mathrm{{{name}}}")
        return f"{name}({', '.join(arguments)})"

    def momentum(self, function, k):
        return rf"\mu_{{{k}}}" if function == "mu" else rf"\prod_{{i \leq {k}}} \mu_{{i}}"


def _mathml_number(value):
    if isinstance(value, float) and value and (abs(value) < 1e-3 or abs(value) >= 1e6):
        exponent = math.floor(math.log10(abs(value)))
        mantissa = float(f"{value / 10**exponent:.6g}")
        power = f"<msup><mn>10</mn><mrow><mn>{exponent}</mn></mrow></msup>".replace("-", "−")
        return power if mantissa == 1 else f"<mn>{mantissa:g}</mn><mo>·</mo>{power}"
    return f"<mn>{value:g}</mn>"
