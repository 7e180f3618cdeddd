"""Brackets that end elsewhere: the same signs, cut otherwise."""

from mlpteach.exercise.readback.expression import Node


def brackets(node):
    """The same signs with brackets set otherwise, or with one missing."""
    if node.op in ("+", "-", "*", "/", "**") and len(node.parts) == 2:
        left, right = node.parts
        for inner in _splits(right):
            first, op, second = inner
            yield "bracket", Node(op, (Node(node.op, (left, first)), second))
        for first, op, second in _splits(left):
            yield "bracket", Node(op, (first, Node(node.op, (second, right))))
    if node.op in ("sqrt", "square", "exp", "log", "abs", "tanh", "sum", "mean"):
        [part] = node.parts
        for first, op, second in _splits(part):
            yield "bracket", Node(op, (Node(node.op, (first,), node.value), second))
            yield "bracket", Node(op, (first, Node(node.op, (second,), node.value)))
            if op == "+":
                for other in ("*", "-", "maximum"):
                    inside = Node(node.op, (first,), node.value)
                    yield "bracket", Node(other, (inside, second))
            if op in ("+", "-", "*", "/"):
                both = Node(node.op, (first,), node.value), Node(node.op, (second,), node.value)
                yield "bracket", Node(op, both)
    if node.op in ("+", "-", "*", "/") and node.parts[1].op in ("square", "sqrt", "abs"):
        right = node.parts[1]
        yield "bracket", Node(right.op, (Node(node.op, (node.parts[0], right.parts[0])),))


def multiplied_out(node):
    """A bracket that is multiplied out only in part: a (b - c) as a b - c."""
    if node.op != "*":
        return
    for factor, bracket in (node.parts, node.parts[::-1]):
        if bracket.op not in ("+", "-"):
            continue
        first, second = bracket.parts
        for part in (first, second):
            product = factor if part.op == "number" and part.value == 1 else None
            product = product or Node("*", (factor, part))
            pair = (product, second) if part is first else (first, product)
            yield "multiplied_out", Node(bracket.op, pair)


def _splits(node):
    """Yield (left, operator, right) wherever an expression can be cut in two."""
    if node.op in ("+", "-", "/", "**", "<", ">"):
        yield node.parts[0], node.op, node.parts[1]
    elif node.op == "*":
        factors = _factors(node)
        for cut in range(1, len(factors)):
            yield _product(factors[:cut]), "*", _product(factors[cut:])
    elif node.op == "square" and node.parts[0].op == "name":
        yield node.parts[0], "*", node.parts[0]
    if node.op in ("*", "/", "-", "+"):
        for first, op, second in _splits(node.parts[0]):
            if node.op != "*" or op != "*":
                yield first, op, Node(node.op, (second, node.parts[1]))
        if node.op in ("*", "/"):
            for first, op, second in _splits(node.parts[1]):
                if op in ("+", "-", "/"):
                    yield Node(node.op, (node.parts[0], first)), op, second


def _factors(node):
    if node.op == "*":
        return [*_factors(node.parts[0]), *_factors(node.parts[1])]
    return [node]


def _product(factors):
    product, *others = factors
    for factor in others:
        product = Node("*", (product, factor))
    return product
