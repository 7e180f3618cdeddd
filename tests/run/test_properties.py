"""What holds for any numbers: bounds, symmetries, coverage, and travel as an identity."""

from itertools import pairwise

import numpy as np
import pytest
from examples import FUNCTION_RULES, same_bits, small_run
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import mlpteach as mt
from mlpteach.basics.parameters import ParameterLayout, Parameters

# The same examples in every run: a test that fails here fails everywhere.
settings.register_profile("engine", derandomize=True, deadline=None, max_examples=30, database=None)
ENGINE = settings.get_profile("engine")

numbers = st.floats(-1e3, 1e3, allow_subnormal=False)
vectors = arrays(float, 4, elements=numbers)
slopes = arrays(float, (12, 3), elements=st.floats(-1e6, 1e6, allow_subnormal=False))
fractions = st.just(0.0) | st.floats(1e-3, 0.99)
sizes = st.lists(st.integers(1, 6), min_size=2, max_size=5)


def follow(rule, gradients):
    """Return the quantities of each update of `rule` for the rows of `gradients` (updates, n)."""
    state = rule.initial_state(gradients[0])
    for k, G in enumerate(gradients, start=1):
        with np.errstate(all="ignore"):
            quantities = rule({"k": k, "G": G, "W": np.zeros_like(G)}, state)
        state = rule.next_state(quantities, G)
        yield quantities


def bowl(curvature):
    def objective(theta):
        return 0.5 * float((curvature * theta * theta).sum()), curvature * theta

    return objective


# Bounds.


@ENGINE
@given(vectors, st.floats(1e-5, 10.0), fractions, fractions)
@pytest.mark.parametrize("form", ["lecture", "paper"])
def test_adams_first_step_is_at_most_eta(form, G, eta, beta1, beta2):
    rule = mt.rule("adam", form=form, eta=eta, beta1=beta1, beta2=beta2)
    (first,) = follow(rule, G[None])
    assert (np.abs(first["rho"]) <= eta * (1 + 1e-12)).all()
    assert (first["rho"] * G >= 0).all()


@ENGINE
@given(slopes, fractions, fractions)
def test_adams_steps_are_bounded_by_cauchy_and_schwarz(gradients, beta1, beta2):
    """|M^| <= sqrt(sum a_i^2/b_i) sqrt(V^) for the weights a, b of the past in M^ and V^."""
    rule = mt.rule("adam", form="paper", eta=1.0, beta1=beta1, beta2=beta2)
    for k, quantities in enumerate(follow(rule, gradients), start=1):
        past = np.arange(k)
        a, b = (beta**past / (beta**past).sum() for beta in (beta1, beta2))
        ratio = np.divide(a**2, b, out=np.zeros(k), where=b > 0)
        if (b > 0).all():
            assert (np.abs(quantities["rho"]) <= np.sqrt(ratio.sum()) * (1 + 1e-9)).all()


@ENGINE
@given(slopes)
def test_amsgrads_second_moment_never_falls(gradients):
    kept = [quantities["V_max"] for quantities in follow(mt.rule("amsgrad"), gradients)]
    assert (np.diff(kept, axis=0) >= 0).all()


@ENGINE
@given(slopes, st.floats(1e-3, 1.0))
@pytest.mark.parametrize("form", ["lecture", "paper"])
def test_adagrads_steps_are_at_most_eta(form, gradients, eta):
    for quantities in follow(mt.rule("adagrad", form=form, eta=eta), gradients):
        assert (np.abs(quantities["rho"]) <= eta * (1 + 1e-12)).all()


@ENGINE
@given(slopes)
@pytest.mark.parametrize(("id", "form"), [pair for pair in FUNCTION_RULES if pair[0] != "nesterov"])
def test_moments_are_never_negative(id, form, gradients):
    rule = mt.rule(id, form)
    for quantities in follow(rule, gradients):
        for name, value in quantities.items():
            assert (value >= 0).all() or not rule.symbol(name).never_negative


# Symmetries: every rule is element-wise, so the order and the signs of the entries do not matter.


@ENGINE
@given(vectors, st.permutations(range(4)), arrays(float, 4, elements=st.sampled_from([-1.0, 1.0])))
@pytest.mark.parametrize(("id", "form"), FUNCTION_RULES)
def test_order_and_signs_of_the_entries(id, form, theta0, order, signs):
    curvature = np.array([1e-3, 0.1, 0.5, 1.0])
    rule = mt.rule(id, form)
    plain = mt.descend(bowl(curvature), theta0, rule=rule, steps=5)[-1].after.flat
    moved = mt.descend(bowl(curvature[order]), (signs * theta0)[order], rule=rule, steps=5)
    np.testing.assert_array_equal(moved[-1].after.flat, (signs * plain)[order])


@ENGINE
@given(vectors, st.integers(-20, 20))
def test_gradient_descent_trades_eta_for_the_scale_of_the_cost(theta0, power):
    scale = 2.0**power  # a power of two rounds nothing
    plain = mt.descend(bowl(np.ones(4)), theta0, rule=mt.rule("gd", eta=0.25), steps=5)
    rule = mt.rule("gd", eta=0.25 / scale)
    scaled = mt.descend(bowl(scale * np.ones(4)), theta0, rule=rule, steps=5)
    assert same_bits(plain[-1].after.flat, scaled[-1].after.flat)


