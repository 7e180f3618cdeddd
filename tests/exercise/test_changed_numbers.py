"""Model solutions with another default, with values clipped or rounded: none gets full marks.

Of about 6,000 solutions of ps1 to ps3 with one operation, number, name, function, limit or rounding
changed, those that differ from the model on what training brings lose points, but for five kinds:
guards of 1e-8, and in a logarithm of 1e-6; limits of 50 and more on moments and weights, which only
a run that blows up reaches; a beta below 0.001 or above 0.999 cut off; an argument rounded before
use; in RMSProp an eps that is off by a ten-thousandth of itself. ``adam_descent``,
``adadelta_update`` and ps4 were not looked through to the end.
"""

import re
import warnings

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

TASKS = [
    (id, task) for id in PROBLEM_SETS for task in read_sheet(id).tasks.values() if not task.random
]
BETWEEN_0_AND_1 = ("Y", "A", "A3")  # clipped at 5 they are what they were
LIMIT = 5
FACTORS = (0.0, 0.1, 2.0, -1.0)


def other_defaults(task):
    """Yield the solution with one default of its first line multiplied."""
    head = task.solution.strip().splitlines()[0]
    for found in re.finditer(r"(\w+)=([\d.e-]+)", head):
        for factor in FACTORS:
            other = f"{found[1]}={float(found[2]) * factor!r}"
            yield task.solution.replace(found[0], other, 1)


def clipped_arguments(task, call):
    """Yield the solution with one array clipped before all else."""
    for name, value in zip(task.parameters, call.arguments, strict=False):
        if isinstance(value, np.ndarray) and name not in BETWEEN_0_AND_1:
            line = f"):\n    {name} = np.clip({name}, -{LIMIT}, {LIMIT})\n"
            yield task.solution.replace("):\n", line, 1)


def clipped_results(task):
    """Yield the solution with each returned expression clipped."""
    head, _, returned = task.solution.rstrip().rpartition("return ")
    if len(task.returns) == 1:
        yield f"{head}return np.clip({returned}, -{LIMIT}, {LIMIT})\n"
        return
    names = [f"result{i}" for i in range(len(task.returns))]
    for name in names:
        clipped = [f"np.clip({n}, -{LIMIT}, {LIMIT})" if n == name else n for n in names]
        yield f"{head}{', '.join(names)} = {returned}\n    return {', '.join(clipped)}\n"


def first_call(assignment, function):
    check = next(c for c in PROBLEM_SETS[assignment].values() if function in c.functions)
    return next(check.run(np.random.default_rng(1)))


def passes(assignment, function, source):
    names = {"np": np} | dict(read_sheet(assignment).functions())
    exec(source, names)
    answer = answer_with(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an eps of 0 divides by 0
        return all(
            decide(check, np.random.default_rng(5), answer).passed
            for check in PROBLEM_SETS[assignment].values()
            if function in check.functions
        )


@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=[task.name for _, task in TASKS])
def test_another_default_is_seen(assignment, task):
    for source in other_defaults(task):
        assert not passes(assignment, task.name, source), source


@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=[task.name for _, task in TASKS])
def test_clipped_arguments_are_seen(assignment, task):
    for source in clipped_arguments(task, first_call(assignment, task.name)):
        assert not passes(assignment, task.name, source), source


# At most 1, whatever goes in.
SMALL = ("sensitivity_cross_entropy", "softmax", "sensitivity_softmax", "saturated_share",
         "layer_spreads")  # fmt: skip
CLIPPED = [(id, task) for id, task in TASKS if task.name not in SMALL]


@pytest.mark.parametrize(("assignment", "task"), CLIPPED, ids=[task.name for _, task in CLIPPED])
def test_clipped_results_are_seen(assignment, task):
    for source in clipped_results(task):
        assert not passes(assignment, task.name, source), source


@pytest.mark.parametrize("limits", ["1e-3, 1", "0, 1 - 1e-3"])
def test_a_cost_of_clipped_outputs_is_seen(limits):
    task = read_sheet("ps1_cross_entropy").tasks["cost_cross_entropy"]
    source = task.solution.replace("):\n", f"):\n    A3 = np.clip(A3, {limits})\n", 1)
    assert not passes("ps1_cross_entropy", task.name, source)


@pytest.mark.parametrize("digits", [4, 6])
@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=[task.name for _, task in TASKS])
def test_a_rounded_result_is_seen(assignment, task, digits):
    if task.returns == ("share",):
        return  # a share of 24 entries, to six digits, may be right
    head, _, returned = task.solution.rstrip().rpartition("return ")
    several = len(task.returns) > 1
    rounded = f"tuple(np.round(each, {digits}) for each in ({returned}))"
    source = f"{head}return {rounded if several else f'np.round({returned}, {digits})'}\n"
    assert not passes(assignment, task.name, source), source


@pytest.mark.parametrize("part", ["Y * np.log(A3)", "(1 - Y) * np.log(1 - A3)"])
def test_a_cost_whose_terms_are_clipped_is_seen(part):
    task = read_sheet("ps1_cross_entropy").tasks["cost_cross_entropy"]
    source = task.solution.replace(part, f"np.clip({part}, -{LIMIT}, {LIMIT})")
    assert source != task.solution
    assert not passes("ps1_cross_entropy", task.name, source)
