"""Runs whose rules are one function with different values: its lines serve all of them at once."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlpteach.basics.arrays import BoolArray, FloatArray
from mlpteach.run.rows import MixesRuns, Rows
from mlpteach.run.update import Run

# As in a run alone: no number below it has lost anything on its way.
_FAR_FROM_OVERFLOW = 1e75


class Group:
    """Runs with one rule function, a row a run.

    Parameters
    ----------
    numbers : sequence of int
        What the runs are called by whoever made the group.
    runs : sequence of Run
        Of the same problem, with rules of the same function.

    Attributes
    ----------
    first : int
        The number of its first run, whether that is still in it or not.
    numbers : ndarray of int, shape (m,)
        Of the runs that are still in it.
    W : ndarray, shape (m, n_parameters)
    state : dict of str to ndarray, shape (m, n_parameters)
        What the rule hands from one update to the next.

    Raises
    ------
    MixesRuns
        Here or by :meth:`advance`: the rule can't serve many runs at once.
    """

    def __init__(self, numbers: Sequence[int], runs: Sequence[Run]) -> None:
        self._rule = runs[0].rule
        if not {"objective", "layout"}.isdisjoint(self._rule.needs):
            raise MixesRuns(f"{self._rule} needs more than single entries")
        # A reader's function without its guard, which knows arrays of one run only.
        self._function = inspect.unwrap(self._rule.function)
        self._refused: list[str] = []
        self._errors: list[tuple[str, int]] = []
        self.first, self._runs = numbers[0], list(runs)
        self.numbers = np.array(numbers)
        starts = [run.start() for run in runs]
        self.W = np.stack([start.theta for start in starts])
        self._schedules = [start.schedule for start in starts]
        self._scheduled = not all(run.eta_is_constant for run in runs)
        self.state = {name: self._stacked(name, starts) for name in self._rule.states}
        self._values = self._values_of_runs()
        # Runs in which something was not finite since it was looked for: see `lost`.
        self._broken = np.zeros(len(self.W), dtype=bool)
        self._last: dict[str, Any] = {}

    def _stacked(self, name, starts):
        arrays = [start.rule[name] for start in starts]
        if any(np.shape(array) != self.W.shape[1:] for array in arrays):
            raise MixesRuns(f"{name} has another shape than W")
        return np.stack(arrays)

    def _values_of_runs(self):
        """Return the hyper-parameters: plain where all runs have the same value."""
        values = {}
        for name in self._rule.values:
            each = [run.rule.values[name] for run in self._runs]
            values[name] = each[0] if len(set(each)) == 1 else self._column(each)
        return values

    def _column(self, each):
        return Rows(np.reshape(each, (-1, 1)), self._refused, numbers=True)

    def leave(self, gone: BoolArray) -> None:
        """Let the runs `gone` (m,) of bool leave the group."""
        if not gone.any():
            return
        keep = ~gone
        self.numbers, self.W = self.numbers[keep], self.W[keep]
        self._broken = self._broken[keep]
        self.state = {name: array[keep] for name, array in self.state.items()}
        stay = np.flatnonzero(keep)
        self._runs = [self._runs[i] for i in stay]
        self._schedules = [self._schedules[i] for i in stay]
        self._values = self._values_of_runs() if self._runs else {}

    def advance(
        self, k: int, J: FloatArray, G: FloatArray, gradients_at: Callable[[FloatArray], FloatArray]
    ) -> None:
        """Make update k of all runs.

        Parameters
        ----------
        k : int
        J : ndarray, shape (m,)
        G : ndarray, shape (m, n_parameters)
            Costs and gradients at W.
        gradients_at : callable
            W (m, n_parameters) -> gradients there, for rules that look elsewhere.
        """
        factor = self._factor(k, J)
        quantities = self._quantities(k, J, G, factor, gradients_at)
        self.W = self._stepped(factor, self._array(quantities["rho"]))
        self.state = {
            name: G if name == "G_previous" else self._array(quantities[name])
            for name in self.state
        }
        self._last = quantities
        # What is not finite comes with an error, or from a reader's function.
        if self._errors or self._rule.form == "own":
            self._broken |= ~(np.isfinite(G).all(axis=1) & self._is_finite(quantities))

    def _factor(self, k, J):
        """Return what the schedules multiply the steps with: one number, or a column of them."""
        if not self._scheduled:
            return 1.0
        before = zip(self._runs, self._schedules, J.tolist(), strict=True)
        self._schedules = [run.next_schedule(state, k, cost) for run, state, cost in before]
        factors = [state[0] for state in self._schedules]
        return factors[0] if len(set(factors)) == 1 else np.array(factors)[:, None]

    def _quantities(self, k, J, G, factor, gradients_at):
        looks = []

        def gradient_at(W):
            looks.append(W)
            return Rows(gradients_at(self._array(W)), self._refused)

        supplied = {"k": k, "factor": factor, "gradient_at": gradient_at}
        for name, array in ({"W": self.W, "G": G} | self.state).items():
            supplied[name] = Rows(array, self._refused)
        if isinstance(factor, np.ndarray):
            supplied["factor"] = self._column(factor)
        if "J" in self._rule.needs:
            supplied["J"] = self._column(J)
        self._errors.clear()
        try:
            needed = [supplied[name] for name in self._rule.needs]
            with np.errstate(
                all="call", under="ignore", call=lambda *what: self._errors.append(what)
            ):
                quantities = self._function(*needed, **self._values)
            missing = {"rho", *self.state} - {"G_previous", *quantities}
        except Exception as error:  # the run alone tells its reader
            raise MixesRuns(f"{type(error).__name__}: {error}") from error
        if self._refused or missing or len(looks) != self._rule.looks_elsewhere:
            raise MixesRuns(f"{self._refused or missing or len(looks)}")
        return quantities

    def _array(self, value):
        """Return what the rule gave, rows or a number that all runs share, in the shape of W."""
        if type(value) is Rows and value.array.shape == self.W.shape:
            return value.array
        try:
            array = value.array if type(value) is Rows else np.asarray(value, dtype=float)
            return np.broadcast_to(array, self.W.shape)
        except (TypeError, ValueError) as error:
            raise MixesRuns(str(error)) from error

    def _stepped(self, factor, rho):
        """Return W after a step by factor * rho, at an allowed place."""
        W = self.W - (factor * rho if self._scheduled else rho)
        project = self._runs[0].problem.project
        return W if project is None else np.stack([project(theta) for theta in W])

    def _is_finite(self, quantities):
        """Return for which runs all that a rule returned is finite, (m,) of bool."""
        finite = [np.isfinite(self._array(value)).all(axis=1) for value in quantities.values()]
        return np.logical_and.reduce(finite)

    def lost(self) -> tuple[BoolArray, BoolArray]:
        """Return which runs have diverged since the last time, and which may have, (m,) of bool.

        As a run alone decides it: only where what is handed on gives a reason is looked closer, and
        then any number of the updates since the last time counts. Those inside a network are not
        seen here.
        """
        sizes = [np.abs(array).max(axis=1) for array in (self.W, *self.state.values())]
        largest = np.maximum.reduce(sizes)  # keeps NaN
        reason, broken = largest > _FAR_FROM_OVERFLOW, self._broken
        if self._rule.form == "own":  # what it returns need not reach what is handed on
            told = ~self._is_finite(self._last)
            reason, broken = reason | told, broken | told
        self._broken = np.zeros(len(self.W), dtype=bool)
        unseen = bool(self._runs[0].problem.layout.slices)
        return ~np.isfinite(largest) | (reason & broken), reason & ~broken & unseen
