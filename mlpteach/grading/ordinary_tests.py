"""Ordinary nbgrader tests, run in the sandbox beside the student's code.

They are nbgrader's own way: a test that raises gives nothing, a number as its last value gives
that many points, anything else gives all. The student's code could decide them; what it cannot do
is leave the sandbox. Their hidden parts never enter a process whose answers a check judges.
"""

from nbgrader import utils

from mlpteach.exercise.messages import wrap_lines
from mlpteach.grading import outputs
from mlpteach.grading.original import graded_tests
from mlpteach.grading.session import Session


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


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def run(notebook, tests, sandbox, files, graded, undecided, outputs_too):
    """Run a notebook with its ordinary tests, and keep what they showed.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place: nbgrader reads the marks from the tests' outputs.
    tests : dict of str to nbformat.NotebookNode
        Grade id -> the cells to be decided in this way.
    sandbox : mlpteach.grading.sandbox.Sandbox
    files : mapping of str to bytes
    graded : mlpteach.grading.grade.Graded
    undecided : set of str
        Grows by the tests that wait for a person.
    outputs_too : bool
        Whether the student's own cells show what they showed here.
    """
    others = set(graded_tests(notebook)) - set(tests)
    cells = [cell for cell in _cells_to_run(notebook) if _grade_id(cell) not in others]
    with Session(sandbox, [cell.source for cell in cells], files) as session:
        for number, cell in enumerate(cells):
            if _grade_id(cell) in tests or outputs_too:
                cell.outputs = outputs.clean(session.outputs[number])
                cell.execution_count = None
        shown = {
            number: how
            for number, how in session.deadly.items()
            if _grade_id(cells[number]) in tests or outputs_too
        }
        tell_deaths(cells, shown, graded)
        _let_wait(session, tests, graded, undecided)


def _let_wait(session, tests, graded, undecided):
    """Leave failed tests to a person where it may be the machine that is to blame."""
    why = "its time was over before all cells had run" if session.left else ""
    why = why or ("" if not session.lacks else f"{', '.join(session.lacks)} could not be had here")
    failed = [grade_id for grade_id, cell in tests.items() if utils.has_failed(cell)]
    if why and failed:
        undecided.update(failed)
        named = ", ".join(map(repr, failed))
        graded.for_staff.append(f"{named}: waiting for a person, for {why}.")


def tell_deaths(cells, deadly, graded):
    """Say of each cell that ended its process that it was left out, and how it did so."""
    for number, how in deadly.items():
        cells[number].outputs = [_died(how)]
        graded.notes.append(f"A cell was left out: {how}.")


def _died(how):
    text = wrap_lines(f"{how[:1].upper()}{how[1:]}; the notebook was run again without this cell.")
    return outputs.new_output("error", ename="Stopped", evalue=text, traceback=[text])
