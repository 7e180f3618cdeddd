"""Reads and writes notebooks for ``nbgrader autograde``, whatever was handed in."""

import os

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.v4 import new_notebook
from traitlets import Bool

from mlpteach.grading.finished import release, remove_unfinished
from mlpteach.grading.steps import Rebuild


class SubmissionExporter(NotebookExporter):
    """nbconvert's exporter, but a submission is left to :class:`Rebuild` to read."""

    optimized_validation = Bool(True, help="Look at a notebook once, not after every step.")

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        coursedir = getattr(self.parent, "coursedir", None)
        release()
        if coursedir is not None:
            for student in remove_unfinished(coursedir, coursedir.assignment_id):
                self.log.warning("%s: grading had been broken off, begins again", student)

    def from_filename(self, filename, resources=None, **ignored):
        """Convert a notebook; one that was handed in may be no notebook at all."""
        if not any(isinstance(step, Rebuild) for step in self._preprocessors):
            return super().from_filename(filename, resources)
        resources = ResourcesDict() if resources is None else resources
        folder, name = os.path.split(filename)
        resources["metadata"] = ResourcesDict()
        resources["metadata"].update(name=os.path.splitext(name)[0], path=folder)
        return self.from_notebook_node(new_notebook(), resources)
