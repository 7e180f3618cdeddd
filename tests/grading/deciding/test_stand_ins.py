"""Whatever a notebook asks of a function that stands in, the grader answers and stays free."""

from types import SimpleNamespace

import numpy as np
import pytest

from mlpteach.exercise.protocol import Call
from mlpteach.grading.deciding.session import _MOST_ENTRIES, _MOST_QUESTIONS, Session, _answered


def asking(*arguments, function="half", **keywords):
    return {"function": function, "arguments": arguments, "keywords": keywords}


def half(x, k=2):
    return x / k


def never(*arguments, **keywords):
    raise AssertionError("asked in spite of the limits")


@pytest.mark.parametrize("x", [np.ones((20, 50)), [1.0] * 1000, 1000, -1000, 1e300, True], ids=str)
def test_what_is_as_small_as_a_check_s_inputs_is_asked(x):
    seen = []
    _answered({"half": seen.append}, asking(x))
    assert np.array_equal(seen, [x])


@pytest.mark.parametrize(
    "x",
    [np.ones((20, 51)), [1.0] * 1001, ([2.0] * 300,) * 4, 1001, -1001, 10**400],
    ids=["array", "list", "nested", "number", "negative", "long"],
)
def test_what_is_larger_is_refused_unasked(x):
    assert _MOST_ENTRIES == 1000
    assert _answered({"half": never}, asking(x)) == {"error": "ValueError"}
    assert _answered({"half": never}, asking(1.0, k=x)) == {"error": "ValueError"}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        asking(function="other"),
        asking(function=["half"]),
        {"function": "half", "arguments": None, "keywords": {}},
        {"function": "half", "arguments": (1.0,), "keywords": 3},
        asking(1.0, 2.0, 3.0),
        asking("text"),
        asking(1.0, k=0),
    ],
    ids=["nothing", "unknown", "list", "arguments", "keywords", "many", "text", "by 0"],
)
def test_what_cannot_be_answered_is_an_error_with_no_more_than_its_kind(asked):
    answer = _answered({"half": half}, asked)
    assert list(answer) == ["error"]
    assert answer["error"].isidentifier()


def test_an_answer_that_takes_too_much_memory_is_an_error():
    answer = _answered({"half": lambda x: np.ones(2**28)}, asking(1.0))
    assert "MemoryError" in answer["error"]


def test_what_a_stand_in_prints_does_not_reach_the_grader_s_terminal(capsys):
    _answered({"half": print}, asking(1.0))
    assert capsys.readouterr().out == ""


def test_one_call_may_ask_so_many_questions_and_no_more():
    questions = []

    def ask_on(function, arguments, keywords, stand_ins, answers):
        questions.append(len(answers))
        return {"asks": asking(float(len(answers)))}

    session = Session.__new__(Session)
    session._worker = SimpleNamespace(call=ask_on)
    said = session._call(Call("whole", (1.0,), stand_ins={"half": half}))
    assert "asks" in said
    assert questions == list(range(_MOST_QUESTIONS + 1))
