"""How students change a formula: each edit is one slip at one place, or the same slip everywhere.

The edits depend on the formula alone, never on numbers; a family says what kind of slip it is.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from mlpteach.exercise.readback.expression import (
    REDUCTIONS,
    Node,
    at_place,
    name,
    names_in,
    number,
    places,
    replaced,
    walk,
    write,
)

_NUMBERS = (2, 0.5, 1, -1, 3, 4, 10, 0.1, 0.01, 0.001, 100, 1e-8, 1e-7)
_USUAL = (0.9, 0.99, 0.999, 0.95)  # of a beta
_LIMITS = (1, 5, 10, 2, 0.5, 3, 20, 100, 0.1, 50, 500, 700)
_DIGITS = (6, 4, 3, 5, 2, 8, 1, 7, 0)
_SIMILAR = {
    "log": ("log2", "log10", "log1p"),
    "tanh": ("sigmoid",),
    "exp": ("exp2", "exp10", "expm1"),
    "sqrt": ("norm",),
    "<": ("<=", ">=", ">"),
}
_LEFT_OUT = ("[:-1]", "[1:]", "[:, :-1]", "[:, 1:]", "[0]", "[-1]", "[:, 0]", "[:, -1]",
             ".flat[:-1]", ".flat[1:]")  # fmt: skip
_ONE_FOR_ALL = ("[[0]]", "[[-1]]", "[:, [0]]", "[:, [-1]]")
_FUNCTIONS = ("log", "exp", "sqrt", "square", "tanh", "sigmoid", "abs", "log1p", "expm1", "sign")
_AXES = ((0, False), (1, False), (0, True), (1, True))
_SMALL = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01)


class Edit:
    """A changed formula; it is put together only when it is asked for.

    Parameters
    ----------
    family : str
        What kind of slip, a key of ``words.FAMILIES``.
    put : Node
        What stands at the place; the whole changed formula where no place is given.
    old, new : Node
        The part that is changed, and into what.
    place : tuple of int, or Node
        Of the part, as in :func:`mlpteach.exercise.readback.expression.places`; the part itself
        where it is changed everywhere.
    model : Node, optional
        The formula that is changed there.
    one : str
        Of two slips at once, what kind one of them is.
    """

    __slots__ = ("family", "model", "new", "old", "one", "place", "put")

    def __init__(self, family, put, old, new, place=(), model=None, one=""):
        self.family, self.put, self.old, self.new = family, put, old, new
        self.place, self.model, self.one = place, model, one

    @property
    def formula(self):
        """The changed formula."""
        if isinstance(self.place, Node):
            return replaced(self.model, {self.place: self.put})
        return at_place(self.model, self.place, self.put) if self.place else self.put

    def called(self, family):
        """Return the same edit as a slip of another family."""
        return Edit(family, self.put, self.old, self.new, self.place, self.model)


@dataclass(frozen=True)
class Parts:
    """What a slip may put into a formula.

    Attributes
    ----------
    arrays, scalars : tuple of Node
        Arguments, quantities returned before and hidden lines.
    inputs : tuple of Node
        The arrays that the function doesn't go on from, such as a gradient.
    counter : Node, optional
        The argument that counts updates.
    defaults : tuple of (Node, float)
        Scalars that have a default, and it.
    """

    arrays: tuple
    scalars: tuple
    inputs: tuple = ()
    counter: Node | None = None
    defaults: tuple = ()

    @property
    def all(self):
        """Arrays, then scalars."""
        return (*self.arrays, *self.scalars)


def single_edits(formula, parts):
    """Yield each :class:`Edit` of a formula that is one slip.

    Parameters
    ----------
    formula : Node
    parts : Parts
    """
    found = list(places(formula))
    times = defaultdict(int)
    for _, node in found:
        times[node] += 1
    for node in times:
        for family, new in _slips(node, parts):
            if times[node] > 1:
                yield Edit(family, new, node, new, node, formula)
            for place in [place for place, other in found if other is node]:
                yield Edit(family, new, node, new, place, formula)
    yield from _twice(formula, found)
    yield from _functions_everywhere(formula, times)
    yield from _moved_functions(formula, found)
    yield from _guarded(formula, times)
    yield from _applied_elsewhere(formula, times, parts)
    yield from _fixed_at_once(formula, parts)
    yield from _applied_twice(formula, times, parts)
    yield from _exchanged(formula)
    yield from _exchanged_lines(formula, times, parts)
    yield from _moved(formula, found)
    yield from _subtracted_elsewhere(formula, found)
    yield from _of_the_whole(formula, parts)
    yield from _another_formula(formula, parts)
    yield from _plain_steps(formula, parts)


def simple_edits(formula, parts):
    """Yield the edits that often come in pairs: fewer, and the most frequent ones."""
    found = list(places(formula))
    yield from _moved(formula, found)
    for place, node in found:
        slips = (
            _left_out, _other_sign, _brackets, _counted(parts), _often_fixed(parts),
            _size_below_root,
        )  # fmt: skip
        for slip in slips:
            for family, new in slip(node):
                yield Edit(family, new, node, new, place, formula)
    yield from _twice(formula, found)
    yield from _exchanged(formula)
    yield from _guarded(formula, dict.fromkeys(node for _, node in found))


def slips_beside(formula, parts):
    """Yield the edits that often stand beside a known mistake, and aren't among the simple ones."""
    found = list(places(formula))
    earlier = {node.value: node for node in parts.arrays if node.op == "name"}
    for place, node in found:
        slips = [("number", number(v)) for v in (1, 2, 0.5)] if node.op == "number" else []
        if node.op == "name":
            before = earlier.get(node.value.removesuffix("'"))
            slips += [("argument", before)] if before not in (None, node) else []
            slips += [("argument", scalar) for scalar in parts.scalars if node in parts.scalars]
        if node in parts.arrays:
            slips += [
                ("largest_only", Node("largest", (node,))),
                ("operator", Node("abs", (node,))),
            ]
            slips += [("function_added", Node("square", (node,)))]
        for family, new in slips:
            yield Edit(family, new, node, new, place, formula)
    for scalar in parts.scalars:
        new = Node("*", (formula, scalar))
        yield Edit("factor", new, formula, new)
    for op in ("sqrt", "square"):
        new = Node(op, (formula,))
        yield Edit("function_added", new, formula, new)
    for axis in (0, 1) if parts.arrays else ():
        new = Node("/", (formula, Node("shape", (parts.arrays[0],), axis)))
        yield Edit("counted_by", new, formula, new)


