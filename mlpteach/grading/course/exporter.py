"""Reads and writes notebooks for ``nbgrader autograde``, whatever was handed in.

nbgrader makes it before anything is graded: where there is no sandbox it refuses.
"""

import os
from functools import partial

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.v4 import new_notebook
from nbgrader.converters import NbGraderException
from traitlets import Bool

from mlpteach.grading.course.finished import release, remove_unfinished
from mlpteach.grading.course.not_heard import not_heard
from mlpteach.grading.course.steps import TrustedExecute
from mlpteach.grading.course.tidy import tidy_before_grading
from mlpteach.grading.gradebook.busy import wait_for_gradebook
from mlpteach.grading.gradebook.group_shared import share_with_group
from mlpteach.grading.isolation.no_sandbox import WARNING, NoSandbox

_ALL_THE_SAME = (
    "Nobody was graded. To grade all the same, with students' code running as you, set in "
    "nbgrader_config.py\n    c.TrustedExecute.without_sandbox = True"
)


class SubmissionExporter(NotebookExporter):
    """nbconvert's exporter, but a submission is left to :class:`TrustedExecute` to read."""

    optimized_validation = Bool(True, help="Look at a notebook once, not after every step.")

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        coursedir = getattr(self.parent, "coursedir", None)
        release()
        wait_for_gradebook()
        if coursedir is not None:
            share_with_group(coursedir)
            for sentence in not_heard(self.config):
                self.log.warning(sentence)
            self.parent.pre_convert_hook = partial(tidy_before_grading, coursedir=coursedir)
            self._get_the_sandbox_ready()
            for student in remove_unfinished(coursedir, coursedir.assignment_id):
                self.log.warning(
                    "%s: broken off, or handed in anew since: grading begins again",
                    student,
                )

    def _get_the_sandbox_ready(self):
        execute = TrustedExecute(parent=self)
        try:
            execute.sandbox()
        except NoSandbox as error:
            self.log.error("%s\n%s", error, _ALL_THE_SAME)
            raise NbGraderException(str(error)) from error
        if execute.without_sandbox:
            self.log.warning(WARNING)

    def from_filename(self, filename, resources=None, **ignored):
        """Convert a notebook; one that was handed in may be no notebook at all."""
        if not any(isinstance(step, TrustedExecute) for step in self._preprocessors):
            return super().from_filename(filename, resources)
        resources = ResourcesDict() if resources is None else resources
        folder, name = os.path.split(filename)
        resources["metadata"] = ResourcesDict()
        resources["metadata"].update(name=os.path.splitext(name)[0], path=folder)
        return self.from_notebook_node(new_notebook(), resources)
