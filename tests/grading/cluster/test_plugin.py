"""What Dask lays on a worker: here without Dask's processes, with a grader of its own."""

import asyncio
import json
import os
import pickle
import shutil
import signal
import threading
from types import SimpleNamespace

import psutil
import pytest
from distributed import Reschedule
from distributed.core import Status
from processes import wait_until
from small_class import right_job

from mlpteach.grading.cluster import plugin
from mlpteach.grading.cluster.jobs import Setup
from mlpteach.grading.isolation.sandbox import Limits


class Worker:
    """A worker as its plugin sees it, with what its scheduler knows of it."""

    def __init__(self, loop=None):
        self.address = self.contact_address = "tls://here"
        self.resources, self.said, self.status = {}, [], Status.running
        self.state = SimpleNamespace(total_resources={}, available_resources={})
        self.scheduler, self.loop = self, SimpleNamespace(asyncio_loop=loop)
        self.periodic_callbacks = {"profile": SimpleNamespace(callback_time=10.0)}

    async def set_resources(self, worker="", resources=None, **own):
        self.state.total_resources |= own
        self.state.available_resources |= own
        self.resources |= resources or own

    def log_event(self, topic, message):
        self.said.append(message["trouble"])


@pytest.fixture
def loop():
    """A loop that runs in a thread of its own, as a worker's does."""
    made = asyncio.new_event_loop()
    running = threading.Thread(target=made.run_forever)
    running.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    running.join()
    made.close()


def travelled(setup):
    return pickle.loads(pickle.dumps(plugin.GraderPlugin("mlpteach-x", setup)))


def set_up(made, worker):
    """Set a plugin up in a thread that ends; in this one a browser's loop may run."""
    starter = threading.Thread(target=lambda: asyncio.run(made.setup(worker)))
    starter.start()
    starter.join()


def settled(setup, loop=None):
    made, worker = travelled(setup), Worker(loop)
    set_up(made, worker)
    return made, worker


@pytest.fixture
def ready(needs_sandbox, loop):
    """A plugin whose starting thread has ended."""
    made, worker = settled(Setup({}, Limits()).to_text(), loop)
    assert (worker.resources, worker.said) == ({"mlpteach-x": 1}, [])
    yield made
    made.teardown(worker)


def test_the_sandbox_outlives_the_thread_that_started_it(ready):
    first = ready._process.pid
    for _ in range(2):
        assert b"seconds" in ready.grade(b'{"notebooks": [], "files": {}}')
    assert ready._process.pid == first


def test_dask_looks_seldom_at_its_threads_until_all_have_graded(needs_sandbox):
    setup = Setup({}, Limits()).to_text()
    first, worker = settled(setup)
    other, profiler = travelled(setup), worker.periodic_callbacks["profile"]
    set_up(other, worker)
    assert profiler.callback_time >= 1000
    first.teardown(worker)
    assert profiler.callback_time >= 1000
    other.teardown(worker)
    assert profiler.callback_time == pytest.approx(10)


def test_a_grader_that_is_lost_is_started_again(ready):
    ready._process.kill()
    assert b"seconds" in ready.grade(b'{"notebooks": [], "files": {}}')


def test_what_is_no_job_gets_an_answer_that_says_so(ready):
    assert b"JSONDecodeError" in ready.grade(b"no job")


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ('{"environment": {"mlpteach": "0.0.1"}}', "another version: mlpteach 0.0.1 is asked for"),
        ("no setup", "its grader does not start: json.decoder.JSONDecodeError"),
    ],
)
def test_who_cannot_grade_has_no_resource_and_says_why(setup, said):
    made, worker = settled(setup)
    assert worker.resources == {"mlpteach-x": 0}
    assert worker.said[0].startswith(said)
    made.teardown(worker)
    assert made.grade(b"") is None


def test_a_plugin_that_goes_lets_nothing_more_begin_and_the_next_begins_afresh(ready):
    worker, at_work = Worker(), Worker()
    worker.state.total_resources |= {"mlpteach-x": 1, "GPU": 2}
    worker.state.available_resources |= {"mlpteach-x": 1, "GPU": 2}
    at_work.state.available_resources |= {"mlpteach-x": 0}
    for each in (worker, at_work):
        ready.teardown(each)
        each.state.available_resources["mlpteach-x"] += each is at_work  # which is done
        assert each.state.available_resources["mlpteach-x"] == 0
    assert worker.state.total_resources == {"mlpteach-x": 0, "GPU": 2}
    assert ready.grade(b'{"notebooks": [], "files": {}}') is None
    other = travelled(Setup({}, Limits()).to_text())
    set_up(other, worker)
    other.teardown(Worker())
    assert worker.state.total_resources == worker.state.available_resources
    assert worker.state.total_resources == {"mlpteach-x": 1, "GPU": 2}


def test_a_plugin_that_goes_ends_the_grader_that_is_at_work(ready):
    answers, process = [], ready._process
    os.kill(process.pid, signal.SIGSTOP)  # and so for long
    waiting = threading.Thread(target=lambda: answers.append(ready.grade(b"job")))
    waiting.start()
    assert wait_until(ready._one_at_a_time.locked)
    ready.teardown(Worker())
    waiting.join(20)
    assert (answers, ready._process) == ([None], None)
    assert process.poll() is not None


# Found before the system's own, and at first as good; its processes are told by their name.
FADING = """#!/bin/sh
test -e {gone} && exit 1
exec {own} "$@"
"""
WITHOUT_LANDLOCK = """
import sys
if "mlpteach.grading.cluster.grader" in sys.orig_argv:
    from mlpteach.grading.inside import landlock
    landlock.version = lambda: 0
"""


@pytest.mark.parametrize("landlock", [True, False])
def test_bubblewrap_that_is_gone_later_is_no_mark_lost(
    landlock, template, tmp_path, monkeypatch, loop, needs_sandbox
):
    own, gone, fading = shutil.which("bwrap"), tmp_path / "gone", tmp_path / "bwrap"
    fading.write_text(FADING.format(gone=gone, own=own))
    fading.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path), os.environ["PATH"]]))
    if not landlock:
        (tmp_path / "sitecustomize.py").write_text(WITHOUT_LANDLOCK)
        monkeypatch.setenv(
            "PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
        )
    rules, job = right_job(template, "d" * 64)
    made, worker = settled(Setup({rules.digest: rules}, Limits()).to_text(), loop)
    before = json.loads(made.grade(job.encode()))
    gone.touch()
    for process in psutil.Process(made._process.pid).children():
        process.kill()
    assert before["failed"] == ""
    if landlock:
        after = json.loads(made.grade(job.encode()))
        assert after["notebooks"][0]["scores"] == before["notebooks"][0]["scores"]
        assert worker.resources == {"mlpteach-x": 1}
    else:
        for _ in range(2):
            with pytest.raises(Reschedule):
                made.grade(job.encode())
        [said] = worker.said
        assert said.startswith("there is no sandbox for students' code: bubblewrap")
        assert (worker.resources, made._process) == ({"mlpteach-x": 0}, None)
        # What lies here already is begun, and given back.
        assert worker.state.available_resources == {"mlpteach-x": 1}
    made.teardown(worker)


def test_a_grader_that_starts_no_more_is_no_mark_lost(ready, monkeypatch):
    monkeypatch.setattr(plugin.sys, "executable", "/nowhere/python")
    ready._process.kill()
    with pytest.raises(Reschedule):
        ready.grade(b'{"notebooks": [], "files": {}}')
    assert ready._worker.said == [
        "FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/python'"
    ]
