"""The formulas of the four sheets against the model solutions themselves."""

import numpy as np
import pytest

from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.readback.expression import evaluate, write
from mlpteach.exercise.readback.formula import NoFormula, formulas_of, own
from mlpteach.exercise.reading import read_sheet

SHEETS = {id: read_sheet(id) for id in PROBLEM_SETS}
MORE_THAN_FORMULAS = {"adam_descent", "glorot", "he", "layer_spreads"}
FUNCTIONS = [(id, name) for id, sheet in SHEETS.items() for name in sheet.tasks]


@pytest.mark.parametrize(("id", "function"), FUNCTIONS)
def test_a_formula_gives_what_the_model_gives(id, function):
    sheet = SHEETS[id]
    if function in MORE_THAN_FORMULAS:
        with pytest.raises(NoFormula):
            formulas_of(sheet, function)
        return
    formulas, task = formulas_of(sheet, function), sheet.tasks[function]
    rng = np.random.default_rng(3)
    defaults = sheet.defaults(function)
    values = {p: rng.uniform(0.1, 0.9, (3, 4)) for p in task.parameters if p not in defaults}
    values |= {"k": 3} if "k" in task.parameters else {}
    returned = sheet.functions()[function](**values)
    returned = dict(
        zip(task.returns, returned if len(task.returns) > 1 else [returned], strict=True)
    )
    known = values | defaults | {own(name): value for name, value in returned.items()}
    for quantity, value in returned.items():
        for formula in (formulas.alone[quantity], formulas.stepwise[quantity]):
            np.testing.assert_allclose(evaluate(formula, known, {}), value, rtol=1e-12)


def test_a_later_quantity_is_of_the_earlier_ones():
    formulas = formulas_of(SHEETS["ps2_adam"], "adam_update")
    assert write(formulas.stepwise["W"]) == (
        "W - eta * (M' / (1 - beta1**k)) / np.sqrt(V' / (1 - beta2**k) + eps)"
    )
    adadelta = formulas_of(SHEETS["ps3_optimizers"], "adadelta_update")
    assert write(adadelta.stepwise["E_dx2"]) == "gamma * E_dx2 + (1 - gamma) * (W - W')**2"
