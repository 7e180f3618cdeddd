"""Tell a submission that was graded to its end from one where the grader was killed.

nbgrader takes a folder in ``autograded/`` for a graded submission, also when it was only begun.
Here the last thing written of a notebook is a mark at the very end of its file.
"""

import contextlib
import fcntl
import os
import re
from pathlib import Path

from nbgrader.utils import rmtree

MARK = "mlpteach_graded"


def is_finished(path):
    """Whether the autograded notebook at `path` was written to its end."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - 100_000, 0))
            tail = file.read().rstrip()
    except OSError:
        return False
    # Quotation marks inside a student's text are escaped in JSON, so this cannot be forged.
    return tail.endswith(b"}") and re.search(rf'[^\\]"{MARK}": true'.encode(), tail) is not None


def remove_unfinished(coursedir, assignment):
    """Remove what a killed grader left, so that those submissions are graded as if never begun.

    Returns
    -------
    list of str
        Whose they were.
    """
    folder = Path(coursedir.format_path(coursedir.autograded_directory, "*", assignment))
    handed = coursedir.submitted_directory
    removed = []
    for graded in folder.parent.parent.glob(f"*/{folder.name}"):
        student = graded.parent.name
        submitted = Path(coursedir.format_path(handed, student, assignment))
        notebooks = [path.name for path in submitted.glob("*.ipynb")]
        done = [name for name in notebooks if is_finished(graded / name)]
        left = [path for path in graded.glob("*.ipynb") if path.name not in done]
        if submitted.is_dir() and (left or not done):
            with being_graded(submitted) as nobody_else:
                if nobody_else:
                    rmtree(str(graded))
                    removed.append(student)
    return removed


@contextlib.contextmanager
def being_graded(folder):
    """Say to other graders that the submission in `folder` is being graded.

    Gives False where another process says so already. A killed grader says nothing any more.
    """
    fd = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
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
