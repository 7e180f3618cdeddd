"""An instructor's mistake is refused when the assignment is generated, with cell and reason."""

import dataclasses

import pytest
from course import ASSIGNMENT, CHECKS, Course, source_notebook
from nbformat import from_dict, write

from mlpteach import assignments
from mlpteach.exercise.protocol import Verdict
from mlpteach.grading.course.source_check import SourceRefused, check_source, points_told_otherwise


def data(notebook, id):
    [cell] = [cell for cell in notebook.cells if cell.id == id]
    return cell.metadata.nbgrader


def with_check(**changes):
    changed = dataclasses.replace(CHECKS["moment_test"], **changes)
    return CHECKS | {"moment_test": changed}


def failing(rng):
    raise KeyError("x")
    yield


def never_right(rng):
    return Verdict(0.5, "M differs.")
    yield


@pytest.mark.parametrize("checks", [CHECKS, with_check(points=9), {}])
def test_a_good_source_is_taken(checks):
    """Its points are the notebook's; without checks its tests are ordinary ones."""
    check_source(source_notebook(), checks)


@pytest.mark.parametrize(
    "about",
    [
        {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
        {"kernelspec": {"name": "java", "display_name": "Java"}},
        {"language_info": {"name": "julia"}},
    ],
)
def test_what_is_not_python_is_refused(about):
    notebook = source_notebook()
    notebook.metadata = from_dict(about)
    with pytest.raises(SourceRefused, match="only Python is graded"):
        check_source(notebook, CHECKS)


@pytest.mark.parametrize(
    ("name", "shown", "language"),
    [
        ("python3", "Python 3 (ipykernel)", ""),
        ("conda-root-py", "Python [conda root]", ""),
        ("xpython", "XPython", ""),
        ("course", "course (3.11)", "python"),
    ],
)
def test_python_of_any_name_is_taken(name, shown, language):
    notebook = source_notebook()
    notebook.metadata = from_dict({"kernelspec": {"name": name, "display_name": shown}})
    if language:
        notebook.metadata["language_info"] = from_dict({"name": language})
    check_source(notebook, CHECKS)


def test_a_check_that_nobody_knows_is_refused():
    notebook = source_notebook()
    notebook.cells[4].source = 'check("moment_test", first_moment)'
    with pytest.raises(SourceRefused, match="'moment_test': no check of that name is known"):
        check_source(notebook, {})


@pytest.mark.parametrize(
    ("checks", "reason"),
    [
        (with_check(functions=()), "'moment_test': its check names no function"),
        (with_check(functions=("first_momemt",)), "calls first_momemt, which no solution cell"),
        (with_check(run=failing), "'moment_test': its check fails: KeyError"),
        (with_check(run=never_right), "the model solution fails its own check: M differs."),
    ],
)
def test_a_mistake_in_a_check_is_refused(checks, reason):
    with pytest.raises(SourceRefused, match=reason.replace("(", r"\(")):
        check_source(source_notebook(), checks)


@pytest.mark.parametrize(
    ("cell", "changes", "reason"),
    [
        ("moment_test", {"points": "four"}, "'moment_test': its points must be a number >= 0"),
        ("moment_test", {"points": float("nan")}, "given nan"),
        ("moment_test", {"points": True}, "given True"),
        ("why", {"points": -1}, "'why': its points"),
        ("step_test", {"grade_id": "moment_test"}, "'moment_test': that grade_id stands twice"),
        ("step_test", {"grade_id": ""}, "cell 7: its grade_id is ''"),
    ],
)
def test_a_mistake_in_the_metadata_is_refused(cell, changes, reason):
    notebook = source_notebook()
    data(notebook, cell).update(changes)
    with pytest.raises(SourceRefused, match=reason):
        check_source(notebook, CHECKS)


def test_a_wrong_model_solution_is_refused():
    notebook = source_notebook()
    notebook.cells[3].source = notebook.cells[3].source.replace("1 - beta1", "beta1")
    with pytest.raises(SourceRefused, match="'moment_test': the model solution fails"):
        check_source(notebook, CHECKS)


def test_points_that_the_text_gives_otherwise_are_told():
    notebook = source_notebook()
    most = sum(c.metadata.get("nbgrader", {}).get("points", 0) for c in notebook.cells)
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade"))
    test.source = f"# {test.metadata.nbgrader.points:g} points: M\n{test.source}"
    notebook.cells[0].source = f"# Moments\n\n{most:g} points."
    assert points_told_otherwise(notebook) == []
    test.metadata.nbgrader.points += 1.5
    now = test.metadata.nbgrader.points
    assert points_told_otherwise(notebook) == [
        f"cell {test.metadata.nbgrader.grade_id!r} says {now - 1.5:g} points, it has {now:g}",
        f"its text says {most:g} points, its cells have {most + 1.5:g}",
    ]


@pytest.mark.parametrize("text", ["10 points.5", "# .", "of 3 points", "1.2.3 points.", ""])
def test_other_words_of_points_are_let_stand_or_only_told(text):
    notebook = source_notebook()
    notebook.cells[0].source = text
    assert len(points_told_otherwise(notebook)) <= 1


def test_nbgrader_refuses_it_and_releases_nothing(tmp_path, monkeypatch):
    monkeypatch.setitem(assignments.ASSIGNMENTS, ASSIGNMENT, CHECKS)
    course = Course(tmp_path)
    notebook = source_notebook()
    data(notebook, "step_test").points = "two"
    write(notebook, tmp_path / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    done = course.run("generate_assignment", ASSIGNMENT)
    assert not done.success
    assert "moments is refused: cell 'step_test': its points must be a number" in done.log
    assert "raceback" not in done.log
    assert not list((tmp_path / "release").rglob("*.ipynb"))
