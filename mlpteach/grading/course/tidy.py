"""Before a submission is graded: away with what would stop it; a misnamed notebook is found."""

import contextlib
import filecmp
import json
import os
import shutil
import stat
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc
from traitlets.log import get_logger

from mlpteach.grading.course.finished import hold
from mlpteach.grading.course.folders import student_of
from mlpteach.grading.deciding.read_rules import source_folder
from mlpteach.grading.notebooks.dug_out import dig_out
from mlpteach.grading.notebooks.submission import MOST_FILE_BYTES, MOST_FILES, read_regular_file

_DEEPEST = 10  # folders within folders
_LEFT_OUT = ".left-out"
_EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def tidy_before_grading(assignment, student, notebooks, coursedir):
    """Tidy the folder of one submission; nbgrader's ``pre_convert_hook``.

    Parameters
    ----------
    assignment, student : str
        As given to nbgrader; `student` may be a pattern.
    notebooks : list of str
        Paths of the submitted notebooks.
    coursedir : nbgrader.coursedir.CourseDirectory
    """
    folder = Path(notebooks[0]).parent
    hold(folder)
    whose = student_of(coursedir, coursedir.submitted_directory, assignment, folder)
    for note in tidy(folder, expected_notebooks(coursedir, assignment)):
        get_logger().warning("%s: %s", whose or student, note)
    # nbgrader's own list: what was found just now is to be graded, too.
    notebooks[:] = sorted(map(str, folder.glob("*.ipynb")))


def expected_notebooks(coursedir, assignment):
    """Return the file names of the instructor's notebooks."""
    return sorted(path.name for path in source_folder(coursedir, assignment).glob("*.ipynb"))


def tidy(folder, expected):
    """Take out of a submission what would stop its grading, and find a misnamed notebook.

    Links are removed. Other things are laid into the folder's neighbour ``….left-out``.

    Returns
    -------
    list of str
        What was done, for the instructor.
    """
    folder, notes, files = Path(folder), [], []
    count = size = 0
    for path in _walk(folder):
        if not _is_file(path):
            # It may lead to the instructor's files, which a copy would hand out.
            path.unlink()
            notes.append(f"{path.name!r} was a link or a device, not a file: it was removed")
            if path.suffix == ".ipynb":
                path.write_text(json.dumps(_EMPTY))
            continue
        files.append(path)
        if path.suffix != ".ipynb":
            count, size = count + 1, size + path.stat().st_size
    notes += dig_out(folder, files)
    if count > MOST_FILES or size > MOST_FILE_BYTES or _deep_folders(folder):
        # nbgrader copies them one by one, and takes hours for some thousand.
        _leave_out(folder, _others(folder))
        notes.append(
            f"too much lies beside the notebook ({count} files, {size >> 20} MB; allowed: "
            f"{MOST_FILES}, {MOST_FILE_BYTES >> 20} MB, {_DEEPEST} folders deep): it was graded "
            f"without, all is in {folder.name}{_LEFT_OUT}"
        )
    notes += _check_time(folder)
    return notes + _find_misnamed(folder, expected)


def look_into(folder, expected):
    """Tidy the folder of one submission; return its notebooks, and why none can be graded.

    Returns
    -------
    notebooks : list of str
        Paths.
    notes : list of str
        What was done, for the instructor.
    trouble : str
        "" where there is none.
    """
    notes = tidy(folder, expected)
    notebooks = sorted(map(str, Path(folder).glob("*.ipynb")))
    if not notebooks:
        return [], notes, "no notebook was handed in; ask for it"
    if expected and not any(Path(folder, name).exists() for name in expected):
        return notebooks, notes, notes[-1]  # several may be meant: a person decides
    return notebooks, notes, ""


def _walk(folder):
    """Yield all that is no folder; of folders too deep, nothing that is in them."""
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        _open_up(here)
        for entry in sorted(os.scandir(here), key=lambda entry: entry.name):
            if not entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
            elif depth < _DEEPEST:
                waiting.append((Path(entry.path), depth + 1))


def _open_up(folder):
    """Let its owner in: a copy keeps the rights that its author gave."""
    mode = folder.stat().st_mode
    if mode & 0o700 != 0o700:
        with contextlib.suppress(PermissionError):  # another assistant's, whose group may read it
            folder.chmod(mode | 0o700)


def _is_file(path):
    return stat.S_ISREG(path.lstat().st_mode)


def _deep_folders(folder):
    return any(folder.glob("*/" * (_DEEPEST + 1)))


def _others(folder):
    kept = {"timestamp.txt"}
    return [p for p in folder.iterdir() if p.suffix != ".ipynb" and p.name not in kept]


def _leave_out(folder, paths):
    beside = folder.with_name(folder.name + _LEFT_OUT)
    beside.mkdir(exist_ok=True)
    for path in paths:
        free = beside / path.name
        while os.path.lexists(free):
            free = free.with_name(free.name + "_")
        path.rename(free)


def _check_time(folder):
    """Leave a time out that nbgrader could not read; it would stop the whole class."""
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return []
    try:
        text = read_regular_file(path, 1000).decode().strip()
        if not text or isinstance(parse_utc(text), datetime):
            return []
    except Exception as error:  # whatever a parser of dates may raise
        get_logger().debug("%s: %s", path, error)
    _leave_out(folder, [path])
    return ["its timestamp.txt holds no time: nobody knows whether it came late"]


def _find_misnamed(folder, expected):
    there = sorted(path.name for path in folder.glob("*.ipynb"))
    missing = [name for name in expected if name not in there]
    others = [name for name in there if name not in expected]
    if len(missing) == 1 and len(others) == 1:
        shutil.copy(folder / others[0], folder / missing[0])
        return [f"{others[0]!r} was taken for {missing[0]!r}"]
    if len(expected) == len(others) == 1 and _same(folder / others[0], folder / expected[0]):
        return [f"{others[0]!r} was taken for {expected[0]!r}"]  # at an earlier grading
    if missing and others:
        wanted = ", ".join(map(repr, missing))
        return [
            f"{wanted} is missing, {_named(others)} may be meant: rename the right one in "
            f"{folder}, and grade again"
        ]
    return []


def other_notebooks(folder, expected):
    """Say which notebooks lie beside the expected ones, and are not graded.

    Parameters
    ----------
    folder : str or Path
    expected : list of str

    Returns
    -------
    str
        "" where there are none, or only copies of one that is graded.
    """
    there = sorted(Path(folder).glob("*.ipynb"))
    graded = [path for path in there if path.name in expected]
    return _named(
        [
            path.name
            for path in there
            if path not in graded and not any(_same(path, other) for other in graded)
        ]
    )


def _same(path, other):
    return filecmp.cmp(path, other, shallow=False)


def _named(names):
    shown = ", ".join(repr(name[:100]) for name in names[:5])
    return f"{shown} …" if len(names) > 5 else shown
