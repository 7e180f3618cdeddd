"""Let processes on this machine answer jobs, in the sandbox that all of them share."""

import contextlib
import multiprocessing
import os
import signal
from collections import Counter, deque
from itertools import islice
from multiprocessing.connection import wait

from mlpteach.grading.cluster.jobs import answer_job, failed
from mlpteach.grading.inside.kernel_calls import die_with_parent
from mlpteach.grading.isolation.no_sandbox import NoSandbox

_TRIES = 2
_LOST = "its grader was lost twice: is memory short?"


class Processes:
    """Whatever grades jobs (:data:`mlpteach.grading.cluster.coordinator.GradeJobs`), here.

    A grader that is lost costs no mark: its job is given to a new one, and after a second loss
    named in the report.

    Parameters
    ----------
    setup : mlpteach.grading.cluster.jobs.Setup
    sandbox : mlpteach.grading.isolation.sandbox.Sandbox
    count : int
    """

    def __init__(self, setup, sandbox, count):
        self._context = multiprocessing.get_context("fork")
        self._grades_in, self._count = (setup, sandbox), count
        self._waiting, self._tries = deque(), Counter()
        self._busy, self._idle = {}, []

    def __call__(self, jobs):
        """Draw jobs as the graders have room, and yield their answers."""
        jobs = iter(jobs)
        try:
            while True:
                while len(self._busy) < self._count and self._draw(jobs):
                    self._give()
                if not self._busy:
                    return
                self._draw(jobs)  # whoever is done first need not wait for its next
                for connection in wait(list(self._busy)):
                    yield from self._take(connection)
        finally:
            self._stop()

    def _draw(self, jobs):
        """Have a job ready; return whether there is one."""
        if not self._waiting:
            self._waiting.extend(islice(jobs, 1))
        return bool(self._waiting)

    def _give(self):
        number, job = self._waiting.popleft()
        self._tries[number] += 1
        process, connection = self._idle.pop() if self._idle else self._start()
        self._busy[connection] = process, number, job
        with contextlib.suppress(ConnectionError):  # a lost one is found out when it is waited for
            connection.send_bytes(job.encode())

    def _take(self, connection):
        process, number, job = self._busy.pop(connection)
        try:
            answer = connection.recv_bytes().decode(errors="replace")
        except (EOFError, ConnectionError):
            process.join()
            connection.close()
            if self._tries[number] < _TRIES:
                self._waiting.appendleft((number, job))
                return
            answer = failed(_LOST)
        else:
            self._idle.append((process, connection))
        if self._waiting:
            self._give()  # before anything is done with the answer
        yield number, answer

    def _start(self):
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_answer_jobs, args=(theirs, ours, os.getpid(), *self._grades_in), daemon=True
        )
        process.start()
        theirs.close()
        return process, ours

    def _stop(self):
        for _, connection in self._idle:
            with contextlib.suppress(ConnectionError):
                connection.send_bytes(b"")  # closing would not do: later graders hold it, too
        for process, _, _ in self._busy.values():
            process.terminate()
        graders = [(process, connection) for connection, (process, _, _) in self._busy.items()]
        for process, connection in graders + self._idle:
            process.join()
            connection.close()
        self._busy, self._idle = {}, []


def _answer_jobs(connection, others, parent, setup, sandbox):
    """Answer jobs until an empty one comes: the life of a grader."""
    others.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this
    # And with it what it runs in the sandbox: nothing is left when `grade` is killed.
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        return
    try:
        while job := connection.recv_bytes():
            answer = _answer(job.decode(), setup, sandbox)
            connection.send_bytes(answer.encode("utf-8", "surrogatepass"))
    except (EOFError, ConnectionError):  # nobody asks any more
        return
    finally:
        sandbox.stop()


def _answer(job, setup, sandbox):
    try:
        sandbox.settle()
        return answer_job(job, setup, sandbox)
    except NoSandbox as error:
        return failed(f"{type(error).__name__}: {str(error).splitlines()[0][:300]}")
