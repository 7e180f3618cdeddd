"""Grade a class by whatever grades jobs; reading and writing stay here.

Whatever grades is a function: it draws jobs from an iterator, as many at a time as it has room
for, and yields their answers as they come.
"""

import contextlib
import time
from collections.abc import Callable, Iterator

from mlpteach.grading.class_run import Result
from mlpteach.grading.cluster.answers import Nonsense, read_answer
from mlpteach.grading.cluster.recorder import Done, Recorder
from mlpteach.grading.cluster.submissions import CannotBegin, HeldByAnother

# Draws (number, job) and yields (number, answer), the answer None where there is none yet; None
# where for some time nothing came.
GradeJobs = Callable[[Iterator[tuple[int, str]]], Iterator[tuple[int, str | None] | None]]

_MOST, _MOST_CHARACTERS, _MOST_SECONDS = 100, 32 << 20, 1.0  # of one batch
_LOOK_SECONDS = 0.1  # between looks whether another grader is done


class Stopped(Exception):
    """Grading elsewhere cannot go on; what was graded is saved."""


class Coordinator:
    """Gives submissions to whatever grades jobs, and writes what comes back.

    Parameters
    ----------
    submissions : mlpteach.grading.cluster.submissions.Submissions
    tell : callable
        Called with a Result for each student, once it is written down.
    """

    def __init__(self, submissions, tell):
        self._submissions, self._tell = submissions, tell
        self._recorder = Recorder(submissions)
        self._begun = {}  # number -> what is being graded elsewhere
        self._batch, self._characters, self._since = {}, 0, 0.0  # student -> Done

    def run(self, students, grade_jobs, patience=0.0):
        """Grade the submissions of `students`.

        Parameters
        ----------
        students : list of str
        grade_jobs : GradeJobs
        patience : float
            Seconds to wait for others who are at work on some of them: what they find is kept.

        Raises
        ------
        Stopped
            After all that had come back was written; so with every other end.
        """
        until = time.monotonic() + patience
        try:
            while students:
                held = [] if time.monotonic() < until else None
                self._grade(self._jobs(students, held), grade_jobs)
                self._write()  # and hold nothing while waiting for others
                students = held
                if held:
                    time.sleep(_LOOK_SECONDS)
        finally:
            try:
                self._write()
            finally:
                left = [done.begun for done in self._batch.values()]
                for begun in (*self._begun.values(), *left):
                    begun.held.close()
                self._recorder.close()

    def _grade(self, jobs, grade_jobs):
        with contextlib.closing(grade_jobs(jobs)) as answers:
            for came in answers:
                if came is not None:
                    self._take(*came)
                self._write_if_due()

    def _jobs(self, students, held):
        """Yield a job for each student; those held by another go to the list, if there is one."""
        for number, student in enumerate(students):
            try:
                begun = self._submissions.begin(student)
            except CannotBegin as why:
                if held is not None and isinstance(why, HeldByAnother):
                    held.append(student)
                    continue
                self._tell(Result(student, "failed", str(why)))
            except (Exception, SystemExit) as error:  # one must not stop the others
                said = str(error).splitlines() or [""]
                reason = f"{type(error).__name__}: {said[0][:300]}"
                self._tell(Result(student, "failed", reason))
            else:
                if begun is None:
                    self._tell(Result(student, "kept"))
                else:
                    self._begun[number], job = begun
                    yield number, job

    def _take(self, number, said):
        begun = self._begun.pop(number)
        if said is None:
            self._give_up(begun, "waiting", "")
            return
        try:
            failed, seconds, answers = read_answer(said, begun.works)
        except Nonsense as nonsense:
            failed = f"what came back is no answer ({nonsense}): start it again"
        if failed:
            self._give_up(begun, "failed", failed)
            return
        self._since = self._since if self._batch else time.monotonic()
        self._batch[begun.student] = Done(begun, answers, seconds)
        self._characters += len(said)

    def _give_up(self, begun, state, reason):
        begun.held.close()
        self._tell(Result(begun.student, state, reason))

    def _write_if_due(self):
        old = self._batch and time.monotonic() - self._since > _MOST_SECONDS
        if old or len(self._batch) >= _MOST or self._characters >= _MOST_CHARACTERS:
            self._write()

    def _write(self):
        """Write the batch; what an interruption leaves of it stays, to be tried once more."""
        if self._batch:
            self._characters = 0
            self._recorder.write(list(self._batch.values()), self._written)

    def _written(self, done, result):
        del self._batch[done.begun.student]
        done.begun.held.close()
        self._tell(result)
