"""A reader's own cost function: right, wrong, with kinks, with mistakes."""

import numpy as np
import pytest
from examples import instances

import mlpteach as mt


def squares(Y, A):
    return float(((Y - A) ** 2).sum())


def squares_slope(Y, A):
    return -2.0 * (Y - A)


def train(loss, output="sigmoid", batch_size=6):
    X, y = instances(n=20)
    net = mt.MLP((4, 5, 3), output=output, seed=3)
    return mt.train(net, X, y, loss=loss, epochs=3, batch_size=batch_size)


@pytest.mark.parametrize(
    ("own", "rtol"),
    [
        (mt.own_cost(squares, squares_slope), 1e-13),
        (mt.own_cost(lambda Y, A: (Y - A) ** 2), 1e-9),
        (mt.own_cost(lambda Y, A: ((Y - A) ** 2).sum(axis=0)), 1e-9),
    ],
    ids=["with a derivative", "of each output", "of each instance"],
)
def test_own_squares_train_as_mse(own, rtol):
    ours, own = train("mse"), train(own)
    np.testing.assert_allclose(own[-1].after.flat, ours[-1].after.flat, rtol=rtol)
    np.testing.assert_allclose(own.history["loss"], ours.history["loss"], rtol=rtol)


@pytest.mark.parametrize("output", ["sigmoid", "tanh", "relu", "linear", "softmax"])
def test_its_gradient_is_right_with_every_output(output):
    X, y = instances(n=9)
    net = mt.MLP((4, 5, 3), hidden="tanh", output=output, seed=3)
    huber = mt.own_cost(
        lambda Y, A: np.where(np.abs(A - Y) < 0.3, (A - Y) ** 2 / 0.6, np.abs(A - Y) - 0.15),
        lambda Y, A: np.clip((A - Y) / 0.3, -1.0, 1.0),
    )
    assert mt.gradient_check(net, X, y, loss=huber).passed


def test_it_is_the_cost_of_an_own_sensitivity():
    """Cost and V^(2) are both one's own, and a gradient check holds one against the other."""
    own = mt.own_cost(squares, squares_slope)
    right = mt.own_loss(lambda Y, A: -2 * (Y - A) * A * (1 - A), cost=own)
    wrong = mt.own_loss(lambda Y, A: -2 * (Y - A), cost=own)
    X, y = instances(n=9)
    net = mt.MLP((4, 5, 3), seed=3)
    assert mt.gradient_check(net, X, y, loss=right).passed
    assert not mt.gradient_check(net, X, y, loss=wrong).passed


def test_its_targets_are_checked():
    own = mt.own_cost(squares, squares_slope, targets="unit")
    X, _ = instances(n=4)
    with pytest.raises(ValueError, match=r"y must lie in \[0, 1\] for loss='squares'; given 2"):
        mt.train(mt.MLP((4, 1)), X, [0.0, 1.0, 2.0, 0.0], loss=own)


KINKED = {
    "absolute": (lambda Y, A: np.abs(A - Y), lambda Y, A: np.sign(A - Y)),
    "hinge": (lambda Y, A: np.maximum(0, 1 - (2 * Y - 1) * A),
              lambda Y, A: np.where((2 * Y - 1) * A < 1, 1 - 2 * Y, 0.0)),
    "largest": (lambda Y, A: np.max(np.abs(A - Y), axis=0),
                lambda Y, A: np.sign(A - Y) * (np.abs(A - Y) == np.abs(A - Y).max(axis=0))),
    "cross-entropy, no number outside of (0, 1)": (
        lambda Y, A: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)),
        lambda Y, A: (A - Y) / (A * (1 - A))),
}  # fmt: skip


@pytest.mark.parametrize("id", KINKED)
def test_a_kink_or_an_edge_is_not_refused(id):
    cost, derivative = KINKED[id]
    for targets in ("real", "unit", "distribution"):
        assert mt.own_cost(cost, derivative, targets).targets == targets


