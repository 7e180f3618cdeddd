"""The network: forward and back by hand, finite differences for every combination, conventions."""

import numpy as np
import pytest
from examples import instances, one_hot, same_bits

import mlpteach as mt
from mlpteach.run.workspace import Workspace

ACTIVATIONS = list(mt.ACTIVATIONS)

# Worked out by hand: relu hidden, linear output, two instances as rows of X.
X = np.array([[1.0, 2.0], [3.0, -1.0]])
Y = np.array([[10.0], [16.0]])
W1, B1 = np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([0.0, -1.0])
W2, B2 = np.array([[1.0, 3.0]]), np.array([0.5])
BY_HAND = {
    "A": [[[1, 3], [2, -1]], [[0, 4], [3, 4]], [[9.5, 16.5]]],
    "Z": [[[-1, 4], [3, 4]], [[9.5, 16.5]]],
    # V2 = -2 (y - a); V1 = W2^T V2 where Z1 > 0
    "sensitivity": [[[0, 1], [-3, 3]], [[-1, 1]]],
}
# V A^T / 2: the mean over the two instances
GRADIENT_W = [[[1.5, -0.5], [3.0, -4.5]], [[2.0, 0.5]]]
GRADIENT_B = [[0.5, 0.0], [0.0]]


def hand_network():
    return mt.MLP((2, 2, 1), hidden="relu", output="linear", weights=[(W1, B1), (W2, B2)])


def hand_step(l2=0.0):
    rule = mt.rule("gd", eta=0.1)
    return mt.train(hand_network(), X, Y, loss="mse", rule=rule, epochs=1, batch_size=None, l2=l2)[
        0
    ]


@pytest.mark.parametrize("name", BY_HAND)
def test_forward_and_back_by_hand(name):
    layers = getattr(hand_step(), name)
    assert list(layers) == list(range(1, len(BY_HAND[name]) + 1))
    for given, expected in zip(layers.values(), BY_HAND[name], strict=True):
        np.testing.assert_array_equal(given, expected)


def test_cost_and_gradient_by_hand():
    step = hand_step()
    assert step.loss == 0.25
    for layer in (1, 2):
        np.testing.assert_array_equal(step.gradient.W[layer], GRADIENT_W[layer - 1])
        np.testing.assert_array_equal(step.gradient.b[layer], GRADIENT_B[layer - 1])


def test_l2_by_hand():
    """0.2/2 times 1 + 1 + 4 + 1 + 1 + 9 = 17 joins J; biases and sensitivities do not change."""
    step = hand_step(l2=0.2)
    assert step.loss == pytest.approx(0.25 + 1.7, rel=1e-15)
    for layer, W in ((1, W1), (2, W2)):
        expected = np.array(GRADIENT_W[layer - 1]) + 0.2 * W
        np.testing.assert_allclose(step.gradient.W[layer], expected, rtol=1e-15)
        np.testing.assert_array_equal(step.gradient.b[layer], GRADIENT_B[layer - 1])
        np.testing.assert_array_equal(step.sensitivity[layer], BY_HAND["sensitivity"][layer - 1])


def test_the_update_by_hand():
    step = hand_step()
    np.testing.assert_allclose(step.after.W[2], [[0.8, 2.95]], rtol=1e-15)
    np.testing.assert_allclose(step.after.b[1], [-0.05, -1.0], rtol=1e-15)


# Conventions: V^(L) of an instance does not know how many there are; J and the gradient are means.


def one_step(X, y, **options):
    net = mt.MLP((4, 5, 3), seed=1)
    return mt.train(net, X, y, epochs=1, batch_size=None, **options)[0]


def test_the_same_instances_twice_change_no_mean():
    X, y = instances(n=10)
    once, twice = one_step(X, y), one_step(np.tile(X, (2, 1)), np.tile(y, 2))
    assert once.loss == pytest.approx(twice.loss, rel=1e-14)
    np.testing.assert_allclose(once.gradient.flat, twice.gradient.flat, rtol=1e-12, atol=1e-16)
    for layer in (1, 2):
        np.testing.assert_allclose(
            np.tile(once.sensitivity[layer], 2), twice.sensitivity[layer], rtol=1e-12
        )


