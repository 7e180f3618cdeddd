"""The questions: plain data, read from ``questions.toml``."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from mlpteach.arguments import describe


@dataclass(frozen=True)
class Question:
    """A statement to call true or false.

    Attributes
    ----------
    id, slide, goal : str
    text : str
        The statement, HTML.
    answer : bool
    if_true, if_false : str
        Explanation for who answered so, HTML.
    """

    id: str
    slide: str
    goal: str
    text: str
    answer: bool
    if_true: str
    if_false: str

    def judge(self, given):
        """Return whether the answer `given` (bool) is right, and the explanation for it.

        Examples
        --------
        >>> QUESTIONS["only_the_last_sensitivity"].judge(True)[0]
        True
        """
        if not isinstance(given, bool):
            raise TypeError(f"an answer must be True or False; given {describe(given)}.")
        return given == self.answer, self.if_true if given else self.if_false


def read(path):
    """Read questions from a TOML file; ValueError names file, question and field of a mistake."""
    with open(path, "rb") as file:
        try:
            tables = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path}: not readable as TOML: {error}") from error
    return {id: _question(path, id, table) for id, table in tables.items()}


def _question(path, id, table):
    if not isinstance(table, dict):
        raise ValueError(f"{path}: {id!r} must be a table [{id}]; given {describe(table)}.")
    wanted = {f.name: f.type for f in fields(Question) if f.name != "id"}
    for name in wanted.keys() | table.keys():
        where = f"{path}: question {id!r}, field {name!r}"
        if name not in wanted:
            raise ValueError(f"{where} is unknown; allowed: {', '.join(wanted)}.")
        if name not in table:
            raise ValueError(f"{where} is missing.")
        if not isinstance(table[name], wanted[name]) or table[name] == "":
            raise ValueError(
                f"{where} must be a {wanted[name].__name__} and not empty; "
                f"given {describe(table[name])}."
            )
    return Question(id, **{name: _stripped(value) for name, value in table.items()})


def _stripped(value):
    return value.strip() if isinstance(value, str) else value


QUESTIONS = read(Path(__file__).parent / "questions.toml")
