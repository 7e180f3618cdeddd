"""Walks an expression of a rule's code to write it as mathematics: what binds how, what is put in.

How it looks is said twice, in ``mathml.py`` and ``latex.py``. What has no way to be written stands
in the formula as code.
"""

import ast
import copy

from mlpteach.study.rule_code import key

_PRECEDENCE = {
    ast.Or: -2, ast.BitOr: -2, ast.And: -1, ast.BitAnd: -1, ast.Not: 0, ast.Invert: 0,
    ast.Add: 2, ast.Sub: 2, ast.MatMult: 3, ast.Mult: 4, ast.USub: 4, ast.Pow: 5,
}  # fmt: skip
_COMPARISON, _TIGHT = 1, 9
_SIGNS = {
    ast.Lt: "<", ast.Gt: ">", ast.LtE: "≤", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠",
}  # fmt: skip
_OPERATORS = {
    "add": ast.Add(), "subtract": ast.Sub(), "multiply": ast.Mult(), "divide": ast.Div(),
    "power": ast.Pow(), "dot": ast.MatMult(), "matmul": ast.MatMult(), "inner": ast.MatMult(),
    "logical_and": ast.BitAnd(), "logical_or": ast.BitOr(),
}  # fmt: skip
_SIGNED = {"negative": ast.USub(), "logical_not": ast.Invert()}
_AND_OR = {ast.And: "and", ast.BitAnd: "and", ast.Or: "or", ast.BitOr: "or"}
_CONSTANTS = {"pi": "π", "e": "e", "inf": "∞"}
# Element by element: name in NumPy -> name on paper.
_FUNCTIONS = {
    "maximum": "max", "minimum": "min", "max": "max", "min": "min", "sign": "sgn", "log": "ln",
    "log2": "log2", "log10": "log10", "log1p": "log1p", "expm1": "expm1", "sin": "sin",
    "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "arctan": "arctan",
}  # fmt: skip
# Of a whole array.
_REDUCTIONS = {"sum": "∑", "mean": "mean", "max": "max", "min": "min", "std": "std", "var": "var"}
# Characters of code in a formula; longer code is an ellipsis.
_LONGEST_CODE = 60
_MODULES = ("np", "numpy", "math", "np.linalg", "numpy.linalg")


