"""The one function under every command that grades: plain data in, plain data out.

It knows no path, no person, no gradebook and no secret: ``steps.py`` gathers what it needs, and
``record.py`` writes down what it found. The same bytes give the same marks on every machine.
"""

import copy
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbgrader import utils

from mlpteach.exercise.protocol import only_what_was_paid
from mlpteach.exercise.readback.budget import one_notebook
from mlpteach.grading.deciding import ordinary_tests, verdicts
from mlpteach.grading.deciding.asked_once import AskedOnce
from mlpteach.grading.deciding.checks import checks_called, checks_of
from mlpteach.grading.deciding.deadline import deadline
from mlpteach.grading.deciding.own_exercise import own_hints
from mlpteach.grading.deciding.quiz_draws import without_draws
from mlpteach.grading.deciding.rules import Rules
from mlpteach.grading.deciding.session import Session, Undecidable
from mlpteach.grading.isolation.sandbox import SandboxFailed
from mlpteach.grading.notebooks import outputs
from mlpteach.grading.notebooks.original import functions_defined, graded_tests
from mlpteach.grading.notebooks.quiz_outputs import show_question
from mlpteach.grading.notebooks.rebuild import rebuild
from mlpteach.grading.notebooks.submission import read_bytes
from mlpteach.quiz.graded import WHO

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """One notebook that was handed in, and what it is graded by.

    Attributes
    ----------
    rules : mlpteach.grading.deciding.rules.Rules
    handed_in : bytes
        The file, whatever it is.
    key : bytes
        From :func:`mlpteach.grading.deciding.inputs.work_key`; all inputs follow from it.
    files : mapping of str to bytes
        Relative path -> content of what was handed in beside it.
    unreadable : str
        Why the file could not be read, "" where it could.
    """

    rules: Rules
    handed_in: bytes
    key: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    unreadable: str = ""

    @property
    def all_files(self) -> dict[str, bytes]:
        """What lies beside the notebook: the instructor's own files replace the student's."""
        return {**self.files, **self.rules.files}


@dataclass
class Graded:
    """What was found: plain data.

    Attributes
    ----------
    notebook : dict
        The graded notebook: the answers in the instructor's notebook, with all outputs.
    scores : dict of str to (float or None)
        Grade id -> points; None where a person has to decide.
    comments : dict of str to (str or None)
        Grade id -> what nbgrader says of an answer without a person, such as "No response.".
    notes : list of str
        For student and staff.
    for_staff : list of str
        What a person should look at.
    mistakes : dict of str to str
        Grade id -> recognised mistake.
    hints : dict of str to str
        Mistake -> hint, where the exercise is the instructor's own.
    answered_as : list of str or None
        The names that decided a quiz's numbers, "" for none given; None where no name is asked for.
    trouble : str
        Why nothing could be read, "" where it could.
    answered : bool
        Whether anything differs from the notebook that students received.
    isolation : str
        In what the student's code ran, "" where none ran.
    seconds : float
    """

    notebook: dict
    scores: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    for_staff: list[str] = field(default_factory=list)
    mistakes: dict[str, str] = field(default_factory=dict)
    answered_as: list[str] | None = None
    hints: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    answered: bool = True
    isolation: str = ""
    seconds: float = 0.0


def grade(work: Work, sandbox: Any) -> Graded:
    """Grade one notebook.

    Parameters
    ----------
    work : Work
    sandbox : mlpteach.grading.isolation.sandbox.Sandbox
        Where the student's code runs; its limits hold.

    Returns
    -------
    Graded

    Raises
    ------
    mlpteach.grading.isolation.sandbox.SandboxFailed
        The sandbox failed twice: says nothing about the work.
    mlpteach.grading.deciding.deadline.TookTooLong
    """
    began = time.monotonic()
    with deadline("reading what was handed in"):
        notebook, graded = _read(work)
    with deadline("deciding on what was handed in"):
        undecided: set[str] = set()
        if graded.trouble:
            undecided |= set(graded_tests(notebook))
        else:
            graded = _decide_twice(notebook, graded, work, sandbox, undecided)
        _show_undecided(notebook, undecided)
        _add_scores(notebook, graded, undecided)
        outputs.limit_size(notebook)
        hints = own_hints(work.rules.own)
        graded.hints = {id: hints[id] for id in graded.mistakes.values() if id in hints}
    graded.notebook = notebook
    graded.seconds = round(time.monotonic() - began, 3)
    return graded


def _read(work):
    """Return the notebook to grade, and the result as far as reading tells it."""
    released = nbformat.from_dict(work.rules.released)
    texts = _texts(released)
    handed = read_bytes(work.handed_in, work.unreadable)
    notebook, notes = rebuild(released, handed)
    graded = Graded({}, notes=notes, trouble=handed.trouble)
    graded.answered = _texts(notebook) != texts
    if handed.trouble:
        graded.notes.append(f"What was handed in {handed.trouble}.")
    for cell in notebook.cells:
        whole = work.rules.hidden.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if whole is not None:
            cell.source = whole
    return notebook, graded


def _texts(notebook):
    return [cell.source.strip() for cell in notebook.cells if cell.source.strip()]


def _decide_twice(notebook, graded, work, sandbox, undecided):
    """Decide; once more where the sandbox failed, which must never become a zero."""
    before = copy.deepcopy(graded)
    try:
        _decide(notebook, graded, work, sandbox, undecided)
    except SandboxFailed as failure:
        _log.warning("the sandbox failed (%s); once more", failure)
        graded = before
        undecided.clear()
        _decide(notebook, graded, work, sandbox, undecided)
    return graded


