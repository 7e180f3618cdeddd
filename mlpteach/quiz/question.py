"""A question as it stands in the bank, and the way to an asked one with its own numbers."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from mlpteach.basics.arguments import describe
from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement

TYPES = (
    "true_false", "single", "multiple", "number", "formula", "ordering", "quantity", "ranges",
    "words",
)  # fmt: skip

# What every question says.
COMMON = ("type", "slide", "goal", "text")
# Where else a question has texts: fields of its own, and fields of the parts it lists.
_TEXTS = ("why", "if_true", "if_false", "otherwise")
_TEXTS_OF_PARTS = {
    "choice": ("text", "why"), "line": ("text", "why"),
    "word": ("why",), "also": ("why",), "mistake": ("why",), "range": ("why",),
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One entry of the bank, checked.

    Attributes
    ----------
    id, type, slide, goal, text : str
        `type` is one of TYPES; `text` as described in :mod:`mlpteach.quiz.text.markup`.
    lecture : str
        Name of the file it stands in, such as "02_adaptive_optimizers".
    fields : dict
        What its type needs beside these; see ``schema.json``.
    """

    id: str
    type: str
    slide: str
    goal: str
    text: str
    lecture: str
    fields: dict = field(repr=False)

    @property
    def has_new_numbers(self) -> bool:
        """Whether another seed asks for something else."""
        return self.type == "quantity" or "draw" in self.fields or "run" in self.fields

    def texts(self) -> dict[str, str]:
        """Return field -> text of all that a reader may get to see."""
        found = {"text": self.text}
        found |= {name: self.fields[name] for name in _TEXTS if name in self.fields}
        for kind, names in _TEXTS_OF_PARTS.items():
            for i, part in enumerate(self.fields.get(kind, ())):
                found |= {f"{kind}.{i}.{name}": part[name] for name in names}
        return found

    def ask(self, seed: int | str = 0, run: object = None) -> AskedQuestion:
        """Return the question with the numbers that a seed, or a run, gives it.

        Parameters
        ----------
        seed : int or str
            Decides all numbers and the order of choices; a student's id, for instance.
        run : Trace or dashboard, optional
            Where the numbers come from; by default a seeded run.

        Returns
        -------
        mlpteach.quiz.asked_question.AskedQuestion

        Raises
        ------
        ValueError, TypeError
            Where the run has not what the question asks about.
        """
        from mlpteach.quiz.kinds import KINDS

        if run is not None and "run" not in self.fields:
            raise ValueError(
                f"question {self.id!r} takes nothing from a run or a dashboard: ask it without one."
            )
        rng = generator(self.id, seed)
        return KINDS[self.type](self, seed, rng, run)

    def judge(self, answer: object, seed: int | str = 0) -> Judgement:
        """Judge an answer to the question as the seed asks it.

        Examples
        --------
        >>> from mlpteach.quiz import QUESTIONS
        >>> QUESTIONS["only_the_last_sensitivity"].judge("true").right
        True
        """
        return self.ask(seed).judge(answer)


def generator(id, seed):
    """Return the generator of one question for one student; the same on every machine."""
    if isinstance(seed, bool) or not isinstance(seed, (int, str, np.integer)):
        raise TypeError(f"seed must be a whole number or a text; given {describe(seed)}.")
    digest = hashlib.sha256(f"{id}\0{seed}".encode("utf-8", "replace")).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
