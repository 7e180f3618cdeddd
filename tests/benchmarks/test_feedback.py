"""The benchmark runs, and every command writes a page for everybody; how fast is not tested."""

from benchmarks import feedback, grading


def test_feedback_is_written_and_timed(monkeypatch, tmp_path, needs_sandbox):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    root = tmp_path / "course"
    grading.hand_in(root, 2)
    grading.run(root, "mlpteach.cli", "grade", grading.ASSIGNMENT)
    stock = feedback.write(root, 2, *feedback.NBGRADER, settings=feedback.STOCK)
    ours = feedback.write(root, 2, *feedback.OURS)
    assert min(*stock, *ours) > 0
