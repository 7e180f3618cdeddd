"""Measure the engine beside a loop by hand, scikit-learn and PyTorch, and print a table.

    python tests/benchmarks/engine.py

Speeds are ratios: the contestants take turns in one run, and medians of their CPU time on one BLAS
thread are compared, so that a slow or busy machine slows down all of them. PyTorch is left out
where it is not installed; random pictures stand in for Fashion-MNIST.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import mlpteach as mt

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.by_hand import train_by_hand

RULE = mt.rule("adam", form="paper")
IMPORTING = """
import time
start = time.process_time()
import numpy
known = time.process_time()
import mlpteach
print(1000 * (time.process_time() - known))
mlpteach.train, mlpteach.compare, mlpteach.LANDSCAPES
loaded = time.process_time()
print(1000 * (loaded - known), (loaded - known) / (known - start))
"""
UPDATING = """
import sys, numpy as np
sys.path.insert(0, {folder!r})
from benchmarks.engine import random_task
print(1000 * np.median(random_task(n={n}, epochs=1).train().seconds))
"""
# How many threads the libraries behind NumPy may use.
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the limit to keep, and whether more is better."""

    name: str
    value: float
    unit: str
    limit: float
    more_is_better: bool = False

    @property
    def kept(self):
        return self.value >= self.limit if self.more_is_better else self.value <= self.limit

    def __str__(self):
        wanted = f"{'at least' if self.more_is_better else 'at most':>8} {self.limit:<6g}"
        verdict = "" if self.kept else "MISSED"
        return f"{self.name:<62}{self.value:>9.2f} {self.unit:<6}{wanted}{verdict}"


@dataclass(frozen=True)
class Task:
    """A network to train: the same sizes, batches and rule for all contestants."""

    name: str
    X: np.ndarray
    y: np.ndarray
    hidden: int
    batch_size: int
    epochs: int

    @property
    def sizes(self):
        return self.X.shape[1], self.hidden, int(self.y.max()) + 1

    @cached_property
    def net(self):
        return mt.MLP(self.sizes, output="softmax")

    def train(self):
        """Train with the record on."""
        return mt.train(
            self.net,
            self.X,
            self.y,
            loss="softmax_cross_entropy",
            rule=RULE,
            epochs=self.epochs,
            batch_size=self.batch_size,
            progress=False,
        )

    def train_without_record(self, trace):
        """Compute the updates of a trace's run again and keep nothing."""
        run, state, spaces = trace.run, trace.run.start(), trace.run.problem.workspaces()
        with np.errstate(all="ignore"):
            for k in range(1, len(trace) + 1):
                state = run.advance(k, state, spaces).state

    def train_by_hand(self):
        """Train in a loop without a record; return the weights and the cost of every batch."""
        return train_by_hand(self.net, self.X, self.y, self.batch_size, self.epochs)

    def train_scikit_learn(self):
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        model = MLPClassifier(
            (self.hidden,),
            activation="logistic",
            alpha=0.0,
            batch_size=self.batch_size,
            max_iter=self.epochs,
            n_iter_no_change=10**6,
            tol=0.0,
            random_state=1,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(self.X, self.y)

    def train_pytorch(self, loader=False):
        """Train with batches by indexing, or with `loader` by PyTorch's own DataLoader."""
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        X, y = torch.from_numpy(self.X), torch.from_numpy(self.y)
        n_in, n_hidden, n_out = self.sizes
        model = torch.nn.Sequential(
            torch.nn.Linear(n_in, n_hidden), torch.nn.Sigmoid(), torch.nn.Linear(n_hidden, n_out)
        ).double()
        loss, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters())
        data = DataLoader(TensorDataset(X, y), batch_size=self.batch_size, shuffle=True)
        for _ in range(self.epochs):
            indexed = torch.randperm(len(X)).split(self.batch_size)
            for inputs, labels in data if loader else ((X[rows], y[rows]) for rows in indexed):
                optimizer.zero_grad()
                loss(model(inputs), labels).backward()
                optimizer.step()
        return model


def digits(epochs=20):
    return Task("digits 64-30-10, batches of 32", *mt.datasets.digits(), 30, 32, epochs)


def fashion(epochs=3):
    """Return the task on Fashion-MNIST, or None where its files are not installed."""
    try:
        X, y = mt.datasets.fashion_mnist()
    except FileNotFoundError:
        return None
    return Task("Fashion-MNIST 784-50-10, batches of 256", X, y, 50, 256, epochs)


