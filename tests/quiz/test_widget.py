"""A question on the page, judged by the kernel."""

import pytest

import mlpteach as mt

ID = "only_the_last_sensitivity"


@pytest.mark.parametrize(("answer", "right"), [("true", True), ("false", False)])
def test_answer_is_judged_and_explained(answer, right):
    widget = mt.quiz.ask(ID)
    widget.answer = answer
    question = mt.quiz.QUESTIONS[ID]
    assert widget.right is right
    assert widget.explanation == (question.if_true if right else question.if_false)


def test_page_does_not_carry_the_key_before_the_answer():
    state = mt.quiz.ask(ID).get_state()
    question = mt.quiz.QUESTIONS[ID]
    carried = " ".join(str(value) for name, value in state.items() if name[0] != "_")
    assert question.if_true not in carried
    assert question.if_false not in carried
    assert state["right"] is None


def test_answer_can_be_changed_and_taken_back():
    widget = mt.quiz.ask(ID)
    for answer in ("false", "true", ""):
        widget.answer = answer
    assert (widget.right, widget.explanation) == (None, "")


def test_unknown_question_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'only_the_last_sensitivity'"):
        mt.quiz.ask("only_last_sensitivity")
