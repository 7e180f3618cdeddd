"""Which checks decide an assignment: those of a problem set, of a quiz, or the instructor's own."""

import re

from mlpteach.assignments import ASSIGNMENTS
from mlpteach.grading.deciding.own_exercise import own_checks
from mlpteach.quiz import graded


def checks_of(rules):
    """Return the checks by the grade ids of their test cells, {} where there are none.

    Parameters
    ----------
    rules : mlpteach.grading.deciding.rules.Rules
    """
    if rules.draws:
        return graded.checks(rules.exercise, rules.draws)
    return own_checks(rules.own) or ASSIGNMENTS.get(rules.exercise, {})


def exercise_of(assignment, notebook):
    """Return whose checks a notebook asks for: the assignment may have been renamed.

    Parameters
    ----------
    assignment : str
    notebook : dict
        The instructor's.

    Returns
    -------
    str
        A key of :data:`mlpteach.assignments.ASSIGNMENTS`, or "" for ordinary tests only.
    """
    if assignment in ASSIGNMENTS:
        return assignment
    called = {call for cell in notebook["cells"] for call in checks_called(cell)}
    asked = {name: len(called & set(checks)) for name, checks in ASSIGNMENTS.items()}
    best = max(asked, key=lambda name: asked[name])
    return best if asked[best] else ""


def checks_called(cell):
    """Return the ids of the checks that the instructor's test cell calls, where its id is theirs.

    Examples
    --------
    >>> data = {"grade": True, "grade_id": "a"}
    >>> cell = {"source": 'check("a", f)', "metadata": {"nbgrader": data}}
    >>> checks_called(cell)
    {'a'}
    """
    data = cell["metadata"].get("nbgrader", {})
    if not data.get("grade"):
        return set()
    called = re.findall(r"^(check|received|mark)\(\s*[\"'](\w+)[\"']", cell["source"], re.MULTILINE)
    ids = {id if name == "check" else f"quiz_{id}" for name, id in called}
    return ids & {data.get("grade_id")}
