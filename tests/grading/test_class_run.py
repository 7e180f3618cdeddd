"""`mlpteach grade`: a class in parallel, and a grader that may be killed at any moment."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from course import ASSIGNMENT, RIGHT_STEP, WRONG_MOMENT, answered

from mlpteach.grading.course.finished import is_finished
from mlpteach.grading.course.finished_mark import MARK

REGISTER = """
import sys
sys.path.insert(0, {here!r})
import course
from mlpteach import assignments
assignments.ASSIGNMENTS[course.ASSIGNMENT] = course.CHECKS
"""
CONFIG = (
    REGISTER
    + """
from mlpteach.grading.settings import configure
c = get_config()
c.CourseDirectory.course_id = "course"
c.TrustedExecute.call_seconds = 1.0
configure(c)
"""
)


def here():
    return str(Path(__file__).parent)


@pytest.fixture
def folder(make_course):
    """A course that the command can work on from outside."""
    course = make_course()
    (course.root / "nbgrader_config.py").write_text(CONFIG.format(here=here()))
    return course


def command(course, *arguments):
    return [sys.executable, "-m", "mlpteach.cli", "grade", *arguments, "--course", str(course.root)]


def grade(course, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    return subprocess.run(
        command(course, ASSIGNMENT, *arguments),
        capture_output=True,
        text=True,
        timeout=200,
        env=environment,
    )


def test_a_class_is_graded_and_reported(folder):
    folder.hand_in("ann", answered())
    folder.hand_in("bob", answered(moment=WRONG_MOMENT, more=["import os\nos._exit(1)"]))
    folder.hand_in("cleo", answered(moment=WRONG_MOMENT))
    folder.hand_in("dan", b"not json")
    folder.hand_in("eve", None)
    done = grade(folder, "--graders", "2")
    assert done.returncode == 1, done.stderr
    assert "moments: 4 graded, 1 NOT GRADED" in done.stdout
    assert re.search(r"ann +6 of 9  and 1 to be marked by hand", done.stdout)
    assert re.search(r"bob +2 of 9", done.stdout)
    assert "eve: no notebook was handed in" in done.stdout
    assert "dan: What was handed in is no notebook" in done.stdout
    assert "bob: A cell was left out: it ended its own process" in done.stdout
    assert "2 × moment_wrong" in done.stdout
    again = grade(folder)
    assert "moments: 0 graded, 4 graded before, 1 NOT GRADED" in again.stdout


def test_odd_folders_stop_nobody_and_are_named(folder):
    folder.hand_in("ann", answered(), **{"timestamp.txt": b"yesterday"})
    folder.hand_in("two\nlines", answered())
    folder.hand_in("-[b]*", answered(), name="MOMENTS.ipynb")
    folder.hand_in("zoe", answered())
    done = grade(folder, "--graders", "1")
    assert "moments: 3 graded, 1 NOT GRADED" in done.stdout, done.stderr
    assert re.search(r"\nzoe +6 of 9", done.stdout)
    assert "'two\\nlines': NbGraderException: " in done.stdout
    assert "  ann: Its timestamp.txt holds no time" in done.stdout
    assert "  -[b]*: 'MOMENTS.ipynb' was taken for 'moments.ipynb'." in done.stdout
    assert "lost" not in done.stdout


def test_what_a_person_must_sort_out_is_said(folder):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder.root}/gradebook.db", "course") as book:
        book.add_student("fay")
    folder.hand_in("ann", released())
    folder.hand_in("ann", answered(), name="my solution.ipynb")
    folder.hand_in("bob", answered(), name="a.ipynb")
    folder.hand_in("bob", released(), name="b.ipynb")
    folder.hand_in("cleo", answered())
    folder.hand_in("cleo", released(), name="copy.ipynb")
    said = grade(folder).stdout
    assert "ann: NOTHING IS ANSWERED in 'moments.ipynb', but beside it lies 'my sol" in said
    assert "ann: If it is meant, rename it to 'moments.ipynb' in " in said
    assert "Not graded:\n  bob: 'moments.ipynb' is missing, 'a.ipynb', 'b.ipynb' may" in said
    assert said.count("bob") == 2  # and in its folder's name: no mark
    assert "cleo: Other notebooks lie here and were not graded: 'copy.ipynb'." in said
    assert "\nNothing handed in: fay\n" in said
    (folder.root / "submitted" / "bob" / ASSIGNMENT / "a.ipynb").rename(
        folder.root / "submitted" / "bob" / ASSIGNMENT / "moments.ipynb"
    )
    assert re.search(r"\nbob +6 of 9", grade(folder).stdout)


def released():
    notebook = answered(why="YOUR ANSWER HERE")
    for cell in notebook.cells:
        if cell.id in ("moment", "step"):
            head = cell.source.partition("\n")[0]
            cell.source = f"{head}\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    return notebook


def test_one_student_is_reported_with_every_check(folder):
    folder.hand_in("ann", answered())
    folder.hand_in("bo", answered(moment=WRONG_MOMENT))
    grade(folder)
    said = grade(folder, "--student", "bo").stdout
    assert "ann" not in said
    assert re.search(r"\nbo +2 of 9  and 1 to be marked by hand\n", said)
    assert re.search(r"\n  moment_test +0 of 4  M differs\.\n", said)
    assert re.search(r"\n  step_test +2 of 2  W is right\.\n", said)
    assert re.search(r"\n  why +\? of 3  To be marked by a person\.\n", said)


def test_interrupted_it_says_how_far_it_came(folder):
    for number in range(6):
        slow = ["import time\ntime.sleep(1)"] if number else []
        folder.hand_in(f"s{number}", answered(more=slow))
    process = subprocess.Popen(
        command(folder, ASSIGNMENT, "--graders", "1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What a shell has put in the background ignores the key, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    written = folder.root / "autograded" / "s1"
    wait_until(lambda: written.exists())
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the graders hear it, too
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    told = re.fullmatch(r"stopped: ([1-5]) graded; start it again to go on\n", errors)
    assert told, errors
    rest, before = re.search(r"(\d) graded, (\d) graded before, in", grade(folder).stdout).groups()
    assert int(rest) + int(before) == 6
    assert int(before) - int(told[1]) in (0, 1)  # one may be done and not yet told


def test_whoever_reads_the_report_may_leave(folder):
    folder.hand_in("ann", answered())
    process = subprocess.Popen(
        command(folder, ASSIGNMENT), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    with process.stderr:
        errors = process.stderr.read()
    assert process.wait(timeout=60) == 141
    assert "BrokenPipe" not in errors
    assert folder.marks("ann")["step_test"] == 2


@pytest.mark.parametrize("delay", [0.4, 0.9, 1.5])
def test_killed_at_any_moment_it_goes_on_where_it_was(delay, folder):
    names = [f"student{number:02}" for number in range(12)]
    for name in names:
        folder.hand_in(name, answered())
    process = subprocess.Popen(
        command(folder, ASSIGNMENT, "--graders", "2"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    graded = folder.root / "autograded"
    wait_until(lambda: graded.exists())
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not graders_of(folder))
    finished = {
        path: path.stat().st_mtime_ns for path in graded.rglob("*.ipynb") if is_finished(path)
    }
    done = grade(folder)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in finished} == finished  # nobody twice
    kept = f", {len(finished)} graded before" if finished else ""
    assert f"moments: {len(names) - len(finished)} graded{kept}, in" in done.stdout
    assert all(folder.marks(name)["step_test"] == 2 for name in names)
    assert all(is_finished(graded / n / ASSIGNMENT / f"{ASSIGNMENT}.ipynb") for n in names)


def wait_until(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def graders_of(course):
    """Return the processes that still work on a course."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if str(course.root).encode() in line and b"grade" in line:
            found.append(pid)
    return found


