"""One expression for each quantity that a model solution returns, its helpers put in.

A quantity that was returned before stands in a later one by its own name, so that each can be
judged from the student's own earlier ones.
"""

import ast
from dataclasses import dataclass
from functools import lru_cache

from mlpteach.exercise.readback.expression import REDUCTIONS, Node, replaced

_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_FUNCTIONS = ("sqrt", "abs", "exp", "log", "tanh", "maximum", "minimum")


class NoFormula(Exception):
    """A solution is more than lines of formulas: it has a loop, or draws."""


@dataclass(frozen=True)
class Formulas:
    """What a function returns, as expressions.

    Attributes
    ----------
    alone : dict of str to Node
        Each returned quantity, of the arguments alone; in the order of the formula's lines.
    stepwise : dict of str to Node
        The same of the arguments and the quantities before it, these by :func:`own`.
    hidden : dict of str to Node
        Lines between, by name, of the arguments and the returned quantities.
    before : dict of str to Node
        The same of the arguments alone: what a line that comes earlier may hold by mistake.
    """

    alone: dict
    stepwise: dict
    hidden: dict
    before: dict


def own(quantity):
    """Return the name under which a quantity's returned value stands in later ones."""
    return f"{quantity}'"


def formulas_of(sheet, function, solution=None, mistakes=(), made=None):
    """Return the :class:`Formulas` of a function of a sheet.

    Parameters
    ----------
    sheet : Sheet
    function : str
    solution : str, optional
        Another way to write it than the model's.
    mistakes : tuple of Mistake
        Known ones that are made in it or in what it calls.
    made : dict, optional
        The parts that were read before: equal ones become one object.

    Raises
    ------
    NoFormula
    """
    task = sheet.tasks[function]
    if task.random or task.path:
        raise NoFormula(function)
    reader = _Reader(sheet, mistakes, made)
    arguments = {name: reader.leaf(name) for name in task.parameters}
    values, hidden = reader.body(solution or reader.source(function), arguments)
    hidden = reader.called | hidden
    found = dict(zip(task.returns, values, strict=True))
    alone = {quantity: found[quantity] for quantity in task.order}
    stepwise, known = _stepwise(alone, arguments, reader)
    returned = list(alone.values())
    between = {
        text: node
        for text, node in hidden.items()
        if text not in alone and not any(node is value for value in returned)
    }
    lines = {text: replaced(node, known) for text, node in between.items()}
    return Formulas(alone, stepwise, _without_names(lines), _without_names(between))


def _without_names(lines):
    """Leave out the lines that are a quantity, and those that have a shorter name as well."""
    shortest = {}
    for text, node in lines.items():
        if node.op != "name" and len(text) < len(shortest.get(node, f"{text} ")):
            shortest[node] = text
    return {text: node for node, text in shortest.items()}


def _stepwise(alone, arguments, reader):
    """Put the quantities that come first into the later ones; return also what was put in."""
    known, stepwise = {}, {}
    for quantity, node in alone.items():
        stepwise[quantity] = replaced(node, known)
        if node.op != "name":
            known[node] = reader.leaf(own(quantity))
        # The step of W = W - step shows in what W has become.
        if node.op == "-" and node.parts[0] is arguments.get(quantity):
            step = node.parts[1]
            if step.op != "name" and step not in known:
                known[step] = reader.node("-", (arguments[quantity], reader.leaf(own(quantity))))
    return stepwise, known


