"""The questions that students received are those that are graded, or nobody is graded."""

import shutil
from pathlib import Path

import nbformat
import pytest
from course import run_module

from mlpteach.grading.deciding.inputs import FILE, read_secret
from mlpteach.grading.deciding.quiz_draws import OtherSecret, draws_cell, key_of, put_released
from mlpteach.quiz.assignment import notebook
from mlpteach.quiz.draws import asked_of, draws_key, fingerprint
from mlpteach.quiz.graded import QUIZZES, function_name

QUIZ = "quiz1_learning"
COURSE = Path(__file__).parents[3] / "exercises"
pytestmark = pytest.mark.usefixtures("needs_sandbox")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A course whose quiz has another name, and was generated."""
    desk = tmp_path_factory.mktemp("course")
    shutil.copytree(COURSE / "source" / QUIZ, desk / "source" / "homework2")
    shutil.copy(COURSE / "nbgrader_config.py", desk)
    done = run_module(desk, "nbgrader", "generate_assignment", "homework2")
    assert done.returncode == 0, done.stderr
    return desk


def hand_in(desk, student, name, answers, **changed):
    released = nbformat.read(desk / "release" / "homework2" / f"{QUIZ}.ipynb", 4)
    for cell in released.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id == "my_name":
            cell.source = f"def my_name():\n    return {name!r}"
        elif grade_id in answers:
            cell.source = f"def {grade_id}():\n    return {answers[grade_id]!r}"
        cell.source = changed.get(grade_id, cell.source)
    folder = desk / "submitted" / student / "homework2"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(released, folder / f"{QUIZ}.ipynb")


def answers_of(desk, name):
    key = draws_key(read_secret(desk), "homework2")
    return {function_name(id): asked_of(id, name, key).solution for id in QUIZZES[QUIZ]}


def test_right_answers_get_all_points_whatever_became_of_the_questions_cell(desk):
    hand_in(desk, "ada", "ada", answers_of(desk, "ada"))
    hand_in(desk, "bob", "bob", answers_of(desk, "bob"), questions="questions = None")
    done = run_module(desk, "mlpteach.cli", "grade", "homework2")
    assert done.returncode == 0, done.stdout + done.stderr
    for student in ("ada", "bob"):
        path = desk / "autograded" / student / "homework2" / f"{QUIZ}.ipynb"
        graded = nbformat.read(path, 4)
        assert sum(graded.metadata.mlpteach.scores.values()) == 20
        assert len(draws_cell(graded).source) < 200  # a person reads it
        assert ("Locked cells had been changed" in graded.cells[0].source) == (student == "bob")


def test_with_another_secret_nobody_is_graded_and_it_is_said_why(desk):
    hand_in(desk, "eve", "eve", answers_of(desk, "eve"))
    kept = (desk / FILE).read_bytes()
    (desk / FILE).write_bytes(b"0" * 64)
    try:
        done = run_module(desk, "mlpteach.cli", "grade", "homework2", "--force")
    finally:
        (desk / FILE).write_bytes(kept)
    assert done.returncode == 1
    said = " ".join((done.stdout + done.stderr).split())
    assert "drawn with another secret" in said
    assert FILE in said
    assert "Traceback" not in said


def test_a_course_whose_notebook_has_no_place_for_draws_is_graded_as_before(desk):
    source = nbformat.from_dict(notebook(QUIZ))
    assert draws_cell(source).source.startswith("questions = None")
    source.cells.remove(draws_cell(source))
    assert key_of(None, "homework2", source) == ""


def test_the_released_notebook_names_its_key_and_does_not_hold_it(desk):
    key = draws_key(read_secret(desk), "homework2")
    text = (desk / "release" / "homework2" / f"{QUIZ}.ipynb").read_text()
    assert fingerprint(key) in text
    assert key not in text
    assert read_secret(desk).decode() not in text


def test_what_was_generated_before_there_were_draws_is_to_be_generated_again():
    source = nbformat.from_dict(notebook(QUIZ))
    with pytest.raises(OtherSecret, match="generate_assignment with --force"):
        put_released(source, "k", {"my_name": "def my_name(): ..."}, FILE)
