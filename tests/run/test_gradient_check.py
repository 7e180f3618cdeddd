"""The gradient check: it passes what is right, fails what is wrong and says where."""

import dataclasses

import numpy as np
import pytest
from examples import instances

import mlpteach as mt
from mlpteach import gradient_check as function
from mlpteach.run.gradient_check import GradientCheck, finite_differences
from mlpteach.tables.losses import LOSSES


def network(**options):
    return mt.MLP((4, 5, 3), **{"hidden": "tanh", "seed": 3, **options})


@pytest.mark.parametrize("l2", [0.0, 0.5])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", list(mt.LOSSES))
def test_what_is_right_passes(loss, output, l2):
    check = mt.gradient_check(network(output=output), *instances(), loss=loss, l2=l2)
    assert check.passed
    assert check.error < 1e-7
    assert check.analytic.shape == check.numeric.shape == (43,)
    assert repr(check).startswith("<gradient right: relative error ")


def test_it_is_one_line_in_the_package():
    assert mt.gradient_check is function


@pytest.mark.parametrize(
    "wrong",
    [
        lambda Z, A, Y: 2 * (A - Y),
        lambda Z, A, Y: Y - A,
        lambda Z, A, Y: (A - Y) / Y.shape[1],
        lambda Z, A, Y: A - Y + 1e-4,
        lambda Z, A, Y: (A - Y) * A * (1 - A),
    ],
    ids=["twice", "sign", "n twice", "shifted", "long way half done"],
)
def test_what_is_wrong_fails(monkeypatch, wrong):
    loss = LOSSES["cross_entropy"]
    pair = dataclasses.replace(loss.pairs["sigmoid"], sensitivity=wrong)
    monkeypatch.setitem(loss.pairs, "sigmoid", pair)
    check = mt.gradient_check(network(), *instances())
    assert not check.passed
    assert repr(check).startswith("<gradient WRONG: relative error ")


def test_the_worst_entry_is_named(monkeypatch):
    evaluate = mt.MLP.evaluate

    def spoiled(self, *arguments):
        evaluation = evaluate(self, *arguments)
        evaluation.gradient[26] += 1.0
        return evaluation

    monkeypatch.setattr(mt.MLP, "evaluate", spoiled)
    check = mt.gradient_check(network(), *instances())
    assert not check.passed
    assert check.worst == network().layout.where(26) == "W^(2)[0, 1]"
    assert np.argmax(np.abs(check.analytic - check.numeric)) == 26
    lengths = np.linalg.norm(check.analytic) + np.linalg.norm(check.numeric)
    assert check.error == pytest.approx(1.0 / lengths, rel=1e-6)


@pytest.mark.parametrize(("entries", "looked_at"), [(1, 1), (10, 10), (43, 43), (500, 43)])
def test_how_many_entries_are_looked_at(entries, looked_at):
    check = mt.gradient_check(network(), *instances(), entries=entries)
    assert check.analytic.size == looked_at


def test_the_smallest_and_the_largest_seed():
    for seed in (0, 2**63):
        assert mt.gradient_check(network(), *instances(), entries=5, seed=seed)
    for seed in (-1, 2**63 + 1):
        with pytest.raises(ValueError, match="seed must be"):
            mt.gradient_check(network(), *instances(), seed=seed)


def test_one_seed_decides_which():
    first, again, other = (
        mt.gradient_check(network(), *instances(), entries=5, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.analytic, again.analytic)
    assert (first.analytic != other.analytic).any()


def test_a_gradient_of_zero_is_right():
    net = mt.MLP((2, 1), output="linear", weights=[(np.zeros((1, 2)), np.zeros(1))])
    check = mt.gradient_check(net, np.zeros((3, 2)), np.zeros(3), loss="mse")
    assert check.passed
    assert check.error < 1e-12


# What finite differences cannot tell is not held against back propagation.


@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("w", [15.0, 20.0, 30.0])
@pytest.mark.parametrize("output", ["sigmoid", "tanh"])
@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_a_saturated_neuron_is_right(loss, output, w, y):
    net = mt.MLP((1, 1), output=output, weights=[([[w]], [0.0])])
    assert mt.gradient_check(net, [[1.0]], [y], loss=loss).passed


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_kinks_are_left_out(loss):
    """All units are at the kink of relu; the linear output's weights see a = 0 there."""
    net = mt.MLP((1, 1), output="relu", weights=[([[0.0]], [0.0])])
    check = mt.gradient_check(net, [[1.0]], [1.0], loss=loss)
    assert (check.kinks, check.analytic.size, check.passed) == (2, 0, False)
    assert repr(check) == "<gradient not judged: 2 entries at a kink left out>"


def test_the_other_entries_are_judged():
    weights = [([[1.0], [0.0]], [0.5, 0.0]), ([[1.0, 2.0]], [0.0])]
    net = mt.MLP((1, 2, 1), hidden="relu", output="linear", weights=weights)
    check = mt.gradient_check(net, [[1.0]], [3.0], loss="mse")
    assert check.passed
    assert check.kinks == 2
    assert repr(check).endswith(", 2 entries at a kink left out>")


def test_a_cost_that_is_not_finite_is_told():
    net = mt.MLP((1, 1), output="linear", weights=[([[1e200]], [0.0])])
    with pytest.raises(ValueError, match="needs a finite cost; J is inf at the network's weights"):
        mt.gradient_check(net, [[1.0]], [0.0], loss="mse")


@pytest.mark.parametrize("output", ["linear", "tanh"])
def test_outputs_close_to_zero_bend_ln_strongly(output):
    rng = np.random.default_rng(0)
    net = mt.MLP((4, 30, 3), hidden="silu", output=output, seed=2)
    assert mt.gradient_check(net, rng.standard_normal((300, 4)), np.arange(300) % 3).passed


@pytest.mark.parametrize("hidden", ["silu", lambda Z: Z / (1 + np.abs(Z))], ids=["silu", "own"])
@pytest.mark.parametrize("l2", [0.0, 0.5])
def test_differences_of_every_parameter_on_a_batch(hidden, l2):
    net = network(hidden=hidden)
    trace = mt.train(net, *instances(), l2=l2, batch_size=6, epochs=1, progress=False)
    problem, step = trace.run.problem, trace[1]
    found = finite_differences(problem, step.before.flat, step.batch)
    np.testing.assert_allclose(found, step.gradient.flat, rtol=1e-6, atol=1e-9)
    # One parameter moved by hand, further away.
    X, y = problem.X[step.batch], np.argmax(problem.Y[:, step.batch], axis=0)
    moved = [step.before.flat + sign * 0.1 * (np.arange(43) == 7) for sign in (1, -1)]
    above, below = (net.with_parameters(theta).loss(X, y, l2=l2) for theta in moved)
    wide = finite_differences(problem, step.before.flat, step.batch, h=0.1)
    assert wide[7] == pytest.approx((above - below) / 0.2, rel=1e-12)


@pytest.mark.parametrize(("error", "passed"), [(0.0, True), (9.9e-7, True), (1e-6, False)])
def test_below_a_millionth_it_is_right(error, passed):
    assert GradientCheck(error, "", np.ones(1), np.ones(1)).passed is passed
