"""A word or a few: right if they are among those that are accepted."""

from mlpteach.quiz.asked import Asked
from mlpteach.quiz.judgement import Judgement


class Words(Asked):
    """The answer is a name; the first of the known words that it agrees with decides."""

    hint = "A word, or a few."

    def shown_fields(self):
        return {"field": "words"}

    @property
    def solution(self):
        return self._first["text"]

    @property
    def why(self):
        return self._first["why"]

    @property
    def _first(self):
        return next(word for word in self.fields["word"] if word.get("right", False))

    def judge_text(self, text):
        given = " ".join(text.split())
        for word in self.fields["word"]:
            if agrees(given, word):
                right = word.get("right", False)
                return Judgement(float(right), word["why"], "" if right else word["text"])
        return Judgement(0.0, self.fields["otherwise"])


def agrees(given, word):
    """Whether a text is a known word, or as similar to it as the word asks for."""
    known = word["text"]
    if not word.get("match_case", False):
        given, known = given.lower(), known.lower()
    if given == known:
        return True
    longest = max(len(given), len(known))
    return 1 - edits(given, known) / longest >= word.get("similarity", 1.0)


def edits(one, other):
    """Return how many letters to insert, delete or replace to get from a text to another.

    Examples
    --------
    >>> edits("adagrad", "adgard")
    3
    """
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        above, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            above, row[j] = row[j], min(above + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]
