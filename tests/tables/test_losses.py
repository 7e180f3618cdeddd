"""Losses: the slides' numbers by hand, saturated outputs against 50 digits, two ways to V^(L)."""

import mpmath
import numpy as np
import pytest
from examples import instances, one_hot

import mlpteach as mt
from mlpteach.tables.activations import ACTIVATIONS

SIZES = (5.0, 20.0, 40.0, 800.0)
EXACT_COST = {
    "mse": lambda a, y: (y - a) ** 2,
    "cross_entropy": lambda a, y: (
        -((y * mpmath.log(a) if y else 0) + ((1 - y) * mpmath.log(1 - a) if y != 1 else 0))
    ),
    "softmax_cross_entropy": lambda a, y: -(y * mpmath.log(a) if y else 0),
}
PAIRS = [(id, output) for id, loss in mt.LOSSES.items() for output in loss.pairs]


def exact_outputs(output, z):
    if output == "tanh":
        return [mpmath.tanh(x) for x in z]
    powers = [mpmath.exp(x) for x in z]
    if output == "softmax":
        return [power / mpmath.fsum(powers) for power in powers]
    return [power / (1 + power) for power in powers]


def exact(loss, output, z, y):
    """Return cost and V^(L) of one instance, worked out with 450 digits."""

    def cost(*z):
        outputs = exact_outputs(output, z)
        return mpmath.fsum(map(EXACT_COST[loss], outputs, y))

    with mpmath.workdps(450):  # e^-800 has its first digit at place 348
        z = [mpmath.mpf(x) for x in z]
        y = [mpmath.mpf(x) for x in y]
        units = range(len(z))
        slopes = [
            mpmath.diff(cost, tuple(z), tuple(int(i == unit) for i in units)) for unit in units
        ]
        return float(cost(*z)), [float(slope) for slope in slopes]


def given(loss, output, z, y):
    """Return cost and V^(L) of one instance from the package."""
    Z, Y = np.array([z], dtype=float).T, np.array([y], dtype=float).T
    A = ACTIVATIONS[output](Z)
    with np.errstate(over="ignore"):
        cost = mt.LOSSES[loss].evaluate(output, Z, A, Y)
        return float(cost), mt.LOSSES[loss].sensitivity(output, Z, A, Y)[:, 0]


def check(loss, output, z, y, **tolerance):
    cost, sensitivity = given(loss, output, z, y)
    wanted_cost, wanted = exact(loss, output, z, y)
    assert np.isfinite(cost)
    np.testing.assert_allclose(cost, wanted_cost, **tolerance)
    np.testing.assert_allclose(sensitivity, wanted, **tolerance)


def test_the_table():
    assert list(mt.LOSSES) == ["mse", "cross_entropy", "softmax_cross_entropy"]
    assert all(loss.id == id for id, loss in mt.LOSSES.items())


# The slides' example: a = 3/4 where 0 is wanted.


@pytest.mark.parametrize(
    ("loss", "wanted_cost", "wanted"),
    [
        ("mse", 9 / 16, 2 * 3 / 4 * 3 / 4 * 1 / 4),  # -2 (Y - A) A (1 - A)
        ("cross_entropy", 2 * np.log(2), 3 / 4),  # A - Y
    ],
)
def test_sigmoid_output_by_hand(loss, wanted_cost, wanted):
    cost, V = given(loss, "sigmoid", [np.log(3)], [0.0])
    assert cost == pytest.approx(wanted_cost, rel=1e-14)
    assert V[0] == pytest.approx(wanted, rel=1e-14)


def test_softmax_output_by_hand():
    # a = (1/8, 2/8, 5/8), the second is wanted: J = ln 4, V = a - y.
    cost, V = given("softmax_cross_entropy", "softmax", np.log([1, 2, 5]), [0, 1, 0])
    assert cost == pytest.approx(np.log(4), rel=1e-14)
    np.testing.assert_allclose(V, [1 / 8, -6 / 8, 5 / 8], rtol=1e-14)


