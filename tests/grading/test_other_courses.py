"""A course as others have it: its own folders, data; one that asks for nothing."""

import nbformat
import pytest
from course import cell, run_module
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

CONFIG = """
from mlpteach.grading.settings import configure
c = get_config()
c.CourseDirectory.course_id = "course"
c.CourseDirectory.source_directory = "master"
c.CourseDirectory.directory_structure = "{nbgrader_step}/{assignment_id}/{student_id}"
c.IncludeHeaderFooter.header = "master/header.ipynb"
c.ClearSolutions.begin_solution_delimeter = "BEGIN ANSWER"
c.ClearSolutions.end_solution_delimeter = "END ANSWER"
c.ClearSolutions.code_stub = {"python": "# Ihre Antwort"}
c.ClearHiddenTests.begin_test_delimeter = "BEGIN SECRET"
c.ClearHiddenTests.end_test_delimeter = "END SECRET"
configure(c)
"""
SOLUTION = "    # BEGIN ANSWER\n    return open('n.txt').read()\n    # END ANSWER"
ANSWER = f"def read():\n{SOLUTION}"
RIGHT = "def read():\n    with open('n.txt') as file:\n        return file.read()"


def source():
    test = {"grade": True, "locked": True, "points": 2}
    hidden = "# BEGIN SECRET\nassert read() == '42'\n# END SECRET"
    made = new_notebook(
        cells=[
            cell("code", "answer", ANSWER, solution=True),
            cell("code", "test", f"assert read()\n{hidden}", **test),
        ]
    )
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


@pytest.fixture(scope="module")
def course(tmp_path_factory, needs_sandbox):
    root = tmp_path_factory.mktemp("others")
    (root / "nbgrader_config.py").write_text(CONFIG)
    folder = root / "master" / "ps1"
    folder.mkdir(parents=True)
    nbformat.write(source(), folder / "ps1.ipynb")
    header = new_notebook(cells=[new_markdown_cell("Your name:"), new_code_cell("import math")])
    nbformat.write(header, folder.parent / "header.ipynb")
    (folder / "n.txt").write_text("42")
    done = run_module(root, "nbgrader", "generate_assignment", "ps1")
    assert done.returncode == 0, done.stderr
    wrong = "def read():\n    return '41'"
    for student, answer in {"ann": RIGHT, "bob": wrong, "cleo": None}.items():
        handed = nbformat.read(root / "release" / "ps1" / "ps1.ipynb", 4)
        assert handed.cells[2].source == "def read():\n    # Ihre Antwort"
        assert handed.cells[3].source == "assert read()"
        handed.cells[2].source = answer or handed.cells[2].source
        place = root / "submitted" / "ps1" / student
        place.mkdir(parents=True)
        nbformat.write(handed, place / "ps1.ipynb")
    return root


def marks(root):
    with Gradebook(f"sqlite:///{root}/gradebook.db", "course") as book:
        return {each.student_id: each.score for each in book.assignment_submissions("ps1")}


def test_its_own_folders_and_data(course):
    done = run_module(course, "mlpteach.cli", "grade", "ps1")
    assert done.returncode == 0, done.stderr
    assert marks(course) == {"ann": 2, "bob": 0, "cleo": 0}
    assert "To be looked at" not in done.stdout  # nobody changed a test or another cell
    assert (course / "autograded" / "ps1" / "ann" / "n.txt").read_text() == "42"
    again = run_module(course, "mlpteach.cli", "grade", "ps1")
    assert "0 graded, 3 graded before" in again.stdout
    (course / "master" / "ps1" / "n.txt").write_text("41")  # other rules: all is graded anew
    done = run_module(course, "nbgrader", "autograde", "ps1")
    assert done.returncode == 0, done.stderr
    assert marks(course) == {"ann": 0, "bob": 0, "cleo": 0}


def test_a_course_that_does_not_ask_for_it_is_refused_in_words(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()")
    done = run_module(tmp_path, "mlpteach.cli", "grade", "ps1")
    assert done.returncode == 1
    assert "does not ask for mlpteach" in done.stderr
    assert "    configure(c)" in done.stderr
