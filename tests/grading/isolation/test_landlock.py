"""Where namespaces are forbidden Landlock and a filter keep students' code from the machine."""

import os
import re
import shutil
import stat
import subprocess

import pytest
from course import answered
from test_class_run import CONFIG, here
from test_no_sandbox import FORBIDDEN, command

from mlpteach.grading.inside import landlock
from mlpteach.grading.isolation import landlock_paths
from mlpteach.grading.isolation.no_sandbox import NoSandbox
from mlpteach.grading.isolation.sandbox import LANDLOCK, Limits, Sandbox, StudentDied

pytestmark = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
LIMITS = Limits(cell_seconds=60, notebook_seconds=120, disk=16 << 20)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(LANDLOCK, LIMITS, modules=("numpy",)) as started:
        yield started


def run(sandbox, source, files=()):
    """Return what a cell shows."""
    with sandbox.worker(files) as worker:
        said = worker.cell(source)
        return "".join(out.get("text") or out.get("evalue", "") for out in said["outputs"])


@pytest.fixture
def private(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_text("marks")
    path.chmod(0o644)
    return path


@pytest.mark.parametrize(
    "action",
    [
        "open('{path}').read()",
        "open('{path}', 'a')",
        "import os; os.truncate('{path}', 0)",
        "import os; os.unlink('{path}')",
        "import os; os.rename('{path}', 'mine')",
        "import os; os.link('{path}', 'mine')",
        "import os; os.symlink('{path}', 'mine'); open('mine').read()",
        "import os; os.listdir('{folder}')",
        "import os; os.mkdir('{folder}/x')",
        "import os; os.mkfifo('{folder}/x')",
        "import os; os.setxattr('{path}', 'user.x', b'1')",
        "open('/etc/passwd').read()",
        "open('/proc/{pid}/environ').read()",
        "open('/proc/self/status').read()",
        "import os; os.listdir('/tmp')",
        "open('/tmp/left-behind', 'w')",
        "open('/dev/shm/left-behind', 'w')",
        "import os; os.kill({pid}, 0)",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
        "import os; os.sched_setaffinity({pid}, {{0}})",
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import fcntl; fcntl.fcntl(3, fcntl.F_SETSIG, 9)",
        "import fcntl; fcntl.fcntl(3, fcntl.F_SETOWN, {pid})",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.fork()",
    ],
)
def test_what_it_refuses(action, sandbox, private):
    facts = {"path": private, "folder": private.parent, "pid": os.getpid()}
    said = run(sandbox, action.format(**facts))
    assert re.search("not permitted|denied|Invalid cross-device|Function not", said), said
    assert private.read_text() == "marks"


def test_rights_and_times_of_files_stay_as_they_are(sandbox, private):
    before = os.stat(private)
    names = f"path = {str(private)!r}; import os"
    ways = "os.chmod(path, 0); os.utime(path, (0, 0)); os.chown(path, 1, 1); os.lchown(path, 1, 1)"
    assert run(sandbox, f"{names}; {ways}; print('gone on')") == "gone on\n"
    after = os.stat(private)
    assert (after.st_mode, after.st_uid, after.st_mtime) == (
        before.st_mode,
        before.st_uid,
        before.st_mtime,
    )
    assert stat.S_IMODE(after.st_mode) == 0o644


def test_a_notebook_s_own_folder_is_all_its_own(sandbox):
    source = (
        "import os, shutil, tempfile\nos.makedirs('a/b')\nshutil.copy('data.txt', 'a/b/c')\n"
        "with tempfile.TemporaryFile('w+') as file: file.write('x')\nprint(open('a/b/c').read())"
    )
    assert run(sandbox, source, {"data.txt": b"7"}) == "7\n"


def test_neighbours_are_not_seen(sandbox):
    with sandbox.worker({"answer.txt": b"42"}) as ann:
        where = ann.cell("import os\nprint(os.getcwd())")["outputs"][0]["text"].strip()
        said = run(sandbox, f"open('{where}/answer.txt').read()")
    assert "denied" in said
    assert not os.path.exists(where)


@pytest.mark.parametrize("name", ["nbgrader", "sklearn.neural_network", "torch"])
def test_what_is_hidden_is_as_if_not_installed(name, sandbox):
    said = run(sandbox, f"try: import {name}\nexcept ImportError as error: print('missing')")
    assert said.endswith("missing\n")
    assert run(sandbox, "import importlib.util as u\nprint(u.find_spec('nbgrader'))") == "None\n"
    readable = landlock_paths.readable_paths()
    folder = name.replace(".", "/")
    assert not [path for path in readable if path.endswith(f"/site-packages/{folder}")]


def test_who_writes_too_much_is_ended(sandbox):
    source = "import time\nfor i in range(9):\n    open(str(i), 'wb').write(b'x' * (4 << 20))\n"
    with pytest.raises(StudentDied, match="it wrote too much"):
        run(sandbox, source + "time.sleep(30)")
    assert run(sandbox, "print(1)") == "1\n"


def test_a_disk_that_is_full_is_not_the_students_mistake(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    free = shutil.disk_usage(tmp_path).free
    with Sandbox(LANDLOCK, Limits(disk=free // 2)) as roomy:
        roomy.settle()
    with Sandbox(LANDLOCK, Limits(disk=2 * free)) as full, pytest.raises(NoSandbox) as refusal:
        full.settle()
    said = (
        rf"Nor does Landlock instead: \d+ MB are free in {tmp_path}, and a notebook may need \d+\."
    )
    assert re.search(said, str(refusal.value))


def test_nothing_is_left_where_a_notebook_lay():
    with Sandbox(LANDLOCK, LIMITS, modules=()) as started:
        run(started, "open('x', 'w')")
        home = started._home.name
        assert [name for name in os.listdir(home) if name.isdecimal()] == []
    assert not os.path.exists(home)


def test_a_class_is_graded_where_namespaces_are_forbidden(make_course):
    if subprocess.run([*FORBIDDEN, "true"], check=False, capture_output=True).returncode:
        pytest.skip("namespaces cannot be forbidden here, or are forbidden already")
    course = make_course()
    (course.root / "nbgrader_config.py").write_text(CONFIG.format(here=here()))
    course.hand_in("ann", answered())
    done = subprocess.run(
        [*FORBIDDEN, *command(course, "moments")],
        capture_output=True,
        text=True,
        timeout=300,
        env={k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"},
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"ann +6 of 9", done.stdout)
    assert "\nisolation: Landlock" in done.stdout
