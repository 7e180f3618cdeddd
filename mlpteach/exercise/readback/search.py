"""Look for the changed formula that gives the student's numbers in every call."""

import contextlib
import gc
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mlpteach.exercise.readback.branches import branch_of
from mlpteach.exercise.readback.choice import (
    WideInputs,
    agree,
    judge,
    likeliest,
    or_whole,
    simplicity,
    unlikely,
)
from mlpteach.exercise.readback.constants import solved_constants
from mlpteach.exercise.readback.edits.edit import Edit, Parts
from mlpteach.exercise.readback.edits.slips import simple_edits, single_edits, slips_beside
from mlpteach.exercise.readback.expression import Node, name, names_in, walk, write
from mlpteach.exercise.readback.scaled import scaled
from mlpteach.exercise.readback.together import Together
from mlpteach.exercise.readback.trials import Trials, differs, value_of

_BUILT_BEFORE = 4  # so many candidates that are there cost as much as one that must be built
_COUNTER = "k"  # of updates, in every sheet


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
            reading = judge(trials, likeliest(found) if trials.told else found, search.follows)
            return or_whole(reading, found, trials), limit - trials.left
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
    is_wrong = [differs(trials.formula, case) for case in trials.cases]
    branch = parts.counter and branch_of(trials.cases, is_wrong, parts.counter.value)
    if not branch:
        return []
    within = Trials(trials.formula, branch.cases, trials.left, follows=trials.follows)
    found = within.fits_together(_all_singles(trials.formula, parts)) if within.told else []
    trials.left -= (trials.left - within.left) // _BUILT_BEFORE
    found = _meant(found, branch.cases, parts)
    usual = likeliest(found) if found else []
    if not usual or (len(branch.cases) == 1 and unlikely(usual[0].family) > 1):
        return []  # one call says little
    first = min(usual, key=simplicity)
    inputs = WideInputs(branch.cases, trials.follows)
    sure = all(agree(first.formula, edit.formula, inputs) for edit in found)
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
