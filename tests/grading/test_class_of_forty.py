"""Forty students hand in problem set 2; each gets the mark that the work deserves.

Everything goes through the real commands: generate, release, submit, collect, grade, feedback and
export. The marks expected are computed here, without sandbox, from the functions themselves.
"""

import csv
import json
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from attacks import ON_THE_MARK
from nbformat.v4 import new_code_cell

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

pytestmark = pytest.mark.usefixtures("needs_sandbox")

ASSIGNMENT = "ps2_adam"
SHEET = read_sheet(ASSIGNMENT)
CHECKS = PROBLEM_SETS[ASSIGNMENT]
FULL = float(sum(check.points for check in CHECKS.values()))
SUBMIT = """
import os, sys
from nbgrader.apps import SubmitApp
for name in sys.argv[3:]:
    os.chdir(os.path.join(sys.argv[1], name))
    SubmitApp.clear_instance()
    app = SubmitApp()
    app.initialize([sys.argv[2], "--course=mlpteach", f"--student={name}",
                    f"--Exchange.root={os.environ['EXCHANGE']}"])
    app.start()
"""


def deserved(mistakes):
    """Return the points of the model solution with these mistakes made in it."""
    answer = answer_with(SHEET.functions(mistakes))
    rng = np.random.default_rng(20)
    return sum(c.points * decide(c, rng, answer).fraction for c in CHECKS.values())


def solved(released, mistakes=()):
    """Return the released notebook with the model solution, with these mistakes made in it."""
    notebook = nbformat.from_dict(json.loads(json.dumps(released)))
    for cell in notebook.cells:
        if cell.id in SHEET.tasks:
            cell.source = SHEET.source(cell.id, mistakes).strip()
    return notebook


def with_cell(notebook, source):
    notebook.cells.append(new_code_cell(source))
    return notebook


def duplicated(notebook):
    notebook.cells += json.loads(json.dumps(notebook.cells[5:9]))
    return notebook


def without_tests(notebook):
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("adam_first")]
    return notebook


def stripped(notebook):
    for cell in notebook.cells:
        cell.metadata.clear()
    return notebook


def skipping(notebook):
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]
    return notebook


def make_class(released):
    """Return student -> (what is handed in, mark deserved)."""
    students = {f"right{i}": (solved(released), FULL) for i in range(3)}
    students["untouched"] = (released, 0.0)
    for number, mistake in enumerate(SHEET.mistakes[::3][:26]):
        students[f"wrong{number:02}"] = (solved(released, (mistake,)), deserved((mistake,)))
    students |= {
        "odd-duplicates": (duplicated(solved(released)), FULL),
        "odd-deleted": (without_tests(solved(released)), FULL),
        "odd-stripped": (stripped(solved(released)), FULL),
        "odd-loop": (with_cell(solved(released), "while True: pass"), FULL),
        "odd-exit": (with_cell(solved(released), "import os\nos._exit(0)"), FULL),
        "odd-flood": (with_cell(solved(released), "print('x' * (200 << 20))"), FULL),
        "odd-script": (with_cell(solved(released), "print('<script>alert(1)</script>')"), FULL),
        "hostile-tags": (skipping(released), 0.0),
        "hostile-import": (
            with_cell(
                released,
                "from mlpteach.exercise.ps2_adam import SHEET\n"
                "for name in SHEET.tasks: globals()[name] = SHEET.functions()[name]",
            ),
            0.0,
        ),
    }
    for number, name in enumerate(["input transformer", "comparison rebound", "forged frames"]):
        attack = re.sub(r"^ {8}", "", ON_THE_MARK[name].strip("\n"), flags=re.M)
        copied = nbformat.from_dict(json.loads(json.dumps(released)))
        students[f"hostile{number}"] = (with_cell(copied, attack), 0.0)
    students["odd-broken"] = (json.dumps(released)[:-400], None)
    students["odd-name"] = (solved(released), FULL)
    return students


@pytest.fixture(scope="module")
def after(course_folder, environment_at, tmp_path_factory):
    """The course after the whole round."""
    root = tmp_path_factory.mktemp("forty")
    exchange = root / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    desk = root / "course"
    course_folder(desk)
    config = desk / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.TrustedExecute.cell_seconds = 2.0\n")
    environment = environment_at(root / "home") | {"EXCHANGE": str(exchange)}

    def run(*command, cwd=desk):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    def nbgrader(*arguments):
        return run("-m", "nbgrader", *arguments, f"--Exchange.root={exchange}")

    nbgrader("generate_assignment", ASSIGNMENT)
    nbgrader("release_assignment", ASSIGNMENT)
    path = exchange / "mlpteach" / "outbound" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    students = make_class(nbformat.read(path, as_version=4))
    for name, (notebook, _) in students.items():
        folder = root / "homes" / name / ASSIGNMENT
        folder.mkdir(parents=True)
        file = "adam (2).ipynb" if name == "odd-name" else f"{ASSIGNMENT}.ipynb"
        text = notebook if isinstance(notebook, str) else json.dumps(notebook)
        (folder / file).write_text(text)
    run("-c", SUBMIT, str(root / "homes"), ASSIGNMENT, *students)
    nbgrader("collect", ASSIGNMENT, "--ExchangeCollect.check_owner=False")
    report = run("-m", "mlpteach.cli", "grade", ASSIGNMENT)
    nbgrader("generate_feedback", ASSIGNMENT)
    nbgrader("release_feedback", ASSIGNMENT)
    nbgrader("export")
    return desk, exchange, students, report


def test_there_are_forty(after):
    assert len(after[2]) >= 40


def test_every_mark_is_the_one_deserved(after):
    desk, _, students, _ = after
    with open(desk / "grades.csv", newline="") as file:
        marks = {
            row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["score"]
        }
    wanted = {name: mark or 0.0 for name, (_, mark) in students.items()}
    assert {name: marks[name] for name in students} == pytest.approx(wanted)


def test_the_report_names_who_to_look_at(after):
    report = after[3]
    assert f"{len(after[2])} graded, in" in report
    assert "odd-broken: What was handed in is no notebook" in report
    assert "odd-exit: A cell was left out" in report
    assert "Most frequent mistakes" in report


def test_everybody_finds_feedback_without_secrets(after):
    desk, exchange, students, _ = after
    pages = {path.parts[-3]: path.read_text() for path in (desk / "feedback").rglob("*.html")}
    assert set(pages) == set(students)
    for page in pages.values():
        assert "HIDDEN TESTS" not in page
        assert "<script>alert" not in page
    assert len(list((exchange / "mlpteach" / "feedback").glob("*.html"))) == len(students)
