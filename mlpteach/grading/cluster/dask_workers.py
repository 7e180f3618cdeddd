"""Let the workers of a Dask cluster answer jobs."""

import asyncio
import concurrent.futures
import contextlib
import hashlib
import json
import logging
import math
import queue
import time
import uuid
import zlib
from itertools import islice
from pathlib import Path

import dask
from distributed import Client, KilledWorker

from mlpteach.grading.class_run import CannotGrade
from mlpteach.grading.cluster.coordinator import Stopped
from mlpteach.grading.cluster.jobs import failed
from mlpteach.grading.cluster.plugin import GraderPlugin
from mlpteach.grading.cluster.task import grade_jobs

_LOST = "its worker or grader was lost too often: is memory short?"
_QUIET_SECONDS = 60.0  # without a worker that can grade, until that is said
_LOOK_SECONDS = 2.0  # between looks at who is there
_CONNECT_SECONDS = 30.0
# Dask takes some milliseconds for a task: quick jobs share one, slow ones have one each.
_TASK_SECONDS, _MOST_IN_A_TASK = 0.5, 8
_MOST_AHEAD = 500  # jobs in tasks that are shared: each keeps a file open here
_FASTEST = 1
# A client keeps its last thousand messages, for Dask's own developers: jobs of a whole class.
_KEEP_NOTHING = {"distributed.admin.low-level-log-length": 0}
# What Dask raises where its scheduler is gone; the two that are cancelled have no parent in common.
_GONE = (OSError, TimeoutError, asyncio.CancelledError, concurrent.futures.CancelledError)


def connect(address=None, scheduler_file=None):
    """Return a Client; what secures the connection is Dask's own configuration.

    Parameters
    ----------
    address : str, optional
        Such as "tls://host:8786".
    scheduler_file : str or Path, optional
        What ``dask scheduler --scheduler-file`` wrote.

    Raises
    ------
    CannotGrade
    """
    _quiet_dask()
    address = address or _address_in(Path(scheduler_file))
    try:
        with dask.config.set(_KEEP_NOTHING):
            return _Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0][:300]
        if "ssl_context" in said:
            said = (
                "Dask's configuration names no certificates (distributed.comm.tls: ca-file, "
                "client.cert, client.key)"
            )
        raise CannotGrade(f"the scheduler {address} cannot be reached: {said}") from error


class _Client(Client):
    """As Client; one that never reached a scheduler has nothing to say goodbye to."""

    def __del__(self):
        if getattr(self, "scheduler_comm", None) is not None:
            super().__del__()


