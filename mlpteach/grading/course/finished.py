"""Tell a submission that was graded to its end from one where the grader was killed.

nbgrader takes a folder in ``autograded/`` for a graded submission, also when it was only begun.
Here the last thing written of a notebook is a mark at the very end of its file.
"""

import contextlib
import fcntl
import functools
import os
from pathlib import Path

from nbgrader.api import Assignment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import rmtree
from sqlalchemy import select
from traitlets.log import get_logger

from mlpteach.grading.course.finished_mark import HANDED_IN, RULES, ends_finished, says
from mlpteach.grading.course.folders import folders_of_students
from mlpteach.grading.deciding.inputs import digest
from mlpteach.grading.deciding.read_rules import NoOriginal, read_rules
from mlpteach.grading.notebooks.submission import MOST_BYTES, read_files, read_regular_file

ANOTHER_GRADER = "another grader is at work on it just now"


def is_finished(path):
    """Whether the autograded notebook at `path` was written to its end."""
    return ends_finished(_tail(path))


def _tail(path):
    """Return the end of a file, where a notebook's own metadata stand; b"" where it is none."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - 100_000, 0))
            return file.read().rstrip()
    except OSError:
        return b""


def digest_of(notebook):
    """Return one number for a notebook in the folder it was handed in with, and its neighbours."""
    path = Path(notebook)
    try:
        data = read_regular_file(path, MOST_BYTES)
    except OSError as error:
        data = str(error.errno).encode()
    return digest([], {path.name: data} | {f"./{n}": d for n, d in read_files(path.parent).items()})


def marked_students(coursedir, assignment):
    """Return the students whose marks for an assignment are in the gradebook."""
    submissions = (
        select(SubmittedAssignment.student_id)
        .join(Assignment, SubmittedAssignment.assignment)
        .where(Assignment.name == assignment)
    )
    undecided = (
        submissions.join(
            SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id
        )
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(Grade.auto_score.is_(None), Grade.needs_manual_grade.is_(False))
    )
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        known, without = (
            set(gradebook.db.execute(asked).scalars()) for asked in (submissions, undecided)
        )
    return known - without


def remove_unfinished(coursedir, assignment):
    """Remove what is not, or no longer, the grading of what was handed in.

    What a killed grader left, what belongs to an earlier submission, what was graded by other
    rules, and what has no marks in the gradebook: those submissions are graded as if never begun.

    Returns
    -------
    list of str
        Whose they were.
    """
    graded = folders_of_students(coursedir, coursedir.autograded_directory, assignment)
    handed_in = folders_of_students(coursedir, coursedir.submitted_directory, assignment)
    marked = marked_students(coursedir, assignment) if graded else set()
    rules = functools.cache(functools.partial(_rules_of, coursedir, assignment))
    removed = []
    for student, folder in graded.items():
        submitted = handed_in.get(student)
        if submitted is None:
            continue
        if student in marked and _is_done(folder, submitted, rules):
            continue
        with being_graded(submitted) as nobody_else:
            if nobody_else and folder.is_dir():  # another grader may have given it up since
                rmtree(str(folder))
                removed.append(student)
    return removed


def _rules_of(coursedir, assignment, notebook):
    """Return the digest of today's rules; None for what cannot be graded again."""
    try:
        return read_rules(coursedir, assignment, notebook).digest
    except NoOriginal:
        return None


def _is_done(graded, submitted, rules):
    """Whether all notebooks in `graded` are what was handed in, graded by today's rules."""
    done = {
        path.name
        for path in submitted.glob("*.ipynb")
        if _is_graded(_tail(graded / path.name), path, rules(path.stem))
    }
    left = [path for path in graded.glob("*.ipynb") if path.name not in done]
    return bool(done) and not left


def _is_graded(tail, handed_in, rules):
    return (
        ends_finished(tail)
        and says(tail, HANDED_IN, digest_of(handed_in))
        and (rules is None or says(tail, RULES, rules))
    )


@contextlib.contextmanager
def being_graded(folder):
    """Say to other graders that the submission in `folder` is being graded.

    Gives False where another process says so already, as far as the file system can tell. A killed
    grader says nothing any more.
    """
    fd = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            free = False
        except OSError as error:  # some file systems of a network know no locks
            get_logger().debug("%s: %s", folder, error)
            free = True
        else:
            free = True
        yield free
        with contextlib.suppress(OSError):  # for good: a process forked meanwhile holds it, too
            fcntl.flock(fd, fcntl.LOCK_UN)
    finally:
        os.close(fd)


_held = contextlib.ExitStack()


def hold(folder):
    """Say so until :func:`release`, for nbgrader's hooks."""
    release()
    _held.enter_context(being_graded(folder))


def release(**ignored):
    """Nothing is being graded by this process any more; nbgrader's ``post_convert_hook``."""
    _held.close()
