"""Numbers in words on the screen."""

import pytest

from mlpteach.views.written import as_power, written


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-2.6151e-05, 3, "−2.62·10⁻⁵"),
        (1e-5, 2, "1·10⁻⁵"),
        (-0.000996, 3, "−9.96·10⁻⁴"),
        (3.04e-4, 1, "3·10⁻⁴"),
        (1234567.0, 3, "1.23·10⁶"),
        (0.0, 3, "0"),
        (-0.5, 3, "−0.5"),
        (0.00123456, 3, "0.00123"),
        (0.00999, 2, "0.01"),
        (float("nan"), 3, "nan"),
    ],
)
def test_number_is_written_with_a_power_of_ten(value, digits, text):
    assert written(value, digits) == text


def test_formatted_number_keeps_its_digits():
    assert as_power("3.40e+12") == "3.40·10¹²"
    assert as_power("0.0e+00") == "0"
    assert as_power("12 %") == "12 %"
