"""What to try on each dashboard: guided steps as data, a file a dashboard.

Which of its numbers a step tells stands in the step; the tests compute all of them again.
"""

from collections.abc import Callable, Mapping, Sequence

from mlpteach.basics.arguments import check_choice
from mlpteach.player.controls import Control
from mlpteach.player.guide import Guide
from mlpteach.player.state import fits
from mlpteach.views.panels import Show

Guides = Mapping[str, Guide]


def choose(
    guides: Guides, given: str | Guide | None, name: str, controls: Sequence[Control]
) -> Guide:
    """Return the guide of a dashboard that its caller asks for.

    Parameters
    ----------
    guides : dict of str to sequence of GuidedStep
        Those of the dashboard, by their names.
    given : str, sequence of GuidedStep or None
        A name, the reader's own, or the first one as far as the dashboard has what it sets.
    name : str
        Of the dashboard.
    controls : sequence of Control

    Raises
    ------
    ValueError
        For a name that there is not.
    """
    if isinstance(given, str):
        return guides[check_choice("guide", given, tuple(guides))]
    if given is not None:
        return given
    first = next(iter(guides.values()))
    return [step for step in first if fits(step.state, name, controls)]


def lowest(values: Mapping[str, Callable[[Show], float]]) -> Callable[[Show], str]:
    """Return an answer: which of some names has the least number.

    Examples
    --------
    >>> lowest({"a": lambda show: 2.0, "b": lambda show: 1.0})(None)
    'b'
    """
    return lambda show: min(values, key=lambda name: values[name](show))


def highest(values: Mapping[str, Callable[[Show], float]]) -> Callable[[Show], str]:
    """Return an answer: which of some names has the largest number."""
    return lambda show: max(values, key=lambda name: values[name](show))
