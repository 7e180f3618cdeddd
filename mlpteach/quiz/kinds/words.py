"""A word or a few: right if they are among those that are accepted."""

import re

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement


class Words(AskedQuestion):
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
    given, known = _without_dots(given), _without_dots(known)
    if given == known:
        return True
    longest = max(len(given), len(known), 1)
    return 1 - edits(given, known) / longest >= word.get("similarity", 1.0)


def _without_dots(text):
    """Return "R.M.S. Prop" as "RMS Prop"; a number keeps its point."""
    return re.sub(r"(?<=[^\W\d])\.", "", text)


def edits(one, other):
    """Return how many slips of the fingers lead from a text to another.

    A slip is a letter too many, one missing, a wrong one, or two neighbours exchanged.

    Examples
    --------
    >>> edits("adagrad", "adgard"), edits("RMSPorp", "RMSProp")
    (2, 1)
    """
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            row.append(min(rows[-1][j - 1] + (a != b), rows[-1][j] + 1, row[-1] + 1))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]