@pytest.mark.parametrize("l2", [0.0, 0.5])
def test_gradient_is_the_mean_of_the_gradients_of_the_instances(l2):
    X, y = instances(n=7)
    alone = [one_step(X[[i]], y[[i]], l2=l2) for i in range(7)]
    together = one_step(X, y, l2=l2)
    mean = np.mean([step.gradient.flat for step in alone], axis=0)
    np.testing.assert_allclose(together.gradient.flat, mean, rtol=1e-11, atol=1e-15)
    assert together.loss == pytest.approx(np.mean([step.loss for step in alone]), rel=1e-13)


def test_gradient_is_v_a_transposed_over_n():
    X, y = instances(n=8)
    step = one_step(X, y)
    for layer in (1, 2):
        V, A = step.sensitivity[layer], step.A[layer]
        np.testing.assert_allclose(step.gradient.W[layer], V @ A.T / 8, rtol=1e-11, atol=1e-15)
        np.testing.assert_allclose(step.gradient.b[layer], V.mean(axis=1), rtol=1e-11, atol=1e-15)


def test_the_sensitivity_of_cross_entropy_is_a_minus_y():
    X, y = instances(n=8)
    step = one_step(X, y)
    np.testing.assert_array_equal(step.sensitivity[2], step.A[3] - one_hot(y).T)


def test_changing_the_cost_changes_only_where_back_propagation_starts():
    """The lecture's self-test: with the same V^(2), all before it is the same."""
    X, y = instances(n=8)
    mse, entropy = one_step(X, y, loss="mse"), one_step(X, y, loss="cross_entropy")
    assert all(same_bits(mse.A[layer], entropy.A[layer]) for layer in mse.A)
    W2, hidden = mse.before.W[2], mse.A[2]
    for step in (mse, entropy):
        expected = W2.T @ step.sensitivity[2] * hidden * (1 - hidden)
        np.testing.assert_allclose(step.sensitivity[1], expected, rtol=1e-12)
    A, Y = mse.A[3], one_hot(y).T
    np.testing.assert_allclose(mse.sensitivity[2], -2 * (Y - A) * A * (1 - A), rtol=1e-12)


# The reported cost and the gradient belong to the same function.


def finite_differences(net, X, y, loss, l2, h=1e-6):
    theta = net.parameters.flat

    def cost(moved):
        return net.with_parameters(moved).loss(X, y, loss=loss, l2=l2)

    directions = h * np.eye(theta.size)
    return np.array([cost(theta + d) - cost(theta - d) for d in directions]) / (2 * h)


def combination(output, hidden):
    net = mt.MLP((3, 4, 4, 3), hidden=hidden, output=output, init="nielsen", seed=6)
    theta = net.parameters.flat.copy()
    if output in ("tanh", "relu", "silu", "linear"):
        theta[-15:-3] *= 0.1  # outputs around 0.6, where ln a and ln(1 - a) are defined
        theta[-3:] = 0.6 if output != "silu" else 0.9
    return net.with_parameters(theta)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", list(mt.LOSSES))