def _address_in(path):
    """Return the address in a scheduler's file; wait for one that is only starting."""
    until = time.monotonic() + _CONNECT_SECONDS
    while True:
        try:
            return str(json.loads(path.read_text())["address"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            if time.monotonic() > until:
                raise CannotGrade(
                    f"{path} names no scheduler ({type(error).__name__}): it is written by\n"
                    f"    dask scheduler --scheduler-file {path}"
                ) from error
        time.sleep(0.1)


def _quiet_dask():
    """Let Dask keep its log to itself: what matters is said in a sentence."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class DaskWorkers:
    """Whatever grades jobs (:data:`mlpteach.grading.cluster.coordinator.GradeJobs`), on Dask.

    Use it as a context manager.

    Parameters
    ----------
    client : distributed.Client
    setup : mlpteach.grading.cluster.jobs.Setup
    place : str
        What tells this course from others that are graded at the same time.
    say : callable
        Called with each sentence that somebody should read.
    """

    def __init__(self, client, setup, place, say):
        self._client, self._setup, self._say = client, setup, say
        told_apart = hashlib.sha256(f"{place} {setup.digest}".encode()).hexdigest()
        self._name = f"mlpteach-{told_apart[:16]}"
        self._named = set()  # workers whose trouble was said
        self._able = 0
        self._together, self._seconds = 1, None  # jobs in a task, and what one takes
        self._looked = self._last_able = time.monotonic()

    def __enter__(self):
        """Lay a grader on each worker, now and whenever one joins.

        Raises
        ------
        CannotGrade
            No worker that is there can grade.
        """
        plugin = GraderPlugin(self._name, self._setup.to_text())
        try:
            self._client.subscribe_topic(self._name, self._hear)
            self._client.register_plugin(plugin, name=self._name)
            workers = self._resources()
            for event in self._client.get_events(self._name):
                self._hear(event, workers)
        except _GONE as error:
            raise CannotGrade(f"the scheduler does not answer: {error}") from error
        if workers and not any(workers.values()):
            self.__exit__()
            raise CannotGrade("no worker can grade; nobody was graded")
        return self

    def __exit__(self, *error):
        if self._client.status == "running":
            with contextlib.suppress(Exception):  # the marks are written; workers may be gone
                self._client.unsubscribe_topic(self._name)
                self._client.unregister_worker_plugin(self._name)

    def __call__(self, jobs):
        """Draw jobs as the workers have room, and yield their answers."""
        finished, begun = queue.SimpleQueue(), {}  # future -> its jobs
        jobs, more = iter(jobs), True
        self._look()
        while more or begun:
            while more and sum(map(len, begun.values())) < self._room():
                drawn = list(islice(jobs, self._together))
                more = len(drawn) == self._together
                if drawn:
                    begun[self._submit(drawn, finished)] = drawn
            came = _wait(finished) if begun else []
            for future in came:
                yield from self._answers(future, begun, finished)
            self._look_if_due()
            if not came:
                yield None

    def _room(self):
        """Return how many jobs may be on their way: two tasks a worker, or four short ones."""
        return max(8, 4 * self._able, min(2 * self._able * self._together, _MOST_AHEAD))

    def _submit(self, numbered, finished):
        future = self._client.submit(
            grade_jobs,
            self._name,
            # A scheduler keeps many messages, too.
            [zlib.compress(job.encode(), _FASTEST) for _, job in numbered],
            key=f"grade-{uuid.uuid4().hex}",  # of nobody: keys stand on the dashboard
            resources={self._name: 1},
            pure=False,
        )
        future.add_done_callback(finished.put)
        return future

    def _answers(self, future, begun, finished):
        """Yield the answers of a task that is done; jobs that are left get a task each."""
        numbered = begun.pop(future)
        if future.cancelled() or self._client.status != "running":
            raise Stopped("the scheduler is gone")
        try:
            said = future.result()
        except _GONE as error:
            raise Stopped("the scheduler is gone") from error
        except Exception as error:
            if len(numbered) > 1:
                self._submit_each(numbered, begun, finished)
                return
            why = _LOST if isinstance(error, KilledWorker) else f"{type(error).__name__}: {error}"
            yield numbered[0][0], failed(why[:300])
            return
        seconds, answers = _as_said(said, len(numbered))
        self._learn(seconds / len(answers))
        self._submit_each(numbered[len(answers) :], begun, finished)
        for (number, _), answer in zip(numbered, answers, strict=False):
            yield number, _as_text(answer)

    def _submit_each(self, numbered, begun, finished):
        for each in numbered:
            begun[self._submit([each], finished)] = [each]

    def _learn(self, seconds):
        """Let as many jobs share a task as take the time that one should take."""
        self._seconds = seconds if self._seconds is None else (self._seconds + seconds) / 2
        fitting = _TASK_SECONDS / max(self._seconds, 1e-3)
        self._together = int(min(max(fitting, 1), _MOST_IN_A_TASK))

    def _look_if_due(self):
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._look()

    def _look(self):
        """Count the workers that can grade; say so when there has been none for long."""
        self._looked = now = time.monotonic()
        workers = {}
        with contextlib.suppress(*_GONE):
            workers = self._resources()
            self._able = sum(map(bool, workers.values()))
            if workers and set(workers.values()) == {0}:
                for event in self._client.get_events(self._name):
                    self._hear(event)
                raise Stopped("no worker can grade any more")
        if self._able:
            self._last_able = now
        elif now - self._last_able > _QUIET_SECONDS:
            self._say(f"no worker has been able to grade for {_QUIET_SECONDS:g} s: still waiting")
            self._last_able = now

    def _resources(self):
        """Return worker -> how many jobs at a time it can grade; None where that is not known."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return {name: each["resources"].get(self._name) for name, each in workers.items()}

    def _hear(self, event, workers=None):
        """Say what a worker lacks: at the start, when one joins later, and when it lost it."""
        _, said = event
        worker = said["worker"]
        if worker not in self._named and (workers is None or worker in workers):
            self._named.add(worker)
            work = "no more work" if said.get("graded before") else "no work"
            self._say(f"{worker} is given {work}: {said['trouble']}")


def _wait(finished):
    """Return what has finished, at least one within a second."""
    came = []
    with contextlib.suppress(queue.Empty):
        came.append(finished.get(timeout=1.0))
        while True:
            came.append(finished.get_nowait())
    return came


def _as_said(said, count):
    """Return the seconds and the answers of a task; nonsense is that for each of its jobs."""
    match said:
        case (float(seconds), [*answers]) if 0 < len(answers) <= count and 0 <= seconds < math.inf:
            return seconds, answers
    return _TASK_SECONDS, [said] * count


def _as_text(answer):
    """Return what a task returned as text; whether it is an answer is not decided here."""
    if answer is None:
        return failed(_LOST)
    return answer.decode(errors="replace") if isinstance(answer, bytes) else repr(answer)[:1000]
