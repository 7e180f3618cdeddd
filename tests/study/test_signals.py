"""Signals on their way through the layers: against the trace and against numbers by hand."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.signals import BINS, EXPONENTS, is_saturated, measure, moments


@pytest.fixture(scope="module")
def run():
    """A full batch, so that a step of the trace holds all that is measured."""
    X, y = mt.datasets.moons(n=250, seed=1)  # more than are evaluated at once
    net = mt.MLP((2, 6, 5, 1), hidden=("tanh", "relu"), init="he", seed=2)
    rule = mt.rule("gd", eta=0.5)
    trace = mt.train(net, X, y, rule=rule, epochs=30, batch_size=None, l2=0.01)
    return trace, X, y, measure(trace, X, y, [1, 2, 30])


def test_everything_agrees_with_the_trace(run):
    trace, _, y, signals = run
    for i, k in enumerate([1, 2, 30]):
        step = trace[k - 1]
        assert signals.loss[i] == pytest.approx(step.loss, rel=1e-12)
        assert signals.right[i] == np.sum((step.A[4][0] > 0.5) == y)
        for layer in (1, 2, 3):
            V, G = step.sensitivity[layer], step.gradient.W[layer]
            assert signals.sensitivity[i, layer - 1] == pytest.approx(np.sqrt(np.mean(V**2)))
            assert signals.gradient[i, layer - 1] == pytest.approx(np.sqrt(np.mean(G**2)))
            counted = np.histogram(np.log10(np.maximum(np.abs(G), 1e-12)), EXPONENTS)[0]
            np.testing.assert_array_equal(signals.gradient_counts[i, layer - 1], counted)


def test_saturated_and_dead_units_are_counted_by_hand(run):
    trace, _, _, signals = run
    for i, k in enumerate([1, 2, 30]):
        Z = trace[k - 1].Z
        off = Z[2] <= 0.0
        flat = np.abs(Z[1]) > np.arctanh(np.sqrt(0.99))  # 1 - tanh^2 = 0.01
        np.testing.assert_allclose(signals.saturated[i], [flat.mean(), off.mean()])
        np.testing.assert_array_equal(
            signals.dead[i], [flat.all(axis=1).sum(), (trace[k - 1].A[3] == 0).all(axis=1).sum()]
        )


def test_all_units_and_instances_are_in_the_histograms(run):
    _, _, _, signals = run
    np.testing.assert_array_equal(signals.A_counts.sum(axis=-1), [[6 * 250, 5 * 250]] * 3)
    np.testing.assert_array_equal(signals.sensitivity_counts.sum(axis=-1), [[1500, 1250, 250]] * 3)
    np.testing.assert_array_equal(signals.gradient_counts.sum(axis=-1), [[12, 30, 5]] * 3)
    assert signals.A_counts.shape[-1] == BINS == len(signals.A_edges) - 1


def test_sigmoids_lie_between_0_and_1():
    X, y = mt.datasets.moons(n=40, seed=1)
    trace = mt.train(mt.MLP((2, 5, 1), seed=1), X, y, epochs=1)
    signals = measure(trace, X, y, [1])
    np.testing.assert_allclose(signals.A_edges[[0, -1]], [0.0, 1.0])
    counted = np.histogram(trace.network(0).forward(trace[0].before.flat, X.T)[0][1],
                           signals.A_edges)[0]  # fmt: skip
    np.testing.assert_array_equal(signals.A_counts[0, 0], counted)


def one_unit_a_layer(X, hidden, eta=1.0):
    """A run on targets 0 where A^(2) = phi(x) before the first update, and A^(3) = A^(2)."""
    net = mt.MLP((1, 1, 1), hidden=hidden, output="linear", weights=[([[1.0]], [0.0])] * 2)
    rule = mt.rule("gd", eta=eta)
    return mt.train(net, X, [0.0, 0.0], loss="mse", rule=rule, epochs=3, batch_size=None)


@pytest.mark.parametrize(
    ("X", "highest"),
    [
        ([[1.0], [3.0]], 5.0),  # mean 2, three standard deviations of 1
        ([[1.0], [3.2]], 10.0),  # 2.1 + 3.3 = 5.4
        ([[0.375], [1.125]], 2.0),  # 0.75 + 1.125 = 1.875
        ([[0.03], [0.01]], 0.05),
        ([[0.0], [0.0]], 1.0),
    ],
)
def test_bins_of_relu_begin_at_0_and_end_at_a_round_number(X, highest):
    signals = measure(one_unit_a_layer(X, "relu"), X, [0.0, 0.0], [1])
    np.testing.assert_allclose(signals.A_edges[[0, -1]], [0.0, highest])


@pytest.mark.parametrize(
    ("eta", "reach"),
    [
        # dJ/dW = 10, dJ/db = 4: at update 2, A = (1 - 10 eta) x - 4 eta.
        (1.0, 50_000.0),  # (1, 3), (-13, -31) reaches 49, then 45653: 932 times as much
        (10.0, 1000.0),  # (1, 3), (-139, -337) reaches 535, then 6e8: a million times as much
    ],
)
def test_the_moment_before_a_divergence_does_not_hide_the_others(eta, reach):
    X = [[1.0], [3.0]]
    signals = measure(one_unit_a_layer(X, "linear", eta), X, [0.0, 0.0], [1, 2, 3])
    np.testing.assert_allclose(signals.A_edges[[0, -1]], [-reach, reach])


def test_zeros_wake_one_layer_at_each_update():
    """W = 0 passes nothing back; the last layer moves first, then the one before it."""
    X, y = mt.datasets.moons(n=41, seed=1)  # as many of both classes would leave nothing to learn
    net = mt.MLP((2, 3, 3, 3, 1), hidden="sigmoid", init="zeros")
    trace = mt.train(net, X, y, rule=mt.rule("gd", eta=0.5), epochs=4, batch_size=None)
    moving = measure(trace, X, y, [1, 2, 3, 4]).gradient > 0
    assert moving.tolist() == [[layer >= 4 - i for layer in (1, 2, 3, 4)] for i in range(4)]


def test_a_run_that_diverged_gives_nan_from_there_on():
    X, y = mt.datasets.moons(n=40, seed=1)
    net = mt.MLP((2, 5, 5, 1), hidden="relu", output="linear", init="uniform")
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.train(net, X, y, loss="mse", rule=mt.rule("gd", eta=1e8), epochs=40)
    signals = measure(trace, X, y, [1, trace.diverged.k - 1, trace.diverged.k, trace.planned])
    for name in ("loss", "gradient", "saturated", "dead", "A_counts", "gradient_counts"):
        values = getattr(signals, name)
        assert np.isfinite(values[:2]).all(), name
        assert np.isnan(values[2:]).all(), name
    assert np.isfinite(signals.A_edges).all()
    assert signals.A_edges[-1] > 1


def test_a_run_that_broke_at_once_has_no_numbers():
    X, y = mt.datasets.moons(n=40, seed=1)
    net = mt.MLP((2, 5, 1), hidden="relu", output="linear")
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.train(net, X * 1e200, y, loss="mse", rule="gd", epochs=1)
    signals = measure(trace, X * 1e200, y, [1, 2])
    assert np.isnan(signals.loss).all()
    assert np.isfinite(signals.A_edges).all()


@pytest.mark.parametrize(
    ("id", "inside", "outside"),
    [
        ("sigmoid", 5.98635, 5.98655),  # s (1 - s) = 0.0025 at ln(397.9975) = 5.98645
        ("tanh", -2.99312, -2.99332),  # 1 - tanh^2 = 0.01 at artanh(sqrt(0.99)) = 2.99322
        ("relu", 1e-9, 0.0),
    ],
)
def test_where_saturation_begins(id, inside, outside):
    assert is_saturated(mt.ACTIVATIONS[id], [inside, outside]).tolist() == [False, True]


def test_steepest_silu():
    """The largest derivative of SiLU lies where 2 = z tanh(z/2): z = 2.39936."""
    z = 2.3993572805154
    s = 1 / (1 + np.exp(-z))
    assert z * np.tanh(z / 2) == pytest.approx(2.0)
    assert mt.ACTIVATIONS["silu"].steepest == pytest.approx(s * (1 + z * (1 - s)), rel=1e-7)


@pytest.mark.parametrize("updates", [1, 5, 16, 17, 40, 171, 570, 5000])
def test_moments_lie_in_the_run_and_stay_few(updates):
    ks = moments(updates)
    assert ks == sorted(set(ks))
    assert ks[0] == 1
    assert ks[-1] == updates
    assert np.diff(ks).max(initial=0) <= max(16, updates / 20)
    assert len(ks) <= 60


@pytest.mark.parametrize("ks", [[], [2, 1], [1, 1]])
def test_moments_must_increase(run, ks):
    trace, X, y, _ = run
    with pytest.raises(ValueError, match="increasing order"):
        measure(trace, X, y, ks)


def test_moments_are_counted_from_1(run):
    trace, X, y, _ = run
    with pytest.raises(ValueError, match="each of ks must be a whole number >= 1; given 0"):
        measure(trace, X, y, [0])
