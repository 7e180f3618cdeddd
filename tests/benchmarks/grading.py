"""How fast a class is graded: stock `nbgrader autograde` and `mlpteach grade`, in one run.

    python tests/benchmarks/grading.py [--most 100]
    python tests/benchmarks/grading.py --half-wrong 40

Both grade copies of the model solution of problem set 2, on the same machine, one after the other,
and must come to the same marks. Stock nbgrader has no sandbox and runs its kernel; mlpteach has its
sandbox on. With ``--half-wrong`` a class in which every second notebook has a slip that no list
holds is measured beside one in which all are right, in CPU seconds.
"""

import argparse
import copy
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.account import Account

ASSIGNMENT = "ps2_adam"
MARK = 28  # of 30: a person marks the written answer
_TURNS = 3
COURSE = Path(__file__).resolve().parents[2] / "exercises"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=100, help="submissions of the larger class")
    parser.add_argument("--half-wrong", type=int, default=0, help="submissions of a class")
    asked = parser.parse_args()
    if asked.half_wrong:
        return print_half_wrong(asked.half_wrong)
    most = asked.most
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    print("| submissions | stock s | mlpteach s | ratio | load |\n| --- | --- | --- | --- | --- |")
    for count in sorted({20, most}):
        stock = seconds(count, "nbgrader", "autograde", ASSIGNMENT, stock=True)
        ours = seconds(count, "mlpteach.cli", "grade", ASSIGNMENT)
        load = os.getloadavg()[0]
        print(
            f"| {count} | {stock:.1f} | {ours:.1f} | {stock / ours:.1f} | {load:.1f} |", flush=True
        )


# In adam_update, each in one line; a student of the class makes one of them.
SLIPS = [
    ("V = beta2 * V + (1 - beta2) * (G - M) ** 2", ""),
    ("V = (beta2 * V + (1 - beta2)) * G**2", ""),
    ("V = beta2 * V + (1 - beta2) * np.mean(G**2)", ""),
    ("M = beta1 * M + (1 - beta1) * np.clip(G, -5, 5)", "V = second_moment(V, G, beta2)"),
    ("eta = eta / np.sqrt(k)", "V = second_moment(V, G, beta2)"),
    ("k = 2", "V = second_moment(V, G, beta2)"),
    ("W = W * (1 - 0.01 * eta)", "V = second_moment(V, G, beta2)"),
    ("G = G + 0.01 * W", "V = second_moment(V, G, beta2)"),
    ("V = np.maximum(V, second_moment(V, G, beta2))", ""),
    ("V = second_moment(V, G, beta2) + np.sin(V)", ""),  # nothing that is read back
]


def print_half_wrong(count):
    """Print the CPU seconds of a class that is right, and of one in which half has a slip."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    turns = [[cpu_seconds(count, slips) for slips in ([], SLIPS)] for _ in range(_TURNS)]
    # The least of several: whoever else computes here makes the same work dearer, never cheaper.
    right, wrong = (
        [min(column) for column in zip(*each, strict=True)] for each in zip(*turns, strict=True)
    )
    for counted, one, other in zip(CpuSeconds._fields, right, wrong, strict=True):
        print(
            f"CPU of {counted.replace('_', ' ')}: {count} right {one:.1f} s, "
            f"every second wrong {other:.1f} s: {other / one:.2f}"
        )


class CpuSeconds(NamedTuple):
    """What grading a class took; `everything` is NaN where no control group can be made."""

    everything: float
    all_outside_of_the_sandboxes: float


def cpu_seconds(count, slips):
    """Return the :class:`CpuSeconds` that grading a class takes."""
    with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
        root = Path(folder, "course")
        hand_in(root, count, slips)
        with Account() as account:
            before = account.seconds, _of_children()
            run(root, "mlpteach.cli", "grade", ASSIGNMENT)
            after = account.seconds, _of_children()
        marks = marks_of(root)
        assert marks.count(MARK) == (count if not slips else count - count // 2), marks
        return CpuSeconds(*(now - then for now, then in zip(after, before, strict=True)))


def _of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def with_slip(notebook, slip):
    """Return a notebook in which adam_update has a slip in its second line."""
    notebook = copy.deepcopy(notebook)
    [cell] = [cell for cell in notebook.cells if cell.id == "adam_update"]
    first, second = slip
    lines = f"    {first}\n    {second or 'pass'}\n"
    changed = cell.source.replace("    V = second_moment(V, G, beta2)\n", lines)
    assert changed != cell.source
    cell.source = changed
    return notebook


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


def hand_in(root, count, slips=()):
    """Make a generated course with `count` submissions, every second with one of the slips."""
    shutil.copytree(COURSE / "source" / ASSIGNMENT, root / "source" / ASSIGNMENT)
    shutil.copy(COURSE / "nbgrader_config.py", root)
    run(root, "nbgrader", "generate_assignment", ASSIGNMENT)
    notebook = nbformat.read(root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4)
    notebook, _ = ClearHiddenTests().preprocess(notebook, {})
    right, *wrong = map(nbformat.writes, [notebook, *(with_slip(notebook, slip) for slip in slips)])
    for number in range(count):
        folder = root / "submitted" / f"student{number:03}" / ASSIGNMENT
        folder.mkdir(parents=True)
        handed_in = wrong[number // 2 % len(wrong)] if wrong and number % 2 else right
        (folder / f"{ASSIGNMENT}.ipynb").write_text(handed_in + "\n")


def run(root, *command):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    repository = os.pathsep.join([str(COURSE.parent), os.environ.get("PYTHONPATH", "")])
    # As installed: pip compiles what it installs, nbgrader as well as mlpteach.
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=root,
        env=os.environ | compiled | {"PATH": path, "PYTHONPATH": repository},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


if __name__ == "__main__":
    main()
