"""Two runs laid side by side: the first update and the first quantity that differ."""

from dataclasses import dataclass, replace

import numpy as np

from mlpteach.basics.arguments import NOT_NEGATIVE, check_number, describe
from mlpteach.rules import Rule, RuleLike, as_rule
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill
from mlpteach.run.update import State
from mlpteach.tables.schedules import as_schedule


@dataclass(frozen=True)
class Difference:
    """Where a run leaves its reference.

    Attributes
    ----------
    k : int
        The first update that differs.
    quantity : str
        The first of its quantities, in the order of the reference's lines, that differs.
    place : str
        The entry that differs most, such as ``W^(1)[3, 17]``.
    given, expected : float
        The two numbers there.
    """

    k: int
    quantity: str
    place: str
    given: float
    expected: float

    def __str__(self) -> str:
        return (
            f"{self.quantity} differs first, at update k = {self.k}: "
            f"at {self.place} it is {self.given:.10g}, the reference has {self.expected:.10g}."
        )


@dataclass(frozen=True)
class Undecided:
    """How far two runs could be judged: they agree up to update `k`, then rounding parts them.

    Attributes
    ----------
    k : int
        The last update that was judged.
    missing : tuple of str
        What the reference remembers from update to update and the other rule does not return.
    """

    k: int
    missing: tuple[str, ...]

    def __str__(self) -> str:
        names = ", ".join(self.missing)
        return (
            f"The runs agree up to update k = {self.k}. From there on rounding, which this problem "
            "makes grow, has parted them: a mistake could not be told from it. To be judged "
            f"further, let the rule keep and return what the reference remembers: {names}."
        )


def compare(
    trace: Trace, reference: Trace | RuleLike, *, rtol: float = 1e-09
) -> Difference | Undecided | None:
    """Name the first update and the first quantity in which a run differs from a reference.

    Parameters
    ----------
    trace : Trace
        For instance of your own function: ``train(net, X, y, rule=my_adam)``.
    reference : Trace, str, Rule or callable
        Another run; or a rule, which is then run on the same problem from the same start, with the
        values of `trace`'s hyper-parameters where the names are the same.
    rtol : float
        Differences below ``rtol`` times the largest entry of the reference's array are rounding.

    Returns
    -------
    Difference, Undecided or None
        None where the runs agree in all they share. Where rounding has parted two runs on the same
        problem, each later update is judged alone, by what the reference makes of it; `Undecided`
        where that can't be, because the reference remembers what the other rule does not return.

    Examples
    --------
    >>> from mlpteach import LANDSCAPES, Quantities, descend
    >>> def forgets_the_square(k, G, M, V, *, eta, beta1, beta2, eps):
    ...     M = beta1 * M + (1 - beta1) * G
    ...     V = beta2 * V + (1 - beta2) * G
    ...     return Quantities(M=M, V=V, rho=eta * M / np.sqrt(np.abs(V) + eps))
    >>> trace = descend(LANDSCAPES["beale"], [1.0, 1.0], rule=forgets_the_square, steps=10)
    >>> found = compare(trace, "adam")
    >>> found.k, found.quantity
    (1, 'V')
    """
    _check_trace(trace)
    rtol = check_number("rtol", rtol, NOT_NEGATIVE)
    if not isinstance(reference, Trace):
        reference = rerun(trace, _with_values_of(trace.run.rule, reference))
    if trace.layout.slices != reference.layout.slices or _size(trace) != _size(reference):
        raise ValueError(
            "two runs can be compared only with equal numbers of parameters in equal layers; "
            f"given {_size(trace)} and {_size(reference)} parameters."
        )
    same_problem = trace.run.problem is reference.run.problem
    for step, expected in zip(_with_broken(trace), _with_broken(reference), strict=False):
        found = _difference(step, expected, rtol)
        if found is not None:
            # From equal parameters the same problem has equal gradients: what differs here is
            # rounding that the problem has made grow, not a mistake of the rule.
            parted = same_problem and found.quantity == "gradient"
            return _judge_each(trace, reference, found.k, rtol) if parted else found
    return None


def _judge_each(trace, reference, first, rtol):
    """Judge updates from `first` on by what the reference makes of the state each starts from."""
    states, G_previous = reference.run.rule.states, None
    remembered = {*trace.run.rule.states, "G_previous"}
    missing = tuple(name for name in states if name not in remembered)
    if missing:
        return Undecided(first - 1, missing)
    for state, step in trace.with_states(first - 1):
        if step.k >= first:
            known = {**state.rule, "G_previous": G_previous}
            before = State(state.theta, {name: known[name] for name in states}, state.schedule)
            found = _difference(step, reference.step_from(step.k, before), rtol)
            if found is not None:
                return found
        G_previous = step.gradient.flat
    return None


def _size(trace):
    return trace.run.problem.theta0.size


def _with_broken(trace):
    """Yield the steps of a trace, and after them the one at which it diverged."""
    yield from trace
    if trace.diverged is not None and trace.diverged.step is not None:
        yield trace.diverged.step


def rerun(trace: Trace, rule: RuleLike, progress: bool = False) -> Trace:
    """Run another rule on the problem of `trace`: same start, batches and number of updates."""
    _check_trace(trace)
    rule = as_rule(rule)
    as_schedule(trace.run.schedule, rule.step_size)
    return fill(Trace(replace(trace.run, rule=rule), trace.planned), progress)


def _check_trace(trace):
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must be a Trace; given {describe(trace)}.")


def _with_values_of(rule, reference):
    """Give the reference the values of the hyper-parameters that both rules have."""
    given, reference = isinstance(reference, Rule), as_rule(reference)
    if given:
        return reference
    shared = {name: value for name, value in rule.values.items() if name in reference.hypers}
    try:
        return reference.bind(**shared)
    except ValueError as error:
        error.add_note(
            f"the value comes from your rule {rule.id!r}; give it one that the reference allows, "
            "or compare with mlpteach.rule(...) and values of its own"
        )
        raise


def _difference(step, expected, rtol):
    layout = step.before.layout
    pairs = {
        "before": (step.before, expected.before),
        "gradient": (step.gradient, expected.gradient),
    }
    for name in expected.quantities:
        if name in step.quantities:
            pairs[name] = (step.quantities[name], expected.quantities[name])
    pairs["after"] = (step.after, expected.after)
    for name, (given, wanted) in pairs.items():
        given, wanted = (np.atleast_1d(getattr(a, "flat", a)) for a in (given, wanted))
        if given.shape != wanted.shape:
            continue  # memories of L-BFGS may hold another number of pairs
        index = _largest_difference(given, wanted, rtol)
        if index is not None:
            place = layout.where(index) if given.ndim == 1 else f"entry {index}"
            return Difference(
                step.k, name, place, float(given.flat[index]), float(wanted.flat[index])
            )
    return None


def _largest_difference(given, wanted, rtol):
    """Return the flat index of the entry that differs most, one that is not finite first."""
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.where(given == wanted, 0.0, np.abs(given - wanted))
        allowed = rtol * np.abs(wanted).max()
    gap[np.isnan(given) & np.isnan(wanted)] = 0.0
    differs = ~(gap <= (allowed if np.isfinite(allowed) else 0.0))
    if not differs.any():
        return None
    return int(np.where(np.isfinite(gap), gap, np.inf).argmax())
