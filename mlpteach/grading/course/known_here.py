"""Notes that take more than the notebook: what lies beside it, and whose it is."""

import re

from mlpteach.quiz.graded import WHO


def add_what_is_known_here(graded, path, student, tidied, others):
    """Add the notes that take more than the notebook: its neighbours, and whose it is.

    Parameters
    ----------
    graded : mlpteach.grading.grade.Graded
        Its notes are added to.
    path : Path
        What was handed in.
    student : str
    tidied : sequence of str
        From :func:`mlpteach.grading.course.tidy.tidy`.
    others : str
        From :func:`mlpteach.grading.course.tidy.other_notebooks`.
    """
    graded.for_staff[:0] = [f"{note[0].upper()}{note[1:]}." for note in tidied]
    if others and not graded.answered:
        graded.notes.append(f"NOTHING IS ANSWERED in {path.name!r}, but beside it lies {others}.")
        graded.for_staff.append(
            f"If it is meant, rename it to {path.name!r} in {path.parent} and grade again, "
            "with --force."
        )
    elif others:
        graded.for_staff.append(f"Other notebooks lie here and were not graded: {others}.")
    if graded.answered_as is not None:
        graded.for_staff += _about_names(graded.answered_as, student)


def _about_names(given, student):
    """Say so where a quiz was answered under no name, or under one that is not the student's."""
    if not any(given):
        return [
            f"No name given: {WHO}() returned no text, so nothing could be judged. Ask for it, "
            "write it into the submitted notebook and grade again, with --force."
        ]
    others = [name for name in given if name and not _same_name(name, student)]
    return [f"Answered with the numbers of {name!r}: is that this student?" for name in others]


def _same_name(given, student):
    """Whether a name is a student's id, but for capitals and what stands between letters."""
    plain = [re.sub(r"[\W_]", "", name).casefold() for name in (given, student)]
    return plain[0] == plain[1]
