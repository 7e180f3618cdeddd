"""nbgrader's autograde converter for many submissions, one after the other, in one process."""

import gc
import importlib
import os
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy.orm
from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning

from mlpteach.grading.course.finished import ANOTHER_GRADER, being_graded
from mlpteach.grading.course.graded_notebook import as_text
from mlpteach.grading.course.tidy import expected_notebooks, look_into
from mlpteach.grading.gradebook.record import begin_submission

_EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
_PATIENCE = 600.0  # seconds
_USE_A_GRADEBOOK = ["converters.autograde"] + [
    f"preprocessors.{name}" for name in ("overwritecells", "saveautogrades", "latesubmissions")
]


class ClassAutograde(Autograde):
    """As Autograde, but it keeps what every submission needs, and says why one failed.

    A notebook takes all steps in one pass: nbgrader writes and reads it in between, and copies and
    validates it around each step.
    """

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self.exporter._preprocessors = []
        for step in [*self.sanitize_preprocessors, *self.autograde_preprocessors]:
            self.exporter.register_preprocessor(step)

    def grade(self, assignment, student):
        """Grade one submission.

        Returns
        -------
        state : str
            "graded", "kept" (it had been graded) or "failed".
        reason : str
            Why it failed, and what to do.
        """
        try:
            return self._grade_folder(assignment, student)
        except (Exception, SystemExit) as error:  # nbgrader exits where it gives up
            self.log.error(traceback.format_exc())
            said = str(error).splitlines() or [""]
            return "failed", f"{type(error).__name__}: {said[0][:300]}"

    def _grade_folder(self, assignment, student):
        root = Path(self.coursedir.root)
        os.chdir(root)
        folder = Path(
            self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment)
        )
        expected = expected_notebooks(self.coursedir, assignment)
        self.notebooks, self._notes, trouble = look_into(folder, expected)
        if trouble:
            return "failed", trouble
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with being_graded(folder) as nobody_else:
                if nobody_else:
                    return self._grade(assignment, student)
            time.sleep(0.1)  # another assistant grades the class, too: what they find is kept
        return "failed", f"{ANOTHER_GRADER}: grade again when it is done"

    def _grade(self, assignment, student):
        if not self.init_destination(assignment, student):
            return "kept", ""
        try:
            self.init_assignment(assignment, student)
            for notebook in self.notebooks:
                self.convert_single_notebook(notebook)
            self.set_permissions(assignment, student)
        except BaseException:
            graded = self._format_dest(assignment, student)
            if os.path.exists(graded):
                rmtree(graded)
            raise
        return "graded", ""

    def init_assignment(self, assignment, student):
        """Begin a submission as nbgrader does, its rows in the gradebook written at once."""
        if self.create_student:
            with _shared(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                begin_submission(gradebook, assignment, student)
        super().init_assignment(assignment, student)

    def convert_single_notebook(self, notebook_filename):
        """Let one notebook take all steps, and write it."""
        resources = self.init_single_notebook_resources(notebook_filename)
        path = Path(notebook_filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources["tidied"] = self._notes
        resources["output_extension"] = self.exporter.file_extension
        notebook = nbformat.NotebookNode()
        for step in self.exporter._preprocessors:
            notebook, resources = step(notebook, resources)
        self.write_single_notebook(as_text(notebook), resources)


def prepare():
    """Do once what each grader forked from this process would do at its first submission."""
    share_gradebook()
    sqlalchemy.orm.configure_mappers()
    as_text(nbformat.from_dict(_EMPTY))  # compiles the schema
    gc.freeze()  # graders share the pages of all that is loaded, if the collector keeps off them
    gc.enable()


def share_gradebook():
    """Let nbgrader's steps in this process use one connection to the gradebook.

    nbgrader opens the gradebook eight times a submission and looks each time whether its tables
    are there, which takes longer than the marks themselves.
    """
    # nbgrader's own way of adding a submission, harmless and not the instructor's business.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader.*")
    for name in _USE_A_GRADEBOOK:
        importlib.import_module(f"nbgrader.{name}").Gradebook = _shared


_open: dict[Any, Any] = {}


def _shared(db_url, course_id="default_course", authenticator=None):
    key = (db_url, course_id)
    if key not in _open:
        _open[key] = _KeptGradebook(db_url, course_id, authenticator)
    return _open[key]


class _KeptGradebook(Gradebook):
    def close(self):
        """End the session but keep the connection."""
        self.db.remove()
