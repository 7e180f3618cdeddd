"""The instructor's notebook as students received it, with every cell that a mark hangs on."""

import ast
import json
import re


def released_and_hidden(notebook, config=None, generated=None):
    """Do to a source what ``nbgrader generate_assignment`` does.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The instructor's; changed.
    config : traitlets.config.Config, optional
        The course's settings: its own delimiters and stubs.
    generated : callable, optional
        Returns grade id -> text of the cells as they were generated; called where the source holds
        AUTOTEST lines, whose tests are written when the assignment is generated.

    Returns
    -------
    released : dict
        The notebook as students received it.
    hidden : dict of str to str
        Grade id -> the whole text of a cell of which students see a part: hidden tests, a mark
        scheme.
    """
    from nbgrader import preprocessors as steps

    notebook, _ = steps.IncludeHeaderFooter(config=config).preprocess(notebook, {})
    give_ids(notebook)
    if generated is not None and any(_has_autotests(cell) for cell in notebook.cells):
        _put_texts(notebook, generated())
    for step in (steps.LockCells, steps.ClearSolutions, steps.ClearOutput, steps.ComputeChecksums):
        notebook, _ = step(config=config).preprocess(notebook, {})
    whole = {grade_id: cell.source for grade_id, cell in _named_cells(notebook)}
    for step in (steps.ClearHiddenTests, steps.ClearMarkScheme):
        notebook, _ = step(config=config).preprocess(notebook, {})
    hidden = {
        grade_id: whole[grade_id]
        for grade_id, cell in _named_cells(notebook)
        if cell.source != whole[grade_id]
    }
    return json.loads(json.dumps(notebook)), hidden


def answers_in(notebook):
    """Return grade id -> text of the instructor's own answers in code cells."""
    return {
        cell.metadata.nbgrader["grade_id"]: cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    }


def give_ids(notebook):
    """Give each cell an id, and take away what only looks like nbgrader's metadata.

    Notebooks before nbformat 4.5 have no ids. Some courses have cells with nbgrader's metadata but
    without a name, which mean nothing.
    """
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    for number, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{number}")
        data = cell.metadata.get("nbgrader")
        if data is not None and not data.get("grade_id") and not _counts(data):
            del cell.metadata["nbgrader"]


def _counts(data):
    return any(data.get(flag) for flag in ("grade", "solution", "locked", "task"))


def _named_cells(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            yield cell.metadata.nbgrader.grade_id, cell


def _has_autotests(cell):
    return re.search(r"#.*\bAUTOTEST\b", cell.source) is not None


def _put_texts(notebook, texts):
    for grade_id, cell in _named_cells(notebook):
        if _has_autotests(cell):
            cell.source = texts.get(grade_id, cell.source)


def graded_tests(notebook):
    """Return grade id -> cell of the tests that are marked without a person."""
    found = {}
    for cell in notebook.cells:
        data = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and data.get("grade") and not data.get("solution"):
            found[data["grade_id"]] = cell
    return found


_MOST_PARSED = 100_000  # characters; Python's parser takes 700 bytes for each


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
