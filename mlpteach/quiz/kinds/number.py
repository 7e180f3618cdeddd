"""A number, right within a tolerance; the key and the known mistakes are computed."""

import math

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.kinds.known import Known, around
from mlpteach.quiz.question_numbers import WithNumbers
from mlpteach.quiz.text.markup import to_words
from mlpteach.quiz.text.write_number import write_number
from mlpteach.quiz.typed.expression import evaluate, names_in, parse
from mlpteach.quiz.typed.fillers import words_of
from mlpteach.quiz.typed.read_number import read_meanings, written_meanings

_TRIES = 30  # to draw numbers by which right and wrong can be told apart


class Number(WithNumbers, AskedQuestion):
    """The answer is a number; key and known mistakes are expressions of the question's numbers."""

    hint = "A number: 0.001, 1e-3, 1/1000 and 0,001 are the same."

    def prepare(self, rng, run):
        for _ in range(_TRIES):
            super().prepare(rng, run)
            self.key = self._computed(self.fields["answer"])
            self.numbers["answer"] = self.key
            if math.isfinite(self.key) and not any(self.close(w, self.key) for w in self.wrong):
                return  # else a mistake would count as right here
        if not math.isfinite(self.key):
            raise ValueError(
                f"question {self.question.id!r} has no finite answer: {self.fields['answer']!r} "
                f"gives {self.key} where {self._given()}."
            )

    def _given(self):
        """Return the numbers that the answer is computed from, for a message."""
        used = names_in(parse(self.fields["answer"], self.numbers))
        return ", ".join(f"{name} = {self.numbers[name]:.4g}" for name in sorted(used))

    def recognises(self, mistake):
        """Whether a known mistake is told from the answer by these numbers."""
        value = self._computed(mistake["value"])
        return math.isfinite(value) and not self.close(value, self.key)

    @property
    def wrong(self):
        """What each known mistake gives."""
        values = [self._computed(m["value"]) for m in self.fields.get("mistake", ())]
        return [value for value in values if math.isfinite(value)]

    def _computed(self, expression):
        return float(evaluate(parse(expression, self.numbers), self.numbers))

    def shown_fields(self):
        return {"field": "number"}

    @property
    def tolerance(self):
        """How far from the key an answer may lie."""
        if "digits" in self.fields:
            size = math.floor(math.log10(abs(self.key))) if self.key else 0
            return 0.5 * 10.0 ** (size - self.fields["digits"] + 1)
        return max(
            self.fields.get("tolerance", 0.0) * abs(self.key), self.fields.get("absolute", 0.0)
        )

    def room(self, value):
        """How far from a value, the key or that of a mistake, an answer may lie to agree with it.

        The same share of its size as the tolerance is of the key's.
        """
        room = self.tolerance * abs(value / self.key) if self.key else self.tolerance
        return max(room, 1e-9 * abs(value))

    def close(self, given, value):
        """Whether a number agrees with a value, with room for the rounding of what is shown."""
        low, high = around(value, self.room(value))
        return low <= given <= high

    @property
    def known(self):
        """The key, other right answers and known mistakes, in the order in which they decide.

        A mistake that can't be told from the key by these numbers is left out.
        """
        found = [self._around(True, self.key, self.room(self.key), self.why)]
        for other in self.fields.get("also", ()):
            value = self._computed(other["value"])
            why = self._filled(other["why"])
            found.append(self._around(True, value, other["absolute"], why))
        for mistake in self.fields.get("mistake", ()):
            value = self._computed(mistake["value"])
            if math.isfinite(value) and not self.close(value, self.key):
                why = self._filled(mistake["why"])
                found.append(self._around(False, value, self.room(value), why, mistake["id"]))
        return found

    def _around(self, right, value, room, why, id=""):
        return Known(right, value, *around(value, room), why, id)

    @property
    def solution(self):
        return f"{self.key:.6g}"

    def text_read(self, text):
        return written_meanings(self._meanings(text), text)

    def _meanings(self, text):
        """Return the numbers that an answer may mean; what is asked for may be written behind."""
        return read_meanings(text, words_of(to_words(self.text)))

    def judge_text(self, text):
        meanings = self._meanings(text)
        for known in self.known:
            if known.right and any(known.agrees(given) for given in meanings):
                return Judgement(1.0, known.why)
        given = meanings[0]
        agreeing = [known for known in self.known if known.agrees(given)]
        if not agreeing:
            read = f"Your answer is {write_number(given)}. "
            return Judgement(0.0, read + self.fields.get("otherwise", self._how_far(given)))
        mistakes = _nearest(agreeing, given)
        reasons = [mistake.why for mistake in mistakes[:2]]
        either = f"Either: {reasons[0]} Or: {reasons[1]}" if len(reasons) > 1 else reasons[0]
        return Judgement(0.0, either, mistakes[0].id)

    def _how_far(self, given):
        """Describe a difference that no known mistake makes."""
        if given and self.key and self.close(-given, self.key):
            return "Only the sign is wrong."
        if given and self.key:
            power = math.log10(abs(given)) - math.log10(abs(self.key))
            if abs(power - round(power)) < 1e-3 and round(power):
                return f"The digits are right, but it is 10^{round(power)} times what it should be."
            if given * self.key < 0:
                return "It has the wrong sign, and the wrong size."
        digits = self.fields.get("digits")
        near = abs(given - self.key) < 10 * max(self.tolerance, 1e-12)
        if near and digits:
            return f"That is close, but not right to {digits} significant digits."
        if near:
            return "That is close, but outside the tolerance: keep more digits on the way."
        return "It is too large." if given > self.key else "It is too small."


def _nearest(mistakes, given):
    """Return the mistakes that may be meant, the nearest first.

    Two of them only where the answer was rounded so much that either fits.
    """
    found = sorted(((abs(given - m.value), m) for m in mistakes), key=lambda pair: pair[0])
    return [m for far, m in found if far <= 10 * found[0][0] + 1e-12 * abs(given)]
