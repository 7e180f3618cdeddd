"""A control group of the kernel's for one notebook's process: so many threads and no more.

The limit that a process takes along (``RLIMIT_NPROC``) holds for everybody but root. Where the
kernel lets this user make no group, nothing is made.
"""

import contextlib
import functools
import os
import tempfile
import time
from pathlib import Path

MOST_THREADS = 128
_ROOT = Path("/sys/fs/cgroup")
_LEFT_SECONDS = 3600.0  # after which a group without a maker belongs to nobody


def make_group():
    """Return the folder of a new group; None where none can be had."""
    for parent in _parents():
        folder = None
        with contextlib.suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=f"mlpteach-{os.getpid()}-", dir=parent))
            Path(folder, "pids.max").write_text(str(MOST_THREADS))
            return folder
        if folder is not None:
            remove_group(folder)
    return None


def described():
    """Say what holds a notebook's threads on this machine, as a report names it."""
    if _can_be_had():
        return f"{MOST_THREADS} threads a notebook, by a control group"
    if os.geteuid() == 0:
        return "threads not limited: no control group can be made, and root's own limit has no hold"
    return f"{MOST_THREADS} processes and threads of this user, for no control group can be made"


@functools.cache
def _can_be_had():
    folder = make_group()
    if folder is not None:
        remove_group(folder)
    return folder is not None


def open_group(folder):
    """Return a file descriptor: who writes "0" there is in the group from then on."""
    return os.open(folder / "cgroup.procs", os.O_WRONLY)


def remove_group(folder):
    """Remove a group whose process has ended, as soon as the kernel has noticed."""
    for _ in range(50):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
            return
        time.sleep(0.01)


@functools.cache
def _parents():
    """Return where a group may be made, and remove what a killed grader has left there."""
    found = []
    with contextlib.suppress(OSError):
        own = Path("/proc/self/cgroup").read_text()
        found = [each for each in _candidates(own) if os.access(each / "cgroup.procs", os.W_OK)]
    for folder in found:
        _remove_left_behind(folder)
    return found


def _candidates(own):
    """Yield the folders of this process's own groups, and those that they lie in.

    Parameters
    ----------
    own : str
        As ``/proc/self/cgroup`` tells it: ``pids`` is of version 1, what names nothing of 2.
    """
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        for top in {"pids": ["pids"], "": [".", "unified"]}.get(controllers, []):
            folder = _ROOT / top / path.lstrip("/")
            yield folder
            if path != "/":
                yield folder.parent


def _remove_left_behind(parent):
    """Remove groups whose maker was killed long ago; one with a process in it stays."""
    for folder in parent.glob("mlpteach-*-*"):
        maker = folder.name.split("-")[1]
        with contextlib.suppress(OSError):
            age = time.time() - folder.stat().st_mtime
            if age > _LEFT_SECONDS and not Path("/proc", maker).exists():
                folder.rmdir()
