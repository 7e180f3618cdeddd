"""The one writer of marks: whatever graded, and however often, the gradebook is the same."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nbgrader import api
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import or_, select, update

_DIALECTS = ("sqlite", "postgresql")
_WITH_A_MARK, _WITH_A_COMMENT = (
    {kind.__mapper__.polymorphic_identity, TaskCell.__mapper__.polymorphic_identity}
    for kind in (GradeCell, SolutionCell)
)


@dataclass(frozen=True)
class Marks:
    """What was found in one student's submission.

    Attributes
    ----------
    student : str
    scores : mapping of str to dict
        Notebook -> {grade id -> points; None waits for a person}. What is missing was not handed
        in, and gets zero.
    comments : mapping of str to dict
        Notebook -> {grade id -> what nbgrader says without a person, or None}.
    timestamp : datetime.datetime, optional
        When it was handed in, in UTC and without a zone.
    """

    student: str
    scores: Mapping[str, Mapping[str, float | None]]
    comments: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    timestamp: datetime | None = None


@dataclass(frozen=True)
class _Cells:
    """What an assignment consists of in the gradebook: names -> ids."""

    assignment: str
    notebooks: dict[str, str]
    grades: dict[str, dict[str, str]]  # by notebook
    comments: dict[str, dict[str, str]]


def begin_submission(gradebook, assignment, student):
    """Write a submission that has no marks yet, and its student; what is there already stays.

    The same rows as by nbgrader, which makes an object of each.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment, student : str
    """
    db, table = gradebook.db, SubmittedAssignment
    cells = _cells_of(db, assignment)
    mine = (table.assignment_id == cells.assignment) & (table.student_id == student)
    if db.execute(select(table.id).where(mine)).first() is None:
        _insert(db, Student, [{"id": student}])
        submissions = _write_submissions(db, cells, [Marks(student, {})])
        places = _write_notebooks(db, cells, submissions, list(cells.notebooks))
        ids = {notebook: name for name, notebook in cells.notebooks.items()}
        named = {place: ids[notebook] for (_, notebook), place in places.items()}
        _insert(db, Grade, _blank(named, cells.grades))
        _insert(db, Comment, _blank(named, cells.comments))
    db.commit()


def _blank(named, cells):
    """Return a row without a mark or a comment for each cell of each notebook handed in."""
    return _with_ids(
        [
            {"notebook_id": place, "cell_id": cell}
            for place, notebook in named.items()
            for cell in cells[notebook].values()
        ]
    )


def record_marks(gradebook, place, scores, comments):
    """Write what was found in one notebook into the gradebook.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    place : tuple of str
        Assignment, notebook, student.
    scores : dict of str to (float or None)
        Grade id -> points; None waits for a person.
    comments : dict of str to (str or None)
        Grade id -> what nbgrader says without a person.
    """
    assignment, notebook, student = place
    marks = Marks(student, {notebook: scores}, {notebook: comments})
    cells = _cells_of(gradebook.db, assignment)
    _write(gradebook.db, cells, [marks], [notebook])
    gradebook.db.commit()


def record_batch(gradebook, assignment, batch):
    """Write the marks of many submissions in one transaction: all of them, or none.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    batch : sequence of Marks
        Each student once.
    """
    cells = _cells_of(gradebook.db, assignment)
    try:
        _insert(gradebook.db, Student, [{"id": marks.student} for marks in batch])
        _write(gradebook.db, cells, batch, list(cells.notebooks))
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise


def _cells_of(db, assignment):
    found = db.execute(select(Assignment.id).where(Assignment.name == assignment)).scalar_one()
    asked = select(Notebook.name, Notebook.id).where(Notebook.assignment_id == found)
    notebooks = {row.name: row.id for row in db.execute(asked)}
    grades, comments = ({name: {} for name in notebooks} for _ in range(2))
    cell = BaseCell.__table__.c
    asked = select(Notebook.name, cell.name, cell.id, cell.type).where(
        Notebook.assignment_id == found, cell.notebook_id == Notebook.id
    )
    for notebook, name, id, kind in db.execute(asked):
        if kind in _WITH_A_MARK:
            grades[notebook][name] = id
        if kind in _WITH_A_COMMENT:
            comments[notebook][name] = id
    return _Cells(found, notebooks, grades, comments)


def _write(db, cells, batch, notebooks):
    """Write these notebooks of a batch, whatever is there of them already."""
    submissions = _write_submissions(db, cells, batch)
    places = _write_notebooks(db, cells, submissions, notebooks)
    grades, comments = [], []
    for marks in batch:
        for name in notebooks:
            place = places[submissions[marks.student], cells.notebooks[name]]
            grades += _grades(place, cells.grades[name], marks.scores.get(name))
            comments += _comments(place, cells.comments[name], marks.comments.get(name, {}))
    _insert(db, Grade, grades, ("cell_id", "notebook_id"), _mark_anew)
    _insert(db, Comment, comments, ("cell_id", "notebook_id"), _comment_anew)


def _write_submissions(db, cells, batch):
    """Return student -> id of the submission."""
    rows = [{"assignment_id": cells.assignment, "student_id": marks.student} for marks in batch]
    _insert(db, SubmittedAssignment, _with_ids(rows))
    table, students = SubmittedAssignment, [marks.student for marks in batch]
    asked = select(table.student_id, table.id).where(
        table.assignment_id == cells.assignment, table.student_id.in_(students)
    )
    found = {row.student_id: row.id for row in db.execute(asked)}
    times = [
        {"id": found[marks.student], "timestamp": marks.timestamp}
        for marks in batch
        if marks.timestamp is not None
    ]
    if times:
        db.execute(update(SubmittedAssignment), times)
    return found


def _write_notebooks(db, cells, submissions, notebooks):
    """Return (id of the submission, id of the notebook) -> id of what was handed in for it."""
    ids, table = [cells.notebooks[name] for name in notebooks], SubmittedNotebook
    rows = [
        {"assignment_id": submission, "notebook_id": notebook, "flagged": False}
        for submission in submissions.values()
        for notebook in ids
    ]
    _insert(db, table, _with_ids(rows))
    mine = table.assignment_id.in_(list(submissions.values())) & table.notebook_id.in_(ids)
    # nbgrader's own plugin gives a penalty again to whoever is late.
    db.execute(update(table).where(mine).values(late_submission_penalty=None))
    asked = select(table.assignment_id, table.notebook_id, table.id).where(mine)
    return {(submission, notebook): id for submission, notebook, id in db.execute(asked)}


def _grades(place, cells, scores):
    """Return the rows of a notebook's grades; without scores it was not handed in."""
    rows = []
    for name, cell in cells.items():
        score = 0.0 if scores is None else scores.get(name)
        rows.append({"notebook_id": place, "cell_id": cell, "auto_score": score})
        rows[-1]["needs_manual_grade"] = score is None
    return _with_ids(rows)


def _comments(place, cells, said):
    rows = [
        {"notebook_id": place, "cell_id": cell, "auto_comment": said.get(name)}
        for name, cell in cells.items()
    ]
    return _with_ids(rows)


def _with_ids(rows):
    return [row | {"id": api.new_uuid()} for row in rows]


def _mark_anew(new):
    # A mark that a person gave stays, and is to be looked at again.
    waits = or_(Grade.manual_score.is_not(None), new.auto_score.is_(None))
    return {"auto_score": new.auto_score, "needs_manual_grade": waits}


def _comment_anew(new):
    return {"auto_comment": new.auto_comment}


def _insert(db, table, rows, unique=None, anew=None):
    """Insert rows; what is there already stays, or becomes what `anew` says of the new row."""
    if not rows:
        return
    dialect = db.get_bind().dialect.name
    if dialect not in _DIALECTS:
        raise ValueError(f"a gradebook is kept in SQLite or PostgreSQL; given {dialect}")
    made = importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    if anew is None:
        made = made.on_conflict_do_nothing()
    else:
        made = made.on_conflict_do_update(index_elements=unique, set_=anew(made.excluded))
    db.execute(made, rows)
