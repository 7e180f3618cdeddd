"""A process that runs a student's code and can do nothing else.

Inside bubblewrap it sees the system and Python read-only, no home, no network, no other process,
and an empty folder of its own in memory. Without bubblewrap (:data:`PROCESS`) only its memory, its
time and its system calls are limited: it can read the files that the grader can read.
"""

import contextlib
import functools
import json
import logging
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

from mlpteach.grading.inside import frames, kernel_calls

BUBBLEWRAP = "bubblewrap"  # one sandbox; every student has namespaces of their own in it
BUBBLEWRAP_EACH = "bubblewrap, one a notebook"  # where namespaces cannot be nested
PROCESS = "process"

# What notebooks import, loaded once for all of them.
MODULES = ("numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline")
# Not in the sandbox: the model solutions, and other people's optimizers.
HIDDEN = [
    "mlpteach",
    "nbgrader",
    "torch",
    "tensorflow",
    "keras",
    "jax",
    "optax",
    "sklearn/neural_network",
]
_INSIDE = Path(__file__).parent / "inside"
_SYSTEM = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"]
_SYSTEM += ["/etc/localtime"]
# Of the system, but not of Python: nbgrader's exchange with everybody's work lies there.
_LEFT_OUT = ["/usr/local", "/usr/etc", "/usr/src"]
_LIBRARIES = ["/usr/local/lib", "/usr/local/lib64"]
_LIB_FOLDERS = ["/usr/lib", "/usr/lib64", *_LIBRARIES]
_PACKAGES = ("site-packages", "dist-packages")
_FOLDER = "/homework"  # where the notebook runs
_START_SECONDS = 120

log = logging.getLogger("mlpteach.grading")


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
        For one cell, and for one call of a function.
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


def candidates():
    """Return the isolations this machine may offer, the best first."""
    return [BUBBLEWRAP, BUBBLEWRAP_EACH, PROCESS] if shutil.which("bwrap") else [PROCESS]


