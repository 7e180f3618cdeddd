"""Only some entries count: those where an array is large, small, or on one side of another."""

from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.expression import COMPARISONS, Node, number

_LIMITS = (1, 0.5, 0.1, 0.01, 0.001, 1e-6, 1e-8)


def masked_entries(formula, nodes, parts):
    """A mask over the whole formula, or over what is summed in it.

    Parameters
    ----------
    formula : Node
    nodes : iterable of Node
        All that stands in it, each once.
    parts : Parts
    """
    reduced = [node for node in nodes if node.op in ("sum", "mean") and node.value is None]
    for mask in _masks(parts.inputs):
        for node in (formula, *reduced):
            for new in _with_mask(node, mask):
                yield Edit("masked", new, node, new, node, formula)


def _masks(inputs):
    """Yield conditions on the arrays that a function is given."""
    for array in inputs:
        for limit in (0, 0.5):
            limit = number(limit)
            yield from (Node(op, (array, limit)) for op in (">", "<", ">=", "<="))
    for place, first in enumerate(inputs):
        for second in inputs[place + 1 :]:
            apart = Node("abs", (Node("-", (first, second)),))  # as outputs and what they should be
            yield from (Node(op, (apart, number(0.5))) for op in (">", "<"))
            yield from (Node(op, (first, second)) for op in (">", "<"))


def _with_mask(node, mask):
    """Yield what a mask makes of a sum, of a mean over it, and of an array."""
    if node.op not in ("sum", "mean"):
        yield Node("*", (node, mask))
        return
    [inside] = node.parts
    kept = Node("*", (inside, mask))
    yield Node(node.op, (kept,))
    if node.op == "mean":
        yield Node("/", (Node("sum", (kept,)), Node("sum", (mask,))))


def kept_entries(formula, parts):
    """Entries that stay what an array was, where a mask leaves them out."""
    for array in parts.inputs if parts.counter is None else ():  # a condition on k gives the same
        for limit in _LIMITS:
            large = Node(">", (Node("abs", (array,)), number(limit)))
            for before in parts.arrays:
                new = Node("where", (large, formula, before))
                yield Edit("masked", new, formula, new)


def values_for_shares(node):
    """The values that lie below a limit, where it is to be counted how many do."""
    if node.op in COMPARISONS:
        yield from (("function", Node("*", (part, node))) for part in node.parts)
    if node.op == "mean" and node.parts[0].op in COMPARISONS:
        [below] = node.parts
        total = Node("sum", (Node("*", (below.parts[0], below)),))
        yield "function", Node("/", (total, Node("sum", (below,))))
