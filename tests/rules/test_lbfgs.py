"""L-BFGS: its directions against a dense matrix, its steps against the strong Wolfe conditions."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from examples import instances, quadratic, same_bits
from scipy.optimize import minimize, rosen, rosen_der

import mlpteach as mt
from mlpteach.rules.lbfgs import two_loop

C1, C2 = 1e-4, 0.9


def rosenbrock(theta):
    return rosen(theta), rosen_der(theta)


def on_rosenbrock(steps=40, **values):
    return mt.descend(rosenbrock, [-1.2, 1.0], rule=mt.rule("lbfgs", **values), steps=steps)


def on_network(steps=15, l2=0.0):
    X, y = instances(n=30)
    net = mt.MLP((4, 6, 3), hidden="tanh", output="softmax", seed=2)
    return mt.train(
        net, X, y, rule="lbfgs", loss="softmax_cross_entropy", epochs=steps, batch_size=None, l2=l2
    )


RUNS = {
    "rosenbrock": on_rosenbrock,
    "rosenbrock, memory 2": lambda: on_rosenbrock(memory=2),
    "network": on_network,
    "network, l2": lambda: on_network(l2=0.01),
}


@pytest.fixture(scope="module", params=RUNS)
def trace(request):
    return RUNS[request.param]()


def dense_inverse_hessian(s_memory, y_memory):
    """Nocedal & Wright, equation 6.17, as full matrices, starting from equation 7.20."""
    s, y = s_memory[-1], y_memory[-1]
    H = (s @ y) / (y @ y) * np.eye(s.size)
    for s, y in zip(s_memory, y_memory, strict=True):
        left = np.eye(s.size) - np.outer(s, y) / (y @ s)
        H = left @ H @ left.T + np.outer(s, s) / (y @ s)
    return H


@pytest.mark.parametrize("pairs", [1, 2, 5, 12])
def test_the_two_loops_equal_the_dense_matrix(pairs):
    rng = np.random.default_rng(pairs)
    root = rng.standard_normal((6, 6))
    s = rng.standard_normal((pairs, 6))
    y = s @ (root @ root.T + np.eye(6))  # of a convex quadratic, so that s·y > 0
    G = rng.standard_normal(6)
    np.testing.assert_allclose(two_loop(G, s, y), dense_inverse_hessian(s, y) @ G, rtol=1e-9)


def test_finds_the_minimum_that_scipy_finds():
    found = minimize(rosen, [-1.2, 1.0], jac=rosen_der, method="L-BFGS-B", tol=1e-12)
    trace = on_rosenbrock()
    np.testing.assert_allclose(trace[-1].after.flat, found.x, atol=1e-6)
    values = [rosen(step.after.flat) for step in trace]
    needed = 1 + next(k for k, value in enumerate(values) if value < 1e-10)
    assert needed <= 1.25 * found.nit


def test_a_quadratic_needs_few_updates():
    trace = mt.descend(quadratic([1, 10, 100]), [1.0, -2.0, 0.5], rule="lbfgs", steps=20)
    assert np.abs(trace[-1].after.flat).max() < 1e-9


def test_every_step_meets_the_strong_wolfe_conditions(trace):
    for step, following in pairwise(trace):
        if step.step_length == 0.0:  # the minimum, in these numbers
            continue
        slope = step.gradient.flat @ step.direction.flat
        slope_after = following.gradient.flat @ step.direction.flat
        assert slope < 0
        assert following.loss <= step.loss + C1 * step.step_length * slope
        assert abs(slope_after) <= C2 * abs(slope)


def test_s_and_y_are_what_they_are_called(trace):
    for step, following in pairwise(trace):
        moved = step.after.flat - step.before.flat
        turned = following.gradient.flat - step.gradient.flat
        np.testing.assert_allclose(step.s.flat, moved, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(step.y.flat, turned, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(step.s.flat, step.step_length * step.direction.flat, rtol=1e-14)
        assert same_bits(step.rho.flat, -step.s.flat)


def test_the_direction_follows_from_the_pairs_before(trace):
    for step in trace[1:]:
        s, y = step.state_before["s_memory"], step.state_before["y_memory"]
        if step.step_length == 0.0 or not len(s):
            continue
        expected = -dense_inverse_hessian(s, y) @ step.gradient.flat
        scale = np.abs(expected).max()
        np.testing.assert_allclose(step.direction.flat, expected, rtol=1e-6, atol=1e-6 * scale)


def test_the_first_direction_is_the_gradient_of_length_one_at_most():
    step = on_rosenbrock(steps=1)[0]
    G = step.gradient.flat
    np.testing.assert_allclose(step.direction.flat, -G / np.linalg.norm(G), rtol=1e-14)
    gentle = mt.descend(quadratic([0.1]), [1.0], rule="lbfgs", steps=1)[0]
    np.testing.assert_allclose(gentle.direction.flat, -gentle.gradient.flat, rtol=1e-14)


@pytest.mark.parametrize("memory", [1, 3])
def test_the_memory_is_as_long_as_asked_for(memory):
    trace = on_rosenbrock(steps=8, memory=memory)
    held = [len(step.s_memory) for step in trace]
    assert max(held) == memory
    assert [step.s_memory.shape for step in trace] == [step.y_memory.shape for step in trace]
    last = trace[-1]
    assert same_bits(last.s_memory[-1], last.s.flat)
    assert same_bits(last.y_memory[-1], last.y.flat)


def test_at_the_minimum_nothing_moves():
    trace = mt.descend(quadratic([1, 10]), [0.0, 0.0], rule="lbfgs", steps=3)
    assert [step.step_length for step in trace] == [0.0, 0.0, 0.0]
    assert all((step.after.flat == 0.0).all() for step in trace)


def test_the_cost_of_a_network_falls_at_every_update():
    assert (np.diff(on_network(steps=30).losses) < 0).all()


def test_pairs_without_curvature_are_not_kept():
    """On a slope without end y = 0: no pair, and the run goes on."""

    def slope(theta):
        return float(theta.sum()), np.ones_like(theta)

    trace = mt.descend(slope, [0.0, 0.0], rule="lbfgs", steps=3)
    assert all(step.s_memory.shape == (0, 2) for step in trace)


def test_cost_without_a_lower_bound_is_descended_all_the_same():
    saddle = mt.LANDSCAPES["saddle"]
    trace = mt.descend(saddle, [1.0, 1.5], rule="lbfgs", steps=20)
    assert all(step.step_length > 0 for step in trace)
    assert trace.losses[-1] < trace.losses[0] - 10


# Where it has arrived.


@pytest.mark.parametrize("id", ["beale", "valley", "rosenbrock", "himmelblau"])
def test_where_it_has_arrived_it_says_so_and_tries_nothing_more(id):
    landscape = mt.LANDSCAPES[id]
    trace = mt.descend(landscape, landscape.start, rule="lbfgs", steps=60)
    assert len(trace) == 60
    assert repr(trace).endswith(f", arrived at update k = {trace.arrived}>")
    lengths = [step.step_length for step in trace]
    assert lengths.index(0.0) + 1 == trace.arrived < 50
    assert set(lengths[trace.arrived - 1 :]) == {0.0}
    assert set(trace.evaluations[trace.arrived :]) == {1}
    assert np.linalg.norm(trace[-1].gradient.flat) < 1e-6
    assert trace.evaluations.sum() < 200


def test_a_run_that_still_moves_has_not_arrived():
    assert on_rosenbrock(steps=5).arrived is None
    assert mt.descend(quadratic([1.0]), [0.0], rule="gd", steps=5).arrived is None


def test_another_gradient_at_the_same_place_is_followed_again():
    """Arrived at f_1's minimum at once; from the fifth update on there is a lower place."""

    def moved(theta, k):
        centre = 0.0 if k < 5 else 2.0
        return float((theta - centre) @ (theta - centre)), 2 * (theta - centre)

    trace = mt.descend(moved, [0.0], rule="lbfgs", steps=9)
    assert [step.step_length == 0.0 for step in trace][:5] == [True] * 4 + [False]
    assert trace[-1].after.flat[0] == pytest.approx(2.0)
    assert trace.arrived > 5


