"""Each cell that was handed in finds its place, also beside others of the same text."""

import json

import nbformat
import pytest
from course import cell
from nbformat.v4 import new_notebook

from mlpteach.grading.notebooks.rebuild import rebuild
from mlpteach.grading.notebooks.submission import read_bytes

STUB, HIDDEN = "# YOUR CODE HERE", "# THIS CELL CONTAINS HIDDEN TESTS"


def released():
    cells = []
    for name in ("a", "b", "c"):
        cells.append(cell("code", name, STUB, solution=True))
        cells.append(cell("code", f"{name}_test", HIDDEN, grade=True, locked=True, points=1))
    return new_notebook(cells=cells)


def handed_in(kept):
    """Return what a student hands in: answers, and of each cell only some of its metadata."""
    notebook = json.loads(nbformat.writes(released()))
    for made in notebook["cells"][::2]:
        made["source"] = f"{made['metadata']['nbgrader']['grade_id']} = 1"
    for number, made in enumerate(notebook["cells"]):
        made["id"] = made["id"] if "id" in kept else f"new-{number}"
        made["metadata"] = made["metadata"] if "metadata" in kept else {}
    return read_bytes(json.dumps(notebook).encode(), "")


@pytest.mark.parametrize("kept", [("id", "metadata"), ("metadata",), ("id",), ()])
def test_tests_of_one_text_stay_below_their_answers(kept):
    notebook, notes = rebuild(released(), handed_in(kept))
    names = [made.metadata.nbgrader.grade_id for made in notebook.cells]
    assert names == ["a", "a_test", "b", "b_test", "c", "c_test"]
    assert [made.source for made in notebook.cells[::2]] == ["a = 1", "b = 1", "c = 1"]
    assert notes == []
