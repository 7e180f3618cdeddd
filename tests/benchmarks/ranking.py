"""Measure many settings at once beside one after the other, and print a table.

    python tests/benchmarks/ranking.py [CHECKOUT]

With the folder of another version, such as one made by ``git worktree add ../before 19c79e7``,
what `ranking()` takes is measured beside that version's. All numbers are CPU seconds; the
contestants take turns.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from benchmarks.engine import Row

import mlpteach as mt
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.problem import FunctionProblem, NetworkProblem
from mlpteach.run.stack import Stack
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill
from mlpteach.run.update import Run
from mlpteach.tables.schedules import schedule

HERE = Path(__file__).parents[2]
# The pictures' library is loaded first: versions differ in when they load it.
RANKING = """
import time, mlpteach as mt
import matplotlib.backends.backend_agg, matplotlib.figure, mlpteach.dashboards
start = time.process_time()
mt.dashboards.ranking()
print(time.process_time() - start)
"""


def digits(batch_size=32):
    """Return the digits as a problem for a network 64-30-10."""
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 30, 10), output="softmax", seed=1)
    X, Y, loss, l2 = net.check_problem(X, y, "softmax_cross_entropy", 0.0)
    return NetworkProblem(net, X, Y, loss, l2, batch_size, seed=1)


def landscape():
    return FunctionProblem(mt.LANDSCAPES["beale"], np.array(mt.LANDSCAPES["beale"].start))


def cpu_seconds(work, repeats):
    """Return the least CPU time that some work takes."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


@on_one_blas_thread
def side_by_side(name, problem, settings, updates, repeats=5):
    """Return rows: what an update of a run takes, alone with its record and beside others."""
    runs = [
        Run(problem, mt.rule("adam", form="paper", eta=eta), schedule("constant"))
        for eta in np.geomspace(1e-4, 1e-1, settings)
    ]

    def together():
        for _ in Stack(runs, [updates] * settings).places():
            pass

    per_run = 1e6 / updates
    alone = per_run * cpu_seconds(lambda: fill(Trace(runs[0], updates)), repeats)
    beside = per_run / settings * cpu_seconds(together, repeats)
    task = f"{name}, {settings} settings"
    return [
        Row(f"{task}: an update of a run, alone", alone, "µs", float("inf")),
        Row(f"{task}: an update of a run, beside the others", beside, "µs", alone / 1.5),
    ]


def ranking_seconds(folder):
    """Return the CPU seconds of `ranking()` of the version in a folder, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    said = subprocess.check_output(
        [sys.executable, "-c", RANKING], env=environment, stderr=subprocess.DEVNULL, cwd=folder
    )
    return float(said)


def ranking(before=None, repeats=5):
    """Return the row of what `ranking()` takes; beside another version's as its share of that."""
    ours, theirs = [], []
    for _ in range(repeats):
        ours.append(ranking_seconds(HERE))
        if before is not None:
            theirs.append(ranking_seconds(Path(before).resolve()))
    seconds = statistics.median(ours)
    if before is None:
        return [Row("ranking(), CPU", seconds, "s", float("inf"))]
    share = seconds / statistics.median(theirs)
    return [
        Row("ranking(), CPU", seconds, "s", float("inf")),
        Row(f"ranking(), CPU, as a share of that in {Path(before).name}", share, "", 1 / 3),
    ]


def main(before=None):
    for settings in (10, 30):
        for row in side_by_side("digits 64-30-10, batches of 32", digits(), settings, 200):
            print(row, flush=True)
    for row in side_by_side("Beale", landscape(), 30, 200):
        print(row, flush=True)
    for row in ranking(before):
        print(row, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
