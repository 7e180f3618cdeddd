"""Look for the changed formula that gives the student's numbers in every call."""

import contextlib
import gc
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mlpteach.exercise.readback.branches import branch_of
from mlpteach.exercise.readback.constants import solved_constants
from mlpteach.exercise.readback.edits.edit import Edit, Parts
from mlpteach.exercise.readback.edits.slips import simple_edits, single_edits, slips_beside
from mlpteach.exercise.readback.expression import (
    NO_VALUE,
    Node,
    evaluate,
    fill,
    name,
    names_in,
    walk,
    write,
)
from mlpteach.exercise.readback.one_entry import OneEntry
from mlpteach.exercise.readback.scaled import scaled
from mlpteach.exercise.readback.together import Together, upwards

_MOST_FITS = 60
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
_BUILT_BEFORE = 4  # so many candidates that are there cost as much as one that must be built
_TINY = 1e-4  # an eps that no call has made larger has no place that could be seen
_COUNTER = "k"  # of updates, in every sheet


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
        wrong = [case for case in cases if _differs(formula, case)]
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
        return all(_answers(formula, case) for case in (self.first, *self.cases))

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


def _answers(formula, case):
    value = value_of(formula, case)
    if case.answer is None or value is None:
        return case.answer is None and value is None
    return case.fits(value)


def _differs(formula, case):
    return case.answer is not None and not _answers(formula, case)


def _has_numbers(case):
    return bool(np.isfinite(case.answer).any())


def explains(formula, edit, cases):
    """Whether a changed formula gives every answer where the model's does not."""
    return any(_differs(formula, case) for case in cases) and all(
        _answers(edit.formula, case) for case in cases
    )


@dataclass(frozen=True)
class Search:
    """What a search may put into a formula, and how far it goes.

    Attributes
    ----------
    hidden : tuple of Node
        Lines of the model that have no argument for a name.
    returns : tuple of str
        What the function returns.
    defaults : dict of str to object
        Of the function's parameters.
    follows : dict of str to Node
        What stands for a quantity that was returned before and is right -> how it follows.
    stages : tuple of callable
        Of STAGES: each only if the former found nothing.
    wrong : callable
        Returns the formula with one known mistake, each, as a tuple of Nodes.
    """

    hidden: tuple
    returns: tuple
    follows: dict
    defaults: dict
    stages: tuple
    wrong: Callable = tuple


def read_quantity(formula, cases, search, limit):
    """Return (the :class:`Reading` of a wrong quantity or None, candidates tried).

    Parameters
    ----------
    formula : Node
        The model's.
    cases : list of Case
    search : Search
    limit : int
        Candidates that may be tried.
    """
    trials = Trials(formula, cases, limit, search.wrong, search.follows)
    if not trials.readable:
        return None, 0
    parts = _parts(formula, search, cases)
    for stage in search.stages:
        found = _meant(stage(trials, parts), cases, parts)
        if found:
            if not trials.told:  # 0 is hardly ever the slope of what is 0 or 1
                found = [e for e in found if e.family != "slope_alone"] or found
            reading = _judge(trials, _likeliest(found) if trials.told else found, search.follows)
            return _or_whole(reading, found, trials), limit - trials.left
        if trials.left <= 0:
            break
    return None, limit - trials.left


def _parts(formula, search, cases):
    values = {text: value for case in reversed(cases) for text, value in case.values.items()}
    arrays = tuple(text for text, value in values.items() if np.ndim(value))
    scalars = tuple(text for text in values if text not in arrays and not text.endswith("?"))
    defaults = tuple((text, v) for text, v in search.defaults.items() if not isinstance(v, str))
    return _parts_by_name(formula, search.hidden, arrays, scalars, search.returns, defaults)


def _meant(edits, cases, parts):
    """Return the edits that somebody may have meant."""
    alike, never = _alike_scalars(cases, parts), _never_given(cases)
    return [
        _number_or_default(edit, never)
        for edit in edits
        if _may_be_meant(edit, alike, never, cases[0])
        and (edit.family != "cut" or _several_values(edit.new, cases))
    ]


def _several_values(formula, cases):
    """Whether there is more than one number left: else any number would do."""
    values = [value_of(formula, case) for case in cases]
    return len({x for value in values if value is not None for x in np.ravel(value).tolist()}) > 1


def _may_be_meant(edit, alike, never, case):
    """Whether an edit puts in nothing that only happens to be another number by default."""
    if edit.family == "exchanged":
        return True
    if any(map(_is_zero, walk(edit.formula))):
        return False
    put_in = names_in(edit.new) - names_in(edit.old)
    return alike.isdisjoint(put_in) and not _is_the_rest(edit, never, case)


def _is_zero(node):
    """Whether a part is x - x, which nobody writes."""
    return node.op == "-" and write(node.parts[0]) == write(node.parts[1])