class _Reader:
    """Reads solutions; equal parts become one object."""

    def __init__(self, sheet, mistakes=(), made=None):
        self._sheet, self._mistakes, self.called = sheet, mistakes, {}
        self._made = {} if made is None else made

    def source(self, function):
        """Return a solution's source with the mistakes made in it."""
        source = self._sheet.source(function, self._mistakes)
        if source is None:
            raise NoFormula(function)
        return source

    def node(self, op, parts=(), value=None):
        key = (op, tuple(map(id, parts)), value)
        if key not in self._made:
            self._made[key] = Node(op, tuple(parts), value)
        return self._made[key]

    def leaf(self, text):
        return self.node("name", (), text)

    def body(self, solution, names):
        """Return what a function returns of these arguments, and its lines by name."""
        [definition] = _parsed(solution).body
        names, hidden = self._defaults(definition, names), {}
        for statement in definition.body:
            if isinstance(statement, ast.Return):
                value = statement.value
                parts = value.elts if isinstance(value, ast.Tuple) else [value]
                return [self.read(part, names) for part in parts], hidden
            if not (isinstance(statement, ast.Assign) and _is_name(statement.targets)):
                raise NoFormula(solution)
            [target] = statement.targets
            names[target.id] = hidden[target.id] = self.read(statement.value, names)
        raise NoFormula(solution)

    def _defaults(self, definition, names):
        parameters = definition.args.args
        defaults = definition.args.defaults
        told = {
            parameter.arg: self.read(default, {})
            for parameter, default in zip(
                parameters[len(parameters) - len(defaults) :], defaults, strict=True
            )
        }
        return told | names

    def read(self, tree, names):
        if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
            return self._binary(_OPERATORS[type(tree.op)], tree, names)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            return self.node("neg", (self.read(tree.operand, names),))
        if isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float)):
            return self.node("number", (), tree.value)
        if isinstance(tree, ast.Name) and tree.id in names:
            return names[tree.id]
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and type(tree.ops[0]) in _OPERATORS:
            parts = (self.read(tree.left, names), self.read(tree.comparators[0], names))
            return self.node(_OPERATORS[type(tree.ops[0])], parts)
        if isinstance(tree, ast.Call):
            return self._call(tree, names)
        raise NoFormula(ast.dump(tree))

    def _binary(self, op, tree, names):
        left, right = self.read(tree.left, names), self.read(tree.right, names)
        if op == "*":  # x * x and y * x * x hold a square
            if left is right:
                return self.node("square", (left,))
            if left.op == "*" and left.parts[1] is right:
                return self.node("*", (left.parts[0], self.node("square", (right,))))
        return self.node(op, (left, right))

    def _call(self, tree, names):
        called = tree.func
        if isinstance(called, ast.Name) and called.id in self._sheet.tasks:
            return self._helper(called.id, tree, names)
        if not isinstance(called, ast.Attribute):
            raise NoFormula(ast.dump(tree))
        of_numpy = isinstance(called.value, ast.Name) and called.value.id == "np"
        given = tree.args if of_numpy else [called.value, *tree.args]
        parts = tuple(self.read(part, names) for part in given)
        if called.attr in REDUCTIONS and len(parts) == 1:
            return self.node(called.attr, parts, _axis(tree))
        if called.attr in _FUNCTIONS and not tree.keywords:
            return self.node(called.attr, parts)
        raise NoFormula(ast.dump(tree))

    def _helper(self, function, tree, names):
        task = self._sheet.tasks[function]
        pairs = zip(task.parameters, tree.args, strict=False)
        given = {name: self.read(part, names) for name, part in pairs}
        given |= {keyword.arg: self.read(keyword.value, names) for keyword in tree.keywords}
        [value], _ = self.body(self.source(function), given)
        if value.op != "name":
            self.called[_unparsed(tree)] = value
        return value


# Of a function with each known mistake, nearly all is the same.
_parsed, _unparsed = lru_cache(maxsize=256)(ast.parse), lru_cache(maxsize=256)(ast.unparse)


def _is_name(targets):
    return len(targets) == 1 and isinstance(targets[0], ast.Name)


def _axis(tree):
    found = {keyword.arg: ast.literal_eval(keyword.value) for keyword in tree.keywords}
    if not found:
        return None
    return found.get("axis"), found.get("keepdims", False)


def read_expression(sheet, tree, names):
    """Return an expression of a solution, in which `names` stand for what they are given as.

    Raises
    ------
    NoFormula
    """
    return _Reader(sheet).read(tree, names)
