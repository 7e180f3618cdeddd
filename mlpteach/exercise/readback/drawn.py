"""Read back drawn weights: how widely and of which kind, from their spread and their tails."""

import ast

import numpy as np

from mlpteach.exercise.differences import Finding
from mlpteach.exercise.readback.expression import (
    Node,
    at_place,
    evaluate,
    name,
    number,
    places,
    write,
)
from mlpteach.exercise.readback.formula import NoFormula, read_expression
from mlpteach.exercise.replies import arrays

# Kind -> (standard deviation where the scale is 1, fourth moment over the squared variance).
_KINDS = {
    "uniform": (3**-0.5, 1.8),
    "normal": (1.0, 3.0),
    "truncated": (0.8796, 2.366),
    "two numbers": (1.0, 1.0),
}
_DRAWS = ("rng.uniform", "rng.normal")
_NUMBERS = (1, 2, 3, 4, 6, 8, 12, 0.5)
_FACTORS = (0.01, 0.1, 0.5, 2, 10)
_SPREAD, _TAILS = 0.02, 0.17
_LIKELY_GAP = 12  # of this many times 1/size, between a limit and the largest number drawn below it
_OTHER_SIZES = ((100, 300), (30, 17), (500, 64))
_BRACKET = (
    "Your numbers lie as if a bracket ended elsewhere: look at what is multiplied by the limit, "
    "and what is subtracted."
)
_TWO_NUMBERS = (
    "Your numbers are those of a draw between two numbers of the right size: between them lies "
    "none. Which distribution is asked for?"
)
_TRUNCATED = (
    "Your numbers are those of a normal distribution of the right scale whose large values are cut "
    "off or drawn again: that makes the spread smaller than the scale."
)


def read_drawn(sheet, task, given):
    """Return what is said of weights drawn with another scale or of another kind; "" for nothing.

    Parameters
    ----------
    sheet : Sheet
    task : Task
    given : list of Exchange
    """
    known = _drawn_as(sheet, task)
    if known is not None and _bracket_missing(known, task, given):
        return _BRACKET
    seen = [_seen(task, exchange) for exchange in given]
    if known is None or None in seen:
        return ""
    kind, scale = known
    kinds = [other for other in _KINDS if all(_fits_tails(other, tails) for _, _, tails in seen)]
    if not kinds:
        return ""
    found = kind if kind in kinds else kinds[0]
    if found == "truncated" and _fits(scale, found, seen):
        return _TRUNCATED
    if found == "two numbers":
        return _TWO_NUMBERS if _fits(_deviation(scale, kind), found, seen) else ""
    fits = [new for new in _other_scales(scale) if _fits(new, found, seen)]
    if _fits(scale, found, seen) or not fits or not _agree(fits):
        return ""
    what = "the limit" if found == "uniform" else "the standard deviation"
    return (
        f"Your numbers are spread as if {what} were `{write(fits[0])}`: look at what stands there."
    )


def _bracket_missing(known, task, given):
    """Whether all numbers lie where 2 u - r lies, or 2 r u - 1, for u from 0 to 1."""
    found = [arrays(task, exchange.reply) for exchange in given]
    if known[0] != "uniform" or any(isinstance(each, Finding) for each in found):
        return False
    lies = []
    for each, exchange in zip(found, given, strict=True):
        values = dict(zip(task.parameters, exchange.call.arguments, strict=False))
        limit, [array] = evaluate(known[1], values, {}), each.values()
        ends = (-limit, 2 - limit), (-1, 2 * limit - 1)
        lies.append([_lies_between(array, *two) for two in ends])
    return any(all(each) for each in zip(*lies, strict=True))


def _lies_between(array, low, high):
    """Whether many numbers reach from one end to the other, and no further."""
    if array.size < 1000:
        return False
    near = 0.005 * (high - low)
    return bool(low <= array.min() <= low + near and high - near <= array.max() <= high)


def _drawn_as(sheet, task):
    """Return (kind, the expression of its scale) of the model; None where it draws otherwise."""
    [definition] = ast.parse(task.solution).body
    names = {parameter: name(parameter) for parameter in task.parameters}
    for statement in definition.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "rng.uniform",
                "rng.normal",
            ):
                kind = node.func.attr
                return kind, read_expression(sheet, node.args[1], names)
        if isinstance(statement, ast.Assign):
            try:
                value = read_expression(sheet, statement.value, names)
            except NoFormula:
                continue
            names[statement.targets[0].id] = value
    return None


def _deviation(scale, kind):
    """Return the expression of the standard deviation of what is drawn at this scale."""
    return Node("*", (number(_KINDS[kind][0]), scale))


