"""What functions answered in checks that a notebook has been through, for those that call them.

A helper is judged by what it answered in its own check, where its points were given or taken: asked
again, it could only say the same, and each question takes a message to the sandbox and back.
"""

import numpy as np

from mlpteach.exercise.comparison import Comparison
from mlpteach.exercise.readback.budget import current_budget


class InTurn:
    """A scenario that is several, one after the other: all that the checks of one function ask.

    Parameters
    ----------
    *scenarios : callable
    """

    def __init__(self, *scenarios):
        self.scenarios = scenarios

    def __call__(self, rng):
        for scenario in self.scenarios:
            yield from scenario(rng)


def keep(comparison, given):
    """Keep what was answered in a check, as long as its notebook is graded.

    Parameters
    ----------
    comparison : Comparison
    given : list of Exchange
    """
    key = comparison.sheet.id, id(comparison.scenario)
    current_budget().answered[key] = comparison, given


def answered(sheet, scenario):
    """Return (Comparison, exchanges) where earlier checks have asked all of a scenario; else None.

    Parameters
    ----------
    sheet : Sheet
    scenario : callable
    """
    parts = scenario.scenarios if isinstance(scenario, InTurn) else (scenario,)
    known = [current_budget().answered.get((sheet.id, id(part))) for part in parts]
    if None in known:
        return None
    if len(known) == 1:
        return known[0]
    return _Played(known), [exchange for _, given in known for exchange in given]


class _Played(Comparison):
    """The comparisons of several checks as one; what each has told is not worked out again."""

    def __init__(self, known):
        super().__init__(known[0][0].sheet, self._again, 0)
        self._known = known

    def _again(self, _):
        for comparison, _ in self._known:
            yield from comparison.scenario(np.random.default_rng(comparison.seed))

    def mistakes_of(self, given):
        if not any(comparison.first_difference(own) for comparison, own in self._known):
            return ()
        if any(comparison.is_unknown(own) for comparison, own in self._known):
            return None  # what explains all of it would explain this part
        return super().mistakes_of(given)
