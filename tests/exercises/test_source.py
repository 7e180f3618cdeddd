"""The source notebooks: they run, their points add up, and every slip costs what it should."""

import ast
import re
import warnings

import matplotlib.pyplot as plt
import nbclient
import pytest
from people import answers

from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.reading import read_sheet

# The mark of each check that a solution with these known mistakes does not get in full.
LOST = {
    ("ps1_cross_entropy",): {},
    # Of the sensitivity only what a wrong size leaves: a quarter.
    ("ps1_cross_entropy", "mse_kept"): {
        "v2_one_instance": 1.0, "v2_batch": 1.0, "v2_saturated": 0.5,
    },
    ("ps1_cross_entropy", "wrong_sign"): {
        "v2_one_instance": 1.0, "v2_batch": 1.0, "v2_saturated": 0.5,
    },
    # Not seen with a single instance; then half is left.
    ("ps1_cross_entropy", "divided_by_n"): {"v2_batch": 2.0, "v2_saturated": 1.0},
    ("ps1_cross_entropy", "long_way"): {"v2_saturated": 1.0},
    ("ps1_cross_entropy", "outputs_changed_in_place"): {"v2_inputs_unchanged": 0.0},
    # Paid for where softmax itself is checked, and not once more where it is called.
    ("ps1_cross_entropy", "softmax_over_rows"): {"v2_softmax_outputs": 0.0},
    ("ps1_cross_entropy", "softmax_overflows"): {"v2_softmax_outputs": 1.0},
    ("ps1_cross_entropy", "cost_averaged", "factor_2"): {
        "v2_cost": 1.0, "v2_one_instance": 2.0, "v2_batch": 2.0, "v2_saturated": 1.0,
    },
    ("ps2_adam",): {},
    # M and V are right, and worth half.
    ("ps2_adam", "no_bias_correction"): {
        "adam_one_update": 1.0, "adam_several_updates": 2.0, "adam_hyper_parameters": 1.0,
        "adam_eps": 1.0,
    },
    # A slip in one line costs its points in the check of that line only.
    ("ps2_adam", "square_missing"): {"adam_second_moment": 0.0},
    ("ps2_adam", "square_missing", "uphill", "first_moment_not_corrected"): {
        "adam_second_moment": 0.0, "adam_new_weights": 0.0, "adam_first_correction": 0.0,
    },
    # eps outside the root shows only where eps is large, and half is left there.
    ("ps2_adam", "eps_outside"): {"adam_new_weights": 1.5},
    ("ps2_adam", "k_restarts_each_epoch"): {"adam_counts_updates": 0.0},
    ("ps2_adam", "integer_array"): {"adam_counts_updates": 0.0},
    ("ps2_adam", "weights_changed_in_place"): {
        "adam_inputs_unchanged": 0.0, "adam_counts_updates": 0.0,
    },
    ("ps2_adam", "first_moment_constant"): {
        "adam_first_moment": 1.5,
    },
    ("ps3_optimizers",): {},
    ("ps3_optimizers", "two_tap_momentum"): {"opt_momentum": 2.0},
    ("ps3_optimizers", "adagrad_forgets"): {"opt_adagrad": 2.0},
    ("ps3_optimizers", "rmsprop_accumulates"): {"opt_rmsprop": 2.0},
    ("ps3_optimizers", "looks_uphill", "adadelta_eps_outside"): {
        "opt_look_ahead": 0.0, "opt_adadelta": 10 / 3,
    },
    ("ps4_initialization",): {},
    ("ps4_initialization", "fan_in_and_fan_out_exchanged"): {"init_he": 1.25},
    ("ps4_initialization", "glorot_transposed"): {"init_glorot": 2.5},
    ("ps4_initialization", "variance_of_layers", "saturated_count"): {
        "init_spreads": 1.5, "init_saturated": 1.5,
    },
}  # fmt: skip


def nbgrader_data(notebook):
    """Return the nbgrader metadata of the cells that have any."""
    return [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]


def marks(notebook, monkeypatch, capfd):
    """Run a notebook's code in this process; return what each graded cell is worth to nbgrader."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    names, found = {}, {}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        data = cell.metadata.get("nbgrader", {})
        capfd.readouterr()
        try:
            value = last_value(cell.source, names)
        except Exception:
            value = 0.0
        if data.get("grade"):
            said = capfd.readouterr()
            assert said.err == "", "what a test cell writes to stderr costs all its points"
            assert type(value) is float
            found[data.grade_id] = value
    return found


def last_value(source, names):
    """Run a cell and return the value of its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


def looks(notebook):
    """Return the cells that show something."""
    return [cell for cell in notebook.cells if "\nlook(" in f"\n{cell.source}"]


