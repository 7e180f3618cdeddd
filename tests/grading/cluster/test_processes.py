"""Graders on this machine: each job is answered once, whatever becomes of a grader."""

import json
import os

import psutil

from mlpteach.grading.cluster import processes
from mlpteach.grading.cluster.processes import Processes
from mlpteach.grading.isolation.no_sandbox import NoSandbox


class Ready:
    """A sandbox in which nothing has to run."""

    def settle(self):
        pass

    def stop(self):
        pass


def answers(jobs, monkeypatch, count=2, sandbox=None, answer=lambda job, *rest: job.upper()):
    monkeypatch.setattr(processes, "answer_job", answer)
    return dict(Processes(None, sandbox or Ready(), count)(iter(jobs)))


def by_whom(job, *rest):
    return f"{job} {os.getpid()}"


def are_gone(said):
    """Tell whether all who answered have ended, and were waited for."""
    return not any(psutil.pid_exists(int(one.split()[1])) for one in said)


def test_every_job_is_answered_and_no_grader_is_left(monkeypatch):
    said = answers([(number, f"job{number}") for number in range(20)], monkeypatch, answer=by_whom)
    assert {number: one.split()[0] for number, one in said.items()} == {
        number: f"job{number}" for number in range(20)
    }
    assert are_gone(said.values())


def test_jobs_and_answers_may_be_large(monkeypatch):
    jobs = [(number, "x" * (3 << 20)) for number in range(4)]
    assert answers(jobs, monkeypatch) == dict.fromkeys(range(4), "X" * (3 << 20))


def test_a_job_that_kills_its_grader_is_given_up_and_stops_no_other(monkeypatch, tmp_path):
    def answer(job, *rest):
        (tmp_path / f"{job}-{os.getpid()}").touch()
        return os._exit(1) if job == "deadly" else job

    said = answers([(0, "a"), (1, "deadly"), (2, "b")], monkeypatch, answer=answer)
    assert (said[0], said[2]) == ("a", "b")
    assert json.loads(said[1])["failed"] == "its grader was lost twice: is memory short?"
    assert len(list(tmp_path.glob("deadly-*"))) == 2


def test_where_no_sandbox_is_left_that_is_said(monkeypatch):
    class Gone(Ready):
        def settle(self):
            raise NoSandbox("there is none.\nInstall it.")

    said = answers([(0, "a")], monkeypatch, sandbox=Gone())
    assert json.loads(said[0])["failed"] == "NoSandbox: there is none."


def test_whoever_stops_listening_leaves_no_grader_behind(monkeypatch):
    monkeypatch.setattr(processes, "answer_job", by_whom)
    given = Processes(None, Ready(), 3)(iter([(number, "a") for number in range(9)]))
    said = [next(given)[1], next(given)[1]]
    given.close()
    assert are_gone(said)