def _never_given(cases):
    """Return the parameters that have their default in every call."""
    told = {text for text in cases[0].values if text.endswith("?")}
    return {text[:-1] for text in told if not any(case.values[text] for case in cases)}


def _number_or_default(edit, never):
    """Leave open where a number stands, if the argument was never given."""
    either = edit.family in ("number_for_argument", "default")
    if not either or edit.old.op != "name" or edit.old.value not in never:
        return edit
    return edit.called("other_number")


def _is_the_rest(edit, never, case):
    """Whether a number for an argument that was never given is what it leaves of 1."""
    old, new = edit.old, edit.new
    if old.op != "name" or new.op != "number" or old.value not in never:
        return False
    return bool(np.isclose(new.value, 1 - case.values[old.value], rtol=1e-9))


def _alike_scalars(cases, parts):
    """Return the scalars that are another one, or 1 - another one, in every call, as by default.

    An eta of 0.001 can't be told from 1 - beta2.
    """
    first = cases[0].values
    steady = [
        text
        for text in (node.value for node in parts.scalars)
        if all(case.values.get(text) == first.get(text) for case in cases)
    ]
    return {
        text
        for text in steady
        for other in steady
        if text != other
        and any(np.isclose(first[text], value) for value in (first[other], 1 - first[other]))
    }


@lru_cache(maxsize=64)
def _parts_by_name(formula, hidden, arrays, scalars, returns, defaults):
    """Return the Parts of these names, the same objects for the same names."""
    leaves = {node.value: node for node in walk(formula) if node.op == "name"}
    nodes = {text: leaves.get(text) or name(text) for text in (*arrays, *scalars)}
    inputs = tuple(nodes[text] for text in arrays if text.rstrip("'") not in returns)
    lines = [line for line in hidden if names_in(line) <= set(nodes)]  # M_hat, not M itself
    return Parts(
        (*(nodes[text] for text in arrays), *lines),
        tuple(nodes[text] for text in scalars),
        inputs,
        nodes.get(_COUNTER),
        tuple((nodes[text], value) for text, value in defaults if text in scalars),
    )


def _singles(trials, parts):
    return trials.fits_together(_all_singles(trials.formula, parts))


@lru_cache(maxsize=64)
def _all_singles(formula, parts):
    """Return the single edits of a formula, made once for a class."""
    with _no_collection():
        return _by_place(single_edits(formula, parts))


def _by_place(edits):
    groups = defaultdict(list)
    for edit in edits:
        groups[edit.place].append(edit)
    return Together(groups.items())


@contextlib.contextmanager
def _no_collection():
    """Keep the garbage collector from going through thousands of new objects that all stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _known_and_scaled(trials, parts):
    """Return the known mistakes that give every answer with a factor before them."""
    return trials.all_fits(
        _two(each.formula, new, each)
        for wrong, new in _by_size(trials.formula, trials.wrong())
        for each in scaled(wrong, trials.first, parts)
    )


def _branches(trials, parts):
    """Return the single edits that hold on one side of a condition on k, all of them or none."""
    is_wrong = [_differs(trials.formula, case) for case in trials.cases]
    branch = parts.counter and branch_of(trials.cases, is_wrong, parts.counter.value)
    if not branch:
        return []
    within = Trials(trials.formula, branch.cases, trials.left, follows=trials.follows)
    found = within.fits_together(_all_singles(trials.formula, parts)) if within.told else []
    trials.left -= (trials.left - within.left) // _BUILT_BEFORE
    found = _meant(found, branch.cases, parts)
    likeliest = _likeliest(found) if found else []
    if not found or (len(branch.cases) == 1 and _unlikely(likeliest[0].family) > 1):
        return []  # one call says little
    first = min(likeliest, key=_simplicity)
    inputs = _WideInputs(branch.cases, trials.follows)
    sure = all(_agree(first.formula, edit.formula, inputs) for edit in found)
    sides = (first.formula, trials.formula) if branch.early else (trials.formula, first.formula)
    whole = Node("from_update", (parts.counter, *sides), branch.first)
    family = "early_updates" if branch.early else "late_updates"
    return [Edit(family, whole, first.old, first.new, one=first.family if sure else "")]


def _constants(trials, parts):
    return trials.all_fits(solved_constants(trials, parts))


def _pairs(trials, parts):
    return trials.all_fits(_all_pairs(trials, parts))


def _all_pairs(trials, parts):
    for first in simple_edits(trials.formula, parts):
        for second in simple_edits(first.formula, parts):
            if trials.left <= 0:
                return
            yield _two(second.formula, first.new, second)


def _beside_known(trials, parts):
    """Return what a known mistake and another slip together explain."""
    found = []
    for wrong, new in _by_size(trials.formula, trials.wrong()):
        trials.prepare(wrong)
        fits = trials.fits_together(_slips_beside(wrong, parts), wrong)
        found += [_two(each.formula, new, each) for each in fits]
    return found


@lru_cache(maxsize=64)
def _by_size(formula, wrong):
    """Return (formula with a known mistake, its changed part), the smallest change first."""
    changed = [(each, _changed_part(formula, each)[1]) for each in wrong]
    return sorted(changed, key=lambda pair: len(list(walk(pair[1]))))


@lru_cache(maxsize=512)
def _slips_beside(wrong, parts):
    """Return the edits of a known mistake's formula, made once for a class."""
    with _no_collection():
        return _by_place((*simple_edits(wrong, parts), *slips_beside(wrong, parts)))


