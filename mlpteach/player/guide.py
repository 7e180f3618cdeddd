"""Guided steps: what to try on a dashboard, one step after the other, as data.

A step sets the whole state, says a sentence, and where it has a question hides all results until
the reader has guessed. Its numbers and its answer are computed from the run that it shows.
"""

import difflib
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np

from mlpteach.basics.arguments import describe
from mlpteach.views.checks import check_all, check_dict, check_text
from mlpteach.views.mathematics import to_html
from mlpteach.views.panels import Show
from mlpteach.views.written import as_power

# A chip is a digit.
MOST_STEPS = 9
_DIGITS = ".3g"


@dataclass(frozen=True)
class GuidedStep:
    """Something to try on a dashboard: a state, a sentence about it, perhaps a question.

    Texts may have mathematics between dollars, words between double asterisks, which are bold, and
    holes for numbers: ``"the cost is {cost}"``. Without a format of its own
    (``{cost:.2f}``) a number has three digits. Two lines of text fit above a dashboard.

    Attributes
    ----------
    sentence : str
        Its bold beginning is the step's name.
    state : str
        As *Copy state* gives it, ``"race?k=40&eta=0.02"``; the dashboard's name may be left out. Of
        what is not named here controls have the values that the dashboard opened with, or those
        that follow from the named ones as if the reader had moved these, and k is 1.
    numbers : dict of str to callable
        What stands in the holes: functions of the :class:`~mlpteach.views.Show` on the screen, each
        giving a number or a text.
    question : str, optional
        Asked instead of the sentence at first, with all results hidden.
    choices : sequence of str
        Its answers, two at least.
    answer : callable
        Show -> the right one of `choices`.
    reveal : str
        Said after the guess; in its holes also ``{answer}``. By default the sentence.

    Raises
    ------
    ValueError, TypeError
        For a hole without its number, a question without its answer …

    Examples
    --------
    >>> step = GuidedStep("**Half-way.** The cost is {cost}.", "k=20",
    ...                   {"cost": lambda show: show.series["J"][19]})
    >>> step.name
    'Half-way.'
    >>> step.fill(Show({}, 20, (), {"J": 2.0 ** -np.arange(20.0)}))["sentence"]
    '<b>Half-way.</b> The cost is 1.91·10⁻⁶.'
    """

    sentence: str
    state: str = ""
    numbers: Mapping[str, Callable[[Show], Any]] = field(default_factory=dict)
    question: str = ""
    choices: Sequence[str] = ()
    answer: Callable[[Show], str] | None = None
    reveal: str = ""

    def __post_init__(self) -> None:
        for name in ("sentence", "state", "question", "reveal"):
            check_text(f"{name} of a guided step", getattr(self, name))
        if not self.sentence.strip():
            raise ValueError("the sentence of a guided step must say something; given ''.")
        for name, number in check_dict("numbers of a guided step", self.numbers).items():
            if not callable(number):
                raise TypeError(
                    f"numbers[{name!r}] must be a function of what is shown, so that it is "
                    f"computed from the run; given {describe(number)}."
                )
        choices = check_all("choices of a guided step", self.choices, (str,))
        object.__setattr__(self, "choices", choices)
        _check_question(self)
        _check_holes(self)

    @property
    def name(self) -> str:
        """The bold words that the sentence begins with; the whole of it without such."""
        parts = self.sentence.split("**")
        return parts[1] if len(parts) > 2 and not parts[0] else self.sentence

    def fill(self, show: Show) -> dict[str, Any]:
        """Return the step's texts for a run, as HTML, and which choice is right.

        Parameters
        ----------
        show : Show
            Of the step's state.

        Returns
        -------
        dict
            "sentence", "question", "choices", "answer" (a place among the choices; -1 without a
            question) and "reveal".

        Raises
        ------
        ValueError
            Where a number or the answer can't be computed from this run, or is no choice.
        """
        found = {name: _of(show, name, number) for name, number in self.numbers.items()}
        right = self._right(show)
        if self.question:
            found["answer"] = self.choices[right]
        return {
            "name": _plain(self.name),
            "sentence": _write(self.sentence, found),
            "question": _write(self.question, found),
            "choices": [_write(choice, {}) for choice in self.choices],
            "answer": right,
            "reveal": _write(self.reveal or self.sentence, found) if self.question else "",
        }

    def _right(self, show):
        """Return the place of the right choice; -1 without a question."""
        if not self.answer:
            return -1
        answer = _of(show, "answer", self.answer)
        if answer not in self.choices:
            raise ValueError(
                f"the answer of the guided step {self.name!r} must be one of its choices "
                f"({', '.join(self.choices)}); computed {describe(answer)}."
            )
        return self.choices.index(answer)


