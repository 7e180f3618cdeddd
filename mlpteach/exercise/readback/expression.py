"""An expression as a tree: built once, evaluated with a memo, written as a line of Python.

Equal parts of a formula are one object: of a changed formula only what its change reaches is
evaluated anew.
"""

import operator

import numpy as np


class Node:
    """One operation of an expression, or a name or number.

    Attributes
    ----------
    op : str
        A key of OPERATIONS, "name" or "number".
    parts : tuple of Node
    value : object
        The name, the number, or what an operation takes besides its parts, such as its axis.
    """

    __slots__ = ("op", "parts", "value")

    def __init__(self, op, parts=(), value=None):
        self.op, self.parts, self.value = op, parts, value


def name(text):
    """Return the leaf that stands for an argument."""
    return Node("name", (), text)


def number(value):
    """Return the leaf that stands for a number."""
    return Node("number", (), value)


def walk(node):
    """Yield a node and all that stands in it, each as often as it stands there."""
    yield node
    for part in node.parts:
        yield from walk(part)


def names_in(node):
    """Return the names that stand in an expression."""
    return {leaf.value for leaf in walk(node) if leaf.op == "name"}


def replaced(node, changes):
    """Return an expression with parts exchanged, all others the same objects.

    Parameters
    ----------
    node : Node
    changes : dict of Node to Node
        Told apart as objects, not by what they say.
    """
    if node in changes:
        return changes[node]
    parts = tuple(replaced(part, changes) for part in node.parts)
    if all(new is old for new, old in zip(parts, node.parts, strict=True)):
        return node
    return Node(node.op, parts, node.value)


def at_place(node, place, new):
    """Return an expression with the part at one place exchanged.

    Parameters
    ----------
    node : Node
    place : tuple of int
        Which part, of that which part, and so on.
    new : Node
    """
    if not place:
        return new
    index, *rest = place
    part = at_place(node.parts[index], rest, new)
    return Node(node.op, (*node.parts[:index], part, *node.parts[index + 1 :]), node.value)


def places(node, place=()):
    """Yield (place, part) of an expression and all that stands in it."""
    yield place, node
    for index, part in enumerate(node.parts):
        yield from places(part, (*place, index))


# Values


def _reduce(function):
    def reduced(array, how):
        axis, kept = how or (None, False)
        return function(array, axis=axis, keepdims=kept)

    return reduced


def _clip_norm(array, limit):
    return array * min(1.0, limit / np.linalg.norm(array))


def _transposed_product(first, second, _):
    return first @ np.transpose(second)


def _of_one(function):
    return lambda x, _: function(x)


def _of_two(function):
    return lambda x, y, _: function(x, y)


# As they are written behind an array; "flat" counts all entries one after the other.
ENTRIES = {
    "[:-1]": np.s_[:-1],
    "[1:]": np.s_[1:],
    "[:, :-1]": np.s_[:, :-1],
    "[:, 1:]": np.s_[:, 1:],
    "[::-1]": np.s_[::-1],
    "[:, ::-1]": np.s_[:, ::-1],
    "[0]": np.s_[0],
    "[-1]": np.s_[-1],
    "[:, 0]": np.s_[:, 0],
    "[:, -1]": np.s_[:, -1],
    "[[0]]": np.s_[[0]],
    "[[-1]]": np.s_[[-1]],
    "[:, [0]]": np.s_[:, [0]],
    "[:, [-1]]": np.s_[:, [-1]],
    ".flat[:-1]": np.s_[:-1],
    ".flat[1:]": np.s_[1:],
}


def _entries(array, which):
    array = np.ravel(array) if "flat" in which else array
    return array[_chosen(array, which)]


def _chosen(array, which):
    """Return the index of some entries; of as many as a loop over the other axis reaches."""
    if which == "[:, :len]":
        return np.s_[:, : len(array)]
    if which == "[:width]":
        return np.s_[: array.shape[1]]
    return np.diag_indices(min(array.shape), array.ndim) if "diagonal" in which else ENTRIES[which]


