"""One entry of thousands of changed formulas at once: operation by operation, not one by one.

What is changed is told apart by how it is built, so that each part is worked out once; where whole
arrays are needed, as for a sum, they are taken. From its place each change then goes the rest of
the way to the top of the formula, together with all others in this place.
"""

from collections import defaultdict

import numpy as np

from mlpteach.exercise.readback.expression import (
    NO_VALUE,
    OPERATIONS,
    Node,
    evaluate,
    fill,
    number,
)

_BY_ENTRY = (
    "+", "-", "*", "/", "**", "//", "%", "<", "<=", ">", ">=", "==", "maximum", "minimum", "neg",
    "square", "sqrt", "abs", "exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p",
    "tanh", "sign", "floor", "trunc", "sigmoid", "clip", "round", "where",
)  # fmt: skip
_ENTRIES = {op: OPERATIONS[op] for op in _BY_ENTRY} | {
    "at_first": lambda k, yes, no, _: np.where(k == 1, yes, no),
    "if_given": lambda told, yes, no, _: np.where(told, yes, no),
}


class Together:
    """Expressions that are worked out together, each known by its number.

    Attributes
    ----------
    groups : list of (place, edits, ndarray of int)
        The edits in each place of a formula, and the numbers of what they put there.
    """

    def __init__(self, groups):
        self._numbers, self._keys, self._depths = {}, {}, []
        self._constants, self._wholes, self._steps = {}, {}, defaultdict(list)
        self.groups = [
            (place, edits, np.array([self._number(edit.put) for edit in edits], dtype=int))
            for place, edits in groups
        ]
        self._levels = [
            (op, value, *np.array(rows).T)
            for (_, op, value), rows in sorted(self._steps.items(), key=lambda item: item[0][0])
        ]
        del self._keys, self._steps

    def _number(self, node):
        known = self._numbers.get(node)
        if known is None:
            known = self._numbers[node] = self._new_number(node)
        return known

    def _new_number(self, node):
        if node.op == "clip_norm":
            return self._number(_scaled_down(node))
        key = (node.op, node.value, *map(self._number, node.parts))
        known = self._keys.get(key)
        if known is not None:
            return known
        found = self._keys[key] = len(self._depths)
        parts = key[2:]
        steps = node.op in _ENTRIES
        self._depths.append(1 + max([self._depths[part] for part in parts]) if steps else 0)
        if node.op == "number":
            self._constants[found] = node.value
        elif steps:
            self._steps[self._depths[found], node.op, node.value].append((found, *parts))
        else:
            self._wholes[found] = node
        return found

    def entries(self, case, place):
        """Return one entry of each expression in a call; NaN where it has none.

        Parameters
        ----------
        case : Case
            With its memo filled.
        place : int
            The entry, counted flat.
        """
        entries = np.full(len(self._depths), np.nan)
        entries[list(self._constants)] = list(self._constants.values())
        memo = dict(case.memo)
        with np.errstate(all="ignore"):
            for index, node in self._wholes.items():
                entries[index] = _entry(node, case, place, memo)
            for op, value, found, *parts in self._levels:
                entries[found] = _ENTRIES[op](*(entries[part] for part in parts), value)
        return entries


def _scaled_down(node):
    """Return the same as a product: nearly all of it is the same for every limit."""
    [array] = node.parts
    ratio = Node("/", (number(node.value), Node("norm", (array,))))
    return Node("*", (array, Node("minimum", (number(1), ratio))))


def _entry(node, case, place, memo):
    """Return an entry of an expression, whatever its shape; NaN where it has none."""
    try:
        for part in node.parts:
            fill(part, case.values, memo)
        value = evaluate(node, case.values, memo)
        if isinstance(value, (float, int)):
            return value
        value = np.asarray(value)
        if value.shape == case.answer.shape:
            return value.item(place)
        if value.ndim > case.answer.ndim:
            return np.nan
        return np.broadcast_to(value, case.answer.shape).flat[place]
    except NO_VALUE:
        return np.nan


def upwards(formula, place, entries, case, at):
    """Return the entry of a formula with each of these in one place of it.

    Parameters
    ----------
    formula : Node
    place : tuple of int, or Node
        As of an Edit.
    entries : ndarray
    case : Case
        With its memo filled.
    at : int
        The entry, counted flat.

    Returns
    -------
    ndarray, or None
        None where the whole arrays have to be looked at.
    """
    go_up = _from_all if isinstance(place, Node) else _from_place
    with np.errstate(all="ignore"):
        return go_up(formula, place, entries, (case, at))


def _from_place(node, place, entries, known):
    if not place:
        return entries
    index, *rest = place
    below = _from_place(node.parts[index], rest, entries, known)
    return None if below is None else _one_up(node, {index: below}, known)


def _from_all(node, old, entries, known):
    """Return the same with these wherever a part stands; None also where it stands nowhere."""
    if node is old:
        return entries
    parts = {index: part for index, part in enumerate(node.parts) if _holds(part, old)}
    changed = {index: _from_all(part, old, entries, known) for index, part in parts.items()}
    if not changed or any(part is None for part in changed.values()):
        return None
    return _one_up(node, changed, known)


def _holds(node, old):
    return node is old or any(_holds(part, old) for part in node.parts)


def _one_up(node, changed, known):
    """Return the entries of an operation, with these for some of its parts."""
    if node.op not in _ENTRIES:
        return None
    case, at = known
    parts = [
        changed[index] if index in changed else _entry(part, case, at, case.memo)
        for index, part in enumerate(node.parts)
    ]
    return _ENTRIES[node.op](*parts, node.value)
