"""Nothing that a notebook writes, anywhere in the sandbox, is there for another notebook."""

import json

import pytest

from mlpteach.grading.isolation.sandbox import BUBBLEWRAP, BUBBLEWRAP_EACH, Limits, Sandbox

pytestmark = pytest.mark.usefixtures("needs_sandbox")

LIMITS = Limits(cell_seconds=120, notebook_seconds=300)
MARK = "left-behind"

# All files as a notebook sees them but for the machine's own, which nobody can change.
LOOK = """
import json, os, stat, sys

def everything(top="/"):
    yield top
    for folder, folders, names in os.walk(top, onerror=lambda error: None):
        for name in folders + names:
            yield os.path.join(folder, name)

HOST = {os.stat(path).st_dev for path in ("/usr", sys.prefix, sys.base_prefix, "/grader/inside")}

def seen(path, times):
    state = os.lstat(path)
    if state.st_dev in HOST: return []
    link = os.readlink(path) if stat.S_ISLNK(state.st_mode) else ""
    size = 0 if stat.S_ISDIR(state.st_mode) else state.st_size
    own = path.startswith(("/tmp", "/proc"))
    return [(path, state.st_mode, size, link, 0 if own or not times else state.st_mtime_ns)]

def look(times):
    paths = list(everything())
    print(json.dumps([len(paths), sorted(line for path in paths for line in seen(path, times))]))
"""

# All ways to leave something in a place; prints where one worked.
LEAVE = """
import contextlib, json, os, shutil, stat

def ways(path):
    state = os.lstat(path)
    times = state.st_atime_ns, state.st_mtime_ns
    yield "time", lambda: os.utime(path, ns=times, follow_symlinks=False)
    if not stat.S_ISLNK(state.st_mode):
        yield "rights", lambda: os.chmod(path, stat.S_IMODE(state.st_mode))
        yield "now", lambda: os.utime(path)
    if stat.S_ISDIR(state.st_mode):
        yield "file", lambda: open(f"{path}/MARK", "w").close()
        yield "link", lambda: os.symlink("/tmp", f"{path}/MARK-link")
        yield "folder", lambda: os.mkdir(f"{path}/MARK-folder")
        yield "pipe", lambda: os.mkfifo(f"{path}/MARK-pipe")
    elif not stat.S_ISLNK(state.st_mode):
        yield "write", lambda: os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK))
        yield "hard link", lambda: os.link(path, path + "-MARK-hard")
    yield "replace", lambda: os.rename(path, path + "-MARK")

def works(do):
    try: do()
    except OSError: return False
    return True

def leave():
    done = {}
    for path in list(everything())[::-1]:
        with contextlib.suppress(OSError):
            worked = [name for name, do in ways(path) if works(do)]
            if worked: done[path] = worked
    done = {path: done[path] for path in done if path.count("/") < 3 or path[:5] != "/tmp/"}
    print(json.dumps(done))
"""

# What is no file: shared memory, semaphores, queues, abstract sockets, keys, host name, limits.
BESIDE_FILES = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
CREATE = 0o1000 | 0o666

def beside_files(create):
    found = []
    flags = CREATE if create else 0
    if libc.shmget(4711, 4096, flags) >= 0: found.append("shared memory")
    if libc.semget(4711, 1, flags) >= 0: found.append("semaphores")
    if libc.msgget(4711, flags) >= 0: found.append("queue")
    mode = os.O_RDWR | (os.O_CREAT if create else 0)
    if libc.mq_open(b"/MARK", mode, 0o666, None) >= 0: found.append("POSIX queue")
    if libc.shm_open(b"/MARK", mode, 0o666) >= 0: found.append("POSIX shared memory")
    if libc.sem_open(b"/MARK", os.O_CREAT if create else 0, 0o666, 1): found.append("semaphore")
    try:
        end = socket.socket(socket.AF_UNIX)
        (end.bind if create else end.connect)("\\0MARK")
        kept.append(end)
        found.append("abstract socket")
    except OSError: pass
    if libc.syscall(248, b"user", b"MARK", b"x", 1, -5) >= 0 and create: found.append("key")
    if libc.sethostname(b"MARK", 4) == 0: found.append("host name")
    print(json.dumps(found))

kept = []
"""
# These are the notebook's own: a file each in its own /dev/shm.
OWN = {"POSIX shared memory", "semaphore"}


def code():
    return f"{LOOK}\n{LEAVE}\n{BESIDE_FILES}".replace("MARK", MARK)


def run(worker, source):
    answer = worker.cell(source)
    assert answer["status"] == "ok", answer["outputs"]
    printed = "".join(out["text"] for out in answer["outputs"] if out["output_type"] == "stream")
    return json.loads(printed) if printed else None


@pytest.fixture(scope="module", params=[BUBBLEWRAP, BUBBLEWRAP_EACH])
def sandbox(request):
    with Sandbox(request.param, LIMITS, modules=("numpy",)) as started:
        yield started


def test_nothing_outlives_a_notebook(sandbox):
    shared = sandbox.isolation == BUBBLEWRAP  # by notebooks one after the other, and side by side
    look = f"look(times={shared})"
    with sandbox.worker() as worker:
        run(worker, code())
        count, fresh = run(worker, look)
        assert count > 5000
    with sandbox.worker() as ann:
        run(ann, code())
        left = run(ann, "leave()")
        assert {path for path in left if path != "/tmp" and not path.startswith("/tmp/")} == set()
        assert {"file", "link", "folder", "pipe"} < set(left["/tmp/homework"])
        assert set(run(ann, "beside_files(create=True)")) <= OWN
        if shared:
            with sandbox.worker() as bob:
                finds_nothing(bob, look, fresh)
    with sandbox.worker() as cleo:
        finds_nothing(cleo, look, fresh)


def finds_nothing(worker, look, fresh):
    run(worker, code())
    assert run(worker, "beside_files(create=False)") == []
    assert run(worker, look)[1] == fresh
