"""Numbers for a question: drawn by its seed, or taken from a place in a run."""

from mlpteach.quiz.place import find_place
from mlpteach.quiz.runs import seeded_run

_SEEDS = 3  # runs of one name; more would cost time and teach nothing new


class Numbered:
    """For kinds of questions whose texts show numbers."""

    def prepare(self, rng, run):
        """Fill ``numbers``: what is drawn, then what the run says."""
        self.place = None
        self.numbers = {name: draw(values, rng) for name, values in self._table("draw").items()}
        if "run" not in self.fields:
            return
        run = run if run is not None else seeded_run(self.fields["run"], int(rng.integers(_SEEDS)))
        updates = tuple(self.fields.get("updates", (1, None)))
        self.place = find_place(run, rng, updates, self.fields.get("layer"))
        self.numbers |= self.place.numbers()
        missing = [name for name in self._used() if name not in self.numbers]
        if missing:
            raise ValueError(
                f"question {self.question.id!r} asks about {', '.join(missing)}, which this run by "
                f"{self.place.rule} does not have; it was made for the run {self.fields['run']!r}."
            )

    def _table(self, name):
        return self.fields.get(name, {})

    def _used(self):
        return self.fields.get("uses", ())


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
