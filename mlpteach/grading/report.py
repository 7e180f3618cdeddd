"""What the instructor reads after a class was graded."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median


@dataclass
class Entry:
    """One student's line.

    Attributes
    ----------
    student : str
    score, most : float
        Points so far, and all there are.
    waits : int
        Cells that wait for a person.
    notes : list of str
        What to look at: who does not see it here sees it on top of the graded notebook.
    mistakes : dict of str to str
        Grade id -> recognised mistake.
    """

    student: str
    score: float
    most: float
    waits: int
    notes: list = field(default_factory=list)
    mistakes: dict = field(default_factory=dict)


def read_entries(coursedir, assignment, gradebook):
    """Return an Entry for every submission in the gradebook, by student.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    assignment : str
    gradebook : nbgrader.api.Gradebook
    """
    entries = {}
    for submission in gradebook.assignment_submissions(assignment):
        waits = sum(
            bool(grade.needs_manual_grade) for book in submission.notebooks for grade in book.grades
        )
        student = submission.student_id
        entry = Entry(student, submission.score, submission.max_score, waits)
        graded = coursedir.format_path(coursedir.autograded_directory, student, assignment)
        for path in sorted(Path(graded).glob("*.ipynb")):
            about = _about(path)
            entry.notes += about.get("notes", [])
            entry.mistakes |= about.get("mistakes", {})
        entries[student] = entry
    return dict(sorted(entries.items()))


def _about(path):
    """Return what the grading noted in a graded notebook."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("mlpteach", {})
    except (OSError, ValueError, KeyError):
        return {}


def write_report(run, entries):
    """Return the report as text.

    Parameters
    ----------
    run : mlpteach.grading.class_run.Run
    entries : dict of str to Entry
    """
    parts = [_summary(run), _marks(entries), _not_graded(run), _notes(entries), _mistakes(entries)]
    return "\n\n".join(part for part in parts if part)


def _summary(run):
    states = Counter(result.state for result in run.results)
    words = [f"{states['graded']} graded"]
    words += [f"{states['kept']} graded before"] if states["kept"] else []
    words += [f"{states['failed']} NOT GRADED"] if states["failed"] else []
    return f"{run.assignment}: {', '.join(words)}, in {run.seconds:.1f} s"


def _marks(entries):
    if not entries:
        return ""
    width = max(len(_shown(student)) for student in ["student", *entries])
    lines = [f"{'student':{width}}  points"]
    for entry in entries.values():
        waits = f"  and {entry.waits} to be marked by hand" if entry.waits else ""
        lines.append(f"{_shown(entry.student):{width}}  {entry.score:g} of {entry.most:g}{waits}")
    scores = [entry.score for entry in entries.values()]
    lines.append(f"mean {mean(scores):.1f}, median {median(scores):.1f}")
    return "\n".join(lines)


def _not_graded(run):
    failed = [result for result in run.results if result.state == "failed"]
    if not failed:
        return ""
    lines = [
        f"  {_shown(result.student)}: {result.reason}" for result in sorted(failed, key=_by_student)
    ]
    return "\n".join(["Not graded:", *lines])


def _shown(student):
    """Return a name as it can be printed: no control character may rearrange the report."""
    return student if student.isprintable() else repr(student)


def _by_student(result):
    return result.student


def _notes(entries):
    lines = [
        f"  {_shown(entry.student)}: {note}" for entry in entries.values() for note in entry.notes
    ]
    return "\n".join(["To be looked at:", *lines]) if lines else ""


# What differs, where it is no mistake that has a name of its own.
_IN_WORDS = {
    "values": "other numbers",
    "some_entries": "other numbers in some entries",
    "factor": "wrong by a factor",
    "offset": "wrong by a constant",
    "sign": "wrong sign",
    "zero": "0, or did not move",
    "shape": "wrong shape",
    "not_finite": "NaN or infinite",
    "argument_returned": "an argument comes back unchanged",
    "precision": "digits lost to short floats",
    "not_written": "not written yet",
    "raises": "stops with an error",
    "returns_none": "returns nothing",
}


def _mistakes(entries):
    """Say which mistakes were made how often, each student counted once, and where."""
    students, cells = Counter(), {}
    for entry in entries.values():
        students.update(set(entry.mistakes.values()))
        for grade_id, mistake in entry.mistakes.items():
            cells.setdefault(mistake, Counter())[grade_id] += 1
    lines = [
        f"  {count} × {_IN_WORDS.get(mistake, mistake)}, in {_most(cells[mistake])}"
        for mistake, count in students.most_common(10)
    ]
    return "\n".join(["Most frequent mistakes (students):", *lines]) if lines else ""


def _most(cells):
    """Name the cells that were hit most."""
    named = ", ".join(grade_id for grade_id, _ in cells.most_common(3))
    return f"{named} …" if len(cells) > 3 else named
