"""How fast a class is graded: stock `nbgrader autograde` and `mlpteach grade`, in one run.

    python tests/benchmarks/grading.py [--most 100]

Both grade copies of the model solution of problem set 2, on the same machine, one after the other,
and must come to the same marks. Stock nbgrader has no sandbox and runs its kernel; mlpteach has its
sandbox on.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests

ASSIGNMENT = "ps2_adam"
MARK = 28  # of 30: a person marks the written answer
COURSE = Path(__file__).resolve().parents[2] / "exercises"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=100, help="submissions of the larger class")
    most = parser.parse_args().most
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    print("| submissions | stock s | mlpteach s | ratio | load |\n| --- | --- | --- | --- | --- |")
    for count in sorted({20, most}):
        stock = seconds(count, "nbgrader", "autograde", ASSIGNMENT, stock=True)
        ours = seconds(count, "mlpteach.cli", "grade", ASSIGNMENT)
        load = os.getloadavg()[0]
        print(
            f"| {count} | {stock:.1f} | {ours:.1f} | {stock / ours:.1f} | {load:.1f} |", flush=True
        )


def seconds(count, *command, stock=False):
    """Return how long a command takes for a class of `count`, from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
        root = Path(folder, "course")
        hand_in(root, count)
        if stock:
            (root / "nbgrader_config.py").write_text(
                'c = get_config()\nc.CourseDirectory.course_id = "mlpteach"\n'
            )
        began = time.monotonic()
        said = run(root, *command)
        took = time.monotonic() - began
        assert "NO SANDBOX" not in said, said
        marks = marks_of(root)
        assert marks == [MARK] * count, marks
        return took


def marks_of(root):
    """Return what stands in the gradebook of a course, a mark for each submission."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "mlpteach") as gradebook:
        return [entry.score for entry in gradebook.assignment_submissions(ASSIGNMENT)]


def hand_in(root, count):
    """Make a generated course with `count` submissions."""
    shutil.copytree(COURSE / "source" / ASSIGNMENT, root / "source" / ASSIGNMENT)
    shutil.copy(COURSE / "nbgrader_config.py", root)
    run(root, "nbgrader", "generate_assignment", ASSIGNMENT)
    notebook = nbformat.read(root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4)
    notebook, _ = ClearHiddenTests().preprocess(notebook, {})
    for number in range(count):
        folder = root / "submitted" / f"student{number:03}" / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{ASSIGNMENT}.ipynb")


def run(root, *command):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    repository = os.pathsep.join([str(COURSE.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env=os.environ | {"PATH": path, "PYTHONPATH": repository},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


if __name__ == "__main__":
    main()
