"""Several runs on one dashboard: trained quietly, brought to one length, their ends told."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import describe
from mlpteach.basics.arrays import FloatArray
from mlpteach.rules import Rule
from mlpteach.run.trace import Trace
from mlpteach.tables.schedules import Schedule
from mlpteach.views.axis import limits


class Runs:
    """The runs of one dashboard: of the picture before, those that did not change are kept.

    Parameters
    ----------
    older : int
        How many runs of earlier pictures are kept too, for a control that is put back.
    """

    def __init__(self, older: int = 0) -> None:
        self._kept: dict[Hashable, Any] = {}
        self._older = older

    def take(self, wanted: dict[str, tuple[Hashable, Callable[[], Any]]]) -> dict[str, Any]:
        """Return name -> trace.

        Parameters
        ----------
        wanted : dict
            Name -> (key, function without arguments that trains): one key, always the same run.
        """
        runs = {
            key: self._kept[key] if key in self._kept else train() for key, train in wanted.values()
        }
        older = [pair for pair in self._kept.items() if pair[0] not in runs]
        self._kept = dict(older[max(0, len(older) - self._older) :]) | runs
        return {name: self._kept[key] for name, (key, _) in wanted.items()}


def identity(bound: Rule | Schedule) -> tuple[str, str, tuple[tuple[str, float], ...]]:
    """Return what tells a rule or a schedule from others of its kind: id, form, values."""
    return bound.id, getattr(bound, "form", ""), tuple(bound.values.items())


def fill_up(values: ArrayLike, steps: int) -> FloatArray:
    """Return the first `steps` of `values` (n, …) as floats; NaN where the run had ended before.

    Examples
    --------
    >>> fill_up([3, 2, 1], 5)
    array([ 3.,  2.,  1., nan, nan])
    """
    values = np.asarray(values, dtype=float)[:steps]
    filled = np.full((steps, *values.shape[1:]), np.nan)
    filled[: len(values)] = values
    return filled


def cost_limits(*costs: ArrayLike) -> tuple[float, float]:
    """Return the limits of a logarithmic axis for the costs of several runs, each (n,).

    A cost that explodes, or falls to nearly nothing, leaves the picture: the others would become
    one line.

    Examples
    --------
    >>> cost_limits([2.0, 0.3], [2.0, 1e80])
    (0.1, 100000.0)
    """
    arrays = [np.asarray(cost, dtype=float) for cost in costs]
    shown = [cost[np.isfinite(cost) & (cost > 0)] for cost in arrays]
    start = max((cost[0] for cost in shown if cost.size), default=1.0)
    return limits(*(cost.clip(start * 1e-20, start * 1e4) for cost in shown), scale="log")


def divergence_notes(trace: Trace, updates_per_step: int = 1) -> dict[int, str]:
    """Return the notes of a :class:`~mlpteach.views.panels.Row` that tell where a run ended."""
    if trace.diverged is None:
        return {}
    k = trace.diverged.k
    return {max(1, -(-k // updates_per_step)): f"diverged at update {k}"}


def divergence_message(traces: dict[str, Trace]) -> str:
    """Return one line for each run (name -> trace) that left the numbers."""
    ended = {name: trace.diverged for name, trace in traces.items() if trace.diverged}
    return "\n".join(f"{name}: {divergence}" for name, divergence in ended.items())


def name_forms(controls: Iterable[Any], words: dict[str, str] | None = None) -> list[Any]:
    """Return the sliders of several rules with labels that say whose they are: "η (paper)".

    Parameters
    ----------
    controls : list of Slider
    words : dict, optional
        Name of a hyper-parameter -> what stands behind its letter.
    """
    words = words or {"alpha": "lecture", "eta": "paper"}
    named = []
    for control in controls:
        told = words.get(control.name.split(".")[-1])
        named.append(replace(control, label=f"{control.label} ({told})") if told else control)
    return named


def start_values(
    controls: Iterable[Any], defaults: dict[str, Any], given: dict[str, Any] | None
) -> dict[str, Any]:
    """Return where the controls start: `defaults`, and over them what the reader gave.

    Parameters
    ----------
    controls : list
    defaults : dict
    given : dict or None
        Name of a control -> value.

    Raises
    ------
    ValueError, TypeError
        For names that are no control, or values that it can't have.
    """
    if given is None:
        return dict(defaults)
    if not isinstance(given, dict):
        raise TypeError(f"values must be a dict of control names; given {describe(given)}.")
    by_name = {control.name: control for control in controls}
    for name in given:
        if name not in by_name:
            known = ", ".join(by_name)
            raise ValueError(f"this dashboard has no control {name!r}; it has: {known}.")
    return {**defaults, **{name: by_name[name].check(value) for name, value in given.items()}}
