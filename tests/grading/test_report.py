"""What the instructor reads after a class was graded."""

import os
from pathlib import Path

import nbformat
import pytest
from course import ASSIGNMENT, answered
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.coursedir import CourseDirectory

from mlpteach.grading.class_run import Result, Run
from mlpteach.grading.course.graded_notebook import as_text
from mlpteach.grading.isolation import thread_group
from mlpteach.grading.isolation.sandbox import BUBBLEWRAP, BUBBLEWRAP_EACH, NO_SANDBOX
from mlpteach.grading.report import (
    Entry,
    _read_about,
    read_entries,
    write_report,
    write_student,
)

RUN = Run(
    "ps2_adam", BUBBLEWRAP, [Result("ann", "graded"), Result("bob", "failed", "no notebook")], 1.25
)
ALL = Run("ps2_adam", BUBBLEWRAP)


def test_marks_flags_and_who_is_left():
    entries = {
        "ann": Entry("ann", 20.5, 30, 1, notes=["A cell was left out."]),
        "bob": Entry("bob", 0, 30, 8, notes=["From before."], mistakes={"a": "zero"}),
        "cleo": Entry("cleo", 10, 30, 0),
    }
    said = write_report(RUN, entries)
    assert said.startswith("ps2_adam: 1 graded, 1 NOT GRADED, in 1.2 s")
    assert "ann      20.5 of 30  and 1 to be marked by hand" in said
    assert "mean 15.2, median 15.2" in said
    assert "Not graded:\n  bob: no notebook" in said
    assert said.count("bob") == 1  # not graded: no mark, nothing in the mean
    assert "To be looked at:\n  ann: A cell was left out." in said
    assert "mistakes" not in said
    assert "Nothing handed in" not in said


def test_marks_stand_below_each_other_with_two_decimals_at_most():
    marks = {"ann": 2.62857, "bob": 18.0, "cleo": 6.875}
    said = write_report(ALL, {name: Entry(name, mark, 20, 0) for name, mark in marks.items()})
    lines = ["student  points", "ann       2.63 of 20", "bob      18.00 of 20"]
    assert "\n".join([*lines, "cleo      6.88 of 20", "mean 9.2"]) in said


def test_who_handed_in_nothing_is_named():
    run = Run("ps2_adam", BUBBLEWRAP, [Result("ann", "graded")], nothing_from=["fay", "two\nlines"])
    assert "\nNothing handed in: fay, 'two\\nlines'\n" in write_report(run, {}) + "\n"


def test_the_report_on_one_student_says_what_each_check_gave():
    checks = {
        "adam_first": (2.62857, 3, "M is right. " + "V differs first. " * 9),
        "adam_rest": (3.0, 3, "Right."),
        "adam_table": (0.0, 3, "M differs.\nk      1     2\nright  0.1  0.2"),
        "why": (None, 2, "To be marked by a person."),
    }
    said = write_student(ALL, {"bo": Entry("bo", 5.62857, 8, 1, checks=checks)})
    assert "bo       5.63 of 8  and 1 to be marked by hand" in said
    assert "mean" not in said
    assert "\n  adam_first  2.63 of 3  M is right. V differs first." in said
    assert "\n  adam_rest   3.00 of 3  Right." in said
    assert "\n  why            ? of 2  To be marked by a person." in said
    table = [line.strip() for line in said.splitlines() if "  adam_" not in line]
    assert table.index("right  0.1  0.2") == table.index("k      1     2") + 1
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize("written", [as_text, nbformat.writes])
def test_of_a_graded_notebook_only_the_end_is_read(written, tmp_path):
    found = {"mistakes": {"a": "sign"}, "notes": ['"metadata": {']}
    cell = new_code_cell('\n"metadata": {\n "metadata": {', metadata={"mlpteach": {}})
    text = written(new_notebook(cells=[cell], metadata={"mlpteach": found}))
    path = tmp_path / "a.ipynb"
    for beginning in ("", "no notebook"):  # thousands, each read as a whole, take a minute
        path.write_text(beginning + text)
        assert _read_about(path) == found


