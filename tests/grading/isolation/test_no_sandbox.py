"""Without a working sandbox nobody is graded, unless somebody asks for it: however it fails."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course import ASSIGNMENT, answered
from test_class_run import CONFIG, command, here

from mlpteach.grading.isolation import no_sandbox, sandbox
from mlpteach.grading.isolation.no_sandbox import NoSandbox
from mlpteach.grading.isolation.sandbox import (
    BUBBLEWRAP_EACH,
    NO_SANDBOX,
    SANDBOXES,
    Sandbox,
    SandboxFailed,
)
from mlpteach.grading.isolation.shared_sandbox import stop_sandboxes

pytestmark = pytest.mark.usefixtures("needs_sandbox")

WITHOUT_LANDLOCK = """
from mlpteach.grading.inside import landlock
landlock.version = lambda: 0
"""


@pytest.fixture(autouse=True)
def no_landlock(monkeypatch):
    """As on an old kernel: bubblewrap or nothing."""
    monkeypatch.setattr(sandbox.landlock, "version", lambda: 0)


REAL = shutil.which("bwrap")
ALONE = f"exec {REAL} --unshare-user --disable-userns"  # namespaces cannot be nested in it
# What the program bwrap does -> what is said of it.
PROGRAMS = {
    "ends at once": ("exit 1", "it ended with exit code 1"),
    "says why": (
        "echo 'bwrap: No permissions to create new namespace' >&2; exit 1",
        "and said 'bwrap: No permissions to create new namespace'",
    ),
    "knows only its version": (
        f'[ "$1" = --version ] && exec {REAL} --version; exit 2',
        "it ended with exit code 2",
    ),
    "isolates nothing": (
        f'while [ "$1" != {sys.executable} ]; do shift; done; exec "$@"',
        "ModuleNotFoundError",
    ),
    "lets Python see too little": (
        f"exec {REAL} --ro-bind /usr /usr --ro-bind /lib /lib --ro-bind /lib64 /lib64 /usr/bin/cat",
        "it ended with exit code 0",
    ),
    "begins and ends": (
        f'while [ "$1" != --chdir ]; do set -- "$@" "$1"; shift; done; exec {REAL} '
        "--ro-bind / / sh -c 'exit 7'",
        "it ended with exit code 7",
    ),
    "hangs": ("exec sleep 100", "after 1 s Python has not started in it"),
}
INSTALLED = "is it the one that your system installs?"


def write_program(folder, text):
    """Put a bwrap of our own first in PATH; return the new PATH."""
    folder.mkdir()
    (folder / "bwrap").write_text(text)
    (folder / "bwrap").chmod(0o755)
    return os.pathsep.join([str(folder), os.environ["PATH"]])


@pytest.fixture
def put_first(monkeypatch, tmp_path):
    """Let this process find another bwrap: ``put_first(shell commands)``."""

    def put(text):
        monkeypatch.setenv("PATH", write_program(tmp_path / "first", text))
        stop_sandboxes()

    yield put
    stop_sandboxes()


def refused():
    """Return why there is no sandbox."""
    with Sandbox(modules=()) as started:
        with pytest.raises(NoSandbox) as refusal:
            started.settle()
        assert started.isolation in SANDBOXES
    return str(refusal.value)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_does_not_do_it_is_named(program, put_first, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "_BEGIN_SECONDS", 1 if program == "hangs" else 30)
    does, said = PROGRAMS[program]
    put_first(f"#!/bin/sh\n{does}\n")
    why = refused()
    assert said in why
    assert str(tmp_path / "first" / "bwrap") in why
    assert INSTALLED in why


@pytest.mark.parametrize("text", ["no program", "#!/no/such/shell\n"])
def test_a_file_that_is_no_program_is_named(text, put_first, monkeypatch, tmp_path):
    put_first(text)
    monkeypatch.setenv("PATH", str(tmp_path / "first"))
    why = refused()
    assert "it cannot be started: " in why
    assert INSTALLED in why


def test_a_missing_program_is_to_be_installed(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    why = refused()
    assert "is not installed" in why
    assert "apt install bubblewrap" in why
    assert "namespaces" not in why


def test_elsewhere_than_on_linux_nothing_is_to_be_installed(monkeypatch):
    monkeypatch.setattr(no_sandbox.kernel_calls, "LINUX", False)
    assert "on Linux only" in no_sandbox.explain("x")


@pytest.mark.parametrize(
    ("settings", "container", "said"),
    [
        ({"user/max_user_namespaces": "0"}, True, "sysctl -w user.max_user_namespaces=15000"),
        (
            {"user/max_user_namespaces": "9", "kernel/unprivileged_userns_clone": "0"},
            False,
            "sysctl -w kernel.unprivileged_userns_clone=1",
        ),
        (
            {"kernel/apparmor_restrict_unprivileged_userns": "1"},
            False,
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ({"user/max_user_namespaces": "9"}, True, "--security-opt seccomp=unconfined"),
        ({}, False, "ask whoever administers this machine"),
    ],
)
def test_who_forbids_namespaces_is_named(settings, container, said, monkeypatch):
    monkeypatch.setattr(no_sandbox, "_namespaces_work", lambda: False)
    monkeypatch.setattr(no_sandbox, "_setting", lambda file: settings.get(file, ""))
    monkeypatch.setattr(no_sandbox, "_is_container", lambda: container)
    why = no_sandbox.explain("it ended with exit code 1")
    assert said in why
    assert "apt" not in why.replace("apparmor", "")  # nothing is to be installed


def test_where_namespaces_cannot_be_nested_each_notebook_has_a_sandbox(put_first):
    put_first(f'#!/bin/sh\n{ALONE} "$@"\n')
    with Sandbox(modules=()) as started:
        started.settle()
        assert started.described == BUBBLEWRAP_EACH


def test_a_sandbox_that_is_lost_is_not_done_without(put_first, tmp_path):
    works = tmp_path / "works"
    works.touch()
    put_first(f'#!/bin/sh\n[ -e {works} ] && exec {REAL} "$@"\nexit 1\n')
    with Sandbox(modules=()) as started:
        started.settle()
        works.unlink()
        with started.worker() as worker:  # it is not needed to start again
            assert worker.cell("1")["status"] == "ok"
        started.stop()
        for _ in range(2):
            with pytest.raises(SandboxFailed, match="exit code 1"), started.worker():
                pass
            with pytest.raises(NoSandbox):
                started.settle()
        works.touch()
        started.settle()
        assert started.isolation != NO_SANDBOX


@pytest.fixture
def course(make_course):
    made = make_course()
    (made.root / "nbgrader_config.py").write_text(CONFIG.format(here=here()) + WITHOUT_LANDLOCK)
    for student in ("ann", "bob", "cleo", "dan"):
        made.hand_in(student, answered())
    return made


def graded(course):
    return sorted(path.parent.parent.name for path in course.root.glob("autograded/*/*/*.ipynb"))


def submissions(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "course") as book:
        return sorted(each.student_id for each in book.assignment_submissions(ASSIGNMENT))


def grade(course, *arguments, path=None, before=()):
    """Run the command with another PATH, or behind other words."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    return subprocess.run(
        [*before, *command(course, ASSIGNMENT, *arguments)],
        capture_output=True,
        text=True,
        timeout=200,
        env=environment | ({"PATH": path} if path else {}),
    )


