"""Slips in a function that is more than formulas: its source is changed at one place, and run.

For loops over layers and updates. What a changed line gives is compared with all answers.
"""

import ast
import builtins
import copy
from dataclasses import dataclass

import numpy as np

_REDUCTIONS = ("std", "var", "mean", "sum", "max", "min")
_WRAPPED = ("np.abs({})", "np.sqrt({})", "({}) ** 2", "1 - {}", "1 - ({}) ** 2", "({})[::-1]",
            "-({})", "1 / (1 + np.exp(-({})))", "np.maximum({}, 0)", "np.tanh({})", "({}).T",
            "({}).mean()", "({}).mean(axis=0)", "({}).mean(axis=1)",
            "({}).mean(axis=1, keepdims=True)", "({}) - np.mean({})", "2 * ({})", "0.5 * ({})",
            "np.clip({}, -1, 1)", "np.clip({}, -5, 5)", "({}) + 1", "({}) - 1", "np.round({}, 6)",
            "np.round({}, 4)", "np.round({}, 3)",
            "np.round({}, 2)", "np.zeros_like({})")  # fmt: skip
_ROUNDS = ("{}[:-1]", "{}[1:]", "{}[::-1]", "{}[:1]", "{}[-1:]", "np.swapaxes({}, 0, 1)",
           "[np.mean({}, axis=0)]", "[np.sum({}, axis=0)]", "np.cumsum({}, axis=0)",
           "np.cumsum(np.concatenate({}), axis=0).reshape(np.shape({}))")  # fmt: skip
_ROWS = ("np.cumsum({}, axis=0)", "np.cumsum({}, axis=0) / np.arange(1, len({}) + 1)[:, None]",
         "np.diff({}, axis=0)", "np.sort({}, axis=0)")  # fmt: skip
_PUT_IN = ("{} = {} / np.std({})", "{} = {} - np.mean({})", "{} = ({} - np.mean({})) / np.std({})",
           "{} = np.maximum({}, 0)", "{} = {} / np.max(np.abs({}))", "{} = 0.5 * {}",
           "{} = np.round({}, 3)", "{} = np.clip({}, -1, 1)", "{} = {} - np.mean({}, axis=0)",
           "{} = {} - np.mean({}, axis=1, keepdims=True)")  # fmt: skip
_DECAYS = ("{} = {} * 0.9", "{} = {} * 0.5", "{} = {} * 0.1", "{} = {} * 0.95", "{} = {} * 0.99",
           "{} = {} * 2")  # fmt: skip
_BY_COUNT = ("{} / k", "{} / np.sqrt(k)", "{} ** k", "{} * 0.9 ** k", "{} * 0.99 ** k")
_JOINED = ("{} / len(#)", "{} * len(#)", "{} / np.std(#)", "{} * np.std(#)", "{} / #.size")
_TERMS = ("{} + #", "{} - #", "{} * #")
_ALIKE = {
    "np.tanh": ("np.arctan", "np.sin", "np.sign", "np.exp", "np.arctanh", "np.abs"),
    "np.zeros_like": ("np.ones_like",),
    "np.zeros": ("np.ones",),
}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult)


@dataclass(frozen=True)
class Line:
    """A changed function.

    Attributes
    ----------
    source : str
    old, new : str
        The line that is changed, and what stands there instead; "" where it is left out or moved.
    """

    source: str
    old: str
    new: str


def changed_lines(solution, besides=""):
    """Yield each :class:`Line` that changes one thing in a function.

    Parameters
    ----------
    solution : str
    besides : str
        Another solution: lines that stand in it, too, stay as they are.
    """
    tree = ast.parse(solution)
    others = {_first_line(n) for n in ast.walk(ast.parse(besides)) if isinstance(n, ast.stmt)}
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):
        return  # changed, it might not end
    for statement in [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]:
        if not isinstance(statement, ast.FunctionDef) and _first_line(statement) not in others:
            yield from _changed_expressions(tree, statement)
    if not besides:
        yield from _alike_everywhere(tree)
        yield from _other_rounds(tree)
        yield from _put_in(tree)
        yield from _decaying(tree)
        yield from _starting_again(tree)
        yield from _functions_elsewhere(tree)
        yield from _moved_statements(tree)


