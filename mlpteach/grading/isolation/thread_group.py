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
    """Return where a group may be made: in this process's own, or beside it."""
    found = []
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            tops = {"pids": ["pids"], "": [".", "unified"]}.get(controllers, [])
            for top in tops:  # version 1, version 2
                own = _ROOT / top / path.lstrip("/")
                found += [own, own.parent] if path != "/" else [own]
    return [folder for folder in found if os.access(folder / "cgroup.procs", os.W_OK)]
