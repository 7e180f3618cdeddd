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
from dataclasses import dataclass
from pathlib import Path

from mlpteach.grading.inside import kernel_calls, landlock
from mlpteach.grading.isolation import bubblewrap, landlock_paths, thread_group
from mlpteach.grading.isolation.no_sandbox import NoSandbox, explain

BUBBLEWRAP = "bubblewrap"  # one sandbox; every student has namespaces of their own in it
BUBBLEWRAP_EACH = "bubblewrap, one a notebook"  # where namespaces cannot be nested
LANDLOCK = "Landlock"  # where user namespaces are forbidden
SANDBOXES = (BUBBLEWRAP, BUBBLEWRAP_EACH, LANDLOCK)  # the best first
_FOR_ALL = (BUBBLEWRAP, LANDLOCK)  # they keep students apart who come one after the other
NO_SANDBOX = "NO SANDBOX"  # only where it is asked for

# What notebooks import, loaded once for all of them; the last, before the first that draws.
MODULES = ("numpy",)
DRAWING = ("matplotlib.pyplot", "matplotlib_inline.backend_inline")
_BEGIN_SECONDS = 30  # until Python begins in the sandbox
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
        try:
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop()
        except OSError as error:  # such as a full disk
            raise SandboxFailed(f"it cannot be started: {error}") from None
        # Messages, not a stream: graders forked from this process send orders through it, too.
        kind = socket.SOCK_SEQPACKET if kernel_calls.LINUX else socket.SOCK_STREAM
        self._control, theirs = socket.socketpair(type=kind)
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
            raise NoSandbox(f"students' code does not run, even without a sandbox: {error}")
        if self.isolation != LANDLOCK:
            self._bubblewrap_failed = error
        place = self._candidates.index(self.isolation) + 1
        left = [each for each in self._candidates[place:] if each != LANDLOCK or landlock.version()]
        if not left:
            instead = f"\nNor does Landlock instead: {error}." if self.isolation == LANDLOCK else ""
            self.isolation = self._candidates[0]
            raise NoSandbox(explain(self._bubblewrap_failed or error) + instead) from error
        self.isolation = left[0]

    @property
    def settled(self):
        """Whether workers start in this isolation, as far as was seen."""
        return self._settled

    @property
    def described(self):
        """The isolation in words, as a report names it."""
        return self.isolation if self._filtered else f"{self.isolation}, system calls not filtered"

    @contextlib.contextmanager
    def worker(self, files=(), budget=None, modules=()):
        """Give one notebook a process of its own; everything it did is gone afterwards.

        Parameters
        ----------
        files : mapping of str to bytes
            Relative path -> content, laid beside the notebook.
        budget : mlpteach.grading.isolation.budget.Budget, optional
            What the notebook has left, shared by all of its processes.
        modules : sequence of str
            Imported beforehand, for this notebook and those that follow.

        Raises
        ------
        SandboxFailed
        """
        try:
            self._ensure_loaded()
            self._check_room()
            with _thread_group() as group:
                worker = self._start_worker(group, budget, modules)
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

    def _start_worker(self, group, budget, modules):
        from mlpteach.grading.isolation.worker import Worker  # loads NumPy, as the sandbox does

        data, their_data = socket.socketpair()
        status, their_status = socket.socketpair()
        worker = Worker(data, status, self.limits, budget)
        try:
            with their_data, their_status:
                self._order_worker([their_data.fileno(), their_status.fileno(), *group], modules)
        except SandboxFailed:
            worker.close()
            raise
        return worker

    def _order_worker(self, fds, modules):
        order = {"namespaces": self.isolation == BUBBLEWRAP, "keep": bubblewrap.python_folders()}
        order |= {"memory": self.limits.memory, "disk": self.limits.disk, "modules": modules}
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

    def _check_room(self):
        """Refuse a disk that is all but full: the student's code would stop, and cost points."""
        if self._home is None:  # in a bubblewrap each has a folder in memory
            return
        try:
            free = shutil.disk_usage(self._home.name).free
        except OSError as error:  # whoever tidies up there took it for old
            raise SandboxFailed(f"its folder is gone: {error}") from None
        if free < self.limits.disk:
            raise SandboxFailed(
                f"{free >> 20} MB are free in {tempfile.gettempdir()}, and a notebook may need "
                f"{self.limits.disk >> 20}"
            )

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
