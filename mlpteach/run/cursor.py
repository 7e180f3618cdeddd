"""Stepping through a trace, forwards and back, by a line of the formula, an update or an epoch."""

from typing import Self

from mlpteach.basics.arguments import check_choice, check_count, describe
from mlpteach.basics.parameters import Parameters
from mlpteach.run.trace import Step, Trace

UNITS = ("line", "update", "epoch")


class Cursor:
    """A place in a trace: update `k`, and the line of the rule that was computed last.

    Going back is a seek in the record: it shows the same numbers, to the bit, as on the way there.

    Parameters
    ----------
    trace : Trace
        With at least one update.
    k : int
        Where to start; the first line of that update.

    Attributes
    ----------
    k : int
    line : str
        Name of the rule's quantity at the cursor; the last line, ``W``, is the step itself.

    Examples
    --------
    >>> from mlpteach import LANDSCAPES, descend
    >>> cursor = Cursor(descend(LANDSCAPES["beale"], [1.0, 1.0], rule="adam", steps=5))
    >>> cursor.forward("line").line
    'V'
    >>> cursor.forward("update")
    <update 2 of 5, line V (2 of 6)>
    >>> cursor.back("line").back("line")
    <update 1 of 5, line W (6 of 6)>
    """

    def __init__(self, trace: Trace, k: int = 1) -> None:
        if not isinstance(trace, Trace):
            raise TypeError(f"trace must be a Trace; given {describe(trace)}.")
        if not len(trace):
            raise ValueError(f"trace holds no update to look at. {trace.diverged}")
        self.trace = trace
        self._lines = (*trace.lines, "W")
        self.k = check_count("k", k, maximum=len(trace))
        self._line = 0

    @property
    def line(self) -> str:
        return self._lines[self._line]

    @property
    def step(self) -> Step:
        """The :class:`Step` at the cursor."""
        return self.trace[self.k - 1]

    @property
    def value(self) -> Parameters:
        """The quantity of the line at the cursor; at the last line, ``W``, the new parameters."""
        step = self.step
        return step.after if self.line == "W" else step.quantities[self.line]

    def forward(self, unit: str = "update") -> Self:
        """Go on by one line, update or epoch; at the end of the trace stay there. Returns self."""
        return self._move(unit, 1)

    def back(self, unit: str = "update") -> Self:
        """Go back by one line, update or epoch; at the start of the trace stay there."""
        return self._move(unit, -1)

    def _move(self, unit: str, direction: int) -> Self:
        check_choice("unit", unit, UNITS)
        per_epoch = self.trace.run.problem.updates_per_epoch
        if unit == "line":
            position = (self.k - 1) * len(self._lines) + self._line + direction
            position = min(max(position, 0), len(self.trace) * len(self._lines) - 1)
            self.k, self._line = position // len(self._lines) + 1, position % len(self._lines)
        else:
            k = self.k + direction * (per_epoch if unit == "epoch" else 1)
            self.k = min(max(k, 1), len(self.trace))
        return self

    def __repr__(self) -> str:
        return (
            f"<update {self.k} of {len(self.trace)}, "
            f"line {self.line} ({self._line + 1} of {len(self._lines)})>"
        )
