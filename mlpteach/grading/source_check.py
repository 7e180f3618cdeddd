"""Refuse an assignment with a mistake of its author's when it is generated."""

import math

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.log import get_logger

from mlpteach.assignments import ASSIGNMENTS
from mlpteach.grading import verdicts
from mlpteach.grading.no_sandbox import NoSandbox
from mlpteach.grading.original import functions_defined, graded_tests
from mlpteach.grading.sandbox import NO_SANDBOX
from mlpteach.grading.session import Session
from mlpteach.grading.shared_sandbox import shared_sandbox


class SourceRefused(Exception):
    """Names the cell of the source notebook and what is wrong with it."""


class CheckSource(NbGraderPreprocessor):
    """Look at the source notebook, and let its own solution take its checks."""

    def preprocess(self, nb, resources):
        """Return the notebook as it is, or refuse it."""
        assignment = resources["nbgrader"]["assignment"]
        try:
            check_source(nb, assignment, ASSIGNMENTS.get(assignment, {}))
        except SourceRefused as refused:
            self.log.error("%s is refused: %s", resources["nbgrader"]["notebook"], refused)
            raise
        return nb, resources


def check_source(nb, assignment, checks):
    """Raise SourceRefused if students could not be marked fairly with this notebook.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        The instructor's, with solutions.
    assignment : str
    checks : dict of str to mlpteach.exercise.protocol.Check
    """
    _check_metadata(nb)
    tests = graded_tests(nb)
    for grade_id, cell in tests.items():
        if grade_id not in checks:
            known = ", ".join(checks) or "none"
            raise SourceRefused(
                f"cell {grade_id!r}: no check of that name for {assignment!r} in "
                f"mlpteach.assignments (there: {known})"
            )
        _check_points(grade_id, cell, checks[grade_id])
    _check_functions(nb, {grade_id: checks[grade_id] for grade_id in tests})
    if tests:
        _check_solution(nb, assignment, {grade_id: checks[grade_id] for grade_id in tests})


def _check_metadata(nb):
    seen = set()
    for number, cell in enumerate(nb.cells, start=1):
        data = cell.metadata.get("nbgrader")
        if not data:
            continue
        grade_id = data.get("grade_id")
        if not isinstance(grade_id, str) or not grade_id:
            raise SourceRefused(f"cell {number}: its grade_id is {grade_id!r}, not a name")
        if grade_id in seen:
            raise SourceRefused(f"cell {grade_id!r}: that grade_id stands twice")
        seen.add(grade_id)
        if (data.get("grade") or data.get("task")) and not _is_points(data.get("points")):
            raise SourceRefused(
                f"cell {grade_id!r}: its points must be a number >= 0; given {data.get('points')!r}"
            )


def _is_points(points):
    if type(points) not in (int, float):
        return False
    return math.isfinite(points) and points >= 0


def _check_points(grade_id, cell, check):
    points = cell.metadata.nbgrader.points
    if points != check.points:
        raise SourceRefused(
            f"cell {grade_id!r}: {points} points in the notebook, {check.points} in its check"
        )


def _check_functions(nb, checks):
    defined = set()
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            defined |= functions_defined(cell.source)
    for grade_id, check in checks.items():
        if not check.functions:
            raise SourceRefused(f"cell {grade_id!r}: its check names no function")
        for name in check.functions:
            if name not in defined:
                raise SourceRefused(
                    f"cell {grade_id!r}: its check calls {name}, which no solution cell defines"
                )


def _check_solution(nb, assignment, checks):
    """Let the model solution take every check as a student's would."""
    tests = graded_tests(nb)
    cells = [
        cell
        for cell in nb.cells
        if cell.cell_type == "code"
        and cell.metadata.get("nbgrader", {}).get("grade_id") not in tests
    ]
    work = verdicts.Work(b"of the instructor", "instructor", assignment, "")
    with Session(_sandbox(), [cell.source for cell in cells]) as session:
        for number, how in session.deadly.items():
            raise SourceRefused(f"cell {cells[number].get('id')!r}: {how}")
        for grade_id, check in checks.items():
            try:
                verdict = verdicts.verdict_of(check, work, session)
            except verdicts.CheckFailed as failure:
                raise SourceRefused(f"cell {grade_id!r}: its check fails: {failure}") from None
            if not verdict.passed:
                raise SourceRefused(
                    f"cell {grade_id!r}: the model solution fails its own check: {verdict.message}"
                )


def _sandbox():
    """Return a sandbox, or none where none works: the instructor's own code may do without."""
    try:
        return shared_sandbox()
    except NoSandbox as error:
        get_logger().warning("On this machine nobody can be graded: %s", error)
        return shared_sandbox(isolation=NO_SANDBOX)
