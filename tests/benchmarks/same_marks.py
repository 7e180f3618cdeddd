"""Whether a class gets the marks that stock nbgrader gives, in every cell, on any assignments.

    python tests/benchmarks/same_marks.py FOLDER...

Each FOLDER is an assignment as an instructor has it: source notebooks and what lies beside them.
Three hand-ins of each are graded by stock `nbgrader autograde` and by `mlpteach grade`: the
instructor's solution, the notebook as released, and one with each second answer broken. Printed
are the cells with another mark; a mark is a number of points, or None where a person has to mark.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearSolutions

REPOSITORY = Path(__file__).resolve().parents[2]
STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "course"\n'
OURS = f"from mlpteach.grading.settings import configure\n{STOCK}configure(c)\n"
HAND_INS = ("solution", "untouched", "broken")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    different = [folder for folder in parser.parse_args().folders if not compare(folder)]
    print(f"not the same: {', '.join(map(str, different)) or 'none'}")
    return 1 if different else 0


def compare(folder):
    """Print what differs between the two graders; return whether nothing does."""
    began = time.monotonic()
    stock = marks_of(folder, STOCK, "nbgrader", "autograde")
    middle = time.monotonic()
    ours = marks_of(folder, OURS, "mlpteach.cli", "grade")
    cells = sorted(set(stock) | set(ours))
    other = [cell for cell in cells if stock.get(cell, "-") != ours.get(cell, "-")]
    took = f"{middle - began:.1f} s, {time.monotonic() - middle:.1f} s"
    print(f"{folder.name}: {len(cells)} marks, {len(other)} differ ({took})", flush=True)
    for cell in other:
        print(f"    {' '.join(cell)}: {stock.get(cell, '-')}, {ours.get(cell, '-')}")
    return not other


def marks_of(source, settings, *command, hand_ins=HAND_INS, answer=None):
    """Return (hand-in, notebook, grade id) -> automatic mark, as a course's command gives it.

    `answer` writes a hand-in's answers into a released notebook: ``answer(path, hand_in)``; by
    default they are the instructor's.
    """
    with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
        root, name = Path(folder), source.name
        shutil.copytree(source, root / "source" / name)
        (root / "nbgrader_config.py").write_text(settings)
        run(root, "nbgrader", "generate_assignment", name)
        for kind in hand_ins:
            hand_in(root, name, kind, answer)
        run(root, *command, name, may_fail=True)
        with Gradebook(f"sqlite:///{root}/gradebook.db", "course") as gradebook:
            return {
                (submission.student_id, notebook.name, grade.name): _mark(grade)
                for submission in gradebook.assignment_submissions(name)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }


def _mark(grade):
    return None if grade.needs_manual_grade else grade.auto_score


def hand_in(root, name, kind, answer=None):
    """Hand an assignment in: everything that was released, with answers."""
    folder = root / "submitted" / kind / name
    shutil.copytree(root / "release" / name, folder)
    for path in sorted(folder.glob("*.ipynb")):
        if answer is not None:
            answer(path, kind)
        elif kind != "untouched":
            source = nbformat.read(root / "source" / name / path.name, 4)
            path.write_text(json.dumps(answered(path, source, kind == "broken")))


def answered(path, source, broken):
    """Return a released notebook with the instructor's answers, each second one broken."""
    notebook = nbformat.read(path, 4)
    solved, number = {}, 0
    for cell in source.cells:
        data = cell.metadata.get("nbgrader", {})
        if data.get("solution"):
            number += 1
            without = _without_delimiters(cell.source)
            solved[data["grade_id"]] = "1 / 0 # (" if broken and number % 2 else without
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = solved.get(grade_id, cell.source)
    return notebook


def _without_delimiters(text):
    marks = (ClearSolutions().begin_solution_delimeter, ClearSolutions().end_solution_delimeter)
    return "\n".join(line for line in text.split("\n") if not any(m in line for m in marks))


def run(root, *command, may_fail=False):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    repository = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env=os.environ | {"PATH": path, "PYTHONPATH": repository},
        capture_output=True,
        text=True,
    )
    assert may_fail or done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    if done.returncode:
        print(f"    {command[1]} ends with {done.returncode}: {done.stdout[-600:]}")


if __name__ == "__main__":
    raise SystemExit(main())