def test_ratio_of_the_two_sensitivities_of_nielsens_neuron():
    # C = a^2/2 there is half of ours: the ratio is 1/(a (1 - a)) = 56.616 at z = 4, a = 0.982.
    slow, fast = (given(loss, "sigmoid", [4.0], [0.0])[1][0] for loss in ("mse", "cross_entropy"))
    assert fast / (slow / 2) == pytest.approx(56.616, abs=1e-3)


# Saturated outputs.


@pytest.mark.parametrize("y", [(0, 1), (1, 0), (0.3, 0.9)])
@pytest.mark.parametrize("z", [(s * size, 0.5) for size in SIZES for s in (1, -1)])
@pytest.mark.parametrize("loss", EXACT_COST)
def test_saturated_sigmoid(loss, z, y):
    check(loss, "sigmoid", z, y, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("y", [(0, 1), (1, 0), (0.3, 0.9)])
@pytest.mark.parametrize("size", [1e-8, 0.1, 0.6, 5.0, 20.0, 40.0, 400.0])
def test_saturated_tanh(size, y):
    check("cross_entropy", "tanh", (size, 0.5), y, rtol=1e-12, atol=1e-15)


def test_tanh_below_zero_is_clipped():
    cost, V = given("cross_entropy", "tanh", [-3.0, 0.0], [1.0, 1.0])
    assert cost == pytest.approx(-2 * np.log(np.finfo(float).eps))
    np.testing.assert_array_equal(V, [0.0, 0.0])


@pytest.mark.parametrize("y", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.2, 0.3, 0.5)])
@pytest.mark.parametrize(
    "z", [z for s in SIZES for z in ((s, 0, 0), (-s, 0, 0.5), (s, -s, 0), (s, s, 0))]
)
@pytest.mark.parametrize("loss", EXACT_COST)
def test_saturated_softmax(loss, z, y):
    check(loss, "softmax", z, y, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("size", [5.0, 20.0, 40.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_mse_on_the_wrong_side_keeps_its_digits(size, sign):
    """V^(L) is about 1e-17 at |z| = 40: small is not zero."""
    check("mse", "sigmoid", [sign * size], [sign < 0], rtol=1e-12)
    z, y = ([size, 0.0, 0.0], [0, 1, 0]) if sign > 0 else ([0.0, size, 0.0], [0, 0, 1])
    check("mse", "softmax", z, y, rtol=1e-12)


@pytest.mark.parametrize("z", [(1e4, -1e4, 0.0), (1e300, -1e300, 0.0), (-1e300, 1e300, 0.0)])
@pytest.mark.parametrize("y", [(1, 0, 0), (0, 1, 0)])
@pytest.mark.parametrize("output", list(mt.ACTIVATIONS))
@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_cross_entropy"])
def test_cross_entropies_are_finite_everywhere(loss, output, z, y):
    cost, sensitivity = given(loss, output, z, y)
    assert np.isfinite(cost)
    assert np.isfinite(sensitivity).all()


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_lone_softmax_output_cannot_learn(y):
    cost, sensitivity = given("cross_entropy", "softmax", [3.0], [y])
    assert np.isfinite(cost)
    assert sensitivity == [0.0]


# The shortcut and the long way over dJ/dA.


def draw(scale, targets, n=8):
    rng = np.random.default_rng(0)
    Z = scale * rng.standard_normal((3, n))
    Y = rng.dirichlet(np.ones(3), n).T if targets == "soft" else np.eye(3)[:, np.arange(n) % 3]
    return Z, Y


@pytest.mark.parametrize("targets", ["one-hot", "soft"])
@pytest.mark.parametrize(("id", "output"), PAIRS)
def test_shortcut_and_long_way_agree_where_nothing_saturates(id, output, targets):
    Z, Y = draw(1.5, targets)
    loss, A = mt.LOSSES[id], ACTIVATIONS[output](Z)
    np.testing.assert_allclose(
        loss.sensitivity(output, Z, A, Y),
        loss.long_sensitivity(output, Z, A, Y),
        rtol=1e-11,
        atol=1e-13,
    )
    np.testing.assert_allclose(loss.evaluate(output, Z, A, Y), np.sum(loss.cost(A, Y)), rtol=1e-13)


@pytest.mark.parametrize("output", mt.ACTIVATIONS)
@pytest.mark.parametrize("id", mt.LOSSES)
@pytest.mark.parametrize("scale", [1.5, 400.0])
def test_the_cost_is_the_sum_of_its_entries_and_none_sees_another(id, output, scale):
    Z, Y = draw(scale, "soft")
    with np.errstate(over="ignore"):
        loss, A = mt.LOSSES[id], mt.ACTIVATIONS[output].function(Z)
        entries = loss.costs_of_entries(output, Z, A, Y)
        assert entries.shape == Z.shape
        np.testing.assert_allclose(loss.evaluate(output, Z, A, Y), entries.sum(), rtol=1e-13)
        for i in range(3):
            alone = (np.ascontiguousarray(array[:, i : i + 1]) for array in (Z, A, Y))
            np.testing.assert_allclose(
                loss.costs_of_entries(output, *alone)[:, 0], entries[:, i], rtol=1e-13, atol=1e-300
            )


def test_the_pairs():
    assert set(PAIRS) == {
        ("cross_entropy", "sigmoid"),
        ("cross_entropy", "softmax"),
        ("cross_entropy", "tanh"),
        ("softmax_cross_entropy", "softmax"),
        ("softmax_cross_entropy", "sigmoid"),
    }


@pytest.mark.parametrize(
    ("id", "output"), [("cross_entropy", "sigmoid"), ("softmax_cross_entropy", "softmax")]
)
def test_the_shortcut_is_a_minus_y(id, output):
    Z, Y = draw(3.0, "one-hot")
    A = ACTIVATIONS[output](Z)
    np.testing.assert_array_equal(mt.LOSSES[id].sensitivity(output, Z, A, Y), A - Y)


def test_the_long_way_fails_where_the_output_saturates():
    """At z = 40 and y = 0 the right answer is 1; the long way has lost it."""
    Z, Y = np.array([[40.0]]), np.array([[0.0]])
    A = ACTIVATIONS["sigmoid"](Z)
    loss = mt.LOSSES["cross_entropy"]
    assert loss.sensitivity("sigmoid", Z, A, Y) == 1.0
    assert loss.long_sensitivity("sigmoid", Z, A, Y) == 0.0


@pytest.mark.parametrize("loss", EXACT_COST)
@pytest.mark.parametrize("output", ["sigmoid", "softmax", "linear"])
def test_arguments_are_not_changed(loss, output):
    Z, Y = draw(1.0, "soft")
    A = ACTIVATIONS[output](Z)
    kept = [array.copy() for array in (Z, A, Y)]
    mt.LOSSES[loss].evaluate(output, Z, A, Y)
    mt.LOSSES[loss].sensitivity(output, Z, A, Y)
    for before, after in zip(kept, (Z, A, Y), strict=True):
        np.testing.assert_array_equal(before, after)


# A reader's own function in the place of a loss.


def test_own_function_that_is_right_trains_as_the_loss_does():
    X, y = instances()
    net = mt.MLP((4, 5, 3), seed=2)
    own = mt.train(net, X, y, loss=lambda Y, A: A - Y, epochs=2, batch_size=8)
    reference = mt.train(net, X, y, loss="cross_entropy", epochs=2, batch_size=8)
    assert own.losses.tolist() == reference.losses.tolist()
    assert (own[-1].after.flat == reference[-1].after.flat).all()


def test_own_function_that_is_wrong_trains_by_it_and_fails_the_gradient_check():
    X, y = instances()
    net = mt.MLP((4, 5, 3), seed=2)
    uphill = mt.train(
        net, X, y, loss=lambda Y, A: Y - A, rule=mt.rule("gd", eta=0.5), epochs=5,
        validation=(X, y),
    )  # fmt: skip
    assert uphill.history["loss"][-1] > uphill.history["loss"][0]
    assert not mt.gradient_check(net, X, y, loss=lambda Y, A: 2 * (A - Y)).passed
    assert mt.gradient_check(net, X, y, loss=lambda Y, A: A - Y).passed


def test_own_function_may_belong_to_another_cost():
    X, y = instances()
    net = mt.MLP((4, 5, 3), output="softmax", seed=2)
    loss = mt.own_loss(lambda Y, A: A - Y, cost="softmax_cross_entropy")
    assert mt.gradient_check(net, X, y, loss=loss).passed
    with pytest.raises(ValueError, match="cost='crossentropy' is unknown"):
        mt.own_loss(lambda Y, A: A - Y, cost="crossentropy")


def test_own_function_cannot_harm_the_record():
    def in_place(Y, A):
        A -= Y
        return A

    X, y = instances()
    trace = mt.train(mt.MLP((4, 5, 3), seed=2), X, y, loss=in_place, epochs=1)
    step = trace[0]
    assert (step.sensitivity[2] == step.A[3] - one_hot(y)[step.batch].T).all()


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda Y, A: None, "given|returned None"),
        (lambda Y, A: (A - Y).sum(axis=1, keepdims=True), r"shape \(3, 1\)"),
        (lambda Y, A: "wrong", "returned 'wrong'"),
    ],
)
def test_own_function_that_returns_no_sensitivity_is_named(function, said):
    X, y = instances()
    with pytest.raises(ValueError, match=said):
        mt.train(mt.MLP((4, 5, 3)), X, y, loss=function, epochs=1)


