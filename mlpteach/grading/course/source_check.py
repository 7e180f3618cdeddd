"""Refuse an assignment with a mistake of its author's when it is generated."""

import math
import re
from pathlib import Path

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import find_all_files
from traitlets.log import get_logger

from mlpteach.assignments import ASSIGNMENTS
from mlpteach.grading.deciding import verdicts
from mlpteach.grading.deciding.checks import checks_called, exercise_of
from mlpteach.grading.deciding.ordinary_tests import cells_above, looks_at
from mlpteach.grading.deciding.own_exercise import (
    FILES,
    OwnRefused,
    check_own_mistakes,
    own_checks,
    read_own_files,
)
from mlpteach.grading.deciding.session import Session
from mlpteach.grading.gradebook.group_shared import share_with_group
from mlpteach.grading.isolation.no_sandbox import NoSandbox
from mlpteach.grading.isolation.sandbox import NO_SANDBOX
from mlpteach.grading.isolation.shared_sandbox import shared_sandbox
from mlpteach.grading.notebooks.original import functions_defined, give_ids, graded_tests


class SourceRefused(Exception):
    """Names the cell of the source notebook and what is wrong with it."""


class CheckSource(NbGraderPreprocessor):
    """Look at the source notebook, and let its own solution take its checks."""

    def preprocess(self, nb, resources):
        """Return the notebook as it is, or refuse it."""
        share_with_group(self.parent.parent.coursedir)
        assignment, folder = resources["nbgrader"]["assignment"], _folder(resources)
        files = _files_beside(folder)
        try:
            own = self._own_checks(folder)
            check_source(nb, own or ASSIGNMENTS.get(exercise_of(assignment, nb), {}), files)
        except (SourceRefused, OwnRefused) as refused:
            self.log.error("%s is refused: %s", resources["nbgrader"]["notebook"], refused)
            self.log.addFilter(_is_no_traceback)
            raise
        for said in points_told_otherwise(nb):
            self.log.warning("%s: %s", resources["nbgrader"]["notebook"], said)
        return nb, resources

    def _own_checks(self, folder):
        """Return the checks of an exercise of the instructor's own; none of it may be released."""
        own = read_own_files(folder)
        ignored = self.parent.parent.coursedir.ignore if own else FILES
        if not set(FILES) <= set(ignored):
            raise SourceRefused(
                f"CourseDirectory.ignore leaves out {' or '.join(FILES)}, so students would "
                "be given the solutions. Call configure(c) below the line that sets it"
            )
        if own:
            check_own_mistakes(own)
        return own_checks(own)


def _is_no_traceback(record):
    """Leave nbgrader's traceback of a refusal out of its log: a sentence there says it all."""
    said = record.getMessage()
    refused = any(f"{kind.__name__}: " in said for kind in (SourceRefused, OwnRefused))
    return not (refused or "the above traceback" in said)


def _folder(resources):
    return Path(resources["metadata"]["path"])


def check_source(nb, checks, files=()):
    """Raise SourceRefused if students could not be marked fairly with this notebook.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        The instructor's, with solutions.
    checks : dict of str to mlpteach.exercise.protocol.Check
        Those of its exercise.
    files : mapping of str to bytes
        What lies beside the notebook.
    """
    _check_kernel(nb)
    give_ids(nb)
    _check_metadata(nb)
    tests = graded_tests(nb)
    for grade_id, cell in tests.items():
        _check_call(grade_id, cell, checks)
    decided = {grade_id: checks[grade_id] for grade_id in tests if grade_id in checks}
    _check_functions(nb, decided)
    if decided:
        _check_solution(nb, decided, files)


def _check_kernel(nb):
    """Refuse what is not Python: it would be run as Python, and be worth nothing."""
    kernel = nb.metadata.get("kernelspec", {})
    language = nb.metadata.get("language_info", {}).get("name") or kernel.get("language")
    if not language:
        # Old notebooks tell none; "conda-root-py" is shown as "Python [conda root]".
        names = [str(kernel[key]) for key in ("name", "display_name") if key in kernel]
        python = [name for name in names if "python" in name.lower()]
        language = [*python, *names, "python"][0]
    if "python" not in str(language).lower():
        raise SourceRefused(
            f"its language is {str(language)!r} (kernel {kernel.get('name')!r}): only Python is "
            "graded. Choose a kernel of Python, or keep this assignment in another course"
        )


def _check_call(grade_id, cell, checks):
    """Refuse a test that asks for a check which there is not: nobody would decide it."""
    called = checks_called(cell)
    if called and not called <= set(checks):
        known = ", ".join(checks) or "none"
        raise SourceRefused(f"cell {grade_id!r}: no check of that name is known (there: {known})")


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
        if _has_points(cell) and not _is_points(data.get("points")):
            raise SourceRefused(
                f"cell {grade_id!r}: its points must be a number >= 0; given {data.get('points')!r}"
            )


def points_told_otherwise(nb):
    """Return a sentence for each number of points that the text gives otherwise than nbgrader.

    Looked at are the first line of a test, ``# 3 points``, and the first line of a text
    that holds nothing else, ``20 points.``

    Parameters
    ----------
    nb : nbformat.NotebookNode
        One that :func:`check_source` has taken.

    Returns
    -------
    list of str
    """
    marked = [cell for cell in nb.cells if _has_points(cell)]
    said = [
        f"cell {cell.metadata.nbgrader['grade_id']!r} says {told} points, it has {points}"
        for cell in marked
        if (told := _told(r"\A#\s*([\d.]+) points?\b", cell.source))
        and told != (points := f"{cell.metadata.nbgrader['points']:g}")
    ]
    texts = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    told = _told(r"^([\d.]+) points\.$", texts)
    most = f"{sum(cell.metadata.nbgrader['points'] for cell in marked):g}"
    if told and told != most:
        said.append(f"its text says {told} points, its cells have {most}")
    return said


def _has_points(cell):
    data = cell.metadata.get("nbgrader", {})
    return data.get("grade") or data.get("task")


def _told(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else ""


def _is_points(points):
    if type(points) not in (int, float):
        return False
    return math.isfinite(points) and points >= 0


def _check_functions(nb, checks):
    defined = set()
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            defined |= functions_defined(cell.source)
    for grade_id, check in checks.items():
        if not check.functions and not check.variables:
            raise SourceRefused(f"cell {grade_id!r}: its check names no function and no variable")
        for name in check.functions:
            if name not in defined:
                raise SourceRefused(
                    f"cell {grade_id!r}: its check calls {name}, which no solution cell defines"
                )


def _files_beside(folder):
    """Return relative path -> bytes of what lies beside the source."""
    paths = find_all_files(str(folder), ["*.ipynb", "__pycache__", ".ipynb_checkpoints", *FILES])
    return {str(Path(path).relative_to(folder)): Path(path).read_bytes() for path in paths}


def _check_solution(nb, checks, files):
    """Let the model solution take every check as a student's would."""
    tests = graded_tests(nb)
    cells = [
        cell
        for cell in nb.cells
        if cell.cell_type == "code"
        and cell.metadata.get("nbgrader", {}).get("grade_id") not in tests
    ]
    key = b"of the instructor"
    places = cells_above(nb, cells)
    looks = looks_at(places, checks)
    with Session(_sandbox(), [cell.source for cell in cells], files, looks) as session:
        for number, how in session.deadly.items():
            raise SourceRefused(f"cell {cells[number].get('id')!r}: {how}")
        for grade_id, check in checks.items():
            try:
                verdict = verdicts.verdict_of(check, key, session, places[grade_id])
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
