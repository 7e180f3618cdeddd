"""The sandbox's first process: loads Python, NumPy and IPython once and forks a student at a time.

    grader --- control socket --- zygote          loads, forks; never runs a student's code
       |------ status socket ---- keeper          one a student: namespaces, tells how it ended
       |------ data socket ------ worker          the student's process, without any right

A keeper says "ready" only when everything that confines the worker is in place. So "the student's
code died" and "the sandbox failed" cannot be mistaken for each other.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import time
import warnings

from . import frames, kernel_calls, landlock, shell, stand_in, worker

_SCRATCH = "/tmp"  # all that can be written in the sandbox
_LOOK = 0.25  # seconds from one look at a folder's size to the next
_LEAST = 4096  # bytes that a file takes, also an empty one
_OF_A_PROCESS = 2  # the kernel's CPUCLOCK_SCHED
_NICE = 10  # whatever a neighbour's threads do, the grader and the machine go first
_FIRST_UID = 1 << 30  # users that no system has


def main(control):
    """Serve the grader at the socket `control` until it hangs up."""
    control = socket.socket(fileno=control)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need not be waited for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's business
    order = json.loads(control.recv(1 << 18))
    lock = order["landlock"]
    stand_in.hide(order["hidden"])
    student_shell = _load(order["modules"])
    control.sendall(b"loaded\n")
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1 << 16, 3)
        if not message:
            if lock:
                shutil.rmtree(os.environ["HOME"], ignore_errors=True)
            return
        order = json.loads(message) | {"landlock": lock}
        _import_more(order["modules"])
        if not order["namespaces"]:
            kernel_calls.hide_memory()  # the student's process can see this one
        if os.fork() == 0:
            try:
                control.close()
                _keep(order, student_shell, *fds)
            finally:
                os._exit(1)
        for fd in fds:
            os.close(fd)


def _load(modules):
    """Import what notebooks import, once for all students."""
    stand_in.install()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        student_shell = shell.start()  # first: matplotlib asks for it when imported
        # The first cell and the first traceback of all are slow.
        student_shell.run("None", 60)
        student_shell.run("1 / 0", 60)
        student_shell.begin_anew()
    _import(modules)
    _keep_off()
    return student_shell


def _import_more(modules):
    """Import what the next notebook imports, once for all that follow."""
    if not _imported.issuperset(modules):
        _import(modules)
        _keep_off()


_imported: set[str] = set()


def _import(modules):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            # A notebook that needs it will say so itself.
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    _imported.update(modules)


def _keep_off():
    """Let the collector not write to, and so copy, the pages of what is there by now."""
    gc.collect()
    gc.freeze()


def _keep(order, student_shell, data, status, group=None):
    """Confine a worker, start it, and tell the grader how it ended; kill it when told to."""
    status = socket.socket(fileno=status)
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if order["namespaces"]:
            _separate(order["disk"], order["keep"])
        if order["landlock"]:
            kernel_calls.die_with_parent(signal.SIGKILL)
            _make_own_home(order["landlock"])
        started, confined = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(started)
                os.close(status.detach())
                _be_the_student(order, data, confined, student_shell, group)
            finally:
                os._exit(0)
        os.close(data)
        os.close(confined)
        _tell(status, json.loads(_read_all(started)))
    except OSError as error:
        _tell(status, {"failed": str(error)})
        os._exit(1)
    _watch(pid, status, order)
    os._exit(0)


def _read_all(fd):
    with open(fd, "rb") as file:
        return file.read() or b'{"failed": "the worker ended before it was confined"}'


def _tell(status, message):
    with contextlib.suppress(OSError):
        status.sendall(json.dumps(message).encode() + b"\n")


def _watch(pid, status, order):
    own_home, full = bool(order["landlock"]), False
    if kernel_calls.LINUX:
        ended = os.pidfd_open(pid)
        ready = []
        while not ready and not full:
            ready, _, _ = select.select([ended, status], [], [], _LOOK if own_home else None)
            full = own_home and _size(os.environ["HOME"]) > order["disk"]
            if ready == [status] and status.recv(64) == frames.USED:
                _tell(status, {"used": _processor_seconds(pid)})
                ready = []
        killed = ended not in ready  # the grader hung up or told so, or too much was written
    else:
        killed = _watch_by_looking(pid, status)
    if killed:
        os.kill(pid, signal.SIGKILL)
    _, code = os.waitpid(pid, 0)
    if own_home:
        shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    code = os.waitstatus_to_exitcode(code)
    _tell(status, {"ended": "it wrote too much" if full else code, "killed": killed})


def _processor_seconds(pid):
    """Return what all threads of a process have used; its clock's number is the kernel's rule."""
    return time.clock_gettime((~pid << 3) | _OF_A_PROCESS)


def _size(folder):
    """Return how much lies in a folder; what comes and goes meanwhile may be left out."""
    total = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            total += max(status.st_blocks * 512, _LEAST)
            total += _size(entry.path) if entry.is_dir(follow_symlinks=False) else 0
    return total


def _watch_by_looking(pid, status):
    while True:
        ready, _, _ = select.select([status], [], [], 0.05)
        if ready or os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return bool(ready)


def _separate(disk, keep):
    """Give the worker users, processes and a scratch folder of its own."""
    k = kernel_calls
    uid, gid = os.getuid(), os.getgid()
    k.unshare(k.CLONE_NEWUSER | k.CLONE_NEWNS | k.CLONE_NEWPID | k.CLONE_NEWIPC)
    for name, text in [
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ]:
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    k.mount("none", "/", "", k.MS_REC | k.MS_PRIVATE)
    below = [path for path in keep if path.startswith(f"{_SCRATCH}/")]
    kept = {path: os.open(path, os.O_PATH) for path in below}
    options = f"size={disk},nr_inodes=4096,mode=755"
    k.mount("tmpfs", _SCRATCH, "tmpfs", k.MS_NOSUID | k.MS_NODEV, options)
    for path, fd in kept.items():  # a Python that is installed there
        os.makedirs(path)
        k.mount(f"/proc/self/fd/{fd}", path, "", k.MS_BIND | k.MS_REC)
        os.close(fd)
    k.mount("tmpfs", "/proc", "tmpfs", k.MS_NOSUID | k.MS_NODEV | k.MS_RDONLY, "size=4096")


def _make_own_home(lock):
    """Make the one folder in which the worker may write, and choose whom it belongs to."""
    outer = os.environ["HOME"]
    os.chmod(outer, 0o711)
    home = f"{outer}/{os.getpid()}"
    os.mkdir(home, 0o700)
    if os.getuid() == 0 and lock["own_user"]:
        uid = _FIRST_UID + os.getpid()
        with contextlib.suppress(OSError):  # a container's root may have few users to be
            os.chown(home, uid, uid)
            lock["uid"] = uid
    os.environ["HOME"] = os.environ["TMPDIR"] = home


def _become_nobody(lock):
    """Give up being root: a user of its own, whom nothing belongs to but one folder."""
    if "uid" in lock:
        os.setgroups([])
        os.setresgid(lock["uid"], lock["uid"], lock["uid"])
        os.setresuid(lock["uid"], lock["uid"], lock["uid"])


def _make_folder():
    """Make the notebook's folder, and what is linked to from ``/dev``; return its path."""
    home = os.environ["HOME"]
    for name in ("homework", "shm"):
        os.makedirs(f"{home}/{name}", exist_ok=True)
    open(f"{home}/null", "wb").close()
    return f"{home}/homework"