def test_finite_differences(loss, output, hidden):
    X, y = instances(n=6, inputs=3)
    net, l2 = combination(output, hidden), 0.1
    given = mt.train(net, X, y, loss=loss, rule="gd", epochs=1, batch_size=None, l2=l2)[0].gradient
    expected = finite_differences(net, X, y, loss, l2)
    np.testing.assert_allclose(given.flat, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("output", ["tanh", "relu", "linear"])
@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_cross_entropy"])
def test_finite_differences_of_outputs_outside_of_0_to_1(loss, output):
    """Cross-entropies are clipped there: flat, and the gradient says so."""
    X, y = instances(n=6)
    weights = [(2 * np.random.default_rng(1).standard_normal((3, 4)), np.zeros(3))]
    net = mt.MLP((4, 3), output=output, weights=weights)
    assert np.abs(net.outputs(X) - 0.5).max() > 0.5
    given = mt.train(net, X, y, loss=loss, rule="gd", epochs=1, batch_size=None)[0].gradient
    expected = finite_differences(net, X, y, loss, l2=0.0)
    np.testing.assert_allclose(given.flat, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("sizes", [(4, 3), (4, 5, 3), (4, 5, 6, 7, 3), (4, 1, 3)])
def test_any_depth(sizes):
    X, y = instances(n=6)
    net = mt.MLP(sizes, hidden="tanh", seed=2)
    step = mt.train(net, X, y, rule="gd", epochs=1, batch_size=None)[0]
    assert [step.A[layer].shape for layer in step.A] == [(size, 6) for size in sizes]
    assert [step.Z[layer].shape for layer in step.Z] == [(size, 6) for size in sizes[1:]]
    expected = finite_differences(net, X, y, "cross_entropy", 0.0)
    np.testing.assert_allclose(step.gradient.flat, expected, rtol=1e-6, atol=1e-8)


def test_hidden_layers_may_differ():
    net = mt.MLP((2, 2, 2, 1), hidden=("relu", "tanh"), output="linear", seed=3)
    A = X.T
    for layer, phi in ((1, lambda Z: np.maximum(Z, 0)), (2, np.tanh), (3, lambda Z: Z)):
        A = phi(net.W[layer] @ A + net.b[layer][:, None])
    np.testing.assert_allclose(net.outputs(X), A.T, rtol=1e-14)


# What a network can be asked.


def test_outputs_have_a_row_an_instance():
    np.testing.assert_array_equal(hand_network().outputs(X), [[9.5], [16.5]])


def test_loss_of_all_instances():
    net = hand_network()
    assert net.loss(X, Y, loss="mse") == 0.25
    assert net.loss(X, Y, loss="mse", l2=0.2) == pytest.approx(1.95, rel=1e-15)


def test_predictions_and_accuracy_of_several_outputs():
    net = mt.MLP((2, 2), output="linear", weights=[(np.eye(2), np.zeros(2))])
    points = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 1.0], [0.0, 1.0]])
    np.testing.assert_array_equal(net.predict(points), [0, 1, 0, 1])
    assert net.accuracy(points, [0, 1, 1, 1]) == 0.75
    assert net.accuracy(points, one_hot([0, 1, 1, 1], 2)) == 0.75


def test_predictions_of_one_output_are_above_one_half():
    net = mt.MLP((1, 1), output="linear", weights=[([[1.0]], [0.0])])
    points = np.array([[0.0], [0.5], [0.6], [1.0]])
    np.testing.assert_array_equal(net.predict(points), [0, 0, 1, 1])
    assert net.accuracy(points, [0, 1, 1, 1]) == 0.75


def test_saturated_outputs_need_no_warning():
    net = mt.MLP((1, 1), weights=[([[-1e4]], [0.0])])
    np.testing.assert_array_equal(net.outputs([[1.0], [-1.0]])[:, 0], [0, 1])
    assert net.loss([[1.0]], [1.0]) == 1e4


# Parameters.


def test_weights_given_are_copied():
    W, b = np.ones((1, 2)), np.zeros(1)
    net = mt.MLP((2, 1), weights=[(W, b)])
    W[:], b[:] = 7.0, 7.0
    np.testing.assert_array_equal(net.W[1], [[1, 1]])
    np.testing.assert_array_equal(net.b[1], [0])


@pytest.mark.parametrize("b", [np.array([[1.0], [2.0]]), [[1.0], [2.0]]])
def test_a_bias_may_be_a_column(b):
    column = mt.MLP((2, 2), weights=[(np.eye(2), b)])
    np.testing.assert_array_equal(column.b[1], [1, 2])


def test_shapes_and_order_of_the_parameters():
    net = mt.MLP((4, 5, 3), init="nielsen")
    assert {layer: W.shape for layer, W in net.W.items()} == {1: (5, 4), 2: (3, 5)}
    assert {layer: b.shape for layer, b in net.b.items()} == {1: (5,), 2: (3,)}
    arrays = [net.W[1], net.b[1], net.W[2], net.b[2]]
    flat = np.concatenate([array.ravel() for array in arrays])
    assert same_bits(net.parameters.flat, flat)
    assert all(np.shares_memory(array, net.parameters.flat) for array in arrays)


