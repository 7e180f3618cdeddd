"""The cost surface of a real network: a plane through its parameters, and ways of rules on it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import OWN_STEP_LENGTH, check_choice, check_count, describe
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.surface import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Several, Slider
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import RuleLike
from mlpteach.run.network import MLP
from mlpteach.run.problem import NetworkProblem
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill, quietly
from mlpteach.run.update import Run
from mlpteach.study.cost_plane import most_moved, plane_of_ways, plane_of_weights
from mlpteach.study.starting_data import check_data, check_net
from mlpteach.study.step_sizes import for_network
from mlpteach.tables.losses import LossLike
from mlpteach.tables.schedules import as_schedule
from mlpteach.views.panels import Show
from mlpteach.views.racers import everybody, racers_of, with_the_one_looked_at
from mlpteach.views.runs import Runs, divergence_message, identity
from mlpteach.views.surface import Seen, show_surface

# 128 of the digits: the cost is measured at some thousand places.
_DIGITS = slice(0, 14 * 128, 14)
_RULES = ("gd", "momentum", "adam")
_PLANES = {"ways": "largest directions", "weights": "two weights"}
_DIRECTIONS = "largest direction", "second direction"
_THROUGH = {"end": "where the rule looked at ends", "start": "the common start"}
# Weights offered on the page: those that moved most.
_OFFERED = 12
MOST_UPDATES = 1000
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def surface(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    rules: Sequence[RuleLike | tuple[str, str]] = _RULES,
    *,
    net: MLP | None = None,
    plane: str = "ways",
    weights: Sequence[tuple[int, int, int]] | None = None,
    through: str = "end",
    loss: LossLike = "cross_entropy",
    updates: int = 100,
    batch_size: int | None = 32,
    seed: int = 1,
    instances: int = 200,
    guide: str | Guide | None = None,
) -> Player:
    """Show the cost of a network on a plane through its parameters, with the ways of rules on it.

    The plane is spanned by the two directions in which the ways of the rules spread most, or by two
    weights. Told with it: how much of the ways' variance it holds, how far each rule is from it,
    and each rule's own cost beside that on the plane.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default 128 of the digits.
    rules : sequence
        Who takes part at first. Each an id of ``mlpteach.RULES``, a pair (id, form),
        ``mlpteach.rule(...)``, or your own function with a rule's signature. Ids and pairs start
        with the step size that a search finds; the others keep their own.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    plane : {"ways", "weights"}
    weights : ((layer, unit, input), (layer, unit, input)), optional
        Two weights W^(layer), counted from 1, to start with; `plane` is "weights" then. By default
        the two that moved most, and the page offers some more.
    through : {"end", "start"}
        Which place the plane leads through: where the rule that is looked at ends, or where all
        start.
    loss, seed
        As for :func:`mlpteach.train`.
    updates : int
        Of each run, at most 1000.
    batch_size : int or None
        None for the full batch.
    instances : int
        On how many rows of X, spread evenly over it, the cost is measured.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        ``.traces`` holds the runs by the rule's name.

    Raises
    ------
    ValueError, TypeError
        For what is no rule, weight or place, and as :func:`mlpteach.train`; before anything is
        drawn.

    Examples
    --------
    >>> dashboard = surface(rules=["gd", ("adam", "paper")], updates=20)
    >>> list(dashboard.traces)
    ['gd (lecture)', 'adam (paper)']
    >>> series = dashboard.show.series
    >>> bool(series["gd (lecture).away"][-1] < series["gd (lecture).moved"][-1])
    True

    References
    ----------
    Li, H. et al. (2018). Visualizing the loss landscape of neural nets. NeurIPS.
    """
    X, y = check_data(X, y, _DIGITS)
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    updates = check_count("updates", updates, maximum=MOST_UPDATES)
    check_choice("plane", plane, tuple(_PLANES))
    check_choice("through", through, tuple(_THROUGH))
    problem = _problem(check_net(net, X, y), X, y, loss, batch_size, seed)
    given = None if weights is None else _check_weights(weights, problem)
    starting = racers_of(rules)
    racers = _suited(everybody(starting, layers=True), starting, problem, progress=True)
    ways = _Ways(racers, problem, updates)
    values = _starting_values(starting, racers, problem.batch_size)
    values |= {"plane": plane if given is None else "weights", "through": through}
    offered = _offered(given or [], problem, ways.take(values).values())
    values |= dict(zip(("first", "second"), list(offered)[:2], strict=True))
    controls = _controls(racers, offered, len(problem.X))
    return Player(
        partial(_show, ways, _rows(problem, instances)),
        controls,
        values,
        "Cost surface of a network",
        "surface",
        follow=partial(_follow, racers, problem),
        guide=choose(GUIDES, guide, "surface", controls),
    )


def _starting_values(starting, racers, batch_size):
    """Return who takes part and who is looked at, and the hyper-parameters of all."""
    ids = tuple(racer.id for racer in starting)
    values = {"rules": ids, "batch_size": batch_size, "tune": ids[0]}
    for racer in racers:
        values |= _hypers(racer)[1]
    return values


def _rows(problem, instances):
    """Return so many rows of the data, spread evenly over them."""
    last = len(problem.X) - 1
    instances = min(check_count("instances", instances), last + 1)
    return np.linspace(0, last, instances).round().astype(int)


def _problem(net, X, y, loss, batch_size, seed):
    X, Y, loss, l2 = net.check_problem(X, y, loss, 0.0)
    if batch_size is not None:
        check_count("batch_size", batch_size)
    return NetworkProblem(net, X, Y, loss, l2, batch_size, seed)


def _suited(racers, searched, problem, progress=False):
    """Return racers with step sizes that suit the network, those of `searched` that have no own."""
    free = [racer for racer in searched if not racer.given and racer.rule.step_size]
    free = [racer for racer in free if racer.rule.step_size != OWN_STEP_LENGTH]
    found = for_network([racer.rule for racer in free], problem, progress=progress)
    rules = {racer.id: rule for racer, rule in zip(free, found, strict=True)}
    return tuple(replace(racer, rule=rules.get(racer.id, racer.rule)) for racer in racers)


def _check_weights(given, problem):
    """Return two weights (layer, unit, input), counted from 1, as places in the flat vector."""
    sizes = problem.net.sizes
    pair = isinstance(given, (tuple, list)) and len(given) == 2
    if not pair or not all(isinstance(one, (tuple, list)) and len(one) == 3 for one in given):
        raise TypeError(
            "weights must be two of (layer, unit, input), counted from 1, such as "
            f"((2, 1, 1), (2, 1, 2)); given {describe(given)}."
        )
    places = []
    for layer, unit, entry in given:
        layer = check_count("the layer of weights", layer, maximum=len(sizes) - 1)
        unit = check_count("the unit of weights", unit, maximum=sizes[layer])
        entry = check_count("the input of weights", entry, maximum=sizes[layer - 1])
        places.append(problem.layout.slices[layer - 1][0].start + _place(sizes, layer, unit, entry))
    if places[0] == places[1]:
        raise ValueError(f"weights must be two different ones; given {describe(given)}.")
    return places


def _place(sizes, layer, unit, entry):
    return (unit - 1) * sizes[layer - 1] + entry - 1


def _offered(given, problem, ways):
    """Return the weights of the page's menus, place in the flat vector -> name: those given first.

    Behind them come those that moved most.
    """
    weights = [np.arange(W.start, W.stop) for W, _, _ in problem.layout.slices]
    moved = most_moved([W for _, W in ways], np.concatenate(weights), _OFFERED)
    places = dict.fromkeys([*given, *moved.tolist()])
    return {str(place): _name(problem, place, raised=True) for place in places}


def _name(problem, place, raised=False):
    """Name a weight as the slides do, its unit and input counted from 1."""
    for layer, (W, shape, _) in enumerate(problem.layout.slices, start=1):
        if W.start <= place < W.stop:
            unit, entry = divmod(place - W.start, shape[1])
            if raised:
                return f"W⁽{str(layer).translate(_RAISED)}⁾ {unit + 1},{entry + 1}"
            return f"$W^{{({layer})}}_{{{unit + 1},{entry + 1}}}$"
    raise ValueError(f"the parameter {place} is no weight.")


def _hypers(racer):
    """Return the controls of a racer's hyper-parameters, and where they start."""
    return hyper_controls([racer.rule], f"{racer.id}.", when=("tune", racer.id))


