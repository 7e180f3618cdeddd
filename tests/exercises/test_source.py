"""The source notebooks: they run, their points add up, and every slip costs what it should."""

import re
import warnings

import nbclient
import pytest

ASSIGNMENTS = ["ps1_cross_entropy", "ps2_adam"]

POINTS = {
    "ps1_cross_entropy": {
        "v2_shape": 1,
        "v2_inputs_unchanged": 1,
        "v2_direction": 2,
        "v2_size": 2,
        "v2_saturated": 2,
        "v2_batch": 2,
    },
    "ps2_adam": {
        "adam_shapes": 1,
        "adam_inputs_unchanged": 2,
        "adam_first_moment": 2,
        "adam_second_moment": 2,
        "adam_direction": 2,
        "adam_first_update": 3,
        "adam_hyper_parameters": 2,
        "adam_several_updates": 4,
        "adam_eps": 2,
    },
}

EVERY_CELL_OF = {assignment: set(points) for assignment, points in POINTS.items()}

PS1_LOST = {
    "model": (10, set()),
    "mse_kept": (4, {"v2_size", "v2_saturated", "v2_batch"}),
    "wrong_sign": (4, {"v2_direction", "v2_saturated", "v2_batch"}),
    "divided_by_n": (8, {"v2_batch"}),
    "summed_over_instances": (5, {"v2_shape", "v2_direction", "v2_batch"}),
    "slope_forgotten": (4, {"v2_size", "v2_saturated", "v2_batch"}),
    "long_way": (8, {"v2_saturated"}),
    "changes_inputs": (9, {"v2_inputs_unchanged"}),
    "outputs_returned": (
        1,
        {"v2_inputs_unchanged", "v2_direction", "v2_size", "v2_saturated", "v2_batch"},
    ),
    "untouched": (0, EVERY_CELL_OF["ps1_cross_entropy"]),
}

PS2_LOST = {
    "model": (20, set()),
    "no_bias_correction": (13, {"adam_first_update", "adam_several_updates"}),
    "bias_multiplied": (13, {"adam_first_update", "adam_several_updates"}),
    "k_always_1": (16, {"adam_several_updates"}),
    "k_from_0": (13, {"adam_first_update", "adam_several_updates"}),
    "eps_outside": (18, {"adam_eps"}),
    "eps_missing": (18, {"adam_eps"}),
    "changes_inputs": (18, {"adam_inputs_unchanged"}),
    "wrong_sign": (
        9,
        {"adam_direction", "adam_first_update", "adam_several_updates", "adam_eps"},
    ),
    "gradient_not_squared": (
        5,
        {
            "adam_second_moment",
            "adam_hyper_parameters",
            "adam_direction",
            "adam_first_update",
            "adam_several_updates",
            "adam_eps",
        },
    ),
    "corrected_moments_returned": (
        10,
        {
            "adam_first_moment",
            "adam_second_moment",
            "adam_hyper_parameters",
            "adam_several_updates",
        },
    ),
    "momentum_forgotten": (14, {"adam_direction", "adam_several_updates"}),
    "constants_of_the_slide": (16, {"adam_hyper_parameters", "adam_eps"}),
    "inputs_returned": (1, EVERY_CELL_OF["ps2_adam"] - {"adam_shapes"}),
    "untouched": (0, EVERY_CELL_OF["ps2_adam"]),
}

CASES = [("ps1_cross_entropy", slip, *lost) for slip, lost in PS1_LOST.items()] + [
    ("ps2_adam", slip, *lost) for slip, lost in PS2_LOST.items()
]


def nbgrader_data(notebook):
    """Return the nbgrader metadata of the cells that have any."""
    return [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]


def lost_cells(notebook):
    """Run a notebook's code in this process and name the graded cells that fail.

    A warning counts as a failure: what a cell writes to stderr makes nbgrader give it 0 points.
    """
    names, lost = {}, set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
            try:
                exec(cell.source, names)
            except Exception:
                lost.add(cell.id)
    return lost & EVERY_CELL_OF["ps1_cross_entropy"].union(EVERY_CELL_OF["ps2_adam"])


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_source_runs_from_top_to_bottom(
    assignment, read_source, environment_at, tmp_path, monkeypatch
):
    for name, value in environment_at(tmp_path).items():
        monkeypatch.setenv(name, value)
    notebook = read_source(assignment)
    resources = {"metadata": {"path": tmp_path}}
    nbclient.NotebookClient(notebook, timeout=60, resources=resources).execute()
    streams = [out for cell in notebook.cells for out in cell.get("outputs", []) if "name" in out]
    assert [out.name for out in streams] == ["stdout"] * len(streams)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_points_of_every_graded_cell(assignment, read_source):
    graded = [data for data in nbgrader_data(read_source(assignment)) if data.grade]
    assert {data.grade_id: data.points for data in graded} == POINTS[assignment]
    assert all(data.locked and not data.solution for data in graded)


@pytest.mark.parametrize(("assignment", "total"), [("ps1_cross_entropy", 10), ("ps2_adam", 20)])
def test_the_text_promises_the_points_there_are(assignment, total, read_source):
    notebook = read_source(assignment)
    assert sum(POINTS[assignment].values()) == total
    assert f"\n{total} points." in notebook.cells[0].source
    for cell in (cell for cell in notebook.cells if cell.id in POINTS[assignment]):
        assert re.match(r"# (\d+) points?: ", cell.source)[1] == str(cell.metadata.nbgrader.points)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_metadata_is_nbgraders_newest_with_unique_ids(assignment, read_source):
    notebook = read_source(assignment)
    data = nbgrader_data(notebook)
    assert {entry.schema_version for entry in data} == {3}
    assert len({entry.grade_id for entry in data}) == len(data)
    assert sum(entry.solution for entry in data) == 1
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_source_is_kept_without_outputs(assignment, read_source):
    code = [cell for cell in read_source(assignment).cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.parametrize(("assignment", "slip", "mark", "lost"), CASES)
def test_a_slip_costs_exactly_its_cells(assignment, slip, mark, lost, read_source, solve):
    notebook = solve(read_source(assignment), assignment, slip)
    assert lost_cells(notebook) == lost
    points = POINTS[assignment]
    assert sum(points[cell] for cell in points.keys() - lost) == mark
