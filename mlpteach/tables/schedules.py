"""Schedules: how the step size changes from update to update.

The slide writes W_{k+1} = W_k - eta_k/eta * rho_k: the schedule multiplies whatever the rule says.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

import numpy as np

from mlpteach.basics.arguments import (
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    OWN_STEP_LENGTH,
    Interval,
    check_choice,
    check_number,
    describe,
)
from mlpteach.basics.entries import Entries
from mlpteach.basics.hyper import Hyper, check_values
from mlpteach.basics.notation import Symbol
from mlpteach.basics.record import Record, is_function
from mlpteach.basics.style import BLUE, GREEN, ORANGE, ORCHID, PURPLE, VIOLET, Style

# The factor, the mean cost of the epoch before, and of this one the costs' sum and the instances.
ScheduleState = tuple[float, float, float, int]


@dataclass(frozen=True, kw_only=True)
class Schedule(Record):
    """A schedule with values for its parameters.

    Attributes
    ----------
    id, title, source, style, letters, beyond_lecture
        As in :class:`Record`.
    latex : str
    step_size : callable
        (eta, k, **values) -> eta_k, with k from 1; None for the adaptive step, which looks at the
        cost instead of k.
    hypers : dict of str to Hyper
        Default, slider and interval of each parameter.
    values : dict of str to float
        By default the parameters' defaults.
    """

    latex: str = ""
    step_size: Callable[..., float] | None
    hypers: dict[str, Hyper] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        defaults = {name: hyper.default for name, hyper in self.hypers.items()}
        object.__setattr__(self, "values", {**defaults, **self.values})

    def __call__(self, **given: float) -> Self:
        """Return this schedule with other values, such as ``SCHEDULES["cooling"](eps=0.1)``."""
        checked = check_values(f"schedule {self.id!r}", self.hypers, given)
        return replace(self, values={**self.values, **checked})

    @property
    def looks_at_cost(self) -> bool:
        """Whether the cost decides about the step size, rather than k alone."""
        return self.step_size is None

    def start(self) -> ScheduleState:
        """Return the state before the first update.

        It holds the factor, the mean cost of the epoch before, and of this one so far the costs'
        sum over the instances and how many they are.
        """
        return 1.0, math.inf, 0.0, 0

    def advance(
        self,
        state: ScheduleState,
        k: int,
        loss: float,
        eta: float,
        updates_per_epoch: int = 1,
        instances: int = 1,
    ) -> ScheduleState:
        """Return the state at update k, whose first entry is the factor eta_k/eta.

        Parameters
        ----------
        state : tuple
            Of the update before.
        k : int
        loss : float
            Cost at W_k, before the update.
        eta : float
            The rule's step size.
        updates_per_epoch : int
            Costs of different mini-batches can't be compared: the adaptive step compares the means
            of successive epochs, at the last update of each. With the full batch, and for a plain
            function, an epoch is one update.
        instances : int
            In this update's batch. The mean is that over an epoch's instances, as in
            ``history["loss"]``.
        """
        factor, mean_before, cost, n = state
        if self.step_size is not None:
            return self.step_size(eta, k, **self.values) / eta, mean_before, cost, n
        cost, n = cost + loss * instances, n + instances
        if k % updates_per_epoch:
            return factor, mean_before, cost, n
        mean = cost / n
        # Negated, so that a cost that became NaN counts as "did not fall".
        fell = mean < mean_before
        return (factor if fell else factor * self.values["shrink"]), mean, 0.0, 0

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:g}" for name, value in self.values.items())
        return f"<schedule {self.id}({values})>"


ScheduleLike = str | Schedule | Callable[[float, int], float] | None


def constant(eta: float, k: int) -> float:
    return eta


def cooling(eta: float, k: int, eps: float) -> float:
    return eta / (1.0 + eps * k)


def exponential(eta: float, k: int, d: float) -> float:
    return float(np.power(eta, 1.0 + d * k))


def staircase(eta: float, k: int, d: float, k_d: float) -> float:
    return eta * d ** (k // k_d)


def cosine(eta: float, k: int, T_0: float, T_mult: float, eta_min: float) -> float:
    """From eta down to eta_min along half a cosine; then again, T_mult times as slowly."""
    since, cycle = k - 1, int(T_0)
    while since >= cycle and T_mult > 1:
        since, cycle = since - cycle, cycle * int(T_mult)
    share = (1.0 + math.cos(math.pi * (since % cycle) / cycle)) / 2.0
    return eta_min + (eta - eta_min) * share


SCHEDULES = Entries(
    (schedule.id, schedule)
    for schedule in (
        Schedule(
            id="constant",
            title="constant",
            latex=r"\eta_k = \eta",
            source="no schedule",
            style=Style(BLUE, "solid", "o"),
            step_size=constant,
        ),
        Schedule(
            id="cooling",
            title="cooling",
            latex=r"\eta_k = \frac{\eta}{1 + \epsilon k}",
            source="slide 'Cooling'; inverse-time decay",
            style=Style(ORANGE, "dashed", "s"),
            letters={"eps": Symbol("ε", "how fast the step size falls", shape="")},
            step_size=cooling,
            hypers={"eps": Hyper(0.01, low=1e-4, high=1.0, log=True, allowed=NOT_NEGATIVE)},
        ),
        Schedule(
            id="exponential",
            title="exponential",
            latex=r"\eta_k = \eta^{1 + d k}",
            source="the course's notebooks; with eta < 1 an exponential decay at the rate "
            "d ln(1/eta), with eta = 1 constant, with eta > 1 the step size grows",
            style=Style(GREEN, "dashdot", "^"),
            letters={"d": Symbol("d", "how fast the exponent grows", shape="")},
            step_size=exponential,
            hypers={"d": Hyper(0.001, low=1e-5, high=1.0, log=True, allowed=NOT_NEGATIVE)},
        ),
        Schedule(
            id="staircase",
            title="staircase",
            latex=r"\eta_k = \eta\, d^{\lfloor k / k_d \rfloor}",
            source="the course's notebooks",
            style=Style(PURPLE, "dotted", "D"),
            letters={
                "d": Symbol("d", "factor of a stair", shape=""),
                "k_d": Symbol("k", "updates on a stair", shape="", subscript="d"),
            },
            step_size=staircase,
            hypers={
                "d": Hyper(0.5, low=0.05, high=1.0, allowed=Interval(0, 1, closed="high")),
                "k_d": Hyper(100.0, low=1, high=500, log=True, allowed=AT_LEAST_ONE, whole=True),
            },
        ),
        Schedule(
            id="adaptive",
            title="adaptive",
            latex=r"\eta_k = \mathrm{shrink} \cdot \eta_{k-1}\ \mathrm{if}\ J_k \geq J_{k-1}",
            source="slide 'Adaptive step': shrink only when the cost did not fall",
            style=Style(VIOLET, "solid", "v"),
            letters={"shrink": Symbol("shrink", "factor where the cost did not fall", shape="")},
            step_size=None,
            hypers={"shrink": Hyper(0.5, low=0.05, high=0.99, allowed=Interval(0, 1))},
        ),
        Schedule(
            id="cosine",
            title="cosine with warm restarts",
            short_title="cosine",
            latex=r"\eta_k = \eta_{min} + \frac{\eta - \eta_{min}}{2}"
            r"(1 + \cos\frac{\pi\, t}{T_i}),\ T_i = T_{mult}\, T_{i-1}",
            source="Loshchilov & Hutter 2017, SGDR, equation 5: t updates since the last restart",
            style=Style(ORCHID, "dashed", "X"),
            letters={
                "T_0": Symbol("T", "updates until the first restart", shape="", subscript="0"),
                "T_mult": Symbol("T", "growth from cycle to cycle", shape="", subscript="mult"),
                "eta_min": Symbol("η", "smallest step size", shape="", subscript="min"),
            },
            beyond_lecture=True,
            step_size=cosine,
            hypers={
                "T_0": Hyper(50.0, low=1, high=500, log=True, allowed=AT_LEAST_ONE, whole=True),
                "T_mult": Hyper(2.0, low=1, high=4, allowed=AT_LEAST_ONE, whole=True),
                "eta_min": Hyper(0.0, low=0.0, high=0.1, allowed=NOT_NEGATIVE),
            },
        ),
    )
)


def schedule(id: str, **values: float) -> Schedule:
    """Return a schedule for :func:`mlpteach.train`, such as ``schedule("cooling", eps=0.1)``.

    Parameters
    ----------
    id : str or Schedule
        An id of ``mlpteach.SCHEDULES``, or a schedule to change.
    **values
        Its parameters.

    Raises
    ------
    ValueError, TypeError
        For an unknown id or parameter, or a value outside its interval.

    Examples
    --------
    >>> schedule("staircase", d=0.1, k_d=50)
    <schedule staircase(d=0.1, k_d=50)>
    """
    if isinstance(id, Schedule):
        return id(**values)
    return SCHEDULES[check_choice("schedule", id, tuple(SCHEDULES))](**values)


def as_schedule(given: ScheduleLike, step_size: str | None) -> Schedule:
    """Return a :class:`Schedule` for None, an id, a Schedule or a function of (eta, k).

    `step_size` is the rule's: the name of its hyper-parameter; None where it has none, so that
    only schedules that do not need it are allowed; OWN_STEP_LENGTH where none may change the steps.
    """
    if given is None:
        given = "constant"
    if isinstance(given, str):
        given = schedule(given)
    elif is_function(given):
        given = _own(given)
    if not isinstance(given, Schedule):
        raise TypeError(
            f"schedule must be None, one of {', '.join(SCHEDULES)}, mlpteach.schedule(...) or a "
            f"function (eta, k) -> eta_k; given {describe(given)}."
        )
    if step_size == OWN_STEP_LENGTH and given.step_size is not constant:
        raise ValueError(
            f"schedule {given.id!r} changes the step size, but this rule finds its own step "
            "length at every update; allowed: constant."
        )
    if step_size is None and not _needs_no_step_size(given):
        allowed = [known.id for known in SCHEDULES.values() if _needs_no_step_size(known)]
        raise ValueError(
            f"schedule {given.id!r} changes the step size, but this rule has none; "
            f"allowed: {', '.join(allowed)}."
        )
    return given


def _needs_no_step_size(schedule):
    return schedule.step_size in (None, constant)


def _own(function):
    """Make a :class:`Schedule` of a reader's own function (eta, k) -> eta_k."""
    name = getattr(function, "__name__", "own")
    _check_signature(function, name)
    return Schedule(
        id=name,
        title=name,
        source="the reader's own function",
        step_size=partial(_own_step_size, function, name),
    )


def _own_step_size(function, name, eta, k):
    """Return the step size of a reader's function, checked."""
    eta_k = function(eta, k)
    if isinstance(eta_k, np.ndarray) and eta_k.ndim == 0:
        eta_k = eta_k.item()
    if type(eta_k) is float and 0.0 <= eta_k < math.inf:  # as nearly always
        return eta_k
    return check_number(f"eta_k that {name} returned at k = {k}", eta_k, NOT_NEGATIVE)


def _check_signature(function, name):
    """Raise TypeError unless `function` can be called as function(eta, k)."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-in functions have none
        return
    try:
        signature.bind(1.0, 1)
    except TypeError:
        raise TypeError(
            f"schedule must be a function of two parameters (eta, k) -> eta_k; "
            f"given {name}{signature}."
        ) from None