@pytest.mark.parametrize("name", ["flat", "W", "b"])
def test_parameters_are_read_only(name):
    array = getattr(mt.MLP((4, 5, 3)).parameters, name)
    with pytest.raises(ValueError, match="read-only"):
        (array if name == "flat" else array[1])[0] = 1.0


def test_with_parameters_leaves_the_network_alone():
    net = mt.MLP((4, 5, 3))
    kept = net.parameters.flat.copy()
    theta = np.arange(net.layout.size, dtype=float)
    other = net.with_parameters(theta)
    theta[0] = -1.0
    assert same_bits(net.parameters.flat, kept)
    assert other.parameters.flat[0] == 0.0
    assert (other.sizes, other.hidden, other.output) == (net.sizes, net.hidden, net.output)


def test_every_entry_of_the_flat_vector_has_a_name():
    net = mt.MLP((2, 3, 1))
    names = [net.layout.where(i) for i in range(net.layout.size)]
    assert len(set(names)) == 13
    assert (names[0], names[5], names[6]) == ("W^(1)[0, 0]", "W^(1)[2, 1]", "b^(1)[0]")
    assert (names[9], names[12]) == ("W^(2)[0, 0]", "b^(2)[0]")
    assert net.parameters.flat[5] == net.W[1][2, 1]


@pytest.mark.parametrize("sizes", [(6, 5, 3), (6, 70, 70, 3)])
@pytest.mark.parametrize("n", [127, 128, 129, 300, 1000])
def test_many_instances_at_once_are_the_mean_of_few(sizes, n):
    """Products of many instances are divided into blocks: no instance may be lost or come twice."""
    X, y = instances(n=n, inputs=6)
    net = mt.MLP(sizes, hidden="tanh", seed=2)
    whole = mt.train(net, X, y, rule="gd", epochs=1, batch_size=None)[0]
    few = [mt.train(net, X[i : i + 1], y[i : i + 1], rule="gd", epochs=1)[0] for i in range(n)]
    assert whole.loss == pytest.approx(np.mean([step.loss for step in few]), rel=1e-12)
    gradient = np.mean([step.gradient.flat for step in few], axis=0)
    np.testing.assert_allclose(whole.gradient.flat, gradient, rtol=1e-9, atol=1e-13)
    for layer in whole.Z:
        Z = np.concatenate([step.Z[layer] for step in few], axis=1)
        V = np.concatenate([step.sensitivity[layer] for step in few], axis=1)
        np.testing.assert_allclose(whole.Z[layer], Z, rtol=1e-9, atol=1e-13)
        np.testing.assert_allclose(whole.sensitivity[layer], V, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("n", [6, 200])
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_arrays_that_are_filled_again_get_the_same_bits(hidden, n):
    X, y = instances(n)
    net = mt.MLP((4, 5, 6, 3), hidden=hidden)
    space, (theta, loss) = Workspace(net.layout, n), (net.parameters.flat, mt.LOSSES["mse"])
    net.evaluate(theta + 1.0, 2.0 * X.T, one_hot(y).T, loss, 0.1, space)
    again = net.evaluate(theta, X.T, one_hot(y).T, loss, 0.1, space)
    fresh = net.evaluate(theta, X.T, one_hot(y).T, loss, 0.1)
    assert again.gradient is space.gradient
    assert again.loss == fresh.loss
    assert same_bits(again.gradient, fresh.gradient)
    for name in ("A", "Z", "sensitivity"):
        assert all(map(same_bits, getattr(again, name), getattr(fresh, name)))


@pytest.mark.parametrize("wrong", [-2.0, 2.0])
def test_one_target_of_several_that_the_output_never_reaches(wrong):
    net = mt.MLP((1, 1), output="tanh")
    assert net.loss([[0.0], [0.0]], [-1.0, 1.0], "mse") > 0.0
    with pytest.raises(ValueError, match=rf"must lie in \[-1, 1\].*given {wrong:g}"):
        net.loss([[0.0], [0.0]], [0.5, wrong], "mse")
