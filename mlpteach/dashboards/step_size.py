"""Cooling and the adaptive step: the step size and the cost under every schedule."""

from functools import partial

import numpy as np

from mlpteach.basics.arguments import check_choice, check_count
from mlpteach.player.controls import Choice, Several, Slider
from mlpteach.player.widget import Player
from mlpteach.rules import as_rule
from mlpteach.run.train import descend, quietly, train
from mlpteach.study.starting_data import check_data, check_net
from mlpteach.tables.landscapes import LANDSCAPES
from mlpteach.tables.schedules import SCHEDULES
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Show, Table
from mlpteach.views.runs import (
    Runs,
    cost_limits,
    divergence_message,
    divergence_notes,
    fill_up,
    identity,
    start_values,
)
from mlpteach.views.style import RED, STYLES, Style

# 599 of the digits: five runs have to keep up with the hand.
DIGITS = slice(None, None, 3)
_ON = {"data": "network", "valley": "long valley", "rosenbrock": "Rosenbrock"}
_ETA = {"data": 5.0, "valley": 0.025, "rosenbrock": 0.002}
# Sliders of the schedules' parameters: low, high, log.
_STYLES = dict(zip(SCHEDULES, STYLES, strict=False))
_SHRINKS = Style(RED, "solid", "X")
_SHRINK_WORDS = "the adaptive step shrinks"


def step_size(
    X=None,
    y=None,
    *,
    on="data",
    net=None,
    rule="gd",
    epochs=10,
    batch_size=16,
    updates=200,
    loss="cross_entropy",
    seed=1,
    values=None,
):
    """Show the step size and the cost under every schedule, side by side from equal starts.

    The moments at which the adaptive step shrinks are marked in both pictures. On a network it
    compares the mean costs of epochs, on a function the costs of updates.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default 599 of the digits.
    on : {"data", "valley", "rosenbrock"}
        What is shown first: the network on the data, or a function.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    rule : str or Rule
        One that has a step size.
    epochs, batch_size, loss, seed
        Of the network, as for :func:`mlpteach.train`.
    updates : int
        Of the functions, at most 2000.
    values : dict, optional
        Where controls start, such as ``{"cooling.eps": 0.1}``.

    Returns
    -------
    Player
        Its ``traces`` are one a schedule.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> dashboard = step_size(on="valley", updates=20)
    >>> dashboard.traces["adaptive"].factors[[0, 1, 2]]
    array([1. , 0.5, 0.5])
    """
    check_choice("on", on, tuple(_ON))
    updates = check_count("updates", updates, maximum=2000)
    rule = _check_rule(rule)
    X, y = check_data(X, y, DIGITS)
    net = check_net(net, X, y)
    run = partial(train, net, X, y, loss=loss, seed=seed, epochs=epochs, batch_size=batch_size)
    controls, defaults = _controls(rule)
    values = start_values(controls, {**defaults, "on": on}, values)
    build = partial(_show, Runs(), run, rule, updates)
    return Player(build, controls, values, "Cooling and the adaptive step", "step_size")


def _check_rule(given):
    rule = as_rule(given)
    if rule.step_size not in rule.hypers:
        raise ValueError(f"rule must have a step size that a schedule can change; given {rule}.")
    return rule


def _controls(rule):
    schedules = {id: id for id in SCHEDULES}
    controls = [Choice("on", "On", _ON), Several("schedules", "Schedules", schedules)]
    values = {"on": "data", "schedules": tuple(SCHEDULES)}
    for on in _ON:
        controls.append(
            Slider(
                f"{on}.eta", rule.symbol(rule.step_size).text, 1e-4, 10.0, log=True, when=("on", on)
            )
        )
        values[f"{on}.eta"] = _ETA[on] if rule.id == "gd" else rule.values[rule.step_size]
    tuned = {id: id for id, schedule in SCHEDULES.items() if schedule.values}
    controls.append(Choice("tune", "Tune", tuned))
    values["tune"] = "cooling"
    for id in tuned:
        schedule = SCHEDULES[id]
        for name, hyper in schedule.hypers.items():
            key, label = f"{id}.{name}", schedule.symbol(name).text
            controls.append(
                Slider(key, label, hyper.low, hyper.high, hyper.log, hyper.whole, ("tune", id))
            )
            values[key] = hyper.default
    return controls, values


def _schedule(id, values):
    """Return a schedule with the values of its controls."""
    names = SCHEDULES[id].values
    return SCHEDULES[id](**{name: values[f"{id}.{name}"] for name in names})


def _traces(runs, run, rule, updates, values):
    if not values["schedules"]:
        raise ValueError("choose at least one schedule.")
    on = values["on"]
    rule = rule.bind(**{rule.step_size: values[f"{on}.eta"]})
    if on != "data":
        function = LANDSCAPES[on]
        run = partial(descend, function, function.start, steps=updates)
    wanted = {}
    for id in values["schedules"]:
        schedule = _schedule(id, values)
        key = on, identity(rule), identity(schedule)
        wanted[id] = key, partial(quietly, run, rule=rule, schedule=schedule)
    return runs.take(wanted)


def history(traces, updates):
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
    if trace.run.schedule.id != "adaptive":
        return np.zeros(len(trace), dtype=bool)
    return np.diff(trace.factors, prepend=1.0) < 0


def _show(runs, run, rule, updates, values):
    traces = _traces(runs, run, rule, updates, values)
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


def _plots(traces, series, steps, per_epoch):
    across = (0.0, float(steps))
    etas = limits(*(series[f"{id}.eta"] for id in traces), scale="log")
    costs = cost_limits(*(series[f"{id}.mean"] for id in traces))
    of = "update" if per_epoch == 1 else "epoch (mean)"
    pictures = (
        ("Step size", r"step size $\eta_k$", "k", "eta", "shrinks", etas),
        (
            f"Cost of each {of}",
            "cost $J$",
            "mean_k",
            "mean",
            "shrinks_J",
            limits(*costs, scale="log"),
        ),
    )
    for title, ylabel, x, y, marked, ylim in pictures:
        lines = [Line("k" if x == "k" else f"{id}.{x}", f"{id}.{y}", _STYLES[id]) for id in traces]
        if "adaptive" in traces:
            lines.append(Line("k", f"adaptive.{marked}", _SHRINKS, _SHRINK_WORDS, connect=False))
        yield Plot(
            title=title,
            label=f"{title} against updates, a line a schedule; click to go to an update",
            axes=Axes("update $k$", ylabel, across, ylim, yscale="log"),
            layers=tuple(lines),
            click="step",
        )


def _table(traces, per_epoch):
    numbers = {"eta": r"step size $\eta_k$", "J": "cost $J_k$"}
    if per_epoch > 1:
        numbers["mean"] = "mean of the epoch"
    rows = [
        Row(
            label=id,
            cells=(f"${SCHEDULES[id].latex}$", *(f"{id}.{name}" for name in numbers)),
            style=_STYLES[id],
            notes=_shrink_notes(trace) | divergence_notes(trace),
        )
        for id, trace in traces.items()
    ]
    columns = ("schedule", *numbers.values())
    return Table("At this update", "Step size and cost under each schedule", columns, tuple(rows))


def _shrink_notes(trace):
    times = np.flatnonzero(_shrinks(trace)) + 1
    return {int(k): f"shrunk {n} ×" for n, k in enumerate(times, start=1)}
