"""Solutions as students write them, right in odd ways and wrong, and their verdicts."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide, only_what_was_paid
from mlpteach.exercise.readback.budget import one_notebook
from mlpteach.exercise.reading import read_sheet

_HEAD = re.compile(r"=== (\w+) \| (\w+)(?: \| (.+))?\n")


@dataclass(frozen=True)
class HandIn:
    """A solution of some functions of a sheet; the others are the model's.

    Attributes
    ----------
    assignment, name : str
    words : str
        Pattern of what the feedback on a wrong one must say; "" for a right one, and for one
        whose difference is only described.
    source : str
    """

    assignment: str
    name: str
    words: str
    source: str

    def __str__(self):
        return self.name


def hand_ins(kind):
    """Return the hand-ins of ``right.txt`` or ``wrong.txt``."""
    text = (Path(__file__).parent / f"{kind}.txt").read_text("utf-8")
    _, *parts = _HEAD.split(text)
    return [
        HandIn(assignment, name, words or "", source)
        for assignment, name, words, source in zip(*[iter(parts)] * 4, strict=True)
    ]


def verdicts(hand_in, secret=7):
    """Return grade id -> Verdict, as a notebook gets them in grading under a secret."""
    sheet, names = read_sheet(hand_in.assignment), {"np": np}
    for task in sheet.tasks.values():
        exec(task.solution, names)
    exec(hand_in.source, names)
    checks = PROBLEM_SETS[hand_in.assignment]
    with one_notebook():
        found = {
            id: decide(check, np.random.default_rng([secret, number]), answer_with(names))
            for number, (id, check) in enumerate(checks.items())
        }
    own = hand_in.source
    others = [t.solution for name, t in sheet.tasks.items() if f"def {name}(" not in own]
    return only_what_was_paid(checks, found, [own, *others])


def points(assignment, found):
    """Return the points that verdicts add up to."""
    checks = PROBLEM_SETS[assignment]
    return sum(check.points * found[id].fraction for id, check in checks.items())


MOST = {id: sum(check.points for check in checks.values()) for id, checks in PROBLEM_SETS.items()}
