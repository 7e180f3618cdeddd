"""One entry of an expression: tells nearly all candidates, without the whole arrays."""

import math

import numpy as np

from mlpteach.exercise.readback.expression import OPERATIONS

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
        self._values = _entries(case.values, case.answer.shape, place)
        self._memo = _entries(case.memo, case.answer.shape, place)

    def value(self, formula):
        """Return the entry of an expression; None where the whole arrays have to be looked at."""
        try:
            found = self._value(formula)
        except (KeyError, ValueError, ArithmeticError, TypeError):
            return None
        return found if isinstance(found, float) and math.isfinite(found) else None

    def _value(self, node):
        known = self._memo.get(node)
        if known is not None:
            return known
        if node.op == "name":
            return self._values[node.value]
        if node.op == "number":
            return node.value
        function, parts = _OF_FLOATS[node.op], node.parts
        if len(parts) == 2:  # as nearly always
            return function(self._value(parts[0]), self._value(parts[1]), node.value)
        return function(*map(self._value, parts), node.value)


def _entries(values, shape, place):
    """Return key -> entry, of arrays of this shape and of single numbers."""
    return {
        key: value.flat[place].item() if isinstance(value, np.ndarray) else value
        for key, value in values.items()
        if np.shape(value) in ((), shape)
    }
