"""What is taken for valid at a glance must be valid by nbformat's own schema."""

import copy

import nbformat
import pytest

from mlpteach.grading.notebooks.plainly_valid import is_plainly_valid

STREAM = {"output_type": "stream", "name": "stdout", "text": "1\n"}
RESULT = {
    "output_type": "execute_result",
    "data": {"text/plain": "1", "image/png": "iVBORw0KGgo="},
    "metadata": {},
    "execution_count": None,
}
ERROR = {"output_type": "error", "ename": "E", "evalue": "no", "traceback": ["a", "b"]}
DATA = {"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}}
CODE = {
    "id": "a-1_B",
    "cell_type": "code",
    "metadata": {"nbgrader": {"grade_id": "a", "points": 2}},
    "source": "1",
    "outputs": [STREAM, RESULT, ERROR, DATA],
    "execution_count": None,
}
TEXT = {"id": "b", "cell_type": "markdown", "metadata": {}, "source": "# Title"}
NOTEBOOK = {
    "cells": [CODE, TEXT, TEXT | {"id": "c", "cell_type": "raw"}],
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "mlpteach": {"scores": {"a": None}},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


def places(value, path=()):
    """Yield the path to each part of a notebook."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, part in enumerate(value) if isinstance(value, list) else items:
        yield from places(part, (*path, key))


def with_other(path, value):
    """Return the notebook with another value in one place; ... takes it away."""
    notebook = copy.deepcopy(NOTEBOOK)
    *above, last = path
    holder = notebook
    for key in above:
        holder = holder[key]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return notebook


OTHERS = (..., None, -1, 1.5, "", "two words", "b", "code", [], [1], ["x"], {}, {"x": 1}, True)


def test_a_graded_notebook_is_seen_to_be_valid():
    assert is_plainly_valid(NOTEBOOK)
    nbformat.validate(NOTEBOOK)


@pytest.mark.parametrize("path", [path for path in places(NOTEBOOK) if path])
def test_nothing_is_taken_for_valid_that_is_not(path):
    for value in OTHERS:
        notebook = with_other(path, value)
        if is_plainly_valid(notebook):
            nbformat.validate(notebook, relax_add_props=True)


@pytest.mark.parametrize("name", ["tags", "name", "jupyter", "execution", "collapsed", "scrolled"])
def test_metadata_with_rules_are_left_to_the_schema(name):
    assert not is_plainly_valid(with_other(("cells", 0, "metadata", name), 7))