def _controls(racers, offered, n):
    names = {racer.id: racer.button for racer in racers}
    weights = ("plane", "weights")
    return [
        Choice("plane", "Plane", _PLANES),
        Choice("first", "to the right", offered, when=weights),
        Choice("second", "upwards", offered, when=weights),
        Choice("through", "through", _THROUGH, more=True),
        Several("rules", "Rules (*: beyond the lecture)", names, more=True),
        Slider("batch_size", "batch size", 1, n, log=True, whole=True, more=True),
        Choice("tune", "Look at", names),
        *(control for racer in racers for control in _hypers(racer)[0]),
    ]


class _Ways:
    """The runs of the racers with their ways; what a changed value leaves as it was is kept."""

    def __init__(self, racers, problem, updates):
        self._racers, self._runs = {racer.id: racer for racer in racers}, Runs(len(racers))
        self.problem, self.updates = problem, updates

    def racers(self, values):
        """Return those that take part."""
        return [self._racers[id] for id in self._racers if id in values["rules"]]

    def take(self, values):
        """Return the racer's name -> (trace, where it was before each update)."""
        wanted = {}
        for racer in self.racers(values):
            rule = bind(racer.rule, [racer.rule], f"{racer.id}.", values)
            key = racer.id, identity(rule), values["batch_size"]
            wanted[racer.name] = key, partial(self._run, rule, values["batch_size"])
        return self._runs.take(wanted)

    def _run(self, rule, batch_size):
        problem = self.problem.in_batches(batch_size)
        run = Run(problem, rule, as_schedule(None, rule.step_size))
        trace = quietly(fill, Trace(run, self.updates))
        return trace, trace.gather("before")["before"]


