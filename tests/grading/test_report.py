"""What the instructor reads after a class was graded."""

from mlpteach.grading.class_run import Result, Run
from mlpteach.grading.report import Entry, write_report

RUN = Run("ps2_adam", [Result("ann", "graded"), Result("bob", "failed", "no notebook")], 1.25)


def test_marks_flags_and_who_is_left():
    entries = {
        "ann": Entry("ann", 20.5, 30, 1, notes=["A cell was left out."]),
        "bob": Entry("bob", 0, 30, 0),
    }
    said = write_report(RUN, entries)
    assert said.startswith("ps2_adam: 1 graded, 1 NOT GRADED, in 1.2 s")
    assert "ann      20.5 of 30  and 1 to be marked by hand" in said
    assert "mean 10.2, median 10.2" in said
    assert "Not graded:\n  bob: no notebook" in said
    assert "To be looked at:\n  ann: A cell was left out." in said
    assert "mistakes" not in said


def test_frequent_mistakes_count_students_and_name_cells():
    once = {"a": "k_from_0", "b": "k_from_0", "c": "values"}
    many = dict.fromkeys("abcd", "k_from_0")
    entries = {"ann": Entry("ann", 0, 9, 0, mistakes=once), "bob": Entry("bob", 0, 9, 0)}
    entries["bob"].mistakes = many
    said = write_report(RUN, entries)
    assert "  2 × k_from_0, in a, b, c …" in said
    assert "  1 × other numbers, in c" in said
