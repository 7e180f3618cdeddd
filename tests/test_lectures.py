"""Every lecture runs from top to bottom, without a warning of the package."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

LECTURES = sorted((Path(__file__).parents[1] / "lectures").glob("*.ipynb"))


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_lecture_runs_from_top_to_bottom(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    written = [o["text"] for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    assert written == []


def test_lectures_are_in_the_order_of_the_slides():
    assert [path.stem for path in LECTURES] == [
        "01_minibatch_momentum",
        "02_adaptive_optimizers",
        "03_cross_entropy",
        "04_activations_initialization",
        "05_no_panacea",
    ]
