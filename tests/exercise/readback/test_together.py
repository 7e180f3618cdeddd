"""One entry of all changed formulas together, against the whole arrays of each by itself."""

import numpy as np
import pytest

from mlpteach.exercise.comparison import Comparison
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.ps2_adam import _one_update
from mlpteach.exercise.readback.cases import cases_of
from mlpteach.exercise.readback.edits.edit import Parts
from mlpteach.exercise.readback.edits.slips import single_edits
from mlpteach.exercise.readback.expression import (
    NO_VALUE,
    evaluate,
    fill,
    name,
    names_in,
    places,
    walk,
)
from mlpteach.exercise.readback.formula import formulas_of
from mlpteach.exercise.readback.one_entry import OneEntry
from mlpteach.exercise.readback.together import Together, upwards
from mlpteach.exercise.reading import read_sheet

PLACE = 4


@pytest.fixture(scope="module")
def sheet():
    return read_sheet("ps2_adam")


def groups(formula, case):
    """Return place -> the edits there."""
    leaves = {text: name(text) for text in case.values if not text.endswith("?")}
    leaves |= {node.value: node for node in walk(formula) if node.op == "name"}
    arrays = tuple(leaves[text] for text, value in case.values.items() if np.ndim(value))
    scalars = tuple(leaf for leaf in leaves.values() if leaf not in arrays)
    found = {}
    for edit in single_edits(formula, Parts(arrays, scalars, arrays, leaves["k"])):
        found.setdefault(edit.place, []).append(edit)
    return found


def whole(edit, case):
    """Return the whole arrays of a changed formula; None where it has none of the right shape."""
    try:
        value = np.asarray(evaluate(edit.formula, case.values, case.memo))
    except NO_VALUE:
        return None
    same = value.shape in ((), case.answer.shape)
    return np.broadcast_to(value, case.answer.shape) if same else None


@pytest.fixture(params=["M", "V", "W"])
def formula_and_case(request, sheet):
    quantity = request.param
    formula = formulas_of(sheet, "adam_update").stepwise[quantity]
    assert names_in(formula) > {"W"} or quantity != "W"
    with silenced():
        exchange = next(iter(Comparison(sheet, _one_update, 3).play()))
    task = sheet.tasks["adam_update"]
    [case] = cases_of(task, [exchange], quantity, sheet.defaults("adam_update"))
    fill(formula, case.values, case.memo)
    with np.errstate(all="ignore"):
        yield formula, case


def test_all_edits_have_the_entry_that_their_whole_arrays_have(formula_and_case):
    formula, case = formula_and_case
    told, families = 0, set()
    together = Together(groups(formula, case).items())
    entries = together.entries(case, PLACE)
    for place, edits, numbers in together.groups:
        above = upwards(formula, place, entries[numbers], case, PLACE)
        for edit, entry in zip(edits, above, strict=True):
            expected = whole(edit, case)
            if expected is not None:
                told += 1
                families.add(edit.family)
                inside = expected.flat[PLACE]
                assert entry == pytest.approx(inside, rel=1e-9, abs=1e-300, nan_ok=True)
    assert told > 1000
    assert families >= {"clipped", "argument", "operator", "bracket", "small_added", "moved"}


def test_one_edit_has_the_entry_that_its_whole_array_has(formula_and_case):
    formula, case = formula_and_case
    one, told = OneEntry(case, PLACE), 0
    for edit in [edit for edits in groups(formula, case).values() for edit in edits][::7]:
        entry, expected = one.value(edit.formula), whole(edit, case)
        if entry is not None and expected is not None:
            told += 1
            assert entry == pytest.approx(expected.flat[PLACE], rel=1e-9, abs=1e-300)
    assert told > 100


def test_a_part_of_a_sum_is_left_to_the_whole_arrays(sheet):
    formula = formulas_of(read_sheet("ps1_cross_entropy"), "softmax").alone["A"]
    place = next(p for p, node in places(formula) if node.op == "sum")
    assert upwards(formula, (*place, 0), np.ones(3), None, 0) is None
