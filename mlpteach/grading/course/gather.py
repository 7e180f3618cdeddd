"""From a course's folders to the plain data that one notebook is graded by."""

from typing import Any

from nbgrader.preprocessors import latesubmissions

from mlpteach.grading.course.finished import digest_of
from mlpteach.grading.deciding.inputs import read_secret, work_key
from mlpteach.grading.deciding.read_rules import read_rules
from mlpteach.grading.grade import Work
from mlpteach.grading.notebooks.submission import read_files, read_whole


def gather(coursedir, path, assignment, student, rules=None):
    """Return the plain data that one notebook is graded by, and the digest of what was handed in.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    path : Path
        What was handed in.
    assignment, student : str
    rules : mlpteach.grading.deciding.rules.Rules, optional
        Those of the notebook, where they were read before.

    Returns
    -------
    work : mlpteach.grading.grade.Work
    handed_in : str
        From :func:`mlpteach.grading.course.finished.digest_of`.

    Raises
    ------
    SourceChanged
    mlpteach.grading.deciding.read_rules.NoOriginal
    """
    rules = rules or read_rules(coursedir, assignment, path.stem)
    _compare_with_gradebook(rules.released, coursedir, assignment, path.stem)
    data, unreadable = read_whole(path)
    secret = read_secret(coursedir.root, coursedir.groupshared)
    handed_in = digest_of(path)
    key = work_key(secret, student, assignment, handed_in)
    return Work(rules, data, key, read_files(path.parent), unreadable), handed_in


class SourceChanged(Exception):
    """The gradebook knows other cells or points than the source notebook."""


def _compare_with_gradebook(released, coursedir, assignment, notebook):
    """Refuse to grade with a source that changed since the assignment was generated."""
    about = [cell["metadata"].get("nbgrader", {}) for cell in released["cells"]]
    source = {
        data["grade_id"]: float(data.get("points", 0))
        for data in about
        if data.get("grade") or data.get("task")
    }
    key = (coursedir.db_url, assignment, notebook, tuple(source.items()))
    if key in _compared:
        return
    with latesubmissions.Gradebook(coursedir.db_url) as gradebook:
        saved = gradebook.find_notebook(notebook, assignment)
        points = {cell.name: cell.max_score for cell in [*saved.grade_cells, *saved.task_cells]}
    if points != source:
        changed = ", ".join(sorted(set(points.items()) ^ set(source.items()), key=str)[0][:1])
        raise SourceChanged(
            f"the source of {notebook!r} is not the one in the gradebook (cell "
            f"{changed!r}): run nbgrader generate_assignment {assignment} --force"
        )
    _compared.add(key)


_compared: set[Any] = set()
