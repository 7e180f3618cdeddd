"""Something that stands elsewhere in the formula, or in the place of something else."""

from collections import defaultdict
from itertools import combinations

from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.expression import (
    Node,
    at_place,
    name,
    places,
    replaced,
    walk,
    write,
)


def moved(formula, found):
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


def _root_of_a_ratio(formula, place, node, ratio, term):
    root = formula
    for index in place:
        root = root.parts[index]
    if root.op != "sqrt":
        return
    above, below = (Node("sqrt", (part,)) for part in ratio.parts)
    outside = Node("sqrt", (Node("+", (ratio.parts[0], term)),))
    for new in (
        Node("/", (Node("+", (above, term)), below)), Node("/", (outside, ratio.parts[1]))
    ):  # fmt: skip
        yield Edit("moved", at_place(formula, place, new), node, new)


def moved_functions(formula, found):
    """A square or a root that takes in too much, too little, or something else."""
    for place, node in found:
        if node.op not in ("square", "sqrt", "abs"):
            continue
        without = at_place(formula, place, node.parts[0])
        for other, target in places(without):
            if other != place and target.op != "number":
                new = Node(node.op, (target,))
                yield Edit("moved", at_place(without, other, new), node, new)


def subtracted_elsewhere(formula, found):
    """What is subtracted at the end is subtracted from an argument, such as softmax(Z - Y)."""
    for place, node in found:
        if node.op != "-" or node.parts[1].op != "name":
            continue
        stays, goes = node.parts
        for leaf in dict.fromkeys(part for part in walk(stays) if part.op == "name"):
            new = replaced(stays, {leaf: Node("-", (leaf, goes))})
            yield Edit("moved", at_place(formula, place, new), node, new)


def exchanged(formula):
    """Two arguments in each other's place, everywhere."""
    leaves = defaultdict(list)
    for node in walk(formula):
        if node.op == "name":
            leaves[node.value].append(node)
    for (first, firsts), (second, seconds) in combinations(leaves.items(), 2):
        changes = {n: name(second) for n in firsts} | {n: name(first) for n in seconds}
        yield Edit("exchanged", replaced(formula, changes), firsts[0], seconds[0])


def exchanged_lines(formula, nodes, parts):
    """Two lines in each other's place, such as the corrected moments."""
    written = {write(part) for part in parts.arrays if part.parts}
    lines = [node for node in nodes if node.parts and write(node) in written]
    for first, second in combinations(lines, 2):
        changes = {first: second, second: first}
        yield Edit("exchanged", replaced(formula, changes), first, second)
