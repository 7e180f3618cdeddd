"""Activations: values by hand, derivatives by finite differences and with 50 digits."""

import mpmath
import numpy as np
import pytest

import mlpteach as mt

IDS = ["sigmoid", "tanh", "relu", "silu", "gelu", "softmax", "linear"]
ELEMENT_WISE = [id for id in IDS if id != "softmax"]
SATURATED = [sign * size for size in (5.0, 20.0, 40.0, 800.0) for sign in (1, -1)]
EXACT = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "silu": lambda z: z / (1 + mpmath.exp(-z)),
    "gelu": lambda z: z * mpmath.erfc(-z / mpmath.sqrt(2)) / 2,
}
# Far below 0 an argument's last digit counts z^2-fold in erfc.
DIGITS = {"gelu": 5e-14}
LN3 = np.log(3.0)


def test_the_table():
    assert list(mt.ACTIVATIONS) == IDS
    assert all(activation.id == id for id, activation in mt.ACTIVATIONS.items())
    beyond = [id for id, activation in mt.ACTIVATIONS.items() if activation.beyond_lecture]
    assert beyond == ["gelu", "softmax"]


@pytest.mark.parametrize("id", IDS)
def test_a_lies_in_its_range(id):
    low, high = mt.ACTIVATIONS[id].range
    A = mt.ACTIVATIONS[id](np.linspace(-9.0, 9.0, 1801)[None])
    assert low is None or low - 0.05 < A.min() < low + 0.2 or id == "softmax"
    assert high is None or high - 0.01 < A.max() <= high
    assert (low is None) == (A.min() < -1.5)
    assert (high is None) == (A.max() > 1.5)


@pytest.mark.parametrize("z", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("id", IDS)
def test_infinity_gives_no_bare_warning(id, z):
    """Warnings are errors here; what infinity gives may be NaN, as in PyTorch."""
    activation = mt.ACTIVATIONS[id]
    assert np.shape(activation([[z], [0.0]])) == (2, 1)
    if activation.elementwise:
        assert np.shape(activation.derivative([z])) == (1,)


@pytest.mark.parametrize("z", np.linspace(-3.0, 3.0, 25))
def test_gelu_to_the_last_digit(z):
    """Where it is used: within one unit of the last place, 2.2e-16, and a bit."""
    exact = EXACT["gelu"](mpmath.mpf(z))
    assert abs(mt.ACTIVATIONS["gelu"](z) - exact) <= 1e-15 * abs(exact)


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("sigmoid", [0.25, 0.5, 0.75]),
        ("tanh", [-0.8, 0.0, 0.8]),  # (3 - 1/3)/(3 + 1/3)
        ("relu", [0.0, 0.0, LN3]),
        ("silu", [-0.25 * LN3, 0.0, 0.75 * LN3]),
        ("linear", [-LN3, 0.0, LN3]),
        ("softmax", [1 / 13, 3 / 13, 9 / 13]),
    ],
)
def test_values_at_minus_ln3_0_ln3(id, expected):
    Z = np.array([[-LN3], [0.0], [LN3]])
    np.testing.assert_allclose(mt.ACTIVATIONS[id](Z)[:, 0], expected, rtol=1e-15, atol=1e-16)


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("sigmoid", [3 / 16, 1 / 4, 3 / 16]),
        ("tanh", [0.36, 1.0, 0.36]),
        ("relu", [0.0, 0.0, 1.0]),
        ("silu", [1 / 4 - 3 / 16 * LN3, 1 / 2, 3 / 4 + 3 / 16 * LN3]),
        ("linear", [1.0, 1.0, 1.0]),
    ],
)
def test_derivatives_at_minus_ln3_0_ln3(id, expected):
    Z = np.array([-LN3, 0.0, LN3])
    np.testing.assert_allclose(mt.ACTIVATIONS[id].derivative(Z), expected, rtol=1e-14)


@pytest.mark.parametrize("id", EXACT)
@pytest.mark.parametrize("z", [*SATURATED, 1e-8, -0.5, 2.0, 6.9, -6.9, 7.1])
def test_values_and_derivatives_where_units_saturate(id, z):
    activation = mt.ACTIVATIONS[id]
    with mpmath.workdps(800):  # e^-800 has its first digit at place 348
        value = float(EXACT[id](mpmath.mpf(z)))
        slope = float(mpmath.diff(EXACT[id], mpmath.mpf(z)))
    np.testing.assert_allclose(activation(np.array([z])), value, rtol=DIGITS.get(id, 1e-14))
    np.testing.assert_allclose(activation.derivative(np.array([z])), slope, rtol=1e-12)


