"""Which of several changed formulas that give the same numbers is said."""

import re
from dataclasses import dataclass

import numpy as np

from mlpteach.exercise.readback.edits.edit import TINY, Edit
from mlpteach.exercise.readback.expression import NO_VALUE, evaluate, walk, write

# Families of slips, the more usual first.
_LIKELY = (
    ("missing", "function_missing", "first_update", "counted", "exchanged", "bracket", "rounded",
     "whole", "multiplied_out"),
    ("twice", "moved", "argument", "matrix_product", "axis", "reduction", "centred", "left_out",
     "one_for_all", "numbers_for_arguments"),
    ("operator", "function", "other_part", "number_for_argument", "number", "slope",
     "default", "other_number", "small_added", "largest_only", "schedule", "repeated",
     "other_function", "early_updates", "late_updates"),
    ("clipped", "cut_off", "plain_step", "factor", "term", "function_added", "summed", "counted_by",
     "applied_twice", "normalised_step", "other_step"),
    ("masked", "cut", "normalised"),
)  # fmt: skip
_WIDE = 16


@dataclass(frozen=True)
class Reading:
    """What was read back for one quantity.

    Attributes
    ----------
    family : str
        What kind of slip, "" where several formulas fit that have no kind in common.
    edit : Edit, optional
        The changed formula that may be shown; None where only its family may be said.
    fits : Edit, optional
        One that fits, shown or not.
    """

    family: str
    edit: Edit | None = None
    fits: Edit | None = None


def likeliest(found):
    """Return the fits that are the likeliest slips: what hardly anybody writes gives way."""
    best = min(unlikely(edit.family) for edit in found)
    return [edit for edit in found if unlikely(edit.family) == best]


def likely(family):
    """Whether a family is among the usual slips, or two of them."""
    return family == "two_slips" or unlikely(family) < len(_LIKELY)


def unlikely(family):
    return next((rank for rank, group in enumerate(_LIKELY) if family in group), len(_LIKELY))


def judge(trials, found, follows):
    """Compare the fits on wide inputs: say the shortest of those that agree."""
    found = sorted(found, key=simplicity)
    inputs = WideInputs(trials.cases, follows)
    first, *others = found
    families = {
        edit.family for edit in others if not agree(first.formula, edit.formula, inputs)
    } | {first.family}
    if len(families) > 1:
        return Reading("", fits=first)
    undecided = any(_only_numbers_differ(first, edit) for edit in others)
    if undecided or agree(first.formula, trials.formula, inputs):
        return Reading(first.family, fits=first)
    return Reading(first.family, first, first)


def or_whole(reading, found, trials):
    """Leave open whether a part is missing or cut off, where the numbers are whole."""
    cut = [edit for edit in found if edit.family == "cut"]
    if reading.family != "missing" or not cut:
        return reading
    inputs = WideInputs(trials.cases, trials.follows)
    same = any(agree(reading.fits.formula, edit.formula, inputs) for edit in cut)
    return Reading("whole", fits=reading.fits) if same else reading


def _only_numbers_differ(first, second):
    """Whether two edits are one with another number: which one, nobody can tell."""
    shown = [re.sub(r"\d[\d.e-]*", "#", write(edit.new)) for edit in (first, second)]
    return shown[0] == shown[1] and write(first.new) != write(second.new)


def simplicity(edit):
    """Sort key: the smallest part that is changed, the shortest formula, a factor before a term."""
    old = len(list(walk(edit.old)))
    return old, len(list(walk(edit.formula))), edit.family == "term", write(edit.formula)


def agree(first, second, inputs):
    return all(_same_value(first, second, values) for values in inputs)


def _same_value(first, second, values):
    try:
        one, other = evaluate(first, values, {}), evaluate(second, values, {})
    except NO_VALUE:
        return True  # what cannot be compared here is told apart elsewhere
    if np.shape(one) != np.shape(other):
        return False
    return bool(np.isclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True).all())


class WideInputs:
    """Inputs of the kind that the calls had, drawn far and wide: each when it is first needed."""

    def __init__(self, cases, follows):
        self._kinds = {text: _wide(text, cases) for text in _names(cases)}
        self._follows, self._made = follows, []

    def __iter__(self):
        for seed in range(_WIDE):
            if seed == len(self._made):
                self._made.append(self._draw(seed))
            yield self._made[seed]

    def _draw(self, seed):
        rng = np.random.default_rng(seed)
        shape = ((3, 3), (2, 3))[seed % 2]
        values = {text: draw(rng, shape, seed) for text, draw in self._kinds.items()}
        for text, formula in self._follows.items():
            values[text] = evaluate(formula, values, {})
        return values


def _names(cases):
    """Return what has a value in some call: what stopped with an error has returned nothing."""
    return dict.fromkeys(text for case in cases for text in case.values)


def _wide(text, cases):
    """Return how to draw what stands under a name: a function of rng, shape, seed."""
    if text.endswith("?"):
        return lambda rng, shape, seed: bool(rng.integers(2))
    known = [np.asarray(case.values[text]) for case in cases if text in case.values]
    if not known[0].ndim:
        if all(value.dtype.kind in "iu" for value in known):
            counts = [int(value) for value in known]
            # Some of the calls' own: on both sides of a condition on k.
            return lambda rng, shape, seed: int(
                rng.choice(counts) if seed % 4 == 3 else rng.integers(1, 20)
            )
        if max(abs(float(value)) for value in known) < TINY:
            return lambda rng, shape, seed: float(known[0])
        return lambda rng, shape, seed: float(rng.uniform(0.05, 0.95))
    lowest, highest = min(value.min() for value in known), max(value.max() for value in known)
    if lowest >= 0 and all(np.isin(value, (0, 1)).all() for value in known):
        return lambda rng, shape, seed: rng.integers(0, 2, shape).astype(float)
    if lowest >= 0:
        top = 0.98 if highest <= 1 else max(3.0, highest)
        return lambda rng, shape, seed: rng.uniform(0.02, top, shape)
    return lambda rng, shape, seed: rng.normal(0, 2 if seed % 4 else max(2.0, highest), shape)
