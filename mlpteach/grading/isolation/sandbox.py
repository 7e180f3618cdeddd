"""A process that runs a student's code and can do nothing else.

Inside bubblewrap it sees the system and Python read-only, no home, no network, no other process,
and an empty folder of its own in memory (``bubblewrap.py``). Where user namespaces are forbidden,
Landlock keeps it from the same files (``landlock_paths.py``); then the folder lies on the disk, and
names, sizes and times of other files can be asked for. Where neither works nothing runs, unless
somebody asks for :data:`NO_SANDBOX`: then only memory, time and system calls are limited, and a
student's code can read and change what the grader can.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from mlpteach.grading.inside import frames, kernel_calls, landlock
from mlpteach.grading.isolation import bubblewrap, landlock_paths, thread_group
from mlpteach.grading.isolation.budget import Budget
from mlpteach.grading.isolation.no_sandbox import NoSandbox, explain

BUBBLEWRAP = "bubblewrap"  # one sandbox; every student has namespaces of their own in it
BUBBLEWRAP_EACH = "bubblewrap, one a notebook"  # where namespaces cannot be nested
LANDLOCK = "Landlock"  # where user namespaces are forbidden
SANDBOXES = (BUBBLEWRAP, BUBBLEWRAP_EACH, LANDLOCK)  # the best first
_FOR_ALL = (BUBBLEWRAP, LANDLOCK)  # they keep students apart who come one after the other
NO_SANDBOX = "NO SANDBOX"  # only where it is asked for

# What notebooks import, loaded once for all of them.
MODULES = ("numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline")
_BEGIN_SECONDS = 30  # until Python begins in the sandbox
_SHORT = 0.1  # seconds on the clock in which no process uses much
_LOOK = 1.0  # seconds from one look at a silent process to the next
_LOAD_SECONDS = 120  # until it has loaded all modules


class SandboxFailed(Exception):
    """The sandbox itself did not work: says nothing about the student's work."""


class StudentDied(Exception):
    """The student's code ended its process, or had to be ended."""


@dataclass(frozen=True)
class Limits:
    """What one notebook may use.

    Attributes
    ----------
    cell_seconds, call_seconds : float
        For one cell, and for one call of a function: of the processor, in the student's process.
        On the clock six times as much may go by.
    notebook_seconds : float
        For all cells and calls together.
    memory, disk : int
        Bytes.
    """

    cell_seconds: float = 30.0
    call_seconds: float = 10.0
    notebook_seconds: float = 120.0
    memory: int = 2 << 30
    disk: int = 64 << 20


