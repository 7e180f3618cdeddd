"""Numbers in other clothes, what fits nowhere, and how a message writes what was given."""

import decimal
import tracemalloc

import numpy as np
import pytest
from bad_input import NET, X, Y, check, parameters, tensor_that_records
from examples import quadratic

import mlpteach as mt
from mlpteach.basics.arguments import describe


def final(X, y, **options):
    return mt.train(NET, X, y, epochs=2, **options)[-1].after.flat


def test_objects_that_are_numbers_are_taken():
    """Mixed columns of a DataFrame come as an array of Python objects."""
    mixed = X.astype(object)
    mixed[:, 0] = [int(value * 10) for value in X[:, 0]]
    mixed[0, 1] = decimal.Decimal("0.5")
    plain = mixed.astype(float)
    np.testing.assert_array_equal(final(mixed, Y.astype(object)), final(plain, Y))
    np.testing.assert_array_equal(final(mixed.tolist(), Y.tolist()), final(plain, Y))


@parameters(
    X=[
        (np.where(X[2, 1] == X, "red", X.astype(object)), TypeError, "'red' (str) at index (2, 1)"),
        (np.where(X[2, 1] == X, None, X), TypeError, "array of floats; given None", "(2, 1)"),
        (np.where(X[2, 1] == X, 1j, X.astype(object)), TypeError, "given 1j (complex) at index"),
        (np.where(X[2, 1] == X, 10**400, X.astype(object)), ValueError, "number too large"),
        (np.ma.masked_greater(X, 1.0), ValueError, "masked entries. Leave those rows out, or fill"),
        (list(np.ma.masked_greater(X, X.max() - 1e-9)), ValueError, "given 1 masked entry."),
        (
            tensor_that_records(3),
            TypeError,
            "given tensor(3, requires_grad=True)",
            "Can't call num",
        ),
    ],
    y=[
        (np.ma.masked_equal(Y, 1), ValueError, "y must hold labels", "given 7 masked entries."),
        (np.where(Y == 1, "cat", Y.astype(object)), TypeError, "given 'cat' (str) at index (1,)"),
        (tensor_that_records(3), TypeError, "y must hold labels", "requires grad"),
    ],
)
def test_what_is_no_number_is_named_with_its_place(name, value, error, messages):
    arguments = {"net": NET, "X": X, "y": Y, "epochs": 1, name: value}
    check(lambda: mt.train(**arguments), error, *messages)


def test_a_mask_that_hides_nothing_is_no_mask():
    np.testing.assert_array_equal(final(np.ma.array(X), np.ma.array(Y)), final(X, Y))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_soft_targets_in_any_precision(dtype):
    soft = np.random.default_rng(0).dirichlet(np.ones(3), size=20).astype(dtype)
    assert dtype is np.float64 or (soft.sum(axis=1, dtype=float) != 1.0).any()
    exact = soft.astype(float) / soft.astype(float).sum(axis=1, keepdims=True)
    loss = {"loss": "softmax_cross_entropy"}
    np.testing.assert_allclose(final(X, soft, **loss), final(X, exact, **loss), rtol=1e-12)
    doubled = soft.astype(np.float32).tolist() if dtype is np.float32 else exact.tolist()
    np.testing.assert_allclose(final(X, doubled, **loss), final(X, exact, **loss), rtol=1e-12)


@pytest.mark.parametrize("off", [1e-12, 1e-7])
def test_targets_beside_their_range_by_rounding(off):
    soft = np.random.default_rng(0).uniform(0.0, 1.0, (20, 3))
    soft[0], soft[1] = -off, 1.0 + off
    np.testing.assert_array_equal(final(X, soft), final(X, np.clip(soft, 0.0, 1.0)))