def _alike_everywhere(tree):
    """Yield the function with one of NumPy's exchanged for another wherever it stands."""
    source = ast.unparse(tree)
    statements = [ast.unparse(node) for node in tree.body[0].body]
    for function, others in _ALIKE.items():
        old = next((line for line in statements if f"{function}(" in line), "").splitlines()
        for other in others if old else ():
            changed = source.replace(f"{function}(", f"{other}(")
            yield Line(changed, old[0], old[0].replace(f"{function}(", f"{other}("))


def _other_rounds(tree):
    """Yield the function with a loop that goes through something else, of the same length or less.

    What it goes through stays as it is: a list that grows meanwhile would never end.
    """
    for loop in [node for node in ast.walk(tree) if isinstance(node, ast.For)]:
        if isinstance(loop.iter, ast.Name):
            for other in _ROUNDS:
                changed = _with(tree, loop.iter, other.replace("{}", loop.iter.id))
                if changed is not None:
                    yield Line(changed[0], _first_line(loop), changed[1])


def _put_in(tree):
    """Yield the function with a line more, which changes an array before or after it is used."""
    for number, block in enumerate(_blocks(tree)):
        for index, statement in enumerate(block.body):
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                for text in _PUT_IN:
                    for place in range(index + 1, len(block.body) + 1):
                        line = text.replace("{}", name)
                        copied, blocks = _copied_blocks(tree)
                        blocks[number].body.insert(place, ast.parse(line).body[0])
                        yield Line(ast.unparse(copied), _first_line(statement), line)


def _decaying(tree):
    """Yield the function with a number that was given, such as eta, changed in each round."""
    for number in [number for number, block in enumerate(_blocks(tree)) if _is_loop(block)]:
        for name in sorted(_plain(tree)):
            for text in _DECAYS:
                line = text.replace("{}", name)
                for place in (0, len(_blocks(tree)[number].body)):
                    copied, blocks = _copied_blocks(tree)
                    blocks[number].body.insert(place, ast.parse(line).body[0])
                    yield Line(ast.unparse(copied), _first_line(blocks[number]), line)


def _starting_again(tree):
    """Yield the function with a loop in which what was given is taken anew in each round."""
    first = tree.body[0].body[0]
    given = {argument.arg for argument in tree.body[0].args.args} - _plain(tree)
    if not isinstance(first, ast.Assign) or ast.unparse(first.targets[0]) not in given:
        return
    name = ast.unparse(first.targets[0])
    for number in [number for number, block in enumerate(_blocks(tree)) if _is_loop(block)]:
        copied, blocks = _copied_blocks(tree)
        blocks[number].body.insert(0, ast.parse(f"{name} = _given").body[0])
        copied.body[0].body.insert(1, ast.parse(f"_given = {name}").body[0])
        yield Line(ast.unparse(copied), _first_line(first), _first_line(first))


def _functions_elsewhere(tree):
    """Yield the function with f(…) of one line left out, and put around it in a later line."""
    for number, block in enumerate(_blocks(tree)):
        for index, statement in enumerate(block.body[:-1]):
            call = statement.value if isinstance(statement, ast.Assign) else None
            if isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords:
                for place in range(index + 1, len(block.body)):
                    copied, blocks = _copied_blocks(tree)
                    here, there = blocks[number].body[index], blocks[number].body[place]
                    around = _Around(ast.unparse(here.targets[0]), here.value.func)
                    here.value = here.value.args[0]
                    around.visit(there)
                    yield Line(ast.unparse(copied), _first_line(statement), _first_line(there))


class _Around(ast.NodeTransformer):
    """Puts a function around a name wherever it is read."""

    def __init__(self, name, function):
        self._name, self._function = name, function

    def visit_Name(self, node):
        if node.id != self._name or isinstance(node.ctx, ast.Store):
            return node
        return ast.Call(self._function, [node], [])


def _is_loop(block):
    return isinstance(block, ast.For)


def _names(tree):
    return sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {"np"})


def _changed_expressions(tree, statement):
    """Yield the function with one expression of a statement changed."""
    old = _first_line(statement)
    names = [name for name in _names(tree) if name not in _grown(statement)]
    for node in _own_expressions(statement):
        for new in (*_instead(node, names, _plain(tree)), *_joined(statement, node, names)):
            changed = _with(tree, node, new)
            if changed is not None:
                source, place = changed
                yield Line(source, old, place)


def _own_expressions(statement):
    """Yield the expressions of a statement, but not those of the statements in it.

    What a loop goes through and what is appended to stay as they are: a list that grows while it is
    gone through would never end.
    """
    if isinstance(statement, ast.For):
        return
    kept = {id(call.func) for call in ast.walk(statement) if _is_method(call)}
    for part in _parts(statement):
        yield from _expressions(part, kept)


