"""Calls that are right up to some update, or from one on: a condition on k that does not belong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Branch:
    """The wrong side of a condition on k.

    Attributes
    ----------
    cases : list of Case
        All calls on this side.
    first : int
        The first update of the later side.
    early : bool
        Whether the wrong side is the earlier one.
    """

    cases: list
    first: int
    early: bool


def branch_of(cases, is_wrong, counter):
    """Return the :class:`Branch` that parts wrong calls from right ones; None where none does.

    Parameters
    ----------
    cases : list of Case
    is_wrong : list of bool
        For each, whether the model's formula gives something else.
    counter : str
        The argument that counts updates.
    """
    counts = [case.values[counter] for case in cases]
    wrong = {count for count, each in zip(counts, is_wrong, strict=True) if each}
    right = set(counts) - wrong
    for early in (True, False):
        edge = max(wrong) if early else min(wrong)
        beyond = {count for count in right if (count > edge if early else count < edge)}
        if beyond:
            first = min(beyond) if early else edge
            inside = [(count < first) == early for count in counts]
            return Branch([c for c, own in zip(cases, inside, strict=True) if own], first, early)
    return None
