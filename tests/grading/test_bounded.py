"""What is read outside the sandbox takes bounded time and memory, whatever was handed in."""

import json
import re
import signal
import threading
import time

import pytest
from nbformat.v4 import new_code_cell

from mlpteach.exercise.reading import SheetRefused, parse_sheet
from mlpteach.grading import grade
from mlpteach.grading.deadline import TookTooLong, deadline
from mlpteach.grading.original import functions_defined
from mlpteach.grading.quiz_outputs import show_question
from mlpteach.grading.submission import read
from mlpteach.quiz.question_files.read import QuestionError, read_tables


@pytest.mark.parametrize(
    "source",
    ["show('a'" + " " * 200_000 + "(x", "show(" + " " * 200_000, "show('a'" + "()" * 100_000],
)
def test_a_cell_that_looks_like_a_question_is_read_once(source):
    began = time.process_time()
    show_question(new_code_cell(source), {"quiz_a": "ada"})
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("part", ["x=1\n", "(", "-", "a+", "def f(): 0\n"])
def test_a_huge_cell_is_not_parsed(part):
    source = "def first(M):\n    return M\n" + part * ((1 << 20) // len(part))
    began = time.process_time()
    assert "first" in functions_defined(source)
    assert time.process_time() - began < 0.5


def test_a_notebook_of_millions_of_lists_is_no_notebook(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": []})[:-2] + "[]," * 6_000_000 + "[]]}")
    assert "too many values" in read(path).trouble


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, "a = " + "{a=" * 50_000])
def test_brackets_without_end_are_refused_in_words(text, tmp_path):
    with pytest.raises(SheetRefused, match="too deep"):
        parse_sheet("mine", text)
    path = tmp_path / "q.toml"
    path.write_text(text)
    with pytest.raises(QuestionError, match="too deep"):
        read_tables(path)


def hang():
    """Backtrack for ever, in C, where no Exception is let through."""
    try:
        re.match(r"(a*)*b", "a" * 40)
    except Exception as error:
        raise AssertionError from error


def test_what_takes_too_long_is_ended_and_said():
    before = signal.getsignal(signal.SIGPROF)
    began = time.process_time()
    said = r"reading it took the grader more than 0\.2 s"
    with pytest.raises(TookTooLong, match=said), deadline("reading it", 0.2):
        hang()
    assert time.process_time() - began < 2
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def test_waiting_for_the_sandbox_does_not_count():
    with deadline("waiting", 0.2):
        time.sleep(0.5)


def test_beside_the_main_thread_work_goes_on_without():
    done = []

    def work():
        with deadline("working", 0.2):
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def test_a_notebook_that_takes_too_long_stops_nobody_else(make_course, monkeypatch):
    from course import answered

    course = make_course()
    real = grade.rebuild
    monkeypatch.setattr(grade, "rebuild", lambda *a: hang() if "slow" in str(a[1]) else real(*a))
    monkeypatch.setattr("mlpteach.grading.deadline.SECONDS", 3.0)
    course.hand_in("ann", answered(why="slow"))
    course.hand_in("bob", answered())
    log = course.grade().log
    assert "TookTooLong: reading what was handed in took the grader more than 3 s" in log
    assert course.marks("bob")["moment_test"] == 4
    assert not (course.root / "autograded" / "ann" / "moments").exists()
