"""A class of sixty gets on a cluster what it gets on this machine, to the letter."""

import re
import subprocess

import pytest
from small_class import (
    ASSIGNMENT,
    files_of,
    generate,
    make_course,
    marks_of,
    right,
    sixty,
)

LATE = """
c.AssignLatePenalties.plugin_class = "late_plugin.OnePoint"
import sys
sys.path.insert(0, {root!r})
"""
PLUGIN = """
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import NbGraderPreprocessor

class OnePoint(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1.0

class OwnStep(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        return nb, resources
"""


# A course with a step of its own is graded by nbgrader's own converter, on this machine.
OWN_STEP = """
c.Autograde.autograde_preprocessors = [
    *c.Autograde.autograde_preprocessors, "late_plugin.OwnStep"
]
"""


@pytest.fixture(scope="module")
def students(template):
    return sixty(template)


@pytest.fixture(scope="module")
def make(template, students, tmp_path_factory):
    """Make a course of the sixty, one of whom comes late and one brings a file."""

    def made(name):
        root = make_course(template, tmp_path_factory.mktemp("sixty") / name, students)
        (root / "late_plugin.py").write_text(PLUGIN)
        with open(root / "nbgrader_config.py", "a") as config:
            config.write(LATE.format(root=str(root)))
        late, file = (root / "submitted" / s / ASSIGNMENT for s in ("late", "odd-file"))
        (late / "timestamp.txt").write_text("2030-01-01 00:00:00 UTC")
        (file / "numbers.txt").write_text("1 2 3")
        return root

    return made


def set_due_date(root, url=None):
    from nbgrader.api import Gradebook

    with Gradebook(url or f"sqlite:///{root}/gradebook.db", "mlpteach") as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2029-01-01 00:00:00 UTC")


@pytest.fixture(scope="module")
def locally(make, cluster):
    root = make("locally")
    with open(root / "nbgrader_config.py", "a") as config:
        config.write(OWN_STEP)
    set_due_date(root)
    done = cluster.grade(root, "--graders", "2")
    assert done.returncode == 0, done.stderr
    return root, done.stdout


def without_time(report):
    """Leave out the seconds, and the limits that only a machine that grades can tell."""
    told = re.sub(r"^limits: .*\n", "", report, flags=re.MULTILINE)
    return told.partition(", in ")[0], told.partition(" s\n")[2]


def test_there_are_sixty_of_all_kinds(locally, students):
    marks = marks_of(locally[0])
    assert set(marks) == set(students)
    assert len(marks) == 60
    assert len({notebook[1] for _, [notebook] in marks.values()}) > 8
    assert marks["late"][1][0][2] == 1.0


def test_here_in_batches(locally, make, cluster):
    root = make("here")
    set_due_date(root)
    done = cluster.grade(root, "--graders", "2")
    assert done.returncode == 0, done.stderr
    assert files_of(root) == files_of(locally[0])
    assert marks_of(root) == marks_of(locally[0])
    assert without_time(done.stdout) == without_time(locally[1])


def test_on_dask_into_sqlite(locally, make, cluster):
    root = make("dask")
    set_due_date(root)
    done = cluster.grade(root)
    assert done.returncode == 0, done.stderr
    assert files_of(root) == files_of(locally[0])
    assert marks_of(root) == marks_of(locally[0])
    assert without_time(done.stdout) == without_time(locally[1])
    again = cluster.grade(root, "--scheduler-file", str(cluster.file))
    assert "ps2_adam: 0 graded, 60 graded before, in" in again.stdout


def test_the_scheduler_is_found_where_dask_looks_for_it(template, cluster, tmp_path):
    root = make_course(template, tmp_path / "course", right(template, 1))
    command = cluster.command("grade", ASSIGNMENT, "--course", str(root))
    nowhere = {"DASK_SCHEDULER_ADDRESS": "no-address"}
    refused = subprocess.run(
        command, capture_output=True, text=True, timeout=400, env=cluster.environment | nowhere
    )
    assert "the scheduler no-address cannot be reached" in refused.stderr
    there = {"DASK_SCHEDULER_ADDRESS": cluster.address}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=400, env=cluster.environment | there
    )
    assert "ps2_adam: 1 graded, in" in done.stdout, done.stderr


@pytest.fixture
def url(postgresql):
    """Return the address of a database of its own."""
    import psycopg

    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("CREATE DATABASE sixty")
    return postgresql.replace("/postgres?", "/sixty?")


def test_through_files_in_three_parts_into_postgresql(locally, make, cluster, tmp_path, url):
    root, jobs = make("files"), tmp_path / "jobs"
    generate(root, f"--db={url}")
    set_due_date(root, url)
    done = cluster.grade(root, "--jobs", str(jobs), f"--db={url}")
    assert "0 graded, 60 waiting for an answer, in" in done.stdout, done.stderr
    assert f"60 jobs wait in {jobs}" in done.stderr
    parts = [
        subprocess.Popen(
            cluster.command("grade-jobs", str(jobs), "--part", f"{part}/3"),
            stdout=subprocess.PIPE,
            text=True,
            env=cluster.environment,
        )
        for part in (1, 2, 3)
    ]
    said = [process.communicate(timeout=300)[0] for process in parts]
    assert said == [f"part {part}/3: 20 graded\n" for part in (1, 2, 3)]
    done = cluster.grade(root, "--jobs", str(jobs), f"--db={url}")
    assert "ps2_adam: 60 graded, in" in done.stdout, done.stderr
    assert files_of(root) == files_of(locally[0])
    assert marks_of(root, url) == marks_of(locally[0])
    assert not list(jobs.rglob("*/*.json"))  # all is written down
