"""What the tests of the exercises share: the notebooks and how they are filled in."""

import os
import sys
from pathlib import Path

import nbformat
import pytest

from mlpteach.exercise.tasks import read_sheet

COURSE = Path(__file__).resolve().parents[2] / "exercises"

POINTS = {"ps1_cross_entropy": 20, "ps2_adam": 30, "ps3_optimizers": 25, "ps4_initialization": 20}


def _read(assignment):
    return nbformat.read(COURSE / "source" / assignment / f"{assignment}.ipynb", as_version=4)


def _solve(notebook, assignment, *mistakes):
    """Put the model solution, with the known mistakes of these ids made, into a notebook."""
    sheet = read_sheet(assignment)
    made = tuple(mistake for mistake in sheet.mistakes if mistake.id in mistakes)
    assert {mistake.id for mistake in made} == set(mistakes)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id in sheet.tasks:
            cell.source = sheet.source(cell.id, made).strip()
    return notebook


def _environment(home):
    """Return the process's environment with everything of Jupyter's under another home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG", "PYTHONWARNINGS"))
    }
    # nbgrader calls alembic by its bare name, so its folder has to be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    jupyter = {
        f"JUPYTER_{kind}_DIR": str(home / "jupyter" / kind.lower())
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    return kept | jupyter | {"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "PATH": path}


@pytest.fixture(scope="session")
def course():
    """The repository's nbgrader course."""
    return COURSE


@pytest.fixture(scope="session")
def points():
    """Points of each assignment."""
    return POINTS


@pytest.fixture(scope="session")
def read_source():
    """Read an assignment's source notebook: ``read_source(assignment)``."""
    return _read


@pytest.fixture(scope="session")
def solve():
    """Fill in a notebook: ``solve(notebook, assignment, *ids of mistakes)``."""
    return _solve


@pytest.fixture(scope="session")
def environment_at():
    """Environment of a person with a home of their own: ``environment_at(home)``."""
    return _environment