def _only(array, rest, which):
    """Return an array in which some entries are computed and the others are left as they were."""
    found = np.array(np.broadcast_to(rest, np.shape(array)), dtype=float)
    into, out_of = (a.reshape(-1) if "flat" in which else a for a in (found, np.asarray(array)))
    chosen = _chosen(into, which)
    into[chosen] = out_of[chosen]
    return found


def _softmax(array):
    powers = np.exp(array - np.max(array, axis=0))
    return powers / np.sum(powers, axis=0)


def _largest(array):
    """Return 1 for the first of the largest entries of each column, else 0."""
    array = np.asarray(array, dtype=float)
    found = np.zeros(array.shape)
    found[np.argmax(array, axis=0), np.arange(array.shape[1])] = 1.0
    return found


_BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "//": operator.floordiv,
    "%": operator.mod,
    "@": operator.matmul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "&": operator.and_,
    "|": operator.or_,
    "maximum": np.maximum,
    "minimum": np.minimum,
}
_UNARY = {
    "neg": operator.neg,
    "square": lambda x: x * x,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "exp": np.exp,
    "exp2": np.exp2,
    "exp10": lambda x: 10.0**x,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "sign": np.sign,
    "floor": np.floor,
    "trunc": np.trunc,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": _softmax,
    "nan_to_num": np.nan_to_num,
    "T": np.transpose,
    "size": np.size,
    "norm": np.linalg.norm,
    "largest": _largest,
}
_REDUCTIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "std": np.std,
    "var": np.var,
}
OPERATIONS = (
    {op: _of_one(function) for op, function in _UNARY.items()}
    | {op: _of_two(function) for op, function in _BINARY.items()}
    | {op: _reduce(function) for op, function in _REDUCTIONS.items()}
    | {
        "shape": lambda array, axis: np.shape(array)[axis],
        "entries": _entries,
        "only": _only,
        "clip": lambda array, limits: np.clip(array, *limits),
        "clip_norm": _clip_norm,
        "round": lambda array, digits: np.round(array, digits),
        "spread": lambda array, like, _: np.broadcast_to(array, np.shape(like)),
        "where": lambda condition, yes, no, _: np.where(condition, yes, no),
        "at_first": lambda k, yes, no, _: yes if k == 1 else no,
        "from_update": lambda k, early, late, first: early if k < first else late,
        "rests_of_powers": lambda x, k, _: np.prod(1 - x ** np.arange(1, k + 1)),
        "if_given": lambda told, yes, no, _: yes if told else no,
        "transposed_product": _transposed_product,
    }
)
REDUCTIONS = tuple(_REDUCTIONS)
COMPARISONS = ("<", "<=", ">", ">=", "==")


# What an expression may stop with that nobody would write.
NO_VALUE = (ValueError, TypeError, IndexError, ArithmeticError, KeyError, np.linalg.LinAlgError)


def evaluate(node, values, memo):
    """Return what an expression gives; what stands in the memo is not computed again.

    Parameters
    ----------
    node : Node
    values : dict of str to object
        Of the names.
    memo : dict of Node to object
        Is not written: fill it by :func:`fill`.
    """
    known = memo.get(node, memo)
    if known is not memo:
        return known
    if node.op == "name":
        return values[node.value]
    if node.op == "number":
        return node.value
    parts = node.parts
    if len(parts) == 2:  # as nearly always
        first, second = evaluate(parts[0], values, memo), evaluate(parts[1], values, memo)
        return OPERATIONS[node.op](first, second, node.value)
    return OPERATIONS[node.op](*[evaluate(part, values, memo) for part in parts], node.value)


def fill(node, values, memo):
    """Write into the memo what an expression and each of its parts gives."""
    for part in node.parts:
        fill(part, values, memo)
    if node not in memo:
        memo[node] = evaluate(node, values, memo)


