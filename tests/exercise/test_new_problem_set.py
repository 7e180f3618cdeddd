"""A new problem set, and a new known mistake, take the files that the README names and no other."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[2]
ID = "ps5_gelu"
SOLUTION = "def gelu(Z):\n    return Z / (1 + np.exp(-1.702 * Z))"
WRONG = SOLUTION.replace("1.702 * ", "")
MISTAKE = """
[[gelu.mistake]]
id = "slope_forgotten"
changes = [["-1.702 * Z", "-Z"]]
hint = "Where is the factor that makes it steeper than SiLU?"
"""
FUNCTIONS = f"""
[gelu]
parameters = ["Z"]
returns = ["A"]
solution = '''
{SOLUTION}
'''
"""
NOTEBOOK = "import numpy as np\nfrom mlpteach.exercise import check"
IMPORTS = """
from mlpteach.exercise.diagnosis import values_check
from mlpteach.exercise.protocol import Call, Check
from mlpteach.exercise.reading import read_sheet

"""


def checks():
    """Return the example of the README beside the exercises."""
    text = (ROOT / "mlpteach" / "exercise" / "README.md").read_text(encoding="utf-8")
    example = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    return IMPORTS + example.replace("ps5_name", ID)


def notebook():
    head, body = SOLUTION.split("\n")
    marked = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
    return new_notebook(
        cells=[
            new_markdown_cell("# GELU\n\n3 points."),
            cell("import numpy as np\nfrom mlpteach.exercise import check", "imports", locked=True),
            cell(marked, "anything", solution=True),
            cell('check("gelu_values", gelu)', "gelu_values", grade=True, locked=True, points=3),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def cell(source, grade_id, **data):
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    nbgrader = flags | {"grade_id": grade_id, "schema_version": 3} | data
    return new_code_cell(source, metadata={"nbgrader": nbgrader})


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The package and the course, with a problem set more: only files of its own."""
    root = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "mlpteach", root / "mlpteach", ignore=ignored)
    rooms = root / "mlpteach" / "exercise"
    (rooms / f"{ID}.toml").write_text(FUNCTIONS)
    (rooms / f"{ID}.py").write_text(checks())
    source = root / "exercises" / "source" / ID
    source.mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / "nbgrader_config.py", root / "exercises")
    nbformat.write(notebook(), source / f"{ID}.ipynb")
    return root


def run(copy, *words):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=copy / "exercises",
        env=environment | {"PYTHONPATH": str(copy)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def checked(copy, source):
    """Return what the check says to a student, in a notebook."""
    return run(copy, "-c", f"{NOTEBOOK}\n{source}\ncheck('gelu_values', gelu)")


def test_a_new_set_is_checked_in_the_notebook_and_graded(copy, needs_sandbox):
    assert checked(copy, SOLUTION) == "gelu_values: Right. 3 of 3 points."
    assert "What gelu returns is wrong for Z of shape (2, 3)" in checked(copy, WRONG)
    (copy / "mlpteach" / "exercise" / f"{ID}.toml").write_text(FUNCTIONS + MISTAKE)
    assert "Where is the factor" in checked(copy, WRONG)
    run(copy, "-m", "nbgrader", "generate_assignment", ID)
    for student, source in (("ann", SOLUTION), ("bob", WRONG)):
        handed = nbformat.read(copy / "exercises" / "release" / ID / f"{ID}.ipynb", 4)
        handed.cells[2].source = source
        folder = copy / "exercises" / "submitted" / student / ID
        folder.mkdir(parents=True)
        nbformat.write(handed, folder / f"{ID}.ipynb")
    said = run(copy, "-m", "mlpteach.cli", "grade", ID)
    assert "ann 3 of 3 bob 0 of 3" in said
    assert "1 × slope_forgotten (Where is the factor that makes it steeper than SiLU)" in said
