"""The problem sets as students get them: what ``nbgrader generate_assignment`` makes of a source.

A site is made without nbgrader, which a reader of lectures has no use for.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.site.markdown import title_of

_STUBS = {
    "code": ["# YOUR CODE HERE", "raise NotImplementedError()"],
    "markdown": ["YOUR ANSWER HERE"],
}
_HIDDEN = ("HIDDEN TESTS", "MARK SCHEME")


@dataclass(frozen=True)
class ProblemSet:
    """A problem set's notebook, as students get it.

    Attributes
    ----------
    name : str
        Its file's name, by which it is handed in.
    title : str
    content : bytes
    """

    name: str
    title: str
    content: bytes


def download_address(name: str) -> str:
    """Return the address of a problem set's file, by its name, relative to the site."""
    return f"notebooks/{name}"


def problem_sets() -> list[ProblemSet]:
    """Return the problem sets of the clone; a package without their sources has none."""
    sources = Path(__file__).parents[2] / "exercises" / "source"
    paths = (sources / name / f"{name}.ipynb" for name in PROBLEM_SETS)
    return [_read(path) for path in paths if path.is_file()]


def _read(path):
    notebook = released(json.loads(path.read_text("utf-8")))
    titles = (title_of("".join(cell["source"])) for cell in notebook["cells"])
    content = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return ProblemSet(path.name, next(filter(None, titles), path.stem), content.encode())


def released(notebook: dict) -> dict:
    """Return an instructor's notebook without solutions, hidden tests and outputs.

    Parameters
    ----------
    notebook : dict
        Of nbformat 4.5, its test cells as they stand in the source (no ``AUTOTEST``).

    Raises
    ------
    ValueError
        Where a solution or a hidden test begins and does not end.
    """
    return {**notebook, "cells": [_released_cell(cell) for cell in notebook["cells"]]}


def _released_cell(cell):
    made = {**cell, "metadata": dict(cell["metadata"]), "source": "".join(cell["source"])}
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    marked = made["metadata"].get("nbgrader")
    if marked:
        _clear_solution(made, marked)
        _clear_hidden(made)
        _lock(made["metadata"], marked)
        made["metadata"]["nbgrader"] = {
            **marked, "cell_type": made["cell_type"], "checksum": _checksum(made, marked)
        }  # fmt: skip
    return {**made, "source": made["source"].splitlines(keepends=True)}


def _clear_solution(cell, marked):
    stub = _STUBS[cell["cell_type"]]
    text = _without(cell["source"], "SOLUTION", stub)
    whole = marked["solution"] and text == cell["source"]  # all of the cell is the answer
    cell["source"] = "\n".join(stub) if whole else text


def _clear_hidden(cell):
    for kind in _HIDDEN:
        cell["source"] = _without(cell["source"], kind, [])


def _without(text, kind, stub):
    """Return a text with the stub in the place of each region between BEGIN and END of a kind."""
    kept, inside = [], False
    for line in text.split("\n"):
        if f"BEGIN {kind}" in line:
            inside = True
            indent = re.match(r"\s*", line)[0]
            kept += [indent + words for words in stub]
        elif f"END {kind}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"A cell of a problem set has BEGIN {kind} and no END {kind}: {text!r}.")
    return "\n".join(kept)


def _is_locked(marked):
    """Whether a student may not change a cell, as nbgrader decides it."""
    return not marked["solution"] and bool(marked["grade"] or marked["locked"])


def _lock(metadata, marked):
    if marked["solution"] or _is_locked(marked):
        metadata["deletable"] = False
    if _is_locked(marked):
        metadata["editable"] = False


def _checksum(cell, marked):
    """Return nbgrader's check sum of a cell, by which it sees whether a student changed it."""
    flags = map(bool, (marked["grade"], marked["solution"], _is_locked(marked)))
    parts = [cell["source"], cell["cell_type"], *map(str, flags), marked["grade_id"]]
    if marked["grade"]:
        parts.append(str(float(marked["points"])))
    return hashlib.md5("".join(parts).encode()).hexdigest()
