"""Diagnoses by name, on numbers made for it and on networks known to be ill."""

from dataclasses import replace

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.ailments import AILMENTS, diagnoses
from mlpteach.study.signals import measure

X, y = mt.datasets.digits()
X, y = X[:120], y[:120]


def signals_of(hidden, init, depth=6, units=20):
    net = mt.MLP((64, *[units] * depth, 10), hidden=hidden, init=init, seed=1)
    trace = mt.train(net, X, y, epochs=1, progress=False)
    return measure(trace, X, y, [1])


USUAL = signals_of("tanh", "glorot")


def with_sensitivity(*sizes):
    return replace(USUAL, sensitivity=np.array([sizes], dtype=float))


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        # Of three layers two pass V back: less than 1/10 in all, and less than half a layer.
        ((0.09, 0.5, 1.0), "vanishing"),
        ((0.11, 0.5, 1.0), ""),
        ((10.5, 1.0, 1.0), "exploding"),
        ((9.5, 1.0, 1.0), ""),
        ((0.0, 0.0, 1.0), "vanishing"),
        ((0.0, 0.0, 0.0), ""),
        ((np.nan, 1.0, 1.0), ""),
        # Of two layers one.
        ((0.2, 1.0), ""),
        ((0.09, 1.0), "vanishing"),
        # Of seven layers six: a tenth is little, a half of a layer is 1/64.
        ((0.05, 1, 1, 1, 1, 1, 1), ""),
        ((0.015, 1, 1, 1, 1, 1, 1), "vanishing"),
        ((60, 1, 1, 1, 1, 1, 1), ""),
        ((65, 1, 1, 1, 1, 1, 1), "exploding"),
        ((1.0,), ""),
    ],
)
def test_vanishing_and_exploding(sizes, said):
    assert diagnoses(with_sensitivity(*sizes), bounded=True) == [said]


def test_dead_where_half_of_a_layer_are():
    for dead, said in ((9, ""), (10, "dead")):  # of 20
        units = np.zeros((1, 6))
        units[0, 3] = dead
        assert diagnoses(replace(USUAL, dead=units), bounded=False) == [said]


def test_saturated_where_two_in_five_of_a_layer_are_and_the_activation_is_bounded():
    for share, said in ((0.39, ""), (0.4, "saturated")):
        shares = np.zeros((1, 6))
        shares[0, 5] = share
        ill = replace(USUAL, saturated=shares)
        assert diagnoses(ill, bounded=True) == [said]
        assert diagnoses(ill, bounded=False) == [""]


@pytest.mark.parametrize(
    ("hidden", "init", "said"),
    [
        ("sigmoid", "uniform", "vanishing"),
        ("sigmoid", "glorot", "vanishing"),
        ("sigmoid", "zeros", "vanishing"),
        ("relu", "uniform", "exploding"),
        ("relu", "he", ""),
        ("tanh", "glorot", ""),
        ("relu", "zeros", "vanishing, dead"),
    ],
)
def test_networks_known_to_be_ill(hidden, init, said):
    assert diagnoses(signals_of(hidden, init, units=30), hidden != "relu") == [said]


def test_units_thrown_out_by_too_long_steps_are_dead():
    net = mt.MLP((64, 20, 20, 10), hidden="relu", init="he", seed=1)
    trace = mt.train(net, X, y, rule=mt.rule("gd", eta=3.0), epochs=5, progress=False)
    last = measure(trace, X, y, [1, len(trace)])
    assert diagnoses(last, bounded=False)[0] == ""
    assert "dead" in diagnoses(last, bounded=False)[1]


def test_each_says_its_rule_and_its_source():
    assert [one.name for one in AILMENTS] == ["vanishing", "exploding", "dead", "saturated"]
    assert all(one.rule and one.source for one in AILMENTS)


def test_size_of_an_update_beside_the_weights():
    net = mt.MLP((64, 5, 10), seed=1)
    trace = mt.train(net, X, y, rule="momentum", epochs=2, progress=False)
    found = measure(trace, X, y, [1, 4, 9])
    for row, k in enumerate((1, 4)):
        step = trace[k - 1]
        for layer in (1, 2):
            moved = np.linalg.norm(step.before.W[layer] - step.after.W[layer])
            expected = moved / np.linalg.norm(step.before.W[layer])
            assert found.step_ratio[row, layer - 1] == pytest.approx(expected)
    assert np.isnan(found.step_ratio[2]).all()  # the run has 8


def test_beside_zeros_no_update_has_a_size():
    assert np.isnan(signals_of("tanh", "zeros", depth=1).step_ratio).all()
