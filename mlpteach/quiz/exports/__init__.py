"""The bank in the formats of other systems: Moodle's GIFT and XML, QTI 2.1, jupyterquiz.

A system cannot compute: each question goes out with the numbers that one seed gives it. Types that
a format does not know are left out and named.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from mlpteach.basics.arguments import check_choice, check_new_file, describe
from mlpteach.quiz.bank import QUESTIONS
from mlpteach.quiz.exports import gift, jupyterquiz, moodle_xml, qti
from mlpteach.quiz.question import Question

WRITERS: dict[str, Callable] = {
    "gift": gift.write,
    "moodle_xml": moodle_xml.write,
    "qti": qti.write,
    "canvas": partial(qti.write, canvas=True),
    "jupyterquiz": jupyterquiz.write,
}
_BY_SUFFIX = {".gift": "gift", ".xml": "moodle_xml", ".zip": "qti", ".json": "jupyterquiz"}
_SUFFIX = {format: suffix for suffix, format in _BY_SUFFIX.items()} | {"canvas": ".zip"}


def export(
    path: str | Path,
    questions: str | Question | Iterable | None = None,
    *,
    format: str | None = None,
    seed: int | str = 0,
) -> tuple[str, ...]:
    """Write questions for another system.

    Parameters
    ----------
    path : str or Path
        Overwritten if it is there.
    questions : sequence of (str or Question), or dict, optional
        Keys of ``QUESTIONS`` and questions of your own, or what ``mlpteach.quiz.read`` and
        ``mlpteach.quiz.read_jupyterquiz`` return; by default all of ``QUESTIONS``.
    format : {"gift", "moodle_xml", "qti", "canvas", "jupyterquiz"}, optional
        By default as the path ends: .gift, .xml, .zip (QTI), .json. "canvas" is QTI with what
        Canvas needs to know a number from a word.
    seed : int or str
        Decides the numbers.

    Returns
    -------
    tuple of str
        Ids of the questions that the format does not know and that were left out.

    Raises
    ------
    ValueError, TypeError
        For an unknown id or format, one that `path` ends otherwise for, or an id that stands
        twice, before anything is written.
    FileNotFoundError, IsADirectoryError
        Where the folder of `path` is not there, or `path` is a folder itself.
    """
    path = check_new_file("path", path)
    if format is None and path.suffix not in _BY_SUFFIX:
        endings = ", ".join(_BY_SUFFIX)
        raise ValueError(f"path must end with one of {endings}, or say format=; given {path}.")
    format = check_choice("format", format or _BY_SUFFIX[path.suffix], tuple(WRITERS))
    if path.suffix in _BY_SUFFIX and path.suffix != _SUFFIX[format]:
        raise ValueError(f"format={format!r} is written as {_SUFFIX[format]}; given {path}.")
    chosen = _chosen(QUESTIONS if questions is None else questions)
    return WRITERS[format](path, [question.ask(seed) for question in chosen])


def _chosen(given):
    """Return the questions that are meant, however they were named."""
    if isinstance(given, (str, Question)):
        given = [given]
    elif isinstance(given, Mapping):
        given = given.values()
    elif not isinstance(given, Iterable):
        raise TypeError(f"questions must be ids or questions; given {describe(given)}.")
    chosen = {}
    for question in given:
        question = question if isinstance(question, Question) else QUESTIONS.find(question)
        if question.id in chosen:
            raise ValueError(f"question {question.id!r} stands twice among those to be written.")
        chosen[question.id] = question
    return list(chosen.values())
