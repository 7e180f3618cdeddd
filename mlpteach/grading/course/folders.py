"""Where a course keeps the work of each student; its ``directory_structure`` decides."""

import glob
import re
from pathlib import Path


def folders_of_students(coursedir, step, assignment):
    """Return the folder of each student in one step of nbgrader's.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    step : str
        Such as ``coursedir.submitted_directory``.
    assignment : str

    Returns
    -------
    dict of str to Path
        By student's id, sorted.
    """
    pattern = coursedir.format_path(step, "*", glob.escape(assignment))
    found = {}
    for path in glob.glob(pattern, include_hidden=True):
        student = student_of(coursedir, step, assignment, path)
        if student and Path(path).is_dir():
            found[student] = Path(path)
    return dict(sorted(found.items()))


def student_of(coursedir, step, assignment, folder):
    """Return whose a folder is, "" where it is nobody's.

    Parameters
    ----------
    coursedir, step, assignment
        As for :func:`folders_of_students`.
    folder : str or Path
    """
    named = coursedir.format_path(
        re.escape(step), "(?P<student>[^/]+)", re.escape(assignment), escape=True
    )
    found = re.fullmatch(named, str(folder))
    return found["student"] if found else ""
