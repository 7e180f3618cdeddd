"""A small exercise that works, to begin one's own with: ``mlpteach new-exercise NAME``."""

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlpteach.grading.deciding.own_exercise import CHECKS, MISTAKES
from mlpteach.grading.settings import LINES_TO_WRITE

_CONFIG = """\
from mlpteach.grading.settings import configure

c = get_config()  # noqa: F821  nbgrader hands it to this file
c.CourseDirectory.course_id = "{course}"
configure(c)  # students' code runs in a sandbox, and marks are decided outside of it
"""
_MISTAKES = """\
# What students write: each function with its model solution, and the mistakes that are known.
# Students never see this file. A mistake is the solution with `changes`: [[old, new], ...].

[row_means]
parameters = ["X"]
returns = ["m"]
solution = '''
def row_means(X):
    return X.mean(axis=1)
'''

[[row_means.mistake]]
id = "means_of_columns"
changes = [["axis=1", "axis=0"]]
hint = "Which of the two axes does the mean run along?"

[[row_means.mistake]]
id = "summed"
changes = [[".mean", ".sum"]]
hint = "A sum grows with the number of entries; a mean does not."
worth = 0.5
"""
_CHECKS = '''\
"""With which inputs the functions of mistakes.toml, here named SHEET, are called.

An answer of plain statements: mlpteach.exercise.variables.variable_check looks at a variable.
"""

from mlpteach.exercise.diagnosis import values_check
from mlpteach.exercise.protocol import Call, Check


def some_arrays(rng):
    """Yield where, in words for the student, and a call; `rng` gives everybody other inputs."""
    for shape in [(2, 3), (4, 4), (5, 1)]:
        yield f"for X of shape {shape}", Call("row_means", (rng.normal(0, 2, shape),))


# The grade id of the test cell -> its check. The points that count are those of the notebook.
CHECKS = {
    "row_means_test": Check(
        id="row_means_test",
        title="row means",
        functions=("row_means",),
        points=5,
        run=values_check(SHEET, some_arrays),  # noqa: F821
    ),
}
'''
_ANSWER = '''\
def row_means(X):
    """Return the mean of each row of X, shape (rows,)."""
    ### BEGIN SOLUTION
    return X.mean(axis=1)
    ### END SOLUTION'''
_TEST = """\
# 5 points. You see one example; graded is with other numbers.
X = np.array([[1.0, 3.0], [2.0, 8.0]])
assert np.allclose(row_means(X), [2.0, 5.0]), f"row_means(X) gives {row_means(X)}"\
"""


class CannotBegin(Exception):
    """Why no exercise can be begun, and what to do."""


def new_exercise(name, course):
    """Write a small exercise into a course, and the course's settings where it has none.

    Parameters
    ----------
    name : str
        The assignment's.
    course : str or Path

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    CannotBegin
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,60}", name, re.ASCII):
        raise CannotBegin(
            f"a name is made of letters, digits, _ and -, as in ps5_dropout; given {name!r}"
        )
    course = Path(course).expanduser().absolute()
    folder = course / "source" / name
    if folder.exists():
        raise CannotBegin(f"{folder} is there already: nothing was written. Choose another name")
    texts = {
        folder / MISTAKES: _MISTAKES,
        folder / CHECKS: _CHECKS,
        folder / f"{name}.ipynb": nbformat.writes(_notebook(name)) + "\n",
    }
    config = course / "nbgrader_config.py"
    if config.exists():
        _check_configured(config)
    else:
        texts[config] = _CONFIG.format(course=re.sub(r"\W", "_", course.name) or "course")
    try:
        folder.mkdir(parents=True)
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotBegin(f"{folder} cannot be written: {error}") from error
    return list(texts)


def _check_configured(config):
    """Refuse a course that would give checks and model solutions to its students."""
    said = config.read_text(encoding="utf-8", errors="replace")
    if not re.search(r"^[^#\n]*(?:mlpteach|load_subconfig)", said, re.MULTILINE):
        raise CannotBegin(
            f"{config} does not ask for mlpteach, so students would be given {CHECKS} and "
            f"{MISTAKES}: nothing was written. {LINES_TO_WRITE}"
        )


def _notebook(name):
    cells = [
        new_markdown_cell(f"# {name}\n\n5 points."),
        _cell("imports", "import numpy as np", locked=True),
        _cell("row_means", _ANSWER, solution=True),
        _cell("row_means_test", _TEST, grade=True, locked=True, points=5),
    ]
    about = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": about})


def _cell(grade_id, source, **data):
    flags = {"grade": False, "solution": False, "locked": False, "task": False}
    nbgrader = flags | {"grade_id": grade_id, "schema_version": 3} | data
    return new_code_cell(source, id=grade_id, metadata={"nbgrader": nbgrader})
