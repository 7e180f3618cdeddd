"""Error carried forward: a mistake in a function costs nothing once more in one that calls it.

A function that is wrong only because of its helpers is right. So where it differs, what the
student's own helpers answered in their own checks, or answer now to inputs of these, tells which
known mistakes are paid for there.
"""

from dataclasses import dataclass, field

import numpy as np

from mlpteach.exercise.comparison import Comparison, ask
from mlpteach.exercise.differences import Finding
from mlpteach.exercise.earlier_checks import answered
from mlpteach.exercise.in_place import changed_in_place
from mlpteach.exercise.limited_memory import limited_memory
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.protocol import Excuse, NoAnswer
from mlpteach.exercise.readback.budget import current_budget
from mlpteach.exercise.readback.quantities import says_nothing
from mlpteach.exercise.replies import arrays

_SEEDS = 2**62
_IN_PLACE = 0.5  # of a check's points, at most, for a right function that changes its arguments
_SOMETHING_LOST = 0.9
_STOPS = ("raises", "not_written")
# Where a mistake leaves so little of the numbers, they prove nothing about who calls.
_PROVES_NOTHING = ("argument_returned", "integer_array", "precision")


@dataclass(frozen=True)
class Helpers:
    """What the functions that another one may call turned out to be.

    Attributes
    ----------
    wrong : dict of str to tuple of Mistake
        Name -> the known mistakes that it makes; () where none is known.
    broken : tuple of str
        Names of those that do not answer, or only with an error.
    reach : dict of str to frozenset of str
        Name of a wrong one -> it and all that it calls.
    most : dict of str to float
        Name of a wrong one -> the most that its own check may have given.
    in_place : tuple of str
        Names of those that are right, but change their arguments.
    silent : tuple of str
        Names of the broken ones that are written: they are not there, stop, or return nothing.
    asked : int
        How many there are.
    """

    wrong: dict
    broken: tuple
    reach: dict
    most: dict = field(default_factory=dict)
    in_place: tuple = ()
    silent: tuple = ()
    asked: int = 0

    @property
    def mistakes(self):
        """The known mistakes of all helpers; () where one is wrong in a way not known."""
        if not all(self.wrong.values()):
            return ()
        return tuple(dict.fromkeys(m for made in self.wrong.values() for m in made))

    @property
    def paid(self):
        """Say which helpers are wrong, and that they are paid for."""
        # Earlier, not there: adam_update may itself be right but for a helper of its own.
        names = " and ".join((*self.wrong, *self.in_place))
        return f"{names}: what is wrong there costs its points in earlier checks"

    @property
    def paid_silent(self):
        """Say which helpers give no answer, and that they are paid for."""
        names = " and ".join((*self.silent, *self.wrong, *self.in_place))
        return f"{names}: what stops there costs its points in earlier checks"

    @property
    def known(self):
        """The known mistakes, whatever else is wrong."""
        return tuple(dict.fromkeys(m for made in self.wrong.values() for m in made))

    def known_of_others(self, asked):
        """Return the known mistakes of the helpers that are not asked."""
        others = [made for name, made in self.wrong.items() if name not in asked]
        return tuple(dict.fromkeys(m for made in others for m in made))

    @property
    def to_be_asked(self):
        """Names of those whose mistakes no list holds whole, to be asked; () for too many."""
        return self._not_too_many(n for n in (*self.wrong, *self.in_place) if self._asks(n))

    @property
    def all_to_be_asked(self):
        """Names of all that are wrong, to be asked where known mistakes are only nearly theirs."""
        return self._not_too_many((*self.wrong, *self.in_place))

    def _not_too_many(self, names):
        names = tuple(names)
        return names if len(names) <= max(1, self.asked // 2) else ()

    def _asks(self, name):
        return name in self.in_place or not self.wrong[name] or self.asked == 1

    def excuse(self, otherwise):
        """Return the :class:`~mlpteach.exercise.protocol.Excuse` for what they do wrong."""
        names = (*self.wrong, *self.in_place)
        return Excuse(tuple((tuple(self.reach[n]), self.most[n]) for n in names), otherwise)

    @property
    def stood_in_for(self):
        """Names of those in whose place the model's answer; () for too many."""
        return self.silent if len(self.silent) <= max(1, self.asked // 2) else ()

    def excuse_silent(self, sheet, otherwise, also=None):
        """Return the Excuse for those that gave no answer, and for what another one excuses."""
        paid = tuple((tuple(self.reach[name]), 0.0) for name in self.silent)
        attempts = tuple(
            {each: sheet.tasks[each].solution for each in self.reach[name]} for name in self.silent
        )
        return Excuse((*paid, *(also.paid if also else ())), otherwise, attempts)

    def contradict(self, mistakes, finding):
        """Whether these mistakes are a guess: a helper was seen to make others."""
        if self.wrong and finding.kind == "not_finite":
            return True  # whatever the helper does, NaN comes of it
        return any(
            mistake.function in self.reach[name] and mistake not in made
            for mistake in mistakes
            for name, made in self.wrong.items()
        )

    def advice(self, finding):
        """Say what to look at first, where a helper is at fault; else ""."""
        if self.broken and finding.kind in ("raises", "not_written"):
            return f" Look at {self.broken[0]} first: does its cell run, and what says its check?"
        if self.wrong:
            names = " and ".join(self.wrong)
            return f" First mend {names}: see what its own check says."
        return ""


NONE = Helpers({}, (), {})


def ask_helpers(sheet, scenarios, rng):
    """Yield the calls of each helper's own check; return the :class:`Helpers`.

    In one notebook they are asked once: of a later check they have the same mistakes.

    Parameters
    ----------
    sheet : Sheet
    scenarios : dict of str to scenario
    rng : numpy.random.Generator
    """
    known, key = current_budget().helpers, (sheet.id, tuple(scenarios))
    if key not in known:
        known[key] = yield from _ask_all(sheet, scenarios, rng)
    return known[key]


def _ask_all(sheet, scenarios, rng):
    wrong, broken, most, in_place, silent = {}, [], {}, [], []
    for name, scenario in scenarios.items():
        try:
            comparison, given = answered(sheet, scenario) or (yield from _ask(sheet, scenario, rng))
        except NoAnswer:
            broken.append(name)
            silent.append(name)
            continue
        with silenced(), limited_memory():
            kinds = _no_numbers(sheet, given)
            if not kinds.isdisjoint(_STOPS):
                broken.append(name)
            if kinds:
                silent += [name] if "not_written" not in kinds else []
            if not kinds.isdisjoint(_STOPS):
                continue
            made = comparison.mistakes_of(given)
            if made != ():
                wrong[name] = made or ()
                most[name] = _most(sheet, name, made or ())
            elif changed_in_place(sheet, given):
                in_place.append(name)
                most[name] = _IN_PLACE
    reach = {name: sheet.reached_from(name) for name in (*most, *silent)}
    several = tuple(broken), reach, most, tuple(in_place), tuple(silent)
    return Helpers(wrong, *several, len(scenarios))


def _ask(sheet, scenario, rng):
    """Yield a scenario's calls; return (Comparison, exchanges)."""
    seed = int(rng.integers(_SEEDS))
    given = yield from ask(scenario(np.random.default_rng(seed)))
    return Comparison(sheet, scenario, seed), given


def _most(sheet, name, made):
    """Return the most that a helper's own check may give for what it does wrong."""
    if len(sheet.tasks[name].returns) > 1:
        return _SOMETHING_LOST
    # A slip that no list holds may be a small one.
    return max((mistake.worth for mistake in made), default=_IN_PLACE)


def _no_numbers(sheet, given):
    """Return the kinds of what came back in the place of numbers."""
    found = [arrays(sheet.tasks[each.call.function], each.reply) for each in given]
    return {each.kind for each in found if isinstance(each, Finding)}


def carried(comparison, given, finding, mistakes):
    """Whether a function is right but for these mistakes, which its helpers make.

    Parameters
    ----------
    comparison : Comparison
    given : list of Exchange
    finding : Finding
        What differs first.
    mistakes : tuple of Mistake
    """
    if not mistakes or proves_nothing(comparison.sheet, given, finding):
        return False
    return _answers(comparison, given, mistakes) and any(
        _holds_numbers(comparison.sheet, e) for e in given
    )


def proves_nothing(sheet, given, finding):
    """Whether wrong answers leave too little to tell that only helpers are at fault.

    A step so small that W comes back is nothing by itself; beside a call with numbers it is one.
    """
    if finding.kind == "argument_returned":
        return not any(_says_something(sheet, each) for each in given)
    return finding.kind in _PROVES_NOTHING


def _says_something(sheet, exchange):
    """Whether each returned quantity is other than 0, one number, or an argument."""
    found = arrays(sheet.tasks[exchange.call.function], exchange.reply)
    return not isinstance(found, Finding) and not any(
        says_nothing(exchange.call, array) for array in found.values()
    )


def own_beside(comparison, given, finding, mistakes):
    """Return the one known mistake of the function's own that is left beside its helpers'.

    None where there is none; the parameters are those of :func:`carried`.
    """
    own = {exchange.call.function for exchange in given}
    for mistake in comparison.known(given) if mistakes else ():
        if mistake.function in own and carried(comparison, given, finding, (*mistakes, mistake)):
            return mistake
    return None


def _answers(comparison, given, mistakes):
    return comparison.sheet.functions(mistakes) is not None and comparison.answers(mistakes, given)


def _holds_numbers(sheet, exchange):
    """Whether an answer is more than NaN everywhere, which many a mistake leads to."""
    found = arrays(sheet.tasks[exchange.call.function], exchange.reply)
    return not isinstance(found, Finding) and any(np.isfinite(a).any() for a in found.values())
