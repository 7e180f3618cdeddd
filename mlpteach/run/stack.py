"""Many runs of one problem as one computation, for who asks which of them is good.

The numbers are those of each run alone but for their last digits, at a fraction of the time. No
record is kept: who wants one runs the good one again.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.run.group import Group
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.rows import MixesRuns
from mlpteach.run.update import Run

# As in a run alone: so often it is looked for numbers that left the floats.
_FINITE_EVERY = 16
# Numbers in a block that the allocator is taught to keep.
_KEPT = 2**21


class Places(NamedTuple):
    """Where runs of a stack are before update k.

    Attributes
    ----------
    k : int
    runs : ndarray of int, shape (m,)
        Which runs, by their place in the list that the stack was made of.
    W : ndarray, shape (m, n_parameters)
    J : ndarray, shape (m,), or None
        Cost on the batch of update k; None after a run's last update.
    """

    k: int
    runs: IntArray
    W: FloatArray
    J: FloatArray | None


class Stack:
    """Runs of one problem, a row a run.

    A run whose numbers leave the floats leaves the stack, and the others don't notice. So does one
    that can't be computed together with others: its rule looks at more than single entries, or a
    function of the reader's raises.

    Parameters
    ----------
    runs : sequence of Run
        Of the same problem.
    steps : sequence of int
        Number of updates of each; the same for rules of the same function.

    Attributes
    ----------
    diverged : set of int
        The runs that left the floats.
    unsure : set of int
        Those of which only a run alone can tell anything.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> from mlpteach.run.problem import FunctionProblem
    >>> from mlpteach.run.update import Run
    >>> from mlpteach.tables.schedules import schedule
    >>> bowl = FunctionProblem(lambda x: (x @ x, 2 * x), np.array([1.0]))
    >>> runs = [Run(bowl, rule("gd", eta=eta), schedule("constant")) for eta in (0.25, 0.5)]
    >>> for places in Stack(runs, (2, 2)).places():
    ...     print(places.k, places.W[:, 0], places.J)
    1 [1. 1.] [1. 1.]
    2 [0.5 0. ] [0.25 0.  ]
    3 [0.25 0.  ] None
    """

    def __init__(self, runs: Sequence[Run], steps: Sequence[int]) -> None:
        self._runs, self._steps, self._problem = runs, steps, runs[0].problem
        self._groups: list[Group] = []
        self.diverged: set[int] = set()
        self.unsure: set[int] = set()

    def places(self) -> Iterator[Places]:
        """Yield the :class:`Places` of all runs before each update, and of each after its last."""
        _keep_freed_memory()
        self._groups = self._grouped()
        k = 0
        while self._groups:
            k += 1
            with np.errstate(all="ignore"):
                W, J, G = self._evaluate(k)
            yield Places(k, self._numbers(), W, J)
            with np.errstate(all="ignore"):
                self._advance(k, J, G)
            for group in self._finished(k):
                yield Places(k + 1, group.numbers, group.W, None)
        self.diverged -= self.unsure

    def _grouped(self):
        functions = {}
        for i, run in enumerate(self._runs):
            functions.setdefault(run.rule.function, []).append(i)
        groups = []
        for numbers in functions.values():
            try:
                groups.append(Group(numbers, [self._runs[i] for i in numbers]))
            except MixesRuns:
                self.unsure.update(numbers)
        return groups

    def _numbers(self):
        return np.concatenate([group.numbers for group in self._groups] or [np.empty(0, dtype=int)])

    def _parts(self):
        """Yield the groups, each with its slice of all rows."""
        start = 0
        for group in self._groups:
            yield group, slice(start, start := start + len(group.W))

    def _evaluate(self, k):
        """Return places, costs and gradients of the runs whose cost is finite; the others leave."""
        W = np.concatenate([group.W for group in self._groups])
        J, G = self._ask(k, W, self._numbers())
        finite = np.isfinite(J)
        if finite.all():
            return W, J, G
        for group, part in list(self._parts()):
            self.diverged.update(group.numbers[~finite[part]].tolist())
            group.leave(~finite[part])
        return W[finite], J[finite], G[finite]

    @on_one_blas_thread
    def _ask(self, k, W, numbers):
        """Return costs and gradients at `W`; NaN where a function of the reader's raises."""
        batch = self._problem.batch(k)
        try:
            return self._problem.evaluate_rows(W, batch)
        except Exception:
            pass
        J, G = np.full(len(W), np.nan), np.full(W.shape, np.nan)
        for i, number in enumerate(numbers.tolist()):
            try:
                J[i : i + 1], G[i : i + 1] = self._problem.evaluate_rows(W[i : i + 1], batch)
            except Exception:  # the run alone knows what it means
                self.unsure.add(number)
        return J, G

    def _advance(self, k, J, G):
        stay = []
        for group, part in self._parts():
            if not len(group.W):
                continue
            numbers = group.numbers
            try:
                group.advance(k, J[part], G[part], lambda W, n=numbers: self._ask(k, W, n)[1])
                self._check(k, group)
                stay.append(group)
            except MixesRuns:
                self.unsure.update(numbers.tolist())
        self._groups = stay

    def _check(self, k, group):
        """Let runs leave that diverged, or may have."""
        if k % _FINITE_EVERY and k != self._steps[group.first]:
            return
        diverged, unsure = group.lost()
        self.diverged.update(group.numbers[diverged].tolist())
        self.unsure.update(group.numbers[unsure].tolist())
        group.leave(diverged | unsure)

    def _finished(self, k):
        """Return the groups that have made all their updates; they leave the stack."""
        finished = [group for group in self._groups if self._steps[group.first] == k]
        self._groups = [group for group in self._groups if group not in finished]
        return finished


def _keep_freed_memory():
    """Teach glibc's allocator to keep what is freed, by freeing one large block.

    Otherwise it gives arrays of this size back to the system at once, and new ones cost a fault a
    page: more than the arithmetic on them.
    """
    np.empty(_KEPT)
