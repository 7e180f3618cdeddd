"""Cooling and the adaptive step: the step size and the cost under every schedule."""

from functools import partial
from typing import Any

from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, check_count
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Several, Slider
from mlpteach.player.hyper_controls import hyper_controls
from mlpteach.rules import Rule, RuleLike, as_rule
from mlpteach.rules import rule as rule_of
from mlpteach.run.network import MLP
from mlpteach.run.train import descend, quietly, train
from mlpteach.study.starting_data import check_data, check_net
from mlpteach.study.step_sizes import for_landscape
from mlpteach.tables.landscapes import LANDSCAPES
from mlpteach.tables.losses import LossLike
from mlpteach.tables.schedules import SCHEDULES
from mlpteach.views.runs import Runs, identity, start_values
from mlpteach.views.schedules import show_schedules

# 599 of the digits: five runs have to keep up with the hand.
DIGITS = slice(None, None, 3)
# Gradient descent on the digits, and on a landscape so many times the step size that suits it:
# too large for a part of the way, so that the schedules differ.
ETA, _BOLD = 5.0, 2.5


def step_size(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    on: str = "data",
    net: MLP | None = None,
    rule: RuleLike | None = None,
    epochs: int = 10,
    batch_size: int | None = 16,
    updates: int = 200,
    loss: LossLike = "cross_entropy",
    seed: int = 1,
    values: dict[str, Any] | None = None,
) -> Player:
    """Show the step size and the cost under every schedule, side by side from equal starts.

    The moments at which the adaptive step shrinks are marked in both pictures. On a network it
    compares the mean costs of epochs, on a function the costs of updates.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default 599 of the digits.
    on : str
        What is shown first: "data", the network on the data, or an id of ``mlpteach.LANDSCAPES``.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    rule : str, Rule or callable, optional
        One that has a step size; by default gradient descent, on data with η = 5. On a landscape
        an id starts with a step that is a little too large for it, a Rule keeps its own.
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
    updates = check_count("updates", updates, maximum=2000)
    chosen = _check_rule(rule)
    landscapes = {} if chosen.needs_layers else LANDSCAPES
    check_choice("on", on, ("data", *landscapes))
    X, y = check_data(X, y, DIGITS)
    net = check_net(net, X, y)
    run = partial(train, net, X, y, loss=loss, seed=seed, epochs=epochs, batch_size=batch_size)
    etas = _etas(chosen, landscapes, updates, isinstance(rule, Rule))
    controls, defaults = _controls(chosen, landscapes, etas)
    values = start_values(controls, {**defaults, "on": on}, values)
    build = partial(_show, Runs(), run, chosen, updates)
    return Player(build, controls, values, "Cooling and the adaptive step", "step_size")


def _check_rule(given: RuleLike | None) -> Rule:
    rule = rule_of("gd", eta=ETA) if given is None else as_rule(given)
    if rule.step_size not in rule.hypers:
        raise ValueError(f"rule must have a step size that a schedule can change; given {rule}.")
    return rule


def _etas(rule, landscapes, updates, keeps):
    """Return where η starts on the data and on each landscape, where a Rule `keeps` its own."""
    eta = rule.values[rule.step_size]
    on_landscapes = {
        id: eta if keeps else _bold(rule, landscape, updates)
        for id, landscape in landscapes.items()
    }
    return {"data": eta, **on_landscapes}


def _bold(rule, landscape, updates):
    """Return a step size that is too large for a part of the way, but not for all of it."""
    suited = for_landscape([rule], landscape)[0].values[rule.step_size]
    bold = float(f"{_BOLD * suited:.3g}")
    tried = rule.bind(**{rule.step_size: bold})
    run = quietly(descend, landscape, landscape.start, rule=tried, steps=updates)
    return suited if run.diverged else bold


def _controls(rule, landscapes, etas):
    places = {"data": "network", **{id: one.menu_title for id, one in landscapes.items()}}
    schedules = {id: schedule.button_title for id, schedule in SCHEDULES.items()}
    controls = [
        Choice("on", "On", places),
        Several("schedules", "Schedules (*: beyond the lecture)", schedules, more=True),
    ]
    lecture = tuple(id for id, schedule in SCHEDULES.items() if not schedule.beyond_lecture)
    values = {"on": "data", "schedules": lecture}
    letter = rule.symbol(rule.step_size).text
    for place, eta in etas.items():
        high = max(10.0, eta)
        controls.append(Slider(f"{place}.eta", letter, 1e-4, high, log=True, when=("on", place)))
        values[f"{place}.eta"] = eta
    tuned = {id: schedule for id, schedule in SCHEDULES.items() if schedule.hypers}
    controls.append(Choice("tune", "Tune", {id: schedules[id] for id in tuned}))
    values["tune"] = next(iter(tuned))
    for id, schedule in tuned.items():
        sliders, starts = hyper_controls([schedule], f"{id}.", ("tune", id))
        controls += sliders
        values |= starts
    return controls, values


def _schedule(id, values):
    """Return a schedule with the values of its controls."""
    return SCHEDULES[id](**{name: values[f"{id}.{name}"] for name in SCHEDULES[id].hypers})


def _show(runs, run, rule, updates, values):
    """Run under the schedules chosen, and compose what is shown."""
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
    return show_schedules(runs.take(wanted))
