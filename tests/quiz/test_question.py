"""The questions: readable data, refused with file, question and field when wrong."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.quiz.question import QUESTIONS, read

GOOD = {
    "slide": '"s"', "goal": '"g"', "text": '"t"', "answer": "true",
    "if_true": '"yes"', "if_false": '"no"',
}  # fmt: skip


def written(tmp_path, **changes):
    fields = {**GOOD, **changes}
    path = tmp_path / "questions.toml"
    body = "\n".join(f"{name} = {value}" for name, value in fields.items() if value is not None)
    path.write_text(f"[q]\n{body}\n")
    return path


def test_good_question_is_read(tmp_path):
    question = read(written(tmp_path))["q"]
    assert question.judge(True) == (True, "yes")
    assert question.judge(False) == (False, "no")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": '"true"'}, "question 'q', field 'answer' must be a bool"),
        ({"text": None}, "question 'q', field 'text' is missing"),
        ({"text": '""'}, "field 'text' must be a str and not empty"),
        ({"colour": '"red"'}, "field 'colour' is unknown"),
        ({"text": '"unclosed'}, "not readable as TOML"),
    ],
)
def test_mistake_is_refused_with_file_and_field(tmp_path, changes, message):
    path = written(tmp_path, **changes)
    with pytest.raises(ValueError, match=r"questions\.toml") as refused:
        read(path)
    assert message in str(refused.value)


def test_answer_must_be_true_or_false():
    with pytest.raises(TypeError, match="must be True or False; given 'yes'"):
        QUESTIONS["only_the_last_sensitivity"].judge("yes")


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_texts_are_well_formed(question):
    for text in (question.text, question.if_true, question.if_false):
        ElementTree.fromstring(f"<p>{text}</p>")


def test_key_of_the_self_test_holds_in_the_engine():
    """Only V^(2) is computed otherwise: below it the same formulas hold for both costs."""
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 7, 10), seed=1)
    steps = {
        loss: mt.train(net, X[:20], y[:20], loss=loss, epochs=1, batch_size=None)[0]
        for loss in ("mse", "cross_entropy")
    }
    Y = np.eye(10)[y[:20]].T
    A = steps["mse"].A
    np.testing.assert_array_equal(A[3], steps["cross_entropy"].A[3])
    top = {"mse": -2 * (Y - A[3]) * A[3] * (1 - A[3]), "cross_entropy": A[3] - Y}
    for loss, step in steps.items():
        np.testing.assert_allclose(step.sensitivity[2], top[loss], rtol=1e-12, atol=1e-15)
        below = net.W[2].T @ step.sensitivity[2] * A[2] * (1 - A[2])
        np.testing.assert_allclose(step.sensitivity[1], below, rtol=1e-12, atol=1e-15)
        gradient = step.sensitivity[1] @ A[1].T / 20
        np.testing.assert_allclose(step.gradient.W[1], gradient, rtol=1e-12, atol=1e-15)
    assert QUESTIONS["only_the_last_sensitivity"].answer is True
