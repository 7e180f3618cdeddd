"""What the instructor reads after a class was graded."""

import json
import textwrap
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from nbgrader.api import Student
from sqlalchemy import select

from mlpteach.grading.gradebook.read_marks import read_marks
from mlpteach.grading.isolation.no_sandbox import WARNING
from mlpteach.grading.isolation.sandbox import NO_SANDBOX
from mlpteach.grading.mistake_names import in_words

_WIDTH = 100
# As a class's graded notebooks are written, and nbgrader's own: a notebook's, not a cell's.
_OWN_METADATA = (b'\n"metadata": {', b'\n "metadata": {')


@dataclass
class Entry:
    """One student's line.

    Attributes
    ----------
    student : str
    score, most : float
        Points so far, less those that coming late costs, and all there are.
    waits : int
        Cells that wait for a person.
    notes : list of str
        What to look at: who does not see it here sees it on top of the graded notebook.
    mistakes : dict of str to str
        Grade id -> recognised mistake.
    isolations : set of str
        In what the code ran.
    late : float
        Points that coming late costs.
    hints : dict of str to str
        Mistake -> hint, where the exercise is the instructor's own.
    checks : dict of str to (points, most, sentence)
        Grade id -> what the check gave and said; points are None where a person is to mark. Read
        for one student only.
    """

    student: str
    score: float
    most: float
    waits: int
    notes: list = field(default_factory=list)
    mistakes: dict = field(default_factory=dict)
    isolations: set = field(default_factory=set)
    checks: dict = field(default_factory=dict)
    late: float = 0.0
    hints: dict = field(default_factory=dict)


def read_entries(coursedir, assignment, gradebook, wanted=None):
    """Return an Entry for every submission in the gradebook, by student.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    assignment : str
    gradebook : nbgrader.api.Gradebook
    wanted : list of str, optional
        Only these students.
    """
    entries = {}
    for student, notebooks in read_marks(gradebook, assignment, wanted).items():
        marks = {name: mark for each in notebooks.values() for name, mark in each.cells.items()}
        waits = sum(mark.waits for mark in marks.values())
        late = sum(each.penalty for each in notebooks.values())
        score = max(0.0, sum(each.points for each in notebooks.values()) - late)  # as exported
        most = sum(each.most for each in notebooks.values())
        entry = entries[student] = Entry(student, score, most, waits, late=late)
        graded = coursedir.format_path(coursedir.autograded_directory, student, assignment)
        for path in sorted(Path(graded).glob("*.ipynb")):
            _add_graded(entry, _read_about(path))
            if wanted is not None:
                entry.checks |= _read_checks(_read_notebook(path), marks)
    return dict(sorted(entries.items()))


def _add_graded(entry, about):
    """Add what a graded notebook says of itself."""
    notes = [*entry.notes, *about.get("notes", []), *about.get("for_staff", [])]
    entry.notes = list(dict.fromkeys(notes))  # some are about the whole submission
    entry.mistakes |= about.get("mistakes", {})
    entry.hints |= about.get("hints", {})
    entry.isolations |= {about.get("isolation", "not recorded")} - {""}  # nothing ran


def without_submission(gradebook, students, entries):
    """Return who is in the gradebook, but neither among these students nor among the entries."""
    known = set(gradebook.db.execute(select(Student.id)).scalars())
    return sorted(known.difference(students, entries))


def _read_about(path):
    """Return what a graded notebook says of itself: at its end, where its own metadata stand."""
    try:
        data = path.read_bytes()
        # In a text of a cell a new line is written in another way.
        start = max(map(data.rfind, _OWN_METADATA))
        return json.loads(b"{" + data[start:])["metadata"]["mlpteach"]
    except (OSError, ValueError, KeyError):
        return _read_notebook(path)["metadata"].get("mlpteach", {})


