"""The benchmark runs; how fast anything is, is not tested."""

import numpy as np
import pytest
from benchmarks import engine
from examples import instances


@pytest.fixture
def task():
    X, y = instances(20)
    return engine.Task("small", X, y, hidden=5, batch_size=6, epochs=2)


def test_speed(task):
    rows = engine.speed(task, 1, over_hand=1.4, over_scikit_learn=3, over_pytorch=10)
    names = {"time over a loop by hand", "cost of the record", "speed over scikit-learn"}
    if engine.has_pytorch():
        names |= {f"speed over PyTorch, {way}" for way in ("batches by indexing", "its DataLoader")}
    assert {row.name.removeprefix("small: ") for row in rows} == names
    assert all(np.isfinite(row.value) for row in rows)


def test_all_contestants_train_the_same_network(task):
    trace, sklearn = task.train(), task.train_scikit_learn()
    assert (len(trace), trace.epochs) == (8, 2)
    assert [W.shape for W in sklearn.coefs_] == [(4, 5), (5, 3)]
    assert (sklearn.out_activation_, sklearn.n_iter_, sklearn.t_) == ("softmax", 2, 40)


def test_the_loop_by_hand_gives_the_same_numbers(task):
    trace, (weights, costs) = task.train(), task.train_by_hand()
    np.testing.assert_allclose(costs, trace.losses, rtol=1e-12)
    after = trace[-1].after
    for W, b, layer in zip(weights[::2], weights[1::2], (1, 2), strict=True):
        np.testing.assert_allclose(W.T, after.W[layer], rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(b, after.b[layer], rtol=1e-11, atol=1e-14)


def test_travel(task):
    rows = engine.travel(task, seeks=3)
    assert [row.unit for row in rows] == ["MB", "ms", "ms"]
    assert all(row.value > 0 for row in rows)


def test_busy():
    (row,) = engine.busy(neighbours=1, repeats=1, n=512)
    assert row.value > 0


def test_importing():
    alone, loaded, _ = engine.importing(repeats=1)
    assert 0 < alone.value < loaded.value


@pytest.mark.parametrize(
    ("value", "more_is_better", "kept"),
    [(2.0, True, False), (3.0, True, True), (4.0, False, False), (3.0, False, True)],
)
def test_a_missed_limit_is_marked(value, more_is_better, kept):
    row = engine.Row("speed", value, "times", 3, more_is_better)
    assert row.kept == kept
    assert ("MISSED" in str(row)) == (not kept)
