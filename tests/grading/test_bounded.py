"""What is read outside the sandbox takes bounded time and memory, whatever was handed in."""

import json
import re
import signal
import threading
import time

import nbformat
import pytest
from course import ASSIGNMENT, answered, source_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from test_grade import work

from mlpteach.exercise.reading import SheetRefused, parse_sheet
from mlpteach.grading import grade
from mlpteach.grading.deciding.deadline import TookTooLong, deadline
from mlpteach.grading.isolation.shared_sandbox import shared_sandbox
from mlpteach.grading.notebooks import outputs
from mlpteach.grading.notebooks.original import functions_defined
from mlpteach.grading.notebooks.outputs import new_output
from mlpteach.grading.notebooks.quiz_outputs import show_question
from mlpteach.grading.notebooks.submission import read
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


def test_a_notebook_as_a_whole_stays_small(monkeypatch):
    monkeypatch.setattr(outputs, "MOST_OF_A_NOTEBOOK", 1000)
    pictures = {"picture1": {"image/png": "x" * 300}}
    written = new_markdown_cell("see ![it](attachment:picture1)", attachments=pictures)
    shown = [new_output("stream", name="stdout", text="x" * 300)] * 2
    cells = [new_code_cell("1", outputs=list(shown)) for _ in range(40)]
    graded = new_code_cell("t", outputs=list(shown), metadata={"nbgrader": {"grade": True}})
    notebook = new_notebook(cells=[*cells, graded, written])
    outputs.limit_size(notebook)
    assert graded.outputs == shown  # the tests', wherever they stand
    assert cells[0].outputs[0] == shown[0]
    assert "left out" in cells[0].outputs[1].text
    assert [len(cell.outputs) for cell in cells[1:]] == [1] * 39
    assert (written.get("attachments"), written.source[:14]) == (None, "see (left out:")
    assert len(nbformat.writes(notebook)) < 20_000


def test_a_notebook_that_prints_too_much_keeps_its_marks(make_course):
    big = "print('x' * 90_000)"
    graded = grade.grade(
        work(source_notebook(), answered(more=[big] * 400), ASSIGNMENT), shared_sandbox()
    )
    assert graded.scores["moment_test"] == 4
    assert graded.notebook.cells[-1].outputs[-1].text == outputs._LEFT_OUT
    assert len(json.dumps(graded.notebook)) < 1.1 * outputs.MOST_OF_A_NOTEBOOK


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
    monkeypatch.setattr("mlpteach.grading.deciding.deadline.SECONDS", 3.0)
    course.hand_in("ann", answered(why="slow"))
    course.hand_in("bob", answered())
    log = course.grade().log
    assert "TookTooLong: reading what was handed in took the grader more than 3 s" in log
    assert course.marks("bob")["moment_test"] == 4
    assert not (course.root / "autograded" / "ann" / "moments").exists()
