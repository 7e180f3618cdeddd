"""The gradebook may be a PostgreSQL server: here a real one, started for this test."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from course import ASSIGNMENT, WRONG_MOMENT, answered

from mlpteach.grading import class_run

psycopg = pytest.importorskip("psycopg")


def programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1] if found else None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address of a database on a server of our own, reached through a socket only."""
    if programs() is None:
        assert not os.environ.get("MLPTEACH_REQUIRE_POSTGRESQL"), "PostgreSQL is missing"
        pytest.skip("PostgreSQL is not installed here")
    root = tmp_path_factory.mktemp("postgresql")
    root.chmod(0o777)
    for above in root.parents[:3]:
        above.chmod(above.stat().st_mode | 0o011)
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(program, *arguments):
        command = [*user, str(programs() / program), *arguments]
        with open(root / f"{program}.log", "w") as log:
            done = subprocess.run(command, cwd="/", stdout=log, stderr=log, timeout=120)
        assert done.returncode == 0, (root / f"{program}.log").read_text()

    data, options = str(root / "data"), f"-k {root} -c listen_addresses='' -c fsync=off"
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-l", str(root / "server.log"), "-o", options, "start")
    yield f"postgresql+psycopg://postgres@/postgres?host={root}"
    run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(root / "data", ignore_errors=True)


def test_a_class_is_graded_into_postgresql(server, make_course):
    from nbgrader.api import Gradebook

    course = make_course(db_url=server)
    for number in range(6):
        course.hand_in(f"right{number}", answered())
    course.hand_in("wrong", answered(moment=WRONG_MOMENT))
    (course.root / "nbgrader_config.py").write_text(
        "from mlpteach.grading.settings import configure\nconfigure(get_config())\n"
    )
    here = os.getcwd()
    try:
        application = class_run.open_course(course.root)
        application.update_config(course.config)
        application.coursedir.update_config(course.config)
        students = class_run.students_of(application.coursedir, ASSIGNMENT)
        with class_run.start_sandbox() as started:
            sandbox = class_run.settle_sandbox(application, started)
            run = class_run.grade_class(application, ASSIGNMENT, students, sandbox, graders=2)
    finally:
        os.chdir(here)
    assert {result.state for result in run.results} == {"graded"}, run.results
    assert not (course.root / "gradebook.db").exists()
    with Gradebook(server, "course") as book:
        marks = {s.student_id: s.score for s in book.assignment_submissions(ASSIGNMENT)}
    assert marks == {f"right{n}": 6.0 for n in range(6)} | {"wrong": 2.0}
