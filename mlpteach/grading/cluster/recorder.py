"""Write down what came back: marks in one transaction for many students, then their files.

The file of a graded notebook is what says that a submission is done, so it comes last: whoever is
killed in between finds it not done, grades it again, and comes to the same marks.
"""

import contextlib
import signal
import threading
from dataclasses import dataclass

from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import rmtree
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from mlpteach.grading.class_run import Result
from mlpteach.grading.cluster.answers import Answer, with_what_is_known_here
from mlpteach.grading.cluster.submissions import Begun
from mlpteach.grading.gradebook.record import Marks, record_batch
from mlpteach.grading.gradebook.upkeep import Upkeep


@dataclass
class Done:
    """A submission whose answers are there.

    Attributes
    ----------
    begun : Begun
    answers : list of Answer
    seconds : float
    """

    begun: Begun
    answers: list[Answer]
    seconds: float


class Recorder:
    """Writes into one course.

    Parameters
    ----------
    submissions : mlpteach.grading.cluster.submissions.Submissions
    """

    def __init__(self, submissions):
        self._submissions = submissions
        coursedir = submissions.coursedir
        self._gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
        self._upkeep = Upkeep(self._gradebook)
        self._has_a_due_date = self._gradebook.find_assignment(submissions.assignment).duedate
        self._penalties = AssignLatePenalties(parent=submissions.converter)

    def close(self):
        """End the connection to the gradebook."""
        self._upkeep.end()
        self._gradebook.close()

    def write(self, batch, tell):
        """Write a batch, and tell of each when its files are there.

        Where the gradebook refuses the batch, each is tried alone: one must not stop the others.
        Ctrl-C comes before the files of a batch or behind them, so that what is there was told.

        Parameters
        ----------
        batch : list of Done
        tell : callable
            Called with each Done and its Result.
        """
        try:
            self._mark(batch)
        except (SQLAlchemyError, ValueError) as error:  # such as a name that is no text
            if len(batch) > 1:
                for done in batch:
                    self.write([done], tell)
            else:
                said = f"the gradebook refuses it: {str(error).splitlines()[0]}"
                tell(batch[0], Result(batch[0].begun.student, "failed", said))
        else:
            with _without_ctrl_c():
                for done in batch:
                    tell(done, self._lay_down(done))

    def _mark(self, batch):
        marks = [
            Marks(
                done.begun.student,
                {answer.name: answer.scores for answer in done.answers},
                {answer.name: answer.comments for answer in done.answers},
                done.begun.timestamp,
            )
            for done in batch
        ]
        record_batch(self._gradebook, self._submissions.assignment, marks)
        self._upkeep.wrote(len(marks))
        if self._has_a_due_date:
            self._penalize(batch)

    def _penalize(self, batch):
        """Let nbgrader's own plugin decide what coming late costs."""
        by_student = {done.begun.student: done for done in batch}
        asked = select(SubmittedAssignment).where(
            SubmittedAssignment.student_id.in_(list(by_student)),
            SubmittedAssignment.assignment.has(name=self._submissions.assignment),
        )
        late = [
            each.student_id
            for each in self._gradebook.db.execute(asked).scalars()
            if each.total_seconds_late > 0
        ]
        self._gradebook.db.rollback()
        for student in late:
            for answer in by_student[student].answers:
                names = {"student": student, "notebook": answer.name}
                names |= {"assignment": self._submissions.assignment}
                names |= {"db_url": self._submissions.coursedir.db_url}
                self._penalties.preprocess(new_notebook(), {"nbgrader": names})

    def _lay_down(self, done):
        """Write the files of one submission; the notebooks last."""
        begun, student = done.begun, done.begun.student
        folder = self._submissions.graded_folder(student)
        try:
            texts = {answer.name: self._text(begun, answer) for answer in done.answers}
            with contextlib.suppress(FileNotFoundError):
                rmtree(str(folder))
            folder.mkdir(parents=True)
            assignment = self._submissions.assignment
            self._submissions.converter.init_assignment(assignment, student)
            self._lay_given_files(begun, folder)
            for name, text in texts.items():
                (folder / f"{name}.ipynb").write_text(text, "utf-8")
            self._submissions.converter.set_permissions(assignment, student)
        except Exception as error:
            with contextlib.suppress(FileNotFoundError):
                rmtree(str(folder))
            said = str(error).splitlines() or [""]
            return Result(student, "failed", f"{type(error).__name__}: {said[0][:300]}")
        return Result(student, "graded", "", done.seconds)

    def _text(self, begun, answer):
        path = begun.folder / f"{answer.name}.ipynb"
        return with_what_is_known_here(
            answer, begun.works[answer.name], path, begun.student, begun.tidied, begun.others
        )

    def _lay_given_files(self, begun, folder):
        """Let what the instructor gives replace what was handed in under its name."""
        for rules, _ in begun.works.values():
            for name, data in rules.files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                path.write_bytes(data)


@contextlib.contextmanager
def _without_ctrl_c():
    """Let Ctrl-C wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():  # Ctrl-C never comes here
        yield
        return
    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