@pytest.mark.parametrize("id", ELEMENT_WISE)
def test_other_units_do_not_change_a_derivative(id):
    """The way taken for saturated units gives the same for those that are not."""
    derivative = mt.ACTIVATIONS[id].derivative
    Z = np.linspace(-3.0, 3.0, 31)
    together = derivative(np.concatenate([Z, SATURATED]))
    np.testing.assert_allclose(together[:31], derivative(Z), rtol=1e-13)


@pytest.mark.parametrize("id", mt.ACTIVATIONS)
def test_no_instance_sees_another(id):
    """To the bit, where some are saturated and others are not: runs beside others rely on it."""
    rng, activation = np.random.default_rng(5), mt.ACTIVATIONS[id]
    dA, Z = rng.normal(size=(2, 4, 60)) * np.geomspace(0.01, 50.0, 60)
    A = activation.function(Z)
    V = activation.back(dA, Z, A)
    for i in range(60):
        alone = (np.ascontiguousarray(array[:, i : i + 1]) for array in (dA, Z, A))
        dA_i, Z_i, A_i = alone
        np.testing.assert_array_equal(activation.function(Z_i)[:, 0], A[:, i])
        np.testing.assert_array_equal(activation.back(dA_i, Z_i, A_i)[:, 0], V[:, i])


@pytest.mark.parametrize("id", IDS)
def test_back_is_the_derivative_of_the_function(id):
    """Against central differences of sum(dA * phi(Z)), which softmax's Jacobian passes too."""
    rng = np.random.default_rng(0)
    Z, dA = rng.standard_normal((2, 4, 6))
    activation, h = mt.ACTIVATIONS[id], 1e-6
    expected = np.empty_like(Z)
    for index in np.ndindex(Z.shape):
        moved = np.zeros_like(Z)
        moved[index] = h
        difference = activation(Z + moved) - activation(Z - moved)
        expected[index] = (dA * difference).sum() / (2 * h)
    given = activation.back(dA, Z, activation(Z))
    np.testing.assert_allclose(given, expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("size", [800.0, 1e5, 1e300])
def test_nothing_overflows(id, size):
    Z = np.array([[size, -size], [0.0, 0.0], [-size, size]])
    A = mt.ACTIVATIONS[id](Z)
    with np.errstate(over="ignore"):
        V = mt.ACTIVATIONS[id].back(np.ones_like(Z), Z, A)
    assert np.isfinite(A).all()
    assert np.isfinite(V).all()


@pytest.mark.parametrize("id", IDS)
def test_arguments_are_not_changed(id):
    rng = np.random.default_rng(1)
    Z, dA = rng.standard_normal((2, 3, 5))
    A = mt.ACTIVATIONS[id](Z)
    kept = [Z.copy(), dA.copy(), A.copy()]
    mt.ACTIVATIONS[id].back(dA, Z, A)
    for before, after in zip(kept, [Z, dA, A], strict=True):
        np.testing.assert_array_equal(before, after)
    assert not np.shares_memory(A, Z)


# Softmax: columns are instances.


def test_softmax_sums_to_one_over_the_units():
    A = mt.ACTIVATIONS["softmax"](np.random.default_rng(2).standard_normal((4, 7)))
    np.testing.assert_allclose(A.sum(axis=0), np.ones(7), rtol=1e-15)


@pytest.mark.parametrize("shift", [-1e3, 1.0, 1e3])
def test_softmax_does_not_see_a_shift(shift):
    Z = np.random.default_rng(2).standard_normal((4, 7))
    softmax = mt.ACTIVATIONS["softmax"]
    np.testing.assert_allclose(softmax(Z + shift), softmax(Z), rtol=1e-12)


def test_what_goes_back_through_softmax_sums_to_zero():
    rng = np.random.default_rng(3)
    Z, dA = 30 * rng.standard_normal((2, 4, 7))
    softmax = mt.ACTIVATIONS["softmax"]
    V = softmax.back(dA, Z, softmax(Z))
    np.testing.assert_allclose(V.sum(axis=0), np.zeros(7), atol=1e-14 * np.abs(dA).max())


def test_softmax_has_no_element_wise_derivative():
    with pytest.raises(ValueError, match="Jacobian"):
        mt.ACTIVATIONS["softmax"].derivative(np.zeros(3))


@pytest.mark.parametrize("id", ELEMENT_WISE)
def test_a_number_is_enough(id):
    activation = mt.ACTIVATIONS[id]
    assert activation(0.5) == activation(np.array([0.5]))[0]
    assert activation.derivative(1) == activation.derivative(np.array([1.0]))[0]
    assert isinstance(activation(0.5), float)


@pytest.mark.parametrize("given", ["a", None, [[1.0], [1.0, 2.0]], 1j])
def test_what_is_no_number_is_told(given):
    for call in (mt.ACTIVATIONS["sigmoid"], mt.ACTIVATIONS["relu"].derivative):
        with pytest.raises(TypeError, match="Z must be a number or an array of numbers; given"):
            call(given)
