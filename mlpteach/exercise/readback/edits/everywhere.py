"""The same slip in several places at once."""

from collections import defaultdict
from itertools import combinations

from mlpteach.exercise.readback.edits.added import SMALL
from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.expression import Node, names_in, number, replaced, walk

_FUNCTIONS = ("log", "exp", "sqrt", "square", "tanh", "sigmoid", "abs", "log1p", "expm1", "sign")


_MATRIX_PRODUCTS = (
    lambda left, right: Node("transposed_product", (left, right)),
    lambda left, right: Node("@", (Node("T", (left,)), right)),
    lambda left, right: Node("@", (left, right)),
)


def twice(formula, found):
    """The same slip at all places that look alike, such as both corrections."""
    alike = defaultdict(dict)
    for _, node in found:
        if len(node.parts) == 2:
            alike[_skeleton(node)][node] = True
    for group in alike.values():
        nodes = list(group)
        if len(nodes) < 2:
            continue
        for change in _alike_changes(nodes[0]):
            yield Edit(
                "twice", replaced(formula, {n: change(n) for n in nodes}), nodes[0],
                change(nodes[0]),
            )  # fmt: skip
    products = [node for _, node in found if node.op == "*"]
    for change in _MATRIX_PRODUCTS if products else ():
        changes = {node: change(*node.parts) for node in products}
        new = changes[products[0]]
        yield Edit("matrix_product", replaced(formula, changes), products[0], new)


def _skeleton(node):
    """What a part looks like, whatever the names and however much stands in its first part."""
    if node.op == "name":
        return "·"
    if node.op == "number":
        return f"{node.value}"
    if node.op == "/" and node.parts[1].op == "-":
        return f"/{_skeleton(node.parts[1])}"
    return f"{node.op}({','.join(map(_skeleton, node.parts))})"


def _alike_changes(node):
    yield lambda n: n.parts[0]
    yield lambda n: n.parts[1]
    if node.op == "-" and node.parts[1].op == "**":  # k for 1 - beta**k
        yield lambda n: n.parts[1].parts[1]
    for op in ("+", "-", "*", "/"):
        if op != node.op:
            yield lambda n, op=op: Node(op, n.parts)
    if node.op == "/":
        yield lambda n: Node("//", n.parts)
    if node.op in ("-", "/", "**"):
        yield lambda n: Node(n.op, n.parts[::-1])


def functions_everywhere(formula, nodes):
    """Another function wherever one stands."""
    for op in ("log", "exp", "sqrt", "tanh", "abs"):
        alike = [node for node in nodes if node.op == op]
        for other in _FUNCTIONS if sum(nodes[node] for node in alike) > 1 else ():
            if other != op:
                changes = {node: Node(other, node.parts) for node in alike}
                new = changes[alike[0]]
                yield Edit("function", replaced(formula, changes), alike[0], new)


def applied_elsewhere(formula, nodes, parts):
    """What is done to one array is done to another, too, such as softmax of Y."""
    for node in nodes:
        leaf = only_array(node, parts)
        for other in parts.arrays if leaf else ():
            if other is not leaf and other in nodes and other.op == "name":
                new = replaced(node, {leaf: other})
                changed = replaced(formula, {other: new})
                yield Edit("applied_twice", changed, other, new)
                if formula.op == "-":
                    other_way = Node("-", changed.parts[::-1])
                    yield Edit("two_slips", other_way, other, new, one="applied_twice")


def applied_twice(formula, nodes, parts):
    """A part that is put into itself, such as softmax of softmax."""
    for node in nodes:
        leaf = only_array(node, parts)
        if leaf:
            new = replaced(node, {leaf: node})
            yield Edit("applied_twice", replaced(formula, {node: new}), node, new)


def only_array(node, parts):
    """Return the one array that stands in a part of a formula; None for none and for several."""
    leaves = {leaf for leaf in walk(node) if leaf.op == "name" and leaf in parts.arrays}
    return leaves.pop() if node.parts and len(leaves) == 1 else None


def fixed_at_once(formula, parts):
    """The defaults for several arguments that were given."""
    there = names_in(formula)
    known = [(leaf, value) for leaf, value in parts.defaults if leaf.value in there]
    for size in range(2, len(known) + 1):
        for chosen in combinations(known, size):
            changes = {leaf: number(value) for leaf, value in chosen}
            old, new = chosen[0][0], changes[chosen[0][0]]
            yield Edit("numbers_for_arguments", replaced(formula, changes), old, new)


def guarded(formula, nodes):
    """The same guard in all logarithms, in all roots, or below all fraction lines."""
    yield from _guarded_below(formula, nodes)
    for op in ("log", "sqrt"):
        alike = [node for node in nodes if node.op == op]
        if len(alike) < 2:
            continue
        for small in SMALL:
            for family, guard in (
                ("small_added", lambda part, small=small: Node("+", (part, number(small)))),
                ("clipped", lambda part, small=small: Node("clip", (part,), (small, 1 - small))),
                ("clipped", lambda part, small=small: Node("maximum", (part, number(small)))),
            ):
                changes = {node: Node(op, (guard(node.parts[0]),)) for node in alike}
                yield Edit(family, replaced(formula, changes), alike[0], changes[alike[0]])


def _guarded_below(formula, nodes):
    fractions = [node for node in nodes if node.op == "/" and node.parts[1].op != "number"]
    for small in SMALL if len(fractions) > 1 else ():
        changes = {
            node: Node("/", (above, Node("+", (below, number(small)))))
            for node in fractions
            for above, below in [node.parts]
        }
        yield Edit("small_added", replaced(formula, changes), fractions[0], changes[fractions[0]])