@parameters(
    y=[
        (np.full((20, 3), 1.00001), ValueError, "y must lie in [0, 1]", "given 1.00001."),
        (np.full((20, 3), 1.0 + 3e-6), ValueError, "y must lie in [0, 1]", "given 1.000003"),
        (np.tile([0.3, 0.3, 0.40001], (20, 1)), ValueError, "sums to 1.00001"),
    ]
)
def test_messages_have_the_digits_that_tell(name, value, error, messages):
    loss = "softmax_cross_entropy" if "sums" in messages[0] else "cross_entropy"
    check(lambda: mt.train(NET, X, value, loss=loss), error, *messages)


# More than fits into memory, refused before any is reserved.


@pytest.mark.parametrize(
    ("call", "messages"),
    [
        (lambda: mt.MLP((784, 10**9)), ["at most 100,000,000 parameters", "gives 785,000,000,000"]),
        # Each layer would be allowed: 81,009,000 and 19,802,200 parameters.
        (lambda: mt.MLP((9000, 9000, 2200)), ["which gives 100,811,200"]),
        (lambda: mt.MLP((10**9, 10**9, 3)), ["sizes must give at most", "(1000000000, 1000"]),
        (
            lambda: mt.train(NET, X, Y, epochs=10**9),
            ["epochs must give at most 20,000,000 updates"],
        ),
        (lambda: mt.train(NET, X, Y, epochs=10**7, batch_size=2), ["which gives 100,000,000."]),
        (
            lambda: mt.train(
                mt.MLP((1, 10**7, 1)), np.zeros((60, 1)), np.zeros(60), batch_size=None
            ),
            ["batch_size must give at most 500,000,000 activations", "batches of 60"],
        ),
        (lambda: mt.descend(quadratic([1]), [1.0], steps=10**9), ["steps must give at most"]),
        (lambda: mt.datasets.moons(n=10**9), ["n must be", "<= 10000000; given 1000000000"]),
        (lambda: mt.datasets.xor(n=10**8), ["n must be", "<= 10000000"]),
        (lambda: mt.datasets.spirals(n=10**8), ["n must be", "<= 10000000"]),
        (lambda: mt.COUNTEREXAMPLES["at_random"].slopes(10**9), ["n must be", "<= 10000000"]),
    ],
)
def test_what_would_not_fit_into_memory(call, messages):
    tracemalloc.start()
    try:
        check(call, ValueError, *messages)
        assert tracemalloc.get_traced_memory()[1] < 600e6
    finally:
        tracemalloc.stop()


def test_a_long_value_is_cut_in_a_message():
    check(lambda: mt.rule(list(range(1000))), TypeError, "given [0, 1, 2", "… (list)")


def test_an_unknown_attribute_of_the_package():
    check(lambda: mt.trian, AttributeError, "'mlpteach' has no attribute 'trian'")


@pytest.mark.parametrize(
    "seeded",
    [
        lambda seed: mt.MLP((2, 3, 1), seed=seed),
        lambda seed: mt.datasets.moons(n=4, seed=seed),
        lambda seed: mt.train(NET, X, Y, epochs=1, seed=seed, progress=False),
    ],
)
def test_the_smallest_and_the_largest_seed(seeded):
    for seed in (0, 2**63):
        assert seeded(seed)
    for seed in (-1, 2**63 + 1):
        with pytest.raises(ValueError, match="seed must be"):
            seeded(seed)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("x" * 188, f"(ValueError: {'x' * 188})"),
        # Cut to 197 characters, "ValueError: " among them, and dots.
        ("x" * 189, f"(ValueError: {'x' * 185}…)"),
        ("first\nsecond", "(ValueError: first)"),
    ],
)
def test_what_an_object_says_of_itself_is_one_short_line(said, shown):
    class Odd:
        def __array__(self, *_, **__):
            raise ValueError(said)

    with pytest.raises(TypeError) as caught:
        NET.outputs(Odd())
    assert str(caught.value).endswith(f"{shown}.")


@pytest.mark.parametrize(
    ("characters", "shown"), [(58, f"'{'x' * 58}'"), (59, f"'{'x' * 56}…"), (900, f"'{'x' * 56}…")]
)
def test_a_long_value_is_cut_after_60_characters(characters, shown):
    assert describe("x" * characters) == f"{shown} (str)"
