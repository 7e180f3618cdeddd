"""Limits that stay round, and histograms as lines, against numbers worked out by hand."""

import numpy as np
import pytest

from mlpteach.views.axis import histogram_outline, limits


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        # 5 % of room: 0.175 to 0.725, in steps of 0.2.
        ([0.2, 0.7], (0.0, 0.8)),
        # -1.2 to 3.2 in steps of 1: room below, too, where something is negative.
        ([-1.0, 3.0], (-2.0, 4.0)),
        # One number: a tenth of its size around it.
        ([5.0], (4.7, 5.3)),
        ([-5.0], (-5.3, -4.7)),
        # Nothing but zeros: room above, none below.
        ([0.0, 0.0], (0.0, 0.05)),
        # 0 to 10.5 in steps of 5; 0 to 5.25 in steps of 2.
        ([0.0, 10.0], (0.0, 15.0)),
        ([0.0, 5.0], (0.0, 6.0)),
        ([np.nan, -np.inf, 0.0, 5.0, np.inf], (0.0, 6.0)),
        ([], (0.0, 1.0)),
        ([np.nan], (0.0, 1.0)),
    ],
)
def test_limits_are_round(numbers, expected):
    assert limits(numbers) == pytest.approx(expected, abs=1e-12)


def test_limits_without_room_end_at_round_numbers():
    assert limits([0.1, 0.4], room=0.0) == pytest.approx((0.1, 0.4))
    # Rounding of the floats makes no step more: 0.3 / 0.1 is 2.9999999999999996.
    assert limits([0.1, 0.3], room=0.0) == pytest.approx((0.1, 0.3))


def test_limits_go_around_all_arrays_of_any_shape():
    assert limits(3.0, [[-1.0], [0.0]]) == pytest.approx((-2.0, 4.0))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0.3, 42.0], (0.1, 100.0)),
        ([100.0, 1000.0], (100.0, 1000.0)),
        ([5.0], (1.0, 10.0)),
        # A decade at least.
        ([1.0], (1.0, 10.0)),
        # Only positive numbers have a place.
        ([-3.0, 0.0, 0.02, 0.5], (0.01, 1.0)),
        ([-3.0, 0.0], (0.1, 1.0)),
        ([1e-310, 1e305], (1e-200, 1e200)),
        # Off a power of ten by no more than rounding.
        ([1000 * (1 - 1e-12), 1e4 * (1 + 1e-12)], (1e3, 1e4)),
    ],
)
def test_logarithmic_limits_are_powers_of_ten(numbers, expected):
    assert limits(numbers, scale="log") == pytest.approx(expected, rel=1e-12)


def test_a_histogram_is_a_line_up_and_down_each_bar():
    x, y = histogram_outline([[3, 1], [0, 2]], [0.0, 0.5, 2.0])
    np.testing.assert_array_equal(x, [0.0, 0.5, 0.5, 2.0])
    np.testing.assert_array_equal(y, [[3, 3, 1, 1], [0, 0, 2, 2]])
