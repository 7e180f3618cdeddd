"""What a student's process has used is known also where its keeper answers late."""

import json
import socket

import pytest

from mlpteach.grading.inside import frames, kernel_calls
from mlpteach.grading.isolation import worker
from mlpteach.grading.isolation.budget import Budget
from mlpteach.grading.isolation.sandbox import Limits

pytestmark = pytest.mark.skipif(not kernel_calls.LINUX, reason="elsewhere nothing is asked")


@pytest.fixture
def keeper():
    """The other end of a worker's line to its keeper."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        yield ours, theirs


def worker_of(line, budget, monkeypatch):
    monkeypatch.setattr(worker, "_KEEPER_SECONDS", 0.05)
    monkeypatch.setattr(worker, "_SHORT", 0.0)
    return worker.Worker(None, line, Limits(), budget)


def say(line, **what):
    line.sendall(json.dumps(what).encode() + b"\n")


def asked(line):
    """Return how often the keeper was asked since."""
    try:
        return line.recv(1000).count(frames.USED)
    except BlockingIOError:
        return 0


def test_a_late_answer_is_not_taken_for_what_is_used_now(keeper, monkeypatch):
    line, theirs = keeper
    budget = Budget(10.0)
    busy = worker_of(line, budget, monkeypatch)
    busy._charge()
    assert (asked(theirs), budget.left) == (1, 10.0)
    say(theirs, used=2.0)  # to the first question
    say(theirs, used=6.0)  # to that which follows
    busy._charge()
    assert (asked(theirs), budget.left) == (1, 4.0)


def test_a_keeper_that_is_silent_is_not_asked_twice(keeper, monkeypatch):
    line, theirs = keeper
    budget = Budget(10.0)
    busy = worker_of(line, budget, monkeypatch)
    for _ in range(3):
        busy._charge()
    assert asked(theirs) == 1
    say(theirs, ended=0, killed=False)
    busy._charge()
    busy._charge()
    assert (asked(theirs), budget.left) == (0, 10.0)


def test_little_is_left_to_the_next_time_only_where_much_is_left(keeper, monkeypatch):
    line, theirs = keeper
    budget = Budget(2.0)
    quick = worker_of(line, budget, monkeypatch)
    monkeypatch.setattr(worker, "_SHORT", 100.0)
    quick._charge()
    assert (asked(theirs), budget.left) == (0, 2.0)
    budget.use(1.5)
    say(theirs, used=0.5)
    quick._charge()
    assert (asked(theirs), budget.left) == (1, 0.0)