def _size_below_root(node):
    """Whoever takes the root of what may be negative takes its size first."""
    if node.op == "sqrt":
        part = node.parts[0]
        if part.op == "+":
            yield (
                "function_added",
                Node("sqrt", (Node("+", (Node("abs", (part.parts[0],)), part.parts[1])),)),
            )
        yield "function_added", Node("sqrt", (Node("abs", (part,)),))


def _other_sign(node):
    signs = {"+": "-", "-": "+", "*": "/", "/": "*"}
    if node.op in signs:
        yield "operator", Node(signs[node.op], node.parts)


def _often_fixed(parts):
    usual = dict(parts.defaults)

    def fixed(node):
        if node in parts.scalars:
            values = dict.fromkeys((1, 2, 1e-7, usual.get(node, 1)))
            yield from (("number_for_argument", number(value)) for value in values)
        elif parts.counter and node.op in ("*", "/", "-"):
            yield "factor", Node("*", (node, parts.counter))

    return fixed


def _slips(node, parts):
    """Yield (family, what stands there instead) for one part of a formula."""
    yield from _left_out(node)
    if node.op == "name":
        yield from _other_leaf(node, parts)
    if node in parts.arrays:
        yield from (("number_for_array", number(value)) for value in (0, 0.5, 1))
        yield from (("one_for_all", Node("entries", (node,), which)) for which in _ONE_FOR_ALL)
    if node.op == "number":
        yield from (("number", number(value)) for value in (0, *_NUMBERS) if value != node.value)
    yield from _other_operation(node)
    yield from _brackets(node)
    yield from _functions(node)
    if any(part in parts.arrays for part in walk(node)):
        yield from _functions_of_arrays(node)
    yield from _joined(node, parts)
    if node.op not in ("name", "number"):
        yield from (("other_part", part) for part in parts.all if part is not node)
    yield from _limited(node, parts)


def _left_out(node):
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


