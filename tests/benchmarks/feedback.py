"""How fast a class gets its feedback, beside `nbgrader generate_feedback` in the same run.

    python tests/benchmarks/feedback.py [--submissions 100]

All write pages of the same graded notebooks: stock nbgrader; nbgrader as this package configures
it, which is what the formgrader's button does; and `mlpteach feedback`. CPU seconds are of a
command and its processes.
"""

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import grading

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "mlpteach"\n'
NBGRADER = ("nbgrader", "generate_feedback", grading.ASSIGNMENT)
OURS = ("mlpteach.cli", "feedback", grading.ASSIGNMENT)


class Took(NamedTuple):
    """Seconds of a command, and CPU seconds of its processes."""

    seconds: float
    cpu: float


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100)
    count = parser.parse_args().submissions
    with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
        root = Path(folder, "course")
        grading.hand_in(root, count)
        grading.run(root, "mlpteach.cli", "grade", grading.ASSIGNMENT)
        took = {
            "stock nbgrader": write(root, count, *NBGRADER, settings=STOCK),
            "nbgrader, so configured": write(root, count, *NBGRADER),
            "mlpteach feedback": write(root, count, *OURS),
            "the same again": write(root, count, *OURS, keep=True),
        }
    print_table(count, took)


def print_table(count, took):
    """Print seconds and ratios."""
    print(f"{count} submissions, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    print("| | s | stock / this | CPU s | stock / this |\n| --- | --- | --- | --- | --- |")
    stock = took["stock nbgrader"]
    for name, (seconds, cpu) in took.items():
        ratios = stock.seconds / seconds, stock.cpu / cpu
        print(f"| {name} | {seconds:.1f} | {ratios[0]:.1f} | {cpu:.1f} | {ratios[1]:.1f} |")


def write(root, count, *command, settings=None, keep=False):
    """Let a command write the feedback of a graded course; return what it took."""
    feedback, own = root / "feedback", (grading.COURSE / "nbgrader_config.py").read_text()
    if not keep:
        shutil.rmtree(feedback, ignore_errors=True)
    (root / "nbgrader_config.py").write_text(settings or own)
    before, began = _cpu(), time.monotonic()
    grading.run(root, *command)
    took = Took(time.monotonic() - began, _cpu() - before)
    assert len(list(feedback.rglob("*.html"))) == count
    return took


def _cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
