"""Marks for the gradebooks of learning platforms, through ``nbgrader export``.

    nbgrader export --exporter=mlpteach.grading.marks_csv.CanvasCsv --to=canvas.csv
    nbgrader export --exporter=mlpteach.grading.marks_csv.MoodleCsv --to=moodle.csv

A mark is what is left after the late penalty. Where nothing was handed in, or a person has yet to
mark something, the field is empty, which both platforms take for "no mark yet".
"""

import csv
import re
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin


class _MarksCsv(ExportPlugin):
    """One row a student, one column an assignment."""

    file = ""

    def export(self, gradebook):
        """Write the table to ``--to``; ``--assignment`` and ``--student`` choose from it."""
        path = Path(self.to or self.file)
        assignments = [a for a in gradebook.assignments if _is_wanted(a.name, self.assignment)]
        students = [s for s in gradebook.students if _is_wanted(s.id, self.student)]
        rows = self.head(assignments)
        for student in students:
            marks = [self._mark(gradebook, each.name, student.id) for each in assignments]
            rows.append([*self.about(student), *marks])
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([[as_field(value) for value in row] for row in rows])
        self.log.info("%d students written to %s", len(students), path)

    def _mark(self, gradebook, assignment, student):
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return None
        if submission.needs_manual_grade:
            self.log.warning("%s, %s: waits for a person, so it has no mark", student, assignment)
            return None
        return max(0.0, submission.score - (submission.late_submission_penalty or 0.0))


class CanvasCsv(_MarksCsv):
    """As Canvas imports it: who somebody is stands in its own ID, else in the login."""

    file = "canvas.csv"

    def head(self, assignments):
        """Return the first rows: names, and what can be reached."""
        names = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        points = ["    Points Possible", "", "", "", ""]
        return [
            [*names, *(each.name for each in assignments)],
            [*points, *(each.max_score for each in assignments)],
        ]

    def about(self, student):
        """Return a student's columns before the marks."""
        name = ", ".join(filter(None, [student.last_name, student.first_name])) or student.id
        return [name, student.lms_user_id, "", student.id, ""]


class MoodleCsv(_MarksCsv):
    """As Moodle's import of marks takes it: choose "Username" to map users by."""

    file = "moodle.csv"

    def head(self, assignments):
        """Return the first row."""
        names = ["Username", "First name", "Last name", "Email address"]
        return [[*names, *(each.name for each in assignments)]]

    def about(self, student):
        """Return a student's columns before the marks."""
        return [student.id, student.first_name, student.last_name, student.email]


def as_field(value):
    """Return a value as a table's field that no spreadsheet takes for a formula.

    Examples
    --------
    >>> as_field("=1+1"), as_field(" @SUM(A1)"), as_field(-2.5), as_field(None)
    ("'=1+1", "' @SUM(A1)", '-2.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f"{value:.12g}"
    return f"'{value}" if re.match(r"[\s\x00]*[=+\-@＝＋－＠]|[\t\r\n]", value) else value


def _is_wanted(name, wanted):
    return not wanted or name in map(str, wanted)
