"""Read what a notebook is graded by from the course, where nbgrader is."""

import json
from pathlib import Path
from typing import Any

import nbformat.reader
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import find_all_files
from traitlets.config import Config

from mlpteach.grading.deciding.checks import exercise_of
from mlpteach.grading.deciding.inputs import FILE
from mlpteach.grading.deciding.own_exercise import FILES, read_own_files
from mlpteach.grading.deciding.quiz_draws import OtherSecret, key_of, put_released
from mlpteach.grading.deciding.rules import Rules
from mlpteach.grading.notebooks.original import answers_in, released_and_hidden
from mlpteach.grading.notebooks.plainly_valid import is_plainly_valid


class NoOriginal(Exception):
    """The instructor's notebook is not there, or not as students received it."""


def source_folder(coursedir, assignment):
    """Return the folder of an assignment's source."""
    return Path(coursedir.format_path(coursedir.source_directory, ".", assignment))


def settings_of(coursedir):
    """Return a course's settings: nbgrader makes the course directory before it has read them all.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory

    Returns
    -------
    traitlets.config.Config
    """
    settings = Config(coursedir.config)
    if coursedir.parent is not None:
        settings.merge(coursedir.parent.config)
    return settings


def read_rules(coursedir, assignment, notebook):
    """Return what a notebook of a course is graded by; the same object while nothing changes.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
        With the course's settings: its own delimiters and stubs.
    assignment, notebook : str

    Raises
    ------
    NoOriginal
    """
    settings = settings_of(coursedir)
    path = source_folder(coursedir, assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        raise NoOriginal(f"{path} is needed to grade: put the assignment's source back there")
    given = _given_paths(coursedir, assignment, settings)
    own = read_own_files(path.parent)
    around = settings.IncludeHeaderFooter
    beside = [Path(around[name]) for name in ("header", "footer") if around.get(name)]
    looked_at = [path, *beside, *given.values(), *(path.parent / name for name in own)]
    stamps = tuple((str(file), file.stat().st_mtime_ns) for file in looked_at)
    key = (stamps, json.dumps(settings, sort_keys=True, default=repr))
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = _read(coursedir, assignment, path, given, own)
    return _kept[key]


_MOST_KEPT = 32
_kept: dict[Any, Rules] = {}


def _read(coursedir, assignment, path, given, own):
    def generated():
        return _generated_texts(coursedir, assignment, path.stem)

    source = _read_source(path)
    draws = _read_draws(coursedir, assignment, source, generated)
    answers = answers_in(source)
    released, hidden = released_and_hidden(source, settings_of(coursedir), generated)
    files = {name: file.read_bytes() for name, file in given.items()}
    exercise = "" if own else exercise_of(assignment, source)
    return Rules(released, hidden, exercise, own, files, answers, draws)


def _read_source(path):
    """Return an instructor's notebook; nbformat's schema takes long, and is seldom needed."""
    notebook = nbformat.reader.reads(path.read_text("utf-8"))
    return notebook if is_plainly_valid(notebook) else nbformat.read(path, as_version=4)


def _read_draws(coursedir, assignment, source, generated):
    """Return the key of a quiz's draws, and put what students received of them into the source."""
    key = key_of(coursedir, assignment, source)
    if key:
        try:
            put_released(source, key, generated(), FILE)
        except MissingEntry:
            raise NoOriginal("it is not in the gradebook: generate the assignment") from None
        except OtherSecret as other:
            raise NoOriginal(str(other)) from None
    return key


def _generated_texts(coursedir, assignment, notebook):
    """Return grade id -> text of each cell as it was when the assignment was generated."""
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        saved = gradebook.find_notebook(notebook, assignment)
        return {cell.name: cell.source for cell in saved.source_cells}


def _given_paths(coursedir, assignment, settings):
    """Return what lies beside the source; nbgrader lays it over what was handed in, too."""
    folder = source_folder(coursedir, assignment)
    changed = settings.Autograde.get("exclude_overwriting") or {}
    kept = {str(folder / name) for name in changed.get(assignment, ())}
    paths = find_all_files(str(folder), [*coursedir.ignore, "*.ipynb"])
    kept |= {str(folder / name) for name in FILES}
    given = sorted(path for path in paths if path not in kept)
    return {str(Path(path).relative_to(folder)): Path(path) for path in given}
