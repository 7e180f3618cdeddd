"""Ways to train one network side by side, against epochs, evaluations, passes or seconds."""

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import STYLES
from mlpteach.run.trace import Trace
from mlpteach.study.clock import TIMINGS
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table, Text
from mlpteach.views.runs import cost_limits, divergence_message, divergence_notes, fill_up

# What the runs are compared against: text of the control, label and scale of the axis.
AGAINST = {
    "epoch": ("epochs", "epoch", "linear"),
    "evaluations": ("gradient evaluations", "gradient evaluations", "log"),
    "passes": ("passes over the data", "passes over the data", "linear"),
    "seconds": ("seconds", "seconds", "linear"),
}
_EQUAL = (
    "All start from the same weights; those on mini-batches see the same batches.",
    "L-BFGS takes all instances at once: one update an epoch, and its line search asks for more.",
)
_TIMED = (
    f"Seconds in the updates: all ways were run {TIMINGS} times by turns, for this picture; the "
    "median is shown."
)


def show_ways(
    traces: dict[str, Trace],
    names: dict[str, str],
    against: str,
    seconds: dict[str, FloatArray] | None = None,
) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of runs over epochs.

    Parameters
    ----------
    traces : dict of str to Trace
        By the way's id; all measured on validation data.
    names : dict of str to str
        On the screen.
    against : str
        A key of ``AGAINST``: the horizontal axis.
    seconds : dict of str to ndarray, shape (len(trace),), optional
        As :func:`mlpteach.study.clock.median_seconds` measures them; needed for "seconds".
    """
    message = divergence_message({names[name]: trace for name, trace in traces.items()})
    if not any(trace.epochs for trace in traces.values()):
        return Show(traces, 0, message=message)
    epochs = max(trace.planned // trace.run.problem.updates_per_epoch for trace in traces.values())
    series = history(traces, epochs, seconds)
    styles = {name: STYLES[i % len(STYLES)] for i, name in enumerate(traces)}
    return Show(
        traces=traces,
        steps=epochs,
        panels=(
            *_plots(styles, series, against),
            _table(traces, names, styles, bool(seconds)),
            Text("Equal starts", (*_EQUAL, _TIMED) if seconds else _EQUAL),
        ),
        series=series,
        message=message,
        unit="epoch",
    )


def history(
    traces: dict[str, Trace], epochs: int, seconds: dict[str, FloatArray] | None = None
) -> dict[str, FloatArray]:
    """Return name -> array (epochs,) for several runs.

    "epoch", and of each run ``"way.loss"``, ``"way.validation_loss"``, ``"way.accuracy"`` (on the
    validation data), and up to the end of each epoch ``"way.evaluations"`` of the gradient,
    ``"way.passes"``, instances in them by the number of instances, and where `seconds` were
    measured ``"way.seconds"``.
    """
    series = {"epoch": np.arange(1.0, epochs + 1)}
    for name, trace in traces.items():
        problem = trace.run.problem
        per_epoch = problem.updates_per_epoch
        last = per_epoch - 1
        whole = trace.epochs * per_epoch
        instances = trace.evaluations * _batch_sizes(problem, len(trace))
        columns: dict[str, ArrayLike] = {
            "loss": trace.history["loss"],
            "validation_loss": trace.history["validation_loss"],
            "accuracy": trace.history["validation_accuracy"],
            "evaluations": np.cumsum(trace.evaluations)[last:whole:per_epoch],
            "passes": np.cumsum(instances)[last:whole:per_epoch] / len(problem.X),
        }
        if seconds:
            columns["seconds"] = seconds[name][last:whole:per_epoch]
        series |= {f"{name}.{key}": fill_up(column, epochs) for key, column in columns.items()}
        series[f"{name}.epoch"] = series["epoch"]
    return series


def _batch_sizes(problem, updates):
    """Return how many instances each update's batch has: the last of an epoch has the rest."""
    sizes = np.full(problem.updates_per_epoch, problem.batch_size)
    sizes[-1] = len(problem.X) - problem.batch_size * (problem.updates_per_epoch - 1)
    return np.resize(sizes, updates)


def _plots(styles, series, against):
    _, xlabel, xscale = AGAINST[against]
    x = limits([0.0], *(series[f"{name}.{against}"] for name in styles), scale=xscale)
    if xscale == "linear":
        x = (0.0, float(len(series["epoch"])) if against == "epoch" else x[1])
    costs = cost_limits(*(series[f"{name}.loss"] for name in styles))
    for title, ylabel, key, ylim, scale in (
        ("Cost, mean of the epoch", "cost $J$", "loss", costs, "log"),
        ("Validation accuracy", "accuracy", "accuracy", (0.0, 1.05), "linear"),
    ):
        yield Plot(
            title=title,
            label=f"{title} against {xlabel}, a line a way; click to go to an epoch",
            axes=Axes(xlabel, ylabel, x, ylim, xscale=xscale, yscale=scale),
            layers=tuple(
                Line(f"{name}.{against}", f"{name}.{key}", style) for name, style in styles.items()
            ),
            click="step",
        )


def _table(traces, names, styles, timed):
    columns = {
        "loss": "cost $J$",
        "accuracy": "validation accuracy",
        "validation_loss": "validation cost",
        "evaluations": "gradient evaluations",
        "passes": "passes",
    }
    if timed:
        columns["seconds"] = "seconds"
    rows = [
        Row(
            label=names[name],
            cells=tuple(f"{name}.{key}" for key in columns),
            style=styles[name],
            notes=divergence_notes(trace, trace.run.problem.updates_per_epoch),
        )
        for name, trace in traces.items()
    ]
    return Table("After this epoch", "Numbers of each way", tuple(columns.values()), tuple(rows))
