"""A formula: right if it computes the same as the key on random arrays, however it is written."""

import numpy as np

from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.text.markup import to_html
from mlpteach.quiz.typed.expression import evaluate, parse
from mlpteach.quiz.typed.spelling import Unreadable

_DRAWS = 3  # sets of arrays
_DRAWN = {
    "unit": lambda rng, shape: rng.uniform(0.05, 0.95, shape),
    "binary": lambda rng, shape: rng.integers(0, 2, shape).astype(float),
    "normal": lambda rng, shape: rng.normal(size=shape),
    "positive": lambda rng, shape: rng.uniform(0.1, 3.0, shape),
    "count": lambda rng, shape: rng.integers(2, 7, shape).astype(float),
}
VALUES = tuple(_DRAWN)


class Formula(AskedQuestion):
    """The answer is an expression of the question's names."""

    def prepare(self, rng, run):
        self.names = self.fields["names"]
        self.written = {
            slide: name for name, entry in self.names.items() for slide in entry.get("written", ())
        }
        fixed = np.random.default_rng(7)  # the verdict must not hang on the student's seed
        self.arrays = [
            {
                name: _DRAWN[entry["values"]](fixed, tuple(entry.get("shape", ())))
                for name, entry in self.names.items()
            }
            for _ in range(_DRAWS)
        ]
        self.key = self._computed(self.fields["answer"])

    @property
    def hint(self):
        return f"A formula of {', '.join(f'{name}' for name in self.names)}; Python or LaTeX."

    def shown_fields(self):
        return {"field": "formula"}

    @property
    def solution(self):
        return self.fields["answer"]

    def solution_html(self):
        return [to_html(f"`{self.solution}`")]

    def _computed(self, text):
        tree = parse(text, self.names, self.written)
        return [np.asarray(evaluate(tree, arrays)) for arrays in self.arrays]

    def judge_text(self, text):
        given = self._computed(text)
        if _same(given, self.key):
            return Judgement(1.0, self.why)
        for mistake in self.fields.get("mistake", ()):
            if _same(given, self._computed(mistake["formula"])):
                return Judgement(0.0, self._filled(mistake["why"]), mistake["id"])
        return Judgement(0.0, self._how_different(given))

    def recognises(self, mistake):
        """Whether a known mistake computes something else than the key."""
        return not _same(self._computed(mistake["formula"]), self.key)

    def _how_different(self, given):
        """Describe a difference that no known mistake makes."""
        mine, key = given[0], self.key[0]
        if mine.shape != key.shape:
            if mine.T.shape == key.shape and _same([g.T for g in given], self.key):
                return "It is the transpose of what it should be."
            shape = f"has the shape {mine.shape}" if mine.shape else "is a single number"
            return f"It {shape}, and should have the shape {key.shape}."
        if not all(np.isfinite(g).all() for g in given):
            return "For some inputs it is no finite number: look at what is divided by, or rooted."
        with np.errstate(all="ignore"):
            pairs = list(zip(given, self.key, strict=True))
            ratios = np.concatenate([(g / k).ravel() for g, k in pairs])
            offsets = np.concatenate([(g - k).ravel() for g, k in pairs])
        ratios = ratios[np.isfinite(ratios)]
        if ratios.size and np.allclose(ratios, ratios[0], rtol=1e-9) and ratios[0]:
            return f"It is {_factor(ratios[0])} what it should be."
        if np.allclose(offsets, offsets[0], rtol=1e-9, atol=1e-12):
            return f"It differs from what it should be by the constant {offsets[0]:.4g}."
        return "It has the right shape, but other values than it should."


def _factor(ratio):
    return "the negative of" if np.isclose(ratio, -1) else f"{ratio:.4g} times"


def _same(given, key):
    return all(
        g.shape == k.shape and np.allclose(g, k, rtol=1e-8, atol=1e-11)
        for g, k in zip(given, key, strict=True)
    )


def check_formula(text, names, written):
    """Raise Unreadable if a formula of a question file is none."""
    tree = parse(text, names, written)
    arrays = {name: np.ones(tuple(entry.get("shape", ()))) for name, entry in names.items()}
    if not np.size(evaluate(tree, arrays)):
        raise Unreadable("it has no entries")
