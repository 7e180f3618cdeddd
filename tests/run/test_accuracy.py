"""Accuracy where targets name classes, and none where they do not."""

import numpy as np
import pytest
from examples import instances, one_hot

import mlpteach as mt
from mlpteach.run.accuracy import class_threshold, labels

REGRESSION = {"loss": "mse", "rule": mt.rule("gd", eta=0.01), "epochs": 3}


def signs(n=60, seed=0):
    """Return X (n, 2) and the sign of its first column, -1 or 1."""
    X = np.random.default_rng(seed).standard_normal((n, 2))
    return X, np.where(X[:, 0] > 0, 1.0, -1.0)


def train_on_signs(**options):
    X, y = signs()
    net = mt.MLP((2, 4, 1), hidden="tanh", output="tanh", seed=1)
    options = {"loss": "mse", "rule": mt.rule("adam", eta=0.05), "epochs": 15, **options}
    return mt.train(net, X, y, **options)


def test_targets_of_minus_one_and_one_are_judged_by_their_sign():
    _, y = signs()
    X_val, y_val = signs(300, seed=1)
    trace = train_on_signs(validation=(X_val, y_val))
    net = trace.network()
    right = np.mean(np.sign(net.outputs(X_val)[:, 0]) == y_val)
    assert right > 0.9
    assert trace.history["validation_accuracy"][-1] == pytest.approx(right)
    assert net.accuracy(X_val, y_val) == pytest.approx(right)
    assert np.mean(net.predict(X_val) == (y_val > 0)) == pytest.approx(right)
    said = [np.sign(step.A[3][0]) == y[step.batch] for step in trace if step.epoch == 15]
    assert trace.history["accuracy"][-1] == pytest.approx(np.concatenate(said).mean())


def test_validation_of_one_class_is_judged_as_the_training_is():
    X, y = signs(100, seed=2)
    trace = train_on_signs(validation=(X[y > 0], y[y > 0]))
    right = np.mean(trace.network().outputs(X[y > 0]) > 0)
    assert trace.history["validation_accuracy"][-1] == pytest.approx(right)


def test_a_tanh_output_trained_on_zero_and_one_is_judged_by_one_half():
    X, y = signs()
    net = mt.MLP((2, 4, 1), hidden="tanh", output="tanh", seed=1)
    assert net.threshold == 0.0
    trace = mt.train(net, X, y > 0, rule=mt.rule("adam", eta=0.05), epochs=15)
    above = trace.network().outputs(X)[:, 0] > 0.5
    np.testing.assert_array_equal(trace.network().predict(X), above)
    assert trace.network().accuracy(X, y > 0) == pytest.approx(np.mean(above == (y > 0)))


def test_rows_of_minus_one_and_one_name_the_class_of_the_one():
    X, y = instances(30)
    net = mt.MLP((4, 5, 3), output="tanh", seed=1)
    codes = 2.0 * one_hot(y) - 1.0
    trace = mt.train(net, X, codes, **REGRESSION)
    assert np.isfinite(trace.history["accuracy"]).all()
    assert trace.network().accuracy(X, codes) == trace.network().accuracy(X, y)


def check_no_accuracy(net, X, y, **options):
    trace = mt.train(net, X, y, **{**REGRESSION, **options, "validation": (X, y)})
    assert list(trace.history) == ["loss", "accuracy", "validation_loss", "validation_accuracy"]
    for name, values in trace.history.items():
        assert len(values) == 3
        assert np.isnan(values).all() == name.endswith("accuracy")
    with pytest.raises(ValueError, match="y must name a class for each instance"):
        trace.network().accuracy(X, y)


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_regression_has_no_accuracy(outputs):
    X, _ = instances(40)
    W = np.random.default_rng(1).standard_normal((4, outputs))
    check_no_accuracy(mt.MLP((4, outputs), output="linear"), X, 3 * X @ W + 7)


def test_digits_as_numbers_for_one_output_have_no_accuracy():
    X, y = mt.datasets.digits()
    check_no_accuracy(mt.MLP((64, 1), output="linear"), X[:100], y[:100])


@pytest.mark.parametrize("empty", [False, True])
def test_several_ones_a_row_or_none_have_no_accuracy(empty):
    X, y = instances(30)
    several = one_hot(y)
    several[3] = 0.0 if empty else [1.0, 1.0, 0.0]
    trace = mt.train(mt.MLP((4, 5, 3)), X, several, epochs=2)
    assert np.isnan(trace.history["accuracy"]).all()


@pytest.mark.parametrize(
    ("Y", "loss", "threshold"),
    [
        ([[0.0, 1.0]], "mse", 0.5),
        ([[0.0, 0.0]], "mse", 0.5),
        ([[1.0, 1.0]], "mse", 0.5),
        ([[-1.0, 1.0]], "mse", 0.0),
        ([[-1.0, -1.0]], "mse", 0.0),
        ([[0.9, 0.1]], "mse", None),
        ([[0.9, 0.1]], "cross_entropy", 0.5),
        ([[0.9, 0.5]], "cross_entropy", None),
        ([[0.0, 1.0, 2.0]], "mse", None),
        ([[0.1, 0.9], [0.9, 0.1]], "mse", 0.5),
        ([[0.7, 0.2], [0.3, 0.8]], "cross_entropy", 0.5),
        ([[0.5, 0.2], [0.5, 0.8]], "cross_entropy", None),
        ([[0.7, 0.2], [0.6, 0.8]], "cross_entropy", None),
        ([[1.0, 1.0], [0.0, 0.0]], "softmax_cross_entropy", 0.5),
    ],
)
def test_which_targets_name_classes(Y, loss, threshold):
    assert class_threshold(np.array(Y), mt.LOSSES[loss]) == threshold


def test_labels_of_one_output_and_of_several():
    assert labels(np.array([[-0.5, 0.2, 0.7]]), 0.0).tolist() == [0, 1, 1]
    assert labels(np.array([[-0.5, 0.2, 0.7]]), 0.5).tolist() == [0, 0, 1]
    assert labels(np.array([[0.1, 0.9], [0.2, 0.3]]), 0.5).tolist() == [1, 0]


# Targets that the output never reaches are a mistake.


@pytest.mark.parametrize(
    ("output", "y", "said"),
    [
        (
            "sigmoid",
            np.arange(10),
            r"y must lie in \[0, 1\].*'sigmoid'.*given 9. .*needs 10 outputs",
        ),
        ("tanh", np.arange(10), r"y must lie in \[-1, 1\].*given 9. .*needs 10 outputs"),
        (
            "sigmoid",
            np.linspace(-1, 1, 10),
            r"given -1. Use another output activation, such as lin",
        ),
        ("tanh", np.linspace(0, 7.25, 10), r"given 7.25. Use another output activation"),
        ("sigmoid", np.full(10, 1.00001), r"given 1.00001"),
    ],
)
def test_targets_that_an_output_never_reaches(output, y, said):
    X, _ = instances(10)
    with pytest.raises(ValueError, match=said):
        mt.train(mt.MLP((4, 1), output=output), X, y, loss="mse")


def test_targets_of_an_output_without_an_end_are_taken_as_they_are():
    X, _ = instances(10)
    for output in ("linear", "relu", "silu"):
        assert len(mt.train(mt.MLP((4, 1), output=output), X, np.arange(10), **REGRESSION)) == 3
    for y in (np.full(10, 1 + 1e-12), np.full(10, -1e-12)):
        assert len(mt.train(mt.MLP((4, 1)), X, y, **REGRESSION)) == 3
