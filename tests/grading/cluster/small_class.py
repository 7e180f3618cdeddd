"""Courses with problem set 2 handed in, and what stands in them after grading."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from test_class_of_forty import SHEET, make_class, solved

from mlpteach.grading.cluster.jobs import write_job
from mlpteach.grading.deciding.inputs import read_secret
from mlpteach.grading.deciding.rules import Rules
from mlpteach.grading.grade import Work
from mlpteach.grading.notebooks.original import released_and_hidden

ASSIGNMENT = "ps2_adam"


def make_template(root, copy_course):
    """Make a generated course with a secret."""
    copy_course(root)
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.TrustedExecute.cell_seconds = 2.0\n")
    generate(root)
    read_secret(root)
    return root


def generate(root, *more):
    """Generate the assignment, in another gradebook if asked for."""
    words = [sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT, "--force", *more]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr


def released(root):
    """Return the notebook that students receive."""
    return nbformat.read(root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4)


def make_course(template, root, students):
    """Copy the template; `students` is a dict of student -> notebook, or its text."""
    shutil.copytree(template, root)
    for name, notebook in students.items():
        folder = root / "submitted" / name / ASSIGNMENT
        folder.mkdir(parents=True)
        file = "adam (2).ipynb" if name == "odd-name" else f"{ASSIGNMENT}.ipynb"
        text = notebook if isinstance(notebook, str) else json.dumps(notebook)
        (folder / file).write_text(text)
    return root


def sixty(template):
    """Return sixty students: right, wrong, odd and hostile."""
    notebook = released(template)
    students = {name: handed for name, (handed, _) in make_class(notebook).items()}
    for number, mistake in enumerate(SHEET.mistakes[1::3][: 58 - len(students)]):
        students[f"more-wrong{number:02}"] = solved(notebook, (mistake,))
    students["odd-file"] = reads_a_file(solved(notebook))
    students["late"] = solved(notebook)
    return students


def reads_a_file(notebook):
    notebook.cells.append(new_code_cell("open('numbers.txt').read()"))
    return notebook


def right(template, count, seconds=0.0):
    """Return students who are right, each with a cell that takes some time."""
    students = {}
    for number in range(count):
        notebook = solved(released(template))
        notebook.cells.append(new_code_cell(f"import time\ntime.sleep({seconds})"))
        students[f"right{number:02}"] = notebook
    return students


def right_job(template, digest):
    """Return the rules of problem set 2, and a right solution as a job."""
    source = nbformat.read(template / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4)
    rules = Rules(
        *released_and_hidden(source, None), ASSIGNMENT, files={"a.bin": bytes(range(256))}
    )
    handed = json.dumps(solved(released(template))).encode()
    return rules, write_job({ASSIGNMENT: (Work(rules, handed, b"key"), digest)})


def files_of(root):
    """Return path -> (rights, content) of all that was graded, but for the seconds it took."""
    return {
        str(path.relative_to(root)): (
            oct(path.stat().st_mode),
            re.sub(r'"seconds": [\d.]+', "", path.read_text()),
        )
        for path in sorted((root / "autograded").rglob("*"))
        if path.is_file()
    }


def times_of(root):
    """Return path -> when it was written, of the graded notebooks."""
    return {path: path.stat().st_mtime_ns for path in Path(root, "autograded").rglob("*.ipynb")}


def marks_of(root, url=None):
    """Return everything that stands in the gradebook of the assignment's submissions."""
    from nbgrader.api import Gradebook

    with Gradebook(url or f"sqlite:///{root}/gradebook.db", "mlpteach") as book:
        return {
            submission.student_id: (
                submission.timestamp,
                [_notebook_of(notebook) for notebook in submission.notebooks],
            )
            for submission in book.assignment_submissions(ASSIGNMENT)
        }


def _notebook_of(saved):
    grades = {
        grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
        for grade in saved.grades
    }
    comments = {comment.name: comment.auto_comment for comment in saved.comments}
    return saved.name, saved.score, saved.late_submission_penalty, grades, comments
