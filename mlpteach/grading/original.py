"""The instructor's notebook as students received it, with every cell that a mark hangs on."""

import ast
import functools
import re
from pathlib import Path

import nbformat


class NoOriginal(Exception):
    """The instructor's notebook is not there."""


def read_original(coursedir, assignment, notebook):
    """Return the source notebook without its solutions.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    assignment, notebook : str

    Returns
    -------
    nbformat.NotebookNode
        A copy of the caller's own.

    Raises
    ------
    NoOriginal
    """
    folder = coursedir.format_path(coursedir.source_directory, ".", assignment)
    path = Path(folder, f"{notebook}.ipynb")
    if not path.is_file():
        raise NoOriginal(f"{path} is needed to grade: put the assignment's source back there")
    return nbformat.from_dict(_prepared(str(path), path.stat().st_mtime_ns))


@functools.lru_cache(maxsize=32)
def _prepared(path, changed):
    """Do to the source what ``nbgrader generate_assignment`` does, but for the hidden tests."""
    from nbgrader.preprocessors import ClearOutput, ClearSolutions, ComputeChecksums, LockCells

    notebook = nbformat.read(path, as_version=4)
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums):
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def graded_tests(notebook):
    """Return grade id -> cell of the tests that are marked without a person."""
    found = {}
    for cell in notebook.cells:
        data = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and data.get("grade") and not data.get("solution"):
            found[data["grade_id"]] = cell
    return found


_MOST_PARSED = 100_000  # characters; Python's parser takes 700 bytes for each
_HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.M | re.S)


def without_hidden_tests(source):
    """Return a test cell's text as students received it."""
    return _HIDDEN.sub("", source).rstrip()


def functions_defined(source):
    """Return the names of the functions that a cell defines at its top level."""
    if len(source) > _MOST_PARSED:
        return _functions_by_sight(source)
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _functions_by_sight(source)
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


def _functions_by_sight(source):
    return set(re.findall(r"^def +(\w+)", source, re.MULTILINE))
