"""A declared check of a variable, for an answer of plain statements: read where its test stands."""

import json

import pytest
from course import cell
from nbformat.v4 import new_notebook

from mlpteach.grading.course.source_check import SourceRefused, check_source
from mlpteach.grading.deciding.own_exercise import own_checks
from mlpteach.grading.deciding.rules import Rules
from mlpteach.grading.grade import Work, grade
from mlpteach.grading.isolation.sandbox import Limits, Sandbox
from mlpteach.grading.notebooks.original import released_and_hidden

HINT = "A sum grows with the number of entries."
OWN = {
    "mistakes.toml": "",
    "checks.py": """
from mlpteach.exercise.protocol import Check
from mlpteach.exercise.variables import WrongValue, variable_check

SLIPS = [WrongValue("summed", 6.0, "A sum grows with the number of entries.", worth=0.5)]
CHECKS = {
    "mean_test": Check(
        "mean_test", "the mean", (), 2, variable_check("m", 2.0, mistakes=SLIPS), ("m",)
    ),
    "names_test": Check(
        "names_test", "the names", (), 1, variable_check("ages", {"Ada": 36, "Bo": 7}), ("ages",)
    ),
}
""",
}
SOLUTION = "m = None\n### BEGIN SOLUTION\nm = sum(x) / len(x)\n### END SOLUTION"


def source(solution=SOLUTION):
    test = {"grade": True, "locked": True}
    return new_notebook(
        cells=[
            cell("code", "data", "x = [1.0, 2.0, 3.0]", locked=True),
            cell("code", "mean", solution, solution=True),
            cell("code", "mean_test", "m", points=2, **test),
            cell("code", "later", "m = 'used for something else'"),
            cell("code", "names", "ages = {'Ada': 36, 'Bo': 7} # YOUR CODE HERE", solution=True),
            cell("code", "names_test", "ages", points=1, **test),
        ]
    )


@pytest.fixture(scope="module")
def sandbox(needs_sandbox):
    with Sandbox(limits=Limits(cell_seconds=20.0, notebook_seconds=120.0)) as made:
        made.settle()
        yield made


def graded(sandbox, mean, names="ages = dict(Bo=7, Ada=36)"):
    released, hidden = released_and_hidden(source())
    rules = Rules(released, hidden, own=OWN)
    handed = json.loads(json.dumps(released))
    handed["cells"][1]["source"], handed["cells"][4]["source"] = mean, names
    return grade(Work(rules, json.dumps(handed).encode(), b"k"), sandbox)


def said(found, id):
    [test] = [
        c for c in found.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == id
    ]
    return " ".join(test.outputs[0].text.split())


@pytest.mark.parametrize(
    ("mean", "score", "message"),
    [
        ("m = sum(x) / 3", 2.0, "m is right."),
        (
            "m = sum(x)",
            1.0,
            "m is 3 times what it must be. A sum grows with the number of entries.",
        ),
        ("import numpy as np\nm = np.mean(x)", 2.0, "m is right."),
        ("m = '2'", 0.0, "m is a text, not a number."),
        ("pass", 0.0, "There is no variable m: does its cell run without an error?"),
        ("class Two(float): pass\nm = Two(2)", 0.0, "m is a Two, not a number."),
        ("import numpy as np\nm = np.zeros(10**7)", 0.0, None),
        ("m = iter(x)", 0.0, "m is a list_iterator, not a number."),
    ],
)
def test_what_a_variable_holds_where_its_test_stands(sandbox, mean, score, message):
    found = graded(sandbox, mean)
    assert found.scores == {"mean_test": score, "names_test": 1.0}
    if message:
        assert said(found, "mean_test") == message


def test_a_dict_is_handed_over(sandbox):
    found = graded(sandbox, "m = 2", "ages = {'Ada': 36, 'Bo': 8}")
    assert found.scores == {"mean_test": 2.0, "names_test": 0.0}
    assert said(found, "names_test").startswith(
        "ages differs at 'Bo': what stands there is 1.1 times"
    )


def test_a_missing_import_above_it_waits_for_a_person(sandbox):
    found = graded(sandbox, "import no_such_module\nm = no_such_module.mean(x)")
    assert found.scores == {"mean_test": None, "names_test": 1.0}
    assert "the module no_such_module could not be had here" in " ".join(found.for_staff)


def test_the_solution_takes_it_when_the_assignment_is_generated(needs_sandbox):
    check_source(source(), own_checks(OWN))
    with pytest.raises(SourceRefused, match="'mean_test': the model solution fails its own check"):
        check_source(
            source("m = None\n### BEGIN SOLUTION\nm = 3\n### END SOLUTION"), own_checks(OWN)
        )