def _be_the_student(order, data, confined, student_shell, group):
    """Give up every right, say so, and serve."""
    try:
        os.setsid()
        _join(group)
        lock = order["landlock"]
        if lock:
            _become_nobody(lock)
        kernel_calls.die_with_parent(signal.SIGKILL)
        folder = _make_folder()
        os.chdir(folder)
        os.nice(_NICE)
        _limit_resources(order)
        kernel_calls.drop_privileges()
        if lock:
            landlock.restrict(lock["readable"], [*lock["writable"], os.environ["HOME"]])
        filtered = kernel_calls.filter_system_calls(files_too=bool(lock))
        if lock and not filtered:
            raise OSError("system calls cannot be filtered on this machine")
    except (OSError, ValueError) as error:
        os.write(confined, json.dumps({"failed": str(error)}).encode())
        os._exit(1)
    ready = {"ready": True, "filtered": filtered}
    os.write(confined, json.dumps(ready).encode())
    os.environ["HOME"] = folder
    sock = socket.socket(fileno=worker.close_all_but(data))
    sys.path.insert(0, "")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(frames.BadFrame, OSError):
        worker.serve(sock, student_shell)


def _join(group):
    """Join the group of threads that the grader made, if it could."""
    with contextlib.suppress(OSError):
        if group is not None:
            os.write(group, b"0")


def _limit_resources(order):
    limits = {
        resource.RLIMIT_AS: order["memory"],
        resource.RLIMIT_FSIZE: order["disk"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_NPROC: 128,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_MEMLOCK: 0,
    }
    for which, most in limits.items():
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full file is an OSError
