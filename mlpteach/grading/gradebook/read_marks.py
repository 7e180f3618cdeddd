"""Marks and comments read back from the gradebook: of many students by a few questions.

nbgrader's own objects ask the gradebook once more for each student, and for each cell.
"""

from dataclasses import dataclass, field

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import select

_AT_ONCE = 500  # students or notebooks; a database takes no question of any length


@dataclass
class CellMark:
    """The mark of one cell.

    Attributes
    ----------
    points, most : float
        What was given, and all there is.
    waits : bool
        Whether a person has yet to mark it, or to look at it again.
    by_hand : bool
        Whether a person marked it.
    """

    points: float
    most: float
    waits: bool
    by_hand: bool


@dataclass
class NotebookMarks:
    """What the gradebook says of one student's notebook.

    Attributes
    ----------
    penalty : float
        Points that coming late costs.
    cells : dict of str to CellMark
        By grade id.
    comments : dict of str to (str or None)
        Grade id -> comment.
    """

    penalty: float = 0.0
    cells: dict[str, CellMark] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    @property
    def points(self):
        """All that was given; the penalty is not taken off."""
        return sum(mark.points for mark in self.cells.values())

    @property
    def most(self):
        """All points there are."""
        return sum(mark.most for mark in self.cells.values())

    def cell(self, grade_id):
        """Return the CellMark of a cell."""
        return _found(self.cells, grade_id)

    def comment(self, grade_id):
        """Return the comment on a cell, or None."""
        return _found(self.comments, grade_id)


def _found(entries, grade_id):
    if grade_id not in entries:
        raise MissingEntry(f"the gradebook knows no cell {grade_id!r} of this notebook")
    return entries[grade_id]


def read_marks(gradebook, assignment, students=None):
    """Return student -> notebook -> NotebookMarks, of those that the gradebook knows.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    students : collection of str, optional
        Only these.
    """
    db = gradebook.db
    cells, marks, by_id = _names_and_points(db, assignment), {}, {}
    asked = (
        select(
            SubmittedNotebook.id,
            SubmittedNotebook.late_submission_penalty,
            SubmittedAssignment.student_id,
            Notebook.name,
        )
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == assignment)
    )
    for id, penalty, student, notebook in _only(
        db, asked, SubmittedAssignment.student_id, students
    ):
        by_id[id] = NotebookMarks(float(penalty or 0.0))
        marks.setdefault(student, {})[notebook] = by_id[id]
    _add_marks(db, cells, by_id)
    _add_comments(db, cells, by_id)
    return marks


def _only(db, asked, column, values):
    """Yield the rows of a question where a column has one of these values; None takes all."""
    if values is None:
        yield from db.execute(asked)
        return
    values = list(values)
    for start in range(0, len(values), _AT_ONCE):
        yield from db.execute(asked.where(column.in_(values[start : start + _AT_ONCE])))


def _names_and_points(db, assignment):
    """Return id of a cell -> its grade id, and the points that can be had."""
    cells = {}
    for kind in (GradeCell, SolutionCell, TaskCell):
        columns = [kind.id, kind.name, *([] if kind is SolutionCell else [kind.max_score])]
        asked = (
            select(*columns)
            .join(Notebook, kind.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .where(Assignment.name == assignment)
        )
        for id, name, *points in db.execute(asked):
            cells[id] = name, float(points[0] or 0.0) if points else 0.0
    return cells


def _add_marks(db, cells, by_id):
    asked = select(
        Grade.notebook_id, Grade.cell_id, Grade.score, Grade.needs_manual_grade, Grade.manual_score
    )
    for place, cell, points, waits, manual in _only(db, asked, Grade.notebook_id, by_id):
        name, most = cells[cell]
        mark = CellMark(float(points), most, bool(waits), manual is not None)
        by_id[place].cells[name] = mark


def _add_comments(db, cells, by_id):
    asked = select(Comment.notebook_id, Comment.cell_id, Comment.comment)
    for place, cell, comment in _only(db, asked, Comment.notebook_id, by_id):
        by_id[place].comments[cells[cell][0]] = comment
