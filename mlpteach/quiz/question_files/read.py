"""Read question files: TOML, checked against ``schema.json``, for sense, and by asking once.

Every mistake is refused with file, question and field.
"""

import difflib
import functools
import re
import tomllib
from pathlib import Path

from mlpteach.basics.arguments import describe
from mlpteach.quiz.question import COMMON, TYPES, Question
from mlpteach.quiz.question_files.check_by_asking import Fault, check_by_asking
from mlpteach.quiz.question_files.schema import check_schema
from mlpteach.quiz.question_files.sense import check_sense

_BACKSLASHES = r"Write LaTeX with two backslashes, as in \\beta, or between single quotes."


class QuestionError(ValueError):
    """A question file has mistakes; the message names file, question and field of each.

    Attributes
    ----------
    questions : dict of str to Question
        The questions of the file that have none.
    """

    def __init__(self, message, questions=None):
        super().__init__(message)
        self.questions = questions or {}


def question_error(path, id, field, message):
    """Return the error on one field of one question."""
    return QuestionError(f"{path}: question {id!r}, field {_named(field)} {message}")


def _named(field):
    """Return a field's name as people count.

    Examples
    --------
    >>> _named("choice.1.why"), _named("draw.x")
    ("'why' of choice 2", "'draw.x'")
    """
    part = re.fullmatch(r"(\w+)\.(\d+)(?:\.(.+))?", field)
    if part is None:
        return repr(field)
    number = f"{part[1]} {int(part[2]) + 1}"
    return f"{part[3]!r} of {number}" if part[3] else number


def read(path: str | Path) -> dict[str, Question]:
    """Read the questions of one file, and ask and judge each of them once.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to Question

    Raises
    ------
    QuestionError
        For the first mistake of each question that has one, with file, question and field.
    """
    tables = read_tables(path)
    questions, mistakes = {}, []
    for id, table in tables.items():
        try:
            _check_typing_slip(path, id, tables)
            questions[id] = _asked_once(as_question(id, table, path), path)
        except QuestionError as mistake:
            mistakes.append(str(mistake))
    if mistakes:
        raise QuestionError("\n".join(mistakes), questions)
    return questions


def _asked_once(question, path):
    try:
        check_by_asking(question)
    except Fault as fault:
        raise question_error(path, question.id, fault.field, str(fault)) from fault
    return question


def read_tables(path):
    """Read a question file as id -> table, unchecked."""
    path = Path(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"{path}: can't be opened: {error.strerror}.") from error
    except RecursionError:
        raise QuestionError(f"{path}: lists or tables stand too deep in each other.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # Such as "\\alpha": TOML knows no \\a.
        hint = f" {_BACKSLASHES}" if re.search(r"Unescaped|hex", str(error)) else ""
        raise QuestionError(f"{path}: not readable as TOML: {error}.{hint}") from error


def _check_typing_slip(path, id, tables):
    """Refuse a part like [[gdstep.mistake]] that belongs to another question, [gd_step]."""
    known = [id for id, table in tables.items() if isinstance(table, dict) and "type" in table]
    near = difflib.get_close_matches(id, known, n=1)
    if near and isinstance(tables[id], dict) and "type" not in tables[id]:
        raise question_error(path, id, "type", f"is missing. Did you mean {near[0]!r}?")


def as_question(id, table, path="here"):
    """Return a checked :class:`Question` from a table of a question file."""
    if not isinstance(table, dict):
        raise QuestionError(f"{path}: {id!r} must be a table [{id}]; given {describe(table)}.")
    where = functools.partial(question_error, path, id)
    if table.get("type") not in TYPES:
        given = f"given {describe(table['type'])}" if "type" in table else "it is missing"
        raise where("type", f"must be one of {', '.join(TYPES)}; {given}.")
    check_schema(table, where)
    _check_characters(table, where)
    question = unchecked_question(id, table, path)
    check_sense(question, where)
    return question


def unchecked_question(id, table, path):
    """Return a :class:`Question` from a table that is known to be right."""
    table = _stripped(table)
    fields = {name: value for name, value in table.items() if name not in COMMON}
    common = {name: table[name] for name in COMMON}
    return Question(id=id, lecture=Path(path).stem, fields=fields, **common)


def _check_characters(value, where, place=()):
    r"""Refuse what single backslashes leave of LaTeX: TOML reads \b of \beta as a backspace."""
    if isinstance(value, (dict, list)):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            _check_characters(part, where, (*place, str(name)))
    elif isinstance(value, str):
        formulas = "".join(re.findall(r"\$[^$`]*\$", re.sub("`[^`]*`", "", value)))
        if found := _CONTROL.search(value) or re.search(r"[\t\n]", formulas):
            message = f"holds the control character {found[0]!r}. {_BACKSLASHES}"
            raise where(".".join(place), message)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tabs and new lines


def _stripped(value):
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {name: _stripped(part) for name, part in value.items()}
    return [_stripped(part) for part in value] if isinstance(value, list) else value
