"""What Dask lays on each worker: a grader with a sandbox, and the word that it can grade.

It travels as its source and imports nothing of mlpteach: a worker without it, or with another
version, or with another Python, says so instead of failing to start.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from distributed import Reschedule
from distributed.core import Status
from distributed.diagnostics.plugin import WorkerPlugin

_TELL_SECONDS = 30.0
_SELDOM = 100  # times less often than else does Dask look what its threads do


class GraderPlugin(WorkerPlugin):
    """One grader, and so one sandbox, a worker.

    A plugin whose setup fails does not keep its worker out. So jobs ask for a resource, which only
    a worker has that can grade; there is one of it, so that one job at a time is graded.

    Parameters
    ----------
    name : str
        Of the plugin and of the resource.
    setup : str
        From :meth:`mlpteach.grading.cluster.jobs.Setup.to_text`.

    """

    def __init__(self, name, setup):
        self.name = name
        self._setup = setup
        self._process = None
        self._torn_down = self._retired = False
        self._one_at_a_time = threading.Lock()

    def __reduce__(self):
        source = Path(__file__).read_text("utf-8")
        made = "(lambda names: exec({!r}, names) or names['GraderPlugin'])({!r})({!r}, {!r})"
        names = {"__name__": "mlpteach_grader_plugin"}
        return eval, (made.format(source, names, self.name, self._setup),)

    async def setup(self, worker):
        """Start the grader, and say what this worker can."""
        self._worker = worker
        # They wait for another process: a hundred looks a second would see nothing else.
        self._slow_profiler(_SELDOM)
        trouble = await asyncio.to_thread(self._begin_alone)
        if self._torn_down:
            return
        if trouble:
            worker.log_event(self.name, {"worker": worker.address, "trouble": trouble})
        for resources in (worker.state.total_resources, worker.state.available_resources):
            resources.pop(self.name, None)  # what an earlier one left
        await worker.set_resources(**{self.name: 0 if trouble else 1})
        if worker.status == Status.running:
            # Jobs that no worker could do are given to one that comes, but not for what it can do
            # only later: so it comes again.
            worker.status = Status.paused
            worker.status = Status.running

    def _slow_profiler(self, times):
        profiler = self._worker.periodic_callbacks.get("profile")  # None where it is switched off
        if profiler is not None:
            profiler.callback_time *= times

    def teardown(self, worker):
        """End the grader; the scheduler may be gone already."""
        self._slow_profiler(1 / _SELDOM)
        # Not taken away: a job that is at work gives its share back, and a worker without it ends.
        worker.state.total_resources[self.name] = 0
        available = worker.state.available_resources
        available[self.name] = available.get(self.name, 0) - 1
        self._torn_down = True
        if self._one_at_a_time.acquire(blocking=False):
            self._stop()
            self._one_at_a_time.release()
        elif process := self._process:
            process.kill()  # whoever waits for it finds it lost

    def grade(self, job):
        """Return the answer to a job, bytes for bytes; None where its grader was lost twice.

        Raises
        ------
        Reschedule
            None can be started any more: another worker is to have the job.
        """
        with self._one_at_a_time:
            for _ in range(2):
                if not self._torn_down:
                    self._make_ready()
                if self._torn_down:  # also in the meantime
                    break
                try:
                    self._jobs.send_bytes(job)
                    return self._jobs.recv_bytes()
                except (EOFError, OSError):
                    self._stop()
            if self._torn_down:
                self._stop()
        return None

    def _make_ready(self):
        if not self._retired and self._process is None:
            trouble = self._begin()
            if trouble:
                self._retire(trouble)
        if self._retired:
            raise Reschedule

    def _retire(self, trouble):
        """Ask for no more jobs; those that lie here already are begun, and given back."""
        self._retired, worker = True, self._worker
        said = {"worker": worker.address, "trouble": trouble, "graded before": True}
        worker.log_event(self.name, said)
        with contextlib.suppress(Exception):  # the scheduler is gone, and the jobs with it
            telling = asyncio.run_coroutine_threadsafe(
                self._tell_scheduler(worker), worker.loop.asyncio_loop
            )
            telling.result(_TELL_SECONDS)

    async def _tell_scheduler(self, worker):
        # Not by the worker's own method, which takes away what a job needs to be begun here.
        total = worker.state.total_resources
        total[self.name] = 0
        await worker.scheduler.set_resources(worker=worker.contact_address, resources=total)

    def _begin_alone(self):
        with self._one_at_a_time:
            trouble = self._begin()
            if self._torn_down:
                self._stop()
            return trouble

    def _begin(self):
        """Start a grader; return its trouble, "" for none."""
        try:
            self._start()
            trouble = self._settle()
        except Exception as error:
            trouble = f"{type(error).__name__}: {error}"
        if trouble:
            self._stop()
        return trouble

    def _start(self):
        with contextlib.ExitStack() as failed:
            ours, theirs = map(failed.enter_context, socket.socketpair())
            read, self._life = os.pipe()
            failed.callback(os.close, self._life)
            words = ["-m", "mlpteach.grading.cluster.grader", str(theirs.fileno()), str(read)]
            try:
                self._process = subprocess.Popen(
                    [sys.executable, *words],
                    pass_fds=[theirs.fileno(), read],
                    # NumPy's threads wait by working, and take from the neighbours.
                    env={"OPENBLAS_NUM_THREADS": "1", **os.environ},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
            finally:
                theirs.close()
                os.close(read)
            failed.pop_all()
        self._jobs = Connection(ours.detach())
        self._said = []
        listen = threading.Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        listen.start()
        self._heard = listen.join

    def _listen(self, stream):
        with stream:
            for line in stream:
                self._said = [*self._said, line.decode(errors="replace").strip()][-5:]

    def _settle(self):
        """Hand the grader its setup; return its trouble."""
        try:
            self._jobs.send_bytes(self._setup.encode())
            return self._jobs.recv_bytes().decode()
        except (EOFError, OSError):
            self._process.wait()
            self._heard(5)
            last = self._said[-1] if self._said else "it says nothing"
            return f"its grader does not start: {last[:300]}"

    def _stop(self):
        if self._process is None:
            return
        self._jobs.close()  # it ends by itself, unless it is at work
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        os.close(self._life)
        self._process.kill()
        self._process.wait()
        self._process = None
