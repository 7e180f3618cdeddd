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


WAYS = [
    (id, name, way) for id, name in FUNCTIONS for way in range(len(SHEETS[id].tasks[name].ways))
]


@pytest.mark.parametrize(("id", "function", "way"), WAYS)
def test_another_way_comes_to_the_same(id, function, way):
    task = SHEETS[id].tasks[function]
    functions, rng = dict(SHEETS[id].functions()), np.random.default_rng(way)
    arguments = {p: rng.uniform(0.1, 0.9, (4, 4)) for p in task.parameters}
    given = SHEETS[id].defaults(function)
    arguments = {p: a for p, a in arguments.items() if p not in given}
    arguments |= {p: {"k": 3, "Y": np.eye(4)[:, ::-1]}[p] for p in arguments if p in ("k", "Y")}
    if task.path:
        arguments |= {"W": np.array([1, 2]), "gradients": rng.normal(0, 1, (3, 4, 2))}
    right = functions[function](**arguments)
    names = {"np": np} | functions
    exec(task.ways[way][1], names)
    np.testing.assert_allclose(names[function](**arguments), right, rtol=1e-9)


def test_a_later_quantity_is_of_the_earlier_ones():
    formulas = formulas_of(SHEETS["ps2_adam"], "adam_update")
    assert write(formulas.stepwise["W"]) == (
        "W - eta * (M' / (1 - beta1**k)) / np.sqrt(V' / (1 - beta2**k) + eps)"
    )
    adadelta = formulas_of(SHEETS["ps3_optimizers"], "adadelta_update")
    assert write(adadelta.stepwise["E_dx2"]) == "gamma * E_dx2 + (1 - gamma) * (W - W')**2"