def _grown(statement):
    """Return the names of lists that a statement appends to: none may be put into itself."""
    calls = [node for node in ast.walk(statement) if _is_method(node)]
    return {ast.unparse(call.func.value) for call in calls}


def _is_method(node):
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return called and ast.unparse(node.func.value) != "np"


def _expressions(node, kept):
    if id(node) in kept:
        return
    if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
        yield node
    for part in ast.iter_child_nodes(node):
        yield from _expressions(part, kept)


def _plain(tree):
    """Return the parameters that have a default: numbers that are handed on as they are."""
    arguments = tree.body[0].args
    return {a.arg for a in arguments.args[len(arguments.args) - len(arguments.defaults) :]}


def _instead(node, names, plain):
    """Yield the sources that may stand in an expression's place."""
    text = ast.unparse(node)
    if text in plain and "k" in names:
        yield from (how.replace("{}", text) for how in _BY_COUNT)
    if isinstance(node, ast.Name):
        yield from (name for name in names if name != node.id)
        others = [name for name in names if name != node.id and name not in plain]
        yield from (f"{name}[0]" for name in others)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield from (str(value) for value in (0, 1, 2, node.value + 1, node.value - 1))
    if isinstance(node, ast.BinOp):
        yield from _other_operations(node)
    if isinstance(node, ast.Call):
        yield from _other_calls(node)
    if isinstance(node, ast.Subscript):
        yield ast.unparse(node.value)
    if isinstance(node, ast.List) and not node.elts:
        yield from (f"[{name}]" for name in names)
    if isinstance(node, (ast.Name, ast.BinOp, ast.Call)) and text not in plain:
        yield from (wrapped.replace("{}", text) for wrapped in _WRAPPED)
    if isinstance(node, (ast.Name, ast.Call)) and text not in plain:
        yield from (f"{text}{entries}" for entries in ("[-1]", "[0]", "[:, 0]", "[:, -1]"))


def _joined(statement, node, names):
    """Yield what is kept or returned divided by something, or what is computed plus a term."""
    if not isinstance(node, ast.Call):
        return
    text = ast.unparse(node)
    if isinstance(statement, ast.Return):
        yield from (rows.replace("{}", text) for rows in _ROWS)
    computed = any(isinstance(argument, ast.BinOp) for argument in node.args)
    kept = isinstance(statement, (ast.Return, ast.Expr))
    for joined in _JOINED if kept else _TERMS if computed else ():
        yield from (joined.replace("{}", text).replace("#", name) for name in names)


def _other_operations(node):
    left, right = ast.unparse(node.left), ast.unparse(node.right)
    yield from (left, right)
    for operator in _OPERATORS:
        for pair in ((node.left, node.right), (node.right, node.left)):
            yield ast.unparse(ast.BinOp(pair[0], operator(), pair[1]))
    yield f"({left}).T @ {right}"


def _other_calls(node):
    function = ast.unparse(node.func)
    arguments = [ast.unparse(argument) for argument in node.args]
    if len(arguments) == 1:
        yield arguments[0]
        yield from _function_of_a_part(function, node.args[0])
    yield from (f"{other}({', '.join(arguments)})" for other in _ALIKE.get(function, ()))
    for index in range(len(arguments)):
        yield f"{function}({', '.join(arguments[:index] + arguments[index + 1 :])})"
        others = arguments[:index] + arguments[index + 1 :]
        for place in range(len(arguments)):
            if place != index:  # one stands elsewhere
                moved = [*others[:place], arguments[index], *others[place:]]
                yield f"{function}({', '.join(moved)})"
            if place > index + 1:  # two stand in each other's place
                other = [*arguments]
                other[index], other[place] = other[place], other[index]
                yield f"{function}({', '.join(other)})"
    if function.removeprefix("np.") in _REDUCTIONS:
        for other in _REDUCTIONS:
            yield f"np.{other}({', '.join(arguments)})"
            for axis in (0, 1):
                inner = f"np.{other}({arguments[0]}, axis={axis})"
                yield inner
                yield f"np.mean({inner})"
        yield f"np.sqrt(np.mean({arguments[0]} ** 2))"
        yield f"np.std({arguments[0]}, ddof=1)"
        yield from (
            f"{function}({arguments[0]} - np.mean({arguments[0]}, axis={axis}, keepdims=True))"
            for axis in (0, 1)
        )
        yield f"np.ptp({arguments[0]})"
        yield f"np.median({arguments[0]})"
        yield from (f"{function}(np.abs({arguments[0]}))" for function in ("np.mean", "np.max"))
        yield f"np.mean(np.abs({arguments[0]} - np.mean({arguments[0]})))"
        yield f"np.linalg.norm({arguments[0]})"


