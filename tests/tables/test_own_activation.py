"""A reader's own function as an activation: right, wrong, with kinks, with mistakes."""

import math
import pickle

import numpy as np
import pytest
from examples import instances, same_bits

import mlpteach as mt
from mlpteach.tables.differences import slope


def swish(Z):
    return Z / (1.0 + np.exp(-Z))


def swish_slope(Z):
    s = 1.0 / (1.0 + np.exp(-Z))
    return s * (1.0 + Z * (1.0 - s))


def train(hidden, output="sigmoid", loss="cross_entropy"):
    X, y = instances(n=20)
    net = mt.MLP((4, 5, 3), hidden=hidden, output=output, seed=3)
    return mt.train(net, X, y, loss=loss, epochs=3, batch_size=6)


def test_own_silu_trains_as_the_packages():
    ours, own = train("silu"), train(mt.own_activation(swish, swish_slope))
    np.testing.assert_allclose(own[-1].after.flat, ours[-1].after.flat, rtol=1e-13)


@pytest.mark.parametrize("hidden", [swish, [swish], mt.own_activation(swish)])
def test_without_a_derivative_differences_are_taken(hidden):
    ours, own = train("silu"), train(hidden)
    np.testing.assert_allclose(own[-1].after.flat, ours[-1].after.flat, rtol=1e-9)


def test_as_an_output_it_takes_the_long_way():
    ours, own = train("tanh", "silu", "mse"), train("tanh", swish, "mse")
    np.testing.assert_allclose(own[-1].after.flat, ours[-1].after.flat, rtol=1e-8)


def test_a_name_of_the_table_does_not_make_it_that_entry():
    """An own `sigmoid` under cross-entropy has no proven pair: V^(2) = A - Y would be wrong."""

    def sigmoid(Z):
        return 0.5 / (1.0 + np.exp(-Z))

    X, y = instances(n=9)
    net = mt.MLP((4, 5, 3), output=sigmoid, seed=3)
    assert mt.gradient_check(net, X, y).passed
    step = mt.train(net, X, y, epochs=1, batch_size=None)[0]
    assert not np.allclose(step.sensitivity[2], step.A[3] - np.eye(3)[y].T)


def test_looking_back_meets_the_same_bits():
    trace = train(swish)
    seen = [step.after.flat.copy() for step in trace]
    assert all(same_bits(trace[k].after.flat, seen[k]) for k in reversed(range(len(trace))))


def test_it_is_shown_by_its_name():
    phi = mt.own_activation(swish)
    assert (phi.id, phi.title, phi.menu_title) == ("swish", "swish", "swish")
    assert repr(mt.MLP((2, 3, 1), hidden=swish)).startswith("MLP((2, 3, 1), hidden=<activation sw")
    assert phi.latex == r"\phi(Z) = \mathrm{swish}(Z)"


def test_it_can_be_kept_over_night():
    phi = pickle.loads(pickle.dumps(mt.own_activation(swish, swish_slope)))
    assert phi(1.0) == mt.own_activation(swish)(1.0)


def test_what_it_does_to_its_argument_stays_its_own_affair():
    def in_place(Z):
        np.maximum(Z, 0.0, out=Z)
        return Z

    trace = train(in_place)
    assert trace[0].Z[1].min() < 0.0
    assert same_bits(trace[-1].after.flat, train(in_place)[-1].after.flat)


@pytest.mark.parametrize(
    ("function", "derivative", "z"),
    [
        (np.exp, np.exp, 1.3),
        (np.tanh, lambda z: 1 - np.tanh(z) ** 2, -0.4),
        (lambda z: z**5, lambda z: 5 * z**4, 20.0),
        (np.sin, np.cos, 0.0),
    ],
)
def test_the_five_point_formula(function, derivative, z):
    exact = derivative(np.array(z))
    assert slope(function, np.array(z)) == pytest.approx(exact, rel=1e-10)


# Kinks and jumps: any slope there will do.

KINKED = {
    "relu": (lambda Z: np.maximum(Z, 0.0), lambda Z: (Z > 0) * 1.0),
    "relu with 1 at 0": (lambda Z: np.maximum(Z, 0.0), lambda Z: Z >= 0),
    "relu with 1/2 at 0": (lambda Z: np.maximum(Z, 0.0), lambda Z: np.heaviside(Z, 0.5)),
    "leaky relu": (lambda Z: np.maximum(Z, 0.01 * Z), lambda Z: np.where(Z > 0, 1.0, 0.01)),
    "relu6": (lambda Z: np.clip(Z, 0.0, 6.0), lambda Z: (Z > 0) & (Z < 6)),
    "kinks between the places": (lambda Z: np.clip(Z, -2.3456, 3.14159),
                                 lambda Z: (Z > -2.3456) & (Z < 3.14159)),
    "a kink near a place": (lambda Z: np.maximum(Z, 0.0005), lambda Z: Z > 0.0005),
    "absolute": (np.abs, np.sign),
    "elu": (lambda Z: np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0))),
            lambda Z: np.where(Z > 0, 1.0, np.exp(np.minimum(Z, 0)))),
    "cube root": (np.cbrt, lambda Z: 1.0 / (3.0 * np.cbrt(Z + (Z == 0)) ** 2)),
}  # fmt: skip


