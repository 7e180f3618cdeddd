"""Let the checks decide, and write their verdicts where nbgrader looks for them."""

import math

from mlpteach.exercise.messages import wrap_lines
from mlpteach.exercise.protocol import Variable, Verdict, decide
from mlpteach.grading.deciding.inputs import generator
from mlpteach.grading.deciding.session import Stopped, Undecidable
from mlpteach.grading.isolation.sandbox import SandboxFailed
from mlpteach.grading.notebooks.outputs import new_output


class CheckFailed(Exception):
    """A check itself is at fault: says nothing about the student's work."""


def verdict_of(check, key, session, place=0):
    """Run one check on a student's functions and variables.

    Parameters
    ----------
    check : mlpteach.exercise.protocol.Check
    key : bytes
        What its inputs follow from: :func:`mlpteach.grading.deciding.inputs.work_key`.
    session : Session or AskedOnce
    place : int
        How many cells stand above the check's.

    Raises
    ------
    CheckFailed
    mlpteach.grading.deciding.session.Undecidable
        A person has to decide.
    mlpteach.grading.isolation.sandbox.SandboxFailed
    """

    def answer(asked):
        if isinstance(asked, Variable):
            return session.variable(asked.name, place)
        return session.answer(asked)

    try:
        return decide(check, generator(key, check.id), answer)
    except Stopped as stopped:
        return Verdict(0.0, str(stopped))
    except (SandboxFailed, Undecidable):
        raise
    except Exception as error:
        # A check meets whatever a student's function returns, and must stand it.
        raise CheckFailed(f"{type(error).__name__}: {error}") from error


def points_of(verdict, points):
    """Return the points as a plain float between 0 and `points`.

    Examples
    --------
    >>> points_of(Verdict(0.5, "Half."), 3)
    1.5
    """
    points = float(points)
    if not math.isfinite(points) or points < 0:
        raise CheckFailed(f"{points} is no number of points")
    return min(max(round(points * float(verdict.fraction), 6), 0.0), points)


def write_verdict(cell, verdict):
    """Put message and points into a test cell's outputs, the only thing nbgrader counts."""
    given = points_of(verdict, cell.metadata.nbgrader["points"])
    cell.outputs = [
        new_output("stream", name="stdout", text=f"{wrap_lines(verdict.message)}\n"),
        new_output("execute_result", data={"text/plain": repr(given)}),
    ]
    cell.execution_count = None
    return given
