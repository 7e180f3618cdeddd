"""Read a number as people write one: 1e-3, 1/3, 0,5, −2·10⁻³, 5 %."""

import math
import re

from mlpteach.quiz.expression import evaluate, parse
from mlpteach.quiz.spelling import Unreadable, plain_characters

_COMMA = re.compile(r"(?<=\d),(?=\d)")


def read_number(text):
    """Return the number that a text means.

    Parameters
    ----------
    text : str
        One comma or point is the decimal sign; fractions and powers are computed.

    Returns
    -------
    float
        Finite.

    Raises
    ------
    Unreadable

    Examples
    --------
    >>> [read_number(text) for text in ("1e-3", "1/4", "0,5", "−2·10⁻³", "5 %")]
    [0.001, 0.25, 0.5, -0.002, 0.05]
    """
    plain = plain_characters(text).strip().strip("$").strip()
    if not plain:
        raise Unreadable("there is nothing written")
    if "," in plain and ("." in plain or plain.count(",") > 1):
        raise Unreadable("write it with one decimal sign and without separators of thousands")
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").removesuffix("\\")
    if re.search(r"\d\s+\d", plain):
        raise Unreadable("there is a space inside the number")
    number = evaluate(parse(_COMMA.sub(".", plain)))
    number = float(number) / (100 if percent else 1)
    if not math.isfinite(number):
        raise Unreadable("it is not a finite number")
    return number


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