def test_what_nbgrader_only_began_counts_as_not_graded(folder):
    folder.hand_in("ann", answered())
    assert folder.grade("ann").success
    path = folder.root / "autograded" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    assert is_finished(path)
    text = path.read_text()
    path.chmod(0o644)
    for broken in (text[: len(text) // 2], text.replace(f'"{MARK}": true', f'"{MARK}": false'), ""):
        path.write_text(broken)
        assert not is_finished(path)
    assert "ann: broken off" in folder.grade("ann", force=False).log
    assert is_finished(path)
    assert folder.marks("ann")["moment_test"] == 4


def test_the_mark_of_a_finished_notebook_cannot_be_written_by_a_student(folder):
    folder.hand_in("eve", answered(step=RIGHT_STEP + f'\n"{MARK}": true}}'))
    folder.grade("eve")
    path = folder.root / "autograded" / "eve" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    text = path.read_text().replace(f'"{MARK}": true', "")
    path.chmod(0o644)
    path.write_text(text[: text.index(MARK) + 40] + "}")
    assert not is_finished(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no_such"], "'no_such' is not in the gradebook"),
        ([ASSIGNMENT], "nobody has handed in 'moments'"),
        ([ASSIGNMENT, "--graders", "0"], "--graders must be at least 1; given 0"),
        ([ASSIGNMENT, "--db", "sqlite:////no/such/folder/x.db"], "cannot be opened"),
    ],
)
def test_what_cannot_be_graded_is_said(arguments, said, folder):
    done = subprocess.run(command(folder, *arguments), capture_output=True, text=True, timeout=100)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_course_is_named(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mlpteach.cli", "grade", "x", "--course", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 1
    assert f"{tmp_path} is no nbgrader course" in done.stderr
