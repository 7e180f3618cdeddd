"""True or false, one of several, several of several."""

import re
import string

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.question_numbers import WithNumbers
from mlpteach.quiz.text.markup import to_html
from mlpteach.quiz.typed.characters import plain_characters, unwrapped
from mlpteach.quiz.typed.fillers import without_words_before
from mlpteach.quiz.typed.spelling import Unreadable

_YES = {"true", "t", "yes", "y", "right", "correct", "1", "wahr"}
_NO = {"false", "f", "no", "n", "wrong", "incorrect", "0", "falsch"}


class TrueFalse(AskedQuestion):
    """A statement to call true or false."""

    def shown_fields(self):
        choices = [{"key": "true", "html": "True"}, {"key": "false", "html": "False"}]
        return {"choices": choices}

    def judge_text(self, text):
        given = _means_true(text)
        right = given == self.fields["answer"]
        return Judgement(float(right), self.fields["if_true" if given else "if_false"])

    def text_read(self, text):
        return str(_means_true(text)).lower()

    @property
    def solution(self):
        return str(self.fields["answer"]).lower()

    def solution_html(self):
        return [self.solution.capitalize()]

    @property
    def why(self):
        return self.fields["if_true" if self.fields["answer"] else "if_false"]


def _means_true(text):
    word = without_words_before(unwrapped(plain_characters(text))).lower().rstrip("!")
    if word not in _YES | _NO:
        raise Unreadable(f"`{word[:40]}` is neither `true` nor `false`")
    return word in _YES


class Single(WithNumbers, AskedQuestion):
    """One choice of several is right."""

    def prepare(self, rng, run):
        super().prepare(rng, run)
        order = rng.permutation(len(self.fields["choice"]))
        chosen = [self.fields["choice"][i] for i in order]
        self.choices = dict(zip(string.ascii_lowercase, chosen, strict=False))

    @property
    def lettered(self):
        return {letter: self._filled(choice["text"]) for letter, choice in self.choices.items()}

    def shown_fields(self):
        return {"choices": as_entries(self.lettered)}

    def solution_html(self):
        texts = self.lettered
        return [f"({letter}) {to_html(texts[letter])}" for letter in self.right]

    @property
    def right(self):
        """Letters of the right choices."""
        return [letter for letter, choice in self.choices.items() if choice.get("right", False)]

    @property
    def solution(self):
        return ", ".join(self.right)

    @property
    def why(self):
        return " ".join(self._why(letter) for letter in self.right)

    def _why(self, letter):
        return self._filled(self.choices[letter]["why"])

    def text_read(self, text):
        return ", ".join(sorted(read_letters(text, self.choices)))

    def judge_text(self, text):
        letters = read_letters(text, self.choices)
        if len(letters) != 1:
            raise Unreadable("choose one of the answers")
        (letter,) = letters
        mistake = self.choices[letter].get("id", "")
        return Judgement(float(letter in self.right), self._why(letter), mistake)


class Multiple(Single):
    """Any number of choices may be right; each choice called rightly counts."""

    hint = "Several answers may be right."

    def text_read(self, text):
        return ", ".join(sorted(self._chosen(text))) or "none"

    def _chosen(self, text):
        return set() if text.strip().lower() == "none" else read_letters(text, self.choices)

    def judge_text(self, text):
        given = self._chosen(text)
        wrong = [letter for letter in self.choices if (letter in given) != (letter in self.right)]
        if not wrong:
            return Judgement(1.0, self.why)
        # Each mistake takes away; who ticks everything, or nothing, has chosen nothing.
        fraction = max(0.0, 1 - len(wrong) / max(1, len(self.choices) / 2))
        if len(given) in (0, len(self.choices)):
            fraction = 0.0
        said = []
        for letter in wrong:
            verdict = "is not right" if letter in given else "is right too"
            said.append(f"({letter}) {verdict}: {self._why(letter)}")
        return Judgement(fraction, " ".join(said))


def as_entries(lettered):
    """Return letters and texts as the page reads them: a list, because keys may be sorted."""
    return [{"key": letter, "html": to_html(text)} for letter, text in lettered.items()]


def read_letters(text, choices):
    """Return the letters of the choices that a text names.

    Examples
    --------
    >>> sorted(read_letters("(A), c", "abc")), sorted(read_letters("Answers b and a", "abc"))
    (['a', 'c'], ['a', 'b'])
    """
    text = without_words_before(unwrapped(plain_characters(text)))
    words = re.findall(r"\d+(?:[.,]\d+)+|[^\s,;.:()\[\]{}'\"`“”+&/]+", text.lower())
    if len(words) == 1 and len(words[0]) > 1 and set(words[0]) <= set(choices):
        words = list(words[0])
    unknown = [word for word in words if word not in choices and word != "and"]
    called = f"the answers are called {', '.join(choices)}"
    if unknown:
        raise Unreadable(f"`{unknown[0][:20]}` is none of them: {called}")
    if not words:
        raise Unreadable(called)
    letters = [word for word in words if word in choices]
    if len(set(letters)) < len(letters):
        raise Unreadable("a letter stands twice")
    return set(letters)
