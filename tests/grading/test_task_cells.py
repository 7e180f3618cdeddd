"""A "manually graded task" waits for a person, and holds up nobody's other marks."""

import re

import pytest
from course import ASSIGNMENT, Course, answered, cell, source_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell
from test_class_run import CONFIG, grade, here
from traitlets.config import Config

TASK = "Draw M and explain.\n=== BEGIN MARK SCHEME ===\n2 for the axes\n=== END MARK SCHEME ==="
RELEASED = "Draw M and explain."
DONE = [new_code_cell("print(RATE)"), new_markdown_cell("It fades.")]


def with_tasks(notebook, text):
    """Tasks of 4 points and of none, with what a student did below the first."""
    for id, points in (("draw", 4), ("think", 0)):
        notebook.cells.append(cell("markdown", id, text, task=True, locked=True, points=points))
    return notebook


def handed_in():
    notebook = with_tasks(answered(), RELEASED)
    notebook.cells[-1:-1] = DONE
    return notebook


@pytest.fixture(scope="module")
def course(make_course):
    made = make_course(source=with_tasks(source_notebook(), TASK))
    (made.root / "nbgrader_config.py").write_text(CONFIG.format(here=here()))
    made.hand_in("ann", handed_in())
    without = handed_in()
    without.cells = [c for c in without.cells if c.id not in ("draw", "think")]
    made.hand_in("bob", without)
    return made


def grades(course, student="ann"):
    """Return grade id -> what nbgrader keeps of it."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "course") as book:
        submission = book.find_submission(ASSIGNMENT, student)
        return {
            grade.name: (grade.auto_score, grade.max_score, bool(grade.needs_manual_grade))
            for grade in submission.notebooks[0].grades
        }


def test_mlpteach_grade_leaves_it_to_a_person(course):
    done = grade(course, "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"ann +6 of 13  and 3 to be marked by hand", done.stdout)
    assert re.search(r"bob +6 of 13  and 3 to be marked by hand", done.stdout)
    assert grades(course, "bob") == grades(course)
    said = grade(course, "--student", "ann").stdout
    assert re.search(r"\n  draw +\? of 4  To be marked by a person\.\n", said)


def test_nbgrader_autograde_leaves_it_to_a_person(course):
    assert course.grade().success
    assert grades(course)["draw"] == (None, 4, True)
    assert grades(course)["moment_test"] == (4, 4, False)
    assert grades(course, "bob") == grades(course)
    texts = [cell.source for cell in course.graded("ann").cells]
    assert texts.index("It fades.") > texts.index(TASK)  # whoever marks sees the scheme


def test_it_waits_as_in_nbgrader_itself(course, tmp_path):
    stock = Course(tmp_path, source=with_tasks(source_notebook(), TASK))
    stock.config = Config({"CourseDirectory": stock.config.CourseDirectory})
    assert stock.run("generate_assignment", ASSIGNMENT).success
    stock.hand_in("ann", handed_in())
    assert stock.grade("ann").success
    assert course.grade("ann").success
    for id in ("draw", "think", "why"):
        assert grades(course)[id] == grades(stock)[id]


def test_a_mark_that_a_person_gave_is_kept(course):
    from nbgrader.api import Gradebook

    assert course.grade().success
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "course") as book:
        given = book.find_grade("draw", ASSIGNMENT, ASSIGNMENT, "ann")
        given.manual_score, given.needs_manual_grade = 3, False
        book.db.commit()
    assert re.search(r"ann +9 of 13  and 3 to be marked", grade(course, "--force").stdout)