@pytest.mark.parametrize("id", [id for id, loss in mt.LOSSES.items() if loss.targets != "real"])
def test_targets_are_put_right_by_what_was_rounded(id):
    rounded = np.array([[-5e-7, 0.25], [1.0 + 5e-7, 0.75]])
    Y = mt.LOSSES[id].check_targets("Y", rounded)
    np.testing.assert_array_equal(Y, [[0.0, 0.25], [1.0, 0.75]])


@pytest.mark.parametrize("wrong", [-2e-6, 1.0 + 2e-6])
def test_targets_further_off_are_refused(wrong):
    with pytest.raises(ValueError, match=r"Y must lie in \[0, 1\] for loss='cross_entropy'"):
        mt.LOSSES["cross_entropy"].check_targets("Y", np.array([[wrong, 0.5]]))


@pytest.mark.parametrize(
    ("rounded", "right"),
    [([[-1e-7, 0.5]], [[0.0, 0.5]]), ([[0.5, 1 + 1e-7]], [[0.5, 1.0]]), ([[0.5, 1.0]],) * 2],
)
def test_rounding_at_either_end_is_put_right(rounded, right):
    Y = mt.LOSSES["cross_entropy"].check_targets("Y", np.array(rounded))
    np.testing.assert_array_equal(Y, right)


@pytest.mark.parametrize("wrong", [[[0.5, 0.6], [0.5, 0.6]], [[0.3, 0.5], [0.3, 0.5]]])
def test_one_distribution_of_several_that_does_not_add_up(wrong):
    with pytest.raises(ValueError, match="softmax_cross_entropy"):
        mt.LOSSES["softmax_cross_entropy"].check_targets("Y", np.array(wrong))


def test_what_is_no_sensitivity_is_refused():
    with pytest.raises(TypeError, match=r"function must be a function \(Y, A\) -> V; given 3"):
        mt.own_loss(3)


def test_the_target_that_is_too_low_or_too_high_is_the_one_told():
    net = mt.MLP((2, 2), output="sigmoid")
    X = np.zeros((2, 2))
    for y, told in (([[0.5, -0.25], [1.0, 0.0]], "-0.25"), ([[0.5, 1.25], [1.0, 0.0]], "1.25")):
        with pytest.raises(ValueError, match=rf"must lie in \[0, 1\].*given {told}"):
            net.loss(X, y, loss="cross_entropy")
