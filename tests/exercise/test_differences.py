"""How two arrays differ, in words, for cases worked out by hand."""

import numpy as np
import pytest

from mlpteach.exercise.differences import close, find, times
from mlpteach.exercise.distributions import distribution_difference, same_distribution

RIGHT = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -0.25]])


@pytest.mark.parametrize(
    ("given", "kind", "how"),
    [
        (2 * RIGHT, "factor", "is 2 times what it must be"),
        (RIGHT / 10, "factor", "is only 1/10 of what it must be"),
        (-3 * RIGHT, "factor", "is 3 times what it must be and has the wrong sign"),
        (0.36 * RIGHT, "factor", "is only 0.36 of what it must be"),
        (-RIGHT, "sign", "has the wrong sign in every entry"),
        (np.abs(RIGHT), "sign", "the wrong sign in 2 of its 6 entries"),
        (RIGHT + 1, "offset", "is 1 more than it must be in every entry"),
        (RIGHT - 0.125, "offset", "is 1/8 less than it must be in every entry"),
        (RIGHT**2, "function", "is the square of what it must be"),
        (1 / RIGHT, "function", "is 1 divided by what it must be"),
        (0 * RIGHT, "zero", "is 0 in every entry"),
        (0 * RIGHT + 7, "constant", "is the same number in every entry"),
        (RIGHT.T, "transposed", "has shape (3, 2), but must have shape (2, 3): it is transposed"),
        (RIGHT.sum(axis=1), "shape", "summed or averaged over the columns?"),
        (RIGHT.mean(axis=0, keepdims=True), "shape", "summed or averaged over the rows?"),
        (RIGHT.ravel(), "shape", "the numbers are there, in another arrangement"),
        (np.array(1.0), "shape", "it is a single number"),
        (np.ones((2, 3, 1, 2)), "shape", "has shape (2, 3, 1, 2), but must have shape (2, 3)"),
        (RIGHT.astype(int), "integer_array", "is an array of int64: whole numbers cannot hold"),
        (RIGHT.astype(np.float16), "precision", "is an array of float16, which loses digits"),
        (np.where(RIGHT > 3.5, np.nan, RIGHT), "not_finite", "has 1 of its 6 entries NaN"),
        (RIGHT * np.inf, "not_finite", "has every entry NaN"),
        (np.where(RIGHT < 0, 9.0, RIGHT), "some_entries", "wrong exactly where G is negative"),
        (RIGHT * [1, 1, 5], "some_entries", "wrong in column 2"),
        (RIGHT * [[1], [5]], "some_entries", "wrong in row 1"),
        (RIGHT + 0.01 * np.eye(2, 3), "some_entries", "wrong at index (0, 0), (1, 1)"),
        (RIGHT * (1 + 1e-5 * RIGHT), "little", "is nearly right, off by about 4e-05 of its size"),
        (RIGHT + np.sign(RIGHT) * [1, 2, 3], "values", "too large in each; no common factor"),
    ],
)  # fmt: skip
def test_how_an_array_differs(given, kind, how):
    found = find("V", given, RIGHT, {"G": RIGHT})
    assert (found.kind, how in found.how) == (kind, True), found


def test_an_argument_that_comes_back_is_recognised():
    G = np.array([5.0, 6.0, -1.0])
    found = find("M", G, np.array([1.0, 2.0, 3.0]), {"M": np.ones(3), "G": G})
    assert found.how == "is simply G, as it was before the call"


@pytest.mark.parametrize(
    ("step", "kind", "how"),
    [
        (2.0, "factor", "moves 2 times as far as it must"),
        (0.1, "factor", "moves only 1/10 as far as it must"),
        (-1.0, "sign", "moves in the wrong direction"),
        (-2.0, "factor", "moves 2 times as far as it must, and in the wrong direction"),
        (0.0, "zero", "did not move"),
        (np.array([2.0, 3.0]), "values", "moves in the right direction, but too far"),
        (np.array([0.2, 0.5]), "values", "moves in the right direction, but not far enough"),
        (np.array([0.5, 3.0]), "values", "moves in the right direction, but a wrong length"),
        (
            np.array([1.0, 3.0]),
            "some_entries",
            "is right in 1 of 2 entries, wrong exactly where W is negative",
        ),
    ],
)
def test_weights_are_described_by_how_they_move(step, kind, how):
    W, moved = np.array([10.0, -20.0]), np.array([0.01, 0.03])
    found = find("W", W - step * moved, W - moved, {"W": W})
    assert (found.kind, found.how) == (kind, how)


def test_a_step_in_the_place_of_the_weights_is_recognised():
    W, moved = np.array([10.0, -20.0]), np.array([0.01, 0.03])
    assert find("W", moved, W - moved, {"W": W}).how == "is only the step, not the new W"
    assert find("W", -moved, W - moved, {"W": W}).how == "is only the change of W, not the new W"


def test_rounding_is_no_difference():
    assert find("V", RIGHT * (1 + 1e-12), RIGHT, {}) is None
    assert close(np.array([np.nan, np.inf]), np.array([np.nan, np.inf]))
    assert not close(np.array([np.inf]), np.array([-np.inf]))
    assert not close(np.array([1.0]), np.array([np.nan]))


def test_a_single_number_has_no_entries():
    assert find("J", np.array(-2.0), np.array(2.0), {}).how == "has the wrong sign"
    assert find("J", np.array(np.nan), np.array(2.0), {}).how.startswith("is NaN or infinite")


def test_factors_are_written_as_people_do():
    assert [times(value) for value in (2, 0.5, 1.9, 1000, 1 / 3)] == [
        "2 times", "only 1/2 of", "1.9 times", "1000 times", "only 1/3 of",
    ]  # fmt: skip


# Drawn numbers: 20,000 of them, so that a spread is known to half a percent.


def drawn(kind, spread, shape=(100, 200), seed=0):
    rng = np.random.default_rng(seed)
    if kind == "normal":
        return rng.normal(0, spread, shape)
    return rng.uniform(-spread * np.sqrt(3), spread * np.sqrt(3), shape)


@pytest.mark.parametrize(
    ("given", "kind", "how"),
    [
        (drawn("normal", 0.2), "spread", "times the standard deviation it must have"),
        (drawn("uniform", 0.1), "distribution", "is not drawn from a normal distribution"),
        (drawn("normal", 0.1) + 0.05, "centre", "is not drawn around 0"),
        (np.full((100, 200), 0.1), "constant", "nothing is drawn"),
        (np.tile(drawn("normal", 0.1, 200), (100, 1)), "repeated", "the same numbers in every row"),
        (drawn("normal", 0.1, (200, 100)), "transposed", "it is transposed"),
    ],
)
def test_how_a_distribution_differs(given, kind, how):
    found = distribution_difference("W", given, drawn("normal", 0.1, seed=1))
    assert (found.kind, how in found.how) == (kind, True), found


def test_other_numbers_from_the_same_distribution_are_right():
    for kind in ("normal", "uniform"):
        first = drawn(kind, 0.1, seed=1)
        assert all(same_distribution(drawn(kind, 0.1, seed=seed), first) for seed in range(2, 12))
    assert not same_distribution(drawn("uniform", 0.1), drawn("normal", 0.1))
