"""One parameter update: the only place where the numbers of a run are computed.

Training and travelling back through the record both call :meth:`Run.advance`, so what is shown
later is, to the bit, what was computed then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.rules import Quantities, Rule
from mlpteach.run.network import Evaluation
from mlpteach.run.workspace import Workspaces
from mlpteach.tables.schedules import SCHEDULES, Schedule, ScheduleState


class State(NamedTuple):
    """All that one update hands to the next."""

    theta: FloatArray
    rule: dict[str, Any]
    schedule: ScheduleState

    def arrays(self) -> Iterator[tuple[str, FloatArray]]:
        """Yield name and array of everything that has to stay finite."""
        for name, value in self.rule.items():
            yield name, np.asarray(value)  # the step length of L-BFGS is a plain number
        yield "W", self.theta

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for _, array in self.arrays())


class Update(NamedTuple):
    """Everything computed at one update; `evaluations` counts costs with their gradients."""

    k: int
    batch: IntArray | int | None
    evaluation: Evaluation
    quantities: Quantities
    factor: float
    state: State
    evaluations: int = 1

    @property
    def rho(self) -> FloatArray:
        """What is subtracted from W: it contains the factor."""
        return self.quantities["rho"]


@dataclass(frozen=True)
class Run:
    """A problem, a rule and a schedule: together they decide every number.

    Attributes
    ----------
    problem : NetworkProblem or FunctionProblem
    rule : Rule
    schedule : Schedule
    """

    problem: Any
    rule: Rule
    schedule: Schedule

    def __post_init__(self) -> None:
        if self.rule.needs_layers and not self.problem.layout.slices:
            raise ValueError(
                f"{self.rule} works on the matrices of a network's layers (its parameter layout), "
                "and a plain function of a vector has none. Allowed here: rules without it."
            )
        if not self.eta_is_constant and self.schedule.step_size is not None:
            self._check_eta()

    def _check_eta(self):
        """Raise ValueError where the schedule can't be told as a factor of the rule's step size."""
        name, eta = self.rule.step_size, self.eta
        with np.errstate(all="ignore"):
            if eta != 0.0 and np.isfinite(self.schedule.step_size(eta, 1, **self.schedule.values)):
                return
        raise ValueError(
            f"schedule {self.schedule.id!r} multiplies the step size, which must be larger than 0; "
            f"given {name}={eta:g} of the rule {self.rule}."
        )

    @cached_property
    def eta(self) -> float:
        """The rule's own step size; 1 for a rule that has none."""
        return self.rule.values.get(self.rule.step_size or "", 1.0)

    @cached_property
    def eta_is_constant(self) -> bool:
        """Whether the schedule leaves the step size as it is."""
        return self.schedule.step_size is SCHEDULES["constant"].step_size

    def start(self) -> State:
        """Return the state before the first update."""
        theta = np.array(self.problem.theta0, dtype=float)
        return State(theta, self.rule.initial_state(theta), self.schedule.start())

    def advance(self, k: int, state: State, spaces: Workspaces | None = None) -> Update:
        """Compute update k from the `state` that update k - 1 left.

        Parameters
        ----------
        k : int
        state : State
        spaces : Workspaces, optional
            Of the problem. With it the next update may fill the arrays of this one's evaluation,
            which only a training may want that keeps none of them.
        """
        problem, rule, theta = self.problem, self.rule, state.theta
        batch = problem.batch(k)
        evaluation = problem.evaluate(theta, batch, spaces)
        schedule = state.schedule
        if not self.eta_is_constant:
            schedule = self.advance_schedule(schedule, k, evaluation.loss)
        factor = schedule[0]
        supplied = {
            "k": k, "W": theta, "G": evaluation.gradient, "J": evaluation.loss,
            "factor": factor, "layout": problem.layout,
        }  # fmt: skip
        elsewhere = _Elsewhere(problem, batch) if rule.looks_elsewhere else None
        if elsewhere is not None:
            supplied["gradient_at"] = lambda W: elsewhere(W).gradient
            supplied["objective"] = lambda W: _pair(elsewhere(W))
        quantities = rule(supplied, state.rule)
        following = rule.next_state(quantities, evaluation.gradient)
        if factor != 1.0:
            quantities["rho"] = factor * quantities["rho"]
        W = theta - quantities["rho"]
        if problem.project is not None:
            W = problem.project(W)
        evaluations = 1 if elsewhere is None else 1 + elsewhere.count
        after = State(W, following, schedule)
        return Update(k, batch, evaluation, quantities, factor, after, evaluations)

    def next_schedule(self, state: ScheduleState, k: int, loss: float) -> ScheduleState:
        """Return the schedule's state at update k; its first entry is the factor eta_k/eta."""
        return state if self.eta_is_constant else self.advance_schedule(state, k, loss)

    def advance_schedule(self, state: ScheduleState, k: int, loss: float) -> ScheduleState:
        """Return the schedule's state at update k, whose cost is `loss`."""
        per_epoch = self.problem.updates_per_epoch
        instances = self.problem.batch_sizes[(k - 1) % per_epoch]
        return self.schedule.advance(state, k, loss, self.eta, per_epoch, instances)

    def evaluate_only(self, k: int, state: State) -> Update | None:
        """Return update k as far as it goes without the rule; None where the problem raises."""
        batch = self.problem.batch(k)
        try:
            evaluation = self.problem.evaluate(state.theta, batch)
        except Exception:
            return None
        unknown = np.full_like(state.theta, np.nan)
        after = State(unknown, state.rule, state.schedule)
        finite = np.isfinite(evaluation.loss) and np.isfinite(evaluation.gradient).all()
        if finite:
            return None
        return Update(k, batch, evaluation, Quantities(rho=unknown), 1.0, after)


class _Elsewhere:
    """The problem at other places than W, with the batch of one update; counts how often."""

    def __init__(self, problem, batch):
        self._problem, self._batch, self.count = problem, batch, 0

    def __call__(self, W):
        self.count += 1
        return self._problem.evaluate(W, self._batch)


def _pair(evaluation):
    return evaluation.loss, evaluation.gradient
