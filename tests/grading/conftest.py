"""What the tests of the grading share: small courses, graded in this process."""

import sys
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
