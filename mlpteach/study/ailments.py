"""What ails a deep network, by name: each with the rule that decides it, and where it is from.

The names are those of the literature; no paper draws the line between ill and well, so where it is
drawn here is said in the rule.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlpteach.basics.arrays import BoolArray
from mlpteach.study.signals import Signals

# From one layer to the next one below, and in all.
_HALVED, _TENTH = 0.5, 0.1
# Of a layer's units, and of its activations.
_DEAD, _SATURATED = 0.5, 0.4


class Ailment(NamedTuple):
    """One ailment.

    Attributes
    ----------
    name : str
    rule : str
        When a network has it, with mathematics between dollars.
    source : str
    found : callable
        (Signals, whether the hidden activation is bounded) -> bool (T,), at each moment.
    """

    name: str
    rule: str
    source: str
    found: Callable[[Signals, bool], BoolArray]


def _passed_back(signals):
    """Return V^(1) / V^(L), and the factor of a layer on the way, each (T,)."""
    first, last = signals.sensitivity[:, 0], signals.sensitivity[:, -1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = first / last
    return ratio, ratio ** (1.0 / max(1, signals.sensitivity.shape[1] - 1))


def _vanishing(signals, bounded):
    ratio, factor = _passed_back(signals)
    return (ratio < _TENTH) & (factor < _HALVED)


def _exploding(signals, bounded):
    ratio, factor = _passed_back(signals)
    return (ratio > 1 / _TENTH) & (factor > 1 / _HALVED)


def _dead(signals, bounded):
    units = signals.A_counts.sum(axis=2) / signals.instances
    return (signals.dead >= _DEAD * units).any(axis=1)


def _saturated(signals, bounded):
    return (signals.saturated >= _SATURATED).any(axis=1) & bounded


AILMENTS = (
    Ailment(
        "vanishing",
        "$V^{(1)}$ is below 1/10 of $V^{(L)}$, and less than half is left of it a layer",
        "Bengio, Simard & Frasconi 1994",
        _vanishing,
    ),
    Ailment(
        "exploding",
        "$V^{(1)}$ is more than 10 times $V^{(L)}$, and more than doubled a layer",
        "Pascanu, Mikolov & Bengio 2013",
        _exploding,
    ),
    Ailment(
        "dead",
        "in a hidden layer half of the units or more are dead",
        "Stanford's CS231n, on dying ReLUs",
        _dead,
    ),
    Ailment(
        "saturated",
        "the activation is bounded, and in a hidden layer 40 % of all $A$ or more are saturated",
        "Glorot & Bengio 2010, section 3",
        _saturated,
    ),
)


def diagnoses(signals: Signals, bounded: bool) -> list[str]:
    """Return the names of what ails a network at each moment, commas between them; "" for nothing.

    Parameters
    ----------
    signals : Signals
    bounded : bool
        Whether the hidden activation stays between two numbers: the flat half of a ReLU is no
        saturation.

    Examples
    --------
    >>> from mlpteach import MLP, datasets, train
    >>> from mlpteach.study.signals import measure
    >>> X, y = datasets.moons(n=40)
    >>> trace = train(MLP((2, 5, 5, 1), hidden="relu", init="zeros"), X, y, epochs=1)
    >>> diagnoses(measure(trace, X, y, [1]), bounded=False)
    ['vanishing, dead']
    """
    found = {ailment.name: ailment.found(signals, bounded) for ailment in AILMENTS}
    return [", ".join(name for name, ill in found.items() if ill[i]) for i in range(len(signals.k))]