def _function_of_a_part(function, inside):
    """Yield f(a) @ b and a @ f(b) for f(a @ b)."""
    if isinstance(inside, ast.BinOp):
        for left, right in (("{}({})", "{1}"), ("{1}", "{}({})")):
            pair = [
                ast.parse(how.format(function, ast.unparse(part)), mode="eval").body
                for how, part in ((left, inside.left), (right, inside.right))
            ]
            yield ast.unparse(ast.BinOp(pair[0], inside.op, pair[1]))


def _with(tree, node, text):
    """Return the source with an expression exchanged, and the line it stands in."""
    try:
        new = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    copied, statement = _exchanged(tree, node, new)
    return ast.unparse(copied), _first_line(statement)


def _exchanged(tree, node, new):
    """Return (the tree with a part exchanged, the innermost statement that it stands in).

    All else are the same objects; (None, None) where the part does not stand there.
    """
    if tree is node:
        return new, None
    for field, value in ast.iter_fields(tree):
        parts = value if isinstance(value, list) else [value]
        for index, part in enumerate(parts):
            if isinstance(part, ast.AST):
                changed, statement = _exchanged(part, node, new)
                if changed is not None:
                    copied = copy.copy(tree)
                    rest = [*parts[:index], changed, *parts[index + 1 :]]
                    setattr(copied, field, rest if isinstance(value, list) else changed)
                    own = isinstance(copied, ast.stmt) and statement is None
                    return copied, copied if own else statement
    return None, None


def _parts(statement):
    return [part for part in ast.iter_child_nodes(statement) if not isinstance(part, ast.stmt)]


def _first_line(statement):
    return ast.unparse(statement).splitlines()[0]


def _moved_statements(tree):
    """Yield the function with a statement left out, or in another place or loop."""
    blocks = _blocks(tree)
    for number, block in enumerate(blocks):
        for index, statement in enumerate(block.body):
            if isinstance(statement, ast.Return):
                continue
            old = _first_line(statement)
            yield from _copied_statements(tree, (number, index), old)
            if len(block.body) > 1:
                yield Line(_without(tree, number, index), old, "")
            for target, other in enumerate(blocks):
                for place in range(len(other.body) + 1):
                    moved = _moved(tree, (number, index), (target, place))
                    if moved is not None:
                        yield Line(moved, old, "")


def _copied_statements(tree, source, old):
    """Yield the function with an assignment that stands in another block once more."""
    for target in range(len(_blocks(tree))):
        copied, blocks = _copied_blocks(tree)
        statement = blocks[source[0]].body[source[1]]
        if target == source[0] or not isinstance(statement, ast.Assign):
            continue
        for place in range(len(blocks[target].body) + 1):
            copied, blocks = _copied_blocks(tree)
            blocks[target].body.insert(place, blocks[source[0]].body[source[1]])
            yield Line(ast.unparse(copied), old, old)


def _blocks(tree):
    [definition] = tree.body
    return [n for n in ast.walk(definition) if isinstance(getattr(n, "body", None), list)]


def _copied_blocks(tree):
    copied = copy.deepcopy(tree)
    return copied, _blocks(copied)


def _without(tree, number, index):
    copied, blocks = _copied_blocks(tree)
    del blocks[number].body[index]
    return ast.unparse(copied)


def _moved(tree, source, target):
    copied, blocks = _copied_blocks(tree)
    statement = blocks[source[0]].body[source[1]]
    if source == target or any(n is blocks[target[0]] for n in ast.walk(statement)):
        return None
    blocks[target[0]].body.insert(target[1], statement)
    old = [i for i, s in enumerate(blocks[source[0]].body) if s is statement]
    own = [i for i in old if source[0] != target[0] or i != target[1]]
    del blocks[source[0]].body[own[0]]
    return ast.unparse(copied) if all(block.body for block in blocks) else None


def function_of(line, name, others):
    """Return the changed function; None where it is no Python."""
    made = dict(others) | {"np": np, "__builtins__": builtins}
    try:
        exec(compile(line.source, "<changed>", "exec"), made)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return made.get(name)
