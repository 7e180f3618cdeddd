"""What is said of where two runs differ first, and the way to it."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.run.compare import Difference, Undecided
from mlpteach.views.first_difference import first_difference, line_of
from mlpteach.views.written import written

X, y = mt.datasets.moons(n=8, seed=1)


@pytest.fixture(scope="module")
def traces():
    """Adam has its rho in a later line than gradient descent; the second one has half the step."""
    return {
        "own": mt.train(mt.MLP((2, 3, 1), seed=1), X, y, rule=mt.rule("gd", eta=0.5), epochs=2),
        "other": mt.train(mt.MLP((2, 3, 1), seed=1), X, y, rule="adam", epochs=2),
    }


def told(traces, found, remark="", layer=1):
    return first_difference(found, remark, traces, layer)


def test_what_could_not_be_decided_is_told_without_a_way(traces):
    found = Undecided(3, ("M",))
    text = told(traces, found, "Both start alike.")
    assert text.lines == (str(found), "Both start alike.")
    assert (text.marked, text.jump) == ((), None)
    assert line_of(found) == line_of(None) == ""


@pytest.mark.parametrize(("quantity", "line"), [("before", 0), ("rho", 4)])
def test_the_way_leads_to_the_later_of_both_lines(traces, quantity, line):
    text = told(traces, Difference(2, quantity, "W^(2)[0, 1]", 1.0, 2.0))
    assert text.jump.position == {"k": 2, "line": line, "row": 0, "column": 1}
    assert text.jump.values == {"layer": "2"}
    assert text.marked == (0,)


@pytest.mark.parametrize(("k", "unit"), [(1, 2), (2, 0)])
def test_the_way_to_a_bias_leads_to_the_weight_that_differs_most(traces, k, unit):
    text = told(traces, Difference(k, "rho", f"b^(1)[{unit}]", 1.0, 2.0))
    own, other = (trace[k - 1].rho.W[1][unit] for trace in traces.values())
    column = int(np.abs(own - other).argmax())
    assert text.jump.position["row"] == unit
    assert text.jump.position["column"] == column
    assert f"$b^{{(1)}}$, unit {unit + 1}:" in text.lines[0]


def test_the_way_to_a_number_of_a_function_is_its_place():
    runs = {
        name: mt.descend(mt.LANDSCAPES["valley"], [1.0, 1.0], rule=mt.rule("gd", eta=eta), steps=2)
        for name, eta in (("own", 0.01), ("other", 0.02))
    }
    text = told(runs, Difference(1, "rho", "theta[1]", 1.0, 2.0), layer=0)
    assert text.jump.position["column"] == 1
    assert text.jump.values == {}


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        (1.0, 2.0, "own 1, other 2"),
        (0.12312, 0.12338, "own 0.1231, other 0.1234"),
        (1.0, 1.0 + 2.0**-52, "own 1, other 1.0000000000000002"),
    ],
)
def test_numbers_have_the_digits_that_tell_them_apart(traces, given, expected, said):
    text = told(traces, Difference(1, "rho", "W^(1)[0, 0]", given, expected))
    assert text.lines[0].endswith(f": {said}.")


def test_of_a_run_that_broke_the_broken_update_is_looked_at():
    def breaks(k, G, *, eta=0.5):
        return mt.Quantities(rho=eta * G * (np.inf if k == 2 else 1.0))

    def train(rule):
        return mt.train(mt.MLP((2, 3, 1), seed=1), X, y, rule=rule, epochs=3, batch_size=None)

    with pytest.warns(mt.DivergenceWarning):
        runs = {"own": train(breaks), "other": train("gd")}
    text = told(runs, Difference(2, "rho", "b^(1)[0]", np.inf, 2.0))
    assert text.jump.position["k"] == 2
    assert text.jump.position["row"] == 0


@pytest.mark.parametrize(
    ("value", "said"), [(1e-3, "0.001"), (9.99e-4, "9.99·10⁻⁴"), (-1e-3, "−0.001"), (0.0, "0")]
)
def test_from_a_thousandth_on_numbers_are_no_powers(value, said):
    assert written(value) == said