def test_frequent_mistakes_count_students_and_name_cells():
    once = {"a": "k_from_0", "b": "k_from_0", "c": "values"}
    many = dict.fromkeys("abcd", "k_from_0")
    entries = {"ann": Entry("ann", 0, 9, 0, mistakes=once), "bob": Entry("bob", 0, 9, 0)}
    entries["bob"].mistakes = many
    said = write_report(ALL, entries)
    assert "  2 × k_from_0 (k is used as if it counted from 0), in a, b, c …" in said
    assert "  1 × other numbers, in c" in said


def test_ties_stand_in_the_same_order_every_time():
    mistakes = {"b": "spread", "a": "sign"}, {"a": "zero", "b": "order"}, {"a": "zero"}
    for order in (mistakes, mistakes[::-1]):
        entries = {f"s{i}": Entry(f"s{i}", 0, 9, 0, mistakes=m) for i, m in enumerate(order)}
        assert write_report(ALL, entries).splitlines()[-4:] == [
            "  2 × 0, or did not move, in a",
            "  1 × wrong sign, in a",
            "  1 × right numbers in another's place, in b",
            "  1 × drawn with another standard deviation, in b",
        ]


def test_the_isolation_is_always_named():
    for isolation in (BUBBLEWRAP, BUBBLEWRAP_EACH):
        for entries in ({}, {"ann": Entry("ann", 1, 2, 0, isolations={isolation})}):
            said = write_report(Run("ps2_adam", isolation, seconds=1), entries).splitlines()
            assert said[0] == "ps2_adam: 0 graded, in 1.0 s"
            assert said[1] == f"isolation: {isolation}"
            assert "NO SANDBOX" not in "".join(said)


def test_what_holds_the_threads_is_named_where_it_was_graded_here(monkeypatch):
    for parents, user, said in [
        ([Path("/nowhere")], 0, "limits: threads not limited: no control group"),
        ([], 1000, "limits: 128 processes and threads of this user"),
    ]:
        thread_group._can_be_had.cache_clear()
        monkeypatch.setattr(thread_group, "_parents", lambda parents=parents: parents)
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        run = Run("ps2_adam", BUBBLEWRAP, limits=thread_group.described())
        assert write_report(run, {}).splitlines()[2].startswith(said)
    thread_group._can_be_had.cache_clear()
    monkeypatch.undo()
    held = "threads a notebook" if thread_group._can_be_had() else "control group can be made"
    assert held in write_report(Run("ps2_adam", BUBBLEWRAP, limits=thread_group.described()), {})
    assert "limits" not in write_report(Run("ps2_adam", BUBBLEWRAP), {})  # on a cluster


def test_who_was_graded_without_a_sandbox_is_named():
    entries = {
        "ann": Entry("ann", 1, 2, 0, isolations={BUBBLEWRAP}),
        "bob": Entry("bob", 1, 2, 0, isolations={NO_SANDBOX}),
        "cleo": Entry("cleo", 1, 2, 0, isolations={NO_SANDBOX, BUBBLEWRAP}),
        "dan": Entry("dan", 1, 2, 0, isolations={"not recorded"}),
    }
    for write in (write_report, write_student):
        lines = write(ALL, entries).splitlines()
        assert lines[1:4] == [
            "isolation: bubblewrap",
            "but NO SANDBOX: bob, cleo",
            "but not recorded: dan",
        ]
        assert lines[4].startswith("NO SANDBOX: students' code runs as you.")


def test_a_run_without_a_sandbox_is_warned_of():
    said = write_report(Run("ps2_adam", NO_SANDBOX), {})
    assert "\nisolation: NO SANDBOX\nNO SANDBOX: students' code runs as you." in said


def test_what_coming_late_costs_is_taken_off_and_said():
    late = Entry("ann", 18, 30, 0, late=10)
    assert "ann      18 of 30  10 taken off for coming late" in write_report(ALL, {"ann": late})


def test_a_penalty_stands_in_the_report_as_in_the_export(make_course):
    from nbgrader.api import Gradebook

    course = make_course()
    course.hand_in("ann", answered())
    course.grade("ann")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "course") as book:
        for penalty, score in ((2, 4), (100, 0)):
            notebook = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann")
            notebook.late_submission_penalty = penalty
            book.db.commit()
            coursedir = CourseDirectory(config=course.config)
            entry = read_entries(coursedir, ASSIGNMENT, book)["ann"]
            assert (entry.score, entry.late) == (score, penalty)
