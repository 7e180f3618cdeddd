"""A reader's own function beside the reference, on a network or on a landscape."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, check_count, check_floats, describe
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.record import in_words, is_function
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.own_rule import GUIDES
from mlpteach.dashboards.optimizer import TwoRunsPlayer
from mlpteach.player.controls import Control, Point, behind
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import hyper_controls, layer_choice
from mlpteach.rules import RULES, Hyper, Rule, RuleLike
from mlpteach.rules import rule as make_rule
from mlpteach.run.compare import rerun
from mlpteach.run.network import MLP
from mlpteach.run.train import descend, quietly, train
from mlpteach.study.starting_data import check_data, check_layer, check_net
from mlpteach.tables.landscapes import LANDSCAPES, Landscape, Objective
from mlpteach.tables.losses import LossLike
from mlpteach.views.two_runs import show_traces, with_map


def own_rule(
    function: Callable[..., Any],
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    against: RuleLike = "adam",
    on: str | Objective | None = None,
    start: ArrayLike | None = None,
    steps: int = 100,
    net: MLP | None = None,
    layer: int | None = None,
    loss: LossLike = "cross_entropy",
    epochs: int = 2,
    batch_size: int | None = 32,
    seed: int = 1,
    guide: str | Guide | None = None,
) -> TwoRunsPlayer:
    """Run a function of your own beside the reference and show where it first differs.

    Parameters
    ----------
    function : callable
        With a rule's own signature, such as ``my_adam(k, G, M, V, *, eta, beta1, beta2, eps)``;
        see :func:`mlpteach.rule`.
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits. Not with `on`.
    against : str, Rule or callable
        The reference: an id of ``mlpteach.RULES``, ``mlpteach.rule(id, form=...)``, or another
        function of your own.
    on : str or callable, optional
        Instead of a network an id of ``mlpteach.LANDSCAPES``, or any function theta -> (value,
        gradient).
    start : array_like of float, optional
        Where the descent on `on` starts; a landscape has a start of its own.
    steps : int
        Updates of a descent.
    net, layer, loss, epochs, batch_size, seed
        As for :func:`mlpteach.dashboards.optimizer`.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    TwoRunsPlayer
        ``.traces`` holds the runs "yours" and "reference"; ``.go_to_first_difference()`` takes the
        page to where they part. Where your function raises an error the
        message is shown and the updates before it are kept.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, before anything is run.

    Examples
    --------
    >>> def plain(k, G, *, eta):
    ...     return {"rho": eta * G}
    >>> dashboard = own_rule(plain, against="gd", on="valley")
    >>> len(dashboard.traces["yours"])
    100
    """
    reference = _reference(against)
    yours = make_rule(function)
    choices: list[Control] = []
    places: dict[str, Any] = {}
    if on is None:
        X, y = check_data(X, y)
        net = check_net(net, X, y)
        layer = check_layer(layer, net)
        run = partial(
            train, net, X, y,
            loss=loss, epochs=epochs, batch_size=batch_size, seed=seed,
        )  # fmt: skip
        choices, places = [layer_choice(net)], {"layer": str(layer)}
    else:
        if X is not None or y is not None or net is not None:
            raise ValueError("give either data (X, y, net) or `on`, not both.")
        objective, start = _objective(on, start)
        steps = check_count("steps", steps)
        run = partial(descend, objective, start, steps=steps)
        if isinstance(objective, Landscape):
            choices, places = [Point("start", "Start")], {"start": tuple(start.tolist())}
    yours = _ranged(yours, reference)
    controls, values = hyper_controls([yours], "")
    build = partial(_show, run, yours, reference)
    title = f"{yours.id} beside {reference}"
    controls = [*behind(controls, "eps", after=4), *behind(choices, after=0)]
    guide = choose(GUIDES, guide, "own_rule", controls)
    return TwoRunsPlayer(build, controls, {**values, **places}, title, "own_rule", guide=guide)


def _ranged(yours, reference):
    """Let the sliders of `yours` reach as far as the reference's where names are the same."""
    hypers = dict(yours.hypers)
    for name, known in reference.hypers.items():
        inside = isinstance(known, Hyper) and isinstance(hypers.get(name), Hyper)
        if inside and known.low <= yours.values[name] <= known.high:
            own = hypers[name]
            hypers[name] = replace(own, low=known.low, high=known.high, log=known.log)
    return replace(yours, hypers=hypers)


def _reference(against):
    if isinstance(against, Rule):
        return against
    if is_function(against):
        return make_rule(against)
    return RULES[check_choice("against", against, tuple(RULES))].default


def _objective(on: Any, start: ArrayLike | None) -> tuple[Objective, FloatArray]:
    if callable(on) and on not in LANDSCAPES.values():
        if start is None:
            raise ValueError("give start, where the descent of your own function begins.")
        return on, check_floats("start", start, ndim=1)
    if isinstance(on, str):
        on = LANDSCAPES[check_choice("on", on, tuple(LANDSCAPES))]
    elif on not in LANDSCAPES.values():
        raise TypeError(f"on must be a landscape's id or a function; given {describe(on)}.")
    return on, check_floats("start", on.start if start is None else start, ndim=1, shape=(2,))


def _show(run, yours, reference, values):
    """Run both with the controls' values; what your rule does wrong is shown, not raised."""
    layer = int(values.get("layer", 0))
    if "start" in values:  # clicked on the map
        run = partial(descend, run.args[0], np.array(values["start"]), **run.keywords)
    own = yours.bind(**{name: values[name] for name in yours.hypers})
    shared = {name: values[name] for name in reference.hypers if name in yours.hypers}
    said = ""
    expected = quietly(run, rule=reference.bind(**shared))
    try:
        trace = quietly(rerun, expected, own)
    except Exception as error:
        said = in_words(error)
        trace = getattr(error, "trace", None)
    traces = {"yours": trace, "reference": expected} if trace is not None else {}
    show = show_traces(traces or {"reference": expected}, layer)
    if "start" in values and show.steps:
        show = with_map(show, run.args[0])
    message = "\n".join(part for part in (said, show.message) if part)
    return replace(show, message=message)