class Sandbox:
    """Starts workers, one for each notebook; use it as a context manager.

    A process forked from the one that started it may go on using it, at the same time.

    Parameters
    ----------
    isolation : str, optional
        One of :data:`SANDBOXES`, instead of the best that works here, or :data:`NO_SANDBOX`.
    limits : Limits
    modules : sequence of str
        Imported before the first worker starts.

    Attributes
    ----------
    isolation : str
    """

    def __init__(self, isolation=None, limits=None, modules=MODULES):
        self._candidates = SANDBOXES if isolation is None else (isolation,)
        self._bubblewrap_failed = None
        self.isolation = self._candidates[0]
        self.limits = limits or Limits()
        self.modules = tuple(modules)
        self._process = None
        self._loaded = self._settled = self._filtered = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def start(self):
        """Start loading Python in the sandbox; does not wait.

        Raises
        ------
        SandboxFailed
        """
        if self._process is not None:
            return
        # Messages, not a stream: graders forked from this process send orders through it, too.
        kind = socket.SOCK_SEQPACKET if kernel_calls.LINUX else socket.SOCK_STREAM
        self._control, theirs = socket.socketpair(type=kind)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop()
        self._home = None
        with theirs:
            try:
                self._process = self._start_process(theirs.fileno())
            except OSError as error:
                self._control.close()
                self._errors.close()
                raise SandboxFailed(f"it cannot be started: {error}") from None
        self._starter = os.getpid()
        self._pidfd = os.pidfd_open(self._process.pid) if kernel_calls.LINUX else None
        self._loaded = False
        with contextlib.suppress(OSError):
            self._control.sendall(json.dumps(self._first_order()).encode())

    def _first_order(self):
        order = {"modules": self.modules, "landlock": None, "hidden": []}
        if self.isolation in SANDBOXES:  # an empty folder would be imported as if it were there
            order["hidden"] = landlock_paths.hidden_packages()
        if self.isolation == LANDLOCK:
            order["landlock"] = {
                "readable": landlock_paths.readable_paths(),
                "writable": landlock_paths.WRITABLE,
                "own_user": landlock_paths.anyone_may_read_python(),
            }
        return order

    def _start_process(self, fd):
        wrapper, environment = [], None
        if self.isolation in (NO_SANDBOX, LANDLOCK):
            self._home = tempfile.TemporaryDirectory(prefix="mlpteach-", ignore_cleanup_errors=True)
            environment = bubblewrap.environment(self._home.name)
            _lay_font_lists(self._home.name)
        else:
            with_proc = self.isolation == BUBBLEWRAP
            wrapper = bubblewrap.bubblewrap_command(self.limits.disk, with_proc)
        return subprocess.Popen(
            [*wrapper, sys.executable, "-I", "-B", "-c", _bootstrap(bool(wrapper)), str(fd)],
            pass_fds=[fd],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C at the terminal is for the grader
        )

    def stop(self):
        """End everything that runs in the sandbox, or only let go of another process's."""
        if self._process is None:
            return
        self._control.close()
        if self._starter == os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
            if self._home is not None:
                self._home.cleanup()
        if self._pidfd is not None:
            os.close(self._pidfd)
        self._errors.close()
        self._process = None

    def settle(self):
        """Make sure that a worker can start, in the best isolation that works here.

        Raises
        ------
        NoSandbox
            Why none does, and what to install or to allow.
        """
        while not self._settled:
            try:
                with self.worker() as worker:
                    self._settled, self._filtered = True, worker.filtered
            except SandboxFailed as error:
                self._turn_to_the_next(error)

    def _turn_to_the_next(self, error):
        """Turn to a weaker sandbox, never to none."""
        if self.isolation == NO_SANDBOX:
            raise error
        if self.isolation != LANDLOCK:
            self._bubblewrap_failed = error
        place = self._candidates.index(self.isolation) + 1
        left = [each for each in self._candidates[place:] if each != LANDLOCK or landlock.version()]
        self.isolation = (left or self._candidates)[0]
        if not left:
            raise NoSandbox(explain(self._bubblewrap_failed or error)) from error

    @property
    def settled(self):
        """Whether workers start in this isolation, as far as was seen."""
        return self._settled

    @property
    def described(self):
        """The isolation in words, as a report names it."""
        return self.isolation if self._filtered else f"{self.isolation}, system calls not filtered"

    @contextlib.contextmanager
    def worker(self, files=(), budget=None):
        """Give one notebook a process of its own; everything it did is gone afterwards.

        Parameters
        ----------
        files : mapping of str to bytes
            Relative path -> content, laid beside the notebook.
        budget : mlpteach.grading.isolation.budget.Budget, optional
            What the notebook has left, shared by all of its processes.

        Raises
        ------
        SandboxFailed
        """
        try:
            self._ensure_loaded()
            with _thread_group() as group:
                worker = self._start_worker(group, budget)
                try:
                    worker.wait_until_confined()
                    worker.lay_files(dict(files))
                    yield worker
                finally:
                    self._end(worker)
        except SandboxFailed:
            self.stop()  # the next notebook gets a new one
            self._settled = False
            raise

    def _start_worker(self, group, budget):
        data, their_data = socket.socketpair()
        status, their_status = socket.socketpair()
        worker = Worker(data, status, self.limits, budget)
        try:
            with their_data, their_status:
                self._order_worker([their_data.fileno(), their_status.fileno(), *group])
        except SandboxFailed:
            worker.close()
            raise
        return worker

    def _order_worker(self, fds):
        order = {"namespaces": self.isolation == BUBBLEWRAP, "keep": bubblewrap.python_folders()}
        order |= {"memory": self.limits.memory, "disk": self.limits.disk}
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], fds)
        except OSError as error:
            self._fail(f"it ended: {error}")

    def _end(self, worker):
        worker.kill()
        worker.close()
        if self.isolation not in _FOR_ALL:
            self.stop()  # nothing of one student's may be left for the next

    def _ensure_loaded(self):
        if self._process is not None and self._has_ended():
            self.stop()  # ended since the last notebook, by no student: there is none
        self.start()
        if not self._loaded:
            self._expect(b"begun\n", _BEGIN_SECONDS)
            self._expect(b"loaded\n", _LOAD_SECONDS)
            self._loaded = True

    def _expect(self, word, seconds):
        """Wait until the sandbox says `word`."""
        ready, _, _ = select.select([self._control], [], [], seconds)
        if not ready:
            self._fail(f"after {seconds} s Python has not started in it")
        said = b""
        with contextlib.suppress(OSError):
            said = self._control.recv(len(word))
        if said != word:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._fail(f"it ended with exit code {self._process.returncode}")

    def _has_ended(self):
        if not kernel_calls.LINUX:
            return self._process.poll() is not None
        # Only its parent could poll it, and graders forked from that one want to know, too.
        return bool(select.select([self._pidfd], [], [], 0)[0])

    def _fail(self, reason):
        """Stop and raise SandboxFailed, with what the sandbox said last."""
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        self.stop()
        raise SandboxFailed(f"{reason} and said {said[-1][:300]!r}" if said else reason)


