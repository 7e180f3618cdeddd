"""The formgrader's lists hold what nbgrader's own questions find."""

import importlib.util
import sys
from datetime import datetime

import nbgrader.api
import pytest
from traitlets.config import Config

from mlpteach.grading.gradebook.formgrader_lists import (
    notebook_submission_dicts,
    submission_dicts,
)
from mlpteach.grading.gradebook.record import begin_submission
from mlpteach.grading.settings import configure


@pytest.fixture(scope="module")
def stock():
    """nbgrader's module as it is installed, whatever became of the one that others imported."""
    spec = importlib.util.spec_from_file_location("nbgrader.stock_api", nbgrader.api.__file__)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")
    return f"sqlite:///{tmp_path}/gradebook.db"


CELLS = {"code": 2.5, "code too": 1.0, "written": 4.0, "task": 8.0}


@pytest.fixture
def gradebook(url):
    """Two assignments; their notebooks have each kind of cell, code only, and none that counts."""
    with nbgrader.api.Gradebook(url, "course") as book:
        for assignment in ("lists", "other"):
            book.add_assignment(assignment)
            for notebook in ("everything", "code only", "nothing"):
                book.add_notebook(notebook, assignment)
            for notebook in ("everything", "code only"):
                add_cells(book, notebook, assignment)
            book.add_task_cell("odd", "nothing", assignment, max_score=1.0, cell_type="code")
        hand_in_all(book)
        yield book
        for assignment in ("lists", "other"):
            book.remove_assignment(assignment)
        for student in list(book.students):
            book.remove_student(student.id)


def add_cells(book, notebook, assignment):
    kinds = ("code", "code too") if notebook == "code only" else CELLS
    for name in kinds:
        if name == "task":
            book.add_task_cell(name, notebook, assignment, max_score=8.0, cell_type="markdown")
            continue
        kind = "markdown" if name == "written" else "code"
        book.add_grade_cell(name, notebook, assignment, max_score=CELLS[name], cell_type=kind)


def hand_in(book, student, marks, assignment="lists", timestamp=None):
    """`marks` is a dict of notebook -> {cell: (automatic, by hand, extra, waits)}."""
    begin_submission(book, assignment, student)
    submission = book.find_submission(assignment, student)
    submission.timestamp, submission.student.last_name = timestamp, student.upper()
    for notebook in submission.notebooks:
        notebook.flagged = student == "flagged"
        for grade in notebook.grades:
            found = marks.get(notebook.name, {}).get(grade.name, (None, None, None, False))
            grade.auto_score, grade.manual_score, grade.extra_credit = found[:3]
            grade.needs_manual_grade = found[3]
    book.db.commit()


def hand_in_all(book):
    right = {"code": (2.5, None, None, False), "code too": (1.0, None, None, False)}
    hand_in(
        book, "right", {"everything": right, "code only": right}, timestamp=datetime(2026, 1, 2)
    )
    wrong = {"code": (0.0, None, 0.5, False), "written": (None, None, None, True)}
    hand_in(book, "flagged", {"everything": wrong})
    by_hand = {"written": (None, 3.25, 0.5, False), "task": (None, 7.0, None, False)}
    by_hand |= {"code": (0.5, 2.0, None, False), "code too": (None, None, 0.25, True)}
    hand_in(book, "by hand", {"everything": by_hand, "code only": {"code": (1.0, 0.0, 1.0, True)}})
    hand_in(book, "right", {"everything": right | wrong}, "other")
    hand_in(book, "only there", {}, "other")


def as_listed(dicts):
    return sorted(dicts, key=lambda each: each["id"])


def test_submissions_are_listed_as_nbgrader_lists_them(gradebook, stock, url):
    with stock.Gradebook(url, "course") as theirs:
        for assignment, count in {"lists": 3, "other": 2, "of nobody": 0}.items():
            listed = as_listed(theirs.submission_dicts(assignment))
            assert as_listed(submission_dicts(gradebook, assignment)) == listed
            assert len(listed) == count


def test_a_notebook_is_listed_as_nbgrader_lists_it(gradebook, stock, url):
    with stock.Gradebook(url, "course") as theirs:
        for notebook, count in {"everything": 3, "code only": 3, "nothing": 0}.items():
            listed = as_listed(theirs.notebook_submission_dicts(notebook, "lists"))
            assert as_listed(notebook_submission_dicts(gradebook, notebook, "lists")) == listed
            assert len(listed) == count


def test_the_formgrader_asks_for_them(gradebook):
    configure(Config())
    assert gradebook.submission_dicts.__func__ is submission_dicts
    assert gradebook.notebook_submission_dicts.__func__ is notebook_submission_dicts
