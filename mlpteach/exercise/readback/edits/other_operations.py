"""Another operation in one place, or a part that is left out."""

from mlpteach.exercise.readback.expression import REDUCTIONS, Node, number

_SIMILAR = {
    "log": ("log2", "log10", "log1p", "sqrt", "square", "exp"),
    "tanh": ("sigmoid",),
    "exp": ("exp2", "exp10", "expm1", "square", "abs", "log", "sigmoid"),
    "sqrt": ("norm", "log1p", "log", "square", "exp", "tanh"),
    "<": ("<=", ">=", ">"),
}
LEFT_OUT = ("[:-1]", "[1:]", "[:, :-1]", "[:, 1:]", "[0]", "[-1]", "[:, 0]", "[:, -1]",
             ".flat[:-1]", ".flat[1:]", "[:, :len]", "[:width]",
             ".diagonal()")  # fmt: skip
AXES = ((0, False), (1, False), (0, True), (1, True))


def left_out(node):
    """One of two parts alone, or what a function stands around."""
    if node.op in ("sqrt", "square", "exp", "log", "abs", "tanh", "neg", *REDUCTIONS):
        yield "function_missing", node.parts[0]
    elif len(node.parts) == 2:
        yield "missing", node.parts[0]
        yield "missing", node.parts[1]
        if node.op in ("-", "/"):
            yield (
                "missing",
                Node("neg", (node.parts[1],))
                if node.op == "-"
                else Node("/", (number(1), node.parts[1])),
            )


def other_sign(node):
    """Plus for minus, times for divided by, and the other way round."""
    signs = {"+": "-", "-": "+", "*": "/", "/": "*"}
    if node.op in signs:
        yield "operator", Node(signs[node.op], node.parts)


def other_operation(node):
    """Another operation of the same kind, or the same with its parts exchanged."""
    if node.op in ("+", "-", "*", "/", "**", "@"):
        yield from _other_arithmetic(node)
    elif node.op in ("maximum", "minimum"):
        for op in ("+", "*", "minimum" if node.op == "maximum" else "maximum"):
            yield "operator", Node(op, node.parts)
    elif node.op == "square":
        yield from _other_square(*node.parts)
    elif node.op == "sqrt":  # x ** 1 / 2 is x / 2
        yield "bracket", Node("/", (node.parts[0], number(2)))
    elif node.op in REDUCTIONS:
        yield from _other_reduction(node)
    elif node.op == "neg" and node.parts[0].op in REDUCTIONS:
        reduced = node.parts[0]
        for op in ("square", "abs", "sqrt", "exp"):
            inner = Node(op, reduced.parts)
            yield "function", Node(reduced.op, (inner,), reduced.value)
        yield "reduction", Node("norm", reduced.parts)
        mean = Node("neg", (Node("mean", reduced.parts),))
        yield from (("function_added", Node(op, (mean,))) for op in ("exp", "sqrt", "square"))
    for op in _SIMILAR.get(node.op, ()):
        yield "operator" if node.op == "<" else "function", Node(op, node.parts)


def _other_arithmetic(node):
    if node.op == "+":
        zero = Node("==", (node.parts[0], number(0)))
        yield "where_zero", Node("where", (zero, node.parts[1], node.parts[0]))
        yield from _larger_of_two(*node.parts)
        yield from _other_weights(*node.parts)
    for op in ("+", "-", "*", "/", "@", "maximum", "minimum"):
        if op != node.op:
            yield "operator", Node(op, node.parts)
    if node.op in ("-", "/", "**"):
        yield "exchanged", Node(node.op, node.parts[::-1])
    if node.op == "*":
        yield "matrix_product", Node("transposed_product", node.parts)
    if node.op == "**":
        power = Node("*", node.parts)
        yield from (("function", Node("exp", (each,))) for each in (Node("neg", (power,)), power))
    if node.op == "/":
        yield "cut", Node("//", node.parts)
        yield from _other_fraction(*node.parts)


def _larger_of_two(left, right):
    """The larger of what fades and of what is new, as in AdaMax."""
    if right.op == "*" and right.parts[1].op == "square":
        new = right.parts[1]
        for other in (new, Node("abs", new.parts)):
            yield "larger", Node("maximum", (left, other))


def _other_weights(old, new):
    """A mean of what was and of what is new with other weights, divided by their sum."""
    if old.op != "*" or new.op != "*" or new.parts[0].op != "-":
        return
    [kept, before], [rest, now] = old.parts, new.parts
    if rest.parts[1] is not kept:
        return
    total = Node("+", (number(1), kept))
    for first, second in ((old, now), (before, Node("*", (kept, now))), (before, now)):
        yield "weights", Node("/", (Node("+", (first, second)), total))


def _other_square(part):
    yield "matrix_product", Node("@", (part, part))
    yield "matrix_product", Node("transposed_product", (part, part))
    yield "matrix_product", Node("@", (Node("T", (part,)), part))
    yield "operator", Node("*", (number(2), part))
    yield "operator", Node("**", (part, number(3)))
    yield "operator", Node("+", (part, part))
    yield "operator", Node("abs", (part,))
    yield "operator", Node("norm", (part,))
    yield "function", Node("sqrt", (Node("abs", (part,)),))
    yield from (("reduction", Node(op, (part,))) for op in ("var", "std"))


def _other_reduction(node):
    for which in LEFT_OUT:
        yield "left_out", Node(node.op, (Node("entries", node.parts, which),), node.value)
    for op in REDUCTIONS:
        if op != node.op:
            yield "reduction", Node(op, node.parts, node.value)
    squares = Node("sum", (Node("square", node.parts),), node.value)
    yield "reduction", Node("sqrt", (squares,))
    for axis in (None, *AXES):
        if axis != node.value:
            yield "axis", Node(node.op, node.parts, axis)
    for axis in (0, 1):
        for outer in ("mean", "max", "min", "sum"):
            yield "axis", Node(outer, (Node(node.op, node.parts, (axis, False)),))
        for inner in ("max", "min"):
            yield "axis", Node(node.op, (Node(inner, node.parts, (axis, False)),))
        count = Node("shape", node.parts, axis)
        yield "counted_by", count
        yield "counted_by", Node("/", (Node("mean", node.parts), count))
    yield from (("reduction", Node("entries", node.parts, which)) for which in ("[0]", "[-1]"))
    yield "counted_by", Node("size", node.parts)


def _other_fraction(above, below):
    """Only the sign of what is above; the root of one ratio for the ratio of two roots."""
    if above.op == "*":
        yield "function_added", Node("*", (above.parts[0], Node("sign", (above.parts[1],))))
    if below.op == "sqrt":  # a / x ** 1 / 2
        yield "bracket", Node("/", (Node("/", (above, below.parts[0])), number(2)))
    if above.op != "sqrt" or below.op != "sqrt":
        return
    [first], [second] = above.parts, below.parts
    if first.op == second.op == "+":
        first, second, small = first.parts[0], second.parts[0], first.parts[1]
        ratio = Node("/", (first, second))
        yield "moved", Node("sqrt", (Node("+", (ratio, small)),))
        all_in_one = Node("+", (Node("+", (first, Node("/", (small, second)))), small))
        yield "bracket", Node("sqrt", (all_in_one,))
        yield "moved", Node("+", (Node("sqrt", (ratio,)), small))
        yield "missing", Node("sqrt", (ratio,))
