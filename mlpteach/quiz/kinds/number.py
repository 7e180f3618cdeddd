"""A number, right within a tolerance; the key and the known mistakes are computed."""

import math

from mlpteach.quiz.asked import Asked
from mlpteach.quiz.expression import evaluate, parse
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.numbered import Numbered
from mlpteach.quiz.numbers import read_number, write_number

_TRIES = 30  # to draw numbers by which right and wrong can be told apart


class Number(Numbered, Asked):
    """The answer is a number; key and known mistakes are expressions of the question's numbers."""

    hint = "A number: 0.001, 1e-3, 1/1000 and 0,001 are the same."

    def prepare(self, rng, run):
        for _ in range(_TRIES):
            super().prepare(rng, run)
            self.key = self._computed(self.fields["answer"])
            self.numbers["answer"] = self.key
            if math.isfinite(self.key) and not any(self.close(w, self.key) for w in self.wrong):
                return  # else a mistake would count as right here

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

    def close(self, given, key):
        """Whether a number agrees with `key`, with room for the rounding of what is shown."""
        room = self.tolerance * abs(key / self.key) if self.key else self.tolerance
        return abs(given - key) <= max(room, 1e-9 * abs(key)) * (1 + 1e-9)

    @property
    def solution(self):
        return f"{self.key:.6g}"

    def judge_text(self, text):
        given = read_number(text)
        if self.close(given, self.key):
            return Judgement(1.0, self.why)
        read = f"Your answer is {write_number(given)}. "
        mistakes = self._recognised(given)
        if not mistakes:
            return Judgement(0.0, read + self._how_far(given))
        reasons = [self._filled(mistake["why"]) for mistake in mistakes[:2]]
        either = f"Either: {reasons[0]} Or: {reasons[1]}" if len(reasons) > 1 else reasons[0]
        return Judgement(0.0, either, mistakes[0]["id"])

    def _recognised(self, given):
        """Return the known mistakes that give this number, the nearest first.

        Two of them only where the answer was rounded so much that either may be meant.
        """
        found = []
        for mistake in self.fields.get("mistake", ()):
            wrong = self._computed(mistake["value"])
            if (
                math.isfinite(wrong)
                and self.close(given, wrong)
                and not self.close(wrong, self.key)
            ):
                found.append((abs(given - wrong), mistake))
        found.sort(key=lambda pair: pair[0])
        return [mistake for far, mistake in found if far <= 10 * found[0][0] + 1e-12 * abs(given)]

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
