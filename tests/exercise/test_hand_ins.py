"""Solutions as students write them: the right ones get all points, the wrong ones are named."""

import re
import warnings

import numpy as np
import pytest
from exercise.hand_ins import MOST, hand_ins, points, verdicts

RIGHT, WRONG = hand_ins("right"), hand_ins("wrong")


@pytest.fixture(autouse=True)
def _students_divide_by_0():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("hand_in", RIGHT, ids=str)
def test_a_right_solution_written_in_an_odd_way_gets_all_points(hand_in):
    assert points(hand_in.assignment, verdicts(hand_in)) == MOST[hand_in.assignment]


@pytest.mark.parametrize("hand_in", WRONG, ids=str)
def test_a_wrong_solution_loses_points_and_is_told_its_mistake(hand_in):
    found = verdicts(hand_in)
    assert points(hand_in.assignment, found) < MOST[hand_in.assignment]
    said = "\n".join(verdict.message for verdict in found.values() if not verdict.passed)
    assert re.search(hand_in.words, said), said


def test_hardly_a_mistake_is_only_described():
    assert len(WRONG) >= 260
    assert np.mean([hand_in.words != "" for hand_in in WRONG]) > 0.94
