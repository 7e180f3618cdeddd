"""One entry of all changed formulas at a place, against the whole arrays of each by itself."""

import numpy as np
import pytest

from mlpteach.exercise.comparison import Comparison
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.ps2_adam import _one_update
from mlpteach.exercise.readback.cases import cases_of
from mlpteach.exercise.readback.edits import Parts, single_edits
from mlpteach.exercise.readback.expression import NO_VALUE, evaluate, fill, name, names_in, walk
from mlpteach.exercise.readback.formula import formulas_of
from mlpteach.exercise.readback.one_entry import OneEntry
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


@pytest.mark.parametrize("quantity", ["M", "V", "W"])
def test_all_edits_have_the_entry_that_their_whole_arrays_have(sheet, quantity):
    formula = formulas_of(sheet, "adam_update").stepwise[quantity]
    assert names_in(formula) > {"W"} or quantity != "W"
    with silenced():
        exchange = next(iter(Comparison(sheet, _one_update, 3).play()))
    task = sheet.tasks["adam_update"]
    [case] = cases_of(task, [exchange], quantity, sheet.defaults("adam_update"))
    fill(formula, case.values, case.memo)
    told, families = 0, set()
    with np.errstate(all="ignore"):
        for place, edits in groups(formula, case).items():
            entries = OneEntry(case, PLACE).values_at(formula, place, [e.put for e in edits])
            for edit, entry in zip(edits, entries, strict=True):
                if np.isnan(entry):
                    continue  # left to the whole arrays
                try:
                    whole = np.asarray(evaluate(edit.formula, case.values, case.memo))
                except NO_VALUE:
                    continue
                if whole.shape in ((), case.answer.shape):
                    told += 1
                    families.add(edit.family)
                    expected = np.broadcast_to(whole, case.answer.shape).flat[PLACE]
                    assert entry == pytest.approx(expected, rel=1e-9, abs=1e-300)
    assert told > 1000
    assert families >= {"clipped", "argument", "operator", "bracket", "small_added", "moved"}
