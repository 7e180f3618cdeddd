"""How students change a formula: each edit is one slip at one place, or the same slip everywhere.

The edits depend on the formula alone, never on numbers; a family says what kind of slip it is.
"""

from collections import defaultdict

from mlpteach.exercise.readback.edits.added import (
    NUMBERS,
    functions,
    functions_of_arrays,
    guarded_logarithms,
    joined,
    limited,
    normalised,
    size_below_root,
    stretched,
)
from mlpteach.exercise.readback.edits.brackets import brackets, multiplied_out
from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.edits.everywhere import (
    applied_elsewhere,
    applied_twice,
    fixed_at_once,
    functions_everywhere,
    guarded,
    twice,
)
from mlpteach.exercise.readback.edits.masked import kept_entries, masked_entries, values_for_shares
from mlpteach.exercise.readback.edits.moved import (
    exchanged,
    exchanged_lines,
    moved,
    moved_functions,
    subtracted_elsewhere,
)
from mlpteach.exercise.readback.edits.other_leaves import counted, often_fixed, other_leaf
from mlpteach.exercise.readback.edits.other_operations import left_out, other_operation, other_sign
from mlpteach.exercise.readback.edits.repeated import repeated
from mlpteach.exercise.readback.edits.whole_formula import (
    ONE_FOR_ALL,
    another_formula,
    normalised_steps,
    of_the_whole,
    other_activations,
    plain_steps,
    spread_out,
    steps_of_velocities,
)
from mlpteach.exercise.readback.expression import Node, number, places, walk


def single_edits(formula, parts):
    """Yield each :class:`Edit` of a formula that is one slip.

    Parameters
    ----------
    formula : Node
    parts : Parts
    """
    found = list(places(formula))
    where = defaultdict(list)
    for place, node in found:
        where[node].append(place)
    times = {node: len(own) for node, own in where.items()}
    for node, own in where.items():
        for family, new in _slips(node, parts):
            if len(own) > 1:
                yield Edit(family, new, node, new, node, formula)
            for place in own:
                yield Edit(family, new, node, new, place, formula)
    yield from twice(formula, found)
    yield from functions_everywhere(formula, times)
    yield from moved_functions(formula, found)
    yield from guarded(formula, times)
    yield from applied_elsewhere(formula, times, parts)
    yield from fixed_at_once(formula, parts)
    yield from applied_twice(formula, times, parts)
    yield from exchanged(formula)
    yield from exchanged_lines(formula, times, parts)
    yield from moved(formula, found)
    yield from subtracted_elsewhere(formula, found)
    yield from of_the_whole(formula, parts)
    yield from spread_out(formula, parts)
    yield from another_formula(formula, parts)
    yield from plain_steps(formula, parts)
    yield from normalised_steps(formula, parts)
    yield from steps_of_velocities(formula, parts)
    yield from other_activations(formula, times, parts)
    yield from masked_entries(formula, times, parts)
    yield from kept_entries(formula, parts)
    yield from repeated(formula, times, parts)


def simple_edits(formula, parts):
    """Yield the edits that often come in pairs: fewer, and the most frequent ones."""
    found = list(places(formula))
    yield from moved(formula, found)
    for place, node in found:
        slips = (
            left_out, other_sign, brackets, counted(parts), often_fixed(parts),
            size_below_root,
        )  # fmt: skip
        for slip in slips:
            for family, new in slip(node):
                yield Edit(family, new, node, new, place, formula)
    yield from twice(formula, found)
    yield from exchanged(formula)
    yield from guarded(formula, dict.fromkeys(node for _, node in found))


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


def _slips(node, parts):
    """Yield (family, what stands there instead) for one part of a formula."""
    yield from left_out(node)
    if node.op == "name":
        yield from other_leaf(node, parts)
    if node in parts.arrays:
        yield from (("number_for_array", number(value)) for value in (0, 0.5, 1))
        yield from (("one_for_all", Node("entries", (node,), which)) for which in ONE_FOR_ALL)
        yield from (("rounded", Node("round", (node,), digits)) for digits in range(4))
        yield from stretched(node)
    if node.op == "number":
        yield from (("number", number(value)) for value in (0, *NUMBERS) if value != node.value)
    yield from other_operation(node)
    yield from brackets(node)
    yield from multiplied_out(node)
    if node.op == "square":
        yield from (("argument", Node("*", (*node.parts, other))) for other in parts.arrays)
    yield from functions(node)
    if any(part in parts.arrays for part in walk(node)):
        yield from functions_of_arrays(node)
        yield from normalised(node, parts)
        yield from values_for_shares(node)
        if node.op in ("name", "/"):
            yield from guarded_logarithms(node)
    yield from joined(node, parts)
    if node.op not in ("name", "number"):
        yield from (("other_part", part) for part in parts.all if part is not node)
        yield from (("other_part", Node("square", (part,))) for part in parts.inputs)
    yield from limited(node, parts)
