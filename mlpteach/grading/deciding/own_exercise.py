"""An exercise of an instructor's own: two files beside its source notebook.

``mistakes.toml`` holds the model solutions and the known mistakes, ``checks.py`` the ``CHECKS``;
both are written as those of the package (:mod:`mlpteach.exercise`, its README). They are the
instructor's, and run outside of the sandbox. nbgrader is told to release neither.
"""

import functools
import traceback

import numpy as np

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.protocol import Check, NoAnswer, decide
from mlpteach.exercise.reading import SheetRefused, parse_sheet

CHECKS, MISTAKES = "checks.py", "mistakes.toml"
FILES = (CHECKS, MISTAKES)


class OwnRefused(ValueError):
    """Names the file and the place of what is wrong in it, and what may stand there."""


def read_own_files(folder):
    """Return file name -> text of an exercise of one's own, {} where there is none.

    Parameters
    ----------
    folder : Path
        That of the source notebook.

    Raises
    ------
    OwnRefused
        One of the two files is missing, or no text.
    """
    there = [name for name in FILES if (folder / name).is_file()]
    if len(there) == 1:
        [missing] = set(FILES) - set(there)
        raise OwnRefused(
            f"{folder / there[0]} needs {missing} beside it: the two make an exercise with checks "
            f"({MISTAKES} may be empty where only variables are checked). Is it none, rename the "
            "file"
        )
    try:
        return {name: (folder / name).read_text(encoding="utf-8") for name in there}
    except UnicodeDecodeError as error:
        raise OwnRefused(f"{folder}: {error}: save {' and '.join(FILES)} as UTF-8") from None


def own_checks(files):
    """Return the checks that the files describe, by id.

    Parameters
    ----------
    files : mapping of str to str

    Raises
    ------
    OwnRefused
    """
    return _read(files[CHECKS], files[MISTAKES])[1] if files else {}


def own_hints(files):
    """Return mistake -> the hint that students are given, {} without files."""
    sheet = _read(files[CHECKS], files[MISTAKES])[0] if files else None
    return {mistake.id: mistake.hint for mistake in sheet.mistakes} if sheet else {}


@functools.lru_cache(maxsize=8)
def _read(checks, mistakes):
    try:
        sheet = parse_sheet(MISTAKES.removesuffix(".toml"), mistakes)
    except SheetRefused as refused:
        raise OwnRefused(str(refused)) from None
    names = {"SHEET": sheet, "__name__": "checks"}
    try:
        exec(compile(checks, CHECKS, "exec"), names)
    except Exception as error:
        raise OwnRefused(f"{CHECKS}{_line(error)}: {type(error).__name__}: {error}") from None
    found = names.get("CHECKS")
    _check_table(found, sheet)
    return sheet, found


def _line(error):
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == CHECKS
    ]
    return f", line {lines[-1]}" if lines else ""


def _check_table(found, sheet):
    if not isinstance(found, dict) or not found:
        raise OwnRefused(f"{CHECKS}: it must define CHECKS, a dict of grade id -> Check")
    for id, check in found.items():
        if not isinstance(check, Check):
            raise OwnRefused(f"{CHECKS}: CHECKS[{id!r}] must be a Check; given {check!r}")
        if check.id != id:
            raise OwnRefused(f"{CHECKS}: CHECKS[{id!r}] calls itself {check.id!r}")
        for name in check.functions:
            if name not in sheet.tasks:
                raise OwnRefused(
                    f"{CHECKS}: CHECKS[{id!r}] calls {name!r}; {MISTAKES} holds only "
                    f"{', '.join(sheet.tasks) or 'nothing'}"
                )


def check_own_mistakes(files):
    """Let each known mistake take the checks: one must notice it.

    Raises
    ------
    OwnRefused
    """
    sheet, checks = _read(files[CHECKS], files[MISTAKES])
    for mistake in sheet.mistakes:
        place = f"{MISTAKES}, the mistake {mistake.id!r} in {mistake.function}"
        functions = sheet.functions((mistake,))
        if functions is None:
            raise OwnRefused(f"{place}: its changes leave no function {mistake.function}")
        asked = [c for c in checks.values() if mistake.function in sheet.reached_from(*c.functions)]
        if asked and all(_passes(check, functions) for check in asked):
            raise OwnRefused(
                f"{place}: no check notices it. Choose inputs in {CHECKS} for which it gives "
                "other values"
            )


def _passes(check, functions):
    try:
        return decide(check, np.random.default_rng(1), answer_with(functions)).fraction == 1
    except NoAnswer:
        return False
