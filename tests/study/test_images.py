"""What is an image, and which of them a network gets wrong, against plain NumPy."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.images import image_side, wrong_answers

RNG = np.random.default_rng(0)
DIGITS, LABELS = mt.datasets.digits()


def blobs(side, n=60):
    """Images of a soft spot somewhere."""
    down, right = np.mgrid[:side, :side]
    places = RNG.uniform(0, side, (n, 2, 1, 1))
    away = (down - places[:, 0]) ** 2 + (right - places[:, 1]) ** 2
    return np.exp(-away / side).reshape(n, -1)


@pytest.mark.parametrize("side", [5, 8, 13, 28])
def test_square_images_are_seen(side):
    assert image_side(blobs(side)) == side
    assert image_side(200 * blobs(side) - 90) == side


def test_digits_are_images_and_stay_so_in_any_order_of_the_instances():
    assert image_side(DIGITS) == image_side(DIGITS[RNG.permutation(len(DIGITS))]) == 8


@pytest.mark.parametrize(
    "X",
    [
        DIGITS[:, RNG.permutation(64)],  # pixels in disorder
        RNG.normal(size=(300, 64)),
        RNG.normal(size=(300, 64)) + np.arange(64),  # columns on other scales
        np.cumsum(RNG.normal(size=(300, 64)), axis=1),  # a series
        blobs(8)[:, :63],
        blobs(4),
        np.ones((20, 64)),
        mt.datasets.moons(n=20)[0],
        DIGITS[:1] * 0.0,
    ],
)
def test_other_data_are_none(X):
    assert image_side(X) == 0


def by_hand(net, X, y, most):
    """Return (row, label, given) of the wrong answers, those with the largest lead first."""
    A = net.outputs(X)
    found = []
    for row, (outputs, right) in enumerate(zip(A, y, strict=True)):
        given = int(np.argmax(outputs))
        if given != right:
            found.append((outputs[given] - outputs[right], row, int(right), given))
    ordered = sorted(found, key=lambda one: -one[0])
    return [one[1:] for one in ordered[:most]], len(found)


def test_wrong_answers_are_those_it_is_surest_of():
    net = mt.MLP((64, 12, 10), seed=2)
    trace = mt.train(net, DIGITS[:900], LABELS[:900], epochs=2, progress=False)
    X, y = DIGITS[900:], LABELS[900:]
    found = wrong_answers(trace.run.problem, trace[-1].after.flat, X, np.eye(10)[y].T, 7)
    expected, total = by_hand(trace.network(), X, y, 7)
    assert list(zip(*map(np.ndarray.tolist, found[:3]), strict=True)) == expected
    assert found.total == total > 7


def test_wrong_answers_of_a_single_output():
    X, y = mt.datasets.moons(n=80, seed=3)
    trace = mt.train(mt.MLP((2, 3, 1), seed=1), X, y, epochs=1, progress=False)
    found = wrong_answers(trace.run.problem, trace[-1].after.flat, X, y[None], 80)
    outputs = trace.network().outputs(X).ravel()
    wrong = np.flatnonzero((outputs > 0.5) != y)
    assert sorted(found.rows) == wrong.tolist()
    assert (np.diff(np.abs(outputs[found.rows] - 0.5)) <= 0).all()
    np.testing.assert_array_equal(found.given, 1 - found.right)


def test_no_wrong_answers():
    X, y = mt.datasets.moons(n=10, seed=1)
    trace = mt.train(mt.MLP((2, 3, 1)), X, y, epochs=1, progress=False)
    right = (trace.network().outputs(X).ravel() > 0.5)[None].astype(float)
    found = wrong_answers(trace.run.problem, trace[-1].after.flat, X, right, 5)
    assert found.total == len(found.rows) == 0
