"""How drawn numbers differ from those of the right distribution: shape, mean, spread, kind.

Two right solutions need not draw the same numbers; with some ten thousand of them the spread is
known to half a percent.
"""

import numpy as np

from mlpteach.exercise.differences import Finding, close, find, times

_SPREAD = 0.03  # relative; five times what chance does with 19,200 numbers
_CENTRE = 0.05  # in standard deviations
_DIFFERENT = 0.99  # share of the numbers that must differ in size
_NEIGHBOURS = 0.06  # correlation; eight times what chance does
_KURTOSIS = 0.4  # a uniform distribution has 1.8, a normal one 3


def distribution_difference(name, given, expected):
    """Say how the distribution of `given` differs from that of `expected`; None where it does not.

    Parameters
    ----------
    given, expected : ndarray

    Returns
    -------
    Finding or None
    """
    if given.shape != expected.shape or not np.isfinite(given).all() or expected.std() == 0:
        return find(name, given, expected, {})
    if given.dtype.kind != "f":  # truth values cannot be subtracted, unsigned numbers wrap around
        given = given.astype(float)
    spread, wanted = given.std(), expected.std()
    if np.ptp(given) == 0:
        return Finding("constant", "is the same number in every entry: nothing is drawn")
    if given.ndim == 2:
        found = _repeated(given) or _not_independent(given)
        if found is not None:
            return found
    centre = (given.mean() - expected.mean()) / max(spread, wanted)
    if abs(centre) > _CENTRE:
        return Finding("centre", "is not drawn around 0")
    if abs(spread / wanted - 1) > _SPREAD:
        return Finding(
            "spread", f"has {times(spread / wanted)} the standard deviation it must have"
        )
    if abs(_kurtosis(given) - _kurtosis(expected)) > _KURTOSIS:
        asked = "normal" if _kurtosis(expected) > 2.4 else "uniform"
        return Finding(
            "distribution",
            f"has the right standard deviation, but is not drawn from a {asked} distribution",
        )
    return None


def same_distribution(first, second):
    """Whether two arrays may be drawn from the same distribution."""
    if first.shape != second.shape or not (np.isfinite(first).all() and np.isfinite(second).all()):
        return False
    if first.std() == 0 or second.std() == 0:
        return close(first, second)
    return distribution_difference("", first, second) is None


def _repeated(given):
    """One row or column of numbers, used over and over."""
    for axis, word in ((0, "row"), (1, "column")):
        if given.shape[axis] > 1 and np.ptp(given, axis=axis).max() == 0:
            return Finding("repeated", f"has the same numbers in every {word}")
    return None


def _not_independent(given):
    """Numbers in an order, or used more than once: nothing that a generator draws."""
    if np.unique(np.abs(given)).size < _DIFFERENT * given.size:
        ends = (given == given.max()).sum() + (given == given.min()).sum()
        if ends > (1 - _DIFFERENT) * given.size / 2 and np.unique(given).size > 2:
            return Finding("cut_off", "has many entries that are just its largest or smallest: "
                           "values are clipped, or cut off")  # fmt: skip
        return Finding("repeated", "uses the same numbers more than once")
    centred = given - given.mean()
    for first, second in ((centred[1:], centred[:-1]), (centred[:, 1:], centred[:, :-1])):
        if first.size and abs((first * second).mean()) > _NEIGHBOURS * centred.var():
            return Finding("in_order", "has neighbours that depend on each other: draw each entry")
    return None


def _kurtosis(values):
    centred = values - values.mean()
    return (centred**4).mean() / (centred**2).mean() ** 2
