"""The rate of momentum and its regimes, against Goh's formulas, recurrences and Polyak's best."""

from itertools import pairwise

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.gain import best_momentum, iteration_matrices, rate, spectral_radius, valley
from mlpteach.study.momentum_map import REGIMES, discriminants, rates, regimes, updates_a_digit


def named(form, steps, memory):
    return [REGIMES[i] for i in np.atleast_1d(regimes(form, steps, memory))]


@pytest.mark.parametrize("beta", [0.04, 0.25, 0.81])
def test_regimes_of_the_published_form_part_where_goh_says(beta):
    root = np.sqrt(beta)
    ends = np.array([(1 - root) ** 2, (1 + root) ** 2, 2 + 2 * beta])
    steps = np.ravel([[0.999 * end, 1.001 * end] for end in ends])
    expected = ["monotone", "oscillating", "oscillating", "alternating", "alternating", "diverging"]
    assert named("paper", steps, beta) == expected
    oscillating = np.linspace(1.001 * ends[0], 0.999 * ends[1], 7)
    np.testing.assert_allclose(rates("paper", oscillating, beta), root, rtol=1e-12)


def test_without_memory_both_forms_are_gradient_descent():
    steps = np.array([0.1, 0.5, 0.9, 1.5, 1.9, 2.5])
    for form in ("paper", "lecture"):
        np.testing.assert_allclose(rates(form, steps, 0.0), np.abs(1 - steps), rtol=1e-12)
    assert named("paper", steps, 0.0) == ["monotone"] * 3 + ["alternating"] * 2 + ["diverging"]


def long_run(form, step, memory, updates=4000):
    """How much an update changes the length of (W, what is remembered), over the later half."""
    W, past, logs = 1.0, 0.3, []
    for _ in range(updates):
        if form == "paper":
            past = memory * past + step * W
            W = W - past
        else:
            W, past = W - step * W - memory * step * past, W
        length = np.hypot(W, past)
        logs.append(np.log(length))
        W, past = W / length, past / length
    return np.exp(np.mean(logs[updates // 2 :]))


@pytest.mark.parametrize("form", ["paper", "lecture"])
@pytest.mark.parametrize("seed", range(6))
def test_a_rate_is_that_of_a_long_run(form, seed):
    step, memory = np.random.default_rng(seed).uniform((0.02, 0.0), (2.5, 0.95))
    assert rates(form, step, memory) == pytest.approx(long_run(form, step, memory), rel=2e-3)


def test_for_curvatures_1_and_100_nothing_is_faster_than_polyak():
    eta, beta = 4 / 121, (9 / 11) ** 2
    assert best_momentum(100.0) == pytest.approx((eta, beta), rel=1e-12)
    best = rates("paper", [eta, 100 * eta], beta)
    np.testing.assert_allclose(best, 9 / 11, rtol=1e-6)
    assert round(float(best.max()), 3) == 0.818
    assert named("paper", [eta, 100 * eta], beta) == ["critical"] * 2
    steps, memory = np.meshgrid(np.geomspace(1e-3, 0.1, 161), np.linspace(0.0, 0.99, 160))
    slower = np.maximum(rates("paper", steps, memory), rates("paper", 100 * steps, memory))
    assert slower.min() > 9 / 11
    place = np.unravel_index(slower.argmin(), slower.shape)
    assert steps[place] == pytest.approx(eta, rel=0.05)
    assert memory[place] == pytest.approx(beta, abs=0.01)


def test_the_slide_gains_little():
    """Its best in the same valley, from a search: 0.9613; gradient descent's 0.9802."""
    steps, memory = np.meshgrid(np.geomspace(1e-3, 0.1, 201), np.linspace(0.0, 1.0, 201))
    slower = np.maximum(rates("lecture", steps, memory), rates("lecture", 100 * steps, memory))
    assert slower.min() == pytest.approx(0.9613, abs=5e-4)


def test_the_map_and_the_rule_agree():
    lecture = mt.rule("momentum", alpha=0.02, beta=0.006)
    paper = mt.rule("momentum", "paper", eta=0.02, beta=0.7)
    for rule, memory in ((lecture, 0.3), (paper, 0.7)):
        ends = rates(rule.form, [0.02, 0.2, 1.0], memory)
        assert rate(rule, [1.0, 10.0, 50.0]) == pytest.approx(ends.max(), rel=1e-12)


@pytest.mark.parametrize("form", ["lecture", "paper"])
def test_matrices_are_what_an_update_does(form):
    values = {"lecture": {"alpha": 0.1, "beta": 0.05}, "paper": {"eta": 0.1, "beta": 0.6}}[form]
    trace = mt.descend(valley([3.0]), [2.0], rule=mt.rule("momentum", form, **values), steps=4)
    past = 0.05 * 3.0 if form == "lecture" else 0.6
    matrix = iteration_matrices(form, 0.1 * 3.0, past)
    W = [step.before.flat[0] for step in trace] + [trace[-1].after.flat[0]]
    if form == "lecture":
        known = [np.array([W[k], W[k - 1]]) for k in range(1, 5)]
    else:
        v = [0.0, *(step.v.flat[0] for step in trace)]
        known = [np.array([W[k], v[k]]) for k in range(5)]
    for now, following in pairwise(known):
        np.testing.assert_allclose(matrix @ now, following, rtol=1e-12)


def test_what_is_not_finite_has_an_infinite_rate():
    matrices = iteration_matrices("paper", [0.5, np.inf], 0.25)
    assert spectral_radius(matrices).tolist() == [pytest.approx(0.5), np.inf]


def test_the_sign_of_the_discriminant_parts_waves_from_the_rest():
    assert discriminants("paper", 0.5, 0.5) < 0 < discriminants("paper", 0.01, 0.5)
    assert discriminants("paper", 0.25, 0.25) == 0.0


def test_updates_a_digit():
    np.testing.assert_allclose(updates_a_digit([0.1, np.sqrt(0.1), 1.2, 0.0]), [1, 2, np.inf, 0])
