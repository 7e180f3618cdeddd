"""A question and its reader in plain data: asked, judged, kept, shown again, without a widget."""

import json

import pytest

import mlpteach as mt
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.answers import FILE, Answers, in_browser, in_file, nowhere
from mlpteach.quiz.session import Session
from mlpteach.quiz.text.markup import to_html

ID = "only_the_last_sensitivity"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test runs in a folder of its own, as a notebook does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return tmp_path


def ask(id, *arguments, **more):
    return Session(QUESTIONS[id], *arguments, **more)


def answered(session, text):
    """Answer as the page does; return what it then shows."""
    session.receive({"type": "answer", "answer": text})
    return session.state["verdict"]


@pytest.mark.parametrize(("answer", "right"), [("true", True), ("false", False)])
def test_answer_is_judged_and_explained(answer, right):
    verdict = answered(ask(ID), answer)
    assert verdict["right"] is right
    assert verdict["html"] == to_html(QUESTIONS[ID].fields[f"if_{answer}"])


def test_messages_hand_back_the_request_behind_the_changes_it_made():
    session = ask(ID)
    assert session.changes() == {}  # a page starts from the whole state
    state, done = session.receive({"type": "answer", "answer": "true", "request": "a-1"})
    assert state["type"] == "state"
    assert set(state["state"]) == {"answer", "verdict"}
    assert done == {"type": "done", "request": "a-1"}
    state, done = session.receive({"type": "answer", "answer": "true", "request": "a-2"})
    assert (state["state"], done["request"]) == ({}, "a-2")  # the same once more is kept again
    assert len(in_file().entries()) == 2
    state, _ = session.receive({"type": "draft", "draft": "fal"})
    assert state["state"] == {"draft": "fal"}


@pytest.mark.parametrize("message", [{}, {"type": "no such"}, {"type": 3, "request": [1]}])
def test_a_message_of_no_known_type_changes_nothing(message):
    session = ask(ID)
    before = dict(session.state)
    assert session.receive(message)[1]["request"] == message.get("request")
    assert session.state == before


@pytest.mark.parametrize(
    "id", ["adams_first_step", "adams_corrected_first_moment", "lines_of_adam"]
)
def test_page_does_not_carry_the_key_before_the_answer(id):
    session = ask(id, lecturer=True)
    carried = json.dumps(session.state)
    assert session.asked.solution not in carried or len(session.asked.solution) == 1
    assert to_html(session.asked.why)[:60] not in carried
    assert session.state["verdict"] == session.state["revealed"] == {}


@pytest.mark.parametrize("id", QUESTIONS)
def test_all_that_travels_is_plain_and_ordered_by_lists(id):
    session = ask(id, lecturer=True, answers=nowhere())
    for message in ({"type": "answer", "answer": session.asked.solution}, {"type": "reveal"}):
        for reply in session.receive(message):
            assert json.loads(json.dumps(reply, sort_keys=True)) == reply
    shown = session.state["shown"]
    assert [entry["key"] for entry in shown.get("choices") or shown.get("lines") or []] == list(
        ("true", "false") if shown["type"] == "true_false" else session.asked.lettered
    )


def test_answer_can_be_changed_and_taken_back():
    session = ask(ID)
    for answer in ("false", "true", ""):
        answered(session, answer)
    assert (session.state["answer"], session.state["verdict"]) == ("", {})


@pytest.mark.parametrize("text", ["\ud800", "x" * 100_000, "\x00", "؟", "<b>", "1/0", "é" * 50])
def test_any_text_is_kept_as_it_was_written_and_answered(text):
    session = ask("adams_corrected_first_moment")
    verdict = answered(session, text)
    assert verdict["understood"] is False
    assert verdict["html"]
    kept = in_file().last("adams_corrected_first_moment", 0)["answer"]
    assert kept == text.encode("utf-8", "replace").decode()
    json.dumps(session.state).encode()


@pytest.mark.parametrize("answer", [None, 3, 0.5, True, ["a", "c"], {"a": 1}])
def test_what_a_page_cannot_have_typed_is_answered_all_the_same(answer):
    answered(ask("lines_that_change"), answer)


