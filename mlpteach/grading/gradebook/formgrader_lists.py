"""The formgrader's lists of what was handed in, each by one reading of the marks.

nbgrader reads all marks seven times for a list: once for each kind of points, for their sum, for
what a person has to look at. The numbers here are the same.
"""

from nbgrader.api import (
    Assignment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import and_, case, func, or_, select

_GRADE_CELL, _TASK_CELL = GradeCell.__table__.c, TaskCell.__table__.c
_CODE = _GRADE_CELL.cell_type == "code"
_KINDS = {
    "code": (_CODE, _GRADE_CELL.max_score),
    "written": (_GRADE_CELL.cell_type == "markdown", _GRADE_CELL.max_score),
    "task": (_TASK_CELL.cell_type == "markdown", _TASK_CELL.max_score),
}


def submission_dicts(gradebook, assignment_id):
    """Return what nbgrader's method of this name returns.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment_id : str
        The name of an assignment.

    Returns
    -------
    list of dict
        One for each submission that has a mark, in no order.
    """
    what = {
        "id": SubmittedAssignment.id,
        "name": Assignment.name,
        "timestamp": SubmittedAssignment.timestamp,
        "first_name": Student.first_name,
        "last_name": Student.last_name,
        "student": Student.id,
    }
    return _listed(gradebook, what, {}, Assignment.name == assignment_id)


def notebook_submission_dicts(gradebook, notebook_id, assignment_id):
    """Return what nbgrader's method of this name returns.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    notebook_id, assignment_id : str
        The names of a notebook and its assignment.

    Returns
    -------
    list of dict
        One for each notebook handed in that has a mark, in no order.
    """
    what = {
        "id": SubmittedNotebook.id,
        "name": Notebook.name,
        "student": Student.id,
        "first_name": Student.first_name,
        "last_name": Student.last_name,
        "flagged": SubmittedNotebook.flagged,
    }
    failed = {"failed_tests": and_(_CODE, Grade.auto_score < _GRADE_CELL.max_score)}
    wanted = and_(Notebook.name == notebook_id, Assignment.name == assignment_id)
    return _listed(gradebook, what, failed, wanted)


def _listed(gradebook, what, more_signs, wanted):
    """Return a dict for each of `what`: its columns, points, and whether any mark bears a sign."""
    signs = {"needs_manual_grade": Grade.needs_manual_grade, **more_signs}
    marks = {name: func.max(case((sign, 1), else_=0)) for name, sign in signs.items()}
    for kind, (is_kind, max_score) in _KINDS.items():
        marks[f"{kind}_score"] = func.sum(case((is_kind, Grade.score), else_=0.0))
        marks[f"max_{kind}_score"] = func.sum(case((is_kind, max_score), else_=0.0))
    asked = (
        select(*what.values(), *marks.values())
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
        .outerjoin(GradeCell.__table__, Grade.cell_id == _GRADE_CELL.id)
        .outerjoin(TaskCell.__table__, Grade.cell_id == _TASK_CELL.id)
        .where(wanted)
        .group_by(*what.values())
        .having(func.count(case((or_(*(is_kind for is_kind, _ in _KINDS.values())), 1))) > 0)
    )
    rows = gradebook.db.execute(asked)
    return [_summed(dict(zip((*what, *marks), row, strict=True)), signs) for row in rows]


def _summed(found, signs):
    for name in signs:
        found[name] = bool(found[name])
    for of in ("score", "max_score"):
        prefix, _, _ = of.rpartition("score")
        found[of] = sum(found[f"{prefix}{kind}_score"] for kind in _KINDS)
    return found
