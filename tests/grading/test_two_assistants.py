"""Two people who grade one class: at the same time, and with accounts of their own."""

import os
import re
import sqlite3
import subprocess
import threading

import pytest
from course import ASSIGNMENT, answered
from test_class_run import command, folder  # noqa: F401  a fixture

NAMES = [f"s{number}" for number in range(6)]


def start(course, *arguments, **more):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    return subprocess.Popen(
        command(course, ASSIGNMENT, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment | more.pop("env", {}),
        **more,
    )


@pytest.fixture
def course(folder):  # noqa: F811
    for name in NAMES:
        folder.hand_in(name, answered())
    return folder


def test_both_at_once_have_all_marks_and_no_failure(course):
    slow = answered(more=["import time\ntime.sleep(1)"])
    course.hand_in("s0", slow)
    both = [start(course, "--graders", "2") for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    graded = 0
    for report, _ in said:
        assert len(re.findall(r"\ns\d +6 of 9", report)) == len(NAMES)
        graded += int(re.search(r"moments: (\d+) graded", report)[1])
    assert graded == len(NAMES)  # nobody twice


def test_a_gradebook_that_is_locked_for_long_is_waited_for(course):
    lock = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    lock.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(8, lambda: (lock.rollback(), lock.close()))
    timer.start()
    process = start(course, "--graders", "1")
    said, errors = process.communicate(timeout=300)
    timer.join()
    assert process.returncode == 0, errors
    assert "6 graded" in said


def test_a_pattern_names_several_students_whom_any_terminal_can_show(course):
    course.hand_in("zoë", answered())
    process = start(course, "--student", "[z]*", env={"PYTHONIOENCODING": "ascii"})
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "moments: 1 graded" in said
    assert re.search(r"\nzo\? +6 of 9", said)
