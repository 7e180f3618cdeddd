"""Lecture "Activations and first weights": its text against its runs."""

from functools import cache

import numpy as np
import pytest
from lecture_claims import Claim, check, demo_images, each, text_of, unclaimed

import mlpteach as mt

LECTURE = "activations_initialization"


# Each is a dashboard as the lecture opens it, with the controls set as the step says.


@cache
def networks(a=("sigmoid", "uniform"), b=("relu", "he"), depth=6, eta=0.01):
    shown = mt.dashboards.activations(*mt.datasets.digits(), a=a, b=b, depth=depth)
    shown.configure(**{"momentum.eta": eta})
    return shown.show.series


@cache
def demo(name, a=("sigmoid", "uniform"), rule="adagrad"):
    """Return how many of the 200 measured are right in the end, in A and in B."""
    rule = mt.rule("adagrad", eta=0.01) if rule == "adagrad" else None
    shown = mt.dashboards.activations(*demo_images(name), a=a, b=("relu", "he"), rule=rule)
    return [shown.show.series[f"{side}.right"][-1] for side in "ab"]


def sigmoid_slope(z):
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a)


def kept(hidden, init):
    """Return the share of the sensitivity that each layer hands on before the first update."""
    net = mt.MLP((64, *[30] * 6, 10), hidden=hidden, init=init, seed=1)
    first = mt.train(net, *mt.datasets.digits(), epochs=1)[0]
    size = [np.sqrt(np.mean(V**2)) for V in first.sensitivity.values()]
    return np.divide(size[:-1], size[1:])


CLAIMS = [
    Claim("derivative is as large as it gets: {:.2f}. After six layers $0.25^6 = {:.5f}$",
          lambda: [sigmoid_slope(0.0), sigmoid_slope(0.0) ** 6]),
    Claim("and after six layers $2 \\cdot 10^{{{:.0f}}}$ is left.",
          lambda: [np.floor(np.log10(sigmoid_slope(6.0) ** 6))]),
    Claim("the sigmoid is at {:.4f}, its derivative at {:.4f},",
          lambda: [1 / (1 + np.exp(-6.0)), sigmoid_slope(6.0)]),
    Claim("tanh saturates sooner: {:.4f} at $z = 3$.",
          lambda: [1 - np.tanh(3.0) ** 2]),
    Claim("the gradient of the first layer has {:.4f} of the size of the last one's, in B {:.2f}.",
          lambda: [networks()[f"{side}.gradient_ratio"][0] for side in "ab"]),
    Claim("update of A changes its first layer by {:.4f} % of the weights, one of B by {:.2f} %.",
          lambda: [100 * networks()[f"{side}.step1"][0] for side in "ab"]),
    Claim("It gets worse: {:.6f}.",
          lambda: [networks(a=("sigmoid", "glorot"))["a.gradient_ratio"][0]]),
    Claim("made their formula: {:.2f}, and about 170 right",
          lambda: [networks(a=("tanh", "glorot"))["a.gradient_ratio"][0]]),
    Claim("way back, {:.0f} times from the last layer to the first; the cost starts at {:.0f}.",
          lambda: [networks(b=("relu", "uniform"))[f"b.{name}"][0]
                   for name in ("sensitivity_ratio", "loss")]),
    Claim("Before the first update {:.0f} units are dead,",
          lambda: [networks()["b.all_dead"][0]]),
]  # fmt: skip

# Settings, definitions, and what a test below holds.
GIVEN = [
    "| $1.0998$, at $z = 2.4$ |",
    "left of $z = -1.28$ its derivative is slightly *negative*",
    "| 0.333 |", "| 0.033 | sigmoid |", "| 0.033 | tanh", "| 0.067 |",
    "$\\eta$ up to 0.1.",
    '{"momentum.eta": 0.1}',
    "$\\eta$ back to 0.01.",
    "with numbers like $10^{-14}$",
]  # fmt: skip


@each(CLAIMS)
def test_text_says_what_the_runs_show(claim):
    check(LECTURE, claim)


def test_no_number_is_left_without_its_run():
    assert unclaimed(LECTURE, CLAIMS, GIVEN) == []


def silu_slope(z):
    """The derivative of z s(z), s the sigmoid, by the product rule."""
    s = 1 / (1 + np.exp(-z))
    return s + z * s * (1 - s)


def test_table_of_slopes():
    z = np.linspace(-10, 10, 2_000_001)
    slope = silu_slope(z)
    assert f"{slope.max():.4f}" == "1.0998"
    assert f"{z[slope.argmax()]:.1f}" == "2.4"
    assert f"{z[(slope >= 0) & (z < 0)].min():.2f}" == "-1.28"
    assert "Drag *layers L* to 10: one millionth." in text_of(LECTURE)
    assert sigmoid_slope(0.0) ** 10 == pytest.approx(1e-6, rel=0.1)


