"""How much may be tried for one notebook, counted in candidates: the same file gets the same words.

A candidate takes about 5 to 15 µs, so that a notebook costs at most a second of CPU time.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

_MOST = 44_000
_SHARE = 0.5  # of what is left, for one quantity


@dataclass
class Budget:
    """What is left for a notebook, and what was found in it.

    Attributes
    ----------
    left : int
        Candidates that may still be tried.
    found : dict
        (sheet, function, quantity, …) -> what an earlier check has read there.
    failed : set
        What an earlier check has looked for in vain.
    answered : dict
        (sheet, scenario) -> how an earlier check was answered.
    helpers : dict
        (sheet, names) -> what an earlier check was answered by the student's helpers.
    named : dict
        (sheet, function) -> the known mistakes that were recognised in each check so far.
    unknown : set
        (sheet, function) whose wrong answers no known mistake explains in an earlier check, and no
        two of them.
    """

    left: int = _MOST
    found: dict[Any, Any] = field(default_factory=dict)
    failed: set[Any] = field(default_factory=set)
    answered: dict[Any, Any] = field(default_factory=dict)
    helpers: dict[Any, Any] = field(default_factory=dict)
    named: dict[Any, Any] = field(default_factory=dict)
    unknown: set[Any] = field(default_factory=set)

    def part(self) -> int:
        """Return how many candidates one quantity may take."""
        return int(self.left * _SHARE)


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextlib.contextmanager
def one_notebook() -> Iterator[Budget]:
    """Let all checks made inside share one budget, and what they find."""
    budget = Budget()
    token = _current.set(budget)
    try:
        yield budget
    finally:
        _current.reset(token)


def current_budget() -> Budget:
    """Return the notebook's budget; a new one for a check that is made by itself."""
    return _current.get() or Budget()
