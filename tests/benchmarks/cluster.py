"""What grading on a Dask cluster costs beside grading here: real processes on one machine.

    python tests/benchmarks/cluster.py [--submissions 100] [--recorded 1000]

First a class is graded here and on a scheduler with two workers, which must come to the same marks:
CPU seconds of everything, students' own code too, by a control group where one can be made, and
their ratio; then of all processes outside of the sandboxes.
Then a larger class, where the workers return a recorded answer after 20 ms instead of grading: CPU
and memory of coordinator, scheduler, workers.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import grading
from benchmarks.account import Account

ASSIGNMENT, WORKERS = grading.ASSIGNMENT, 2
# Loaded into a worker: the first answer is recorded, and given again to every job.
RECORDED = """
import json
import time
from mlpteach.grading.cluster import task

kept = {}

def recorded(plugin, job):
    digest = json.loads(job)["notebooks"][0]["digest"]
    if not kept:
        kept.update(answer=task.graded(plugin, job).decode(), digest=digest)
    time.sleep(0.02)
    return kept["answer"].replace(kept["digest"], digest).encode()

if not hasattr(task, "graded"):  # Dask loads it more than once
    task.graded, task.grade_job = task.grade_job, recorded
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--recorded", type=int, default=1000)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print_beside_local(asked.submissions)
    print_recorded(asked.recorded)


def print_beside_local(count):
    """Print the CPU seconds of a class graded here, and on a cluster."""
    with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
        root, again = Path(folder, "here"), Path(folder, "there")
        grading.hand_in(root, count)
        shutil.copytree(root, again)
        # The first student's submission alone: what starting costs.
        first = ("--student", "student000", "--force")
        here, there, everything = [], [], []
        with Account() as account:
            for more in (first, ()):
                before = account.seconds
                here.append(cpu_of_command(root, *more)[0])
                everything.append(account.seconds - before)
        with Account() as account, Processes(folder) as processes:
            for more in (first, ()):
                before = account.seconds
                there.append(processes.cpu_of_run(again, *more))
                everything.append(account.seconds - before)
        assert grading.marks_of(root) == grading.marks_of(again) == [grading.MARK] * count
    print(
        f"{count} submissions: CPU of everything here {everything[1]:.1f} s, on Dask "
        f"{everything[3]:.1f} s: ratio {everything[3] / everything[1]:.2f}"
    )
    print(f"outside of the sandboxes: CPU here {here[1]:.1f} s, on Dask {there[1]}")
    whole = there[1].total / here[1]
    each = (there[1].total - there[0].total) / (here[1] - here[0])
    print(
        f"ratio {whole:.2f}; without what starting costs ({here[0]:.1f} s, {there[0]}) {each:.2f}"
    )


def print_recorded(count):
    """Print what each process takes where nothing is graded."""
    with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
        root = Path(folder, "course")
        hand_in_different(root, count)
        preloaded = Path(folder, "recorded.py")
        preloaded.write_text(RECORDED)
        with Processes(folder, "--preload", str(preloaded)) as processes:
            few = processes.cpu()
            coordinator, memory = cpu_of_command(root, "--scheduler-file", str(processes.file))
            took = {name: seconds - few[name] for name, seconds in processes.cpu().items()}
            scheduler = processes.memory()
        start, _ = cpu_of_command(root, "--graders", "1", "--student", "student000")
        marks = grading.marks_of(root)
        assert marks == [grading.MARK] * count
        report = time.monotonic()
        grading.run(root, "mlpteach.cli", "grade", ASSIGNMENT)
        report = time.monotonic() - report
    print(
        f"{count} recorded answers: coordinator {1000 * (coordinator - start) / count:.1f} ms CPU "
        f"each, {memory >> 20} MB; scheduler {1000 * took['scheduler'] / count:.1f} ms, "
        f"{scheduler >> 20} MB; workers {1000 * took['workers'] / count:.1f} ms; "
        f"started again, with the report: {report:.1f} s"
    )


def hand_in_different(root, count):
    """Hand in notebooks of which no two are the same."""
    grading.hand_in(root, count)
    for number, path in enumerate(sorted((root / "submitted").rglob("*.ipynb"))):
        text = path.read_text().replace('\n "metadata": {', f'\n "metadata": {{"number": {number},')
        path.write_text(text)


def cpu_of_command(root, *more):
    """Grade a course; return the CPU seconds of the command and its children, and its memory."""
    words = [sys.executable, "-m", "mlpteach.cli", "grade", ASSIGNMENT, *more]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    with open(root / "said.txt", "w") as said:
        process = subprocess.Popen(words, cwd=root, env=environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (root / "said.txt").read_text()[-3000:]
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


class Cost(NamedTuple):
    """CPU seconds."""

    coordinator: float
    scheduler: float
    workers: float

    @property
    def total(self):
        return sum(self)

    def __str__(self):
        return (
            f"{self.total:.1f} s (coordinator {self.coordinator:.1f}, scheduler "
            f"{self.scheduler:.1f}, workers {self.workers:.1f})"
        )


class Processes:
    """A scheduler and two workers; `more` are further words for the workers."""

    def __init__(self, folder, *more):
        self.file = Path(folder, "scheduler.json")
        self._folder, self._more, self._started = folder, more, []

    def __enter__(self):
        words = ("--port", "0", "--host", "127.0.0.1", "--no-dashboard")
        self._start("scheduler", *words, "--scheduler-file", str(self.file))
        for _ in range(WORKERS):
            words = ("--scheduler-file", str(self.file), "--nthreads", "1", "--no-dashboard")
            self._start("worker", *words, "--no-nanny", *self._more)
        from distributed import Client

        with Client(scheduler_file=str(self.file), set_as_default=False, timeout=120) as client:
            client.wait_for_workers(WORKERS, timeout=120)
        return self

    def _start(self, *words):
        log = subprocess.DEVNULL
        command = [sys.executable, "-m", "dask", *words]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._started.append(psutil.Process(process.pid))
        self._started[-1].popen = process

    def cpu(self):
        """Return the CPU seconds so far, of those that have ended, too."""
        scheduler, *workers = map(_cpu, self._started)
        return {"scheduler": scheduler, "workers": sum(workers)}

    def cpu_of_run(self, root, *more):
        """Grade a course on these; return the Cost."""
        before = self.cpu()
        coordinator, _ = cpu_of_command(root, *more, "--scheduler-file", str(self.file))
        after = self.cpu()
        return Cost(coordinator, *(after[name] - before[name] for name in before))

    def memory(self):
        """Return the bytes of the scheduler."""
        return self._started[0].memory_info().rss

    def __exit__(self, *error):
        for process in self._started[::-1]:
            process.popen.terminate()
            process.popen.wait(60)


def _outside(process):
    """Yield a process and those it started, but for what runs in a sandbox."""
    yield process
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in process.children():
            if child.name() != "bwrap":
                yield from _outside(child)


def _cpu(process):
    total = 0.0
    for each in list(_outside(process)):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            total += sum(each.cpu_times()[:4])
    return total


if __name__ == "__main__":
    main()
