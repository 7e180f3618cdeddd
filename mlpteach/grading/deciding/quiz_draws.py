"""A graded quiz's draws: those that its students received are kept for its grading."""

from mlpteach.grading.deciding.checks import exercise_of
from mlpteach.grading.deciding.inputs import read_secret
from mlpteach.quiz.draws import draws_key, fingerprint
from mlpteach.quiz.graded import QUIZZES
from mlpteach.quiz.released import IN_THE_SOURCE, NAME


class OtherSecret(Exception):
    """The questions that students received follow from another secret, or from none."""


def draws_cell(notebook):
    """Return the cell for a quiz's draws; None where there is none."""
    named = (cell for cell in notebook["cells"] if is_for_draws(cell))
    return next(named, None)


def is_for_draws(cell):
    """Whether a cell is the one that holds a quiz's draws."""
    data = cell["metadata"].get("nbgrader", {})
    return data.get("grade_id") == NAME and bool(data.get("locked")) and not data.get("grade")


def key_of(coursedir, assignment, notebook):
    """Return the key of the draws in a course; "" where the notebook holds none.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    assignment : str
    notebook : nbformat.NotebookNode
        The instructor's.
    """
    if exercise_of(assignment, notebook) not in QUIZZES or draws_cell(notebook) is None:
        return ""
    return draws_key(read_secret(coursedir.root, coursedir.groupshared), assignment)


def put_released(notebook, key, texts, secret_file):
    """Put the draws that students received into the source; refuse those of another key.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed.
    key : str
    texts : dict of str to str
        Grade id -> text of each cell as the assignment was generated.
    secret_file : str
        For the message.

    Raises
    ------
    OtherSecret
    """
    text = texts.get(NAME)
    if text is None:
        raise OtherSecret(
            "it was generated before its questions were drawn: run nbgrader generate_assignment "
            "with --force, and release it again"
        )
    if fingerprint(key) not in text:
        raise OtherSecret(
            "the questions that students received were drawn with another secret than "
            f"{secret_file} holds: put that file back as it was when the assignment was generated"
        )
    draws_cell(notebook).source = text


def without_draws(cell):
    """Take the draws out of a graded notebook's cell, which a person reads."""
    if is_for_draws(cell):
        cell.source = IN_THE_SOURCE
