"""The graded notebook as it is kept in ``autograded/``."""

import json

import nbformat
from nbformat.v4 import new_markdown_cell

from mlpteach.grading.course.finished_mark import HANDED_IN, MARK, RULES
from mlpteach.grading.notebooks.plainly_valid import is_plainly_valid
from mlpteach.grading.notebooks.written import FOR_STAFF, STUDENTS, defuse


def as_notebook(graded, handed_in, rules):
    """Return the graded notebook with its notes on top, and what was found in its metadata.

    Parameters
    ----------
    graded : mlpteach.grading.grade.Graded
    handed_in, rules : str
        Digests of what was handed in, and of what it was graded by.
    """
    notebook = graded.notebook
    if graded.notes:
        notebook.cells.insert(0, _notes_cell("notes", "Notes from grading", graded.notes))
    if graded.for_staff:
        notebook.cells.insert(0, _notes_cell("for-staff", "For whoever marks", graded.for_staff))
        notebook.cells[0].metadata[FOR_STAFF] = True
    notebook.metadata[HANDED_IN] = handed_in
    notebook.metadata[RULES] = rules
    notebook.metadata["mlpteach"] = {
        name: getattr(graded, name)
        for name in (
            *("notes", "for_staff", "trouble", "mistakes", "isolation", "seconds"),
            *("scores", "comments", "hints"),
        )
    }
    notebook.metadata[MARK] = True
    return notebook


def as_text(notebook):
    """Return a graded notebook as it stands in its file, a cell a line.

    Raises
    ------
    nbformat.ValidationError
    """
    if not is_plainly_valid(notebook):
        nbformat.validate(notebook, relax_add_props=True)
    cells = ",\n".join(_plain(cell) for cell in notebook.cells)
    rest = _plain({name: part for name, part in notebook.items() if name != "cells"})
    return f'{{"cells": [\n{cells}\n],\n{rest[1:]}\n'


def _plain(part):
    return json.dumps(part, ensure_ascii=False, sort_keys=True)


def _notes_cell(id, title, notes):
    lines = "\n".join(f"- {defuse(note)}" for note in notes)
    # Notes tell names and texts that students chose.
    metadata = {STUDENTS: True}
    return new_markdown_cell(f"**{title}**\n\n{lines}", id=f"mlpteach-{id}", metadata=metadata)