def _other_leaf(node, parts):
    for other in parts.all:
        if other is not node:
            yield "argument", other
    if node in parts.scalars:
        values = (*_NUMBERS, *_USUAL)
        yield from (("number_for_argument", number(value)) for value in values)
        yield from _scheduled(node, parts.counter)
    yield from _counted(parts)(node)


def _scheduled(node, counter):
    """A number that changes from update to update."""
    if counter is None or node is counter:
        return
    before = Node("-", (counter, number(1)))
    for count in (10, 100, 1000):
        rising = Node("minimum", (number(1), Node("/", (counter, number(count)))))
        yield "schedule", Node("*", (node, rising))
    for done in (counter, before):
        for rate in (0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999):
            yield "schedule", Node("*", (node, Node("**", (number(rate), done))))
        for decay in (0.1, 0.01, 0.001):
            slower = Node("+", (number(1), Node("*", (number(decay), done))))
            yield "schedule", Node("/", (node, slower))


def _counted(parts):
    def counted(node):
        if node is not parts.counter:
            return
        for op, value in (("-", 1), ("+", 1), ("*", 2), ("/", 2), ("//", 2), ("//", 3), ("-", 2)):
            yield "counted", Node(op, (node, number(value)))
        yield "counted", number(2)
        for op, value in (("maximum", 2), ("minimum", 10), ("minimum", 100), ("%", 10)):
            yield "counted", Node(op, (node, number(value)))

    return counted


def _other_operation(node):
    if node.op == "+":
        zero = Node("==", (node.parts[0], number(0)))
        yield "where_zero", Node("where", (zero, node.parts[1], node.parts[0]))
    if node.op == "neg" and node.parts[0].op in REDUCTIONS:
        reduced = node.parts[0]
        for op in ("square", "abs", "sqrt", "exp"):
            inner = Node(op, reduced.parts)
            yield "function", Node(reduced.op, (inner,), reduced.value)
    if node.op in ("+", "-", "*", "/", "**", "@"):
        for op in ("+", "-", "*", "/", "@", "maximum", "minimum"):
            if op != node.op:
                yield "operator", Node(op, node.parts)
        if node.op in ("-", "/", "**"):
            yield "exchanged", Node(node.op, node.parts[::-1])
        if node.op == "*":
            yield "matrix_product", Node("transposed_product", node.parts)
        if node.op == "**":
            power = Node("*", node.parts)
            yield from (
                ("function", Node("exp", (each,))) for each in (Node("neg", (power,)), power)
            )
        if node.op == "/":
            yield from _other_fraction(*node.parts)
    elif node.op in ("maximum", "minimum"):
        for op in ("+", "*", "minimum" if node.op == "maximum" else "maximum"):
            yield "operator", Node(op, node.parts)
    elif node.op == "square":
        [part] = node.parts
        yield "matrix_product", Node("@", (part, part))
        yield "matrix_product", Node("transposed_product", (part, part))
        yield "matrix_product", Node("@", (Node("T", (part,)), part))
        yield "operator", Node("*", (number(2), part))
        yield "operator", Node("**", (part, number(3)))
        yield "operator", Node("+", (part, part))
        yield "operator", Node("abs", (part,))
        yield "operator", Node("norm", (part,))
        yield from (("reduction", Node(op, (part,))) for op in ("var", "std"))
    elif node.op == "sqrt":  # x ** 1 / 2 is x / 2
        yield "bracket", Node("/", (node.parts[0], number(2)))
    elif node.op in REDUCTIONS:
        for which in _LEFT_OUT:
            yield "left_out", Node(node.op, (Node("entries", node.parts, which),), node.value)
        for op in REDUCTIONS:
            if op != node.op:
                yield "reduction", Node(op, node.parts, node.value)
        squares = Node("sum", (Node("square", node.parts),), node.value)
        yield "reduction", Node("sqrt", (squares,))
        for axis in (None, *_AXES):
            if axis != node.value:
                yield "axis", Node(node.op, node.parts, axis)
        for axis in (0, 1):
            for outer in ("mean", "max", "min", "sum"):
                yield "axis", Node(outer, (Node(node.op, node.parts, (axis, False)),))
            yield "counted_by", Node("shape", node.parts, axis)
        yield from (("reduction", Node("entries", node.parts, which)) for which in ("[0]", "[-1]"))
        yield "counted_by", Node("size", node.parts)
    for op in _SIMILAR.get(node.op, ()):
        yield "operator" if node.op == "<" else "function", Node(op, node.parts)


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


