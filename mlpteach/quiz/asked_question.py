"""A question as it is asked once: what is shown, and how an answer is judged."""

import hashlib
import html
import json

import numpy as np

from mlpteach.quiz.judgement import Judgement, not_understood
from mlpteach.quiz.text.markup import fill, to_html, to_words
from mlpteach.quiz.typed.characters import as_typed
from mlpteach.quiz.typed.spelling import Unreadable

LONGEST_ANSWER = 2000  # characters; longer ones are kept and not read


class AskedQuestion:
    """A question with its numbers; the kinds in :mod:`mlpteach.quiz.kinds` derive from it.

    Parameters
    ----------
    question : Question
    seed : int or str
    rng : numpy.random.Generator
    run : Trace or dashboard or None

    Attributes
    ----------
    numbers : dict of str to float
        Those that the texts show.
    text : str
        The question.
    solution : str
        A right answer, as somebody would type it.
    why : str
        The explanation that a lecturer reveals.
    lettered : dict of str to str
        Letter -> text, of what there is to choose from or to be put in order.
    picture : str
        A description of the picture that is shown, "" if there is none.
    """

    hint = ""  # how to answer
    picture = ""  # what it shows, in words

    def __init__(self, question, seed, rng, run):
        self.question, self.seed = question, seed
        self.fields = question.fields
        self.numbers = {}
        self.prepare(rng, run)
        self.text = self._filled(question.text)

    def prepare(self, rng, run):
        """Draw the numbers."""

    def _filled(self, text):
        return fill(text, self.numbers)

    @property
    def why(self):
        return self._filled(self.fields.get("why", ""))

    def shown(self) -> dict:
        """Return what the page shows, as plain data without the key."""
        return {
            "id": self.question.id,
            "type": self.question.type,
            "text": to_html(self.text),
            "hint": self.hint,
            **self.shown_fields(),
        }

    def shown_fields(self):
        """Return what the page shows of this kind."""
        return {}

    def solution_html(self):
        """Return a right answer as lines of HTML, as the page shows its parts."""
        return [html.escape(self.solution)]

    @property
    def lettered(self):
        return {}

    @property
    def digest(self):
        """Some letters that change when what is asked changes, and not with how it is drawn."""
        asked = [self.question.type, self.text, list(self.lettered.items()), self.picture]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]

    def judge(self, answer: object) -> Judgement:
        """Return the :class:`Judgement` on any answer; it never raises and never executes.

        Parameters
        ----------
        answer : str
            Or a number, a bool or a list, which are written as text first.
        """
        text = as_text(answer)
        if text is None:
            return not_understood(f"an answer is a text or a number, not {type(answer).__name__}")
        if not text.strip():
            return not_understood("there is no answer yet")
        if len(text) > LONGEST_ANSWER:
            return not_understood(
                f"it has {len(text)} characters; at most {LONGEST_ANSWER} are read"
            )
        try:
            return self.judge_text(text)
        except Unreadable as reason:
            return not_understood(as_typed(str(reason), text))

    def read_as(self, answer: object) -> str:
        """Return how an answer that was understood is read, as "a, d" for "a and D"."""
        return self.text_read(as_text(answer))

    def text_read(self, text):
        """Return how a text that is understood is read."""
        return " ".join(text.split())

    def judge_text(self, text: str) -> Judgement:
        """Judge a text that is not empty; may raise Unreadable."""
        raise NotImplementedError

    def __str__(self):
        return to_words(self.text)


def as_text(answer):
    """Return an answer as text that can be written anywhere; None where it is no answer.

    Examples
    --------
    >>> as_text(True), as_text(0.5), as_text(["a", "c"])
    ('true', '0.5', 'a, c')
    """
    if isinstance(answer, np.ndarray):
        answer = answer.tolist() if answer.size <= 50 else None
    if isinstance(answer, np.generic):
        answer = answer.item()
    if isinstance(answer, str):
        return answer.encode("utf-8", "replace").decode()
    if isinstance(answer, bool):
        return str(answer).lower()
    if isinstance(answer, float) or (isinstance(answer, int) and abs(answer) < 1e300):
        return repr(answer)
    if isinstance(answer, (list, tuple, set)) and len(answer) <= 50:
        parts = [as_text(part) for part in answer]
        numbers = any(isinstance(part, (int, float)) for part in answer)  # 1, 2 is no 1.2
        return None if None in parts else ("; " if numbers else ", ").join(parts)
    return "" if answer is None else None
