"""How answers are drawn from Dask's futures: here from a client that stands in for one."""

import asyncio
import json
import zlib
from types import SimpleNamespace

import dask
import pytest
from distributed import KilledWorker
from distributed.client import FutureCancelledError

from mlpteach.grading.class_run import CannotGrade
from mlpteach.grading.cluster import dask_workers, task
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

    def result(self):
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value


class Client:
    """Gives each job its value, or what one of its task raises; a job takes so many seconds."""

    status = "running"

    def __init__(self, values, seconds):
        self.values, self.seconds, self.tasks, self.keys = values, seconds, [], []

    def submit(self, function, plugin, jobs, *, key, resources, pure):
        assert resources == {plugin: 1}
        numbers = [int(zlib.decompress(job).removeprefix(b"job ")) for job in jobs]
        self.keys.append(key)
        self.tasks.append(numbers)
        values = [self.values[number] for number in numbers]
        odd = [each for each in values if isinstance(each, BaseException) or each == "cancelled"]
        return Future(odd[0] if odd else self.answered(values))

    def answered(self, values):
        return len(values) * self.seconds, values

    def scheduler_info(self, n_workers):
        return {"workers": {}}


def answers(values, seconds=1.0, client=Client):
    client = client(values, seconds)
    workers = DaskWorkers(client, Setup({}, Limits()), "course", print)
    jobs = ((number, f"job {number}") for number in range(len(values)))
    return dict(filter(None, workers(jobs))), client


ODD = [b"a", KilledWorker("x", None, 3), b"b", RuntimeError("odd"), None, 7]


@pytest.mark.parametrize("seconds", [1.0, 0.01])
def test_one_that_fails_takes_no_other_with_it(seconds):
    got, client = answers([b"x"] * 20 + ODD + [b"y"] * 20, seconds)
    assert (got[20], got[22], got[25]) == ("a", "b", "7")
    assert "is memory short?" in json.loads(got[21])["failed"]
    assert json.loads(got[23])["failed"] == "RuntimeError: odd"
    assert "is memory short?" in json.loads(got[24])["failed"]
    assert [got[number] for number in (*range(20), *range(26, 46))] == ["x"] * 20 + ["y"] * 20
    assert (max(map(len, client.tasks)) > 1) == (seconds < 0.5)


def test_as_many_share_a_task_as_take_half_a_second():
    _, client = answers([b"x"] * 100, 0.1)
    assert len(client.tasks[0]) == 1  # nothing is known
    assert set(map(len, client.tasks[-4:-1])) == {5}
    assert max(map(len, answers([b"x"] * 100, 0.001)[1].tasks)) == 8
    assert set(map(len, answers([b"x"] * 100, 10.0)[1].tasks)) == {1}


@pytest.mark.parametrize(
    "said",
    [None, b"x", [b"a"] * 8, (0.1, [b"a"] * 9), (0.1, []), (float("nan"), [b"a"] * 8), {}],
)
def test_nonsense_for_a_task_is_nonsense_for_each_of_its_jobs(said):
    class Odd(Client):
        def answered(self, values):
            return said if len(values) == 8 else super().answered(values)

    got, client = answers([b"right"] * 60, 0.001, Odd)
    odd = {number for task in client.tasks if len(task) == 8 for number in task}
    assert odd
    assert len(got) == 60
    assert {number for number, answer in got.items() if answer != "right"} == odd


def test_what_a_task_leaves_is_given_out_again_and_nothing_else():
    class Short(Client):
        def answered(self, values):
            return len(values) * self.seconds, values[:3]

    sent = [b"%d" % number for number in range(60)]
    got, client = answers(sent, 0.001, Short)
    assert got == {number: f"{number}" for number in range(60)}
    shared = [task for task in client.tasks if len(task) > 3]
    given = [number for task in client.tasks for number in task]
    assert shared
    assert sorted(given) == sorted([*range(60), *(n for task in shared for n in task[3:])])


@pytest.mark.parametrize(("seconds", "size", "count"), [(0, 1, 8), (0.3, 1, 4), (0, 20 << 20, 2)])
def test_a_task_that_turns_out_long_or_large_ends(seconds, size, count, monkeypatch):
    now = [0.0]

    def grade(plugin, job):
        now[0] += seconds
        return job * size

    monkeypatch.setattr(task, "grade_job", grade)
    monkeypatch.setattr(task, "time", SimpleNamespace(monotonic=lambda: now[0]))
    took, graded = task.grade_jobs(
        "mlpteach-x", [zlib.compress(b"%d" % number) for number in range(8)]
    )
    assert [answer[:1] for answer in graded] == [b"%d" % number for number in range(count)]
    assert took == pytest.approx(count * seconds)


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


@pytest.mark.parametrize(("seconds", "most"), [(10.0, 8), (0.001, 8 + 7)])
def test_only_some_jobs_are_drawn_at_a_time(seconds, most):
    client = Client([b"x"] * 100, seconds)
    workers = DaskWorkers(client, Setup({}, Limits()), "course", print)
    drawn, came = [], 0

    def jobs():
        for number in range(100):
            drawn.append(number)
            yield number, f"job {number}"

    for answer in workers(jobs()):
        came += answer is not None
        assert len(drawn) - came <= most
    assert came == len(drawn) == 100
    assert len(set(client.keys)) == len(client.tasks)


def test_a_client_keeps_no_messages_in_which_jobs_lie(monkeypatch):
    kept = []

    def client(*_, **__):
        kept.append(dask.config.get("distributed.admin.low-level-log-length"))

    monkeypatch.setattr(dask_workers, "_Client", client)
    dask_workers.connect("tcp://127.0.0.1:9")
    assert kept == [0]
    assert dask.config.get("distributed.admin.low-level-log-length") > 0  # somebody else's


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
