"""Stock nbgrader and mlpteach give the same mark in every cell of a notebook of many kinds."""

import pytest
from benchmarks import same_marks
from grading.public_assignments import write_source

# Kind, grade id, points, text; answers have no points.
CELLS = [
    ("given", "", 0, "%matplotlib inline\nimport no_such_module"),
    ("given", "", 0, "!ls\nimport math\nprint(eval(input()))"),
    ("given", "", 0, "def double(x):\n    return 2 * x"),
    ("answer", "double", 0, "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n"
     "    ### END SOLUTION"),
    ("test", "double_test", 2, "assert double(2) == 4\n### BEGIN HIDDEN TESTS\n"
     "assert double('a') == 'aa'\n### END HIDDEN TESTS"),
    ("answer", "mean", 0, "### BEGIN SOLUTION\nmean = double(3) / 4\n### END SOLUTION\nmean"),
    ("test", "mean_test", 1, "assert mean == 1.5 and _ == 1.5"),
    ("test", "history_test", 1, "assert any('import math' in text for text in In)"),
    ("test", "part_test", 3, "1.5 if double(1) == 2 else 0.5"),
    ("test", "no_number_test", 3, "'full marks, as nbgrader has it'"),
    ("given", "", 0, "mean = None"),
    ("answer", "plot", 0, "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
     "### BEGIN SOLUTION\nax.plot([1, 2])\n### END SOLUTION"),
    ("test", "plot_test", 1, "assert len(ax.lines) == 1"),
]  # fmt: skip


def test_the_same_mark_in_every_cell(tmp_path, capsys, monkeypatch, needs_sandbox):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    (tmp_path / "kinds").mkdir()
    write_source(tmp_path / "kinds" / "kinds.ipynb", CELLS)
    assert same_marks.compare(tmp_path / "kinds"), capsys.readouterr().out
    assert "kinds: 18 marks, 0 differ" in capsys.readouterr().out


@pytest.mark.parametrize("ours", [{("broken", "a", "t"): 1.0}, {("broken", "a", "t"): None}, {}])
def test_another_mark_is_told(ours, tmp_path, capsys, monkeypatch):
    given = [{("broken", "a", "t"): 0.0}, ours]
    monkeypatch.setattr(same_marks, "marks_of", lambda *ignored: given.pop(0))
    assert not same_marks.compare(tmp_path)
    assert f"broken a t: 0.0, {ours.get(('broken', 'a', 't'), '-')}" in capsys.readouterr().out