@ENGINE
@given(slopes, st.integers(-20, 20))
@pytest.mark.parametrize("id", ["adam", "nadam", "rmsprop", "adagrad", "amsgrad"])
def test_adaptive_rules_do_not_see_the_scale_of_the_cost(id, gradients, power):
    gradients = np.where(np.abs(gradients) < 1e-3, 1e-3, gradients)
    rule = mt.rule(id, form="paper", eps=0.0)
    for plain, scaled in zip(
        follow(rule, gradients), follow(rule, 2.0**power * gradients), strict=True
    ):
        np.testing.assert_array_equal(plain["rho"], scaled["rho"])


@ENGINE
@given(vectors, st.integers(0, 2**32 - 1))
def test_gradient_descent_does_not_see_a_rotation(theta0, seed):
    Q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((4, 4)))
    curvature = np.diag([0.1, 0.5, 1.0, 2.0])

    def descend(matrix, start):
        def objective(theta):
            return 0.5 * float(theta @ matrix @ theta), matrix @ theta

        return mt.descend(objective, start, rule=mt.rule("gd", eta=0.3), steps=6)[-1].after.flat

    turned = descend(Q @ curvature @ Q.T, Q @ theta0)
    scale = 1 + np.abs(theta0).max()
    np.testing.assert_allclose(turned, Q @ descend(curvature, theta0), atol=1e-12 * scale)


# Parameters: one vector, seen as matrices.


@ENGINE
@given(sizes)
def test_flat_and_matrices_are_the_same_numbers(sizes):
    layout = ParameterLayout(sizes)
    pairs = list(pairwise(sizes))
    assert layout.size == sum(n_out * (n_in + 1) for n_in, n_out in pairs)
    parameters = Parameters(np.arange(layout.size, dtype=float), layout)
    joined = []
    for layer, (n_in, n_out) in enumerate(pairs, start=1):
        W, b = parameters.W[layer], parameters.b[layer]
        assert (W.shape, b.shape) == ((n_out, n_in), (n_out,))
        assert layout.where(int(W[-1, -1])) == f"W^({layer})[{n_out - 1}, {n_in - 1}]"
        assert layout.where(int(b[-1])) == f"b^({layer})[{n_out - 1}]"
        joined += [W.ravel(), b]
    assert same_bits(np.concatenate(joined), parameters.flat)


@ENGINE
@given(sizes, st.integers(0, 1000))
def test_weights_given_come_back(sizes, seed):
    net = mt.MLP(sizes, init="nielsen", seed=seed)
    again = mt.MLP(sizes, weights=[(net.W[layer], net.b[layer]) for layer in net.W])
    assert same_bits(net.parameters.flat, again.parameters.flat)


# Batches and travel.


@ENGINE
@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 2**31))
def test_any_batch_size_uses_every_instance_once_an_epoch(n, batch_size, seed):
    X = np.zeros((n, 1))
    trace = mt.train(mt.MLP((1, 1)), X, X, epochs=2, batch_size=batch_size, seed=seed)
    assert len(trace) == 2 * -(-n // batch_size)
    for number in (1, 2):
        used = [step.batch for step in trace if step.epoch == number]
        np.testing.assert_array_equal(np.sort(np.concatenate(used)), np.arange(n))
        assert {len(batch) for batch in used[:-1]} <= {batch_size}


TRACE = small_run(epochs=12)  # 48 updates
AFTER = [step.after.flat.tobytes() for step in TRACE]


@ENGINE
@given(st.lists(st.integers(-48, 47), min_size=1, max_size=12))
def test_any_order_of_looking_shows_the_same(indices):
    assert [TRACE[i].after.flat.tobytes() for i in indices] == [AFTER[i] for i in indices]


@ENGINE
@given(st.lists(st.sampled_from(["line", "update", "epoch"]), max_size=8))
def test_there_and_back_is_the_identity(units):
    """From the middle, so that no end is met on the way."""
    cursor = mt.Cursor(TRACE, k=9)
    start = repr(cursor), cursor.value.flat.tobytes()
    for unit in units:
        cursor.forward(unit)
    for unit in reversed(units):
        cursor.back(unit)
    assert (repr(cursor), cursor.value.flat.tobytes()) == start


@ENGINE
@given(st.integers(2, 30), st.integers(0, 1000))
def test_the_order_of_the_instances_does_not_matter_to_a_full_batch(n, seed):
    rng = np.random.default_rng(seed)
    X, y, order = rng.standard_normal((n, 3)), rng.integers(0, 2, n), rng.permutation(n)
    net = mt.MLP((3, 4, 2), seed=seed)

    def train(X, y):
        return mt.train(net, X, y, rule="gd", epochs=3, batch_size=None)[-1].after.flat

    np.testing.assert_allclose(train(X, y), train(X[order], y[order]), rtol=1e-10, atol=1e-13)


# Schedules.


@ENGINE
@given(st.floats(1e-4, 0.99), st.floats(1e-4, 1.0), st.integers(1, 1000))
@pytest.mark.parametrize("id", ["cooling", "exponential", "staircase"])
def test_a_schedule_never_heats(id, eta, value, k):
    schedule = mt.schedule(id, **{"eps" if id == "cooling" else "d": value})
    now, later = (schedule.advance(schedule.start(), k + i, 1.0, eta)[0] for i in (0, 1))
    assert 0.0 <= later <= now <= 1.0


@ENGINE
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_the_adaptive_step_shrinks_once_for_each_cost_that_did_not_fall(costs, shrink):
    schedule = mt.schedule("adaptive", shrink=shrink)
    state = schedule.start()
    for k, cost in enumerate(costs, start=1):
        state = schedule.advance(state, k, cost, 0.1)
    rises = sum(later >= earlier for earlier, later in pairwise(costs))
    assert state[0] == pytest.approx(shrink**rises, rel=1e-9)
