"""What a student's function was called with and answered, quantity by quantity."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlpteach.exercise.differences import Finding
from mlpteach.exercise.readback.formula import own
from mlpteach.exercise.replies import arrays

_RTOL = 1e-10
_ROUNDING = 2e-14
_SINGLE = 3e-6  # of an answer in float32


@dataclass
class Case:
    """One call, one quantity.

    Attributes
    ----------
    values : dict
        Name -> what the function was called with, and under :func:`own` what it returned before;
        what :func:`told` names says whether an argument was given, and has not its default.
    answer : ndarray, optional
        What was returned; None where the call stopped with an error.
    rtol : float
        The rounding it may have.
    memo : dict
        For :func:`mlpteach.exercise.readback.expression.evaluate`.
    """

    values: dict[str, Any]
    answer: np.ndarray | None
    rtol: float = _RTOL
    memo: dict = field(default_factory=dict)
    _allowed: np.ndarray | None = None

    def fits(self, value):
        """Whether a value is the answer but for rounding."""
        answer = self.answer
        value = np.asarray(value)
        if answer is None or value.shape != answer.shape or value.dtype.kind not in "fiub":
            return False
        same = (np.abs(value - answer) <= self.allowed) | (value == answer)
        return bool((same | (np.isnan(value) & np.isnan(answer))).all())

    @property
    def allowed(self):
        """The rounding that each entry may have; of a moved W that of its step."""
        if self._allowed is None:
            self._allowed = self._rounding()
        return self._allowed

    def _rounding(self):
        size = np.abs(np.where(np.isfinite(self.answer), self.answer, 0.0))
        step = size
        before = self.values.get("W")
        if before is not None and np.shape(before) == size.shape:
            step = np.minimum(size, np.abs(self.answer - before))
            step = np.where(np.isfinite(step), step, size)
        largest = max(size.max(initial=0.0), *(_size(value) for value in self.values.values()))
        return self.rtol * step + _ROUNDING * largest


def _size(value):
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
        return min(float(np.abs(value[np.isfinite(value)]).max(initial=0.0)), 1e3)
    return 0.0


def cases_of(task, exchanges, quantity, defaults, refused=()):
    """Return the :class:`Case` of each call of a function, for one of its quantities.

    Parameters
    ----------
    task : Task
    exchanges : list of Exchange
    quantity : str
    defaults : dict of str to object
        Of the function's parameters.
    refused : collection of str
        Quantities whose returned values say nothing, so that nothing is judged from them.
    """
    earlier = [q for q in task.order[: task.order.index(quantity)] if q not in refused]
    return [_case(task, each, quantity, defaults, earlier) for each in exchanges]


def _case(task, exchange, quantity, defaults, earlier):
    call = exchange.call
    given = dict(zip(task.parameters, call.arguments, strict=False)) | call.keywords
    values = defaults | given | {told(name): name in given for name in defaults}
    found = arrays(task, exchange.reply)
    if isinstance(found, Finding):
        return Case(values, None)
    returned = {own(q): _floats(found[q]) for q in earlier}
    single = any(array.dtype == np.float32 for array in found.values())
    return Case(values | returned, _floats(found[quantity]), _SINGLE if single else _RTOL)


def told(parameter):
    """Return the name under which stands whether an argument was given."""
    return f"{parameter}?"


def _floats(array):
    return array if array.dtype == float else array.astype(float)
