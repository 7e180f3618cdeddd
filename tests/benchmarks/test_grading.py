"""The benchmark runs, and both graders come to the same marks; how fast is not tested."""

import pytest
from benchmarks import grading


@pytest.mark.parametrize(
    ("command", "stock"),
    [(("nbgrader", "autograde"), True), (("mlpteach.cli", "grade"), False)],
    ids=["stock", "mlpteach"],
)
def test_a_class_is_graded_and_timed(command, stock, monkeypatch, needs_sandbox):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    assert grading.seconds(2, *command, grading.ASSIGNMENT, stock=stock) > 0
