"""Assignments of other courses get stock nbgrader's mark in every cell, whatever is handed in."""

import pytest
from benchmarks import same_marks
from public_assignments import ALL, HAND_INS, answer, write

MARKED = ("test", "manual", "written", "task")


@pytest.fixture(scope="module")
def marks(tmp_path_factory, needs_sandbox):
    """Both graders' marks: (hand-in, notebook, grade id) -> points, None for a person."""
    folder = tmp_path_factory.mktemp("public") / "public"
    folder.mkdir()
    write(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("PYTHONWARNINGS", raising=False)
        patched.delenv("PYTEST_CURRENT_TEST")  # a kernel that finds it has no file behind stdout
        commands = {same_marks.STOCK: ("nbgrader", "autograde")}
        commands[same_marks.OURS] = ("mlpteach.cli", "grade")
        return [
            same_marks.marks_of(folder, settings, *command, hand_ins=HAND_INS, answer=answer)
            for settings, command in commands.items()
        ]


@pytest.mark.parametrize("notebook", ALL)
def test_the_same_mark_in_every_cell(notebook, marks):
    stock, ours = ({key: m for key, m in each.items() if key[1] == notebook} for each in marks)
    marked = [kind for kind, *_ in ALL[notebook].cells if kind in MARKED]
    assert len(stock) == len(ours) == len(HAND_INS) * len(marked)
    assert {key: (stock[key], ours[key]) for key in stock if stock[key] != ours[key]} == {}


@pytest.mark.parametrize("notebook", ALL)
def test_the_right_answers_get_all_points_and_the_empty_ones_few(notebook, marks):
    _, ours = marks
    points = {id: points for kind, id, points, _ in ALL[notebook].cells if kind == "test"}
    assert {id: ours["right", notebook, id] for id in points} == points
    for hand_in in ("wrong", "odd", "empty"):
        assert sum(ours[hand_in, notebook, id] for id in points) < sum(points.values())
