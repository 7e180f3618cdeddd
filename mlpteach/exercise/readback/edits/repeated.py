"""What is done once for each update so far, or twice, where it is to be done once."""

from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.expression import Node, replaced, walk


def repeated(formula, nodes, parts):
    """A division that stands in a loop over the updates so far: one of them, or all at once.

    Parameters
    ----------
    formula : Node
    nodes : iterable of Node
        All that stands in it, each once.
    parts : Parts
    """
    if parts.counter is None:
        return
    divisions = [node for node in nodes if _divides_by_count(node, parts.counter)]
    groups = [[node] for node in divisions]
    for chosen in [*groups, divisions] if len(divisions) > 1 else groups:
        for change in (_each_time, _each_in_turn, _twice):
            changes = {node: change(node, parts.counter) for node in chosen}
            old, new = chosen[0], changes[chosen[0]]
            yield Edit("repeated", replaced(formula, changes), old, new)


def _divides_by_count(node, counter):
    return (
        node.op == "/"
        and node.parts[1].op == "-"
        and any(part is counter for part in walk(node.parts[1]))
    )


def _each_time(node, counter):
    above, below = node.parts
    return Node("/", (above, Node("**", (below, counter))))


def _each_in_turn(node, counter):
    """x / (1 - b) / (1 - b**2) … for x / (1 - b**k)."""
    above, below = node.parts
    power = below.parts[1]
    if power.op != "**" or power.parts[1] is not counter:
        return _each_time(node, counter)
    return Node("/", (above, Node("rests_of_powers", power.parts)))


def _twice(node, _):
    above, below = node.parts
    return Node("/", (above, Node("square", (below,))))
