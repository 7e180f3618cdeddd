"""Reads a rule's function: which quantity each of its lines computes, and from what.

A variable that the rule does not return is put into the lines that use it, so that every line says
how its quantity comes from recorded ones. What is no assignment of one expression (a loop, a call
that returns several arrays) costs the line of that quantity alone.
"""

import ast
import copy
import inspect
import textwrap
from typing import NamedTuple

from mlpteach.rules import Rule

_CASTS = ("float", "float64", "asarray", "array")
_SAME_UPDATE = ("k", "G", "J", "W", "factor")


class Definition(NamedTuple):
    """How one quantity is computed.

    Attributes
    ----------
    name : str
    expression : ast.expr or None
        What computes it; :func:`key` tells for every ``ast.Name`` in it which number it is. None
        where no single expression does.
    code : str
        The statement where `expression` is None, "" where it has more than one line.
    """

    name: str
    expression: ast.expr | None
    code: str = ""


def key(node: ast.AST) -> str | None:
    """Return where the number behind an ``ast.Name`` comes from.

    The name itself for what this update has or has computed, ``name + "_before"`` for what the last
    update left; "" for what is never recorded (hyper-parameters, functions), None for a variable
    that something else than one expression has changed.
    """
    return getattr(node, "key", "")


def definitions(rule: Rule) -> list[Definition]:
    """Return the :class:`Definition` of each quantity in the order of the code.

    An empty list where the source can't be read, returns in more than one place, or returns
    something else than named quantities with ``rho`` among them.
    """
    statements = _statements(rule)
    if not statements or not isinstance(statements[-1], ast.Return) or _returns(statements) > 1:
        return []
    *body, last = statements
    returned = _returned(last.value, body)
    if "rho" not in returned:
        return []
    return _Reader(rule, body, returned).read()


def _statements(rule):
    """Return the function's statements, those of a switch that is off left out."""
    function = inspect.unwrap(rule.function)
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return []
    if not isinstance(definition, ast.FunctionDef):
        return []
    return _Switches(rule.values).visit(definition).body


def _returns(statements):
    """Count the statements that return, those of functions inside the function left out."""
    own = [s for s in statements if not isinstance(s, ast.FunctionDef)]
    return sum(isinstance(node, ast.Return) for s in own for node in ast.walk(s))


def _returned(value, body):
    """Return name -> expression of Quantities(...), dict(...) or {...}; {} of anything else."""
    if isinstance(value, ast.Name):
        assigned = [s.value for s in body if isinstance(s, ast.Assign) and _target(s) == value.id]
        return _returned(assigned[-1], []) if assigned else {}
    if isinstance(value, ast.Dict):
        names = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
        pairs = dict(zip(names, value.values, strict=True))
    elif isinstance(value, ast.Call) and not value.args and _is_a_dict(value.func):
        pairs = {keyword.arg: keyword.value for keyword in value.keywords}
    else:
        return {}
    if not all(isinstance(name, str) for name in pairs):
        return {}
    return {name: value.args[0] if _is_cast(value) else value for name, value in pairs.items()}


def _is_a_dict(function):
    return ast.unparse(function).rpartition(".")[2] in ("Quantities", "dict")


def _target(assignment):
    """Return the one variable that is assigned, "" for anything else."""
    target = assignment.targets[0] if len(assignment.targets) == 1 else None
    return target.id if isinstance(target, ast.Name) else ""


class _Switches(ast.NodeTransformer):
    """Resolve ``a if switch else b`` and ``if switch:`` by the value of the switch."""

    def __init__(self, values):
        self.values = {name: on for name, on in values.items() if isinstance(on, bool)}

    def visit_IfExp(self, node):
        self.generic_visit(node)
        chosen = self._branch(node)
        return node if chosen is None else chosen

    def visit_If(self, node):
        self.generic_visit(node)
        chosen = self._branch(node)
        return node if chosen is None else chosen

    def _branch(self, node):
        test, on = node.test, True
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, on = test.operand, not on
        if not isinstance(test, ast.Name) or test.id not in self.values:
            return None
        return node.body if self.values[test.id] == on else node.orelse


