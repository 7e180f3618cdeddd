"""The benchmark runs, and both graders come to the same marks; how fast is not tested."""

import os

import pytest
from benchmarks import grading

from mlpteach.grading.sandbox import PROCESS, candidates


@pytest.mark.parametrize(
    ("command", "stock"),
    [(("nbgrader", "autograde"), True), (("mlpteach.cli", "grade"), False)],
    ids=["stock", "mlpteach"],
)
def test_a_class_is_graded_and_timed(command, stock, monkeypatch):
    if candidates() == [PROCESS] and not os.environ.get("MLPTEACH_REQUIRE_SANDBOX"):
        pytest.skip("no bubblewrap here (Debian: apt install bubblewrap)")
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    assert grading.seconds(2, *command, grading.ASSIGNMENT, stock=stock) > 0