def _decide(notebook, graded, work, sandbox, undecided):
    """Run the notebook in the sandbox, and let its tests decide."""
    tests = graded_tests(notebook)
    known = checks_of(work.rules)
    checks = {grade_id: known[grade_id] for grade_id in tests if grade_id in known}
    others = {grade_id: cell for grade_id, cell in tests.items() if grade_id not in checks}
    for grade_id in [grade_id for grade_id, cell in others.items() if checks_called(cell)]:
        del others[grade_id]
        undecided.add(grade_id)
        graded.for_staff.append(f"There is no check {grade_id!r}: mark this cell by hand.")
    graded.isolation = sandbox.described
    if checks or not others:
        _run_checks(notebook, graded, work, sandbox, checks, undecided)
    if others:
        outputs_too = not checks
        ordinary_tests.run(notebook, others, sandbox, work, graded, undecided, outputs_too)


def _run_checks(notebook, graded, work, sandbox, checks, undecided):
    """Run the student's cells without any test, and decide outside of the sandbox."""
    cells, tests = ordinary_tests.students_cells(notebook), graded_tests(notebook)
    decided, sources = {}, [cell.source for cell in cells]
    places = ordinary_tests.cells_above(notebook, cells)
    looks = ordinary_tests.looks_at(places, checks)
    with Session(sandbox, sources, work.all_files, looks) as session:
        for number, cell in enumerate(cells):
            cell.outputs = outputs.clean(session.outputs[number])
            cell.execution_count = None
        # Only now do hidden inputs enter the process: nothing it says later is shown.
        with one_notebook():
            asked = AskedOnce(session, WHO)
            for grade_id, check in checks.items():
                place = places[grade_id]
                verdict = _verdict(check, work.key, asked, place, graded, undecided)
                decided |= {} if verdict is None else {grade_id: verdict}
        answered_as = _write(tests, only_what_was_paid(checks, decided, sources), graded)
        ordinary_tests.tell_deaths(cells, session.deadly, graded)
        for cell in cells:
            show_question(cell, answered_as, work.rules.draws)
            without_draws(cell)
        graded.notes += _not_found(notebook, session.found)
    if any(WHO in check.functions for check in checks.values()):
        graded.answered_as = list(dict.fromkeys(answered_as.values()))


def _verdict(check, key, session, place, graded, undecided):
    """Return a check's verdict; None where a person has to decide."""
    try:
        return verdicts.verdict_of(check, key, session, place)
    except Undecidable as reason:
        undecided.add(check.id)
        graded.for_staff.append(f"{check.id!r} waits for a person: {reason}.")
        return None
    except verdicts.CheckFailed as failure:
        _log.error("the check %s failed: %s", check.id, failure)
        undecided.add(check.id)
        graded.for_staff.append(f"The check {check.id!r} failed ({failure}): mark it by hand.")
        return None


def _write(tests, decided, graded):
    """Write the verdicts; return grade id -> the name that decided its numbers."""
    for grade_id, verdict in decided.items():
        verdicts.write_verdict(tests[grade_id], verdict)
        if verdict.mistake:
            graded.mistakes[grade_id] = verdict.mistake
    return {grade_id: verdict.answered_as for grade_id, verdict in decided.items()}


def _not_found(notebook, found):
    """Name, in one note, the answers without a cell whose function stands nowhere else either."""
    missing = [
        repr(cell.metadata.nbgrader.grade_id)
        for cell in notebook.cells
        if cell.metadata.get("mlpteach", {}).get("answer") == "put back"
        and not functions_defined(cell.source) & found
    ]
    if not missing:
        return []
    cell = "This cell was" if len(missing) == 1 else "These cells were"
    return [f"{cell} missing and put back without an answer: {', '.join(missing)}."]


def _show_undecided(notebook, undecided):
    tests = graded_tests(notebook)
    text = "To be marked by a person.\n"
    for grade_id in sorted(undecided & set(tests)):
        tests[grade_id].outputs = [outputs.new_output("stream", name="stdout", text=text)]


def _add_scores(notebook, graded, undecided):
    """Let nbgrader read the marks from the notebook, as it does from its own."""
    for cell in notebook.cells:
        data = cell.metadata.get("nbgrader", {})
        if utils.is_grade(cell) or utils.is_task(cell):
            graded.scores[data.grade_id] = _score(cell, data.grade_id in undecided, graded)
        if utils.is_solution(cell) or utils.is_task(cell):
            untouched = data.get("checksum") == utils.compute_checksum(cell)
            lost = utils.is_task(cell) or graded.scores.get(data.grade_id, 0) is None
            given = "No response." if untouched and not lost else None
            graded.comments[data.grade_id] = given


def _score(cell, undecided, graded):
    if undecided or utils.is_task(cell):
        return None
    name = cell.metadata.nbgrader.grade_id
    try:
        score = utils.determine_grade(cell)[0]
    except (ValueError, KeyError) as error:  # more points than there are, for example
        graded.for_staff.append(f"The test {name!r} gives no mark ({error}): mark it by hand.")
        return None
    if score == 0 and utils.is_solution(cell) and cell.metadata.get("mlpteach"):
        graded.for_staff.append(_ABOUT_LOST[cell.metadata["mlpteach"]["answer"]].format(name=name))
        return None
    return None if score is None else float(score)


# An answer that a person reads, and that nbgrader would take for "No response."
_ABOUT_LOST = {
    "put back": "The written answer {name!r} was missing: is it anywhere in the notebook?",
    "below": "The answer {name!r} stands in a cell below its own: mark that one.",
}