@contextlib.contextmanager
def _thread_group():
    """Make a group for one worker; gives a descriptor of it, or none where none can be had."""
    folder = thread_group.make_group()
    if folder is None:
        yield []
        return
    try:
        with open(thread_group.open_group(folder), "wb", buffering=0) as joining:
            yield [joining.fileno()]
    finally:
        thread_group.remove_group(folder)


def _lay_font_lists(home):
    folder = Path(home, "matplotlib")
    folder.mkdir()
    for path in bubblewrap.font_lists():
        shutil.copy(path, folder)


def _bootstrap(wrapped):
    """Return the first lines that Python runs there."""
    inside = bubblewrap.GRADER if wrapped else str(bubblewrap.INSIDE.parent)
    path = [inside, *bubblewrap.package_folders()]
    return (
        "import os, sys; os.write(int(sys.argv[1]), b'begun\\n'); "
        f"sys.path[:] = [p for p in {path!r} if p not in sys.path] + sys.path; "
        "from inside.zygote import main; main(int(sys.argv[1]))"
    )


class Worker:
    """One student's process, as the grader sees it: nothing it says is believed but plain data."""

    def __init__(self, data, status, limits, budget=None):
        self._data, self._status = data, status
        self._answers = frames.Reader(data)
        self._limits = limits
        self._number = 0
        self._budget = budget or Budget(limits.notebook_seconds)
        self._used = self._charged = 0.0  # seconds of the processor, when last asked for
        self._charged_at = time.monotonic()
        self._last_word = {}
        self.filtered = False

    def wait_until_confined(self):
        """Wait for the keeper's word that everything that confines the worker is in place."""
        said = self._hear(_LOAD_SECONDS)
        if not said.get("ready"):
            raise SandboxFailed(said.get("failed") or "the sandbox gives no answer")
        self.filtered = said["filtered"]

    def lay_files(self, files):
        """Lay files beside the notebook."""
        import numpy as np

        if files:
            content = {name: np.frombuffer(data, np.uint8) for name, data in files.items()}
            self._ask({"do": "files", "files": content}, 30)

    def cell(self, source, seconds=None):
        """Run a cell; return the message with its outputs and its status."""
        seconds = self._seconds(seconds or self._limits.cell_seconds)
        return self._ask({"do": "cell", "source": source, "seconds": seconds}, seconds)

    def call(self, function, arguments, keywords, stand_ins=(), answers=()):
        """Call a function; return the message with its value, error and arguments.

        Calls of `stand_ins`, names of functions, are answered from outside: the message holds the
        first one that has no answer yet.
        """
        seconds = self._seconds(self._limits.call_seconds)
        message = {"do": "call", "function": function, "seconds": seconds}
        message |= {"arguments": arguments, "keywords": keywords}
        message |= {"stand_ins": list(stand_ins), "answers": list(answers)}
        return self._ask(message, seconds)

    def look(self, variable):
        """Look at a variable; return the message with what it holds."""
        seconds = self._seconds(self._limits.call_seconds)
        return self._ask({"do": "look", "variable": variable, "seconds": seconds}, seconds)

    def _seconds(self, most):
        if self._budget.is_spent():
            raise StudentDied(
                f"the notebook ran for more than {self._limits.notebook_seconds:g} seconds"
            )
        return min(most, self._budget.left)

    def _ask(self, message, seconds):
        """Send a message and wait for its answer, or for the end of the process."""
        self._number += 1
        # Beyond the soft limits inside, which spare what the notebook has defined.
        seconds_on_the_clock = frames.NET * seconds + 2
        deadline = time.monotonic() + seconds_on_the_clock
        try:
            self._data.settimeout(seconds_on_the_clock)
            frames.send(self._data, message | {"number": self._number})
            answer = {}
            while not _is(answer.get("number"), self._number):  # forged, or late
                self._wait(seconds + 2, deadline)
                answer = frames.receive(self._answers, deadline)
        except (frames.TooLate, TimeoutError):
            raise StudentDied(f"it could not be stopped after {seconds:g} seconds") from None
        except (frames.BadFrame, OSError) as error:
            raise self._why_it_ended(error) from None
        finally:
            self._charge()
        if answer.get("too_large") is True:
            raise StudentDied("it returned more than can be handed over")
        return answer

    def _wait(self, seconds, deadline):
        """Wait until the process says something, as long as it has not worked for so long.

        It may take no notice of the limits inside: then this one is left.
        """
        before = self._used
        while not self._answers.kept and not select.select([self._data], [], [], _LOOK)[0]:
            if time.monotonic() > deadline or self._processor_seconds() - before > seconds:
                raise frames.TooLate

    def _charge(self):
        """Take what was used from the budget; what cannot be much is left to the next time."""
        now = time.monotonic()
        if now - self._charged_at < _SHORT:
            return
        self._charged_at = now
        used = self._processor_seconds()
        self._budget.use(used - self._charged)
        self._charged = used

    def _processor_seconds(self):
        """Return what the process has used since it began, by its keeper's word."""
        if kernel_calls.LINUX and not self._last_word:
            with contextlib.suppress(OSError):
                self._status.sendall(frames.USED)
            said = self._hear(1)
            if "used" in said:
                self._used = said["used"]
            elif said:
                self._last_word = said
        return self._used

    def _why_it_ended(self, error):
        """Return StudentDied, or SandboxFailed where it was not the student's doing."""
        said = self._last_word or self._hear(1)
        while "used" in said:  # a late answer
            said = self._hear(1)
        if not said:  # it lives, but does not speak as it should
            return StudentDied(f"it broke the connection: {error}")
        if "ended" not in said:
            return SandboxFailed("the sandbox ended while the notebook ran")
        code = said["ended"]
        if isinstance(code, str):
            return StudentDied(code)
        if code == -signal.SIGKILL:
            # Nothing inside can do that: only the system, when the machine's memory is short.
            return SandboxFailed("the system killed the notebook's process; is memory short?")
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        return StudentDied(f"it ended its own process {how}")

    def _hear(self, seconds):
        """Return the keeper's next message, {} for none, or {"failed": …} when it is gone."""
        self._status.settimeout(seconds)
        line = b""
        try:
            while not line.endswith(b"\n"):
                part = self._status.recv(4096)
                if not part:
                    return {"failed": "the keeper ended"}
                line += part
        except TimeoutError:
            return {}
        except OSError as error:
            return {"failed": str(error)}
        return json.loads(line.splitlines()[-1])

    def kill(self):
        """End the process and everything it started; return when they are gone."""
        with contextlib.suppress(OSError):
            self._status.sendall(b"kill\n")
            self._status.settimeout(10)
            while self._status.recv(4096):
                pass

    def close(self):
        """Let go of both connections."""
        self._data.close()
        self._status.close()


def _is(said, number):
    return type(said) is int and said == number
