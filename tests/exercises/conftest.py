"""What the tests of the exercises share: the notebooks and how they are filled in."""

import nbformat
import people
import pytest


def _read(assignment):
    return nbformat.read(
        people.COURSE / "source" / assignment / f"{assignment}.ipynb", as_version=4
    )


@pytest.fixture(scope="session")
def course():
    """The repository's nbgrader course."""
    return people.COURSE


@pytest.fixture(scope="session")
def read_source():
    """Read an assignment's source notebook: ``read_source(assignment)``."""
    return _read


@pytest.fixture(scope="session")
def solve():
    """Fill in a notebook: ``solve(notebook, assignment, *ids of mistakes)``."""
    return people.solve


@pytest.fixture(scope="session")
def environment_at():
    """Environment of a person with a home of their own: ``environment_at(home)``."""
    return people.environment_at
