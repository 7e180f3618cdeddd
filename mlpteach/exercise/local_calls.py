"""Calls made at once, in this process: in the student's notebook, and of the model solution."""

import contextlib
import io
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from mlpteach.exercise.protocol import Call, NoAnswer, Reply, as_plain

_PRINTED = 300  # characters kept of what a call printed


def answer_with(functions: Mapping[str, Callable[..., Any]]) -> Callable[[Call], Reply]:
    """Return a function Call -> Reply that calls ``functions[call.function]``.

    Parameters
    ----------
    functions : dict of str to callable
    """

    def answer(call):
        with silenced():
            return make_call(functions, call)

    return answer


@contextlib.contextmanager
def silenced() -> Iterator[Any]:
    """Keep what is printed, and all warnings, from the page."""
    # A warning would reach stderr, for which nbgrader takes all points of a cell.
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def make_call(functions: Mapping[str, Callable[..., Any]], call: Call) -> Reply:
    """Make one call; return its Reply. Inside :func:`silenced` only."""
    if call.function not in functions:
        raise NoAnswer(f"There is no function {call.function}.")
    arguments = [_own(argument) for argument in call.arguments]
    keywords = {name: _own(value) for name, value in call.keywords.items()}
    value, error = None, ""
    printed = _nothing_printed()
    function = functions[call.function]
    try:
        with _standing_in(function, call.stand_ins):
            value = as_plain(function(*arguments, **keywords))
    except (Exception, SystemExit) as raised:
        error = traceback.format_exception_only(raised)[-1].strip()
    after = tuple(as_plain(argument) for argument in arguments)
    return Reply(value, error, after, printed.getvalue()[:_PRINTED])


def call_of_our_own(functions: Mapping[str, Callable[..., Any]], call: Call) -> Reply:
    """Make one call of a solution that is the sheet's, many times as fast; inside :func:`silenced`.

    What becomes of its arguments is left out.
    """
    arguments = [_own(argument) for argument in call.arguments]
    keywords = {name: _own(value) for name, value in call.keywords.items()}
    value, error = None, ""
    printed = _nothing_printed()
    try:
        value = functions[call.function](*arguments, **keywords)
    except Exception as raised:
        error = traceback.format_exception_only(raised)[-1].strip()
    return Reply(value, error, printed=printed.getvalue()[:_PRINTED])


def _nothing_printed() -> Any:
    """Return the output of :func:`silenced`, emptied."""
    printed: Any = sys.stdout
    printed.seek(0)
    printed.truncate()
    return printed


@contextlib.contextmanager
def _standing_in(function, stand_ins):
    """Put functions into the place of those that a function finds under their names."""
    if not stand_ins:
        yield
        return
    names = getattr(function, "__globals__", {})
    before = {name: names[name] for name in stand_ins if name in names}
    names.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del names[name]
        names.update(before)


def _own(argument):
    """Return a copy that the student's function may change without harm."""
    if isinstance(argument, list):
        return [_own(part) for part in argument]
    return argument.copy() if isinstance(argument, np.ndarray) else argument
