"""A small course of one assignment, graded in this process through nbgrader's own converters."""

import json
import os
import subprocess
import sys
import warnings
from types import SimpleNamespace

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from mlpteach.exercise.protocol import Call, Check, Verdict
from mlpteach.grading.settings import configure

ASSIGNMENT = "moments"
MOMENT, STEP = 4, 2  # points

RIGHT_MOMENT = "def first_moment(M, G, beta1=0.9):\n    return beta1 * M + (1 - beta1) * G"
RIGHT_STEP = "def step(W, M):\n    return W - RATE * M"
WRONG_MOMENT = "def first_moment(M, G, beta1=0.9):\n    return M * 0"


def check_moment(rng):
    """Half for the default beta1, half for another one."""
    M, G = rng.uniform(1, 2, (2, 2, 3))
    right = 0
    for beta1 in (0.9, 0.5):
        reply = yield Call("first_moment", (M, G), {} if beta1 == 0.9 else {"beta1": beta1})
        right += _same(reply.value, beta1 * M + (1 - beta1) * G)
    mistake = "" if right == 2 else "moment_wrong"
    return Verdict(right / 2, "M is right." if right == 2 else "M differs.", mistake)


def check_step(rng):
    W, M = rng.uniform(1, 2, (2, 4))
    reply = yield Call("step", (W, M))
    right = _same(reply.value, W - 0.5 * M)
    return Verdict(float(right), "W is right." if right else "W differs.")


def _same(value, wanted):
    if not isinstance(value, np.ndarray) or value.shape != wanted.shape:
        return False
    return bool(np.allclose(value, wanted, rtol=1e-12))


CHECKS = {
    "moment_test": Check("moment_test", "M", ("first_moment",), MOMENT, check_moment),
    "step_test": Check("step_test", "W", ("step",), STEP, check_step),
}


def cell(kind, id, source, **data):
    made = (new_code_cell if kind == "code" else new_markdown_cell)(source, id=id)
    if data:
        flags = {"grade": False, "solution": False, "locked": False, "task": False}
        made.metadata["nbgrader"] = flags | {"grade_id": id, "schema_version": 3} | data
    return made


def source_notebook():
    marked = "    ### BEGIN SOLUTION\n{}\n    ### END SOLUTION"

    def solution(text):
        head, body = text.split("\n")
        return f"{head}\n{marked.format(body)}"

    hidden = "### BEGIN HIDDEN TESTS\nassert SECRET_OF_THE_INSTRUCTOR\n### END HIDDEN TESTS"
    test = {"grade": True, "locked": True}
    notebook = new_notebook(
        cells=[
            cell("markdown", "title", "# Moments"),
            cell("code", "setup", "import numpy as np", locked=True),
            cell("code", "rate", "RATE = 0.5"),
            cell("code", "moment", solution(RIGHT_MOMENT), solution=True),
            cell("code", "moment_test", f"first_moment\n{hidden}", points=MOMENT, **test),
            cell("code", "step", solution(RIGHT_STEP), solution=True),
            cell("code", "step_test", f"step\n{hidden}", points=STEP, **test),
            cell("markdown", "why", "Your answer", grade=True, solution=True, points=3),
        ]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata.kernelspec.language = "python"
    return notebook


def answered(moment=RIGHT_MOMENT, step=RIGHT_STEP, more=(), why="Because of noise."):
    """Return a released notebook with answers; `more` are further code cells at the end."""
    notebook = source_notebook()
    for made in notebook.cells:
        made.source = {"moment": moment, "step": step, "why": why}.get(made.id, made.source)
        made.source = made.source.partition("\n### BEGIN HIDDEN")[0]
    notebook.cells += [new_code_cell(source) for source in more]
    return notebook


def run_module(folder, *words):
    """Run a command in a course as an instructor does: ``python -m nbgrader …``."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=400, cwd=folder, env=environment
    )


class Course:
    """A course folder, and nbgrader's converters working on it."""

    def __init__(self, root, db_url=None, source=None, **settings):
        self.root = root
        self.config = Config()
        configure(self.config)
        self.config.CourseDirectory.root = str(root)
        self.config.CourseDirectory.course_id = "course"
        if db_url:
            self.config.CourseDirectory.db_url = db_url
        for name, value in settings.items():
            setattr(self.config.TrustedExecute, name, value)
        folder = root / "source" / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(source or source_notebook(), folder / f"{ASSIGNMENT}.ipynb")

    def run(self, command, *arguments, **options):
        """Run one of nbgrader's commands in this process; its own warnings are not ours."""
        from nbgrader.apps import NbGraderAPI

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = getattr(NbGraderAPI(config=self.config), command)(*arguments, **options)
        return SimpleNamespace(**{"error": None} | done)

    def hand_in(self, student, notebook, name=f"{ASSIGNMENT}.ipynb", **files):
        """Put a submission into place: a notebook, bytes, or None for none."""
        folder = self.root / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(notebook, bytes):
            (folder / name).write_bytes(notebook)
        elif notebook is not None:
            (folder / name).write_text(json.dumps(notebook))
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return folder

    def grade(self, student="*", **more):
        """Run ``nbgrader autograde`` in this process; return what it logged."""
        return self.run("autograde", ASSIGNMENT, student, force=more.get("force", True))

    def marks(self, student):
        """Return grade id -> automatic score (None: not decided)."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "course") as book:
            submission = book.find_submission(ASSIGNMENT, student)
            return {grade.name: grade.auto_score for grade in submission.notebooks[0].grades}

    def graded(self, student):
        return nbformat.read(
            self.root / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4
        )

    def feedback(self, student):
        self.run("generate_feedback", ASSIGNMENT, student, force=True)
        return (self.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
