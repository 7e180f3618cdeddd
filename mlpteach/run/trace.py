"""The record of a run: every update with every number, in little memory.

A :class:`Trace` keeps the cost of each update and, every few updates, the small state that decides
all that follows (parameters and moments). Anything else is computed again when it is looked at, by
the same code from the same state, so it is the same to the bit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from mlpteach.basics.arguments import check_choice, check_count, describe
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.basics.entries import Entries
from mlpteach.basics.parameters import Layers, ParameterLayout, Parameters
from mlpteach.run.network import MLP
from mlpteach.run.one_thread import on_one_blas_thread
from mlpteach.run.update import Run, State, Update

# Checkpoints closer than this save no time worth their memory: of a small state, whose updates are
# fast, twice as far.
MIN_STRIDE = 16
_SMALL = 2**20
# All checkpoints of a trace together, in bytes.
CHECKPOINT_BYTES = 192 * 2**20
# Numbers whose squares sum to less are below 1e75: no product of four of them overflows, so a
# state below it has lost nothing on its way.
_FAR_FROM_OVERFLOW = 1e150


@dataclass(frozen=True, eq=False)
class Step:
    """One parameter update, frozen; every array is read-only.

    Attributes
    ----------
    k : int
        Number of the update, from 1; it never restarts.
    epoch : int
        The epoch it belongs to, from 1 (for a plain function the same as `k`).
    batch : ndarray of int, int or None
        Rows of X in this update's batch. None for a plain function, the number k for one that
        changes with k.
    loss : float
        Cost J on the batch, before the update.
    A, Z, sensitivity : Layers
        A[l] (l = 1 … L+1), Z[l] and sensitivity[l] = dJ/dZ^(l) of each instance (l = 1 … L), with
        instances as columns; all at the parameters `before`. Empty for a plain function.
    before, after, gradient, rho : Parameters
        W_k, W_{k+1}, the gradient at W_k, and W_k - W_{k+1} with the schedule's factor in it; each
        with ``.flat``, ``.W[l]``, ``.b[l]``. With a projection `rho` is what the rule and the
        schedule say and `after` the allowed place nearest to W_k - rho_k.
    quantities : dict
        The rule's named quantities in the order of its lines, as `Parameters` where they have that
        shape; also as attributes: ``step.M``, ``step.V``, ``step.M_hat``, ``step.V_hat`` …. Its
        "rho" is the same as `rho`.
    factor : float
        What the schedule multiplied the rule's step with (eta_k/eta).
    """

    k: int
    epoch: int
    batch: IntArray | int | None
    loss: float
    A: Layers
    Z: Layers
    sensitivity: Layers
    before: Parameters
    after: Parameters
    gradient: Parameters
    rho: Parameters
    quantities: dict[str, Any]
    factor: float
    state_before: dict[str, Any]

    # As nearly always, so that an editor knows `step.M.W[2]`; L-BFGS has other shapes, too.
    def __getattr__(self, name: str) -> Parameters:
        quantities = self.__dict__.get("quantities", {})
        if name in quantities:
            return quantities[name]
        raise AttributeError(
            f"this update has no quantity {name!r}; its rule has: {', '.join(quantities)}"
        )

    def __repr__(self) -> str:
        return (
            f"<update k={self.k}, epoch {self.epoch}, loss {self.loss:.6g}: "
            f"{', '.join(self.quantities)}>"
        )


@dataclass(frozen=True, eq=False)
class Divergence:
    """Where a run left the numbers.

    Attributes
    ----------
    k : int
        The update that broke; the trace holds the k - 1 before it.
    quantity : str
        The first quantity of that update, in the order of computation, that is not finite.
    step : Step or None
        The broken update itself, to look at; None where it can't be computed again.
    advice : str
        What may help.
    """

    k: int
    quantity: str
    step: Step | None
    advice: str = "A smaller step size may help."

    @property
    def _kept(self):
        if self.k <= 2:
            return ("It was the first one.", "The update before it is kept.")[self.k - 1]
        return f"The {self.k - 1} updates before it are kept."

    def __str__(self) -> str:
        return (
            f"The run diverged at update k = {self.k}: {self.quantity} is no longer finite. "
            f"{self._kept} {self.advice}"
        )


class ReplayError(RuntimeError):
    """Looking back gave other numbers than the run: the data, the rule or the objective changed."""


class Trace(Sequence[Step]):
    """The updates of one run, in order: ``trace[i]`` is the :class:`Step` of update k = i + 1.

    Made by :func:`mlpteach.train` and :func:`mlpteach.descend`.

    Attributes
    ----------
    run : Run
        What decides every number: problem, rule, schedule.
    losses : ndarray, shape (len(trace),)
        Cost of each update's batch, before the update.
    history : dict of str to ndarray
        One value an epoch. "loss" and "accuracy" are means over the epoch's instances, each as it
        was when its batch was used; with validation data "validation_loss" and
        "validation_accuracy" are measured after the epoch. Accuracies are NaN where the targets
        name no classes (see accuracy.py). Costs contain the L2 term. For a plain function only
        "loss", the same as `losses`.
    evaluations : ndarray of int, shape (len(trace),)
        How often each update asked for the cost and its gradient on its batch: once, at W_k, and
        wherever else the rule looked (Nesterov's look-ahead, each trial of a line search).
    seconds : ndarray, shape (len(trace),)
        How long each update took in the run itself, without validation and the record. Looking
        back changes neither.
    factors : ndarray, shape (len(trace),)
        What the schedule multiplied each update's rho with (eta_k/eta).
    diverged : Divergence or None
    arrived : int or None
        For L-BFGS, which looks for the length of each step: the update from which on it found no
        lower place and stayed where it is. The updates behind it are there too, steps of length 0
        that ask for the gradient once and try nothing.
    """

    def __init__(self, run: Run, planned: int, budget: int = CHECKPOINT_BYTES) -> None:
        self.run = run
        self.planned = planned
        self.history: Entries[FloatArray] = Entries()
        self.diverged: Divergence | None = None
        self.arrived: int | None = None
        self._losses = np.empty(planned)
        self._sums = np.empty(planned)  # of the parameters after each update, to check a replay
        self._evaluations = np.empty(planned, dtype=np.int32)
        self._seconds = np.empty(planned, dtype=np.float32)
        self._length = 0
        self._finds_step_lengths = run.rule.own_step_length
        self._checked = 0  # so many updates are known to be finite
        self._budget = budget
        start = run.start()
        self._ones = np.ones_like(start.theta)  # BLAS sums by them in half the time
        closest = 2 * MIN_STRIDE if start.nbytes < _SMALL else MIN_STRIDE
        self._stride = max(closest, -(-planned * start.nbytes // budget))
        self._checkpoints = [start]
        self._held = start.nbytes
        self._latest = (0, start)

    # -- written by the loop in train.py

    def record(self, update: Update, seconds: float) -> None:
        """Take in the next update and how long it took."""
        k = update.k
        self._losses[k - 1] = update.evaluation.loss
        self._sums[k - 1] = self._ones.dot(update.state.theta)
        self._evaluations[k - 1] = update.evaluations
        self._seconds[k - 1] = seconds
        if self._finds_step_lengths:
            self.arrived = None if update.rho.any() else self.arrived or k
        if k % self._stride == 0:
            self._keep(update.state)
        # Last, so that an interrupt leaves what is whole.
        self._length = k

    def _keep(self, state):
        self._checkpoints.append(state)
        self._held += state.nbytes
        checkpoints, stride = self._checkpoints, self._stride
        # States such as the memory of L-BFGS grow during the run.
        while self._held > self._budget and len(checkpoints) > 2:
            checkpoints, stride = checkpoints[::2], 2 * stride
            self._held = sum(state.nbytes for state in checkpoints)
        self._checkpoints, self._stride = checkpoints, stride

    def cut_at_divergence(self, last: Update | None = None) -> None:
        """End the trace before its first number that is not finite, if any.

        Looks at the updates that were not looked at before. They are computed again only where the
        `last` of them (None: unknown), or a cost, gives a reason.
        """
        since = self._checked + 1
        if since > self._length:
            return
        if last is None or not self._is_safe(since, last):
            try:
                found = self._find_divergence(since)
            # An objective that counts its calls gives others now, or raises; or a reader is
            # impatient.
            except (Exception, KeyboardInterrupt):
                found = self._recorded_divergence(since)
            if found is not None:
                self.end_before(found)
        self._checked = self._length

    def _is_safe(self, since, last):
        safe = np.isfinite(self._losses[since - 1 : self._length]).all() and all(
            _far_from_overflow(array) for _, array in last.state.arrays()
        )
        # A reader's function may return quantities that reach neither W nor the next update.
        if safe and self.run.rule.form == "own":
            safe = _first_not_finite(last, self.run.problem) is None
        return safe

    def _find_divergence(self, since):
        for state, update in self._replay(since, self._length):
            divergence = self.divergence_of(state, update)
            if divergence is not None:
                return divergence
        return None

    def divergence_of(self, state: State, update: Update) -> Divergence | None:
        """Return the :class:`Divergence` of an update that started at `state`, or None."""
        quantity = _first_not_finite(update, self.run.problem)
        if quantity is None:
            return None
        advice = _advice(self.run, state, update, quantity)
        return Divergence(update.k, quantity, self._step(state, update), advice)

    def _recorded_divergence(self, since):
        """Find the divergence in what is kept of every update, where none can be computed again."""
        kept = {"the cost J": self._losses, "W": self._sums}
        for k in range(since, self._length + 1):
            for quantity, values in kept.items():
                if not np.isfinite(values[k - 1]):
                    return Divergence(k, quantity, None)
        return None

    def end_before(self, divergence: Divergence) -> None:
        """Keep the updates before a divergence only."""
        self._length = divergence.k - 1
        del self._checkpoints[self._length // self._stride + 1 :]
        self._held = sum(state.nbytes for state in self._checkpoints)
        self.diverged = divergence
        if self.arrived and self.arrived > self._length:
            self.arrived = None

    def take_over(
        self, losses: FloatArray, after: FloatArray, states: Sequence[State], seconds: float
    ) -> None:
        """Take in a finished run of one parameter that was computed elsewhere.

        Looking back computes the run itself, and checks its costs and W to the bit.

        Parameters
        ----------
        losses, after : ndarray, shape (planned,)
            The cost before each update, and W after it; all finite.
        states : list of State
            After every `stride`-th update.
        seconds : float
            What all updates took, each as long as the other.
        """
        self._losses[:], self._sums[:] = losses, after
        self._evaluations[:], self._seconds[:] = 1, seconds / self.planned
        for state in states:
            self._keep(state)
        self._length = self._checked = self.planned
        self.history = Entries(loss=self.losses)

    # -- reading

    @property
    def losses(self) -> FloatArray:
        return self._kept(self._losses)

    @property
    def evaluations(self) -> NDArray[np.int32]:
        return self._kept(self._evaluations)

    @property
    def seconds(self) -> NDArray[np.float32]:
        return self._kept(self._seconds)

    def _kept(self, values):
        values = values[: self._length]
        values.flags.writeable = False
        return values

    @property
    def factors(self) -> FloatArray:
        state, factors = self.run.schedule.start(), np.empty(self._length)
        for k, loss in enumerate(self.losses, start=1):
            state = self.run.advance_schedule(state, k, loss)
            factors[k - 1] = state[0]
        return factors

    @property
    def lines(self) -> tuple[str, ...]:
        """Names of the rule's quantities, in the order of its lines."""
        return tuple(self[0].quantities) if self._length else ()

    @property
    def stride(self) -> int:
        """Updates between two checkpoints: update 1 + i stride is had without those before it."""
        return self._stride

    @property
    def epochs(self) -> int:
        """Number of whole epochs in the trace."""
        return self._length // self.run.problem.updates_per_epoch

    @property
    def nbytes(self) -> int:
        """Memory the record takes, in bytes, without the caller's data."""
        numbers = (self._losses, self._sums, self._evaluations, self._seconds)
        return self._held + sum(array.nbytes for array in numbers)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...

    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._length))]
        if not isinstance(index, (int, np.integer)):
            raise TypeError(f"trace[i] takes a whole number or a slice; given {describe(index)}.")
        position = index + self._length if index < 0 else index
        if not 0 <= position < self._length:
            reason = f" {self.diverged}" if self.diverged else ""
            raise IndexError(
                f"trace[{index}]: the trace holds {self._length} updates, "
                f"trace[0] is k = 1.{reason}"
            )
        return next(self._steps(position + 1, position + 1))

    def __iter__(self) -> Iterator[Step]:
        return self._steps(1, self._length)

    def steps(self, first: int, last: int) -> Iterator[Step]:
        """Return an iterator over the steps k = first … last, each computed from the one before."""
        first = check_count("first", first, maximum=self._length)
        return self._steps(first, check_count("last", last, minimum=first, maximum=self._length))

    def _steps(self, first, last):
        for state, update in self._replay(first, last):
            yield self._step(state, update)

    @on_one_blas_thread
    def gather(self, *names: str) -> dict[str, FloatArray]:
        """Return flat arrays of all updates at once, for small problems: name -> (len(self), n).

        Parameters
        ----------
        *names : str
            "before", "after", "gradient", "rho", or one of the rule's quantities.

        Examples
        --------
        >>> from mlpteach import LANDSCAPES, descend
        >>> trace = descend(LANDSCAPES["valley"], [1.0, 1.0], rule="adam", steps=30)
        >>> path = trace.gather("before")["before"]
        >>> path.shape, bool((path[7] == trace[7].before.flat).all())
        ((30, 2), True)
        """
        if not self._length:
            return {name: np.empty((0, self.run.problem.theta0.size)) for name in names}
        for name in names:
            check_choice("name", name, (*_GATHERED, *self.lines))
        gathered: dict[str, list[FloatArray]] = {name: [] for name in names}
        for state, update in self._replay(1, self._length):
            for name, arrays in gathered.items():
                arrays.append(_named(name, state, update))
        return {name: np.stack(arrays) for name, arrays in gathered.items()}

    def epoch(self, number: int) -> Step:
        """Return the last update of an epoch.

        Parameters
        ----------
        number : int
            From 1.
        """
        if not self.epochs:
            reason = f" {self.diverged}" if self.diverged else ""
            raise IndexError(f"the trace holds no whole epoch.{reason}")
        number = check_count("epoch", number, maximum=self.epochs)
        return self[number * self.run.problem.updates_per_epoch - 1]

    def network(self, k: int | None = None) -> MLP:
        """Return the network with the parameters after update `k`, by default the last one."""
        if not hasattr(self.run.problem, "net"):
            raise TypeError("this trace is of a plain function, not of a network.")
        k = self._length if k is None else check_count("k", k, minimum=0, maximum=self._length)
        net: MLP = self.run.problem.net
        return net if k == 0 else net.with_parameters(self[k - 1].after.flat)

    @cached_property
    def layout(self) -> ParameterLayout:
        return self.run.problem.layout

    def _replay(self, first, last):
        """Yield the updates first … last, each as (state before it, update)."""
        checkpoint = (first - 1) // self._stride
        k, state = checkpoint * self._stride, self._checkpoints[checkpoint]
        latest, latest_state = self._latest
        if k < latest < first:
            k, state = latest, latest_state
        if k < first - 1:
            state = self._advance(k, state, first - 1).state
            self._latest = (first - 1, state)
        for k in range(first, last + 1):
            update = self._advance(k - 1, state, k)
            yield state, update
            state = update.state
            self._latest = (k, state)

    # Not around the yields: what is set there would stay set for the caller.
    @on_one_blas_thread
    def _advance(self, k, state, last):
        """Return update `last`, computed again from the `state` after update k < last."""
        with np.errstate(all="ignore"):
            for number in range(k + 1, last + 1):
                update = self.run.advance(number, state)
                self._check_same(number, "cost", self._losses, update.evaluation.loss)
                sum_of_W = self._ones.dot(update.state.theta)
                self._check_same(number, "sum of W", self._sums, sum_of_W)
                state = update.state
        return update

    def with_states(self, first: int) -> Iterator[tuple[State, Step]]:
        """Yield (state before it, step) from update `first` on, the one that diverged included."""
        for state, update in self._replay(first, self._length):
            yield state, self._step(state, update)
        if self.diverged is not None and self.diverged.step is not None:
            yield update.state, self.diverged.step

    @on_one_blas_thread
    def step_from(self, k: int, state: State) -> Step:
        """Return the :class:`Step` that this run would make as update k from another `state`."""
        with np.errstate(all="ignore"):
            return self._step(state, self.run.advance(k, state))

    def _check_same(self, k, name, kept, now):
        then = kept[k - 1]
        if now != then and not (np.isnan(now) and np.isnan(then)):
            raise ReplayError(
                f"looking back at update k = {k} gave the {name} {now}, the run had {then}. "
                "Was X changed after the run, or is the rule or the objective random? "
                "Train again, on a copy of the data."
            )

    def _step(self, state, update):
        layout = self.layout
        theta = state.theta

        def shaped(value):
            if isinstance(value, np.ndarray) and value.shape == theta.shape:
                return Parameters(value, layout)
            return _frozen(value)

        evaluation = update.evaluation
        return Step(
            k=update.k,
            epoch=self.run.problem.epoch(update.k),
            batch=_frozen(update.batch),
            loss=evaluation.loss,
            A=Layers(map(_frozen, evaluation.A)),
            Z=Layers(map(_frozen, evaluation.Z)),
            sensitivity=Layers(map(_frozen, evaluation.sensitivity)),
            before=shaped(theta),
            after=shaped(update.state.theta),
            gradient=shaped(evaluation.gradient),
            rho=shaped(update.rho),
            quantities={name: shaped(value) for name, value in update.quantities.items()},
            factor=update.factor,
            state_before={name: shaped(value) for name, value in state.rule.items()},
        )

    def __repr__(self) -> str:
        ending = f", arrived at update k = {self.arrived}" if self.arrived else ""
        ending += f", {self.diverged}" if self.diverged else ""
        return f"<trace of {self._length} updates by {self.run.rule!r}{ending}>"


