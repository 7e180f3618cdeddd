"""The steps of ``nbgrader autograde`` that replace nbgrader's own: grade, and save the marks."""

from pathlib import Path

from nbgrader.preprocessors import NbGraderPreprocessor, latesubmissions
from traitlets import Bool, Float, Integer

from mlpteach.grading.course.gather import gather
from mlpteach.grading.course.graded_notebook import as_notebook
from mlpteach.grading.course.known_here import add_what_is_known_here
from mlpteach.grading.course.tidy import expected_notebooks, other_notebooks
from mlpteach.grading.grade import grade
from mlpteach.grading.gradebook.record import record_marks
from mlpteach.grading.isolation.sandbox import NO_SANDBOX, Limits
from mlpteach.grading.isolation.shared_sandbox import shared_sandbox

# Where courses tell nbgrader how long a cell may take; the first that says so.
_OF_A_CELL = ("Execute", "ExecutePreprocessor", "NotebookClient")


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
        work, handed_in = gather(coursedir, path, names["assignment"], names["student"])
        graded = grade(work, self.sandbox())
        beside = other_notebooks(path.parent, expected_notebooks(coursedir, names["assignment"]))
        tidied = resources.get("tidied", ())
        add_what_is_known_here(graded, path, names["student"], tidied, beside)
        for note in graded.notes + graded.for_staff:
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], note)
        return as_notebook(graded, handed_in, work.rules.digest), resources

    @property
    def limits(self):
        """What one notebook may use, as configured; nbgrader's own time for a cell counts, too."""
        cell, notebook = self.cell_seconds, self.notebook_seconds
        theirs = next(
            (self.config[name]["timeout"] for name in _OF_A_CELL if "timeout" in self.config[name]),
            None,
        )
        if "cell_seconds" not in self.config.TrustedExecute and isinstance(theirs, int):
            cell = float(theirs) if theirs > 0 else notebook
            notebook = max(notebook, 4 * cell)
        return Limits(cell, self.call_seconds, notebook, self.memory, self.disk)

    @property
    def isolation(self):
        """What is asked for: NO_SANDBOX, or None for the best sandbox that works here."""
        return NO_SANDBOX if self.without_sandbox else None

    def sandbox(self):
        """Return this process's sandbox, ready for a notebook.

        Raises
        ------
        mlpteach.grading.isolation.no_sandbox.NoSandbox
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
