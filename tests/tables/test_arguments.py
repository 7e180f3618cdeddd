"""Bad input to schedules and activations, and entries of one table in another's place."""

import functools

import numpy as np
import pytest
from bad_input import NAN, NET, X, Y, check
from examples import quadratic

import mlpteach as mt


def test_a_schedule_needs_a_step_size_that_is_not_zero():
    def still(G, *, eta=0.0):
        return {"rho": eta * G}

    for schedule in ("cooling", "exponential", "cosine", lambda eta, k: eta / k):
        call = functools.partial(
            mt.descend, quadratic([1]), [1.0], rule=still, steps=3, schedule=schedule
        )
        check(call, ValueError, "multiplies the step size, which must be larger than 0",
              "given eta=0 of the rule still (own).")  # fmt: skip
    assert len(mt.descend(quadratic([1]), [1.0], rule=still, steps=3, schedule="adaptive")) == 3
    up = mt.rule(still, eta=-0.1)
    assert len(mt.descend(quadratic([1]), [1.0], rule=up, steps=3, schedule="cooling")) == 3
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=up, schedule="exponential"), ValueError,
          "given eta=-0.1")  # fmt: skip


@pytest.mark.parametrize("Z", [[], np.zeros((0, 3)), [[]]])
@pytest.mark.parametrize("id", mt.ACTIVATIONS)
def test_nothing_has_no_activation(id, Z):
    phi = mt.ACTIVATIONS[id]
    check(lambda: phi(Z), ValueError, "Z must not be empty; given shape")
    if phi.elementwise:
        check(lambda: phi.derivative(Z), ValueError, "Z must not be empty; given shape")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rule": mt.LOSSES["mse"]}, "rule must be one of gd"),
        ({"rule": mt.LANDSCAPES["beale"]}, "rule must be one of gd"),
        ({"loss": mt.rule("adam")}, "loss must be one of mse"),
        ({"schedule": mt.rule("adam")}, "schedule must be None, one of constant"),
        ({"loss": dict}, "loss must be one of mse"),
        ({"loss": 3}, "mlpteach.own_cost(...) or your own function (Y, A) -> V; given 3"),
        ({"schedule": int}, "schedule must be None, one of constant"),
    ],
)
def test_entries_of_another_table(arguments, message):
    check(lambda: mt.train(NET, X, Y, **arguments), TypeError, message, "given ")


def test_entries_of_the_tables_are_taken_in_place_of_their_ids():
    assert mt.rule(mt.RULES["adam"], form="paper", eta=0.5) == mt.rule("adam", "paper", eta=0.5)
    assert mt.schedule(mt.SCHEDULES["cooling"], eps=0.5) == mt.schedule("cooling", eps=0.5)
    assert mt.schedule(mt.schedule("staircase", k_d=3), d=0.1).values == {"d": 0.1, "k_d": 3}
    net = mt.MLP((4, 5, 3), hidden=mt.ACTIVATIONS["tanh"], init=mt.INITIALIZERS["he"])
    by_id = mt.train(mt.MLP((4, 5, 3), hidden="tanh", init="he"), X, Y, rule="adam", epochs=2)
    by_entry = mt.train(net, X, Y, rule=mt.RULES["adam"], epochs=2, loss=mt.LOSSES["cross_entropy"])
    np.testing.assert_array_equal(by_entry[-1].after.flat, by_id[-1].after.flat)
    assert mt.own_loss(lambda Y, A: A - Y, cost=mt.LOSSES["mse"]).targets == "real"


@pytest.mark.parametrize(
    ("id", "values", "error", "messages"),
    [
        ("cool", {}, ValueError, ["schedule='cool' is unknown", "constant, cooling"]),
        (None, {}, TypeError, ["schedule must be one of constant", "given None"]),
        ("cooling", {"d": 0.1}, ValueError, ["'cooling' has no hyper-parameter 'd'; it has: eps"]),
        (
            "constant",
            {"d": 0.1},
            ValueError,
            ["'constant' has no", "it has: none"],
        ),
        ("cooling", {"eps": -0.1}, ValueError, ["eps must be in [0, inf)", "given -0.1"]),
        ("cooling", {"eps": "1"}, TypeError, ["eps must be a number in [0, inf)"]),
        ("exponential", {"d": NAN}, ValueError, ["d must be in [0, inf)", "given nan"]),
        ("staircase", {"d": 0.0}, ValueError, ["d must be in (0, 1]", "given 0.0"]),
        ("staircase", {"d": 1.1}, ValueError, ["d must be in (0, 1]", "given 1.1"]),
        (
            "staircase",
            {"k_d": 0},
            ValueError,
            ["k_d must be in [1, inf)", "given 0"],
        ),
        ("staircase", {"k_d": 2.5}, ValueError, ["k_d must be a whole number in [1, inf)"]),
        ("adaptive", {"shrink": 1.0}, ValueError, ["shrink must be in (0, 1)", "given 1.0"]),
        ("adaptive", {"shrink": 0.0}, ValueError, ["shrink must be in (0, 1)", "given 0.0"]),
    ],
)
def test_schedule(id, values, error, messages):
    check(lambda: mt.schedule(id, **values), error, *messages)
