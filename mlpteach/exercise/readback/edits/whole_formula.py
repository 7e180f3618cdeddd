"""Special cases of a whole formula, and other formulas in its place."""

from mlpteach.exercise.readback.edits.added import SMALL, normalised, sizes
from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.edits.everywhere import only_array
from mlpteach.exercise.readback.edits.other_operations import LEFT_OUT
from mlpteach.exercise.readback.expression import Node, names_in, number, replaced, walk

_DIGITS = (6, 4, 3, 5, 2, 8, 1, 7, 0)


ONE_FOR_ALL = ("[[0]]", "[[-1]]", "[:, [0]]", "[:, [-1]]")
_CUT_OFF = (0.5, 0.1, 0.05, 0.01, 0.001)


def of_the_whole(formula, parts):
    """Special cases of the whole formula."""
    for digits in _DIGITS:
        new = Node("round", (formula,), digits)
        yield Edit("rounded", new, formula, new)
    for digits in range(1, 5):
        times = number(10**digits)
        new = Node("/", (Node("floor", (Node("*", (formula, times)),)), times))
        yield Edit("cut", new, formula, new)
    for limit in _CUT_OFF:
        small = Node("<", (Node("abs", (formula,)), number(limit)))
        new = Node("where", (small, number(0), formula))
        yield Edit("cut_off", new, formula, new)
    for part in parts.arrays:
        for op in ("sum", "mean"):
            for axis in (None, (0, False)):
                new = Node("/", (formula, Node(op, (part,), axis)))
                yield Edit("factor", new, formula, new)
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
        for which in LEFT_OUT:
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


def spread_out(formula, parts):
    """One number, row or column that stands in all of the answer's places."""
    for op in ("sum", "mean", "max"):
        for axis in (None, (0, True), (1, True)):
            new = Node("spread", (Node(op, (formula,), axis), formula))
            yield Edit("summed", new, formula, new)
    for part in parts.arrays:
        for which in ONE_FOR_ALL if part.op == "name" else ():
            one = replaced(formula, {part: Node("entries", (part,), which)})
            new = Node("spread", (one, formula))
            yield Edit("one_for_all", new, formula, new)


def _slope_of_sigmoid(part):
    return Node("*", (part, Node("-", (number(1), part))))


def plain_steps(formula, parts):
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


def steps_of_velocities(formula, parts):
    """Another step made of the new velocity, the one before it, and the gradient."""
    if formula.op != "-" or any(part.op != "name" for part in formula.parts):
        return
    start, velocity = formula.parts
    before = [part for part in parts.arrays if f"{part.value}'" == velocity.value]
    gradients = [part for part in parts.inputs if part not in (start, *before)]
    if len(before) != 1 or len(gradients) != 1:
        return
    rests = [Node(op, (number(1), scalar)) for scalar in parts.scalars for op in ("-", "+")]
    now = [velocity, *(Node("*", (times, velocity)) for times in (*parts.scalars, *rests))]
    then = [before[0], *(Node("*", (times, before[0])) for times in parts.scalars)]
    then += [Node("*", (Node("square", (times,)), before[0])) for times in parts.scalars]
    pushed = [Node("*", (times, gradients[0])) for times in parts.scalars]
    for first in (*now, *then):
        for second in (*then, *pushed):
            for op in ("+", "-"):
                step = Node(op, (first, second))
                yield Edit("other_step", Node("-", (start, step)), velocity, step)


def normalised_steps(formula, parts):
    """A step of one size, whatever the numbers are: divided by its own size before it is scaled."""
    if formula.op != "-" or formula.parts[0].op != "name":
        return
    start, step = formula.parts
    scales = [part for part in walk(step) if part in parts.scalars and part is not parts.counter]
    for scale in scales[:1]:  # what the step begins with
        unscaled = Node("/", (step, scale))
        plain = [Node("/", (unscaled, size)) for size in sizes(unscaled)]
        for one in (*plain, *(guarded for _, guarded in normalised(unscaled, parts))):
            new = Node("*", (scale, one))
            yield Edit("normalised_step", Node("-", (start, new)), step, new)


def other_activations(formula, nodes, parts):
    """Another function of the only array that stands in a part, such as sigmoid for softmax."""
    for node in nodes:
        leaf = only_array(node, parts)
        if leaf is None or names_in(node) != {leaf.value} or len(node.parts) < 2:
            continue
        for new in _activations(leaf):
            yield Edit("other_function", replaced(formula, {node: new}), node, new)


def _activations(array):
    yield from (Node(op, (array,)) for op in ("sigmoid", "tanh", "exp", "abs", "square", "sign"))
    yield Node("log1p", (Node("exp", (array,)),))
    yield Node("maximum", (array, number(0)))
    for axis in (None, (0, True)):
        smallest, largest = (Node(op, (array,), axis) for op in ("min", "max"))
        above = Node("-", (array, smallest))
        yield Node("/", (above, Node("sum", (above,), axis)))
        yield Node("/", (above, Node("-", (largest, smallest))))
        lengths = Node("sqrt", (Node("sum", (Node("square", (array,)),), axis),))
        sums = [Node("sum", (part,), axis) for part in (array, Node("abs", (array,)))]
        yield from (Node("/", (array, size)) for size in (*sums, lengths, largest))
        for part in (Node("square", (array,)), Node("maximum", (array, number(0)))):
            yield Node("/", (part, Node("sum", (part,), axis)))


def another_formula(formula, parts):
    """What else is made of two inputs, for a function of no more: a distance, a derivative."""
    if len(parts.inputs) != 2 or len(parts.all) > 2 or len(names_in(formula)) != 2:
        return
    first, second = parts.inputs
    for small in SMALL:
        slope = Node("+", (_slope_of_sigmoid(second), number(small)))
        new = Node("/", (formula, slope))
        yield Edit("slope", new, formula, new)
    rounded = [(first, Node("round", (second,), 0)), (Node("round", (first,), 0), second)]
    for op in ("-", "*", "+", "/", "@", "transposed_product"):
        for pair in (*_pairs_of(first, second), *rounded):
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