def test_answers_come_back_with_their_verdict():
    verdict = answered(ask("adams_corrected_first_moment", "ada"), "0.5")
    again = ask("adams_corrected_first_moment", "ada").state
    assert again["answer"] == again["draft"] == "0.5"
    assert again["verdict"] == verdict
    assert ask("adams_corrected_first_moment", "grace").state["answer"] == ""
    assert len(in_file().entries()) == 1  # coming back is no new answer


def test_a_question_asked_again_comes_back_with_its_new_numbers():
    session = ask("adams_corrected_first_moment")
    before = session.asked.numbers
    session.receive({"type": "again"})
    assert session.asked.numbers != before
    assert (session.state["answer"], session.state["verdict"]) == ("", {})
    answered(session, session.asked.solution)
    later = ask("adams_corrected_first_moment")
    assert later.asked.numbers == session.asked.numbers
    assert later.state["verdict"]["right"] is True


def test_an_answer_to_a_question_that_changed_is_shown_and_not_judged(here):
    in_file(here).keep(ID, 0, "another digest", "true", True)
    state = ask(ID).state
    assert state["answer"] == ""
    assert "has changed since you answered “true”" in state["note"]


def test_broken_lines_in_the_kept_answers_do_no_harm(here):
    deep = b"[" * 100_000
    (here / FILE).write_bytes(b'{"answer": 3}\n\xff\xfe{\n[]\nnull\n"x"\n' + deep + b"\n")
    answered(ask(ID), "true")
    assert ask(ID).state["verdict"]["right"] is True


def test_what_cannot_be_kept_is_said_and_judged_all_the_same(here):
    (here / FILE).mkdir()  # no file can be written there, not even by root
    session = ask(ID)
    assert answered(session, "true")["right"] is True
    assert "could not be kept" in session.state["note"]
    assert FILE in session.state["note"]


def test_another_host_keeps_answers_where_it_likes():
    """A place of two functions, of plain data, that may come back from a page's own storage."""
    kept = []
    place = Answers(lambda: json.loads(json.dumps(kept, sort_keys=True)), kept.append)
    verdict = answered(ask(ID, answers=place), "false")
    assert [entry["answer"] for entry in kept] == ["false"]
    assert ask(ID, answers=place).state["verdict"] == verdict
    assert in_file().entries() == []

    def full(entry):
        raise RuntimeError("the storage is full")

    session = ask(ID, answers=Answers(list, full))
    assert answered(session, "true")["right"] is True
    assert session.state["note"] == "Your answer could not be kept: the storage is full."


def test_only_the_lecturers_page_reveals():
    student, lecturer = ask("adams_first_step"), ask("adams_first_step", lecturer=True)
    for session in (student, lecturer):
        session.receive({"type": "reveal"})
    assert student.state["revealed"] == {}
    revealed = lecturer.state["revealed"]
    assert "only the sign is left" in revealed["why"]
    (line,) = revealed["solution"]
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
        ("adam_without_its_two_extras", ["RMSProp"]),
    ],
)
def test_what_is_revealed_stands_in_lines(id, lines):
    session = ask(id, lecturer=True)
    session.reveal()
    solution = session.state["revealed"]["solution"]
    assert solution == lines if isinstance(lines, list) else len(solution) == lines


def test_a_page_that_keeps_answers_is_told_what_to_keep_and_brings_it_back(here):
    assert ask(ID).state["shown"]["keep"] == {}
    id = "adams_corrected_first_moment"
    first = ask(id, "ada", answers=in_browser())
    first.ask_again()
    verdict = answered(first, "0,5")
    kept = {"type": "recall", "answer": "0,5", **first.state["shown"]["keep"]}
    assert "ada" in kept.pop("name")
    later = ask(id, "ada", answers=in_browser())
    later.receive(kept)
    assert later.asked.numbers == first.asked.numbers
    assert (later.state["answer"], later.state["verdict"]) == ("0,5", verdict)
    later.receive({**kept, "digest": "another"})
    assert later.state["answer"] == ""
    assert "has changed since you answered “0,5”" in later.state["note"]
    assert not (here / FILE).exists()