def _frozen(value):
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
    return value


_GATHERED = ("before", "after", "gradient", "rho")


def _named(name, state, update):
    """Return one flat array of an update that started at `state`."""
    known = {
        "before": state.theta,
        "after": update.state.theta,
        "gradient": update.evaluation.gradient,
        "rho": update.rho,
    }
    return known[name] if name in known else update.quantities[name]


def _far_from_overflow(array):
    return np.vdot(array, array) < _FAR_FROM_OVERFLOW  # False for NaN too


def _advice(run, state, update, quantity):
    """Say what may help where `quantity` of an update that started at `state` is not finite."""
    rule, made_by_the_rule = run.rule, quantity.partition(" (")[0] in update.quantities
    small = Divergence.advice
    if not made_by_the_rule:
        where = "the data and the weights" if run.problem.layout.slices else "the objective"
        return f"No step was made yet: look at {where}." if update.k == 1 else small
    arrays = [update.evaluation.gradient, *(array for _, array in state.arrays())]
    if not all(map(_far_from_overflow, arrays)):
        return small
    if rule.values.get("eps") == 0.0:
        return "With eps = 0 it divides by 0 where the gradient has been 0 so far: give eps > 0."
    if rule.form == "own":
        return "Your rule made it from numbers of usual size: look for a division by 0."
    return small


def _first_not_finite(update, problem):
    """Name the first quantity of an update, in the order of computation, that is not finite."""
    evaluation = update.evaluation
    for layer, Z in enumerate(evaluation.Z, start=1):
        if not np.isfinite(Z).all():
            return f"Z^({layer})"
        if not np.isfinite(evaluation.A[layer]).all():
            return f"A^({layer + 1})"
    if not np.isfinite(evaluation.loss):
        return "the cost J"
    for layer in range(len(evaluation.sensitivity), 0, -1):
        if not np.isfinite(evaluation.sensitivity[layer - 1]).all():
            return f"the sensitivity V^({layer})"
    named = {"the gradient": evaluation.gradient, **update.quantities, "W": update.state.theta}
    for name, value in named.items():
        bad = ~np.isfinite(value)
        if bad.any():
            place = problem.layout.where(int(bad.argmax())) if np.ndim(value) == 1 else ""
            return f"{name} ({place})" if place else name
    return None
