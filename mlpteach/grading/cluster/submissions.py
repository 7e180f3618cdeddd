"""Read one student's submission from the course: what travels of it, and what stays."""

import contextlib
import functools
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters.base import BaseConverter
from traitlets import Any

from mlpteach.grading.cluster.jobs import write_job
from mlpteach.grading.course.finished import ANOTHER_GRADER, being_graded
from mlpteach.grading.course.gather import gather
from mlpteach.grading.course.tidy import expected_notebooks, look_into, other_notebooks
from mlpteach.grading.deciding.read_rules import read_rules
from mlpteach.grading.deciding.rules import Rules


class CannotBegin(Exception):
    """Why a submission cannot be graded, for the report."""


class HeldByAnother(CannotBegin):
    """Another grader is at work on it."""


class Autograde(BaseConverter):
    """nbgrader's settings of this name and its folders, without what it runs: kernels, pages."""

    exporter_class = Any().tag(config=True)
    sanitize_preprocessors = Any().tag(config=True)
    autograde_preprocessors = Any().tag(config=True)
    create_student = Any().tag(config=True)
    exclude_overwriting = Any().tag(config=True)

    @property
    def _input_directory(self):
        return self.coursedir.submitted_directory

    @property
    def _output_directory(self):
        return self.coursedir.autograded_directory


@dataclass
class Begun:
    """A submission that is being graded elsewhere: what stays with the course.

    Attributes
    ----------
    student : str
    folder : Path
        Where it was handed in.
    works : dict of str to (Rules, str)
        Notebook -> its rules, and the digest of what was handed in.
    tidied : list of str
        What was done before grading.
    others : str
        Notebooks that lie beside and are not graded.
    timestamp : datetime or None
    held : contextlib.ExitStack
        Says to other graders that it is being graded, until it is closed.
    """

    student: str
    folder: Path
    works: dict[str, tuple[Rules, str]]
    tidied: list[str]
    others: str
    timestamp: datetime | None
    held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)


class Submissions:
    """The submissions of one assignment, as nbgrader's own converter finds them.

    Parameters
    ----------
    application
        From :func:`mlpteach.grading.class_run.open_course`.
    assignment : str
    force : bool
        Grade again what was graded before.
    """

    def __init__(self, application, assignment, force=False):
        self.coursedir, self.assignment = application.coursedir, assignment
        self.coursedir.assignment_id = assignment
        self.converter = Autograde(coursedir=self.coursedir, parent=application)
        self._force = force
        self._excluded = set(self.coursedir.student_id_exclude.split(",")) - {""}
        self._rules_of = functools.cache(  # workers were given these, once
            functools.partial(read_rules, self.coursedir, assignment)
        )
        self._expected = expected_notebooks(self.coursedir, assignment)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            self._known = {each.name for each in gradebook.find_assignment(assignment).notebooks}

    def folder(self, student, step=None):
        """Return a student's folder, where it was handed in or in another step of nbgrader's."""
        step = step or self.coursedir.submitted_directory
        return Path(self.coursedir.format_path(step, student, self.assignment))

    def graded_folder(self, student):
        """Return where the graded notebooks of a student belong."""
        return self.folder(student, self.coursedir.autograded_directory)

    def begin(self, student):
        """Return a Begun and the job for it, or None where it was graded before.

        Raises
        ------
        CannotBegin
        """
        folder = self.folder(student)
        notebooks, tidied, trouble = look_into(folder, self._expected)
        if trouble:
            raise CannotBegin(trouble)
        with contextlib.ExitStack() as held:
            if not held.enter_context(being_graded(folder)):
                raise HeldByAnother(f"{ANOTHER_GRADER}: grade again when it is done")
            if self._is_kept(student, folder):
                return None
            works = {
                path.stem: gather(
                    self.coursedir, path, self.assignment, student, self._rules_of(path.stem)
                )
                for path in self._known_notebooks(student, notebooks)
            }
            begun = Begun(
                student,
                folder,
                {name: (work.rules, digest) for name, (work, digest) in works.items()},
                tidied,
                other_notebooks(folder, self._expected),
                self.coursedir.get_existing_timestamp(str(folder)),
                held.pop_all(),
            )
        return begun, write_job(works)

    def _is_kept(self, student, folder):
        """Whether it was graded before: what was only begun has been removed already."""
        graded = self.graded_folder(student)
        if student in self._excluded:
            return True
        if self._force or not graded.exists():
            return False
        new, old = (self.coursedir.get_existing_timestamp(str(each)) for each in (folder, graded))
        return not (new is not None and old is not None and new > old)

    def _known_notebooks(self, student, notebooks):
        """Return the paths of the notebooks that the gradebook knows."""
        found = []
        for path in notebooks:
            names = self.converter.init_single_notebook_resources(path)["nbgrader"]
            if names["student"] == student and names["notebook"] in self._known:
                found.append(Path(path))
        if not found:
            raise CannotBegin(
                "none of its notebooks is in the gradebook: run nbgrader generate_assignment "
                f"{self.assignment}"
            )
        return found