# A machine on which user namespaces are forbidden, made of one on which they are not.
FORBIDDEN = [
    *("unshare", "-Urm", "sh", "-c"),
    'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
    "sh",
]


def test_mlpteach_grade_refuses_and_grades_only_when_told(course, tmp_path):
    exits = write_program(tmp_path / "exits", "#!/bin/sh\nexit 1\n")
    nowhere = str(Path(sys.executable).parent)
    for done, said in [
        (grade(course, path=nowhere), "apt install bubblewrap"),
        (grade(course, path=exits), "it ended with exit code 1"),
        (grade(course, before=FORBIDDEN), "sysctl -w user.max_user_namespaces"),
    ]:
        assert done.returncode == 1
        assert said in done.stderr
        assert "Nobody was graded." in done.stderr
        assert "--without-sandbox" in done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
    assert graded(course) == submissions(course) == []
    done = grade(course, "--without-sandbox", "--student", "ann", before=FORBIDDEN)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("NO SANDBOX: students' code runs as you.")
    assert "\nisolation: NO SANDBOX\nNO SANDBOX: students' code runs as you." in done.stdout
    assert re.search(r"ann +6 of 9", done.stdout)
    later = grade(course).stdout  # where there is one, it still says who was graded without
    assert "3 graded, 1 graded before" in later
    assert "\nisolation: bubblewrap\nbut NO SANDBOX: ann\nNO SANDBOX: " in later


def test_the_settings_may_say_so_too(course, tmp_path):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.TrustedExecute.without_sandbox = True\n")
    done = grade(course, path=write_program(tmp_path / "exits", "#!/bin/sh\nexit 1\n"))
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("NO SANDBOX: ")
    assert "\nisolation: NO SANDBOX\n" in done.stdout


def test_nbgrader_autograde_refuses_and_grades_only_when_told(course, put_first):
    """As the command does, so does the formgrader's button: both call this."""
    put_first("#!/bin/sh\nexit 1\n")
    for force in (True, False):
        done = course.grade("ann", force=force)
        assert not done.success
        assert "it ended with exit code 1" in done.log
        assert "c.TrustedExecute.without_sandbox = True" in done.log
        assert "There was an error processing" not in done.log
    assert graded(course) == submissions(course) == []
    course.config.TrustedExecute.without_sandbox = True
    done = course.grade("ann")
    assert done.success, done.log
    assert done.log.count("NO SANDBOX: students' code runs as you.") == 1
    assert course.marks("ann")["moment_test"] == 4
    assert course.graded("ann").metadata.mlpteach.isolation == NO_SANDBOX


def test_an_assignment_is_generated_all_the_same(make_course, put_first):
    put_first("#!/bin/sh\nexit 1\n")
    made = make_course()  # the code is the instructor's own
    done = made.run("generate_assignment", ASSIGNMENT, force=True)
    assert "On this machine nobody can be graded" in done.log


def test_lost_in_the_middle_of_a_class_it_leaves_the_rest_ungraded(course, tmp_path):
    left = tmp_path / "left"
    left.write_text("x" * 4)  # two to find out that each notebook needs one, two students
    path = write_program(
        tmp_path / "first",
        f'#!/bin/sh\n[ -s {left} ] || exit 3\nprintf %s "$(tail -c +2 {left})" > {left}\n'
        f'{ALONE} "$@"\n',
    )
    done = grade(course, "--graders", "1", path=path)
    assert done.returncode == 1
    assert "2 graded, 2 NOT GRADED" in done.stdout
    assert "\nisolation: bubblewrap, one a notebook\n" in done.stdout
    assert done.stdout.count("it ended with exit code 3") == 2
    assert "NO SANDBOX" not in done.stdout + done.stderr
    assert len(graded(course)) == 2
