"""nbgrader's autograde converter for many submissions, one after the other, in one process."""

import importlib
import os
import traceback
import warnings
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning

from mlpteach.grading.finished import being_graded
from mlpteach.grading.tidy import expected_notebooks, tidy

_USE_A_GRADEBOOK = ["converters.autograde"] + [
    f"preprocessors.{name}" for name in ("overwritecells", "saveautogrades", "latesubmissions")
]


class ClassAutograde(Autograde):
    """As Autograde, but it keeps what every submission needs, and says why one failed."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)

    def grade(self, assignment, student):
        """Grade one submission.

        Returns
        -------
        state : str
            "graded", "kept" (it had been graded) or "failed".
        reason : str
            Why it failed, and what to do.
        """
        root = Path(self.coursedir.root)
        os.chdir(root)
        folder = Path(
            self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment)
        )
        for note in tidy(folder, expected_notebooks(assignment)):
            self.log.warning("%s: %s", student, note)
        self.notebooks = sorted(map(str, folder.glob("*.ipynb")))
        if not self.notebooks:
            return "failed", "no notebook was handed in; ask for it"
        with being_graded(folder) as nobody_else:
            if not nobody_else:
                return "failed", "another grader is at work on it just now"
            return self._grade(assignment, student)

    def _grade(self, assignment, student):
        if not self.init_destination(assignment, student):
            return "kept", ""
        try:
            self.init_assignment(assignment, student)
            for notebook in self.notebooks:
                self.convert_single_notebook(notebook)
            self.set_permissions(assignment, student)
        except Exception as error:
            self.log.error(traceback.format_exc())
            graded = self._format_dest(assignment, student)
            if os.path.exists(graded):
                rmtree(graded)
            return "failed", f"{type(error).__name__}: {error}"
        return "graded", ""


def share_gradebook():
    """Let nbgrader's steps in this process use one connection to the gradebook.

    nbgrader opens the gradebook eight times a submission and looks each time whether its tables
    are there, which takes longer than the marks themselves.
    """
    # nbgrader's own way of adding a submission, harmless and not the instructor's business.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader.*")
    for name in _USE_A_GRADEBOOK:
        importlib.import_module(f"nbgrader.{name}").Gradebook = _shared


_open = {}


def _shared(db_url, course_id="default_course", authenticator=None):
    key = (db_url, course_id)
    if key not in _open:
        _open[key] = _KeptGradebook(db_url, course_id, authenticator)
    return _open[key]


class _KeptGradebook(Gradebook):
    def close(self):
        """End the session but keep the connection."""
        self.db.remove()
