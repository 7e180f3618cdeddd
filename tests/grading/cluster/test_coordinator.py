"""Ctrl-C wherever it comes: what is there was told, and what came back is not lost."""

import signal

import pytest
from small_class import ASSIGNMENT, make_course, marks_of, right, times_of

from mlpteach.grading.class_run import open_course
from mlpteach.grading.cluster import recorder
from mlpteach.grading.cluster.command import setup_of
from mlpteach.grading.cluster.coordinator import Coordinator
from mlpteach.grading.cluster.jobs import answer_job, read_setup
from mlpteach.grading.cluster.submissions import Submissions
from mlpteach.grading.isolation.sandbox import Sandbox

STUDENTS = ["right00", "right01", "right02"]


@pytest.fixture
def course(template, tmp_path):
    return make_course(template, tmp_path / "course", right(template, len(STUDENTS)))


def interrupted(root):
    """Grade until Ctrl-C; return who was told to be what."""
    told = []
    application = open_course(root)
    setup = read_setup(setup_of(application, ASSIGNMENT).to_text())
    with Sandbox() as sandbox:
        sandbox.settle()

        def grade_jobs(jobs):
            # All at once, so that they are one batch.
            yield from [(number, answer_job(job, setup, sandbox)) for number, job in jobs]

        coordinator = Coordinator(Submissions(application, ASSIGNMENT, False), told.append)
        with pytest.raises(KeyboardInterrupt):
            coordinator.run(STUDENTS, grade_jobs)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return [(result.student, result.state) for result in told]


def with_ctrl_c(monkeypatch, owner, name, call):
    """Let Ctrl-C come in this call of a function, which then goes on."""
    function, calls = getattr(owner, name), []

    def interrupting(*arguments):
        calls.append(arguments)
        if len(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return function(*arguments)

    monkeypatch.setattr(owner, name, interrupting)


@pytest.mark.parametrize(
    ("owner", "name", "call"),
    [
        pytest.param(recorder, "with_what_is_known_here", 2, id="among files"),
        pytest.param(recorder, "record_batch", 1, id="before the marks"),
        pytest.param(recorder, "Result", 1, id="behind the files of the first"),
    ],
)
def test_what_came_back_is_written_and_told(owner, name, call, course, monkeypatch, needs_sandbox):
    with_ctrl_c(monkeypatch, owner, name, call)
    assert interrupted(course) == [(student, "graded") for student in STUDENTS]
    assert len(times_of(course)) == len(STUDENTS)
    assert [notebook[1] for _, [notebook] in marks_of(course).values()] == [28.0] * 3
