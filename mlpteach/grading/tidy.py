"""Before a submission is graded: away with links, and a notebook of the wrong name is found."""

import json
import logging
import os
import shutil
from pathlib import Path

from mlpteach.grading.finished import hold

log = logging.getLogger("traitlets")

_EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def tidy_before_grading(assignment, student, notebooks):
    """Tidy the folder of one submission; nbgrader's ``pre_convert_hook``.

    Parameters
    ----------
    assignment, student : str
        As given to nbgrader; `student` may be a pattern.
    notebooks : list of str
        Paths of the submitted notebooks.
    """
    folder = Path(notebooks[0]).parent
    hold(folder)
    for note in tidy(folder, expected_notebooks(assignment)):
        log.warning("%s: %s", folder.parent.name, note)
    # nbgrader's own list: what was found just now is to be graded, too.
    notebooks[:] = sorted(map(str, folder.glob("*.ipynb")))


def expected_notebooks(assignment):
    """Return the names of the instructor's notebooks; nbgrader works in the course's folder."""
    return sorted(path.name for path in Path("source", assignment).glob("*.ipynb"))


def tidy(folder, expected):
    """Remove links from a submission, and give a lone notebook the expected name.

    Returns
    -------
    list of str
        What was done, for the instructor.
    """
    notes = []
    for directory, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(directory, name)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                # It may lead to the instructor's files, which a copy would hand out.
                path.unlink()
                notes.append(f"{name!r} was a link or a device, not a file: it was removed")
                if path.suffix == ".ipynb":
                    path.write_text(json.dumps(_EMPTY))
    return notes + _find_misnamed(Path(folder), expected)


def _find_misnamed(folder, expected):
    there = sorted(path.name for path in folder.glob("*.ipynb"))
    missing = [name for name in expected if name not in there]
    others = [name for name in there if name not in expected]
    if len(missing) == 1 and len(others) == 1:
        shutil.copy(folder / others[0], folder / missing[0])
        return [f"{others[0]!r} was taken for {missing[0]!r}"]
    if missing and others:
        found = ", ".join(map(repr, others))
        return [f"{missing[0]!r} is missing, {found} may be meant: rename the right one"]
    return []
