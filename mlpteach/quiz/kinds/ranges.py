"""A number, judged by ranges and single values; the first that holds it decides."""

import math
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.kinds.known import Known
from mlpteach.quiz.text.markup import to_words
from mlpteach.quiz.text.write_number import write_number
from mlpteach.quiz.typed.fillers import words_of
from mlpteach.quiz.typed.read_number import read_meanings, written_meanings

WRONG = "That is not right."


class Ranges(AskedQuestion):
    """As jupyterquiz asks for numbers: the upper end does not belong to a range.

    With a `precision`, whatever is typed counts as it is when rounded to so many digits.
    """

    hint = "A number: 0.001, 1e-3, 1/1000 and 0,001 are the same."

    def prepare(self, rng, run):
        self.known = [known for part in self.fields["range"] if (known := self._known(part))]

    def _known(self, part):
        """Return one part with both ends belonging to it, None where no number does."""
        low, high = _closed(part)
        digits = self.fields.get("precision")
        if digits and "value" in part:
            low = high = rounded(low, digits)
        value = low / 2 + high / 2
        if digits and low <= high:
            low, high = lowest_rounded_to(low, digits), -lowest_rounded_to(-high, digits)
        if not low <= high:
            return None
        return Known(part.get("right", False), value, low, high, part["why"])

    def shown_fields(self):
        return {"field": "number"}

    @property
    def why(self):
        return next((known.why for known in self.known if known.right), "")

    @property
    def solution(self):
        """A number with few digits that is judged right, "" if there is none."""
        for known in self.known:
            short = (f"{known.value:.{digits}g}" for digits in range(1, 18))
            for text in (*short, repr(known.low), repr(known.high)):
                if known.right and self._deciding(float(text)) is known:
                    return text
        return ""

    def text_read(self, text):
        return written_meanings(self._meanings(text), text)

    def _meanings(self, text):
        meanings = read_meanings(text, words_of(to_words(self.text)))
        return meanings if "," in text else meanings[:1]  # a point is a point there

    def judge_text(self, text):
        meanings = self._meanings(text)
        found = [self._deciding(number) for number in meanings]
        known = next((one for one in found if one and one.right), found[0])
        if known:
            return Judgement(float(known.right), known.why)
        said = self.fields.get("otherwise", WRONG)
        return Judgement(0.0, f"Your answer is {write_number(meanings[0])}. {said}")

    def _deciding(self, given):
        """Return what decides on a number, None where nothing holds it."""
        # Typed as 6·10⁻³, it has an error in the last digit that nobody meant.
        numbers = (given, float(f"{given:.15g}"))
        return next((k for k in self.known if any(k.agrees(number) for number in numbers)), None)


def _closed(part):
    """Return the ends of a part; both belong to it."""
    if "value" in part:
        return float(part["value"]), float(part["value"])
    low = max(float(part["low"]), -sys.float_info.max)
    return low, math.nextafter(float(part["high"]), -math.inf)


# -- rounding to significant digits, halves away from zero (ECMAScript, toPrecision)


def rounded(number, digits):
    """Return a number rounded to significant digits.

    Examples
    --------
    >>> rounded(99.5, 2), rounded(-0.125, 2), rounded(3.14159, 3)
    (100.0, -0.13, 3.14)
    """
    if not number:
        return 0.0
    exact = Decimal(number)
    unit = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return float(((abs(exact) / unit + Decimal("0.5")) // 1 * unit).copy_sign(exact))


def lowest_rounded_to(low, digits):
    """Return the least number that is rounded to `low` or to more.

    Examples
    --------
    >>> lowest_rounded_to(100.0, 2), lowest_rounded_to(-100.0, 2) > -105
    (99.5, True)
    """
    if not abs(low) > sys.float_info.min:
        return low
    exact = Decimal(repr(low))  # as it is written: what is rounded to it is that number
    unit = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    if low > 0:
        first = exact.quantize(unit, ROUND_CEILING)
        unit = Decimal(1).scaleb(first.adjusted() - digits + 1)
        is_power = first == Decimal(1).scaleb(first.adjusted())
        edge = first - unit / (20 if is_power else 2)
        return _float_from(edge, belongs=True)
    first = -abs(exact).quantize(unit, ROUND_FLOOR)
    return _float_from(first - unit / 2, belongs=False)


def _float_from(edge, belongs):
    """Return the least float above an edge, or on it."""
    found = float(edge)
    while Decimal(found) < edge or (Decimal(found) == edge and not belongs):
        found = math.nextafter(found, math.inf)
    return found
