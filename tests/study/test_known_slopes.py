"""A rule along known slopes, many updates at a time: the bits of one update after the other."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.known_slopes import follow

RUNS = 3


def one_by_one(rule, slopes):
    """Return each quantity, (updates, runs), and the state after them."""
    state = rule.initial_state(np.zeros(slopes.shape[1]))
    found = []
    for k, G in enumerate(slopes, start=1):
        found.append(rule({"k": k, "G": G.copy()}, state))
        state = rule.next_state(found[-1], G)
    return {name: np.array([one[name] for one in found]) for name in found[0]}, state


def slopes_of(updates):
    return np.random.default_rng(updates).normal(size=(updates, RUNS))


@pytest.mark.parametrize("updates", [1, 2, 255, 256, 257, 700, 2_111])
@pytest.mark.parametrize(
    ("id", "hypers"),
    [
        ("adam", {"beta1": 0.0, "beta2": 0.1}),
        ("adam", {"beta1": 0.9, "beta2": 0.9999}),
        ("amsgrad", {"beta1": 0.5, "beta2": 0.99}),
    ],
)
def test_bits_are_those_of_one_update_after_the_other(id, hypers, updates):
    rule, slopes = mt.rule(id, "paper", **hypers), slopes_of(updates)
    expected, state = one_by_one(rule, slopes)
    along = follow(rule, rule.initial_state(np.zeros(RUNS)), 1, slopes)
    np.testing.assert_array_equal(along.rho, expected["rho"])
    for name, values in along.quantities.items():
        np.testing.assert_array_equal(values, expected[name][:, 0], err_msg=name)
    for name, value in along.state.items():
        np.testing.assert_array_equal(value, state[name], err_msg=name)


@pytest.mark.parametrize("updates", [2, 129, 130, 1_000])
def test_slopes_that_repeat_give_the_same_bits(updates):
    rule, slopes = mt.rule("amsgrad", beta1=0.0, beta2=0.1), np.resize([3.0, -1.0, -1.0], updates)
    expected, state = one_by_one(rule, slopes[:, None])
    along = follow(rule, rule.initial_state(np.zeros(1)), 1, slopes[:, None], period=3)
    np.testing.assert_array_equal(along.rho, expected["rho"])
    assert along.state["V_max"] == state["V_max"]


def test_goes_on_from_a_state_and_a_number():
    rule, slopes = mt.rule("adam", "paper"), slopes_of(900)
    whole = follow(rule, rule.initial_state(np.zeros(RUNS)), 1, slopes)
    part = follow(rule, rule.initial_state(np.zeros(RUNS)), 1, slopes[:333])
    rest = follow(rule, part.state, 334, slopes[333:])
    np.testing.assert_array_equal(np.concatenate([part.rho, rest.rho]), whole.rho)


def test_what_is_not_finite_ends_in_NaN():
    slopes = slopes_of(600)
    slopes[400, 1] = 1e200  # its square is infinite, and rho would be 0
    rule = mt.rule("adam", "paper", beta2=0.5)
    with np.errstate(all="ignore"):
        rho = follow(rule, rule.initial_state(np.zeros(RUNS)), 1, slopes).rho
    assert np.isnan(rho[400:, 1]).all()
    assert np.isfinite(rho[:400]).all()
    assert np.isfinite(rho[:, [0, 2]]).all()


def test_a_rule_of_ones_own_may_ask_which_update_it_is():
    def leaps(k, G, *, eta=0.1):
        return {"rho": 100.0 * G if k == 300 else eta * G}

    slopes = slopes_of(600)
    rho = follow(mt.rule(leaps), {}, 1, slopes).rho
    np.testing.assert_array_equal(rho[299], 100.0 * slopes[299])
    np.testing.assert_array_equal(rho[300:], 0.1 * slopes[300:])
