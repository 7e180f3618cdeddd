"""Numbers for a question: drawn by its seed, or taken from a weight in a run."""

from mlpteach.quiz.runs import RUNS, seeded_run
from mlpteach.quiz.text.markup import slots
from mlpteach.quiz.typed.expression import names_in, parse
from mlpteach.quiz.weight_in_run import choose_weight

_SEEDS = 3  # runs of one name; more would cost time and teach nothing new


class WithNumbers:
    """For kinds of questions whose texts show numbers."""

    def prepare(self, rng, run):
        """Fill ``numbers``: what is drawn, then what the run says."""
        self.weight = None
        self.numbers = {name: draw(values, rng) for name, values in self._table("draw").items()}
        if "run" not in self.fields:
            return
        run = run if run is not None else seeded_run(self.fields["run"], int(rng.integers(_SEEDS)))
        updates = tuple(self.fields.get("updates", (1, None)))
        self.weight = choose_weight(run, rng, updates, self.fields.get("layer"))
        self.numbers |= self.weight.numbers()
        missing = sorted(names_of_the_run(self.question) - self.numbers.keys())
        if missing:
            raise ValueError(
                f"question {self.question.id!r} asks about {', '.join(missing)}, which this run by "
                f"{self.weight.rule} does not have; it was made for the run {self.fields['run']!r}."
            )

    def _table(self, name):
        return self.fields.get(name, {})


def names_of_the_run(question):
    """Return the names of the run's numbers that texts show and expressions use."""
    fields, known = question.fields, RUNS[question.fields["run"]].names()
    names = {name for text in question.texts().values() for name in slots(text)}
    if question.type == "number":
        parts = [*fields.get("also", ()), *fields.get("mistake", ())]
        for expression in (fields["answer"], *(part["value"] for part in parts)):
            names |= names_in(parse(expression, known | fields.get("draw", {}).keys()))
    return names & known


def draw(values, rng):
    """Return one of a list, or a number between two ends with two digits.

    Examples
    --------
    >>> import numpy as np
    >>> draw([3.0], np.random.default_rng(0))
    3.0
    """
    if isinstance(values, list):
        return float(values[rng.integers(len(values))])
    low, high = values["low"], values["high"]
    return float(f"{rng.uniform(low, high):.{values.get('digits', 2)}g}")
