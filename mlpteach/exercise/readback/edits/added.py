"""A function, factor, term, sum or guard too much in one place."""

from itertools import combinations_with_replacement

from mlpteach.exercise.readback.edits.edit import TINY
from mlpteach.exercise.readback.edits.other_operations import AXES
from mlpteach.exercise.readback.expression import COMPARISONS, REDUCTIONS, Node, number, walk

NUMBERS = (2, 0.5, 1, -1, 3, 4, 10, 0.1, 0.01, 0.001, 100, 1e-8, 1e-7)
_LIMITS = (1, 5, 10, 2, 0.5, 3, 20, 100, 0.1, 50, 500, 700)
_GUARDS = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
SMALL = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01)


def functions(node):
    """A function that belongs to no part of the formula."""
    if node.op == "number":
        return
    for op in ("sqrt", "square", "abs", "sign", "neg", "exp", "log", "sigmoid", "tanh"):
        if op != node.op:
            yield "function_added", Node(op, (node,))
    yield from (("cut", Node(op, (node,))) for op in ("floor", "trunc"))
    yield "function_added", Node("sqrt", (Node("abs", (node,)),))
    yield "function_added", Node("/", (number(1), node))
    yield "function_added", Node("**", (node, number(3)))
    size = Node("abs", (node,))
    yield "function_added", Node("*", (node, size))
    yield "function_added", Node("*", (Node("sign", (node,)), Node("sqrt", (size,))))


def functions_of_arrays(node):
    """What is done to arrays only: sums, norms, shapes."""
    yield "function_added", Node("norm", (node,))
    yield "function_added", Node("softmax", (node,))
    yield "matrix_product", Node("transposed_product", (node, node))
    for op in ("sum", "mean", "max"):
        if node.op not in REDUCTIONS:
            for axis in (None, *AXES):
                yield "summed", Node(op, (node,), axis)
    if node.op not in REDUCTIONS:  # of one axis or two
        yield from (("summed", Node(op, (node,), (-1, True))) for op in ("sum", "mean"))
    for axis in (None, (0, True), (1, True)):
        mean = Node("mean", (node,), axis)
        yield "centred", Node("-", (node, mean))
        yield "normalised", Node("/", (node, Node("sum", (node,), axis)))
        lengths = Node("sqrt", (Node("sum", (Node("square", (node,)),), axis),))
        sizes = Node("sum", (Node("abs", (node,)),), axis)
        yield from (("normalised", Node("/", (node, size))) for size in (lengths, sizes))
    yield "normalised", Node("/", (node, Node("norm", (node,))))
    for size in (node, Node("abs", (node,))):
        yield "normalised", Node("/", (node, Node("max", (size,))))
    yield "transposed", Node("T", (node,))
    yield from (("reversed", Node("entries", (node,), which)) for which in ("[::-1]", "[:, ::-1]"))
    yield "largest_only", Node("largest", (node,))
    counts = (Node("shape", (node,), 0), Node("shape", (node,), 1), Node("size", (node,)))
    for how in counts:
        yield "counted_by", Node("/", (node, how))
        yield "counted_by", Node("*", (node, how))
    for first, second in combinations_with_replacement(counts, 2):
        yield "counted_by", Node("/", (Node("/", (node, first)), second))


def normalised(node, parts):
    """An array divided by its own size and a small number that keeps it from 0."""
    guards = [leaf for leaf, usual in parts.defaults if usual < TINY]
    for guard in (*guards, number(1e-12), number(1e-8)):
        yield "normalised", Node("/", (node, Node("+", (Node("norm", (node,)), guard))))


def sizes(node):
    """Yield what may be called the size of an array."""
    yield Node("norm", (node,))
    yield from (Node(op, (Node("abs", (node,)),)) for op in ("max", "sum", "mean"))
    yield Node("sqrt", (Node("mean", (Node("square", (node,)),)),))


def guarded_logarithms(node):
    """The logarithm, or that of the odds, with a small number that keeps it finite."""
    for small in _GUARDS:
        above, below = (Node("+", (part, number(small))) for part in (node, _rest(node)))
        yield "function_added", Node("log", (above,))
        yield "function_added", Node("log", (Node("/", (above, below)),))
    yield "function_added", Node("log", (Node("/", (node, _rest(node))),))


def _rest(node):
    return Node("-", (number(1), node))


def joined(node, parts):
    """A factor or term too much."""
    for value in NUMBERS:
        if value != 1:
            yield "factor", Node("*", (number(value), node))
        if value > 0:
            yield "term", Node("+", (node, number(value)))
            yield "term", Node("-", (node, number(value)))
    yield "term", Node("-", (number(1), node))
    counter = parts.counter
    more = (Node("sqrt", (counter,)),) if counter else ()
    for part in (*parts.all, *more):
        for op in ("*", "/") if part is not node else ("*",):
            yield "factor", Node(op, (node, part))
        for op in ("+", "-"):
            yield "term", Node(op, (node, part))
        if node.op == "name" and part.op == "name" and part is not node:
            yield "term", Node("-", (part, node))
        yield "larger", Node("maximum", (node, part))
    for part in (*parts.scalars, *parts.arrays):
        rest = Node("-", (number(1), part))
        yield "factor", Node("*", (node, rest))
        yield "factor", Node("/", (node, rest))
    if node.op in ("+", "-") or node in parts.arrays:
        for part in [part for part in parts.arrays if part.op == "name"]:
            for scalar in parts.scalars:
                yield "term", Node("+", (node, Node("*", (scalar, part))))
                yield "term", Node("-", (node, Node("*", (scalar, part))))


def limited(node, parts):
    """A limit for what an array may hold, or a small number beside it."""
    if node.op in COMPARISONS or not any(part in parts.arrays for part in walk(node)):
        return
    for limit in _LIMITS:
        yield "clipped", Node("clip", (node,), (-limit, limit))
        yield "clipped_norm", Node("clip_norm", (node,), limit)
    for small in (*SMALL, 0.02, 0.05, 0.1, 0.2):
        yield "clipped", Node("clip", (node,), (small, 1 - small))
    for small in SMALL:
        yield "small_added", Node("+", (node, number(small)))
        yield "clipped", Node("maximum", (node, number(small)))
    yield "clipped", Node("maximum", (node, number(0)))
    yield from (("clipped", Node("minimum", (node, number(limit)))) for limit in _LIMITS)
    if node.op in ("-", "+"):
        for limit in (500, 700, 100, 50, 20):
            yield "clipped", Node("clip", (node.parts[0],), (-limit, limit))


def stretched(array):
    """What goes from 0 to 1 as if it went from -1 to 1, and the other way round."""
    twice = Node("*", (number(2), array))
    yield "stretched", Node("-", (twice, number(1)))
    yield "stretched", Node("/", (Node("+", (array, number(1))), number(2)))


def size_below_root(node):
    """Whoever takes the root of what may be negative takes its size first."""
    if node.op == "sqrt":
        part = node.parts[0]
        if part.op == "+":
            yield (
                "function_added",
                Node("sqrt", (Node("+", (Node("abs", (part.parts[0],)), part.parts[1])),)),
            )
        yield "function_added", Node("sqrt", (Node("abs", (part,)),))