@pytest.mark.parametrize(
    ("init", "variance"), [("uniform", 0.333), ("nielsen", 0.033), ("glorot", 0.033), ("he", 0.067)]
)
def test_table_of_variances(init, variance):
    net = mt.MLP((30, *[30] * 200, 10), init=init, seed=1)
    drawn = np.concatenate([net.parameters.W[layer].ravel() for layer in range(1, 200)])
    assert drawn.var() == pytest.approx(variance, rel=0.03)


# Counts of pictures: how near the text comes to them.


def test_one_learns_and_the_other_does_not():
    assert "At the end B has more than 180 of the 200 measured digits right. A has about 30" in (
        text_of(LECTURE)
    )
    assert networks()["b.right"][-1] > 182
    assert 25 <= networks()["a.right"][-1] <= 35
    assert 160 <= networks(a=("tanh", "glorot"))["a.right"][-1] <= 180


@pytest.mark.parametrize(("depth", "low", "high"), [(1, 140, 150), (2, 33, 47), (3, 14, 25)])
def test_deeper_is_worse(depth, low, high):
    said = "with one hidden layer nearly 150 are right, with two about 40, with three about 20"
    assert said in text_of(LECTURE)
    assert low <= networks(a=("sigmoid", "glorot"), depth=depth)["a.right"][-1] <= high


def test_too_large_weights_kill_relus():
    assert "Before update 17 more than 170 of the 180 hidden ReLUs are dead" in text_of(LECTURE)
    series = networks(b=("relu", "uniform"))
    assert series["b.all_dead"][list(series["update"]).index(17)] > 170
    assert (series["b.gradient"][-1] == 0).all()


def test_saturated_and_yet_alive():
    assert "a quarter of the activations are saturated at once and nearly half in the end" in (
        text_of(LECTURE)
    )
    series = networks(a=("tanh", "uniform"))
    saturated = np.array([series[f"a.saturated{layer}"][[0, -1]] for layer in range(2, 7)])
    np.testing.assert_allclose(saturated[:, 0], 25, atol=8)
    np.testing.assert_allclose(saturated[:, 1], 45, atol=8)
    assert series["a.gradient_ratio"].min() > 0.1


def test_a_step_too_long_kills_units():
    assert "at the end more than 100" in text_of(LECTURE)
    assert networks(eta=0.1)["b.all_dead"][-1] > 105


def test_all_zeros_wake_up_layer_by_layer_or_never():
    said = "before update 1 only the last layer has a gradient, before update 2 the last two"
    assert said in text_of(LECTURE)
    series = networks(a=("sigmoid", "zeros"), b=("relu", "zeros"))
    awake = (series["a.gradient"] > 0).sum(axis=1)
    assert awake[:6].tolist() == [1, 2, 3, 4, 5, 6]
    assert 1e-15 < series["a.gradient"][3][3] < 1e-13
    assert "no weight ever gets a gradient; only the biases" in text_of(LECTURE)
    assert (series["b.gradient"] == 0).all()
    assert series["b.loss"][-1] < series["b.loss"][0] - 1


def test_what_a_layer_hands_on():
    said = "The sigmoid keeps about a quarter or a fifth in every layer, tanh and ReLU most of it"
    assert said in text_of(LECTURE)
    assert ((kept("sigmoid", "glorot") > 0.15) & (kept("sigmoid", "glorot") < 0.3)).all()
    for hidden, init in (("tanh", "glorot"), ("relu", "he")):
        assert (kept(hidden, init) > 0.5).all()


# Demo 08.


@pytest.mark.parametrize("name", ["clothes", "digits"])
def test_demo_says_the_same_on_either_pictures(name):
    assert "more pictures right than with momentum, and still less than half" in text_of(LECTURE)
    a, b = demo(name)
    momentum, _ = demo(name, rule="momentum")
    assert momentum + 5 < a < 90
    assert "B, with ReLU and He, has more than 140." in text_of(LECTURE)
    assert b > 145
    assert "Fewer than 30 are right, which is chance" in text_of(LECTURE)
    assert demo(name, a=("sigmoid", "glorot"))[0] < 28
    assert "more than 140 again" in text_of(LECTURE)
    assert demo(name, a=("tanh", "glorot"))[0] > 145


def test_vanishing_stands_behind_the_row_of_a():
    assert "Behind the row of A stands *vanishing*" in text_of(LECTURE)
    first, second = mt.dashboards.activations(*mt.datasets.digits()).show.panels[0].rows
    assert (first.notes[1], second.notes[1]) == ("vanishing", "")


def test_units_of_b_learn_and_those_of_a_do_not():
    said = "In B strokes of digits appear in the units of the first layer, in A nothing does."
    assert said in text_of(LECTURE)
    learned = []
    for trace in mt.dashboards.activations(*mt.datasets.digits()).traces.values():
        learned.append(np.abs(trace[-1].after.W[1] - trace[0].before.W[1]).max())
    assert learned[1] > 30 * learned[0]
