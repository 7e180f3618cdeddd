"""The marks and comments that a page of feedback shows, read for many students at once."""

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


@dataclass
class ShownMarks:
    """What the gradebook says of one student's notebook.

    Attributes
    ----------
    penalty : float
        Points that coming late costs.
    grades : dict of str to (float, float, bool)
        Grade id -> points, all there are, and whether a person has yet to mark it.
    comments : dict of str to (str or None)
        Grade id -> comment.
    """

    penalty: float = 0.0
    grades: dict[str, tuple[float, float, bool]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    @property
    def score(self):
        """Points of the notebook, less the penalty."""
        return sum(points for points, _, _ in self.grades.values()) - self.penalty

    @property
    def most(self):
        """All points there are."""
        return sum(most for _, most, _ in self.grades.values())

    def grade(self, grade_id):
        """Return points, all there are, and whether a person has yet to mark the cell."""
        return _found(self.grades, grade_id)

    def comment(self, grade_id):
        """Return the comment on a cell, or None."""
        return _found(self.comments, grade_id)


def _found(entries, grade_id):
    if grade_id not in entries:
        raise MissingEntry(f"the gradebook knows no cell {grade_id!r} of this notebook")
    return entries[grade_id]


def read_shown_marks(gradebook, assignment, students):
    """Return (student, notebook) -> ShownMarks, of those that the gradebook knows.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    students : collection of str
    """
    db = gradebook.db
    cells = _names_and_points(db, assignment)
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
        .where(Assignment.name == assignment, SubmittedAssignment.student_id.in_(list(students)))
    )
    found, by_id = {}, {}
    for id, penalty, student, notebook in db.execute(asked):
        found[student, notebook] = by_id[id] = ShownMarks(float(penalty or 0.0))
    _add_grades(db, cells, by_id)
    _add_comments(db, cells, by_id)
    return found


def _names_and_points(db, assignment):
    """Return id of a cell -> its grade id, and the points that can be had."""
    cells = {}
    for kind in (GradeCell, SolutionCell, TaskCell):
        most = getattr(kind, "max_score", None)
        columns = [kind.id, kind.name] + ([] if most is None else [most])
        asked = (
            select(*columns)
            .join(Notebook, kind.notebook_id == Notebook.id)
            .join(Assignment, Notebook.assignment_id == Assignment.id)
            .where(Assignment.name == assignment)
        )
        for id, name, *points in db.execute(asked):
            cells[id] = name, float(points[0] or 0.0) if points else 0.0
    return cells


def _add_grades(db, cells, by_id):
    asked = select(Grade.notebook_id, Grade.cell_id, Grade.score, Grade.needs_manual_grade)
    for place, cell, score, waits in db.execute(asked.where(Grade.notebook_id.in_(list(by_id)))):
        name, most = cells[cell]
        by_id[place].grades[name] = float(score), most, bool(waits)


def _add_comments(db, cells, by_id):
    asked = select(Comment.notebook_id, Comment.cell_id, Comment.comment)
    for place, cell, comment in db.execute(asked.where(Comment.notebook_id.in_(list(by_id)))):
        by_id[place].comments[cells[cell][0]] = comment
