"""Which pairs of mistakes are tried, by hand for a function that returns two quantities."""

import numpy as np

from mlpteach.exercise.mistake_pairs import likely_pairs
from mlpteach.exercise.tasks import Task

TASK = Task("update", ("W", "G"), ("W", "M"), ("M", "W"), "")
RIGHT = {"M": np.array([1.0, 2.0]), "W": np.array([3.0, 4.0])}


def answer(M=1.0, W=1.0):
    return {"M": M * RIGHT["M"], "W": W * RIGHT["W"]}


ALONE = {
    "M halved": answer(M=0.5),
    "M doubled": answer(M=2),
    "W tripled": answer(W=3),
    "W fivefold": answer(W=5),
    "seen elsewhere": answer(),
    "no answer": None,
}


def pairs(quantity, found):
    return set(likely_pairs(TASK, quantity, RIGHT, found, ALONE))


def test_what_is_right_rules_out_who_changes_it():
    # M is right, so that nobody is suspected who changes M.
    assert pairs("W", answer(W=15)) == {("W tripled", "W fivefold")}


def test_one_may_be_enough_for_what_differs_first():
    found = pairs("M", answer(M=0.5, W=3))
    assert ("M halved", "W tripled") in found
    assert ("M halved", "seen elsewhere") in found
    assert ("M halved", "M doubled") in found
    assert ("M doubled", "W tripled") not in found


def test_nobody_is_suspected_who_changes_nothing_here():
    assert pairs("M", answer(M=9)) == {("M halved", "M doubled")}
