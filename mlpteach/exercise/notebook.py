"""Run a check in the student's notebook, on public inputs, and print what it found."""

import os
import traceback
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from mlpteach.basics.arguments import check_choice, check_count, describe
from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.messages import print_message, wrap_lines
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import Call, Reply, decide

T = TypeVar("T")


def check(id: str, *functions: Callable, seed: int = 1) -> float:
    """Check your function now, and say what is right or what differs first.

    Grading does the same with other inputs.

    Parameters
    ----------
    id : str
        Which check: the name in its cell.
    *functions : callable
        Your functions, in the order the cell names them.
    seed : int
        Decides the inputs.

    Returns
    -------
    float
        The points: between 0 and those of the check.

    Examples
    --------
    >>> points = check("v2_one_instance", lambda Y, A3: A3 - Y)
    v2_one_instance: Right. 4 of 4 points.
    """
    chosen = _choose(id, functions)
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    errors: list[str] = []
    names = _beside(functions) | dict(zip(chosen.functions, functions, strict=True))
    answer = _noting_errors(answer_with(names), errors)
    verdict = decide(chosen, np.random.default_rng(seed), answer)
    points = chosen.points * verdict.fraction
    s = "" if chosen.points == 1 else "s"
    said, line, table = verdict.message.partition("\n")
    text = f"{id}: {said} {points:g} of {chosen.points} point{s}.{line}{table}"
    # In grading this line stays unsaid, because the student's code decides what stands in it.
    for error in errors[:1]:
        text += f"\nPython said: {error}"
    print_message(wrap_lines(text), failed=not verdict.passed)
    return float(points)


def _choose(id, functions):
    """Return the check of this id, which these functions must fit."""
    checks = {name: check for sheet in PROBLEM_SETS.values() for name, check in sheet.items()}
    chosen = checks[check_choice("id", id, tuple(checks))]
    if len(functions) != len(chosen.functions):
        raise TypeError(
            f"check({id!r}, ...) needs {', '.join(chosen.functions)}; given {len(functions)}."
        )
    for name, function in zip(chosen.functions, functions, strict=True):
        if not callable(function):
            raise TypeError(f"{name} must be your function; given {describe(function)}.")
    return chosen


def _beside(functions):
    """Return what stands in the notebook beside a function: its helpers, which a check may ask."""
    return dict(getattr(functions[0], "__globals__", {}))


def _noting_errors(answer, errors):
    def noting(call: Call) -> Reply:
        reply = answer(call)
        if reply.error and not reply.error.startswith("NotImplementedError"):
            errors.append(reply.error)
        return reply

    return noting


def look(show: Callable[[], T]) -> T | None:
    """Call `show` and return what it shows; while nbgrader grades or validates, do nothing.

    A picture gives no points, and a class is graded in a fraction of the time without. What cannot
    be shown yet is said and not raised, so that "Run All Cells" comes to every check.

    Parameters
    ----------
    show : callable
        Without arguments, such as ``lambda: mt.dashboards.own_rule(my_adam)``.

    Examples
    --------
    >>> look(lambda: "a dashboard")
    'a dashboard'
    """
    if not callable(show):
        raise TypeError(f"look needs a function that shows something; given {describe(show)}.")
    if "NBGRADER_EXECUTION" in os.environ:
        return None
    try:
        return show()
    except Exception as error:
        print_message(wrap_lines(f"Nothing to show yet: {_why(error)}"), failed=False)
        return None


def _why(error):
    """Say what an error comes from; the engine raises its own from that of a student's function."""
    while error.__cause__ is not None:
        error = error.__cause__
    function = traceback.extract_tb(error.__traceback__)[-1].name
    if isinstance(error, NotImplementedError):
        return f"{function} is not written yet."
    kind, said = type(error).__name__, str(error)  # without what the engine has noted beside it
    return f"{kind}: {said} (in {function})" if said else f"{kind} (in {function})"