class Sandbox:
    """Starts workers, one for each notebook; use it as a context manager.

    A process forked from the one that started it may go on using it, at the same time.

    Parameters
    ----------
    isolation : str, optional
        Instead of the best one that works here; see the attribute of that name.
    limits : Limits
    modules : sequence of str
        Imported before the first worker starts.
    """

    def __init__(self, isolation=None, limits=None, modules=MODULES):
        self._others = [] if isolation else candidates()
        self.isolation = isolation or self._others.pop(0)
        self.limits = limits or Limits()
        self.modules = tuple(modules)
        self._process = None
        self._loaded = self._settled = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def start(self):
        """Start loading Python in the sandbox; does not wait."""
        if self._process is not None:
            return
        # Messages, not a stream: graders forked from this process send orders through it, too.
        kind = socket.SOCK_SEQPACKET if kernel_calls.LINUX else socket.SOCK_STREAM
        self._control, theirs = socket.socketpair(type=kind)
        fd = theirs.fileno()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop()
        self._process = subprocess.Popen(
            [*self._wrapper(), sys.executable, "-I", "-B", "-c", self._bootstrap(), str(fd)],
            pass_fds=[fd],
            env=None if self.isolation != PROCESS else _environment("/tmp"),
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C at the terminal is for the grader
        )
        theirs.close()
        self._starter = os.getpid()
        self._pidfd = os.pidfd_open(self._process.pid) if kernel_calls.LINUX else None
        self._loaded = False
        with contextlib.suppress(OSError):
            self._control.sendall(json.dumps({"modules": self.modules}).encode())

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
        if self._pidfd is not None:
            os.close(self._pidfd)
        self._errors.close()
        self._process = None

    def settle(self):
        """Wait until a worker can start; turn to a weaker isolation where one does not work."""
        while not self._settled:
            try:
                with self.worker():
                    self._settled = True
            except SandboxFailed as error:
                if not self._others:
                    raise
                log.debug("%s does not work here: %s", self.isolation, error)
                self.isolation = self._others.pop(0)

    @contextlib.contextmanager
    def worker(self, files=(), ends=None):
        """Give one notebook a process of its own; everything it did is gone afterwards.

        Parameters
        ----------
        files : mapping of str to bytes
            Relative path -> content, laid beside the notebook.
        ends : float, optional
            Time of `time.monotonic` after which nothing of it is run any more.

        Raises
        ------
        SandboxFailed
        """
        self._ensure_loaded()
        data, their_data = socket.socketpair()
        status, their_status = socket.socketpair()
        nested = self.isolation == BUBBLEWRAP
        with data, status, contextlib.ExitStack() as stack:
            folder = _FOLDER
            if self.isolation == PROCESS:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mlpteach-"))
            order = {"namespaces": nested, "folder": folder, "keep": _python_folders()}
            order |= {"memory": self.limits.memory, "disk": self.limits.disk}
            with their_data, their_status:
                fds = [their_data.fileno(), their_status.fileno()]
                try:
                    socket.send_fds(self._control, [json.dumps(order).encode()], fds)
                except OSError as error:
                    self.fail(f"the sandbox ended: {error}")
            worker = Worker(data, status, self.limits, ends)
            try:
                worker.wait_until_confined()
                worker.lay_files(dict(files))
                yield worker
            except SandboxFailed:
                self.stop()  # the next notebook gets a new one
                raise
            finally:
                worker.kill()
                if not nested:
                    self.stop()  # nothing of one student's may be left for the next

    def _ensure_loaded(self):
        if self._process is not None and self._has_ended():
            self.stop()  # ended since the last notebook, by no student: there is none
        self.start()
        if self._loaded:
            return
        ready, _, _ = select.select([self._control], [], [], _START_SECONDS)
        said = b""
        with contextlib.suppress(OSError):
            said = self._control.recv(64) if ready else b""
        if said != b"loaded\n":
            self.fail("Python does not start in the sandbox")
        self._loaded = True

    def _has_ended(self):
        if not kernel_calls.LINUX:
            return self._process.poll() is not None
        # Only its parent could poll it, and graders forked from that one want to know, too.
        return bool(select.select([self._pidfd], [], [], 0)[0])

    def fail(self, reason):
        """Stop and raise SandboxFailed, with what the sandbox said last."""
        if self._process is not None:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            reason = f"{reason} ({said[-1]})" if said else reason
        self.stop()
        raise SandboxFailed(reason)

    def _bootstrap(self):
        inside = "/grader" if self.isolation != PROCESS else _INSIDE.parent
        path = [str(inside), *_site_folders()]
        return (
            f"import sys; sys.path[:] = [p for p in {path!r} if p not in sys.path] + sys.path; "
            "from inside.zygote import main; main(int(sys.argv[1]))"
        )

    def _wrapper(self):
        """Return the command before Python's: bubblewrap with what the sandbox may see."""
        if self.isolation == PROCESS:
            return []
        command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
        command += ["--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
        command += ["--proc", "/proc", "--dev", "/dev"]
        for path in ("/tmp", _FOLDER, "/dev/shm"):
            command += ["--size", str(self.limits.disk), "--tmpfs", path]
        for path in _SYSTEM:
            if os.path.islink(path):
                command += ["--symlink", os.readlink(path), path]
            elif os.path.exists(path):
                command += ["--ro-bind", path, path]
        for path in filter(os.path.isdir, _LEFT_OUT):
            command += ["--tmpfs", path]
        for path in [*_python_folders(), *_python_settings()]:
            command += ["--ro-bind", path, path]
        for path in _hidden_folders():
            command += ["--tmpfs", path, "--remount-ro", path]
        command += ["--ro-bind", str(_INSIDE), "/grader/inside"]
        for path in _font_lists():
            command += ["--ro-bind", str(path), f"/tmp/matplotlib/{path.name}"]
        for name, value in _environment("/tmp").items():
            command += ["--setenv", name, value]
        for path in ["/", *filter(os.path.isdir, _LEFT_OUT)]:
            command += ["--remount-ro", path]
        return [*command, "--chdir", "/"]


class Worker:
    """One student's process, as the grader sees it: nothing it says is believed but plain data."""

    def __init__(self, data, status, limits, ends=None):
        self._data, self._status = data, status
        self._limits = limits
        self._number = 0
        self._ends = ends or time.monotonic() + limits.notebook_seconds
        self.filtered = False

    def wait_until_confined(self):
        """Wait for the keeper's word that everything that confines the worker is in place."""
        said = self._hear(_START_SECONDS)
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

    def call(self, function, arguments, keywords):
        """Call a function; return the message with its value, error and arguments."""
        seconds = self._seconds(self._limits.call_seconds)
        message = {"do": "call", "function": function, "seconds": seconds}
        return self._ask(message | {"arguments": arguments, "keywords": keywords}, seconds)

    def _seconds(self, most):
        left = self._ends - time.monotonic()
        if left <= 0:
            raise StudentDied(
                f"the notebook ran for more than {self._limits.notebook_seconds:g} seconds"
            )
        return min(most, left)

    def _ask(self, message, seconds):
        """Send a message and wait for its answer, or for the end of the process."""
        self._number += 1
        # Beyond the soft limit inside, which spares what the notebook has defined.
        deadline = time.monotonic() + seconds + 2
        try:
            self._data.settimeout(seconds + 2)
            frames.send(self._data, message | {"number": self._number})
            answer = frames.receive(self._data, deadline)
            while not _is(answer.get("number"), self._number):  # forged, or late
                answer = frames.receive(self._data, deadline)
        except (frames.TooLate, TimeoutError):
            raise StudentDied(f"it could not be stopped after {seconds:g} seconds") from None
        except (frames.BadFrame, OSError) as error:
            raise self._why_it_ended(error) from None
        if answer.get("too_large") is True:
            raise StudentDied("it returned more than can be handed over")
        return answer

    def _why_it_ended(self, error):
        """Return StudentDied, or SandboxFailed where it was not the student's doing."""
        said = self._hear(1)
        if not said:  # it lives, but does not speak as it should
            return StudentDied(f"it broke the connection: {error}")
        if "ended" not in said:
            return SandboxFailed("the sandbox ended while the notebook ran")
        code = said["ended"]
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


def _is(said, number):
    return type(said) is int and said == number


def _environment(home):
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys(names, "1") | {
        "HOME": home,
        "IPYTHONDIR": f"{home}/ipython",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "NBGRADER_EXECUTION": "autograde",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
    }


def _site_folders():
    return [p for p in sys.path if os.path.basename(p) in _PACKAGES and os.path.isdir(p)]


def _site_paths():
    """Return the folders of packages by each of their names."""
    return {name(path) for path in _site_folders() for name in (os.path.abspath, os.path.realpath)}


def _prefixes():
    folders = {sys.prefix, sys.base_prefix}
    return folders | {os.path.realpath(folder) for folder in folders}


@functools.cache
def _python_folders():
    """Return the folders of Python and its packages, none inside another or in the system's."""
    # Not the whole prefix: that may be somebody's home, or the course's own folder.
    folders = {f"{prefix}/{name}" for prefix in _prefixes() for name in ("bin", "lib", "lib64")}
    # A link to another of them would be a second way in, past what is hidden.
    folders = {folder for folder in folders if not os.path.islink(folder)}
    found = []
    for folder in sorted(filter(os.path.isdir, {*folders, *_site_paths(), *_LIBRARIES})):
        if not _is_below(folder, found) and not _is_seen_anyway(folder):
            found.append(folder)
    return found


def _python_settings():
    """Return the files by which a virtual environment knows its Python."""
    files = sorted(f"{prefix}/pyvenv.cfg" for prefix in _prefixes())
    return [path for path in files if os.path.isfile(path) and not _is_seen_anyway(path)]


def _is_below(path, folders):
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _is_seen_anyway(path):
    return _is_below(path, _SYSTEM) and not _is_below(path, _LEFT_OUT)


def _hidden_folders():
    """Return where the packages of :data:`HIDDEN` lie, also for a Python other than this one."""
    others = [p for lib in _LIB_FOLDERS for p in Path(lib).glob("python3*/*")]
    for folder in sorted({*_site_paths(), *(str(p) for p in others if p.name in _PACKAGES)}):
        for name in HIDDEN:
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                yield path


def _font_lists():
    """Return matplotlib's lists of fonts, which it takes long to make anew."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("MPLCONFIGDIR") or home / "matplotlib")
    return sorted(folder.glob("fontlist-*.json"))
