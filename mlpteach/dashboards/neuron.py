"""Nielsen's neuron: one input, one sigmoid, and costs that tell it to go down."""

from collections.abc import Sequence
from functools import partial

from numpy.typing import ArrayLike

from mlpteach.basics.arguments import (
    Interval,
    check_choice,
    check_count,
    check_flag,
    check_floats,
    check_number,
    describe,
)
from mlpteach.basics.record import offer
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Several, Toggle
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import RuleLike
from mlpteach.rules import rule as make_rule
from mlpteach.study.one_neuron import Neuron, neuron_traces
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.losses import LOSSES, LossLike, as_loss
from mlpteach.views.neuron import show_neuron

# Nielsen's two starting points, and one where a has rounded to 1.
STARTS = ((0.6, 0.9), (2.0, 2.0), (20.0, 20.0))
ETA = 0.15
_KINDS = {"nielsen": "½(y − a)², Nielsen", "slide": "(y − a)², slide"}


def neuron(
    start: ArrayLike = (2.0, 2.0),
    costs: Sequence[LossLike] = ("mse", "cross_entropy"),
    *,
    quadratic: str = "nielsen",
    long_way: bool = False,
    updates: int = 300,
    x: float = 1.0,
    y: float = 0.0,
    rule: RuleLike | None = None,
    **hypers: float,
) -> Player:
    """Show one sigmoid neuron that learns y from x by the quadratic cost and by cross-entropy.

    All start at the same weights and take the same steps; the seed plays no part.

    Parameters
    ----------
    start : (w, b)
        Nielsen's two are (0.6, 0.9) and (2, 2); at (20, 20) a has rounded to 1.
    costs : sequence
        Ids of ``mlpteach.LOSSES``, or what else is taken for a cost by ``loss`` of
        :func:`mlpteach.train`; the page offers every cost that a single output can have.
    quadratic : {"nielsen", "slide"}
        Of "mse": C = ½(y − a)² as in his book, or J = (y − a)² as on the slide, with twice the
        gradient.
    long_way : bool
        Whether costs that have a shortcut are also run with dJ/da passed back through φ'.
    updates : int
        Up to 10,000.
    x, y : float
        The one instance; y lies in [0, 1].
    rule : str, Rule or callable, optional
        As for :func:`mlpteach.descend`; by default gradient descent with Nielsen's η = 0.15.
    **hypers
        Hyper-parameters of the rule to start with.

    Returns
    -------
    Player
        ``.traces`` are the runs, each of θ = (w, b).

    Raises
    ------
    ValueError, TypeError
        For arguments that can't be, before any work.

    References
    ----------
    Nielsen, M. (2015). Neural Networks and Deep Learning, chapter 3.

    Examples
    --------
    >>> dashboard = neuron(start=(0.6, 0.9), updates=10, eta=0.15)
    >>> dashboard.show.series["cross_entropy.a"][:3].round(4)
    array([0.8176, 0.7781, 0.7352])
    """
    start = check_start(start)
    check_choice("quadratic", quadratic, tuple(_KINDS))
    check_flag("long_way", long_way)
    updates = check_count("updates", updates, maximum=10_000)
    x = check_number("x", x, Interval())
    y = check_number("y", y, Interval(0, 1, closed="both"))
    chosen = (make_rule("gd", eta=ETA) if rule is None else make_rule(rule)).bind(**hypers)
    losses, shown = _losses(costs)
    starts = {_text(pair): pair for pair in dict.fromkeys((*STARTS, start))}
    sliders, values = hyper_controls([chosen], "")
    values |= {"start": _text(start), "costs": shown}
    values |= {"quadratic": quadratic, "long_way": long_way}
    controls = (
        Choice("start", "Start", {text: _outcome(pair, x) for text, pair in starts.items()}),
        Several("costs", "Costs", {id: loss.button_title for id, loss in losses.items()}),
        Choice("quadratic", "Quadratic cost", _KINDS, more=True),
        *sliders,
        Toggle("long_way", "also the long way, dJ/da · φ′(z)", more=True),
    )
    build = partial(_show, starts, losses, chosen, updates, x, y)
    return Player(build, controls, values, "One neuron, two costs", "neuron")


def _losses(costs):
    """Return id -> Loss of all that are offered, and the ids of those asked for."""
    if isinstance(costs, str) or not isinstance(costs, (tuple, list)):
        raise TypeError(
            f"costs must be a list such as ('mse', 'cross_entropy'); given {describe(costs)}."
        )
    asked = [as_loss(given) for given in costs]
    for loss in asked:
        if loss.targets == "distribution":
            raise ValueError(f"{loss.id} is for several outputs; the neuron has one.")
    fitting = {id: loss for id, loss in LOSSES.items() if loss.targets != "distribution"}
    losses, ids = offer(fitting, asked)
    return losses, tuple(dict.fromkeys(ids))


def check_start(start: ArrayLike) -> tuple[float, float]:
    """Return the starting weights (w, b) as a pair of floats."""
    w, b = check_floats("start", start, ndim=1, shape=(2,))
    return float(w), float(b)


def _text(pair):
    return f"{pair[0]!r}_{pair[1]!r}"


def _outcome(pair, x):
    a = ACTIVATIONS["sigmoid"](pair[0] * x + pair[1])
    return f"w = {pair[0]:g}, b = {pair[1]:g}: a = {a:.3g}"


def _show(starts, losses, rule, updates, x, y, values):
    """Run with the controls' values and collect what the page needs."""
    neurons = {}
    for id in values["costs"]:
        halved = 0.5 if id == "mse" and values["quadratic"] == "nielsen" else 1.0
        neurons[id] = Neuron(losses[id], x, y, halved)
        if values["long_way"] and "sigmoid" in losses[id].pairs:
            neurons[f"{id}_long_way"] = Neuron(losses[id], x, y, long_way=True)
    rule = bind(rule, [rule], "", values)
    traces = neuron_traces(neurons, starts[values["start"]], rule, updates)
    return show_neuron(neurons, traces, y)
