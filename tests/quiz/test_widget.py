"""The widget carries messages and no more: what the session says is on its traits."""

import json

import pytest

import mlpteach as mt
from mlpteach.quiz import answers
from mlpteach.quiz.answers import FILE, in_file
from mlpteach.quiz.widget import QuestionWidget

ID = "only_the_last_sensitivity"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test runs in a folder of its own, as a notebook does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    return tmp_path


def traits(widget):
    return {name: getattr(widget, name) for name in widget.session.state}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "answer", "answer": "true"}, {"type": "answer", "answer": "\ud800"},
        {"type": "draft", "draft": "fa"}, {"type": "again"}, {"type": "reveal"}, {},
    ],
)  # fmt: skip
def test_a_message_of_the_page_goes_to_the_session_and_comes_back(message, monkeypatch):
    widget, sent = mt.quiz.ask("adams_first_step", lecturer=True), []
    assert traits(widget) == widget.session.state
    monkeypatch.setattr(widget, "send", sent.append)
    widget._receive(None, {**message, "request": 7}, [])
    assert traits(widget) == widget.session.state
    assert sent == [{"type": "done", "request": 7}]
    json.dumps(traits(widget)).encode()


def test_what_is_set_in_python_is_judged_and_kept_once():
    widget = mt.quiz.ask(ID)
    for answer, right in (("false", False), ("true", True), ("", None)):
        widget.answer = answer
        assert widget.right is right
        assert traits(widget) == widget.session.state
    assert [entry["answer"] for entry in in_file().entries()] == ["false", "true"]
    widget.answer = "x\ud800"
    assert widget.answer == "x?"


def test_python_asks_again_and_reveals_as_the_page_does():
    widget = mt.quiz.ask("adams_corrected_first_moment")
    before = widget.shown
    widget.ask_again()
    assert widget.shown != before
    widget.reveal()
    assert widget.revealed == widget.session.state["revealed"] != {}
    assert widget.asked is widget.session.asked


def test_unknown_question_is_refused_with_the_nearest_and_no_list_of_all():
    with pytest.raises(ValueError, match=r"is unknown\. Did you mean 'only_the") as refused:
        mt.quiz.ask("only_last_sensitivity")
    assert len(str(refused.value)) < 250
    with pytest.raises(TypeError, match="a question's id must be a text; given 3"):
        mt.quiz.ask(3)


def test_nothing_is_kept_where_it_is_not_wanted(here, monkeypatch):
    mt.quiz.ask(ID, keep=False).answer = "true"
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    widget = mt.quiz.ask(ID)
    widget.answer = "true"
    assert widget.shown["keep"]["name"]  # the page does it
    assert not (here / FILE).exists()


def test_a_python_in_the_browser_lets_the_page_keep_answers(monkeypatch):
    monkeypatch.setattr(answers.sys, "platform", "emscripten")
    assert answers.default_answers().by_the_page


def test_a_hub_gives_every_user_other_numbers(monkeypatch):
    keys = set()
    for user in ("ada", "grace", "emmy"):
        monkeypatch.setenv("JUPYTERHUB_USER", user)
        keys.add(mt.quiz.ask("adams_first_moment").asked.key)
    assert len(keys) == 3


def test_the_note_follows_the_dashboard():
    dashboard = mt.dashboards.adam(epochs=1)
    dashboard.position = {"k": 5, "row": 3, "column": 4}
    widget = mt.quiz.ask("adams_corrected_first_moment", dashboard)
    assert "About update 5 of the dashboard" in widget.shown["hint"]
    dashboard.position = {"k": 6}
    assert "has moved on" in widget.note
    dashboard.position = {"k": 5}
    assert widget.note == ""
    dashboard.configure(eta=0.005)
    assert "has moved on" in widget.note
    widget.ask_again()
    assert widget.note == ""


def test_where_no_widget_can_be_shown_the_question_stands_in_words():
    data, _ = mt.quiz.ask(ID)._repr_mimebundle_()
    assert data["text/plain"].startswith("Question: If we change the cost function J (W), only the")


def test_widget_is_the_public_one():
    assert isinstance(mt.quiz.ask(ID), QuestionWidget)
    assert mt.quiz.QuestionWidget is QuestionWidget
