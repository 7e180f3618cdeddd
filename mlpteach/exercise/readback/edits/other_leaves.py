"""Another argument or number in one place, or k counted otherwise."""

from mlpteach.exercise.readback.edits.added import NUMBERS
from mlpteach.exercise.readback.expression import Node, number

_USUAL = (0.9, 0.99, 0.999, 0.95)  # of a beta


def other_leaf(node, parts):
    """Another argument, a number for it, or one that changes from update to update."""
    for other in parts.all:
        if other is not node:
            yield "argument", other
            if f"{other.value}'" == node.value:  # as it was before
                yield "term", Node("*", (number(0.5), Node("+", (node, other))))
    if node in parts.scalars:
        values = (*NUMBERS, *_USUAL)
        values += tuple(usual * times for leaf, usual in parts.defaults if leaf is node
                        for times in (0.5, 2, 0.1, 10))  # fmt: skip
        yield from (("number_for_argument", number(value)) for value in values)
        yield from _scheduled(node, parts.counter)
    yield from counted(parts)(node)
    if node is parts.counter:  # counted from 0, with a guard for the first update
        yield "counted", Node("maximum", (Node("-", (node, number(1))), number(1)))


def _scheduled(node, counter):
    """A number that changes from update to update."""
    if counter is None or node is counter:
        return
    before = Node("-", (counter, number(1)))
    yield from (("schedule", Node("**", (node, done))) for done in (counter, before))
    for count in (5, 10, 100, 1000):
        rising = Node("minimum", (number(1), Node("/", (counter, number(count)))))
        yield "schedule", Node("*", (node, rising))
    for done in (counter, before):
        for rate in (0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999):
            yield "schedule", Node("*", (node, Node("**", (number(rate), done))))
        for decay in (0.1, 0.01, 0.001):
            slower = Node("+", (number(1), Node("*", (number(decay), done))))
            yield "schedule", Node("/", (node, slower))


def counted(parts):
    """Return the slips in how k is counted."""

    def of_part(node):
        if node is not parts.counter:
            return
        for op, value in (("-", 1), ("+", 1), ("*", 2), ("/", 2), ("//", 2), ("//", 3), ("-", 2)):
            yield "counted", Node(op, (node, number(value)))
        yield "counted", number(2)
        for op, value in (("maximum", 2), ("minimum", 10), ("minimum", 100), ("%", 10)):
            yield "counted", Node(op, (node, number(value)))

    return of_part


def often_fixed(parts):
    """Return the slips that fix an argument at a usual number, or put k into a product."""
    usual = dict(parts.defaults)

    def fixed(node):
        if node in parts.scalars:
            values = dict.fromkeys((1, 2, 1e-7, usual.get(node, 1)))
            yield from (("number_for_argument", number(value)) for value in values)
        elif parts.counter and node.op in ("*", "/", "-"):
            yield "factor", Node("*", (node, parts.counter))

    return fixed