def test_a_constant_derivative_holds_everywhere():
    shifted = mt.own_activation(lambda Z: 3 * Z + 1, lambda Z: 3)
    np.testing.assert_array_equal(shifted.derivative([[-2.0, 0.0, 5.0]]), [[3.0, 3.0, 3.0]])
    with pytest.raises(ValueError, match="it gives 2, the finite difference 3"):
        mt.own_activation(lambda Z: 3 * Z + 1, lambda Z: 2)


@pytest.mark.parametrize("id", KINKED)
def test_a_kink_is_not_refused(id):
    assert mt.own_activation(*KINKED[id]).derivative(np.array([1.0])).shape == (1,)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (np.sign, "sign changes by jumps alone for -8 <= z <= 8, so its derivative is 0"),
        (lambda Z: np.heaviside(Z, 0.5), "by jumps alone"),
        (np.round, "by jumps alone"),
        (lambda Z: np.floor(10 * Z) / 10, "by jumps alone"),
        (lambda Z: 0 * Z + 2.0, "gives the same for every z"),
    ],
)
def test_a_step_is_refused_in_words(function, said):
    with pytest.raises(ValueError, match=said):
        mt.own_activation(function)
    with pytest.raises(ValueError, match=said):  # nor with a slope that it has not
        mt.MLP((2, 3, 1), hidden=mt.own_activation(function, lambda Z: 0 * Z))


@pytest.mark.parametrize(
    "function",
    [
        lambda Z: np.clip(Z, -0.05, 0.05),  # a slope on a narrow piece
        lambda Z: np.sign(Z) + 0.01 * Z,
        lambda Z: np.where(Z > 0, 1.0, Z),
        lambda Z: np.exp(-200 * Z**2),
    ],
)
def test_a_jump_beside_a_slope_is_taken(function):
    assert mt.own_activation(function).id == "<lambda>"


WRONG = {
    "twice": (np.tanh, lambda Z: 2 * (1 - np.tanh(Z) ** 2), "z = 0", "gives 2", "difference 1"),
    "of A": (np.tanh, lambda Z: 1 - Z**2, "z = 20", "gives -399", "difference 0"),
    "leak": (lambda Z: np.maximum(Z, 0.01 * Z), lambda Z: np.where(Z > 0, 1.0, 0.02),
             "gives 0.02", "difference 0.01"),
    "sign": (np.sin, lambda Z: -np.cos(Z), "z = 0", "gives -1", "difference 1"),
    "a bit": (swish, lambda Z: swish_slope(Z) * (1 + 1e-5), "gives 1", "difference 1"),
    "not a number": (np.tanh, lambda Z: np.where(Z > 3, np.nan, 1 - np.tanh(Z) ** 2), "gives nan"),
    "sigmoid of the wrong side": (lambda Z: 1 / (1 + np.exp(-Z)), lambda Z: np.exp(-Z) + 0 * Z,
                                  "z = -20", "difference"),
}  # fmt: skip


@pytest.mark.parametrize("id", WRONG)
def test_a_wrong_derivative_is_refused_with_the_difference_beside_it(id):
    function, derivative, *words = WRONG[id]
    with pytest.raises(ValueError, match=r"the derivative of .* is wrong at z = ") as raised:
        mt.own_activation(function, derivative)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3,), TypeError, r"function must be a function Z -> A; given 3 \(int\)"),
        (("relu",), TypeError, "function must be a function"),
        ((np.tanh, 1.0), TypeError, "derivative must be a function Z -> phi"),
        ((np.log,), ValueError, "log must be finite; it gives nan at z = -8"),
        ((lambda Z: Z[:1],), ValueError, r"shape of Z \(4, 41\); it returned an array"),
        ((lambda Z: "no",), TypeError, "must return numbers; it returned 'no'"),
        ((lambda Z: [[1.0], [1.0, 2.0]],), TypeError, "must return numbers"),
        ((lambda Z: Z / Z.max(),), ValueError, "must work element by element"),
        ((mt.ACTIVATIONS["softmax"].function,), ValueError, "must work element by element"),
        ((np.tanh, lambda Z: Z[0]), ValueError, "the derivative must return an array of the shape"),
    ],
)
def test_what_is_no_activation(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.own_activation(*arguments)


def test_an_error_of_ones_own_is_told_where_it_was_raised():
    with pytest.raises(TypeError) as raised:
        mt.MLP((2, 3, 1), hidden=math.tanh)
    assert "raised in your function 'tanh', of an array Z of (4, 41)" in raised.value.__notes__
