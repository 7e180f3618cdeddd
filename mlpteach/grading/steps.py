"""The steps of ``nbgrader autograde`` that replace nbgrader's own: rebuild, execute, save."""

import copy
import re
import time
from pathlib import Path
from typing import Any

from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor, latesubmissions
from traitlets import Bool, Float, Integer

from mlpteach.assignments import ASSIGNMENTS
from mlpteach.exercise.messages import wrap_lines
from mlpteach.exercise.protocol import only_what_was_paid
from mlpteach.exercise.readback.budget import one_notebook
from mlpteach.grading import inputs, outputs, verdicts
from mlpteach.grading.deadline import deadline
from mlpteach.grading.feedback import FOR_STAFF
from mlpteach.grading.finished import HANDED_IN, MARK, digest_of
from mlpteach.grading.inputs import read_secret
from mlpteach.grading.original import functions_defined, graded_tests, read_original
from mlpteach.grading.quiz_outputs import show_question
from mlpteach.grading.rebuild import rebuild
from mlpteach.grading.sandbox import NO_SANDBOX, Limits, SandboxFailed
from mlpteach.grading.session import Session
from mlpteach.grading.shared_sandbox import shared_sandbox
from mlpteach.grading.submission import read, read_files
from mlpteach.grading.tidy import expected_notebooks, other_notebooks
from mlpteach.grading.written import defuse
from mlpteach.quiz.graded import WHO


class Rebuild(NbGraderPreprocessor):
    """Read what was handed in and put its answers into the instructor's notebook."""

    def preprocess(self, nb, resources):
        """Return the notebook to grade in place of `nb`."""
        with deadline("reading what was handed in"):
            return self._rebuild(nb, resources)

    def _rebuild(self, nb, resources):
        names = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        original = read_original(coursedir, names["assignment"], names["notebook"])
        self._compare_with_gradebook(original, names)
        path = Path(resources["metadata"]["path"], names["notebook"] + ".ipynb")
        handed = read(path)
        released = _texts(original)
        notebook, notes = rebuild(original, handed)
        for_staff = [f"{note[0].upper()}{note[1:]}." for note in resources.get("tidied", ())]
        if handed.trouble:
            notes.append(f"What was handed in {handed.trouble}.")
        others = other_notebooks(path.parent, expected_notebooks(names["assignment"]))
        if others and _texts(notebook) == released:
            notes.append(f"NOTHING IS ANSWERED in {path.name!r}, but beside it lies {others}.")
            for_staff.append(
                f"If it is meant, rename it to {path.name!r} in {path.parent} and grade again, "
                "with --force."
            )
        elif others:
            for_staff.append(f"Other notebooks lie here and were not graded: {others}.")
        for note in notes + for_staff:
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], note)
        notebook.metadata[HANDED_IN] = digest_of(path)
        notebook.metadata["mlpteach"] = {
            "notes": notes,
            "for_staff": for_staff,
            "trouble": handed.trouble,
            "folder": str(path.parent.resolve()),
        }
        return notebook, resources

    def _compare_with_gradebook(self, original, names):
        """Refuse to grade with a source that changed since the assignment was generated."""
        source = {
            cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.get("points", 0))
            for cell in original.cells
            if utils.is_grade(cell) or utils.is_task(cell)
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


def _texts(notebook):
    return [cell.source.strip() for cell in notebook.cells if cell.source.strip()]


class SourceChanged(Exception):
    """The gradebook knows other cells or points than the source notebook."""