def _brackets(node):
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


def _functions(node):
    if node.op == "number":
        return
    for op in ("sqrt", "square", "abs", "sign", "neg", "exp", "log", "sigmoid", "tanh"):
        if op != node.op:
            yield "function_added", Node(op, (node,))
    yield "function_added", Node("sqrt", (Node("abs", (node,)),))
    yield "function_added", Node("/", (number(1), node))
    yield "function_added", Node("**", (node, number(3)))


def _functions_of_arrays(node):
    """What is done to arrays only: sums, norms, shapes."""
    yield "function_added", Node("norm", (node,))
    yield "matrix_product", Node("transposed_product", (node, node))
    for op in ("sum", "mean", "max"):
        if node.op not in REDUCTIONS:
            for axis in (None, *_AXES):
                yield "summed", Node(op, (node,), axis)
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
    yield "largest_only", Node("largest", (node,))
    for how in (Node("shape", (node,), 0), Node("shape", (node,), 1), Node("size", (node,))):
        yield "counted_by", Node("/", (node, how))
        yield "counted_by", Node("*", (node, how))


def _joined(node, parts):
    """A factor or term too much."""
    for value in _NUMBERS:
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


def _limited(node, parts):
    if not any(part in parts.arrays for part in walk(node)):
        return
    for limit in _LIMITS:
        yield "clipped", Node("clip", (node,), (-limit, limit))
        yield "clipped_norm", Node("clip_norm", (node,), limit)
    for small in _SMALL:
        yield "clipped", Node("clip", (node,), (small, 1 - small))
        yield "small_added", Node("+", (node, number(small)))
        yield "clipped", Node("maximum", (node, number(small)))
    yield "clipped", Node("maximum", (node, number(0)))
    yield from (("clipped", Node("minimum", (node, number(limit)))) for limit in _LIMITS)
    if node.op in ("-", "+"):
        for limit in (500, 700, 100, 50, 20):
            yield "clipped", Node("clip", (node.parts[0],), (-limit, limit))


def _twice(formula, found):
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
    products = {node: Node("transposed_product", node.parts) for _, node in found if node.op == "*"}
    if products:
        first = next(iter(products))
        yield Edit("matrix_product", replaced(formula, products), first, products[first])


def _functions_everywhere(formula, nodes):
    """Another function wherever one stands."""
    for op in ("log", "exp", "sqrt", "tanh", "abs"):
        alike = [node for node in nodes if node.op == op]
        for other in _FUNCTIONS if sum(nodes[node] for node in alike) > 1 else ():
            if other != op:
                changes = {node: Node(other, node.parts) for node in alike}
                new = changes[alike[0]]
                yield Edit("function", replaced(formula, changes), alike[0], new)


def _moved_functions(formula, found):
    """A square or a root that takes in too much, too little, or something else."""
    for place, node in found:
        if node.op not in ("square", "sqrt", "abs"):
            continue
        without = at_place(formula, place, node.parts[0])
        for other, target in places(without):
            if other != place and target.op != "number":
                new = Node(node.op, (target,))
                yield Edit("moved", at_place(without, other, new), node, new)


def _applied_elsewhere(formula, nodes, parts):
    """What is done to one array is done to another, too, such as softmax of Y."""
    for node in nodes:
        leaf = _only_array(node, parts)
        for other in parts.arrays if leaf else ():
            if other is not leaf and other in nodes and other.op == "name":
                new = replaced(node, {leaf: other})
                yield Edit("applied_twice", replaced(formula, {other: new}), other, new)


def _fixed_at_once(formula, parts):
    """The defaults for several arguments that were given."""
    there = names_in(formula)
    known = [(leaf, value) for leaf, value in parts.defaults if leaf.value in there]
    for size in range(2, len(known) + 1):
        for chosen in combinations(known, size):
            changes = {leaf: number(value) for leaf, value in chosen}
            old, new = chosen[0][0], changes[chosen[0][0]]
            yield Edit("numbers_for_arguments", replaced(formula, changes), old, new)