WRONG = {
    "sign": (squares, lambda Y, A: 2 * (Y - A)),
    "mean over the outputs": (squares, lambda Y, A: -2 * (Y - A) / len(A)),
    "one output": (squares, lambda Y, A: np.where(np.arange(3)[:, None] == 1, 0, -2 * (Y - A))),
    "far away": (lambda Y, A: np.where(abs(A - Y) < 1, (A - Y) ** 2 / 2, abs(A - Y) - 0.5),
                 lambda Y, A: A - Y),
    "not a number": (squares, lambda Y, A: np.full_like(A, np.nan)),
}  # fmt: skip


@pytest.mark.parametrize("id", WRONG)
def test_a_wrong_derivative_is_refused_with_the_difference_beside_it(id):
    cost, derivative = WRONG[id]
    with pytest.raises(ValueError, match=r"is wrong at y = ") as raised:
        mt.own_cost(cost, derivative)
    words = str(raised.value)
    place, given, expected = (float(word) for word in _numbers(words))
    y = float(words.partition("y = ")[2].partition(",")[0])
    assert "output" in words
    if id != "far away":
        assert expected == pytest.approx(-2 * (y - place), abs=1e-3)
    assert not np.isclose(given, expected)


def _numbers(words):
    for start, end in (("a = ", ":"), ("it gives ", ","), ("the finite difference ", " (")):
        yield words.partition(start)[2].partition(end)[0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("mse",), TypeError, "cost must be a function .*; given 'mse'"),
        ((squares, 1), TypeError, "derivative must be a function"),
        ((squares, squares_slope, "any"), ValueError, "targets='any' is unknown; allowed: real"),
        ((squares,), TypeError, "one number for all instances: give its derivative"),
        ((lambda Y, A: ((Y - A) ** 2).mean(), squares_slope), ValueError,
         "must be summed over the instances"),
        ((lambda Y, A: (Y - A)[:2], squares_slope), ValueError,
         r"of each of the 8 instances or of each output \(3, 8\); it returned an array of shape"),
        ((lambda Y, A: None, squares_slope), TypeError, "must return numbers; it returned None"),
        ((lambda Y, A: np.log(-A), squares_slope), ValueError, r"must be finite for A in \(0, 1\)"),
        ((squares, lambda Y, A: (Y - A)[0]), ValueError, "must return an array of the shape of A"),
    ],
)  # fmt: skip
def test_what_is_no_cost(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.own_cost(*arguments)


def test_an_error_of_ones_own_is_told_where_it_was_raised():
    def broken(Y, A):
        return Y.nothing

    with pytest.raises(AttributeError) as raised:
        mt.own_cost(broken)
    assert "raised in your function 'broken', of arrays Y and A of (3, 8)" in raised.value.__notes__


def test_what_it_does_to_its_arguments_stays_its_own_affair():
    def greedy(Y, A):
        A -= Y
        return A**2

    np.testing.assert_allclose(
        train(mt.own_cost(greedy))[-1].after.flat, train("mse")[-1].after.flat, rtol=1e-9
    )


def test_a_cost_is_written_with_its_name_where_it_has_one():
    def mean_square(A, Y):
        return (A - Y) ** 2

    assert mt.own_cost(mean_square).latex == r"J = \mathrm{mean\_square}(Y, A)"
    assert mt.own_cost(lambda A, Y: (A - Y) ** 2).latex == ""


def test_it_is_tried_with_the_targets_that_it_is_made_for():
    """A class for each instance where targets are probabilities; else any numbers."""
    seen = []

    def cost(Y, A):
        seen.append((Y.copy(), A.copy()))
        return ((Y - A) ** 2).sum(axis=0)

    def slope(Y, A):
        return 2.0 * (A - Y)

    mt.own_cost(cost, slope, targets="distribution")
    assert all(np.isin(Y, (0.0, 1.0)).all() and (Y.sum(axis=0) == 1).all() for Y, _ in seen)
    assert all(((A > 0) & (A < 1)).all() for _, A in seen)
    seen.clear()
    mt.own_cost(cost, slope, targets="real")
    assert min(Y.min() for Y, _ in seen) < -0.5
    assert max(Y.max() for Y, _ in seen) > 1.5
    assert min(A.min() for _, A in seen) < -0.5
    assert any(np.isin(Y, (0.0, 1.0)).all() for Y, _ in seen)
