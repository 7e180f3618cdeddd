"""A quiz as an nbgrader assignment: honest marks, and no key where students look."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from mlpteach.assignments import ASSIGNMENTS
from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.protocol import decide
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.assignment import notebook
from mlpteach.quiz.graded import QUIZZES, WHO, function_name, mark, received, show

SOURCE = Path(__file__).parents[2] / "exercises" / "source"
QUIZ = "quiz1_learning"
IDS = list(QUIZZES[QUIZ])


def verdict(id, answer, name="ada"):
    replies = answer_with({WHO: lambda: name, function_name(id): answer})
    return decide(ASSIGNMENTS[QUIZ][f"quiz_{id}"], np.random.default_rng(0), replies)


def test_the_notebook_is_the_one_that_the_bank_writes():
    path = SOURCE / QUIZ / f"{QUIZ}.ipynb"
    assert nbformat.read(path, as_version=4) == nbformat.from_dict(notebook(QUIZ))
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("id", IDS)
def test_a_right_answer_gets_all_points_and_others_none_or_a_part(id):
    solution = QUESTIONS[id].ask("ada").solution
    assert verdict(id, lambda: solution).passed
    assert mark(id, lambda: "ada", lambda: solution) == float(QUIZZES[QUIZ][id])
    for wrong in ("", "no idea", None, print, object(), "🙂", "\ud800", {"a": 1}, float("nan")):
        judged = verdict(id, lambda wrong=wrong: wrong)
        assert judged.fraction == 0.0
        assert judged.message


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("answer", [1e308, -1e308, 5e-324, "9**9**9**9", "1e999", 10**299])
def test_a_number_beyond_all_bounds_is_only_wrong(id, answer):
    assert verdict(id, lambda: answer).fraction == 0.0


@pytest.mark.parametrize("id", IDS)
def test_an_answer_that_raises_or_a_missing_name_gets_a_message(id):
    assert "ZeroDivisionError" in verdict(id, lambda: 1 / 0).message
    for name in (None, "", "  ", 3, print):
        judged = verdict(id, lambda: "a", name)
        assert judged.fraction == 0.0
        assert "must return your name" in judged.message


def test_a_letter_without_quotes_is_told_that_it_needs_them():
    judged = verdict("where_nesterov_looks", lambda: b)  # noqa: F821
    assert judged.fraction == 0.0
    assert 'An answer is a text and needs quotes: return "b"' in judged.message


def test_partly_right_gets_a_part():
    asked = QUESTIONS["lines_that_change"].ask("ada")
    judged = verdict("lines_that_change", lambda: asked.right[0])
    assert 0 < judged.fraction < 1


def test_numbers_hang_on_the_name():
    id = "adams_corrected_first_moment"
    adas = QUESTIONS[id].ask("ada").solution
    assert verdict(id, lambda: adas, "ada").passed
    assert not verdict(id, lambda: adas, "grace").passed


def test_another_spelling_of_a_name_brings_no_other_numbers():
    id = "adams_corrected_first_moment"
    adas = QUESTIONS[id].ask("ada").solution
    for name in ("Ada", " ADA ", "ada-", "a.d_a!", "ada" + "-" * 500):
        assert verdict(id, lambda: adas, name).passed
    for name in ("-", "--", "_", "!?"):
        assert "must return your name" in verdict(id, lambda: adas, name).message
        with pytest.raises(ValueError, match="must return your name"):
            show(id, name)


def test_known_mistakes_are_counted():
    id = "adams_corrected_first_moment"
    asked = QUESTIONS[id].ask("ada")
    judged = verdict(id, lambda: float(asked.numbers["M"]))
    assert judged.mistake == "first_moment_not_corrected"


def released(source):
    """Return a cell's text as students get it."""
    source = re.sub(r"(?s)### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", source)
    return re.sub(r"(?s)### BEGIN SOLUTION.*?### END SOLUTION", "# YOUR CODE HERE", source)


def test_no_key_is_in_what_students_get(capsys):
    cells = [released(cell.source) for cell in notebook(QUIZ).cells]
    text = "\n".join(cells)
    assert "mark(" not in text
    for id in IDS:
        asked = QUESTIONS[id].ask("instructor")
        if len(asked.solution) > 4:
            assert asked.solution not in text
        for word in ("why", "if_true", "right"):
            assert not re.search(rf"\b{word}\s*=", text)


@pytest.mark.parametrize("id", IDS)
def test_the_student_sees_how_an_answer_was_read_and_not_whether_it_is_right(id, capsys):
    asked = QUESTIONS[id].ask("ada")
    received(id, lambda: "ada", lambda: asked.solution)
    right = capsys.readouterr().out
    assert right == f"Received: {asked.solution}\n"
    received(id, lambda: "ada", lambda: "@@@")
    assert "could not be read" in capsys.readouterr().out
    received(id, lambda: "ada", lambda: 1 / 0)
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_validate_names_the_answers_that_are_missing_or_cannot_be_read(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    for answer, named in [(lambda: 1 / 0, "ZeroDivisionError"), (lambda: "@@@", "be read")]:
        received("adams_first_step", lambda: "ada", answer)
        assert named in capsys.readouterr().err
    received("adams_first_step", lambda: "ada", lambda: "a")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("id", IDS)
def test_the_question_is_shown_without_its_key(id, monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda html: shown.append(html.data))
    show(id, "ada")
    asked = QUESTIONS[id].ask("ada")
    assert asked.shown()["text"] in shown[0]
    assert asked.why[:40] not in shown[0]
    with pytest.raises(ValueError, match="must return your name"):
        show(id, "")
