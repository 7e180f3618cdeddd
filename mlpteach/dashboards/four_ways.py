"""Demo 07, four ways: mini-batch, momentum, adaptive learning rate, L-BFGS from equal starts."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlpteach.basics.arguments import Interval, check_choice, check_count, check_number, describe
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.four_ways import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Slider
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import FORMS, RuleLike, as_rule, rule
from mlpteach.run.network import MLP
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.train import quietly, train
from mlpteach.study.clock import median_seconds
from mlpteach.study.starting_data import are_digits, check_data, check_net
from mlpteach.study.step_sizes import for_network
from mlpteach.tables.losses import LossLike
from mlpteach.tables.schedules import schedule
from mlpteach.views.four_ways import AGAINST, show_ways
from mlpteach.views.runs import Runs, identity, name_forms, start_values

WAYS = {
    "minibatch": "mini-batch",
    "momentum": "momentum",
    "adaptive": "adaptive learning rate",
    "lbfgs": "L-BFGS",
}
_FORM_NAMES = {"lecture": "slide", "paper": "paper"}
# What suits the digits: gradient descent, both forms of momentum, the large step that shrinks.
_SUITED = (
    rule("gd", eta=1.0),
    rule("momentum", "lecture", alpha=1.0, beta=0.9),
    rule("momentum", "paper", eta=0.3, beta=0.9),
    rule("gd", eta=6.0),
)


def four_ways(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    net: MLP | None = None,
    validation: float | tuple[ArrayLike, ArrayLike] = 0.2,
    rules: dict[str, RuleLike] | None = None,
    epochs: int = 20,
    loss: LossLike = "cross_entropy",
    against: str = "epoch",
    seed: int = 1,
    values: dict[str, Any] | None = None,
    guide: str | Guide | None = None,
) -> Player:
    """Show one problem solved four ways: cost and validation accuracy, epoch by epoch.

    Mini-batch gradient descent, momentum in either form, the adaptive learning rate (a large step
    that shrinks when the mean cost of an epoch did not fall) and L-BFGS on the full batch, from the
    same weights. The horizontal axis counts epochs, gradient evaluations (each over its own batch),
    the instances in them as passes over the data, or seconds in the updates: for them all ways are
    run again, by turns, several times, and the median counts.

    The cost is the mean over the epoch as it was when each batch was used, for L-BFGS that before
    its update; the validation accuracy is measured after the epoch.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    validation : float or (X_val, y_val)
        Share of the instances kept for validation, 0 … 1, or other data.
    rules : dict, optional
        Further ways on mini-batches, name -> rule: ``{"Adam": mt.rule("adam", eta=0.01)}``.
    epochs, loss
        As for :func:`mlpteach.train`.
    against : {"epoch", "evaluations", "passes", "seconds"}
        The horizontal axis at first.
    seed : int
        Decides which instances are kept for validation, and the batches.
    values : dict, optional
        Where controls start, such as ``{"momentum.eta": 0.1}``. Step sizes start with what suits
        the digits; with other data or another network with what a search finds.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        Its ``traces`` are one a way.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> from mlpteach.tables.datasets import moons
    >>> dashboard = four_ways(*moons(60), epochs=3)
    >>> {name: int(trace.evaluations.sum()) for name, trace in dashboard.traces.items()}
    {'minibatch': 6, 'momentum': 6, 'adaptive': 6, 'lbfgs': 7}
    """
    X, y = check_data(X, y)
    known = net is None and are_digits(X, y)
    net = check_net(net, X, y)
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    (X, y), validation = _split(X, y, validation, seed)
    further = _check_rules(rules)
    check_choice("against", against, tuple(AGAINST))
    run = partial(train, net, X, y, loss=loss, epochs=epochs, seed=seed, validation=validation)
    ways = _ways(_SUITED if known else _searched(net, X, y, loss, seed))
    controls, defaults = _controls(ways, len(X))
    values = start_values(controls, {**defaults, "against": against}, values)
    build = partial(_show, Runs(), Runs(), run, ways, further)
    guide = choose(GUIDES, guide, "four_ways", controls)
    return Player(build, controls, values, "One problem, four ways", "four_ways", guide=guide)


def _split(
    X: Any, y: Any, validation: float | tuple[ArrayLike, ArrayLike], seed: int
) -> tuple[tuple[NDArray[Any], NDArray[Any]], tuple[ArrayLike, ArrayLike]]:
    """Return the pairs (X, y) to learn from and to validate with."""
    if isinstance(validation, (tuple, list)):
        return (X, y), validation
    share = check_number("validation", validation, Interval(0, 1))
    X, y = np.asarray(X), np.asarray(y)
    kept = round(share * len(X))
    if len(y) != len(X) or not 0 < kept < len(X):
        raise ValueError(
            f"validation must leave instances on both sides, and X and y must be equally many; "
            f"given validation={share:g} of {len(X)} in X, {len(y)} in y."
        )
    order = np.random.default_rng(seed).permutation(len(X))
    return (X[order[kept:]], y[order[kept:]]), (X[order[:kept]], y[order[:kept]])


def _check_rules(rules):
    if rules is None:
        return {}
    if not isinstance(rules, dict):
        raise TypeError(f"rules must be a dict, name -> rule; given {describe(rules)}.")
    for name in rules:
        if not isinstance(name, str) or name in WAYS:
            taken = ", ".join(WAYS)
            raise ValueError(
                f"a further way needs a name of its own, other than {taken}; given {name!r}."
            )
    return {name: as_rule(given) for name, given in rules.items()}


def _searched(net, X, y, loss, seed):
    """Return the rules that have a step size, with one that suits the data and the network."""
    X, Y, loss, l2 = net.check_problem(X, y, loss, 0.0)
    problem = NetworkProblem(net, X, Y, loss, l2, _batch_size(len(X)), seed)
    *constant, shrinking = _SUITED
    return (
        *for_network(constant, problem, progress=True),
        *for_network([shrinking], problem, schedule("adaptive"), progress=True),
    )


def _batch_size(n):
    """Return the size of the mini-batches at first."""
    return min(32, n)


def _ways(suited):
    """Return way -> its rules, one a form."""
    gd, lecture, paper, shrinking = suited
    return {
        "minibatch": (gd,),
        "momentum": (lecture, paper),
        "adaptive": (shrinking,),
        "lbfgs": (rule("lbfgs"),),
    }


def _controls(ways, n):
    against = {id: text for id, (text, _, _) in AGAINST.items()}
    controls = [Choice("against", "Against", against), Choice("tune", "Tune", WAYS)]
    values = {"tune": "minibatch", "form": "paper", "batch_size": _batch_size(n)}
    controls.append(Slider("batch_size", "batch size", 1, n, log=True, whole=True))
    controls.append(Choice("form", "Form", _FORM_NAMES, when=("tune", "momentum")))
    for way, rules in ways.items():
        made, starts = hyper_controls(rules, f"{way}.", ("tune", way))
        controls += name_forms(made) if way == "momentum" else made
        values |= starts
    made, starts = hyper_controls([schedule("adaptive")], "adaptive.", ("tune", "adaptive"))
    return [*controls, *made], values | starts


def _traces(runs, run, ways, further, values):
    """Return way -> trace."""
    chosen = {way: rules[0] for way, rules in ways.items()}
    chosen["momentum"] = ways["momentum"][FORMS.index(values["form"])]
    chosen = {way: bind(given, ways[way], f"{way}.", values) for way, given in chosen.items()}
    shrinking = schedule("adaptive", shrink=values["adaptive.shrink"])
    wanted = {}
    for way, chosen_rule in {**chosen, **further}.items():
        size = None if way == "lbfgs" else values["batch_size"]
        steps = shrinking if way == "adaptive" else schedule("constant")
        key = way, identity(chosen_rule), identity(steps), size
        wanted[way] = key, partial(quietly, run, rule=chosen_rule, schedule=steps, batch_size=size)
    return runs.take(wanted)


def _show(runs, clock, run, ways, further, values):
    traces = _traces(runs, run, ways, further, values)
    names = {name: WAYS.get(name, name) for name in traces}
    names["momentum"] += f" ({_FORM_NAMES[values['form']]})"
    return show_ways(traces, names, values["against"], _timed(clock, traces, values))


def _timed(clock, traces, values):
    """Return the seconds of each way, all measured at the same time; None where none are shown."""
    if values["against"] != "seconds":
        return None
    # By all of them: where one is new, all are timed anew.
    timing = tuple(traces.values()), partial(median_seconds, traces)
    return clock.take({"seconds": timing})["seconds"]