def _two(formula, first, second):
    """Return the Edit that is two slips: what stands in the first one's place, and the second."""
    return Edit("two_slips", formula, first, second.new, one=second.family)


def _changed_part(model, wrong):
    """Return the smallest part in which two formulas differ, of both; (None, None) for none."""
    if model is wrong or write(model) == write(wrong):
        return None, None
    if model.op != wrong.op or model.value != wrong.value or len(model.parts) != len(wrong.parts):
        return model, wrong
    found = [_changed_part(*pair) for pair in zip(model.parts, wrong.parts, strict=True)]
    found = [pair for pair in found if pair[0] is not None]
    return found[0] if len(found) == 1 else (model, wrong)


STAGES = (_singles, _known_and_scaled, _branches, _constants, _beside_known, _pairs)

# Which of several that fit


def _likeliest(found):
    """Return the fits that are the likeliest slips: what hardly anybody writes gives way."""
    best = min(_unlikely(edit.family) for edit in found)
    return [edit for edit in found if _unlikely(edit.family) == best]


def likely(family):
    """Whether a family is among the usual slips, or two of them."""
    return family == "two_slips" or _unlikely(family) < len(_LIKELY)


def _unlikely(family):
    return next((rank for rank, group in enumerate(_LIKELY) if family in group), len(_LIKELY))


def _judge(trials, found, follows):
    """Compare the fits on wide inputs: say the shortest of those that agree."""
    found = sorted(found, key=_simplicity)
    inputs = _WideInputs(trials.cases, follows)
    first, *others = found
    families = {
        edit.family for edit in others if not _agree(first.formula, edit.formula, inputs)
    } | {first.family}
    if len(families) > 1:
        return Reading("", fits=first)
    undecided = any(_only_numbers_differ(first, edit) for edit in others)
    if undecided or _agree(first.formula, trials.formula, inputs):
        return Reading(first.family, fits=first)
    return Reading(first.family, first, first)


def _or_whole(reading, found, trials):
    """Leave open whether a part is missing or cut off, where the numbers are whole."""
    cut = [edit for edit in found if edit.family == "cut"]
    if reading.family != "missing" or not cut:
        return reading
    inputs = _WideInputs(trials.cases, trials.follows)
    same = any(_agree(reading.fits.formula, edit.formula, inputs) for edit in cut)
    return Reading("whole", fits=reading.fits) if same else reading


def _only_numbers_differ(first, second):
    """Whether two edits are one with another number: which one, nobody can tell."""
    shown = [re.sub(r"\d[\d.e-]*", "#", write(edit.new)) for edit in (first, second)]
    return shown[0] == shown[1] and write(first.new) != write(second.new)


def _simplicity(edit):
    """Sort key: the smallest part that is changed, the shortest formula, a factor before a term."""
    old = len(list(walk(edit.old)))
    return old, len(list(walk(edit.formula))), edit.family == "term", write(edit.formula)


def _agree(first, second, inputs):
    return all(_same_value(first, second, values) for values in inputs)


def _same_value(first, second, values):
    try:
        one, other = evaluate(first, values, {}), evaluate(second, values, {})
    except NO_VALUE:
        return True  # what cannot be compared here is told apart elsewhere
    if np.shape(one) != np.shape(other):
        return False
    return bool(np.isclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True).all())


class _WideInputs:
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
        if max(abs(float(value)) for value in known) < _TINY:
            return lambda rng, shape, seed: float(known[0])
        return lambda rng, shape, seed: float(rng.uniform(0.05, 0.95))
    lowest, highest = min(value.min() for value in known), max(value.max() for value in known)
    if lowest >= 0 and all(np.isin(value, (0, 1)).all() for value in known):
        return lambda rng, shape, seed: rng.integers(0, 2, shape).astype(float)
    if lowest >= 0:
        top = 0.98 if highest <= 1 else max(3.0, highest)
        return lambda rng, shape, seed: rng.uniform(0.02, top, shape)
    return lambda rng, shape, seed: rng.normal(0, 2 if seed % 4 else max(2.0, highest), shape)
