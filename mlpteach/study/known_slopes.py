"""A rule along slopes that are known beforehand, many updates at a time.

Where the slope of an update does not depend on the place, the moments do not either. The updates
are cut into blocks that stand side by side as rows of one array, and each begins with what the
block before it ended with. That is not known at first, but soon: the moments forget where they
began, so after a few rounds what a block ends with is right. From round to round twice as many
blocks follow each other, so that a long memory takes little longer than a run update by update.
The rule's own lines do all of it, each number with the operations of such a run, so the bits are
the same.
"""

from typing import Any, NamedTuple

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import Rule

# Updates of a block at least; most moments forget in less.
_LENGTH = 128


class Along(NamedTuple):
    """What a rule says at some updates in a row.

    Attributes
    ----------
    rho : ndarray, shape (updates, runs)
        As the rule says it, without a schedule; NaN where any quantity of the update is not finite.
    quantities : dict of str to ndarray, shape (updates,)
        Those of the first run.
    state : dict of str to ndarray, shape (runs,)
        After the last update.
    """

    rho: FloatArray
    quantities: dict[str, FloatArray]
    state: dict[str, Any]


class _Blocks:
    """Updates of one rule in blocks, from number `first` on; G (blocks, length, runs)."""

    def __init__(self, rule, first, G):
        self.rule, self.first, self.G = rule, first, G
        self._powers = {}

    def __len__(self):
        return len(self.G)

    def power(self, base):
        """Return base**k of all numbers k, (blocks, length)."""
        if base not in self._powers:
            # Of arrays NumPy's powers may differ in the last bit.
            shape = self.G.shape[:2]
            powers = [base**k for k in range(self.first, self.first + shape[0] * shape[1])]
            self._powers[base] = np.array(powers).reshape(shape)
        return self._powers[base]

    def lines(self, rows, state):
        """Yield the quantities of each update of some blocks, and the state after it."""
        for i in range(self.G.shape[1]):
            G = self.G[rows, i]
            k = self.first + i if len(self) == 1 else _Numbers(self, rows, i)
            found = self.rule({"k": k, "G": G}, state)
            state = self.rule.next_state(found, G)
            yield found, state


class _Numbers(NamedTuple):
    """The numbers of updates that are computed together, as exponents."""

    blocks: _Blocks
    rows: np.ndarray
    i: int

    def __rpow__(self, base):
        return self.blocks.power(base)[self.rows, self.i, None]


def follow(
    rule: Rule, state: dict[str, Any], first: int, slopes: FloatArray, period: int = 1
) -> Along:
    """Return what a rule says along slopes (updates, runs) from update `first` on.

    Parameters
    ----------
    rule : Rule
        One that works entry by entry and reads k and G alone, k only as an exponent; a reader's own
        rule may do with k what it likes.
    state : dict of str to ndarray, shape (runs,)
        Before update `first`.
    first : int
    slopes : ndarray, shape (updates, runs)
    period : int, optional
        Updates after which the slopes repeat: then nearly all blocks begin with the same at once.
    """
    updates, runs = slopes.shape
    length = period * -(-_LENGTH // period)
    if rule.form == "own" or length > updates:
        length = updates
    padding = np.repeat(slopes[-1:], -updates % length, axis=0)
    G = np.concatenate([slopes, padding]).reshape(-1, length, runs)
    blocks = _Blocks(rule, first, G)
    rho, sums = np.empty_like(G), np.empty_like(G)
    first_run: dict[str, FloatArray] = {}
    begin, last = _beginnings(blocks, state), length - 1 - len(padding)
    for i, (found, after) in enumerate(blocks.lines(np.arange(len(G)), begin)):
        rho[:, i], sums[:, i] = found["rho"], sum(found.values())
        if i == last:
            end = {name: value[-1] for name, value in after.items()}
        for name, value in found.items():
            first_run.setdefault(name, np.empty(G.shape[:2]))[:, i] = value[:, 0]
    rho[~np.isfinite(sums)] = np.nan
    quantities = {name: values.ravel()[:updates] for name, values in first_run.items()}
    return Along(rho.reshape(-1, runs)[:updates], quantities, end)


def _beginnings(blocks, state):
    """Return what each block begins with: name -> (blocks, runs)."""
    count = len(blocks)
    begin = {name: np.repeat(value[None], count, axis=0) for name, value in state.items()}
    # What the last one ends with begins nothing.
    rows, together = np.arange(count - 1), 1
    while rows.size:
        changed = _round(blocks, begin, rows, together)
        # Groups before which another one now ends otherwise follow on it in the next round.
        changed = changed[changed % together == 0]
        together *= 2
        rows = np.unique(changed // together) * together
    return begin


def _round(blocks, begin, rows, together):
    """Let groups of blocks run from `rows` on; return the blocks that now begin otherwise."""
    state, changed = {name: value[rows] for name, value in begin.items()}, []
    for _ in range(together):
        for _, after in blocks.lines(rows, state):
            state = after
        rows = rows + 1
        there = rows < len(blocks)
        rows, state = rows[there], {name: value[there] for name, value in state.items()}
        differs = np.zeros(len(rows), dtype=bool)
        for name, value in state.items():
            differs |= (value.view(np.int64) != begin[name][rows].view(np.int64)).any(axis=1)
            begin[name][rows] = value
        changed.append(rows[differs])
    return np.concatenate(changed)
