"""A known mistake and a factor beside it: told by one division, where thousands would be tried."""

import numpy as np

from mlpteach.exercise.readback.edits.edit import Edit
from mlpteach.exercise.readback.expression import NO_VALUE, Node, evaluate, number

_USUAL = (0.1, 0.5, 2.0, 10.0, -1.0)
_NOBODYS = ("/", "number")  # is the same as times another one


def scaled(formula, case, parts):
    """Return the edits that put a factor before a formula, or the step of W - step, if one does.

    Parameters
    ----------
    formula : Node
        One that has a known mistake.
    case : Case
        A wrong answer.
    parts : Parts
    """
    moves = formula.op == "-" and formula.parts[0].op == "name"
    scaled_part = formula.parts[1] if moves else formula
    try:
        value = np.asarray(evaluate(scaled_part, case.values, {}), dtype=float)
        answer = evaluate(formula.parts[0], case.values, {}) - case.answer if moves else case.answer
        times = _ratio(np.asarray(answer), value)
    except NO_VALUE:
        return []
    if not times:
        return []
    place = (1,) if moves else ()
    return [
        Edit("factor", Node(op, (scaled_part, factor)), scaled_part, factor, place, formula)
        for factor in _factors(parts)
        for op, wanted in (("*", times), ("/", 1 / times))
        if np.isclose(_value(factor, case), wanted, rtol=1e-5) and (op, factor.op) != _NOBODYS
    ]


def _ratio(answer, value):
    """Return what an array is a multiple of another by; None where it is none."""
    if answer.shape != value.shape or not value.size:
        return None
    largest = np.argmax(np.abs(value))
    if not np.isfinite(value).all() or not value.flat[largest]:
        return None
    times = answer.flat[largest] / value.flat[largest]
    same = np.allclose(answer, times * value, rtol=1e-5, atol=1e-9 * np.abs(answer).max())
    return times if same and not np.isclose(times, 1.0, rtol=1e-5) else None


def _factors(parts):
    """Yield what stands before a step: a usual number, or one that changes with k."""
    yield from map(number, _USUAL)
    for scalar in parts.scalars:
        yield from (scalar, Node("sqrt", (scalar,)), Node("-", (number(1), scalar)))


def _value(factor, case):
    try:
        return float(evaluate(factor, case.values, {}))
    except NO_VALUE:
        return np.nan
