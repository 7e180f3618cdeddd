"""A question on the page, judged by the kernel; its answers are kept beside the notebook."""

import json

import pytest

import mlpteach as mt
from mlpteach.quiz.answers import FILE, Answers, default_answers
from mlpteach.quiz.text.markup import to_html
from mlpteach.quiz.widget import QuestionWidget

ID = "only_the_last_sensitivity"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test runs in a folder of its own, as a notebook does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    return tmp_path


@pytest.mark.parametrize(("answer", "right"), [("true", True), ("false", False)])
def test_answer_is_judged_and_explained(answer, right):
    widget = mt.quiz.ask(ID)
    widget.answer = answer
    explanation = mt.quiz.QUESTIONS[ID].fields[f"if_{answer}"]
    assert widget.right is right
    assert widget.verdict["html"] == to_html(explanation)


@pytest.mark.parametrize(
    "id", ["adams_first_step", "adams_corrected_first_moment", "lines_of_adam"]
)
def test_page_does_not_carry_the_key_before_the_answer(id):
    widget = mt.quiz.ask(id, lecturer=True)
    state = {name: value for name, value in widget.get_state().items() if name[0] != "_"}
    carried = json.dumps(state)
    assert widget.asked.solution not in carried or len(widget.asked.solution) == 1
    assert to_html(widget.asked.why)[:60] not in carried
    assert "right" not in state["verdict"]
    assert state["revealed"] == {}


def test_answer_can_be_changed_and_taken_back():
    widget = mt.quiz.ask(ID)
    for answer in ("false", "true", ""):
        widget.answer = answer
    assert (widget.right, widget.verdict) == (None, {})


def test_unknown_question_is_refused_with_the_nearest_and_no_list_of_all():
    with pytest.raises(ValueError, match=r"is unknown\. Did you mean 'only_the") as refused:
        mt.quiz.ask("only_last_sensitivity")
    assert len(str(refused.value)) < 250
    with pytest.raises(TypeError, match="a question's id must be a text; given 3"):
        mt.quiz.ask(3)


@pytest.mark.parametrize("text", ["\ud800", "x" * 100_000, "\x00", "؟", "<b>", "1/0", "é" * 50])
def test_any_text_is_kept_as_it_was_written_and_answered(text):
    widget = mt.quiz.ask("adams_corrected_first_moment")
    widget.answer = text
    assert widget.verdict["understood"] is False
    assert widget.verdict["html"]
    kept = Answers().last("adams_corrected_first_moment", 0)["answer"]
    assert kept == text.encode("utf-8", "replace").decode()
    json.dumps({n: v for n, v in widget.get_state().items() if n[0] != "_"}).encode()


def test_answers_come_back_with_their_verdict():
    first = mt.quiz.ask("adams_corrected_first_moment", seed="ada")
    first.answer = "0.5"
    again = mt.quiz.ask("adams_corrected_first_moment", seed="ada")
    assert again.answer == again.draft == "0.5"
    assert again.verdict == first.verdict
    assert mt.quiz.ask("adams_corrected_first_moment", seed="grace").answer == ""
    assert len(Answers().entries()) == 1  # coming back is no new answer


def test_a_question_asked_again_comes_back_with_its_new_numbers():
    widget = mt.quiz.ask("adams_corrected_first_moment")
    before = widget.asked.numbers
    widget._receive(None, {"type": "again"}, [])
    assert widget.asked.numbers != before
    assert (widget.answer, widget.verdict) == ("", {})
    widget.answer = widget.asked.solution
    later = mt.quiz.ask("adams_corrected_first_moment")
    assert later.asked.numbers == widget.asked.numbers
    assert later.right is True


def test_an_answer_to_a_question_that_changed_is_shown_and_not_judged(here):
    Answers(here).keep(ID, 0, "another digest", "true", True)
    widget = mt.quiz.ask(ID)
    assert widget.answer == ""
    assert "has changed since you answered “true”" in widget.note


def test_broken_lines_in_the_kept_answers_do_no_harm(here):
    (here / FILE).write_bytes(b'{"answer": 3}\n\xff\xfe{\n[]\nnull\n"x"\n')
    widget = mt.quiz.ask(ID)
    widget.answer = "true"
    assert mt.quiz.ask(ID).right is True


def test_what_cannot_be_kept_is_said_and_judged_all_the_same(here):
    (here / FILE).mkdir()  # no file can be written there, not even by root
    widget = mt.quiz.ask(ID)
    widget.answer = "true"
    assert widget.right is True
    assert "could not be kept" in widget.note


def test_nothing_is_kept_where_it_is_not_wanted(here, monkeypatch):
    mt.quiz.ask(ID, keep=False).answer = "true"
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    mt.quiz.ask(ID).answer = "true"
    assert default_answers().entries() == []
    assert not (here / FILE).exists()


def test_a_hub_gives_every_user_other_numbers(monkeypatch):
    keys = set()
    for user in ("ada", "grace", "emmy"):
        monkeypatch.setenv("JUPYTERHUB_USER", user)
        keys.add(mt.quiz.ask("adams_first_moment").asked.key)
    assert len(keys) == 3


def test_only_the_lecturers_page_reveals():
    student, lecturer = (
        mt.quiz.ask("adams_first_step"),
        mt.quiz.ask("adams_first_step", lecturer=True),
    )
    for widget in (student, lecturer):
        widget._receive(None, {"type": "reveal"}, [])
    assert student.revealed == {}
    assert "only the sign is left" in lecturer.revealed["why"]
    (line,) = lecturer.revealed["solution"]
    assert line.startswith(f"({lecturer.asked.solution}) ")
    assert "</math>" in line


