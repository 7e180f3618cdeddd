"""Read a number as people write one: 1e-3, 1/3, 0,5, −2·10⁻³, 5 %."""

import math
import re

from mlpteach.quiz.typed.characters import plain_characters, unwrapped
from mlpteach.quiz.typed.expression import evaluate, parse
from mlpteach.quiz.typed.fillers import without_words_before, without_words_behind
from mlpteach.quiz.typed.spelling import LONGEST, Unreadable

# 1,000 and 12 345 678.5: thousands set apart by one and the same sign
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}([ ,'_.])\d{3}(\1\d{3})*((?!\1)\.\d+)?")


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
    return read_meanings(text)[0]


def read_meanings(text, units=frozenset()):
    """Return the numbers that a text may mean, the likeliest first.

    There are two only of "1,000" and "1.000", which are one or a thousand, by where one learnt to
    write.

    Parameters
    ----------
    text : str
    units : collection of str
        Words that may stand behind the number, because the question asks for them.

    Examples
    --------
    >>> read_meanings("1,000"), read_meanings("0,125"), read_meanings("1,000.5")
    ([1.0, 1000.0], [0.125], [1000.5])
    >>> read_meanings("10_000 updates", {"updates"})
    [10000.0]
    """
    if len(text) > LONGEST:
        raise Unreadable(f"it is longer than {LONGEST} characters")
    plain = unwrapped(plain_characters(unwrapped(text)))
    plain = without_words_before(_after_equals(without_words_before(plain))).lstrip("~ ")
    plain = without_words_behind(plain, units)
    if not plain:
        raise Unreadable("there is nothing written")
    whole = _THOUSANDS.fullmatch(plain)
    if whole is None:
        return [_computed(plain)]
    grouped = float(plain.replace(whole[1], ""))
    is_ambiguous = whole[1] in ",." and not whole[2] and not whole[3]
    return [_computed(plain), grouped] if is_ambiguous else [grouped]


def written_meanings(meanings, text):
    """Return for people what a text may mean; a point rarely sets thousands apart.

    Examples
    --------
    >>> written_meanings([1.0, 1000.0], "1,000"), written_meanings([1.25, 1250.0], "1.250")
    ('1 or 1000', '1.25')
    """
    likely = meanings if "," in text else meanings[:1]
    return " or ".join(f"{meaning:.12g}" for meaning in likely)


def _after_equals(plain):
    """Return what stands behind the last "=", as in "g = 0.5"."""
    if re.search(r"[<>!:]", plain):
        return plain
    return plain.rpartition("=")[2].strip()


def _computed(plain):
    if "," in plain and ("." in plain or plain.count(",") > 1):
        raise Unreadable("write it with one decimal sign and without separators of thousands")
    plain = re.sub(r"\s*per\s?cent$", "%", plain)
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").removesuffix("\\")
    plain = _as_written(plain)
    if re.search(r"\d\s+\d", plain):
        raise Unreadable("there is a space inside the number")
    if re.search(r"(?<![A-Za-z_])[\d.]+\s*[eE]\s*\^", plain):
        raise Unreadable("write `1e-3` for a power of ten, and `exp(-3)` for one of Euler's number")
    number = float(evaluate(parse(plain))) / (100 if percent else 1)
    if not math.isfinite(number):
        raise Unreadable("it is not a finite number")
    return number


def _as_written(plain):
    """Return the habits of writing numbers as a computer reads them.

    Examples
    --------
    >>> [_as_written(text) for text in ("1,5 x 10^-3", "0·5", "2 e -3", "1(1/2)", ",5")]
    ['1.5 * 10^-3', '0.5', '2e-3', '1+(1/2)', '.5']
    """
    plain = plain.replace(",", ".")
    plain = re.sub(r"(?<=[\d.])(?<!^0)\s*[xX]\s*(?=\d)", " * ", plain)
    plain = re.sub(r"(?<![\d.])0·(?=\d)", "0.", plain)
    plain = re.sub(r"(?<=[\d.])\s*[eE]\s*([-+]?)\s*(?=\d)", r"e\1", plain)
    # ½ comes as (1/2): behind a whole number it is added, with the sign of that.
    return re.sub(
        r"^(-?\d+)\((\d+/\d+)\)", lambda f: f"{f[1]}{'-' if f[1][0] == '-' else '+'}({f[2]})", plain
    )
