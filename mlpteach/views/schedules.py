"""Step size and cost under every schedule, side by side: series, plots and the table."""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import RED, Style
from mlpteach.run.trace import Trace
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.runs import cost_limits, divergence_message, divergence_notes, fill_up

_SHRINKS = Style(RED, "solid", "X")
_SHRINK_WORDS = "the adaptive step shrinks"


def show_schedules(traces: dict[str, Trace]) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of runs, id -> trace, that start equally."""
    first = next(iter(traces.values()))
    steps = first.planned
    per_epoch = first.run.problem.updates_per_epoch
    message = divergence_message(traces)
    if not any(len(trace) for trace in traces.values()):
        return Show(traces, 0, message=message)
    series = history(traces, steps)
    return Show(
        traces=traces,
        steps=steps,
        panels=(*_plots(traces, series, steps, per_epoch), _table(traces, per_epoch)),
        series=series,
        message=message,
        per_epoch=per_epoch,
    )


def history(traces: dict[str, Trace], updates: int) -> dict[str, FloatArray]:
    """Return name -> array (updates,) for runs under schedules.

    "k", and of each run ``"id.eta"``, the step size of update k; ``"id.J"``, the cost before it;
    ``"id.mean_k"`` and ``"id.mean"``, the last update of the latest whole epoch and its mean cost
    (for a function, of the update itself); ``"id.shrinks"`` and ``"id.shrinks_J"``, step size and
    mean cost where the step has just shrunk because the cost did not fall, else NaN.
    """
    series = {"k": np.arange(1.0, updates + 1)}
    for id, trace in traces.items():
        etas = trace.run.eta * trace.factors
        mean_k, means = _epoch_means(trace)
        shrinks = _shrinks(trace)
        columns = {
            "eta": etas,
            "J": trace.losses,
            "mean_k": mean_k,
            "mean": means,
            "shrinks": np.where(shrinks, etas, np.nan),
            "shrinks_J": np.where(shrinks, means, np.nan),
        }
        series |= {f"{id}.{name}": fill_up(column, updates) for name, column in columns.items()}
    return series


def _epoch_means(trace):
    """Return the last update of the latest whole epoch and its mean cost; NaN before the first."""
    per_epoch = trace.run.problem.updates_per_epoch
    done = np.arange(1, len(trace) + 1) // per_epoch
    means = np.concatenate([[np.nan], trace.history["loss"]])
    return np.where(done > 0, done * per_epoch, np.nan), means[done]


def _shrinks(trace):
    """Return whether each update's step shrank because the cost did not fall."""
    if not trace.run.schedule.looks_at_cost:
        return np.zeros(len(trace), dtype=bool)
    return np.diff(trace.factors, prepend=1.0) < 0


def _plots(traces, series, steps, per_epoch):
    etas = limits(*(series[f"{id}.eta"] for id in traces), scale="log")
    costs = cost_limits(*(series[f"{id}.mean"] for id in traces))
    of = "update" if per_epoch == 1 else "epoch (mean)"
    yield _plot(traces, steps, "Step size", r"step size $\eta_k$", ("k", "eta"), "shrinks", etas)
    yield _plot(
        traces, steps, f"Cost of each {of}", "cost $J$", ("mean_k", "mean"), "shrinks_J",
        limits(*costs, scale="log"),
    )  # fmt: skip


def _plot(traces, steps, title, ylabel, names, marked, ylim):
    x, y = names
    lines = [
        Line("k" if x == "k" else f"{id}.{x}", f"{id}.{y}", trace.run.schedule.style)
        for id, trace in traces.items()
    ]
    adaptive = [id for id, trace in traces.items() if trace.run.schedule.looks_at_cost]
    lines += [
        Line("k", f"{id}.{marked}", _SHRINKS, _SHRINK_WORDS, connect=False) for id in adaptive
    ]
    return Plot(
        title=title,
        label=f"{title} against updates, a line a schedule; click to go to an update",
        axes=Axes("update $k$", ylabel, (0.0, float(steps)), ylim, yscale="log"),
        layers=tuple(lines),
        click="step",
    )


def _table(traces, per_epoch):
    numbers = {"eta": r"step size $\eta_k$", "J": "cost $J_k$"}
    if per_epoch > 1:
        numbers["mean"] = "mean of the epoch"
    rows = [_row(id, trace.run.schedule, trace, numbers) for id, trace in traces.items()]
    columns = ("schedule", *numbers.values())
    return Table("At this update", "Step size and cost under each schedule", columns, tuple(rows))


def _row(id, schedule, trace, numbers):
    formula = f"${schedule.latex}$" if schedule.latex else schedule.source
    return Row(
        label=schedule.short_title,
        cells=(formula, *(f"{id}.{name}" for name in numbers)),
        style=schedule.style,
        notes=_shrink_notes(trace) | divergence_notes(trace),
    )


def _shrink_notes(trace):
    times = np.flatnonzero(_shrinks(trace)) + 1
    return {int(k): f"shrunk {n} ×" for n, k in enumerate(times, start=1)}
