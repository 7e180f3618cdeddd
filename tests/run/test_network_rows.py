"""A network with many parameter vectors at once gives what it gives with each of them."""

from dataclasses import replace

import numpy as np
import pytest
from examples import instances, one_hot

import mlpteach as mt
from mlpteach.run import network_rows
from mlpteach.run.problem import NetworkProblem

RUNS = 7


def problem_of(hidden="tanh", output="sigmoid", loss="cross_entropy", l2=0.0, batch_size=6):
    X, y = instances(20)
    net = mt.MLP((4, 5, 6, 3), hidden=hidden, output=output, seed=3)
    X, Y, loss, l2 = net.check_problem(X, one_hot(y), loss, l2)
    return NetworkProblem(net, X, Y, loss, l2, batch_size, seed=1)


def places(problem, spread=1.0):
    """Parameters of all sizes: some runs saturate, others don't."""
    size = np.geomspace(0.01, 30.0, RUNS)[:, None] * spread
    return size * np.random.default_rng(0).normal(size=(RUNS, problem.layout.size))


def assert_as_alone(problem, W, batch):
    with np.errstate(all="ignore"):
        costs, gradients = problem.evaluate_rows(W, batch)
        for theta, cost, gradient in zip(W, costs, gradients, strict=True):
            alone = problem.evaluate(theta, batch)
            np.testing.assert_allclose(cost, alone.loss, rtol=1e-13)
            np.testing.assert_allclose(gradient, alone.gradient, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("loss", mt.LOSSES)
@pytest.mark.parametrize("output", mt.ACTIVATIONS)
def test_every_loss_with_every_output(output, loss):
    problem = problem_of(output=output, loss=loss)
    assert_as_alone(problem, places(problem), problem.batch(3))


@pytest.mark.parametrize("hidden", mt.ACTIVATIONS)
def test_every_hidden_activation(hidden):
    problem = problem_of(hidden=hidden)
    assert_as_alone(problem, places(problem), problem.batch(4))


@pytest.mark.parametrize("batch_size", [None, 1, 20])
def test_batches_of_all_sizes_and_l2(batch_size):
    problem = problem_of(l2=0.3, batch_size=batch_size)
    assert_as_alone(problem, places(problem), problem.batch(1))


def test_costs_alone_over_other_data():
    problem = problem_of(l2=0.3)
    X, y = instances(300, seed=5)
    W = places(problem)
    costs = problem.costs_of_rows(W, X, one_hot(y).T)
    expected = [problem.net.with_parameters(theta).loss(X, y, l2=0.3) for theta in W]
    np.testing.assert_allclose(costs, expected, rtol=1e-12)


def test_runs_that_do_not_fit_into_the_cache_together_are_divided(monkeypatch):
    problem = problem_of()
    W, batch = places(problem), problem.batch(2)
    whole = problem.evaluate_rows(W, batch)
    monkeypatch.setattr(network_rows, "_AT_ONCE", 80)  # two runs of 6 units and 6 instances
    divided = problem.evaluate_rows(W, batch)
    for one, other in zip(whole, divided, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


@pytest.mark.parametrize("spread", [1.0, 1e-3])
def test_a_gradient_does_not_depend_on_the_other_runs(spread):
    problem = problem_of(hidden=("sigmoid", "tanh"))
    W, batch = places(problem, spread), problem.batch(2)
    together = problem.evaluate_rows(W, batch)[1]
    for theta, gradient in zip(W, together, strict=True):
        np.testing.assert_array_equal(problem.evaluate_rows(theta[None], batch)[1][0], gradient)


def long_way(Y, A):
    return (A - Y) / A.size


@pytest.mark.parametrize(
    "options",
    [{"loss": long_way}, {"hidden": lambda Z: Z * abs(Z)}],
    ids=["own loss", "own activation"],
)
def test_readers_own_functions_are_asked_run_by_run(options):
    """They may look at all instances: nobody knows."""
    problem = problem_of(**options)
    assert not network_rows.can_share(problem.net, problem.loss)
    assert_as_alone(problem, places(problem, 0.1), problem.batch(3))
    X, y = instances(9)
    with np.errstate(all="ignore"):
        costs = problem.costs_of_rows(places(problem, 0.1), X, one_hot(y).T)
        expected = [problem.score(theta, X, one_hot(y).T)[0] for theta in places(problem, 0.1)]
    np.testing.assert_array_equal(costs, expected)


@pytest.mark.parametrize(
    ("hidden", "loss", "shared"),
    [
        (["tanh", "relu"], mt.LOSSES["cross_entropy"], True),
        (["tanh", "relu"], mt.LOSSES["mse"], True),
        (["tanh", mt.own_activation(np.tanh)], mt.LOSSES["mse"], False),
        (["tanh", "relu"], replace(mt.LOSSES["mse"], title="a reader's own"), False),
    ],
)
def test_only_what_the_tables_hold_is_known_to_take_every_instance_by_itself(hidden, loss, shared):
    assert network_rows.can_share(mt.MLP((2, 3, 3, 1), hidden=hidden), loss) is shared
