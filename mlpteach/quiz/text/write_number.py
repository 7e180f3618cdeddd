"""Write a number for people."""

import math


def write_number(value, digits=5):
    """Return a number for people.

    Examples
    --------
    >>> write_number(-0.000123456), write_number(1234.5), write_number(3.0)
    ('−1.2346·10⁻⁴', '1234.5', '3')
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    text = f"{value:.{digits}g}"
    if value and not 1e-3 <= abs(value) < 1e6:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        text = f"{mantissa}·10{raised}"
    return text.replace("-", "−")