def _follow(racers, problem, before, asked):
    """Give rules that join a step size that suits, and let two weights change places."""
    asked = asked | with_the_one_looked_at(before, asked)
    values = dict(asked)
    new = [racer for racer in racers if racer.id in set(asked["rules"]) - set(before["rules"])]
    for racer in _suited(new, new, problem):
        hypers = _hypers(racer)[1]
        untouched = all(asked[name] == start for name, start in _starts(racers, racer.id).items())
        values |= hypers if untouched else {}
    if values["first"] == values["second"]:
        other = "second" if values["first"] != before["first"] else "first"
        values[other] = before["second" if other == "first" else "first"]
    return values


def _starts(racers, id):
    return next(_hypers(racer)[1] for racer in racers if racer.id == id)


def _show(ways, rows, values):
    """Run the rules that take part, lay a plane and compose what is shown."""
    found = ways.take(values)
    traces = {name: trace for name, (trace, _) in found.items()}
    moved = {name: W for name, (_, W) in found.items() if len(W)}
    if not moved:
        message = divergence_message(traces) or "No rule runs: choose at least one."
        return Show(traces, 0, message=message)
    styles = {racer.name: racer.style for racer in ways.racers(values) if racer.name in moved}
    plane, names = _plane(ways, traces, moved, values)
    seen = Seen(plane, names, moved, ways.problem, rows)
    return show_surface({name: traces[name] for name in moved}, styles, seen, ways.updates)


def _plane(ways, traces, moved, values):
    """Return the plane that the controls ask for, and what its directions are called."""
    whole = {name: W for name, W in moved.items() if traces[name].diverged is None} or moved
    chosen = [racer.name for racer in ways.racers(values) if racer.id == values["tune"]]
    leading = next((name for name in chosen if name in whole), next(iter(whole)))
    origin = whole[leading][-1 if values["through"] == "end" else 0]
    if values["plane"] == "ways":
        return plane_of_ways(list(whole.values()), origin), _DIRECTIONS
    first, second = int(values["first"]), int(values["second"])
    if first == second:
        raise ValueError("choose two different weights; both are the same.")
    plane = plane_of_weights(first, second, origin)
    return plane, (_name(ways.problem, first), _name(ways.problem, second))
