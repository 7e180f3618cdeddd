"""Feedback for a whole class in parallel: ``mlpteach feedback``.

Each process keeps nbgrader's converter, with its templates, for page after page, and reads the
marks of a few students at once. The last line of a page says what it was made from: whoever has
such a page already is not given another.
"""

import gc
import hashlib
import json
import multiprocessing
import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import nbformat
import sqlalchemy.orm
from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.utils import rmtree

from mlpteach.grading.class_run import CannotGrade, Result, Run, fitting, processors
from mlpteach.grading.course.finished_mark import ends_finished
from mlpteach.grading.course.folders import folders_of_students
from mlpteach.grading.deciding.environment import environment
from mlpteach.grading.gradebook.read_marks import read_marks
from mlpteach.grading.inside.kernel_calls import die_with_parent
from mlpteach.grading.pages.feedback_page import MARKS

_AT_ONCE = 20  # students


def graded_students(coursedir, assignment, wanted=None):
    """Return who was graded, or only those of a name or pattern.

    Raises
    ------
    CannotGrade
    """
    found = list(folders_of_students(coursedir, coursedir.autograded_directory, assignment))
    if not found:
        raise CannotGrade(f"nobody is graded yet: run mlpteach grade {assignment} first")
    students = fitting(found, wanted)
    if not students:
        raise CannotGrade(f"{wanted!r} is not graded: run mlpteach grade {assignment} first")
    return students


def write_feedback(application, assignment, students, *, processes=None, force=False, tell=None):
    """Write the pages of `students`.

    Parameters
    ----------
    application
        From :func:`mlpteach.grading.class_run.open_course`.
    assignment : str
    students : list of str
    processes : int, optional
        As many as there are processors without it.
    force : bool
        Write pages again that were made from the same notebooks and marks.
    tell : callable, optional
        Called with each Result.

    Returns
    -------
    Run
        Its results are "written", "kept" or "failed".

    Raises
    ------
    CannotGrade
        A process was lost; what was written stays.
    """
    run, began = Run(assignment, ""), time.monotonic()
    count = max(1, min(processes or processors(), len(students)))
    at_once = max(1, min(_AT_ONCE, len(students) // (4 * count)))
    writer = _prepared(application, assignment, force)
    pool = ProcessPoolExecutor(
        count, multiprocessing.get_context("fork"), _begin, (os.getpid(), writer)
    )
    with pool:
        parts = [students[k : k + at_once] for k in range(0, len(students), at_once)]
        try:
            for part in as_completed([pool.submit(_write, part) for part in parts]):
                for result in part.result():
                    run.results.append(result)
                    (tell or _nobody)(result)
        except BrokenProcessPool:
            raise CannotGrade(
                "a process that writes pages was lost (is memory short?); what was written stays: "
                "start it again to go on"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)
    run.seconds = time.monotonic() - began
    return run


def _nobody(result):
    """Tell nobody."""


class ClassFeedback(GenerateFeedback):
    """As GenerateFeedback, for student after student; says why there is no page.

    Parameters
    ----------
    application
        From :func:`mlpteach.grading.class_run.open_course`.
    """

    def __init__(self, application):
        super().__init__(coursedir=application.coursedir, parent=application)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for step in self.preprocessors:
            self.exporter.register_preprocessor(step)
        settings = repr(application.config), environment(), metadata.version("nbconvert")
        self._made_by = hashlib.sha256(repr(settings).encode())

    def write(self, assignment, student, marks):
        """Write a student's pages, unless they are there.

        Parameters
        ----------
        assignment, student : str
        marks : dict of str to NotebookMarks
            By notebook; of those that the gradebook knows.

        Returns
        -------
        state : str
            "written", "kept" or "failed".
        reason : str
            Why it failed.
        """
        folder = Path(self._format_source(assignment, student))
        target = Path(self._format_dest(assignment, student))
        self.notebooks = sorted(map(str, folder.glob("*.ipynb")))
        self._marks = marks
        try:
            self._made_from = {path: self._digest(Path(path)) for path in self.notebooks}
            if not self.force and all(self._is_there(target, path) for path in self.notebooks):
                return "kept", ""
            self._write_folder(assignment, student, target)
        except (Exception, SystemExit) as error:  # one must not stop the others
            if target.exists():
                rmtree(str(target))
            said = str(error).splitlines() or [""]
            return "failed", f"{type(error).__name__}: {said[0][:300]}"
        return "written", ""

    def _write_folder(self, assignment, student, target):
        if target.exists():
            rmtree(str(target))
        self.run_pre_convert_hook()
        self.init_assignment(assignment, student)
        for path in self.notebooks:
            self.convert_single_notebook(path)
        self.set_permissions(assignment, student)
        self.run_post_convert_hook()

    def _digest(self, path):
        """Return one number for all that a page is made from."""
        data = path.read_bytes()
        if not ends_finished(data[-100_000:].rstrip()):
            raise CannotGrade(f"{path.name} is not graded to its end")
        if path.stem not in self._marks:
            raise CannotGrade(f"the gradebook holds no marks of {path.name}")
        made_from = self._made_by.copy()
        made_from.update(json.dumps(asdict(self._marks[path.stem]), sort_keys=True).encode())
        made_from.update(data)
        return made_from.hexdigest()

    def _line(self, path):
        return f"<!-- made from {self._made_from[path]} -->\n"

    def _is_there(self, target, path):
        page = target / f"{Path(path).stem}{self.exporter.file_extension}"
        line = self._line(path).encode()
        try:
            with open(page, "rb") as file:
                file.seek(-len(line), os.SEEK_END)
                return file.read() == line
        except OSError:
            return False

    def convert_single_notebook(self, notebook_filename):
        """Write one page; its last line says what it was made from."""
        resources = self.init_single_notebook_resources(notebook_filename)
        resources[MARKS] = self._marks[Path(notebook_filename).stem]
        page, resources = self.exporter.from_filename(notebook_filename, resources=resources)
        page = f"{page.rstrip()}\n{self._line(notebook_filename)}"
        self.write_single_notebook(page, resources)


def _prepared(application, assignment, force):
    """Return a converter; what each process would do at its first page is done once, before."""
    sqlalchemy.orm.configure_mappers()
    nbformat.validate(nbformat.v4.new_notebook())
    application.coursedir.assignment_id = assignment
    writer = ClassFeedback(application)
    writer.force = force
    _ = writer.exporter.template
    gc.freeze()
    gc.enable()
    return writer


_own: dict = {}  # of a process that writes pages: its converter and gradebook


def _begin(parent, writer):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    coursedir = writer.coursedir
    _own.update(writer=writer, gradebook=Gradebook(coursedir.db_url, coursedir.course_id))


def _write(students):
    """Write the pages of a few students; return their Results."""
    writer, assignment = _own["writer"], _own["writer"].coursedir.assignment_id
    marks = read_marks(_own["gradebook"], assignment, students)
    _own["gradebook"].db.rollback()  # let nobody wait
    results = []
    for student in students:
        began = time.monotonic()
        state, reason = writer.write(assignment, student, marks.get(student, {}))
        results.append(Result(student, state, reason, time.monotonic() - began))
    return results