def _seen(task, exchange):
    """Return (sizes, array, fourth moment) of an answer; None where it is none."""
    found = arrays(task, exchange.reply)
    if isinstance(found, Finding):
        return None
    [array] = found.values()
    if array.size < 1000 or not np.isfinite(array).all() or array.std() == 0:
        return None
    if abs(array.mean()) > 0.05 * array.std():
        return None
    centred = array - array.mean()
    values = dict(zip(task.parameters, exchange.call.arguments, strict=False))
    return values, array, float((centred**4).mean() / array.var() ** 2)


def _fits_tails(kind, tails):
    return abs(_KINDS[kind][1] - tails) < _TAILS


def _fits(scale, kind, seen):
    """Whether a scale leads to the spread of every answer, and a limit to its largest number."""
    for values, array, _ in seen:
        drawn = evaluate(scale, values, {})
        gap = 1 - np.abs(array).max() / drawn
        spread_fits = abs(_KINDS[kind][0] * drawn / array.std() - 1) < _SPREAD
        limit_fits = -1e-9 <= gap <= _LIKELY_GAP / array.size
        if not spread_fits or (kind == "uniform" and not limit_fits):
            return False
    return True


def _other_scales(scale):
    """Yield the scale with one thing changed: a number, a fan, a root, a factor."""
    fans = name("n_in"), name("n_out")
    both = Node("+", fans)
    others = (*fans, both, Node("*", fans), Node("/", (both, number(2))),
              Node("abs", (Node("-", fans),)))  # fmt: skip
    yield from _two_terms(scale)
    for place, node in places(scale):
        if node.op == "number":
            new = [number(value) for value in _NUMBERS if value != node.value]
        elif node.op == "sqrt":
            [inside] = node.parts
            new = [inside, *(Node("*", (number(f), node)) for f in _FACTORS)]
            if inside.op == "/":  # a bracket that ends too soon, or only one root of two
                above, below = inside.parts
                new.append(Node("/", (Node("sqrt", (above,)), below)))
                new.append(Node("/", (above, Node("sqrt", (below,)))))
                new += [
                    Node("/", (Node("sqrt", (below,)), above)),
                    Node("sqrt", (Node("/", (below, above)),)),
                ]
                new += list(_two_roots(above, below))
        elif node.op == "/":
            new = [Node("*", node.parts)]
            new += [Node("/", (node.parts[0], other)) for other in others]
            new += [Node("+", (Node("/", (node.parts[0], fans[0])), fans[1]))]
        elif node.op == "name":
            new = [*fans, Node("*", (number(2), node))]
        else:
            new = [Node("sqrt", (node,))]
        for other in new:
            yield at_place(scale, place, other)
    for value in (1, 2, 3, 6):
        for fan in (*fans, both):
            yield Node("sqrt", (Node("/", (number(value), fan)),))
    yield from (number(value) for value in (1, 0.01, 0.1, 0.5, 0.05))


def _two_terms(scale):
    """Yield a fraction over each fan by itself, joined outside or inside of the root."""
    if scale.op != "sqrt" or scale.parts[0].op != "/":
        return
    above, below = scale.parts[0].parts
    if below.op != "+":
        return
    fractions = [Node("/", (above, fan)) for fan in below.parts]
    roots = Node("+", tuple(Node("sqrt", (fraction,)) for fraction in fractions))
    both = Node("sqrt", (Node("+", tuple(fractions)),))
    for fraction, fan in ((fractions[0], below.parts[1]), (fractions[1], below.parts[0])):
        yield Node("+", (Node("sqrt", (fraction,)), Node("sqrt", (fan,))))
    below_roots = Node("+", tuple(Node("sqrt", (fan,)) for fan in below.parts))
    yield Node("/", (Node("sqrt", (above,)), below_roots))
    for joined in (roots, both):
        yield joined
        yield Node("/", (joined, number(2)))


def _two_roots(above, below):
    """Yield sqrt(3 · 2 / n) with a root over one of its parts only, as whoever works it out."""
    if above.op != "number":
        return
    for factor in (2, 3):
        rest = number(above.value / factor)
        root = Node("sqrt", (number(factor),))
        yield Node("/", (Node("*", (root, rest)), below))
        yield Node("/", (Node("sqrt", (Node("/", (rest, below)),)), root))
        yield Node("*", (number(factor), Node("sqrt", (Node("/", (rest, below)),))))
        yield Node("/", (Node("sqrt", (Node("/", (rest, below)),)), number(factor)))
        yield Node("sqrt", (Node("/", (rest, below)),))


def _agree(fits):
    """Whether scales that fit are the same for other sizes, too."""
    for n_in, n_out in _OTHER_SIZES:
        values = {"n_in": n_in, "n_out": n_out}
        found = [evaluate(scale, values, {}) for scale in fits]
        if max(found) > 1.02 * min(found):
            return False
    return True
