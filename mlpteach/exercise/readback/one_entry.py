"""One entry of an expression: tells nearly all candidates, without the whole arrays.

Of what stands at one place of a formula all candidates go the rest of the way to its top together.
"""

import math

import numpy as np

from mlpteach.exercise.readback.expression import NO_VALUE, OPERATIONS, Node, evaluate

_OF_FLOATS = {
    "square": lambda x, _: x * x,
    "sqrt": lambda x, _: math.sqrt(x),
    "abs": lambda x, _: abs(x),
    "exp": lambda x, _: math.exp(x),
    "log": lambda x, _: math.log(x),
    "tanh": lambda x, _: math.tanh(x),
    "sigmoid": lambda x, _: 1 / (1 + math.exp(-x)),
    "maximum": lambda x, y, _: max(x, y),
    "minimum": lambda x, y, _: min(x, y),
    "clip": lambda x, limits: min(max(x, limits[0]), limits[1]),
    "where": lambda condition, yes, no, _: yes if condition else no,
}
_THE_SAME = ("+", "-", "*", "/", "**", "//", "<", "<=", ">", ">=", "==", "neg", "at_first")
_OF_FLOATS |= {op: OPERATIONS[op] for op in (*_THE_SAME, "if_given")}


class OneEntry:
    """An entry of a call's arguments, and of all parts of the model's formula.

    Parameters
    ----------
    case : Case
        With its memo filled.
    place : int
        The entry, counted flat.
    """

    def __init__(self, case, place):
        self._case, self._shape, self._place = case, case.answer.shape, place
        self._values = _entries(case.values, self._shape, place)
        self._memo = _entries(case.memo, self._shape, place)

    def value(self, formula):
        """Return the entry of an expression; None where the whole arrays have to be looked at."""
        try:
            found = self._value(formula)
        except (KeyError, ValueError, ArithmeticError, TypeError):
            return None
        return found if isinstance(found, float) and math.isfinite(found) else None

    def values_at(self, formula, place, puts):
        """Return the entry of a formula with each of these in one place of it.

        Parameters
        ----------
        formula : Node
        place : tuple of int, or Node
            As of an Edit.
        puts : list of Node

        Returns
        -------
        ndarray
            NaN where the whole arrays have to be looked at.
        """
        entries = np.array([self._entry(put) for put in puts], dtype=float)
        go_up = self._from_all if isinstance(place, Node) else self._from_place
        with np.errstate(all="ignore"):
            entries = go_up(formula, place, entries)
        return np.where(np.isfinite(entries), entries, np.nan)

    def _from_place(self, node, place, entries):
        """Return the entries of an expression with these at one place of it."""
        if not place:
            return entries
        index, *rest = place
        changed = {index: self._from_place(node.parts[index], rest, entries)}
        return self._one_up(node, changed, entries.shape)

    def _from_all(self, node, old, entries):
        """Return the same with these wherever a part stands; None where it stands nowhere."""
        if node is old:
            return entries
        parts = [self._from_all(part, old, entries) for part in node.parts]
        changed = {index: part for index, part in enumerate(parts) if part is not None}
        return self._one_up(node, changed, entries.shape) if changed else None

    def _one_up(self, node, changed, shape):
        """Return the entries of an operation, with these for some of its parts."""
        parts = [
            changed[index] if index in changed else self._memo.get(part)
            for index, part in enumerate(node.parts)
        ]
        if node.op not in _OF_FLOATS or any(part is None for part in parts):
            return np.full(shape, np.nan)
        return OPERATIONS[node.op](*parts, node.value)

    def _entry(self, node):
        """Return the entry of one expression, NaN where there is none."""
        found = self.value(node)
        if found is not None:
            return found
        try:
            value = np.asarray(evaluate(node, self._case.values, self._case.memo))
            if value.ndim > len(self._shape):
                return np.nan
            return np.broadcast_to(value, self._shape).flat[self._place]
        except NO_VALUE:
            return np.nan

    def _value(self, node):
        known = self._memo.get(node)
        if known is not None:
            return known
        if node.op == "name":
            return self._values[node.value]
        if node.op == "number":
            return node.value
        function = _OF_FLOATS[node.op]
        return function(*map(self._value, node.parts), node.value)


def _entries(values, shape, place):
    """Return key -> entry, of arrays of this shape and of single numbers."""
    return {
        key: value.flat[place].item() if isinstance(value, np.ndarray) else value
        for key, value in values.items()
        if np.shape(value) in ((), shape)
    }
