"""From which starts a rule diverges, against runs by themselves and against theory."""

import math

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.train import quietly
from mlpteach.study.diverging import diverges, grid_of_starts
from mlpteach.tables.landscapes import noisy, own_landscape


def lost_from(rule, starts, landscape, objective=None, updates=200):
    problem = FunctionProblem(objective or landscape, np.array(landscape.start))
    return diverges(rule, problem, np.array(starts), landscape.window, updates)


def square(half, n):
    """A grid of n by n starts from -half to half, (n², 2)."""
    ends = np.linspace(-half, half, n)
    return np.stack(np.meshgrid(ends, ends), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(mt.rule("gd", eta=0.01), 84), (mt.rule("momentum", "paper", eta=0.002), 74)],
    ids=["gd", "momentum"],
)
def test_from_most_of_beale_s_map_descent_and_momentum_diverge(rule, expected):
    """69 and 61 of 100 starts, as they were counted click by click."""
    beale = mt.LANDSCAPES["beale"]
    lost = lost_from(rule, square(4.3, 11), beale)
    assert lost.sum() == expected
    assert not lost_from(rule, [beale.start], beale)[0]


RULES = [
    mt.rule("gd", eta=0.002),
    mt.rule("momentum", "paper", eta=0.0005),
    mt.rule("nesterov").with_step_size(0.001),
    mt.rule("adam", eta=0.5),
    mt.rule("rmsprop", eta=0.1),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("sigma", [0.0, 3.0])
def test_together_is_as_alone(rule, sigma):
    landscape = mt.LANDSCAPES["rosenbrock"]
    objective = noisy(landscape, sigma, 2) if sigma else landscape
    starts = grid_of_starts(landscape, 7).reshape(-1, 2)

    def alone(start):
        trace = quietly(mt.descend, objective, start, rule=rule, steps=80)
        if trace.diverged is not None:
            return True
        x_min, x_max, y_min, y_max = landscape.window
        x, y = trace[-1].after.flat
        off = not (x_min <= x <= x_max and y_min <= y <= y_max)
        return bool(off and trace.losses[-1] > trace.losses[0])

    found = lost_from(rule, starts, landscape, objective, 80)
    assert found.tolist() == [alone(start) for start in starts]


@pytest.mark.parametrize(("eta", "lost"), [(0.0199, False), (0.0209, True)])
def test_in_the_valley_descent_diverges_beyond_two_over_the_curvature(eta, lost):
    valley = mt.LANDSCAPES["valley"]  # curvatures 1 and 100
    starts = np.array([[3.0, 0.5], [-1.0, -0.9]])
    assert lost_from(mt.rule("gd", eta=eta), starts, valley).tolist() == [lost] * 2
    in_the_middle = [[3.0, 0.0]]
    assert not lost_from(mt.rule("gd", eta=eta), in_the_middle, valley)[0]


def test_to_run_down_a_saddle_is_not_to_diverge():
    saddle = mt.LANDSCAPES["saddle"]
    starts = grid_of_starts(saddle, 8).reshape(-1, 2)
    assert not lost_from(mt.rule("gd", eta=0.02), starts, saddle).any()


def test_a_rule_that_looks_at_more_than_single_entries_is_not_asked():
    beale = mt.LANDSCAPES["beale"]
    assert lost_from(mt.rule("lbfgs"), square(4.0, 3), beale) is None

    def clipped(k, G, *, eta=0.1):
        return {"rho": eta * G / max(1.0, np.linalg.norm(G))}

    assert lost_from(mt.rule(clipped), square(4.0, 3), beale) is None


def test_a_function_of_plain_numbers_may_overflow_or_have_no_value():
    def steep(W):
        x, y = W.tolist()
        return x**4 + y**2, np.array([4 * x**3, 2 * y])

    def root(W):
        return math.sqrt(W[0]) + W[1] ** 2, np.array([0.5 / math.sqrt(W[0]), 2 * W[1]])

    rule, starts = mt.rule("gd", eta=0.2), np.array([[0.5, 0.5], [2.5, 0.5]])
    landscape = own_landscape(steep, (-3, 3, -3, 3))
    assert lost_from(rule, starts, landscape).tolist() == [False, True]
    landscape = own_landscape(root, (0, 3, -3, 3), start=(1.0, 1.0))
    starts = np.array([[0.1, 0.5], [300.0, 0.5]])
    assert lost_from(rule, starts, landscape).tolist() == [True, False]


def test_starts_are_the_middles_of_cells():
    starts = grid_of_starts(mt.LANDSCAPES["beale"], 3)
    assert starts.shape == (3, 3, 2)
    np.testing.assert_allclose(starts[0, 0], [-3.0, -3.0])
    np.testing.assert_allclose(starts[2, 1], [0.0, 3.0], atol=1e-15)
