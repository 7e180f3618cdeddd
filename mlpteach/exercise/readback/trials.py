"""Try changed formulas against the calls: which of them give the student's numbers."""

import numpy as np

from mlpteach.exercise.readback.expression import NO_VALUE, evaluate, fill
from mlpteach.exercise.readback.one_entry import OneEntry
from mlpteach.exercise.readback.together import upwards

_MOST_FITS = 60


class Trials:
    """Candidates tried against the calls, up to a limit.

    Parameters
    ----------
    formula : Node
        The model's.
    cases : list of Case
    limit : int
    wrong : callable
        Returns the model's with one known mistake, each; asked only where nothing simpler fits.
    follows : dict of str to Node, optional
        As of a :class:`Search`.

    Attributes
    ----------
    place, wanted : int, float
        An entry of the first wrong answer that tells candidates apart quickly, and what it holds;
        None where there is none.
    """

    def __init__(self, formula, cases, limit, wrong=tuple, follows=None):
        self.formula, self.cases, self.left, self.wrong = formula, cases, limit, wrong
        self.follows = follows or {}
        for case in cases:
            _try_fill(formula, case)
        wrong = [case for case in cases if differs(formula, case)]
        self.first = next(filter(_has_numbers, wrong), None)
        self.place, self.wanted, self._slack = self._probe()
        self._entry = OneEntry(self.first, self.place) if self.readable else None

    def _probe(self):
        """Return a place of the first wrong answer where a candidate is told quickly."""
        if self.first is None:
            return None, None, None
        answer = self.first.answer.ravel()
        finite = np.flatnonzero(np.isfinite(answer))
        self.first.fits(self.first.answer)
        off = np.ones(answer.size)
        model = value_of(self.formula, self.first)
        if model is not None and np.shape(model) == self.first.answer.shape:
            off = np.nan_to_num(np.abs(np.ravel(model) - answer), nan=0.0, posinf=0.0)
        place = finite[np.argmax(off[finite])]
        return place, float(answer[place]), float(self.first.allowed.flat[place])

    @property
    def readable(self):
        """Whether there is a wrong answer with a number in it."""
        return self.place is not None

    @property
    def told(self):
        """Whether some answer is more than 0: of zeros nothing can be told."""
        return any(case.answer is not None and case.answer.any() for case in self.cases)

    def fits(self, formula):
        """Whether a formula gives every answer."""
        self.left -= 1
        entry = self._entry.value(formula)
        if entry is not None and abs(entry - self.wanted) > self._slack:
            return False
        return self._fits_whole(formula)

    def _fits_whole(self, formula):
        value = value_of(formula, self.first)
        if value is None:
            return False
        if np.shape(value) != self.first.answer.shape:
            return False
        here = float(np.ravel(value)[self.place]) if np.ndim(value) else float(value)
        if not abs(here - self.wanted) <= self._slack:
            return False
        return all(answers(formula, case) for case in (self.first, *self.cases))

    def entry_of(self, formula):
        """Return the entry of a formula in the first wrong answer's place; None where it has none.

        Nothing that may change later, such as a number yet to be found, is kept.
        """
        entry = self._entry.value(formula)
        if entry is not None:
            return entry
        try:
            value = evaluate(formula, self.first.values, self.first.memo)
            return float(np.ravel(value)[self.place])
        except NO_VALUE:
            return None

    def prepare(self, formula):
        """Work out the parts of another formula once, for all of its edits."""
        _try_fill(formula, self.first)
        self._entry = OneEntry(self.first, self.place)

    def all_fits(self, edits):
        """Return the edits that give every answer, as far as the limit reaches."""
        found = []
        for edit in edits:
            if self.left <= 0 or len(found) >= _MOST_FITS:
                break
            if self.fits(edit.formula):
                found.append(edit)
        return found

    def fits_together(self, together, formula=None):
        """Return the edits that give every answer, of all edits of a formula.

        Without a `formula` they are those of the model's.
        """
        found, formula = [], formula or self.formula
        entries = together.entries(self.first, self.place)
        for place, edits, numbers in together.groups:
            tried = min(len(edits), self.left)
            self.left -= tried
            for index in self._near(formula, place, entries[numbers[:tried]]):
                if len(found) < _MOST_FITS and self._fits_whole(edits[index].formula):
                    found.append(edits[index])
        return found

    def _near(self, formula, place, entries):
        """Return which of these give the wanted entry, in one place; all where it can't be told."""
        above = upwards(formula, place, entries, self.first, self.place)
        if above is None:
            return range(len(entries))
        return np.flatnonzero(np.abs(above - self.wanted) <= self._slack)


def _try_fill(formula, case):
    try:
        fill(formula, case.values, case.memo)
    except NO_VALUE:
        case.memo.clear()


def value_of(formula, case):
    """Return what a formula gives in a call; None where it stops with an error."""
    try:
        return evaluate(formula, case.values, case.memo)
    except NO_VALUE:
        return None


def answers(formula, case):
    value = value_of(formula, case)
    if case.answer is None or value is None:
        return case.answer is None and value is None
    return case.fits(value)


def differs(formula, case):
    return case.answer is not None and not answers(formula, case)


def _has_numbers(case):
    return bool(np.isfinite(case.answer).any())


def explains(formula, edit, cases):
    """Whether a changed formula gives every answer where the model's does not."""
    return any(differs(formula, case) for case in cases) and all(
        answers(edit.formula, case) for case in cases
    )