@pytest.mark.parametrize(
    ("id", "lines"),
    [
        ("only_the_last_sensitivity", ["True"]),
        ("lines_that_change", 2),
        ("lines_of_adam", 7),
        ("adams_corrected_first_moment", 1),
        ("sensitivity_under_cross_entropy", ["<code>A3 - Y</code>"]),
    ],
)
def test_what_is_revealed_stands_in_lines(id, lines):
    widget = mt.quiz.ask(id, lecturer=True)
    widget.reveal()
    solution = widget.revealed["solution"]
    assert solution == lines if isinstance(lines, list) else len(solution) == lines


def test_under_voila_the_page_is_told_what_to_keep_and_brings_it_back(here, monkeypatch):
    assert mt.quiz.ask(ID).shown["keep"] == {}
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    id = "adams_corrected_first_moment"
    first = mt.quiz.ask(id, seed="ada")
    first.ask_again()
    first.answer = "0,5"
    kept = {"type": "recall", "answer": "0,5", **first.shown["keep"]}
    assert "ada" in kept.pop("name")
    later = mt.quiz.ask(id, seed="ada")
    later._receive(None, kept, [])
    assert later.asked.numbers == first.asked.numbers
    assert (later.answer, later.verdict) == ("0,5", first.verdict)
    later._receive(None, {**kept, "digest": "another"}, [])
    assert later.answer == ""
    assert "has changed since you answered “0,5”" in later.note
    assert not (here / FILE).exists()


@pytest.mark.parametrize(
    "kept", [{}, {"answer": 3, "times": 0}, {"answer": "1", "times": "0"}, {"answer": "1"}]
)
def test_what_a_browser_cannot_have_kept_changes_nothing(monkeypatch, kept):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    widget = mt.quiz.ask(ID)
    widget._receive(None, {"type": "recall", **kept}, [])
    assert (widget.answer, widget.note) == ("", "")


def test_only_under_voila_is_recalled_what_a_page_says():
    widget = mt.quiz.ask(ID)
    kept = {"type": "recall", "answer": "true", "times": 0, "digest": widget.asked.digest}
    widget._receive(None, kept, [])
    assert widget.answer == ""


def test_a_dashboard_is_asked_about_the_place_it_shows_now():
    dashboard = mt.dashboards.adam(epochs=1)
    dashboard.position = {"k": 5}
    widget = mt.quiz.ask("adams_corrected_first_moment", dashboard)
    assert widget.asked.numbers["k"] == 5
    dashboard.position = {"k": 9, "row": 3, "column": 4}
    widget.ask_again()
    assert widget.asked.key == dashboard.trace[8].M_hat.W[2][3, 4]
    widget.ask_again()  # nothing moved: another weight
    assert widget.asked.numbers["k"] == 9
    assert widget.asked.key != dashboard.trace[8].M_hat.W[2][3, 4]


def test_a_question_says_which_place_it_is_about_and_when_the_dashboard_has_moved_on():
    dashboard = mt.dashboards.adam(epochs=1)
    dashboard.position = {"k": 5, "row": 3, "column": 4}
    widget = mt.quiz.ask("adams_corrected_first_moment", dashboard)
    assert widget.shown["bound"] is True
    place = "About update 5 of the dashboard, the weight of layer 2, unit 4, input 5. "
    assert widget.shown["hint"].startswith(place)
    assert widget.note == ""
    dashboard.position = {"line": 1}  # the same numbers
    assert widget.note == ""
    dashboard.position = {"k": 6}
    assert "has moved on" in widget.note
    dashboard.position = {"k": 5}
    assert widget.note == ""
    dashboard.configure(eta=0.005)
    assert "has moved on" in widget.note
    widget.ask_again()
    assert widget.note == ""
    assert widget.shown["hint"].startswith("About update 5 of the dashboard")
    assert mt.quiz.ask("adams_corrected_first_moment", dashboard.trace).shown["bound"] is False


def test_an_answer_says_in_which_other_notebook_it_was_given(monkeypatch):
    mt.quiz.ask("lines_of_adam").answer = "a"  # where the server does not tell
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/02_cross_entropy.ipynb")
    mt.quiz.ask(ID).answer = "true"
    assert (mt.quiz.ask(ID).right, mt.quiz.ask(ID).note) == (True, "")
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/04_adaptive_optimizers.ipynb")
    assert mt.quiz.ask(ID).right is True
    assert mt.quiz.ask(ID).note == "Answered in 02_cross_entropy.ipynb."
    assert mt.quiz.ask("lines_of_adam").note == ""


def test_what_goes_wrong_in_the_kernel_is_said_on_the_page():
    dashboard = mt.dashboards.adam(epochs=1)
    widget = mt.quiz.ask("adams_corrected_first_moment", dashboard)
    dashboard.core.show = mt.dashboards.adam(epochs=1).show
    widget._run = 3
    widget._receive(None, {"type": "again"}, [])
    assert "TypeError: run must be a trace or a dashboard" in widget.note


def test_a_question_of_ones_own_is_asked(here):
    body = 'type = "number"\nslide = "s"\ngoal = "g"\ntext = "2 times [[x]]?"\nwhy = "double"\n'
    (here / "own.toml").write_text(
        f'[q]\n{body}draw = {{ x = [1, 2] }}\nanswer = "2 * x"\ndigits = 2'
    )
    widget = mt.quiz.ask(mt.quiz.read(here / "own.toml")["q"])
    widget.answer = widget.asked.solution
    assert widget.right is True
    assert mt.quiz.ask(mt.quiz.read(here / "own.toml")["q"]).right is True


def test_widget_is_the_public_one():
    assert isinstance(mt.quiz.ask(ID), QuestionWidget)
    assert mt.quiz.QuestionWidget is QuestionWidget
