"""Ten thousand marks in a gradebook that a formgrader has open, in SQLite and in PostgreSQL.

    python tests/benchmarks/gradebook.py [--submissions 10000] [--only postgresql]

`mlpteach grade` writes the marks of a cluster whose workers return a recorded answer after 20 ms.
Meanwhile, and afterwards, a real formgrader is asked for what its pages show: for each page the
slowest answer in seconds, and what it took of the processors of formgrader and database. All marks
are read back and compared. In the end the command is started again, for the report.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import psutil
from nbgrader.api import Gradebook

sys.path.insert(0, str(Path(__file__).parents[1]))

import real_lab
from benchmarks import cluster, grading

from mlpteach.grading.gradebook.read_marks import read_marks

ASSIGNMENT = grading.ASSIGNMENT
# What a page of the formgrader asks for.
PAGES = {
    "manage assignments": "assignments",
    "manage submissions": f"submissions/{ASSIGNMENT}",
    "gradebook, the assignment": f"notebooks/{ASSIGNMENT}",
    "gradebook, its notebook": f"submitted_notebooks/{ASSIGNMENT}/{ASSIGNMENT}",
    "manage students": "students",
    "a student": "student_submissions/student000",
}


class Asked(NamedTuple):
    """One answer: its seconds, and CPU seconds of formgrader and database."""

    seconds: float
    cpu: float


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for database in [asked.only] if asked.only else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="mlpteach-benchmark-") as folder:
            print_marks(database, Path(folder), asked.submissions)


def print_marks(database, folder, count):
    """Print what a class of `count` takes in this database."""
    root = folder / "course"
    cluster.hand_in_different(root, count)
    with gradebook(database, root) as (url, server), formgrader(folder, root) as (address, lab):
        pages = Pages(address, [lab, *server])
        with recorded_workers(folder) as scheduler, pages.asked_again_and_again() as meanwhile:
            took, memory = cluster.cpu_of_command(root, "--scheduler-file", str(scheduler))
        check_marks(url, count)
        began = time.monotonic()
        report, _ = cluster.cpu_of_command(root)
        seconds = time.monotonic() - began
        afterwards = {name: pages.ask(path) for name, path in PAGES.items()}
    print(f"\n{count} marks in {database}, all read back and right: {took:.0f} s CPU, ")
    print(f"{memory >> 20} MB; again, with the report: {seconds:.1f} s, {report:.1f} s CPU\n")
    print("| page | while writing s (CPU) | afterwards s (CPU) |\n| --- | --- | --- |")
    for name, after in afterwards.items():
        slowest = max(meanwhile[name], default=Asked(0, 0))
        print(f"| {name} | {slowest[0]:.1f} ({slowest[1]:.1f}) | {after[0]:.1f} ({after[1]:.1f}) |")


@contextlib.contextmanager
def recorded_workers(folder):
    """Start a scheduler, and workers that return a recorded answer; give the scheduler's file."""
    preloaded = folder / "recorded.py"
    preloaded.write_text(cluster.RECORDED)
    with cluster.Processes(folder, "--preload", str(preloaded)) as processes:
        yield processes.file


@contextlib.contextmanager
def gradebook(database, root):
    """Let a course keep its marks in a database; give its address and the server's process."""
    if database == "sqlite":
        yield f"sqlite:///{root}/gradebook.db", []
        return
    with postgresql() as (url, server):
        with open(root / "nbgrader_config.py", "a") as file:
            file.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
        grading.run(root, "nbgrader", "generate_assignment", ASSIGNMENT, "--force")
        yield url, [server]


@contextlib.contextmanager
def postgresql():
    """Start a server of our own, reached through a socket; give its address and process."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    root = Path(tempfile.mkdtemp(prefix="mlpteach-postgresql-"))
    root.chmod(0o777)
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(program, *words):
        command = [*user, str(programs / program), "-D", str(root / "data"), *words]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=120)

    run("initdb", "-U", "postgres", "-A", "trust")
    options = f"-k {root} -c listen_addresses=''"
    run("pg_ctl", "-w", "-l", str(root / "log"), "-o", options, "start")
    number = int((root / "data" / "postmaster.pid").read_text().split()[0])
    yield f"postgresql+psycopg://postgres@/postgres?host={root}", psutil.Process(number)
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def formgrader(folder, root):
    """Start JupyterLab in a course; give the formgrader's address and the server's process."""
    home = folder / "home"
    home.mkdir()
    before = set(psutil.Process().children())
    with real_lab.serve(home, root) as address:
        [lab] = set(psutil.Process().children()) - before
        yield f"{address}/formgrader/api", lab


class Pages:
    """Asks a formgrader.

    Parameters
    ----------
    address : str
    processes : list of psutil.Process
        Of formgrader and database.
    """

    def __init__(self, address, processes):
        self._address, self._processes = address, processes

    def ask(self, path):
        """Ask for one page's content; return an Asked."""
        cpu, began = self._cpu(), time.monotonic()
        with urllib.request.urlopen(f"{self._address}/{path}", timeout=600) as answer:
            assert answer.status == 200
            answer.read()
        return Asked(time.monotonic() - began, self._cpu() - cpu)

    def _cpu(self):
        return sum(cluster._cpu(process) for process in self._processes)

    @contextlib.contextmanager
    def asked_again_and_again(self):
        """Ask for each page in turn until this ends; give page -> list of Asked."""
        answers, ended = {name: [] for name in PAGES}, threading.Event()

        def ask():
            while not ended.wait(1):
                for name, path in PAGES.items():
                    answers[name].append(self.ask(path))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield answers
        finally:
            ended.set()
            asking.join()


def check_marks(url, count):
    """Compare all marks in the gradebook with those of the model solution."""
    with Gradebook(url, "mlpteach") as book:
        marks = read_marks(book, ASSIGNMENT)
    assert len(marks) == count
    first = marks["student000"]
    assert sum(notebook.points for notebook in first.values()) == grading.MARK
    assert all(each == first for each in marks.values())


if __name__ == "__main__":
    main()
