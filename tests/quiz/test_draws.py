"""The course's secret makes the draws of a quiz, a name chooses among them; no key is released."""

import contextlib
import io
import json

import pytest

from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.draws import DRAWS, asked_at, asked_of, draw_of, draws_key, fingerprint
from mlpteach.quiz.graded import QUIZZES, mark, show
from mlpteach.quiz.released import NAME, as_html, released, released_cell

IDS = list(QUIZZES["quiz1_learning"])
KEY = draws_key(b"a secret", "quiz1_learning")


@pytest.fixture(scope="module")
def questions():
    """What a student's notebook holds."""
    names = {"released": released}
    exec(released_cell(IDS, KEY), names)
    return names[NAME]


@pytest.mark.parametrize("id", IDS)
def test_no_single_answer_is_right_in_every_draw(id):
    solutions = [asked_at(id, draw, KEY).solution for draw in range(DRAWS)]
    right = [
        sum(asked_at(id, draw, KEY).judge(answer).right for draw in range(DRAWS))
        for answer in set(solutions)
    ]
    assert max(right) <= 2 * DRAWS / 3


def test_another_secret_and_another_assignment_ask_for_other_answers():
    keys = [
        KEY, draws_key(b"another one", "quiz1_learning"), draws_key(b"a secret", "homework2")
    ]  # fmt: skip
    for key in keys[1:]:
        same = [
            asked_of(id, "ada", KEY).solution == asked_of(id, "ada", key).solution for id in IDS
        ]
        assert sum(same) < len(IDS) / 2
    assert len({fingerprint(key) for key in keys}) == 3


def test_the_package_asked_by_name_does_not_know_the_answers():
    def gained(name):
        return sum(
            asked_of(id, name, KEY).judge(QUESTIONS[id].ask(seed).solution).fraction
            for id in IDS
            for seed in (name, draw_of(id, name))
        ) / (2 * len(IDS))

    assert sum(gained(name) for name in ("ada", "grace", "emmy", "alan")) / 4 < 0.35


@pytest.mark.parametrize("id", IDS)
def test_what_a_student_sees_is_what_is_judged(id, questions, monkeypatch):
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda html: shown.append(html.data))
    for name in ("ada", "Grace Hopper"):
        show(id, name, questions)
        assert shown[-1] == as_html(asked_of(id, f" {name.upper()}-", KEY))
    with pytest.raises(ValueError, match="must return your name"):
        show(id, "--", questions)


def test_a_name_chooses_for_each_question_anew():
    chosen = {name: tuple(draw_of(id, name) for id in IDS) for name in ("ada", "grace", "emmy")}
    assert len(set(chosen.values())) == 3
    for draws in chosen.values():
        assert len(set(draws)) > 3
        assert set(draws) <= set(range(DRAWS))


def test_released_are_texts_and_neither_key_nor_explanation(questions):
    text = json.dumps({id: list(shown) for id, shown in questions.shown.items()})
    assert KEY not in text
    assert KEY not in questions.fingerprint
    for id in IDS:
        for draw in range(DRAWS):
            asked = asked_at(id, draw, KEY)
            assert asked.why[:40] not in text


def test_a_released_quiz_is_marked_by_the_courses_grading_only(questions):
    with contextlib.redirect_stdout(io.StringIO()):
        right = QUESTIONS[IDS[0]].ask("ada").solution
        assert mark(IDS[0], lambda: "ada", lambda: right) == 2
    with pytest.raises(ValueError, match="mlpteach grade"):
        mark(IDS[0], lambda: "ada", lambda: right, questions)