def _read_notebook(path):
    """Return a graded notebook; an empty one where none can be read."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return {"metadata": notebook["metadata"], "cells": notebook["cells"]}
    except (OSError, ValueError, KeyError):
        return {"metadata": {}, "cells": []}


def _wrapped(said, width):
    """Return the lines of what a check said; those of a table stay as they are."""
    parts = said.split("\n")
    return [line for part in parts for line in _lines_of(part, width)]


def _lines_of(part, width):
    return [part] if "  " in part else textwrap.wrap(part, width) or [""]


def _flowing(text):
    r"""Return a sentence in one line; the lines of a table, set by several spaces, stay apart.

    Examples
    --------
    >>> _flowing("M differs\nfirst.\nk      1\nright  2\n")
    'M differs first.\nk      1\nright  2'
    """
    lines = text.strip().splitlines()
    prose = " ".join(" ".join(line for line in lines if "  " not in line).split())
    return "\n".join([prose, *(line for line in lines if "  " in line)])


def _read_checks(notebook, marks):
    """Return grade id -> (points, most, sentence), in the notebook's order."""
    checks = {}
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        mark = marks.get(grade_id)
        if mark is None:
            continue
        streams = [out for out in cell.get("outputs", ()) if out["output_type"] == "stream"]
        said = _flowing("".join(part for out in streams for part in out["text"]))
        points = None if mark.waits and not mark.by_hand else mark.points
        said = said or ("To be marked by a person." if mark.waits else "")
        checks[grade_id] = (points, mark.most, said)
    return checks


def write_report(run, entries):
    """Return the report on a class as text.

    Parameters
    ----------
    run : mlpteach.grading.class_run.Run
    entries : dict of str to Entry
        Those of students who were not graded are left out.
    """
    graded = _graded(run, entries)
    parts = [_summary(run, graded), _marks(graded), not_done(run, "Not graded:"), _nothing(run)]
    parts.append(_notes(graded))
    parts.append(_mistakes(run.assignment, graded))
    return "\n\n".join(part for part in parts if part)


def write_student(run, entries):
    """Return the report on one student as text: with each check and what it says.

    Parameters
    ----------
    run : mlpteach.grading.class_run.Run
    entries : dict of str to Entry
    """
    graded = _graded(run, entries)
    parts = [_summary(run, graded), _marks(graded), not_done(run, "Not graded:"), _notes(graded)]
    parts += [_checks(entry) for entry in graded.values()]
    return "\n\n".join(part for part in parts if part)


def _graded(run, entries):
    """Leave out who is in the gradebook, from before or by half, but was not graded now."""
    states = ("failed", "waiting")
    failed = {result.student for result in run.results if result.state in states}
    return {student: entry for student, entry in entries.items() if student not in failed}


def _summary(run, entries):
    states = Counter(result.state for result in run.results)
    words = [f"{states['graded']} graded"]
    words += [f"{states['kept']} graded before"] if states["kept"] else []
    words += [f"{states['failed']} NOT GRADED"] if states["failed"] else []
    words += [f"{states['waiting']} waiting for an answer"] if states["waiting"] else []
    summary = f"{run.assignment}: {', '.join(words)}, in {run.seconds:.1f} s"
    return "\n".join([summary, *_isolation(run, entries)])


def _isolation(run, entries):
    """Say in what students' code ran, and who was graded in something else, perhaps before."""
    others = {}
    for entry in entries.values():
        for isolation in entry.isolations - {run.isolation}:
            others.setdefault(isolation, []).append(_shown(entry.student))
    lines = [f"isolation: {run.isolation}"] if run.isolation else []
    for isolation, students in sorted(others.items()):
        lines += textwrap.wrap(f"but {isolation}: {', '.join(students)}", _WIDTH)
    if any(isolation.startswith(NO_SANDBOX) for isolation in (run.isolation, *others)):
        lines += textwrap.wrap(WARNING, _WIDTH)
    lines += textwrap.wrap(f"limits: {run.limits}", _WIDTH) if run.limits else []
    return lines


