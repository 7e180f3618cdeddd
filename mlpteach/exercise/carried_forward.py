"""Error carried forward: a mistake in a function costs nothing once more in one that calls it.

A function that is wrong only because of its helpers is right. So where it differs, the student's
own helpers are asked, with fresh inputs of their own checks: what they answer tells which known
mistakes are paid for there.
"""

from dataclasses import dataclass

import numpy as np

from mlpteach.exercise.comparison import Comparison, ask
from mlpteach.exercise.differences import Finding
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.protocol import NoAnswer
from mlpteach.exercise.replies import arrays

_SEEDS = 2**62
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
    """

    wrong: dict
    broken: tuple
    reach: dict

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
        return f"{' and '.join(self.wrong)}: what is wrong there costs its points in earlier checks"

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

    Parameters
    ----------
    sheet : Sheet
    scenarios : dict of str to scenario
    rng : numpy.random.Generator
    """
    wrong, broken = {}, []
    for name, scenario in scenarios.items():
        seed = int(rng.integers(_SEEDS))
        try:
            given = yield from ask(scenario(np.random.default_rng(seed)))
        except NoAnswer:
            broken.append(name)
            continue
        with silenced():
            if _stops(sheet, given):
                broken.append(name)
                continue
            made = Comparison(sheet, scenario, seed).mistakes_of(given)
        if made != ():
            wrong[name] = made or ()
    reach = {name: sheet.reached_from(name) for name in wrong}
    return Helpers(wrong, tuple(broken), reach)


def _stops(sheet, given):
    """Whether a call stops with an error."""
    for exchange in given:
        found = arrays(sheet.tasks[exchange.call.function], exchange.reply)
        if isinstance(found, Finding) and found.kind in ("raises", "not_written"):
            return True
    return False


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
    if not mistakes or finding.kind in _PROVES_NOTHING:
        return False
    return _answers(comparison, given, mistakes) and any(
        _holds_numbers(comparison.sheet, e) for e in given
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