Guide = Sequence[GuidedStep]


def check_guide(given: object) -> tuple[GuidedStep, ...]:
    """Return guided steps as a tuple.

    Raises
    ------
    ValueError, TypeError
        For what is no list of them, and for more than have room in the header.
    """
    guide = check_all("guide", given, (GuidedStep,))
    if len(guide) > MOST_STEPS:
        raise ValueError(f"guide must have at most {MOST_STEPS} steps; given {len(guide)}.")
    return guide


def at(series: str, k: int | None = None) -> Callable[[Show], float]:
    """Return a number for a step: the value of a series at step k, from 1; at the last one without.

    Examples
    --------
    >>> at("J", 2)(Show({}, 3, (), {"J": np.array([3.0, 1.0, 0.5])}))
    1.0
    """
    return lambda show: float(show.series[series][-1 if k is None else _place(show, k)])


def _place(show, k):
    if not 1 <= k <= show.steps:
        raise ValueError(f"k must be from 1 to {show.steps}, the steps shown; given {k}")
    return k - 1


def first_below(values: np.ndarray, level: float) -> int:
    """Return the first step, from 1, at which a series is below a level; 0 where it never is.

    Examples
    --------
    >>> first_below(np.array([3.0, 1.0, 0.5]), 2)
    2
    """
    below = np.asarray(values) < level
    return int(below.argmax()) + 1 if below.any() else 0


def _check_question(step):
    if bool(step.question) != bool(step.answer) or bool(step.question) != bool(step.choices):
        raise ValueError(
            "a question needs choices and an answer, and these a question; given "
            f"question={step.question!r}, {len(step.choices)} choices, answer={step.answer!r}."
        )
    if step.question and len({*step.choices}) < max(2, len(step.choices)):
        raise ValueError(f"choices must be two or more that differ; given {step.choices!r}.")
    if step.answer is not None and not callable(step.answer):
        raise TypeError(
            "answer must be a function of what is shown, so that it is computed from the run; "
            f"given {describe(step.answer)}."
        )
    if step.reveal and not step.question:
        raise ValueError("reveal is said after a guess; this step has no question.")


def _check_holes(step):
    known = {*step.numbers}
    for text in (step.sentence, step.question, step.reveal):
        can = known | {"answer"} if text is step.reveal and text else known
        for hole in _holes(text):
            if hole not in can:
                near = difflib.get_close_matches(hole, can, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                has = ", ".join(sorted(can)) or "none"
                raise ValueError(
                    f"the hole {{{hole}}} of a guided step has no number; numbers has: {has}.{hint}"
                )


def _holes(text):
    """Return the names of the holes in a text; braces between dollars belong to formulas."""
    try:
        parts = [part for words in _words(text) for part in string.Formatter().parse(words)]
    except ValueError as error:
        raise ValueError(f"{text!r} has a brace that opens or closes no hole: {error}.") from None
    return [name for _, name, _, _ in parts if name is not None]


def _words(text):
    """Return the parts of a text outside of formulas."""
    parts = text.split("$")
    return parts[::2] if len(parts) % 2 else [text]


def _of(show, name, number):
    try:
        return number(show)
    except Exception as error:
        raise ValueError(
            f"{name!r} of a guided step can't be computed from this run: "
            f"{type(error).__name__}: {error}."
        ) from error


class _Writer(string.Formatter):
    """Numbers as people write them: three digits, 2·10⁻⁸, a real minus."""

    def format_field(self, value, format_spec):
        is_number = isinstance(value, Real) and not isinstance(value, (bool, Integral))
        text = super().format_field(value, format_spec or (_DIGITS if is_number else ""))
        if not isinstance(value, Real):
            return text
        return as_power(text).replace("-", "−").replace("%", "\N{NARROW NO-BREAK SPACE}%")


def _write(text, numbers):
    """Return a text as HTML, its holes filled."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        parts = [text]
    filled = [part if i % 2 else _Writer().vformat(part, (), numbers) if part else ""
              for i, part in enumerate(parts)]  # fmt: skip
    bold = to_html("$".join(filled)).split("**")
    tags = ("<b>", "</b>")
    return bold[0] + "".join(tags[i % 2] + part for i, part in enumerate(bold[1:]))


def _plain(name):
    return name.replace("$", "").replace("*", "")
