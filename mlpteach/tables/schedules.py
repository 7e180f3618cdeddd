"""Schedules: how the step size changes from update to update.

The slide writes W_{k+1} = W_k - eta_k/eta * rho_k: the schedule multiplies whatever the rule says.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    OWN_STEP_LENGTH,
    Interval,
    check_choice,
    check_count,
    check_number,
    describe,
)


@dataclass(frozen=True)
class Schedule:
    """A schedule with values for its parameters.

    Attributes
    ----------
    id, latex, source : str
    step_size : callable
        (eta, k, **values) -> eta_k, with k from 1; None for the adaptive step, which looks at the
        cost instead of k.
    allowed : mapping of str to Interval or int
        Interval of each parameter; an int is the least value of a whole number.
    values : mapping of str to float
    """

    id: str
    latex: str
    source: str
    step_size: Callable | None
    allowed: MappingProxyType
    values: MappingProxyType

    def __call__(self, **given):
        """Return this schedule with other values, such as ``SCHEDULES["cooling"](eps=0.1)``."""
        checked = {}
        for name, value in given.items():
            if name not in self.allowed:
                raise ValueError(
                    f"schedule {self.id!r} has no parameter {name!r}; "
                    f"it has: {', '.join(self.allowed) or 'none'}."
                )
            allowed = self.allowed[name]
            if isinstance(allowed, Interval):
                checked[name] = check_number(name, value, allowed)
            else:
                checked[name] = check_count(name, value, minimum=allowed)
        return replace(self, values=MappingProxyType({**self.values, **checked}))

    def start(self):
        """Return the state before the first update: factor, mean cost before, costs since."""
        return 1.0, math.inf, ()

    def advance(self, state, k, loss, eta, updates_per_epoch=1):
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
        """
        factor, mean_before, costs = state
        if self.step_size is not None:
            return self.step_size(eta, k, **self.values) / eta, mean_before, costs
        costs = (*costs, loss)
        if k % updates_per_epoch:
            return factor, mean_before, costs
        mean = sum(costs) / len(costs)
        # Negated, so that a cost that became NaN counts as "did not fall".
        fell = mean < mean_before
        return (factor if fell else factor * self.values["shrink"]), mean, ()

    def __repr__(self):
        values = ", ".join(f"{name}={value:g}" for name, value in self.values.items())
        return f"<schedule {self.id}({values})>"


def _record(id, latex, source, step_size, **parameters):
    allowed = {name: interval for name, (interval, _) in parameters.items()}
    values = {name: default for name, (_, default) in parameters.items()}
    return Schedule(
        id, latex, source, step_size, MappingProxyType(allowed), MappingProxyType(values)
    )


SCHEDULES = {
    record.id: record
    for record in (
        _record("constant", r"\eta_k = \eta", "", lambda eta, k: eta),
        _record(
            "cooling",
            r"\eta_k = \frac{\eta}{1 + \epsilon k}",
            "slide 'Cooling'; inverse-time decay",
            lambda eta, k, eps: eta / (1.0 + eps * k),
            eps=(NOT_NEGATIVE, 0.01),
        ),
        _record(
            "exponential",
            r"\eta_k = \eta^{1 + d k}",
            "the course's notebooks; with eta < 1 an exponential decay at the rate d ln(1/eta), "
            "with eta = 1 constant, with eta > 1 the step size grows",
            lambda eta, k, d: float(np.power(eta, 1.0 + d * k)),
            d=(NOT_NEGATIVE, 0.001),
        ),
        _record(
            "staircase",
            r"\eta_k = \eta\, d^{\lfloor k / k_d \rfloor}",
            "the course's notebooks",
            lambda eta, k, d, k_d: eta * d ** (k // k_d),
            d=(Interval(0, 1, closed="high"), 0.5),
            k_d=(1, 100),
        ),
        _record(
            "adaptive",
            r"\eta_k = \mathrm{shrink} \cdot \eta_{k-1}\ \mathrm{if}\ J_k \geq J_{k-1}",
            "slide 'Adaptive step': shrink only when the cost did not fall",
            None,
            shrink=(Interval(0, 1), 0.5),
        ),
    )
}


def schedule(id, **values):
    """Return a schedule for :func:`mlpteach.train`, such as ``schedule("cooling", eps=0.1)``.

    Raises
    ------
    ValueError, TypeError
        For an unknown id or parameter, or a value outside its interval.

    Examples
    --------
    >>> schedule("staircase", d=0.1, k_d=50)
    <schedule staircase(d=0.1, k_d=50)>
    """
    return SCHEDULES[check_choice("schedule", id, tuple(SCHEDULES))](**values)


def as_schedule(given, step_size):
    """Return a :class:`Schedule` for None, an id, a Schedule or a function of (eta, k).

    `step_size` is the rule's: the name of its hyper-parameter; None where it has none, so that
    only schedules that do not need it are allowed; OWN_STEP_LENGTH where none may change the steps.
    """
    if given is None:
        given = "constant"
    if isinstance(given, str):
        given = schedule(given)
    elif callable(given) and not isinstance(given, Schedule):
        given = _own(given)
    if not isinstance(given, Schedule):
        raise TypeError(
            f"schedule must be None, one of {', '.join(SCHEDULES)}, mlpteach.schedule(...) or a "
            f"function (eta, k) -> eta_k; given {describe(given)}."
        )
    if step_size == OWN_STEP_LENGTH and given.id != "constant":
        raise ValueError(
            f"schedule {given.id!r} changes the step size, but this rule finds its own step "
            "length at every update; allowed: constant."
        )
    if step_size is None and given.id not in ("constant", "adaptive"):
        raise ValueError(
            f"schedule {given.id!r} changes the step size, but this rule has none; "
            "allowed: constant, adaptive."
        )
    return given


def _own(function):
    """Make a :class:`Schedule` of a reader's own function (eta, k) -> eta_k."""
    name = getattr(function, "__name__", "own")
    _check_signature(function, name)

    def step_size(eta, k):
        eta_k = function(eta, k)
        if isinstance(eta_k, np.ndarray) and eta_k.ndim == 0:
            eta_k = eta_k.item()
        return check_number(f"eta_k that {name} returned at k = {k}", eta_k, NOT_NEGATIVE)

    return _record(name, "", "the reader's own", step_size)


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