def test_scipy_is_not_needed():
    code = """
import sys
import mlpteach as mt
mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.5], rule="lbfgs", steps=5)
mt.datasets.digits()
print(*sys.modules)
"""
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    tops = {name.partition(".")[0] for name in loaded.stdout.split()}
    assert "mlpteach" in tops
    assert tops.isdisjoint({"scipy", "sklearn", "matplotlib", "pandas"})


def test_pairs_that_lead_uphill_are_dropped_and_the_gradient_is_followed():
    """With s y < 0 the matrix that the pairs imply is negative: its direction leads up."""
    objective, W = quadratic([1.0, 4.0]), np.array([3.0, 1.0])
    J, G = objective(W)
    pairs = np.array([[1.0, 0.0]]), np.array([[-1.0, 0.0]])
    rule = mt.rule("lbfgs")
    supplied = {"k": 2, "W": W, "G": G, "J": J, "objective": objective}
    state = {"G_previous": G + 1, "step_length": 1.0, "s_memory": pairs[0], "y_memory": pairs[1]}
    found = rule(supplied, state)
    np.testing.assert_allclose(found["direction"], -G / np.linalg.norm(G), rtol=1e-15)
    assert found["step_length"] > 0
    assert objective(W - found["rho"])[0] < J
    assert len(found["s_memory"]) == 1  # that of this step alone
    np.testing.assert_array_equal(found["s_memory"][0], -found["rho"])
