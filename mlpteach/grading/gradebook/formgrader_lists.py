"""The formgrader's two long lists, with all marks added up once and no object for each row.

nbgrader's own questions go through the marks five times, then ask for all students with all they
ever did, or make objects of each notebook to find its place in the list.
"""

import functools
from typing import NamedTuple

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.apps.api import NbGraderAPI
from nbgrader.utils import as_timezone
from sqlalchemy import case, func, or_, select

_SUMS = tuple(
    name + kind for kind in ("code_score", "written_score", "task_score") for name in ("", "max_")
)


class _Student(NamedTuple):
    id: str


class _HandedIn(NamedTuple):
    """What nbgrader looks at to see whether a notebook is there."""

    id: str
    name: str
    student: _Student


def submission_dicts(gradebook, assignment_id):
    """Stand in for ``Gradebook.submission_dicts``."""
    ids = select(Notebook.id).join(Assignment).where(Assignment.name == assignment_id)
    sums = _sums(SubmittedNotebook.assignment_id, ids)
    asked = (
        select(
            SubmittedAssignment.id,
            SubmittedAssignment.timestamp,
            *_student_and(sums, "needs_manual_grade"),
        )
        .join(sums, SubmittedAssignment.id == sums.c.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
    )
    return [_listed(row, name=assignment_id) for row in gradebook.db.execute(asked).mappings()]


def notebook_submission_dicts(gradebook, notebook_id, assignment_id):
    """Stand in for ``Gradebook.notebook_submission_dicts``."""
    ids = select(Notebook.id).join(Assignment)
    ids = ids.where(Notebook.name == notebook_id, Assignment.name == assignment_id)
    sums = _sums(SubmittedNotebook.id, ids)
    asked = (
        select(
            SubmittedNotebook.id,
            SubmittedNotebook.flagged,
            *_student_and(sums, "needs_manual_grade", "failed_tests"),
        )
        .join(sums, SubmittedNotebook.id == sums.c.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
    )
    return [_listed(row, name=notebook_id) for row in gradebook.db.execute(asked).mappings()]


def _sums(whole, notebooks):
    """Return a subquery: id of a whole -> points of all its marks, and what is true of any."""
    cell, task = GradeCell.__table__.c, TaskCell.__table__.c
    kinds = [
        *((cell.cell_type == "code", cell), (cell.cell_type == "markdown", cell)),
        (task.cell_type == "markdown", task),
    ]
    points = [
        func.sum(case((is_kind, number), else_=0.0))
        for is_kind, columns in kinds
        for number in (Grade.score, columns.max_score)
    ]
    failed = (cell.cell_type == "code") & (Grade.auto_score < cell.max_score)
    return (
        select(
            whole.label("id"),
            *(each.label(name) for each, name in zip(points, _SUMS, strict=True)),
            func.max(case((Grade.needs_manual_grade, 1), else_=0)).label("needs_manual_grade"),
            func.max(case((failed, 1), else_=0)).label("failed_tests"),
        )
        .select_from(SubmittedNotebook)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(GradeCell.__table__, cell.id == Grade.cell_id)
        .outerjoin(TaskCell.__table__, task.id == Grade.cell_id)
        .where(SubmittedNotebook.notebook_id.in_(notebooks))
        .group_by(whole)
        .having(func.count(case((or_(*(is_kind for is_kind, _ in kinds)), 1))) > 0)
        .subquery()
    )


def _student_and(sums, *truths):
    student = Student.id.label("student"), Student.first_name, Student.last_name
    return *student, *(sums.c[name] for name in _SUMS + truths)


def _listed(row, **more):
    listed = dict(row, **more)
    listed["score"] = row["code_score"] + row["written_score"] + row["task_score"]
    listed["max_score"] = row["max_code_score"] + row["max_written_score"] + row["max_task_score"]
    for name in ("needs_manual_grade", "failed_tests"):
        if name in listed:
            listed[name] = bool(listed[name])
    return listed


def get_notebook_submission_indices(api, assignment_id, notebook_id):
    """Stand in for ``NbGraderAPI.get_notebook_submission_indices``."""
    asked = (
        select(SubmittedNotebook.id, SubmittedAssignment.student_id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Notebook.name == notebook_id, Assignment.name == assignment_id)
    )
    with api.gradebook as gradebook:
        rows = gradebook.db.execute(asked).all()
    handed_in = [_HandedIn(id, notebook_id, _Student(student)) for id, student in rows]
    there = api._filter_existing_notebooks(assignment_id, handed_in)
    return {each.id: index for index, each in enumerate(there)}


def get_submissions(api, assignment_id):
    """Stand in for ``NbGraderAPI.get_submissions``."""
    submitted = api.get_submitted_students(assignment_id)
    ungraded = submitted - api.get_autograded_students(assignment_id)
    with api.gradebook as gradebook:
        graded = gradebook.submission_dicts(assignment_id)
        students = _names(gradebook.db) if ungraded else {}
    listed = [_with_time(api, each) for each in graded if each["student"] not in ungraded]
    listed += [
        api.get_submission(assignment_id, student, ungraded=ungraded, students=students)
        for student in ungraded
    ]
    return sorted(listed, key=lambda each: each["student"])


def _names(db):
    """Return id of a student -> names, which is all that a row without a mark shows."""
    asked = select(Student.id, Student.first_name, Student.last_name)
    return {row["id"]: row for row in db.execute(asked).mappings()}


def _with_time(api, submission):
    time = submission["timestamp"]
    shown = time and as_timezone(time, api.timezone).strftime(api.timestamp_format)
    return submission | {
        "timestamp": time and time.isoformat(),
        "display_timestamp": shown,
        "autograded": True,
        "submitted": True,
    }


_STAND_INS = {
    Gradebook: (submission_dicts, notebook_submission_dicts),
    NbGraderAPI: (get_submissions, get_notebook_submission_indices),
}


def stand_in():
    """Let nbgrader list with these; its own functions stay as their ``__wrapped__``."""
    for kind, functions in _STAND_INS.items():
        for ours in functions:
            stock = getattr(kind, ours.__name__)
            if not hasattr(stock, "__wrapped__"):
                setattr(kind, ours.__name__, functools.wraps(stock)(ours))