def cells_by_grade_id(notebook):
    return {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_the_source_runs_from_top_to_bottom(
    assignment, read_source, environment_at, tmp_path, monkeypatch
):
    for name, value in environment_at(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    notebook = read_source(assignment)
    resources = {"metadata": {"path": tmp_path}}
    nbclient.NotebookClient(notebook, timeout=120, resources=resources).execute()
    outputs = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    streams = [out for shown in outputs.values() for out in shown if "name" in out]
    assert [out.name for out in streams] == ["stdout"] * len(streams)
    for cell in looks(notebook):
        kinds = {kind for out in outputs[cell.id] for kind in out.get("data", ())}
        printed = "".join(out.get("text", "") for out in outputs[cell.id])
        assert printed or kinds & {"image/png", "application/vnd.jupyter.widget-view+json"}
        assert "Nothing to show yet" not in printed


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_every_check_has_its_cell_with_its_points(assignment, read_source):
    graded = [data for data in nbgrader_data(read_source(assignment)) if data.grade]
    tests = {data.grade_id: data for data in graded if not data.solution}
    assert {id: data.points for id, data in tests.items()} == {
        id: check.points for id, check in PROBLEM_SETS[assignment].items()
    }
    assert all(data.locked for data in tests.values())
    assert not any(data.locked for data in graded if data.solution)


def test_ids_of_checks_are_unique_over_all_assignments():
    ids = [id for checks in PROBLEM_SETS.values() for id in checks]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_the_text_promises_the_points_there_are(assignment, read_source):
    notebook = read_source(assignment)
    promised = re.search(r"^(\d+) points\.$", notebook.cells[0].source, re.MULTILINE)
    assert promised, "the first cell says how many points there are, such as '20 points.'"
    assert sum(data.get("points", 0) for data in nbgrader_data(notebook)) == int(promised[1])
    cells = cells_by_grade_id(notebook)
    for id, check in PROBLEM_SETS[assignment].items():
        said = re.match(r"# (\d+) points?: ", cells[id].source)
        assert said, f"the cell {id} begins with '# {check.points} points: ' and what is looked at"
        assert said[1] == str(check.points)
        call = f'check("{id}", {", ".join(check.functions)}'
        assert cells[id].source.count(call) == 2, f"the cell {id} calls {call}) twice, once hidden"
    for place, cell in enumerate(notebook.cells):
        data = cell.metadata.get("nbgrader", {})
        if data.get("grade") and data.solution:
            before = notebook.cells[place - 1].source
            assert f"({data.points} points, read by a person.)" in before


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_the_solutions_in_the_notebook_are_those_of_the_checks(assignment, read_source):
    sheet = read_sheet(assignment)
    for name, cell in answers(read_source(assignment), sheet).items():
        [function] = ast.parse(cell.source).body
        if ast.get_docstring(function):
            del function.body[0]
        assert ast.unparse(function) == ast.unparse(ast.parse(sheet.tasks[name].solution))


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_metadata_is_nbgraders_newest_with_unique_ids(assignment, read_source):
    notebook = read_source(assignment)
    data = nbgrader_data(notebook)
    assert {entry.schema_version for entry in data} == {3}
    assert len({entry.grade_id for entry in data}) == len(data)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_the_source_is_kept_without_outputs(assignment, read_source):
    code = [cell for cell in read_source(assignment).cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.parametrize(("handed_in", "lost"), LOST.items(), ids=" ".join)
def test_a_slip_costs_exactly_what_it_should(
    handed_in, lost, read_source, solve, monkeypatch, capfd
):
    assignment, *mistakes = handed_in
    notebook = solve(read_source(assignment), assignment, *mistakes)
    full = {id: float(check.points) for id, check in PROBLEM_SETS[assignment].items()}
    assert marks(notebook, monkeypatch, capfd) == pytest.approx(full | lost)


def unanswered(notebook, *but):
    """Return a notebook as it is released, but for the functions of these names."""
    for cell in notebook.cells:
        if cell.id not in but:
            cell.source = re.sub(
                r" *### BEGIN SOLUTION.*### END SOLUTION",
                "    # YOUR CODE HERE\n    raise NotImplementedError()",
                cell.source,
                flags=re.DOTALL,
            )
    return notebook


def run_all(notebook, monkeypatch, capsys):
    """Run all cells as a student does, each of which must go well; return what was printed."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as that a run diverged
        for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
            last_value(cell.source, names)
    plt.close("all")
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_every_check_speaks_before_anything_is_written(
    assignment, read_source, monkeypatch, capsys
):
    notebook = unanswered(read_source(assignment))
    said = run_all(notebook, monkeypatch, capsys)
    assert all(f"{id}: " in said for id in PROBLEM_SETS[assignment])
    assert ("Nothing to show yet: " in said) == bool(looks(notebook))
    assert "Error: " not in said


def test_what_is_written_is_shown_beside_what_is_not(read_source, monkeypatch, capsys):
    notebook = unanswered(read_source("ps3_optimizers"), "rmsprop_update")
    said = run_all(notebook, monkeypatch, capsys)
    assert "Nothing to show yet: adagrad_update is not written yet." in said
    assert re.search(r"rmsprop f = +[\d.]+ after 200 updates; None", said)


def test_a_run_that_diverges_is_plotted_as_far_as_it_came(read_source, solve, monkeypatch, capsys):
    notebook = solve(read_source("ps1_cross_entropy"), "ps1_cross_entropy", "slope_forgotten")
    assert "Nothing to show yet" not in run_all(notebook, monkeypatch, capsys)


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_what_is_released_is_worth_nothing(assignment, read_source, monkeypatch, capfd):
    notebook = unanswered(read_source(assignment))
    found = marks(notebook, monkeypatch, capfd)
    assert found == dict.fromkeys(PROBLEM_SETS[assignment], 0.0)


def test_a_solution_of_the_public_numbers_only_fails_the_hidden_ones(
    read_source, solve, monkeypatch, capfd
):
    notebook = solve(read_source("ps1_cross_entropy"), "ps1_cross_entropy")
    [cell] = [cell for cell in notebook.cells if cell.id == "sensitivity_cross_entropy"]
    cell.source = (
        "calls = []\n"
        "def sensitivity_cross_entropy(Y, A3):\n"
        "    calls.append(1)\n"
        "    return A3 - Y if len(calls) <= 4 else A3 * 0.5"
    )
    assert marks(notebook, monkeypatch, capfd)["v2_one_instance"] == 0.0
