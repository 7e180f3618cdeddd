"""Tables of marks for Canvas and Moodle, through `nbgrader export`."""

import csv

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from mlpteach.grading.marks_csv import as_field

OURS = "mlpteach.grading.marks_csv."


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Two assignments; ann and bob have handed in, cleo has not; eve is no honest name."""
    monkeypatch.chdir(tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "course") as book:
        for name in ("ps1", "ps2"):
            book.add_assignment(name)
            book.add_notebook("book", name)
            book.add_grade_cell("test", "book", name, max_score=4, cell_type="code")
            book.add_grade_cell("why", "book", name, max_score=6, cell_type="markdown")
        book.add_student("ann", first_name="Ann", last_name="Lee", email="a@b.c", lms_user_id="17")
        for id, name in {"bob": None, "cleo": 'Ĉleo, "C"', "eve": '=HYPERLINK("x")'}.items():
            book.add_student(id, last_name=name)
        for student, why, late in [("ann", 5.25, 2.0), ("bob", 1.0, 50.0), ("eve", None, 0.0)]:
            submission = book.add_submission("ps1", student)
            submission.notebooks[0].late_submission_penalty = late
            for grade in submission.notebooks[0].grades:
                grade.auto_score = 4 if grade.name == "test" else None
                grade.manual_score = None if grade.name == "test" else why
                grade.needs_manual_grade = grade.name == "why" and why is None
            book.db.commit()
    return tmp_path


def export(course, exporter, *arguments):
    app = ExportApp()
    app.initialize([f"--exporter={OURS}{exporter}", "--to=out.csv", *arguments])
    app.start()
    with open(course / "out.csv", newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.filterwarnings("ignore")
def test_canvas_gets_what_is_decided(course):
    assert export(course, "CanvasCsv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ps1", "ps2"],
        ["    Points Possible", "", "", "", "", "10", "10"],
        ["bob", "", "", "bob", "", "0", ""],
        ['\'=HYPERLINK("x")', "", "", "eve", "", "", ""],
        ["Lee, Ann", "17", "", "ann", "", "7.25", ""],
        ['Ĉleo, "C"', "", "", "cleo", "", "", ""],
    ]


@pytest.mark.filterwarnings("ignore")
def test_moodle_gets_one_assignment(course):
    rows = export(course, "MoodleCsv", "--ExportPlugin.assignment=ps1")
    assert rows[0] == ["Username", "First name", "Last name", "Email address", "ps1"]
    assert ["ann", "Ann", "Lee", "a@b.c", "7.25"] in rows
    assert ["eve", "", '\'=HYPERLINK("x")', "", ""] in rows
    assert len(rows) == 5


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", " =1", "\r1", "\n=1", "＝1"])
def test_no_text_becomes_a_formula(text):
    assert as_field(text) == f"'{text}"


@pytest.mark.parametrize(("value", "field"), [(7.25, "7.25"), (-1.5, "-1.5"), ("a=b", "a=b")])
def test_other_values_stay(value, field):
    assert as_field(value) == field