class _Reader:
    """Goes through the statements and keeps what each variable stands for."""

    def __init__(self, rule, body, returned):
        self.rule, self.returned = rule, returned
        # A variable that is returned under another name is that quantity.
        self.quantities = {}
        for name, value in returned.items():
            if isinstance(value, ast.Name) and name not in self.quantities.values():
                self.quantities.setdefault(value.id, name)
        views = _views(body)
        self.steps = [step for statement in body for step in _assignments(statement, views)]
        self.last = {variable: i for i, (variable, _, _) in enumerate(self.steps)}
        self.known, self.found = {}, []

    def read(self):
        for i, (variable, expression, code) in enumerate(self.steps):
            expression = expression and _Put(self).visit(copy.deepcopy(expression))
            if variable in self.quantities and self.last[variable] == i:
                self._define(self.quantities[variable], expression, code)
                self.known[variable] = _name(self.quantities[variable], self.quantities[variable])
            else:
                self.known[variable] = expression or _name(variable, None)
        # What is computed as it is returned is computed from variables, not from its neighbours.
        defined = {definition.name for definition in self.found}
        for name, value in self.returned.items():
            if name not in defined:
                self._define(name, _Put(self).visit(copy.deepcopy(value)), "")
        order = list(self.returned)
        return sorted(self.found, key=lambda definition: order.index(definition.name))

    def _define(self, name, expression, code):
        if isinstance(expression, ast.Name) and key(expression) is None:
            expression = None  # handed on from what is no expression
        self.found.append(Definition(name, expression, code))

    def leaf(self, name):
        """Return what a variable stands for where it is read."""
        if name in self.known:
            return copy.deepcopy(self.known[name])
        if name in self.rule.states and not name.endswith("_previous"):
            return _name(name, f"{name}_before")
        return _name(name, name if name in (*_SAME_UPDATE, *self.rule.states) else "")


class _Put(ast.NodeTransformer):
    """Put what each variable stands for into an expression."""

    def __init__(self, reader):
        self.reader = reader

    def visit_Name(self, node):
        return self.reader.leaf(node.id)

    def visit_Call(self, node):
        if _is_cast(node):
            return self.visit(node.args[0])
        node.args = [self.visit(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        return node


def _is_cast(call):
    """Whether an expression is a call that hands on its argument, such as float(x)."""
    if not isinstance(call, ast.Call):
        return False
    function = ast.unparse(call.func).rpartition(".")[2]
    return function in _CASTS and len(call.args) == 1 and not call.keywords


def _name(name, key):
    node = ast.Name(name, ast.Load())
    node.key = key
    return node


def _assignments(statement, views):
    """Return (variable, expression or None, code) of what a statement assigns or changes."""
    if isinstance(statement, ast.FunctionDef):
        return []
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
        if all(isinstance(target, ast.Name) for target in targets):
            return [(target.id, value, "") for target in targets]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [(statement.target.id, statement.value, "")] if statement.value else []
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        before = ast.Name(statement.target.id, ast.Load())
        # In place: the vector of a view changes with it.
        changed = [(vector, None, "") for vector in views.get(before.id, ())]
        return [*changed, (before.id, ast.BinOp(before, statement.op, statement.value), "")]
    code = ast.unparse(statement)
    return [(name, None, "" if "\n" in code else code) for name in _changed(statement, views)]


def _changed(statement, views):
    """Return the variables that a statement assigns anywhere in it, or may write into.

    What is written into a view, as of ``layout.matrices(rho)``, is written into its vector.
    """
    changed = _written(statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.AugAssign) or _is_written_into(node):
            target = node.target if isinstance(node, ast.AugAssign) else node.value
            changed.update(dict.fromkeys(v for name in _names(target) for v in views.get(name, ())))
    return list(changed)


def _is_written_into(node):
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)


def _written(statement):
    changed = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            # A call for its own sake, such as np.add(M, G, out=M).
            if ast.unparse(node.value.func) != "print":
                changed.update(dict.fromkeys(_names(node.value)))
        elif _is_written_into(node):
            changed.update(dict.fromkeys(_names(node.value)))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            changed[node.id] = None
    return changed


def _views(body):
    """Return variable -> the vectors that it may be a view of, by ``layout.matrices``."""
    views = {}
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.For):
            pairs = _paired(node.target, node.iter)
        elif isinstance(node, ast.Assign):
            stored = [target for target in node.targets if not isinstance(target, ast.Subscript)]
            pairs = [(target, node.value) for target in stored]
        else:
            continue
        for target, value in pairs:
            vectors = _vectors(value, views)
            views.update({name: vectors for name in _names(target) if vectors})
    return views


def _paired(target, iterated):
    """Return (target, what it runs through) of a loop, apart for those of a zip."""
    is_zip = isinstance(iterated, ast.Call) and ast.unparse(iterated.func) == "zip"
    if is_zip and isinstance(target, ast.Tuple) and len(target.elts) == len(iterated.args):
        return list(zip(target.elts, iterated.args, strict=True))
    return [(target, iterated)]


def _vectors(value, views):
    """Return the vectors that what an expression hands on may be views of; none of new arrays."""
    if isinstance(value, ast.Name):
        return views.get(value.id, [])
    if isinstance(value, ast.Subscript):
        return _vectors(value.value, views)
    if not isinstance(value, ast.Call):
        return []
    if ast.unparse(value.func).endswith(".matrices"):
        return [name for argument in value.args for name in _names(argument)]
    # list(views), enumerate(views), …
    return [vector for argument in value.args for vector in _vectors(argument, views)]


def _names(node):
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