class TrustedExecute(NbGraderPreprocessor):
    """Run the student's cells in a sandbox; let the checks decide outside of it."""

    enabled = Bool(True, help="Always: a mark needs the code to run.")
    cell_seconds = Float(30.0, help="A cell that runs longer is stopped.").tag(config=True)
    call_seconds = Float(
        10.0, help="A call of a student's function that runs longer is stopped."
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
        """Fill in all outputs and note what a person should look at."""
        with deadline("deciding on what was handed in"):
            return self._execute(nb, resources)

    def _execute(self, nb, resources):
        began = time.monotonic()
        names = resources["nbgrader"]
        report = nb.metadata.pop("mlpteach", {})
        report = {"notes": [], "for_staff": [], **report, "mistakes": {}, "isolation": ""}
        resources["undecided"] = set()
        if report.get("trouble"):
            resources["undecided"] = set(graded_tests(nb))
        else:
            self._grade(nb, names, report, resources["undecided"])
        for grade_id in sorted(resources["undecided"]):
            graded_tests(nb)[grade_id].outputs = [_undecided()]
        if report["notes"]:
            nb.cells.insert(0, _notes_cell("Notes from grading", report["notes"]))
        if report["for_staff"]:
            nb.cells.insert(0, _notes_cell("For whoever marks", report["for_staff"]))
            nb.cells[0].metadata[FOR_STAFF] = True
        report["seconds"] = round(time.monotonic() - began, 3)
        report.pop("folder", None)
        nb.metadata["mlpteach"] = report
        nb.metadata[MARK] = True
        return nb, resources

    def _grade(self, nb, names, report, undecided):
        before = copy.deepcopy(report)
        try:
            self._grade_once(nb, names, report, undecided)
        except SandboxFailed as failure:
            # Never a zero: once more, and else this student stays ungraded.
            self.log.warning("%s: the sandbox failed (%s); once more", names["student"], failure)
            report.update(before)
            undecided.clear()
            self._grade_once(nb, names, report, undecided)

    def _grade_once(self, nb, names, report, undecided):
        tests = graded_tests(nb)
        checks = ASSIGNMENTS.get(names["assignment"], {})
        cells = [
            cell
            for cell in nb.cells
            if cell.cell_type == "code"
            and cell.metadata.get("nbgrader", {}).get("grade_id") not in tests
            and "mlpteach" not in cell.metadata  # put back, no student's
        ]
        sources = [cell.source for cell in cells]
        files = read_files(report["folder"])
        work = verdicts.Work(
            read_secret(self.parent.parent.coursedir.root),
            names["student"],
            names["assignment"],
            inputs.digest(sources, files),
        )
        decided = {}
        sandbox = self.sandbox()
        report["isolation"] = sandbox.described
        with Session(sandbox, sources, files) as session:
            for number, cell in enumerate(cells):
                cell.outputs = outputs.clean(session.outputs[number])
                cell.execution_count = None
            # Only now do hidden inputs enter the process: nothing it says later is shown.
            with one_notebook():
                for grade_id in tests:
                    check = checks.get(grade_id)
                    verdict = self._decide(grade_id, check, work, session, report, undecided)
                    decided |= {} if verdict is None else {grade_id: verdict}
            answered_as = self._write(tests, only_what_was_paid(checks, decided, sources), report)
            for number, how in session.deadly.items():
                cells[number].outputs = [_died(how)]
                report["notes"].append(f"A cell was left out: {how}.")
            for cell in cells:
                show_question(cell, answered_as)
            report["notes"] += _not_found(nb, session.found)
        report["for_staff"] += _about_names(checks, answered_as.values(), work.student)

    def _decide(self, grade_id, check, work, session, report, undecided):
        """Return a check's verdict; None where a person has to decide."""
        if check is None:
            undecided.add(grade_id)
            report["for_staff"].append(f"There is no check {grade_id!r}: mark this cell by hand.")
            return None
        try:
            return verdicts.verdict_of(check, work, session)
        except verdicts.CheckFailed as failure:
            self.log.error("%s: the check %s failed: %s", work.student, grade_id, failure)
            undecided.add(grade_id)
            report["for_staff"].append(
                f"The check {grade_id!r} failed ({failure}): mark it by hand."
            )
            return None

    def _write(self, tests, decided, report):
        """Write the verdicts; return grade id -> the name that decided its numbers."""
        for grade_id, verdict in decided.items():
            verdicts.write_verdict(tests[grade_id], verdict)
            if verdict.mistake:
                report["mistakes"][grade_id] = verdict.mistake
        return {grade_id: verdict.answered_as for grade_id, verdict in decided.items()}

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
    """Save all marks of a notebook at once, as nbgrader's SaveAutoGrades does one by one.

    What nobody could decide waits for a person, and is no zero.
    """

    def preprocess(self, nb, resources):
        """Write the marks into the gradebook; the notebook stays as it is."""
        names = resources["nbgrader"]
        cells = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in nb.cells
            if "nbgrader" in cell.metadata
        }
        with latesubmissions.Gradebook(names["db_url"]) as gradebook:
            saved = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            _ = saved.notebook.grade_cells  # all cells at once: else each name is a query
            with gradebook.db.no_autoflush:
                for grade in saved.grades:
                    self._save_mark(grade, cells[grade.name], resources["undecided"])
                for comment in saved.comments:
                    comment.auto_comment = _comment(cells[comment.name])
            gradebook.db.commit()
        return nb, resources

    def _save_mark(self, grade, cell, undecided):
        waits = grade.name in undecided or utils.is_task(cell)
        grade.auto_score = None if waits else utils.determine_grade(cell, self.log)[0]
        # A mark that a person gave stays, and is to be looked at again.
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None


def _comment(cell):
    data = cell.metadata.nbgrader
    untouched = data.get("checksum") == utils.compute_checksum(cell) and not utils.is_task(cell)
    return "No response." if untouched else None


def _not_found(nb, found):
    """Name, in one note, the answers without a cell whose function stands nowhere else either."""
    missing = [
        repr(cell.metadata.nbgrader.grade_id)
        for cell in nb.cells
        if cell.metadata.get("mlpteach", {}).get("put_back")
        and not functions_defined(cell.source) & found
    ]
    if not missing:
        return []
    cell = "This cell was" if len(missing) == 1 else "These cells were"
    return [f"{cell} missing and put back without an answer: {', '.join(missing)}."]


def _about_names(checks, given, student):
    """Say so where a quiz was answered under no name, or under one that is not the student's."""
    asked = any(WHO in check.functions for check in checks.values())
    if asked and not any(given):
        return [
            f"No name given: {WHO}() returned none, so nothing could be judged. Ask for it, write "
            "it into the submitted notebook and grade again, with --force."
        ]
    others = dict.fromkeys(name for name in given if name and not _same_name(name, student))
    return [f"Answered with the numbers of {name!r}: is that this student?" for name in others]


def _same_name(given, student):
    """Whether a name is a student's id, but for capitals and what stands between letters."""
    plain = [re.sub(r"[\W_]", "", name).casefold() for name in (given, student)]
    return plain[0] == plain[1]


def _undecided():
    return outputs.new_output("stream", name="stdout", text="To be marked by a person.\n")


def _died(how):
    text = wrap_lines(f"{how[:1].upper()}{how[1:]}; the notebook was run again without this cell.")
    return outputs.new_output("error", ename="Stopped", evalue=text, traceback=[text])


def _notes_cell(title, notes):
    lines = "\n".join(f"- {defuse(note)}" for note in notes)
    return new_markdown_cell(f"**{title}**\n\n{lines}")
