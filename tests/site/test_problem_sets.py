"""A problem set on the site is the one that nbgrader gives out."""

import json

import nbformat
import pytest
from people import COURSE

from mlpteach.grading.notebooks.original import released_and_hidden
from mlpteach.site.problem_sets import problem_sets, released

NAMES = ["ps1_cross_entropy", "ps2_adam", "ps3_optimizers", "ps4_initialization"]


def source(name):
    return nbformat.read(COURSE / "source" / name / f"{name}.ipynb", as_version=4)


def test_they_are_the_four_by_the_names_they_are_handed_in_by():
    found = problem_sets()
    assert [one.name for one in found] == [f"{name}.ipynb" for name in NAMES]
    assert found[1].title == "Problem set 2: Adam, line by line"


@pytest.mark.parametrize("name", NAMES)
def test_one_is_what_nbgrader_makes_of_the_source(name):
    steps = pytest.importorskip("nbgrader.preprocessors")
    given, _ = released_and_hidden(source(name))
    # Once more at the end, as nbgrader does when the hidden tests are gone.
    given, _ = steps.ComputeChecksums().preprocess(nbformat.from_dict(given), {})
    (made,) = (json.loads(one.content) for one in problem_sets() if one.name == f"{name}.ipynb")
    nbformat.validate(made)
    assert nbformat.reads(json.dumps(made), as_version=4) == given


def test_no_solution_and_no_hidden_number_is_left():
    text = b"".join(one.content for one in problem_sets())
    for word in (b"BEGIN SOLUTION", b"HIDDEN TESTS", b"271828", b"beta1 * M + (1 - beta1) * G"):
        assert word not in text
    assert b"raise NotImplementedError()" in text


def test_a_region_without_an_end_is_refused():
    cell = {"cell_type": "code", "id": "a", "source": "### BEGIN SOLUTION\nx = 1"}
    flags = {"solution": True, "grade": False, "locked": False, "grade_id": "a"}
    cell |= {"metadata": {"nbgrader": flags}, "outputs": [], "execution_count": None}
    with pytest.raises(ValueError, match="BEGIN SOLUTION and no END SOLUTION"):
        released({"cells": [cell]})
