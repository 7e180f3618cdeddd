"""The people of a course: each with a home and a desk, where they give nbgrader's commands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from mlpteach.exercise.reading import read_sheet
from mlpteach.grading.notebooks.original import functions_defined

COURSE = Path(__file__).resolve().parents[1] / "exercises"


def environment_at(home):
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


def copy_course(to):
    """Copy what is kept in the repository, not what a lecturer's own round left there."""
    shutil.copytree(COURSE / "source", to / "source")
    shutil.copy(COURSE / "nbgrader_config.py", to)


def make_exchange(folder):
    """Make the folder through which assignments and submissions pass, open to everybody."""
    folder.mkdir()
    folder.chmod(0o777)
    return folder


class Person:
    """Somebody with a home and a desk, who gives commands at that desk."""

    def __init__(self, home, exchange):
        self.home, self.desk = home, home / "desk"
        self.desk.mkdir(parents=True)
        self.environment = environment_at(home)
        config = Path(self.environment["JUPYTER_CONFIG_DIR"])
        config.mkdir(parents=True)
        # In a file, because JupyterLab's extensions of nbgrader read nothing else.
        (config / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n", encoding="utf-8"
        )

    def nbgrader(self, *arguments):
        """Run one of nbgrader's commands and fail with what it said if it failed."""
        said = self.run("nbgrader", *arguments)
        assert not re.search(r"\| (ERROR|CRITICAL)\]", said), said

    def run(self, command, *arguments):
        """Run a command and return what it said; fail if it failed."""
        done = subprocess.run(
            [command, *arguments],
            cwd=self.desk,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        said = f"{command} {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, said
        return said


def solve(notebook, assignment, *mistakes):
    """Put the model solution, with the known mistakes of these ids made, into a notebook."""
    sheet = read_sheet(assignment)
    made = tuple(mistake for mistake in sheet.mistakes if mistake.id in mistakes)
    assert {mistake.id for mistake in made} == set(mistakes)
    for name, cell in answers(notebook, sheet).items():
        cell.source = sheet.source(name, made).strip()
    return notebook


def answers(notebook, sheet):
    """Return function -> the cell of a notebook in which it is written."""
    found = {
        name: cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
        for name in functions_defined(cell.source)
    }
    assert set(found) == set(sheet.tasks), "each function has an answer cell, and no other is there"
    return found