def _guarded(formula, nodes):
    """The same guard in all logarithms, in all roots, or below all fraction lines."""
    yield from _guarded_below(formula, nodes)
    for op in ("log", "sqrt"):
        alike = [node for node in nodes if node.op == op]
        if len(alike) < 2:
            continue
        for small in _SMALL:
            for family, guard in (
                ("small_added", lambda part, small=small: Node("+", (part, number(small)))),
                ("clipped", lambda part, small=small: Node("clip", (part,), (small, 1 - small))),
                ("clipped", lambda part, small=small: Node("maximum", (part, number(small)))),
            ):
                changes = {node: Node(op, (guard(node.parts[0]),)) for node in alike}
                yield Edit(family, replaced(formula, changes), alike[0], changes[alike[0]])


def _guarded_below(formula, nodes):
    fractions = [node for node in nodes if node.op == "/" and node.parts[1].op != "number"]
    for small in _SMALL if len(fractions) > 1 else ():
        changes = {
            node: Node("/", (above, Node("+", (below, number(small)))))
            for node in fractions
            for above, below in [node.parts]
        }
        yield Edit("small_added", replaced(formula, changes), fractions[0], changes[fractions[0]])


def _applied_twice(formula, nodes, parts):
    """A part that is put into itself, such as softmax of softmax."""
    for node in nodes:
        leaf = _only_array(node, parts)
        if leaf:
            new = replaced(node, {leaf: node})
            yield Edit("applied_twice", replaced(formula, {node: new}), node, new)


def _only_array(node, parts):
    """Return the one array that stands in a part of a formula; None for none and for several."""
    leaves = {leaf for leaf in walk(node) if leaf.op == "name" and leaf in parts.arrays}
    return leaves.pop() if node.parts and len(leaves) == 1 else None


def _another_formula(formula, parts):
    """A distance or product of the two inputs, for a function of no more than these."""
    if len(parts.inputs) != 2 or len(parts.all) > 2 or len(names_in(formula)) != 2:
        return
    for op in ("-", "*", "+", "/", "@", "transposed_product"):
        for pair in _pairs_of(*parts.inputs):
            inner = Node(op, pair)
            yield Edit("other_formula", Node("sign", (inner,)), formula, Node("sign", (inner,)))
            for function in (inner, *(Node(f, (inner,)) for f in ("abs", "square"))):
                reduced = [Node(r, (function,)) for r in ("sum", "mean", "max")]
                halves = [Node("*", (number(f), r)) for r in reduced for f in (0.5, 2, -1)]
                for new in halves:
                    yield Edit("other_formula", new, formula, new)
                for new in (function, *reduced, *(Node("sqrt", (r,)) for r in reduced)):
                    yield Edit("other_formula", new, formula, new)


def _pairs_of(first, second):
    rests = Node("-", (number(1), first)), Node("-", (number(1), second))
    yield from ((first, second), (second, first), rests)
    yield from ((first, rests[0]), (second, rests[1]), (first, rests[1]), (rests[0], second))


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
    for op in ("+", "-", "*", "/"):
        if op != node.op:
            yield lambda n, op=op: Node(op, n.parts)
    if node.op in ("-", "/", "**"):
        yield lambda n: Node(n.op, n.parts[::-1])


def _exchanged(formula):
    """Two arguments in each other's place, everywhere."""
    leaves = defaultdict(list)
    for node in walk(formula):
        if node.op == "name":
            leaves[node.value].append(node)
    for (first, firsts), (second, seconds) in combinations(leaves.items(), 2):
        changes = {n: name(second) for n in firsts} | {n: name(first) for n in seconds}
        yield Edit("exchanged", replaced(formula, changes), firsts[0], seconds[0])


def _exchanged_lines(formula, nodes, parts):
    """Two lines in each other's place, such as the corrected moments."""
    written = {write(part) for part in parts.arrays if part.parts}
    lines = [node for node in nodes if node.parts and write(node) in written]
    for first, second in combinations(lines, 2):
        changes = {first: second, second: first}
        yield Edit("exchanged", replaced(formula, changes), first, second)


