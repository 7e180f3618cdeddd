"""All of a quiz but its widget runs where there are no widgets, no Jupyter and no plots."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mlpteach as mt
from mlpteach.quiz.answers import Answers, keep_in
from mlpteach.quiz.runs import RUNS
from mlpteach.quiz.session import Session

ABSENT = (
    "IPython", "PIL", "anywidget", "comm", "fastjsonschema", "ipykernel", "ipywidgets",
    "matplotlib", "scipy", "sklearn", "tqdm", "traitlets",
)  # fmt: skip
ALONE = f"""
import sys
sys.modules.update(dict.fromkeys({ABSENT!r}))
import json
from quiz.test_plain import about_runs, all_rounds, calls
json.dump([all_rounds(), about_runs(), calls()], sys.stdout)
"""
LIGHT = """
import sys, mlpteach.quiz
print(*{"fastjsonschema", "latex2mathml", "matplotlib", "sklearn", "IPython"} & set(sys.modules))
"""


def python(code):
    command = [sys.executable, "-W", "error", "-c", code]
    tests = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tests)
    assert done.returncode == 0, done.stderr
    return done.stdout


def all_rounds():
    """Ask, answer, reveal and ask again every question; return what the page shows on the way."""
    return {id: round_of(question) for id, question in mt.quiz.QUESTIONS.items()}


def round_of(question):
    kept = []
    answers = Answers(lambda: kept, kept.append)
    session = Session(question, "ada", lecturer=True, answers=answers)
    states = [dict(session.state)]
    for text in (wrong_answer(session.asked), session.asked.solution):
        session.receive({"type": "answer", "answer": text, "request": 1})
        states.append(dict(session.state))
    session.receive({"type": "reveal"})
    again = Session(question, "ada", lecturer=True, answers=answers)
    return [*states, session.state, again.state, [entry["right"] for entry in kept]]


def wrong_answer(asked):
    """Return an answer that can be read and is wrong."""
    if asked.question.type == "true_false":
        return {"true": "false", "false": "true"}[asked.solution]
    if asked.question.type == "ordering":
        return ", ".join(reversed(asked.solution.split(", ")))
    if asked.lettered:
        return next(letter for letter in asked.lettered if letter not in asked.right)
    return "-77.5"


def about_runs():
    """Ask whatever takes its numbers from a run about a run of one's own."""
    questions = [q for q in mt.quiz.QUESTIONS.values() if "run" in q.fields]
    return {question.id: _about_a_run(question) for question in questions}


def _about_a_run(question):
    run = RUNS[question.fields["run"]]
    X, y = mt.datasets.digits()
    net, rule = mt.MLP((64, 5, 10), seed=2), mt.rule(run.rule, form=run.form)
    trace = mt.train(net, X[:96], y[:96], loss=run.loss, rule=rule, epochs=5, progress=False)
    session = Session(question, 0, trace, answers=Answers(list, list))
    session.receive({"type": "answer", "answer": session.asked.solution})
    weight = session.asked.weight
    step = trace[weight.step.k - 1]
    return {
        "right": session.state["verdict"]["right"],
        "gradient asked about": weight.numbers()["g"],
        "gradient of the run": step.gradient.W[weight.layer][weight.row, weight.column],
    }


def calls():
    """Call ``ask`` as a cell does, in a host that keeps answers itself; return what it keeps."""
    kept = []
    keep_in(Answers(lambda: kept, kept.append))
    session = mt.quiz.ask("adams_step", mt.dashboards.adam(epochs=1))
    session.receive({"type": "answer", "answer": "1", "request": 1})
    return [type(session).__name__, session.state["shown"]["bound"], len(kept)]


@pytest.fixture(scope="module")
def alone():
    return json.loads(python(ALONE))


def test_every_question_is_asked_judged_kept_and_read_again(alone):
    rounds, _, _ = alone
    assert rounds.keys() == set(mt.quiz.QUESTIONS)
    for id, (asked, wrong, right, revealed, again, kept) in rounds.items():
        assert asked["verdict"] == {}
        assert wrong["verdict"]["understood"] is True, id
        assert kept == [wrong["verdict"]["right"], right["verdict"]["right"]] == [False, True], id
        assert revealed["revealed"]["solution"]
        assert again == {**right, "draft": right["answer"]}


def test_questions_about_a_run_are_about_its_numbers(alone):
    _, runs, _ = alone
    assert runs.keys() == {id for id, q in mt.quiz.QUESTIONS.items() if "run" in q.fields}
    for id, found in runs.items():
        assert found["right"] is True, id
        assert found["gradient asked about"] == found["gradient of the run"]


def test_the_same_is_said_where_everything_is_installed(alone):
    assert alone[0] == json.loads(json.dumps(all_rounds()))


def test_a_cell_that_asks_gets_a_session_where_there_are_no_widgets(alone):
    assert alone[2] == ["Session", True, 1]


def test_importing_the_quiz_loads_no_library():
    assert python(LIGHT).split() == []
