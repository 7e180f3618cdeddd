"""A notebook in the sandbox: calls in which the grader answers for one of its functions."""

import numpy as np
import pytest

from mlpteach.exercise.protocol import Call
from mlpteach.grading.deciding.session import Session, Stopped
from mlpteach.grading.isolation.sandbox import Limits, Sandbox

CELLS = [
    "def half(x):\n    return x / (2",  # no Python
    "def whole(x):\n    return half(x) + half(2 * x)",
    "def busy(x):\n    return half(np.ones(10**6))",
    "def wrong(x):\n    return half(x, x)",
]


@pytest.fixture(scope="module")
def session(needs_sandbox):
    limits = Limits(cell_seconds=5, call_seconds=5, notebook_seconds=60)
    with (
        Sandbox(limits=limits, modules=("numpy",)) as sandbox,
        Session(sandbox, ["import numpy as np", *CELLS]) as started,
    ):
        yield started


def half(x):
    return x / 2


def call(function, **more):
    return Call(function, (np.array([2.0, 4.0]),), **more)


def test_a_stand_in_answers_each_call_and_leaves_nothing_behind(session):
    reply = session.answer(call("whole", stand_ins={"half": half}))
    assert reply.error == ""
    assert reply.value.tolist() == [3.0, 6.0]
    assert session.answer(call("whole")).error == "NameError"
    with pytest.raises(Stopped, match="There is no function half"):
        session.answer(call("half"))


def test_what_a_stand_in_cannot_answer_is_an_error_of_the_call(session):
    assert session.answer(call("wrong", stand_ins={"half": half})).error == "TypeError"


def test_a_stand_in_is_not_kept_busy(session):
    asked = []
    assert session.answer(call("busy", stand_ins={"half": asked.append})).error == "TypeError"
    assert asked == []


@pytest.mark.parametrize(
    ("source", "lack"),
    [
        ("import os\nos.system('make')", "a command of the system"),
        ("open('/proc/meminfo')", "what the system tells of its processes and memory"),
    ],
)
def test_what_cannot_be_had_here_is_named(source, lack, needs_sandbox):
    with Sandbox(modules=()) as sandbox, Session(sandbox, ["1", source]) as started:
        assert started.lacks == {lack: [1]}


def test_a_command_that_only_shows_is_no_lack(needs_sandbox):
    cells = ["import os\nassert os.system('clear') == 0"]
    with Sandbox(modules=()) as sandbox, Session(sandbox, cells) as started:
        assert started.lacks == {}
        assert [output["output_type"] for output in started.outputs[0]] == ["stream"]
