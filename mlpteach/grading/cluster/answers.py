"""Read what came back from elsewhere: believed only where it is an answer to the job."""

import json
import math
from dataclasses import dataclass

import nbformat

from mlpteach.grading.cluster.jobs import graded_text
from mlpteach.grading.course.finished_mark import HANDED_IN, RULES, ends_finished, says
from mlpteach.grading.course.graded_notebook import as_notebook
from mlpteach.grading.course.known_here import add_what_is_known_here
from mlpteach.grading.grade import Graded

_END = 100_000  # characters, in which a notebook's own metadata stand


class Nonsense(Exception):
    """Something that is no answer to the job."""


@dataclass
class Answer:
    """What became of one notebook elsewhere.

    Attributes
    ----------
    name : str
    text : str
        The graded notebook's file.
    scores : dict of str to (float or None)
    comments : dict of str to (str or None)
    answered : bool
    answered_as : list of str or None
    notes : int
        Cells with notes on top of the notebook.
    """

    name: str
    text: str
    scores: dict
    comments: dict
    answered: bool
    answered_as: list | None
    notes: int


def read_answer(said, works):
    """Return why a job could not be graded, its seconds, and the Answers.

    Parameters
    ----------
    said : str
    works : dict of str to (Rules, str)
        Notebook -> its rules, and the digest of what was handed in.

    Returns
    -------
    failed : str
        "" where it was graded.
    seconds : float
    answers : list of Answer

    Raises
    ------
    Nonsense
    """
    try:
        about = json.loads(said)
        why, seconds = about["failed"], float(about["seconds"])
        answers = [] if why else [Answer(**each) for each in about["notebooks"]]
        if not isinstance(why, str) or (not why and [a.name for a in answers] != list(works)):
            raise Nonsense("other notebooks than were asked for")
        for answer in answers:
            _check(answer, *works[answer.name])
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise Nonsense(f"{type(error).__name__}: {str(error)[:100]}") from error
    return why, seconds, answers


def _check(answer, rules, digest):
    """Raise unless this is a graded notebook of these rules and this work."""
    points = _points(rules)
    if set(answer.scores) != set(points):
        raise Nonsense("marks for other cells than there are")
    for name, score in answer.scores.items():
        if score is not None and not (math.isfinite(score) and 0 <= score <= points[name]):
            raise Nonsense(f"{score} of {points[name]} points in {name!r}")
    if not all(text is None or isinstance(text, str) for text in answer.comments.values()):
        raise Nonsense("comments that are no text")
    tail = answer.text[-_END:].rstrip().encode()
    if not (
        ends_finished(tail) and says(tail, HANDED_IN, digest) and says(tail, RULES, rules.digest)
    ):
        raise Nonsense("no graded notebook of what was handed in")


def _points(rules):
    """Return grade id -> points that can be had."""
    about = [cell["metadata"].get("nbgrader", {}) for cell in rules.released["cells"]]
    return {
        data["grade_id"]: float(data.get("points", 0))
        for data in about
        if data.get("grade") or data.get("task")
    }


def with_what_is_known_here(answer, work, path, student, tidied, others):
    """Return the text of the graded notebook, with the notes that only the course can make.

    Parameters
    ----------
    answer : Answer
    work : (Rules, str)
    path, student, tidied, others
        As for :func:`mlpteach.grading.course.known_here.add_what_is_known_here`.
    """
    added = Graded({}, answered=answer.answered, answered_as=answer.answered_as)
    add_what_is_known_here(added, path, student, tidied, others)
    if not added.notes and not added.for_staff:
        return answer.text  # as most: writing JSON is the dearest thing that a coordinator can do
    notebook = nbformat.reads(answer.text, 4)
    found = dict(notebook.metadata["mlpteach"])
    notebook.cells = notebook.cells[answer.notes :]
    graded = Graded(notebook, answered=answer.answered, answered_as=answer.answered_as, **found)
    add_what_is_known_here(graded, path, student, tidied, others)
    rules, digest = work
    return graded_text(as_notebook(graded, digest, rules.digest))
