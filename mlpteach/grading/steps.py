"""The steps of ``nbgrader autograde`` that replace nbgrader's own: grade, and save the marks."""

import re
from pathlib import Path
from typing import Any

from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor, latesubmissions
from traitlets import Bool, Float, Integer

from mlpteach.grading.feedback import FOR_STAFF
from mlpteach.grading.finished import HANDED_IN, MARK, RULES, digest_of
from mlpteach.grading.grade import Work, grade
from mlpteach.grading.inputs import read_secret, work_key
from mlpteach.grading.record import record_marks
from mlpteach.grading.rules import read_rules
from mlpteach.grading.sandbox import NO_SANDBOX, Limits
from mlpteach.grading.shared_sandbox import shared_sandbox
from mlpteach.grading.submission import read_files, read_whole
from mlpteach.grading.tidy import expected_notebooks, other_notebooks
from mlpteach.grading.written import STUDENTS, defuse
from mlpteach.quiz.graded import WHO


class TrustedExecute(NbGraderPreprocessor):
    """Gather what :func:`mlpteach.grading.grade.grade` needs, and return what it found."""

    enabled = Bool(True, help="Always: a mark needs the code to run.")
    cell_seconds = Float(30.0, help="A cell that works longer is stopped.").tag(config=True)
    call_seconds = Float(
        10.0, help="A call of a student's function that works longer is stopped."
    ).tag(config=True)
    notebook_seconds = Float(120.0, help="For a notebook's cells and calls together.").tag(
        config=True
    )
    memory = Integer(2 << 30, help="Bytes that a notebook may use.").tag(config=True)
    disk = Integer(64 << 20, help="Bytes that a notebook may write.").tag(config=True)
    without_sandbox = Bool(
        False,
        help="Grade without a sandbox: students' code runs as you, and can change your files, "
        "other students' work and the gradebook.",
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Return the graded notebook in place of `nb`; its metadata hold what was found."""
        names, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        path = Path(resources["metadata"]["path"], names["notebook"] + ".ipynb")
        work = _gather(coursedir, path, names)
        graded = grade(work, self.sandbox())
        beside = other_notebooks(path.parent, expected_notebooks(coursedir, names["assignment"]))
        tidied = resources.get("tidied", ())
        _add_what_is_known_here(graded, path, names["student"], tidied, beside)
        for note in graded.notes + graded.for_staff:
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], note)
        return _as_notebook(graded, path, work.rules.digest), resources

    @property
    def limits(self):
        """What one notebook may use, as configured."""
        return Limits(
            self.cell_seconds, self.call_seconds, self.notebook_seconds, self.memory, self.disk
        )

    @property
    def isolation(self):
        """What is asked for: NO_SANDBOX, or None for the best sandbox that works here."""
        return NO_SANDBOX if self.without_sandbox else None

    def sandbox(self):
        """Return this process's sandbox, ready for a notebook.

        Raises
        ------
        mlpteach.grading.no_sandbox.NoSandbox
        """
        return shared_sandbox(self.limits, self.isolation)


class SaveMarks(NbGraderPreprocessor):
    """Save the marks of a notebook, which stand in its metadata.

    What nobody could decide waits for a person, and is no zero.
    """

    def preprocess(self, nb, resources):
        """Write the marks into the gradebook; the notebook stays as it is."""
        names = resources["nbgrader"]
        found = nb.metadata["mlpteach"]
        with latesubmissions.Gradebook(names["db_url"]) as gradebook:
            record_marks(
                gradebook,
                (names["assignment"], names["notebook"], names["student"]),
                found["scores"],
                found["comments"],
            )
        return nb, resources


def _gather(coursedir, path, names):
    """Return the plain data that one notebook is graded by."""
    rules = read_rules(coursedir, names["assignment"], names["notebook"])
    _compare_with_gradebook(rules.released, names)
    handed_in, unreadable = read_whole(path)
    secret = read_secret(coursedir.root, coursedir.groupshared)
    key = work_key(secret, names["student"], names["assignment"], digest_of(path))
    return Work(rules, handed_in, key, read_files(path.parent), unreadable)


class SourceChanged(Exception):
    """The gradebook knows other cells or points than the source notebook."""


def _compare_with_gradebook(released, names):
    """Refuse to grade with a source that changed since the assignment was generated."""
    about = [cell["metadata"].get("nbgrader", {}) for cell in released["cells"]]
    source = {
        data["grade_id"]: float(data.get("points", 0))
        for data in about
        if data.get("grade") or data.get("task")
    }
    key = (names["db_url"], names["assignment"], names["notebook"], tuple(source.items()))
    if key in _compared:
        return
    with latesubmissions.Gradebook(names["db_url"]) as gradebook:
        saved = gradebook.find_notebook(names["notebook"], names["assignment"])
        points = {cell.name: cell.max_score for cell in [*saved.grade_cells, *saved.task_cells]}
    if points != source:
        changed = ", ".join(sorted(set(points.items()) ^ set(source.items()), key=str)[0][:1])
        raise SourceChanged(
            f"the source of {names['notebook']!r} is not the one in the gradebook (cell "
            f"{changed!r}): run nbgrader generate_assignment {names['assignment']} --force"
        )
    _compared.add(key)


_compared: set[Any] = set()


def _add_what_is_known_here(graded, path, student, tidied, others):
    """Add the notes that take more than the notebook: its neighbours, and whose it is."""
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
            f"No name given: {WHO}() returned none, so nothing could be judged. Ask for it, write "
            "it into the submitted notebook and grade again, with --force."
        ]
    others = [name for name in given if name and not _same_name(name, student)]
    return [f"Answered with the numbers of {name!r}: is that this student?" for name in others]


def _same_name(given, student):
    """Whether a name is a student's id, but for capitals and what stands between letters."""
    plain = [re.sub(r"[\W_]", "", name).casefold() for name in (given, student)]
    return plain[0] == plain[1]


def _as_notebook(graded, path, rules):
    """Return the graded notebook with its notes on top, and what was found in its metadata."""
    notebook = graded.notebook
    if graded.notes:
        notebook.cells.insert(0, _notes_cell("Notes from grading", graded.notes))
    if graded.for_staff:
        notebook.cells.insert(0, _notes_cell("For whoever marks", graded.for_staff))
        notebook.cells[0].metadata[FOR_STAFF] = True
    notebook.metadata[HANDED_IN] = digest_of(path)
    notebook.metadata[RULES] = rules
    notebook.metadata["mlpteach"] = {
        name: getattr(graded, name)
        for name in (
            *("notes", "for_staff", "trouble", "mistakes", "isolation", "seconds"),
            *("scores", "comments", "hints"),
        )
    }
    notebook.metadata[MARK] = True
    return notebook


def _notes_cell(title, notes):
    lines = "\n".join(f"- {defuse(note)}" for note in notes)
    # Notes tell names and texts that students chose.
    return new_markdown_cell(f"**{title}**\n\n{lines}", metadata={STUDENTS: True})
