"""Ordinary nbgrader tests, run in the sandbox beside the student's code.

They are nbgrader's own way: a test that raises gives nothing, a number as its last value gives
that many points, anything else gives all. The student's code could decide them; what it cannot do
is leave the sandbox. Their hidden parts never enter a process whose answers a check judges.
"""

from typing import Any

from nbformat import from_dict
from nbgrader import utils

from mlpteach.exercise.messages import wrap_lines
from mlpteach.grading.deciding.session import Session
from mlpteach.grading.notebooks import outputs
from mlpteach.grading.notebooks.original import graded_tests

_MOST_LINES = 1000  # of nbgrader's LimitOutput


def students_cells(notebook):
    """Return the code cells to be run, but for the tests."""
    tests = graded_tests(notebook)
    return [cell for cell in _cells_to_run(notebook) if _grade_id(cell) not in tests]


def cells_above(notebook, cells):
    """Return grade id -> how many of the cells stand above that test."""
    numbers = {id(cell): number for number, cell in enumerate(cells, start=1)}
    above, found = 0, {}
    for cell in notebook.cells:
        above = numbers.get(id(cell), above)
        if _grade_id(cell) is not None:
            found[_grade_id(cell)] = above
    return found


def looks_at(places, checks):
    """Return how many cells have run -> the variables that checks look at there."""
    looks = {}
    for grade_id, check in checks.items():
        if check.variables:
            before = looks.get(places[grade_id], ())
            looks[places[grade_id]] = tuple(dict.fromkeys((*before, *check.variables)))
    return looks


def _cells_to_run(notebook):
    """Return all code cells but those that were put back, which are no student's."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and cell.metadata.get("mlpteach", {}).get("answer") != "put back"
    ]


def _data(cell):
    return cell["metadata"].get("nbgrader", {})


def _grade_id(cell):
    return _data(cell).get("grade_id")


def run(notebook, tests, sandbox, work, graded, undecided, outputs_too):
    """Run a notebook with its ordinary tests, and keep what they showed.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place: nbgrader reads the marks from the tests' outputs.
    tests : dict of str to nbformat.NotebookNode
        Grade id -> the cells to be decided in this way.
    sandbox : mlpteach.grading.isolation.sandbox.Sandbox
    work : mlpteach.grading.grade.Work
    graded : mlpteach.grading.grade.Graded
    undecided : set of str
        Grows by the tests that wait for a person.
    outputs_too : bool
        Whether the student's own cells show what they showed here.
    """
    others = set(graded_tests(notebook)) - set(tests)
    cells = [cell for cell in _cells_to_run(notebook) if _grade_id(cell) not in others]
    with Session(sandbox, [cell.source for cell in cells], work.all_files) as session:
        for number, cell in enumerate(cells):
            if _grade_id(cell) in tests or outputs_too:
                cell.outputs = _as_kept(outputs.clean(session.outputs[number]))
                cell.execution_count = None
        shown = {
            number: how
            for number, how in session.deadly.items()
            if _grade_id(cells[number]) in tests or outputs_too
        }
        tell_deaths(cells, shown, graded)
    for number, cell in enumerate(cells):
        if _grade_id(cell) in tests and utils.has_failed(cell):
            why = _may_be_the_machine(session, cells, number, work.rules, sandbox)
            if why:
                undecided.add(_grade_id(cell))
                graded.for_staff.append(f"{_grade_id(cell)!r} waits for a person: {why}.")


def _as_kept(shown):
    """Return what nbgrader keeps: after that many printed lines no warning, which costs a mark.

    A kernel sends what was printed before what went to stderr.
    """
    printed = [output.text for output in shown if output.get("name") == "stdout"]
    if sum(text.count("\n") + 1 for text in printed) < _MOST_LINES:
        return shown
    return [output for output in shown if output.get("name") != "stderr"]


def _may_be_the_machine(session, cells, number, rules, sandbox):
    """Say why a test may have failed by no mistake of the student's, "" for nothing."""
    if session.left:
        return "its time was over before all cells had run"
    lacks = {name: at for name, at in session.lacks.items() if at[0] <= number}
    given = _given_texts(rules)
    own = {n for n, at in lacks.items() if any(cells[i].source not in given for i in at)}
    if lacks and not own and _grade_id(cells[number]) in passed_by_the_instructor(rules, sandbox):
        return ""  # the instructor's answer passes without it
    return f"{', '.join(lacks)} could not be had here" if lacks else ""


def _given_texts(rules):
    """Return the texts of all cells that are no answer."""
    cells = [cell for cell in rules.released["cells"] if not _data(cell).get("solution")]
    return {cell["source"] for cell in cells} | set(rules.hidden.values())


_passed: dict[Any, frozenset] = {}


def passed_by_the_instructor(rules, sandbox):
    """Return the grade ids of the tests that the instructor's own answers pass in this sandbox."""
    key = rules.digest, sandbox.isolation
    if key not in _passed:
        cells = [cell for cell in rules.released["cells"] if cell["cell_type"] == "code"]
        texts = [
            rules.answers.get(_grade_id(cell)) or rules.hidden.get(_grade_id(cell), cell["source"])
            for cell in cells
        ]
        with Session(sandbox, texts, rules.files) as session:
            shown = [
                from_dict({**cell, "outputs": outputs.clean(said)})
                for cell, said in zip(cells, session.outputs, strict=True)
            ]
            failed = {*session.deadly, *session.left}
        passed = {
            _grade_id(cell)
            for number, cell in enumerate(shown)
            if number not in failed and not utils.has_failed(cell)
        }
        _passed[key] = frozenset(passed - {None})
    return _passed[key]


def tell_deaths(cells, deadly, graded):
    """Say of each cell that ended its process that it was left out, and how it did so."""
    for number, how in deadly.items():
        cells[number].outputs = [_died(how)]
        graded.notes.append(f"A cell was left out: {how}.")


def _died(how):
    text = wrap_lines(f"{how[:1].upper()}{how[1:]}; the notebook was run again without this cell.")
    return outputs.new_output("error", ename="Stopped", evalue=text, traceback=[text])
