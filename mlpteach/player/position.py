"""Where a page stands in a history: a step, a line of the formula, an entry of a matrix."""

import math
from typing import Any

from mlpteach.basics.arguments import check_count, describe

# "k" is counted from 1 and the others from 0, as everywhere.
START = {"k": 1, "line": 0, "row": 0, "column": 0}


def inside(position: dict[str, Any], spec: dict[str, Any]) -> dict[str, int]:
    """Return the place of a history's spec that is nearest to `position`.

    Raises
    ------
    ValueError, TypeError
        For what is no position.

    Examples
    --------
    >>> spec = {"steps": 5, "lines": 0, "choices": [2, 3]}
    >>> inside({"k": 9, "line": 1, "row": -1, "column": 1}, spec)
    {'k': 5, 'line': 0, 'row': 0, 'column': 1}
    """
    rows, columns = spec["choices"]
    last = {
        "k": max(1, spec["steps"]),
        "line": max(0, spec["lines"] - 1),
        "row": rows - 1,
        "column": columns - 1,
    }
    asked = {name: _whole(name, position[name]) for name in START}
    return {name: max(first, min(asked[name], last[name])) for name, first in START.items()}


def check_position(given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` if it is a dict of some of the names of a position."""
    if not isinstance(given, dict):
        raise TypeError(f"position must be a dict like {START}; given {describe(given)}.")
    for name in given:
        if name not in START:
            raise ValueError(f"position has no {name!r}; it has: {', '.join(START)}.")
    return given


def _whole(name, given):
    try:
        return check_count(f"position[{name!r}]", given, minimum=-math.inf, maximum=math.inf)
    except TypeError:
        message = f"position[{name!r}] must be a whole number; given {describe(given)}."
        raise TypeError(message) from None
