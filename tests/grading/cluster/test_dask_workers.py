"""How answers are drawn from Dask's futures: here from a client that stands in for one."""

import asyncio
import json

import pytest
from distributed import KilledWorker
from distributed.client import FutureCancelledError

from mlpteach.grading.class_run import CannotGrade
from mlpteach.grading.cluster import dask_workers
from mlpteach.grading.cluster.coordinator import Stopped
from mlpteach.grading.cluster.dask_workers import DaskWorkers
from mlpteach.grading.cluster.jobs import Setup
from mlpteach.grading.isolation.sandbox import Limits


class Future:
    """Finished at once: returns a value, or raises it."""

    def __init__(self, value):
        self.value = value

    def add_done_callback(self, call):
        call(self)

    def cancelled(self):
        return self.value == "cancelled"  # others are so only while they are fetched


class Client:
    """Gives each job the next of some values."""

    status = "running"

    def __init__(self, values):
        self.values, self.keys, self.most, self.waiting = iter(values), [], 0, 0

    def submit(self, function, plugin, job, *, key, resources, pure):
        assert resources == {plugin: 1}
        self.keys.append(key)
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        return Future(next(self.values))

    def gather(self, futures):
        for future in futures:
            if isinstance(future.value, BaseException):
                raise future.value
        self.waiting -= len(futures)
        return [future.value for future in futures]

    def scheduler_info(self, n_workers):
        return {"workers": {}}


def answers(values):
    client = Client(values)
    workers = DaskWorkers(client, Setup({}, Limits()), "course", print)
    jobs = ((number, f"job {number}") for number in range(len(values)))
    return dict(filter(None, workers(jobs))), client


def test_one_that_fails_takes_no_other_with_it():
    got, _ = answers([b"a", KilledWorker("x", None, 3), b"b", RuntimeError("odd"), None, 7])
    assert (got[0], got[2], got[5]) == ("a", "b", "7")
    assert "is memory short?" in json.loads(got[1])["failed"]
    assert json.loads(got[3])["failed"] == "RuntimeError: odd"
    assert "is memory short?" in json.loads(got[4])["failed"]


@pytest.mark.parametrize(
    "lost", [asyncio.CancelledError(), FutureCancelledError("x", "lost"), OSError("closed")]
)
def test_a_lost_scheduler_stops_it(lost):
    with pytest.raises(Stopped, match="the scheduler is gone"):
        answers([lost])


def test_so_does_a_future_that_was_cancelled():
    with pytest.raises(Stopped, match="the scheduler is gone"):
        answers(["cancelled"])


def test_so_does_a_client_that_has_ended(monkeypatch):
    monkeypatch.setattr(Client, "status", "closed")
    with pytest.raises(Stopped, match="the scheduler is gone"):
        answers([b"x"])


def test_only_some_jobs_are_drawn_at_a_time():
    got, client = answers([b"x"] * 100)
    assert len(got) == len(set(client.keys)) == 100
    assert client.most <= 8


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "abc://127.0.0.1:9"])
def test_a_scheduler_that_is_not_there_is_named(address, monkeypatch):
    monkeypatch.setattr(dask_workers, "_CONNECT_SECONDS", 1.0)
    with pytest.raises(CannotGrade, match=f"the scheduler {address} cannot be reached: "):
        dask_workers.connect(address)


def test_missing_certificates_are_named(monkeypatch):
    monkeypatch.setattr(dask_workers, "_CONNECT_SECONDS", 1.0)
    with pytest.raises(CannotGrade, match=r"cannot be reached: .* names no certificates \(distr"):
        dask_workers.connect("tls://127.0.0.1:9")


@pytest.mark.parametrize("text", [None, "", "[]", '{"id": "Scheduler-1"}'])
def test_a_file_that_names_no_scheduler_is_not_waited_for_forever(text, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_workers, "_CONNECT_SECONDS", 0.2)
    file = tmp_path / "cluster.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(CannotGrade, match=r"cluster\.json names no scheduler .*\n +dask scheduler"):
        dask_workers.connect(scheduler_file=file)