def simplified(node):
    """Return an expression without factors of 1 and 1 - (1 - x), where an edit has left one."""
    parts = tuple(map(simplified, node.parts))
    if node.op == "-" and parts[1].op == "-" and _is_one(parts[0]) and _is_one(parts[1].parts[0]):
        return parts[1].parts[1]
    if node.op in ("*", "/") and _is_one(parts[1]):
        return parts[0]
    if node.op == "*" and _is_one(parts[0]):
        return parts[1]
    return Node(node.op, parts, node.value)


def _is_one(node):
    return node.op == "number" and node.value == 1


# Writing

_STRENGTH = {
    "<": 1,
    "<=": 1,
    ">": 1,
    ">=": 1,
    "==": 1,
    "|": 2,
    "&": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "//": 5,
    "%": 5,
    "@": 5,
    "neg": 6,
    "**": 7,
}
_ATOM = 8


def write(node):
    """Write an expression as Python, with the brackets it needs.

    Examples
    --------
    >>> write(Node("*", (Node("+", (name("V"), number(1))), name("G"))))
    '(V + 1) * G'
    """
    return _written(node)[0]


def _written(node):
    """Return (text, how strongly it holds together)."""
    if node.op == "name":
        return node.value, _ATOM
    if node.op == "number":
        return f"{node.value:g}", _ATOM if node.value >= 0 else _STRENGTH["neg"]
    parts = [_written(part) for part in node.parts]
    if node.op == "square":
        if node.parts[0].op == "name":
            return f"{parts[0][0]} * {parts[0][0]}", _STRENGTH["*"]
        return f"{_bracketed(*parts[0], _ATOM)}**2", _STRENGTH["**"]
    if node.op == "neg":
        strength = _STRENGTH["neg"]
        return f"-{_bracketed(*parts[0], strength)}", strength
    if node.op in _STRENGTH:
        return _infix(node, *parts)
    return _call(node, [text for text, _ in parts], parts), _ATOM


def _infix(node, left, right):
    op, strength = node.op, _STRENGTH[node.op]
    tight = op == "**"
    # x * G * G, but W + (1 - beta), as it is written by hand
    loose = (op == "*" and node.parts[1].op == "square") or tight
    left = _bracketed(*left, strength + tight)
    right = _bracketed(*right, strength if loose else strength + 1)
    return f"{left}{'**' if tight else f' {op} '}{right}", strength


def _bracketed(text, strength, needed):
    return text if strength >= needed else f"({text})"


_SPELLED = {"exp10": "10**", "norm": "np.linalg.norm", "sigmoid": "sigmoid", "largest": "one_hot",
            "softmax": "softmax"}  # fmt: skip


def _call(node, texts, parts):
    if node.op in ("T", "size"):
        return f"{_bracketed(*parts[0], _ATOM)}.{node.op}"
    if node.op == "shape":
        return f"{_bracketed(*parts[0], _ATOM)}.shape[{node.value}]"
    if node.op == "entries":
        return f"{_bracketed(*parts[0], _ATOM)}{node.value}"
    if node.op == "only":
        return texts[0]
    if node.op == "spread":
        return texts[0]
    if node.op == "if_given":
        return texts[1]
    if node.op == "from_update":
        return f"({texts[1]} if {texts[0]} < {node.value} else {texts[2]})"
    if node.op == "rests_of_powers":
        return f"np.prod(1 - {_bracketed(*parts[0], _ATOM)}**np.arange(1, {texts[1]} + 1))"
    if node.op == "at_first":
        return f"({texts[1]} if {texts[0]} == 1 else {texts[2]})"
    if node.op == "transposed_product":
        return f"{_bracketed(*parts[0], _STRENGTH['@'])} @ {_bracketed(*parts[1], _ATOM)}.T"
    if node.op == "clip":
        texts = [*texts, *(f"{limit:g}" for limit in node.value)]
    if node.op == "round":
        texts = [*texts, str(node.value)]
    if node.op in REDUCTIONS and node.value:
        axis, kept = node.value
        texts += [f"axis={axis}"] if axis is not None else []
        texts += ["keepdims=True"] if kept else []
    spelled = _SPELLED.get(node.op, f"np.{node.op}")
    return f"{spelled}({', '.join(texts)})"