def _marks(entries):
    if not entries:
        return ""
    width = max(len(_shown(student)) for student in ["student", *entries])
    scores = [entry.score for entry in entries.values()]
    points = _aligned(scores)
    lines = [f"{'student':{width}}  {'points':>{len(points[0])}}"]
    for entry, given in zip(entries.values(), points, strict=True):
        waits = f"  and {entry.waits} to be marked by hand" if entry.waits else ""
        late = f"  {entry.late:g} taken off for coming late" if entry.late else ""
        lines.append(f"{_shown(entry.student):{width}}  {given} of {entry.most:g}{late}{waits}")
    if len(scores) > 1:
        lines.append(f"mean {mean(scores):.1f}, median {median(scores):.1f}")
    return "\n".join(lines)


def _aligned(numbers):
    """Write numbers one below the other, with as many decimals as they need, two at most.

    Examples
    --------
    >>> _aligned([2.62857, 18.0])
    [' 2.63', '18.00']
    """
    needed = [f"{number:.2f}".rstrip("0").partition(".")[2] for number in numbers]
    decimals = max(map(len, needed), default=0)
    written = [f"{number:.{decimals}f}" for number in numbers]
    width = max(map(len, written), default=0)
    return [text.rjust(width) for text in written]


def _checks(entry):
    """Return a student's checks, what each gave and said."""
    width = max(map(len, entry.checks), default=0)
    given = [points or 0.0 for points, _, _ in entry.checks.values()]
    lines = []
    for (grade_id, (points, most, said)), written in zip(
        entry.checks.items(), _aligned(given), strict=True
    ):
        written = "?".rjust(len(written)) if points is None else written
        start = f"  {grade_id:{width}}  {written} of {most:g}  "
        wrapped = _wrapped(said, max(_WIDTH - len(start), 40))
        lines.append((start + wrapped[0]).rstrip())
        lines += [" " * len(start) + line for line in wrapped[1:]]
    return "\n".join(lines)


def not_done(run, title):
    """Return who failed and why, "" for nobody.

    Parameters
    ----------
    run : mlpteach.grading.class_run.Run
    title : str
    """
    failed = [result for result in run.results if result.state == "failed"]
    if not failed:
        return ""
    lines = [
        f"  {_shown(result.student)}: {result.reason}" for result in sorted(failed, key=_by_student)
    ]
    return "\n".join([title, *lines])


def _nothing(run):
    if not run.nothing_from:
        return ""
    return f"Nothing handed in: {', '.join(map(_shown, run.nothing_from))}"


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


def _mistakes(assignment, entries):
    """Say which mistakes were made how often, each student counted once, and where."""
    students, cells = Counter(), {}
    for entry in entries.values():
        students.update(set(entry.mistakes.values()))
        for grade_id, mistake in entry.mistakes.items():
            cells.setdefault(mistake, Counter())[grade_id] += 1
    named = {mistake: _most_hit(counts) for mistake, counts in cells.items()}
    # To the last letter, so that the same class is reported in the same order every time.
    order = sorted(students, key=lambda mistake: (-students[mistake], named[mistake], mistake))
    hints = {id: hint for entry in entries.values() for id, hint in entry.hints.items()}
    lines = [
        f"  {students[mistake]} × {in_words(assignment, mistake, hints.get(mistake, ''))}, "
        f"in {_listed(named[mistake])}"
        for mistake in order[:10]
    ]
    return "\n".join(["Most frequent mistakes (students):", *lines]) if lines else ""


def _most_hit(cells):
    """Return the grade ids of a Counter, those hit most first."""
    return sorted(cells, key=lambda grade_id: (-cells[grade_id], grade_id))


def _listed(grade_ids):
    named = ", ".join(grade_ids[:3])
    return f"{named} …" if len(grade_ids) > 3 else named