def _moved(formula, found):
    """A term or factor that stands elsewhere in the formula."""
    for place, node in found:
        if node.op not in ("+", "*") or len(node.parts) != 2:
            continue
        for stays, goes in (node.parts, node.parts[::-1]):
            if goes.op not in ("name", "number"):
                continue
            without = at_place(formula, place, stays)
            for other, target in places(without):
                if other != place and target.op != "number":
                    new = Node(node.op, (target, goes))
                    yield Edit("moved", at_place(without, other, new), node, new)
            # Below the root and above the line: sqrt(a / b + e) as (sqrt(a) + e) / sqrt(b).
            if place and stays.op == "/" and node.op == "+":
                yield from _root_of_a_ratio(formula, place[:-1], node, stays, goes)


def _subtracted_elsewhere(formula, found):
    """What is subtracted at the end is subtracted from an argument, such as softmax(Z - Y)."""
    for place, node in found:
        if node.op != "-" or node.parts[1].op != "name":
            continue
        stays, goes = node.parts
        for leaf in dict.fromkeys(part for part in walk(stays) if part.op == "name"):
            new = replaced(stays, {leaf: Node("-", (leaf, goes))})
            yield Edit("moved", at_place(formula, place, new), node, new)


def _root_of_a_ratio(formula, place, node, ratio, term):
    root = formula
    for index in place:
        root = root.parts[index]
    if root.op != "sqrt":
        return
    above, below = (Node("sqrt", (part,)) for part in ratio.parts)
    new = Node("/", (Node("+", (above, term)), below))
    yield Edit("moved", at_place(formula, place, new), node, new)


def _of_the_whole(formula, parts):
    """Special cases of the whole formula."""
    for digits in _DIGITS:
        new = Node("round", (formula,), digits)
        yield Edit("rounded", new, formula, new)
    if parts.counter is not None:
        for part in parts.arrays:
            for first in (part, Node("square", (part,))):
                new = Node("at_first", (parts.counter, first, formula))
                yield Edit("first_update", new, formula, new)
            new = Node("at_first", (parts.counter, formula, part))
            yield Edit("first_update", new, formula, new)
            one_less = Node("-", (parts.counter, number(1)))
            later = replaced(formula, {parts.counter: one_less})
            new = Node("at_first", (parts.counter, part, later))
            yield Edit("first_update", new, formula, new)
        for factor in ("sqrt", None):
            by = Node("sqrt", (parts.counter,)) if factor else parts.counter
            new = Node("/", (formula, by))
            yield Edit("factor", new, formula, new)
    for rest in (number(0), *parts.arrays):
        for which in _LEFT_OUT:
            new = Node("only", (formula, rest), which)
            yield Edit("left_out", new, formula, new)
    for part in parts.arrays:
        slope = _slope_of_sigmoid(part)
        yield Edit("slope_alone", slope, formula, slope)
        sigmoid = _slope_of_sigmoid(Node("sigmoid", (part,)))
        for slope in (
            _slope_of_sigmoid(part), sigmoid, Node("-", (number(1), Node("square", (part,))))
        ):  # fmt: skip
            for op in ("*", "/"):
                of_sigmoid = Node("/", (sigmoid, _slope_of_sigmoid(part)))
                for times in (slope, Node("square", (slope,)), of_sigmoid):
                    new = Node(op, (formula, times))
                    yield Edit("slope", new, formula, new)
    for condition in parts.inputs:
        zero = Node("==", (condition, number(0)))
        for instead in (*parts.arrays, number(0)):
            new = Node("where", (zero, instead, formula))
            yield Edit("where_zero", new, formula, new)
        flat = Node("==", (_slope_of_sigmoid(condition), number(0)))
        new = Node("where", (flat, number(0), formula))
        yield Edit("zero_by_zero", new, formula, new)


def _plain_steps(formula, parts):
    """A step that is a number times an array, such as plain gradient descent."""
    if formula.op != "-" or formula.parts[0].op != "name":
        return
    start, _ = formula.parts
    for scalar in parts.scalars:
        for array in parts.arrays:
            if array is not start:
                step = Node("*", (scalar, array))
                for op in ("-", "+"):
                    yield Edit("plain_step", Node(op, (start, step)), formula, step)


def _slope_of_sigmoid(part):
    return Node("*", (part, Node("-", (number(1), part))))
