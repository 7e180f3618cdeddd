"""The quiz goes through nbgrader's real commands, in a copy of the course."""

import base64
import csv
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from mlpteach.exercise.messages import wrap_lines
from mlpteach.grading.deciding.inputs import read_secret
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.draws import asked_of, draws_key
from mlpteach.quiz.graded import QUIZZES, WHO, function_name
from mlpteach.quiz.question_as_text import question_as_text
from mlpteach.quiz.text.markup import to_words

pytestmark = pytest.mark.usefixtures("needs_sandbox")

COURSE = Path(__file__).parents[2] / "exercises"
QUIZ = "quiz1_learning"


@pytest.fixture
def nbgrader(tmp_path, monkeypatch):
    """Run a command of nbgrader in a copy of the course."""
    desk = tmp_path / "course"
    shutil.copytree(COURSE / "source" / QUIZ, desk / "source" / QUIZ)
    shutil.copy(COURSE / "nbgrader_config.py", desk)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("JUPYTER", "IPYTHON", "XDG"))}
    kept.pop("PYTHONWARNINGS", None)
    home = {
        f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower())
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    environment = kept | home | {"HOME": str(tmp_path), "PATH": path}

    def nbgrader(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments], cwd=desk, env=environment,
            capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert not re.search(r"\| (ERROR|CRITICAL)\]", done.stderr), done.stderr
        return desk

    return nbgrader


def fill(notebook, name, answers):
    """Put a student's name and answers into the released notebook."""
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id == WHO:
            cell.source = f"def {WHO}():\n    return {name!r}"
        elif grade_id in answers:
            cell.source = f"def {grade_id}():\n    return {answers[grade_id]!r}"
    return notebook


def test_released_handed_in_and_graded(nbgrader):
    desk = nbgrader("generate_assignment", QUIZ)
    released = nbformat.read(desk / "release" / QUIZ / f"{QUIZ}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "HIDDEN" not in text
    assert "SOLUTION" not in text
    assert "mark(" not in text.replace("import mark", "")
    ids = list(QUIZZES[QUIZ])
    key = draws_key(read_secret(desk), QUIZ)
    asked = {id: asked_of(id, "ada", key) for id in ids}
    right = {function_name(id): asked[id].solution for id in ids}
    mistaken = dict(right, answer_sensitivity_in_the_run="9")
    mistaken["answer_lines_that_change"] = asked["lines_that_change"].right[0]
    of_the_package = {function_name(id): QUESTIONS[id].ask("eve").solution for id in ids}
    for student, name, answers in (
        ("ada", "ada", right), ("bob", "ada", mistaken), ("nil", "nil", {}),
        ("eve", "eve", of_the_package),
    ):  # fmt: skip
        folder = desk / "submitted" / student / QUIZ
        folder.mkdir(parents=True)
        notebook = fill(nbformat.from_dict(released), name, answers)
        nbformat.write(notebook, folder / f"{QUIZ}.ipynb")
        released = nbformat.read(desk / "release" / QUIZ / f"{QUIZ}.ipynb", as_version=4)
    nbgrader("autograde", QUIZ)
    nbgrader("export")
    with open(desk / "grades.csv", newline="") as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks["ada"] == sum(QUIZZES[QUIZ].values()) == 20
    assert marks["bob"] == pytest.approx(20 - 2 - 2 * 0.4)
    assert marks["nil"] == 0
    assert marks["eve"] < 10  # letters may be met by chance
    nbgrader("generate_feedback", QUIZ)
    page = html.unescape((desk / "feedback" / "ada" / QUIZ / f"{QUIZ}.html").read_text("utf-8"))
    assert "put aside" not in page
    for id in ids:
        for line in wrap_lines(question_as_text(asked[id])[0]).splitlines():
            assert line in page
    assert base64.b64encode(asked["which_of_adams_quantities"].png()).decode() in page
    tops = {student: top_of(desk, student) for student in marks}
    assert "Answered with the numbers of 'ada': is that this student?" in tops["bob"]
    assert not any("Answered with" in tops[student] for student in ("ada", "nil", "eve"))


def top_of(desk, student):
    """Return the first cell of a graded notebook, where a person who marks looks first."""
    path = desk / "autograded" / student / QUIZ / f"{QUIZ}.ipynb"
    return nbformat.read(path, as_version=4).cells[0].source


def test_a_name_that_is_code_is_only_read(nbgrader):
    desk = nbgrader("generate_assignment", QUIZ)
    released = nbformat.read(desk / "release" / QUIZ / f"{QUIZ}.ipynb", as_version=4)
    folder = desk / "submitted" / "eve" / QUIZ
    folder.mkdir(parents=True)
    name = "<script>alert(1)</script>\n[x](javascript:alert(1))"
    nbformat.write(fill(released, name, {}), folder / f"{QUIZ}.ipynb")
    nbgrader("autograde", QUIZ)
    top = top_of(desk, "eve")
    assert "alert" in top
    assert "<script" not in top
    assert "javascript:" not in top
    assert top.count("\n- ") == 1
    nbgrader("generate_feedback", QUIZ)
    page = (desk / "feedback" / "eve" / QUIZ / f"{QUIZ}.html").read_text("utf-8")
    assert to_words(QUESTIONS["same_budget"].text)[:40] in page
    assert "<script>alert" not in page
