"""The table of values over updates, against numbers worked out by hand."""

import numpy as np
import pytest

from mlpteach.exercise.comparison import Exchange
from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.over_updates import values_over_updates
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import Call, Reply, decide
from mlpteach.exercise.reading import read_sheet
from mlpteach.exercise.tasks import Task

UPDATE = Task("update", ("W",), ("W",), ("W",), "")
PATH = Task("descent", ("W",), ("path",), ("path",), "", path=True)


def calls(*values):
    """Return the exchanges of updates 1, 2, … whose W has a second entry of these values."""
    return [
        Exchange(f"at update k = {k} of the weights", Call("update"), Reply(np.array([1.0, value])))
        for k, value in enumerate(values, start=1)
    ]


def test_the_entry_that_is_wrong_stands_beside_the_right_one():
    yours, right = calls(0.5, 0.25, 0.125), calls(0.5, 0.3, 0.18)
    table = values_over_updates(UPDATE, yours, right, yours[1], "W")
    assert [line.split() for line in table.splitlines()] == [
        ["k", "1", "2", "3"],
        ["your", "W[1]", "0.5", "0.25", "0.125"],
        ["right", "0.5", "0.3", "0.18"],
    ]


def test_a_long_path_is_shown_from_the_update_before_the_first_wrong_one():
    right = np.arange(20.0)[:, None]
    yours = np.where(right < 9, right, right + 0.5)
    given, expected = ([Exchange("", Call("descent"), Reply(path))] for path in (yours, right))
    table = values_over_updates(PATH, given, expected, given[0], "path")
    assert table.splitlines()[0].split() == ["k", "9", "10", "11", "12", "13", "14"]
    assert table.splitlines()[1].split()[2:] == ["8", "9.5", "10.5", "11.5", "12.5", "13.5"]


def test_numbers_that_differ_are_written_differently_and_apart():
    yours, right = calls(1.84, 1.8354, 1.5e-6), calls(1.84, 1.8351, -1.500001e-6)
    rows = values_over_updates(UPDATE, yours, right, yours[1], "W").splitlines()
    assert rows[1].split() == ["your", "W[1]", "1.84", "1.8354", "1.5e-06"]
    assert rows[2].split() == ["right", "1.84", "1.8351", "-1.5e-06"]
    yours, right = calls(1.0, -1.23456789e-6, 3.0), calls(1.0, -1.234567e-6, 3.0)
    rows = values_over_updates(UPDATE, yours, right, yours[1], "W").splitlines()
    assert [len(row.split()) for row in rows] == [4, 5, 4]


@pytest.mark.parametrize("count", [1, 2])
def test_there_is_no_table_without_updates_in_a_row(count):
    given = calls(*[0.5] * count)
    assert values_over_updates(UPDATE, given, calls(*[0.4] * count), given[0], "W") == ""


def test_a_check_over_updates_shows_them_in_lines_that_are_not_broken():
    functions = dict(read_sheet("ps3_optimizers").functions())
    model = functions["momentum_update"]
    functions["momentum_update"] = lambda W, G, v, eta=0.1, beta=0.9: model(W, G, v, eta, beta / 2)
    check = PROBLEM_SETS["ps3_optimizers"]["opt_momentum"]
    found = decide(check, np.random.default_rng(1), answer_with(functions))
    said, *table = found.message.splitlines()
    assert said.startswith("v differs first at update k = 2")
    assert [line.split()[0] for line in table] == ["k", "your", "right"]
    assert all(len(line) <= 83 for line in table)