@pytest.mark.parametrize(
    "kept", [{}, {"answer": 3, "times": 0}, {"answer": "1", "times": "0"}, {"answer": "1"}]
)
def test_what_a_browser_cannot_have_kept_changes_nothing(kept):
    session = ask(ID, answers=in_browser())
    session.receive({"type": "recall", **kept})
    assert (session.state["answer"], session.state["note"]) == ("", "")


def test_only_where_the_page_keeps_answers_is_recalled_what_it_says():
    session = ask(ID)
    session.receive(
        {"type": "recall", "answer": "true", "times": 0, "digest": session.asked.digest}
    )
    assert session.state["answer"] == ""


def test_an_answer_says_in_which_other_notebook_it_was_given(monkeypatch):
    answered(ask("lines_of_adam"), "a")  # where the server does not tell
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/03_cross_entropy.ipynb")
    answered(ask(ID), "true")
    assert ask(ID).state["note"] == ""
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/02_adaptive_optimizers.ipynb")
    state = ask(ID).state
    assert state["verdict"]["right"] is True
    assert state["note"] == "Answered in 03_cross_entropy.ipynb."
    assert ask("lines_of_adam").state["note"] == ""


def test_what_goes_wrong_is_said_on_the_page():
    session = ask("adams_corrected_first_moment")
    session._run = 3
    _, done = session.receive({"type": "again", "request": 5})
    assert "TypeError: run must be a trace or a dashboard" in session.state["note"]
    assert done["request"] == 5


def test_a_question_of_ones_own_is_asked(here):
    body = 'type = "number"\nslide = "s"\ngoal = "g"\ntext = "2 times [[x]]?"\nwhy = "double"\n'
    (here / "own.toml").write_text(
        f'[q]\n{body}draw = {{ x = [1, 2] }}\nanswer = "2 * x"\ndigits = 2'
    )
    session = Session(mt.quiz.read(here / "own.toml")["q"])
    assert answered(session, session.asked.solution)["right"] is True
    assert Session(mt.quiz.read(here / "own.toml")["q"]).state["verdict"]["right"] is True


class Dashboard:
    """What a question asks of a dashboard: a run, controls, and the place on the screen."""

    def __init__(self, trace):
        self.trace, self.values, self.position = trace, {"layer": "2"}, {"k": 5}


@pytest.fixture(scope="module")
def trace():
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 6, 10), seed=2)
    return mt.train(net, X[:200], y[:200], rule="adam", epochs=2, seed=2, progress=False)


def test_a_dashboard_is_asked_about_the_place_it_shows_now(trace):
    dashboard = Dashboard(trace)
    session = ask("adams_corrected_first_moment", 0, dashboard)
    assert session.asked.numbers["k"] == 5
    dashboard.position = {"k": 9, "row": 3, "column": 4}
    session.ask_again()
    assert session.asked.key == trace[8].M_hat.W[2][3, 4]
    session.ask_again()  # nothing moved: another weight
    assert session.asked.numbers["k"] == 9
    assert session.asked.key != trace[8].M_hat.W[2][3, 4]


def test_a_question_says_which_place_it_is_about_and_when_the_dashboard_has_moved_on(trace):
    dashboard = Dashboard(trace)
    dashboard.position = {"k": 5, "row": 3, "column": 4}
    session = ask("adams_corrected_first_moment", 0, dashboard)

    def note():
        session.look_at_the_dashboard()
        return session.state["note"]

    assert session.state["shown"]["bound"] is True
    place = "About update 5 of the dashboard, the weight of layer 2, unit 4, input 5. "
    assert session.state["shown"]["hint"].startswith(place)
    dashboard.position = {"k": 5, "row": 3, "column": 4, "line": 1}  # the same numbers
    assert note() == ""
    dashboard.position = {"k": 6}
    assert "has moved on" in note()
    dashboard.position = {"k": 5, "row": 3, "column": 4}
    assert note() == ""
    dashboard.trace = list(trace)  # another run
    assert "has moved on" in note()
    dashboard.trace = trace
    session.ask_again()
    assert note() == ""
    assert session.state["shown"]["hint"].startswith("About update 5 of the dashboard")
    bound = ask("adams_corrected_first_moment", 0, trace).state["shown"]["bound"]
    assert bound is False
