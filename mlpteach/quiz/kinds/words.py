"""A word or a few: right if they are among those that are accepted."""

import re

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.typed.characters import unwrapped


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
        exactly = self.fields.get("exactly", False)
        for word in self.fields["word"]:
            if agrees(text, word, exactly):
                right = word.get("right", False)
                return Judgement(float(right), word["why"], "" if right else word["text"])
        return Judgement(0.0, self.fields["otherwise"])


def agrees(given, word, exactly=False):
    """Whether a text is a known word, or as similar to it as the word asks for.

    Parameters
    ----------
    given : str
    word : dict
    exactly : bool
        Whether spaces and dots inside count, and two neighbours exchanged are two slips: as in
        jupyterquiz.
    """
    known = word["text"]
    if not word.get("match_case", False):
        given, known = given.lower(), known.lower()
    if not exactly:
        given, known = _loosely(given), _loosely(known)
    given, known = given.strip(), known.strip()
    if given == known:
        return True
    longest = max(len(given), len(known), 1)
    return 1 - edits(given, known, swaps=not exactly) / longest >= word.get("similarity", 1.0)


# Words that say nothing where a name is asked for.
_NOTHING = frozenset({
    "a", "algorithm", "an", "answer", "called", "is", "it", "its", "method", "optimiser",
    "optimizer", "rule", "that", "the", "this", "would", "be",
})  # fmt: skip


def _loosely(text):
    """Return "the R.M.S.  Prop rule" as "RMS Prop"; a number keeps its point."""
    words = re.sub(r"(?<=[^\W\d])\.", "", unwrapped(text)).split()
    return " ".join([word for word in words if word.lower() not in _NOTHING] or words)


def edits(one, other, swaps=True):
    """Return how many slips of the fingers lead from a text to another.

    A slip is a letter too many, one missing, a wrong one, or two neighbours exchanged.

    Parameters
    ----------
    one, other : str
    swaps : bool
        Whether an exchange is a single slip.

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
            if swaps and i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]
