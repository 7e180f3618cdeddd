"""What the tests of the grading share: small courses, graded in this process."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import people
from course import ASSIGNMENT, CHECKS, Course

from mlpteach import assignments


@pytest.fixture(scope="session")
def make_course(tmp_path_factory, needs_sandbox):
    """Make a generated course: ``make_course(cell_seconds=…)``."""
    assignments.ASSIGNMENTS[ASSIGNMENT] = CHECKS

    def make(**settings):
        made = Course(
            tmp_path_factory.mktemp("course"),
            **{"cell_seconds": 2.0, "call_seconds": 1.0, "notebook_seconds": 20.0} | settings,
        )
        done = made.run("generate_assignment", ASSIGNMENT)
        assert done.success, done.log
        return made

    yield make
    del assignments.ASSIGNMENTS[ASSIGNMENT]


@pytest.fixture(scope="session")
def course(make_course):
    """One course for all tests that only hand in and grade."""
    return make_course()


@pytest.fixture(scope="session")
def course_folder():
    """Copy the repository's course to a folder: ``course_folder(path)``."""
    return people.copy_course


@pytest.fixture(scope="session")
def environment_at():
    """Environment of a person with a home of their own: ``environment_at(home)``."""

    def make(home):
        home.mkdir(parents=True, exist_ok=True)
        return people.environment_at(home)

    return make


def postgresql_programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1] if found else None


@pytest.fixture(scope="session")
def postgresql():
    """Address of a database on a server of our own, reached through a socket only."""
    pytest.importorskip("psycopg")
    if postgresql_programs() is None:
        assert not os.environ.get("MLPTEACH_REQUIRE_POSTGRESQL"), "PostgreSQL is missing"
        pytest.skip("PostgreSQL is not installed here")
    # Not below pytest's own folder, which it closes to other users whenever it is started.
    root = Path(tempfile.mkdtemp(prefix="mlpteach-postgresql-"))
    root.chmod(0o777)
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(program, *arguments):
        command = [*user, str(postgresql_programs() / program), *arguments]
        with open(root / f"{program}.log", "w") as log:
            done = subprocess.run(command, cwd="/", stdout=log, stderr=log, timeout=120)
        assert done.returncode == 0, (root / f"{program}.log").read_text()

    data, options = str(root / "data"), f"-k {root} -c listen_addresses='' -c fsync=off"
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-l", str(root / "server.log"), "-o", options, "start")
    yield f"postgresql+psycopg://postgres@/postgres?host={root}"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(root, ignore_errors=True)