class Writer:
    """Walk an expression; subclasses say how each kind of node is written.

    Parameters
    ----------
    name : str
        The quantity that the expression computes.
    rule : Rule
        Knows the hyper-parameters' values, and how everything is written.
    numbers : bool
        Whether numbers are put in for the letters.
    """

    def __init__(self, name, rule, numbers=False):
        self.quantity, self.rule, self.numbers = name, rule, numbers
        self.whole = None

    def line(self, expression):
        """Return the expression, as ``study/rule_code.py`` reads it, written as mathematics."""
        self.whole = _Operators().visit(copy.deepcopy(expression))
        return self.write(self.whole)

    def write(self, node):
        write = getattr(self, f"_{type(node).__name__.lower()}", None)
        written = write(node) if write else None
        return self.code(short(ast.unparse(node))) if written is None else written

    def symbolic(self, node):
        """Write without numbers what is about whole arrays: one weight's number says nothing."""
        return type(self)(self.quantity, self.rule).write(node)

    def _constant(self, node):
        return self.number(node.value) if type(node.value) in (int, float) else None

    def _name(self, node):
        if node.id in self.rule.values and key(node) == "":
            return self._hyper(node.id)
        if self.numbers and key(node):
            return self.placeholder(key(node))
        if node.id == "G_previous":
            return self.symbol("G", "k−1")
        if not key(node) or node.id == "k":
            return self.symbol(node.id, "")
        return self.symbol(node.id, "k−1" if key(node).endswith("_before") else "k")

    def _hyper(self, name):
        if not self.numbers:
            return self.symbol(name, "")
        value = self.rule.values[name]
        return self.parentheses(self.number(value)) if value < 0 else self.number(value)

    def _attribute(self, node):
        if ast.unparse(node.value) in _MODULES and node.attr in _CONSTANTS:
            return self.letter(_CONSTANTS[node.attr])
        if node.attr != "T":
            return None
        return self.power(self.symbolic_inside(node.value, 6), self.letter("T"))

    def _unaryop(self, node):
        if isinstance(node.op, ast.USub):
            return self.minus(self._inside(node.operand, 3))
        if isinstance(node.op, ast.UAdd):
            return self.write(node.operand)
        return self.words("not", self._inside(node.operand, _COMPARISON))

    def _binop(self, node):
        left, right, op = node.left, node.right, type(node.op)
        if op is ast.Div:
            return self.fraction(self.write(left), self.write(right))
        if op is ast.Pow:
            return self.power(self._inside(left, 6), self.write(right))
        if op in _AND_OR:
            return self._joined(op, [left, right])
        if op is ast.MatMult:
            left, right = (self.symbolic_inside(side, 3) for side in (left, right))
            return self.infix(left, "·", right)
        if op not in _PRECEDENCE:
            return None
        level = _PRECEDENCE[op]
        first, second = self._inside(left, level), self._second(right, level + (op is ast.Sub))
        if op is ast.Mult:
            return self.product(first, second, _is_square(node))
        return self.infix(first, "+" if op is ast.Add else "−", second)

    def _second(self, node, level):
        """Write what stands behind a sign: no second sign may follow it at once."""
        return self._inside(node, _TIGHT if isinstance(node, ast.UnaryOp) else level)

    def _boolop(self, node):
        return self._joined(type(node.op), node.values)

    def _joined(self, op, nodes):
        parts = [self._inside(node, _PRECEDENCE[op] + 1) for node in nodes]
        return self.words(_AND_OR[op]).join(parts)

    def _compare(self, node):
        written = self._inside(node.left, _COMPARISON + 1)
        for op, right in zip(node.ops, node.comparators, strict=True):
            if type(op) not in _SIGNS:
                return None
            written = self.infix(written, _SIGNS[type(op)], self._inside(right, _COMPARISON + 1))
        return written

    def _ifexp(self, node):
        rows = []
        while isinstance(node, ast.IfExp):
            rows.append((self._inside(node.body, _COMPARISON), self.write(node.test)))
            node = node.orelse
        return self.cases(rows, self.write(node))

    def _call(self, node):
        function, arguments = _called(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            return None
        if function in self.rule.letters or function == "gradient_at":
            return self._own(node, function, arguments)
        count = len(arguments)
        if count == 1 and function in _ONE:
            return _ONE[function](self, arguments[0])
        if count == 1 and function in _REDUCTIONS:
            return self.function(_REDUCTIONS[function], [self.symbolic(arguments[0])])
        if function not in _FUNCTIONS:
            return None
        return self.function(_FUNCTIONS[function], [self.write(argument) for argument in arguments])

    def _own(self, node, function, arguments):
        """Write a function that the rule has a letter for: what is about k is its index.

        It is about whole arrays, so its number is known only where it is all of the line.
        """
        if self.numbers and node is self.whole:
            return self.placeholder(self.quantity)
        arrays = [argument for argument in arguments if _names(argument) - {"k"}]
        about_k = [argument for argument in arguments if _names(argument) == {"k"}]
        index = ",".join(ast.unparse(argument).replace(" ", "") for argument in about_k)
        written = self.letter("∇J") if function == "gradient_at" else self.symbol(function, index)
        inside = self.comma().join(map(self.symbolic, arrays))
        return written + self.parentheses(inside) if arrays else written

    def _inside(self, node, level):
        """Write a part of a larger expression, in parentheses where it binds less."""
        written = self.write(node)
        return self.parentheses(written) if _binds(node) < level else written

    def symbolic_inside(self, node, level):
        written = self.symbolic(node)
        return self.parentheses(written) if _binds(node) < level else written


# Functions of one argument that are no name with parentheses.
_ONE = {
    "sqrt": lambda self, node: self.root(self.write(node)),
    "square": lambda self, node: self.power(self._inside(node, 6), self.number(2)),
    "exp": lambda self, node: self.power(self.letter("e"), self.write(node)),
    "abs": lambda self, node: self.bars("|", self.write(node)),
    "absolute": lambda self, node: self.bars("|", self.write(node)),
    "fabs": lambda self, node: self.bars("|", self.write(node)),
    "norm": lambda self, node: self.bars("‖", self.symbolic(node)),
}


class _Operators(ast.NodeTransformer):
    """Replace calls that are an operator's: np.power(G, 2) by G ** 2, np.where by if and else."""

    def visit_Call(self, node):
        self.generic_visit(node)
        function, arguments = _called(node)
        if node.keywords:
            return node
        if function in _OPERATORS and len(arguments) == 2:
            return ast.BinOp(arguments[0], _OPERATORS[function], arguments[1])
        if function in _SIGNED and len(arguments) == 1:
            return ast.UnaryOp(_SIGNED[function], arguments[0])
        if function == "where" and len(arguments) == 3:
            return ast.IfExp(*arguments)
        if function == "clip" and len(arguments) == 3:
            return _call("minimum", _call("maximum", *arguments[:2]), arguments[2])
        return node


def _call(function, *arguments):
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])


def _called(call):
    """Return the function's name and arguments; ``G.sum()`` counts as ``np.sum(G)``."""
    if isinstance(call.func, ast.Name):
        return call.func.id, call.args
    if not isinstance(call.func, ast.Attribute):
        return "", call.args
    if ast.unparse(call.func.value) in _MODULES:
        return call.func.attr, call.args
    return call.func.attr, [call.func.value, *call.args]


def _names(node):
    """Return the names in `node` that are no hyper-parameters or functions."""
    parts = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {part.id for part in parts if key(part) != ""}


def _binds(node):
    """How tightly an expression holds together; a fraction, a root and a call do by themselves."""
    if isinstance(node, ast.Compare):
        return _COMPARISON
    if isinstance(node, ast.IfExp):
        return min(_PRECEDENCE.values())
    return _PRECEDENCE.get(type(getattr(node, "op", None)), _TIGHT)


def short(code: str) -> str:
    """Return code that is short enough to stand in a formula, or an ellipsis."""
    return code if len(code) <= _LONGEST_CODE else "…"


def _is_square(product):
    """Whether a product ends in the same array twice, which the slides write with ⊙."""
    last = product.left.right if isinstance(product.left, ast.BinOp) else product.left
    return isinstance(last, ast.Name) and ast.unparse(last) == ast.unparse(product.right)