@threadpool_limits.wrap(limits=1, user_api="blas")
def medians(contestants, repeats):
    """Return the median CPU seconds of each; they take turns after one turn unmeasured."""
    seconds = {name: [] for name in contestants}
    for turn in range(repeats + 1):
        for name, work in contestants.items():
            start = time.thread_time()
            work()
            if turn:
                seconds[name].append(time.thread_time() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def has_pytorch():
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def speed(task, repeats, over_hand, over_scikit_learn, over_pytorch=None):
    """Return rows: the time over a loop by hand, what the record costs, the speed over others."""
    trace = task.train()
    contestants = {
        "ours": task.train,
        "without record": lambda: task.train_without_record(trace),
        "by hand": task.train_by_hand,
        "scikit-learn": task.train_scikit_learn,
    }
    limits = {"scikit-learn": over_scikit_learn}
    if over_pytorch is not None and has_pytorch():
        contestants["PyTorch, batches by indexing"] = task.train_pytorch
        contestants["PyTorch, its DataLoader"] = lambda: task.train_pytorch(loader=True)
        limits |= dict.fromkeys((name for name in contestants if "PyTorch" in name), over_pytorch)
    seconds = medians(contestants, repeats)
    ours = seconds["ours"]
    record = 100 * (ours / seconds["without record"] - 1)
    return [
        Row(
            f"{task.name}: time over a loop by hand", ours / seconds["by hand"], "times", over_hand
        ),
        Row(f"{task.name}: cost of the record", record, "%", 20),
        *(
            Row(f"{task.name}: speed over {name}", seconds[name] / ours, "times", limit, True)
            for name, limit in limits.items()
        ),
    ]


def travel(task, seeks=100):
    """Return rows: memory of the record, and the time to reach an update anywhere in it."""
    trace = task.train()
    rng = np.random.default_rng(0)
    seconds = []
    for i in rng.integers(len(trace), size=seeks):
        start = time.perf_counter()
        _ = trace[int(i)]
        seconds.append(time.perf_counter() - start)
    name = f"{'-'.join(map(str, task.sizes))}, {len(trace)} updates"
    return [
        Row(f"{name}: memory of the trace", trace.nbytes / 1e6, "MB", 256),
        Row(f"{name}: reaching any update, median", 1e3 * statistics.median(seconds), "ms", 100),
        Row(f"{name}: reaching any update, slowest", 1e3 * max(seconds), "ms", float("inf")),
    ]


def importing(repeats=11):
    """Return rows of what `import mlpteach` takes after `import numpy`, once compiled.

    Then with the engine, which is loaded when it is first asked for. In CPU time: other processes
    shall not count.
    """
    command = [sys.executable, "-c", IMPORTING]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        printed = [subprocess.check_output(command, env=environment) for _ in range(repeats + 1)]
    measured = zip(*(map(float, said.split()) for said in printed[1:]), strict=True)
    alone, loaded, share = map(statistics.median, measured)
    return [
        Row("import mlpteach, after import numpy", alone, "ms", 50),
        Row("import mlpteach and load the engine", loaded, "ms", 50),
        Row("import mlpteach and load the engine, over import numpy", share, "times", 0.6),
    ]


def busy(neighbours=6, repeats=5, n=10_000):
    """Return the row of what an update takes beside busy processes, over one with one BLAS thread.

    Both contestants are processes of their own, in turns; what counts is an update's wall time.
    """
    folder = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", UPDATING.format(folder=folder, n=n)]
    free = {name: value for name, value in os.environ.items() if name not in THREADS}
    environments = {"free": free, "one thread": free | dict.fromkeys(THREADS, "1")}
    spin = [sys.executable, "-c", "while True: pass"]
    spinning = [subprocess.Popen(spin) for _ in range(neighbours)]
    took = {name: [] for name in environments}
    try:
        for _ in range(repeats):
            for name, environment in environments.items():
                took[name].append(float(subprocess.check_output(command, env=environment)))
    finally:
        for process in spinning:
            process.kill()
            process.wait()
    ratio = statistics.median(took["free"]) / statistics.median(took["one thread"])
    name = f"784-50-10, batches of 256, {neighbours} busy neighbours: over one BLAS thread"
    return [Row(name, ratio, "times", 1.5)]


def random_task(n=60_000, epochs=20):
    """Return a task as large as Fashion-MNIST, with noise for pictures."""
    rng = np.random.default_rng(0)
    X, y = rng.uniform(-0.5, 0.5, (n, 784)), rng.integers(0, 10, n)
    return Task("784-50-10, batches of 256", X, y, 50, 256, epochs)


def main():
    pictures = fashion() or random_task(n=20_000, epochs=3)
    tables = [
        lambda: speed(digits(), 11, over_hand=1.4, over_scikit_learn=2.5, over_pytorch=10),
        lambda: speed(pictures, 7, over_hand=1.2, over_scikit_learn=1.1),
        lambda: travel(fashion(epochs=20) or random_task()),
        busy,
        importing,
    ]
    for table in tables:
        for row in table():
            print(row, flush=True)


if __name__ == "__main__":
    main()
