"""Mini-batches: the smaller, the more erratic the descent; momentum calms it."""

from collections.abc import Sequence
from functools import partial
from itertools import cycle
from typing import Any

from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_count, check_floats, describe
from mlpteach.basics.style import STYLES
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.batches import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Several, Slider
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import rule
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.images import image_side
from mlpteach.study.starting_data import check_data, check_net
from mlpteach.tables.losses import LossLike
from mlpteach.views import long_valley
from mlpteach.views.batches import show_batches
from mlpteach.views.runs import Runs, identity, name_forms, start_values

# 128 of the digits: the full batch has to keep up with the hand.
DIGITS = slice(0, 14 * 128, 14)
_COMPARE = {"sizes": "batch sizes", "momentum": "momentum"}
_SIZES = (1, 4, 16, 32, 64)
_SHOWN = (4, 32, None)
# An equal steady gain of 2: eta, alpha + beta, eta/(1 - beta).
_DEFAULTS = {"eta": 2.0, "size": 4}
_FORMS = (
    rule("momentum", "lecture", alpha=1.0, beta=1.0),
    rule("momentum", "paper", eta=0.2, beta=0.9),
)


def batches(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    net: MLP | None = None,
    sizes: Sequence[int | None] | None = None,
    updates: int = 100,
    loss: LossLike = "cross_entropy",
    seed: int = 1,
    values: dict[str, Any] | None = None,
    guide: str | Guide | None = None,
) -> Player:
    """Show how erratic gradient descent is on mini-batches, and how momentum calms it.

    Runs from equal weights side by side: the cost on each update's batch and on all instances, the
    angle of the updates to the gradient over all instances at the same weights (for momentum:
    between successive updates), and the way of all parameters on the plane of its two largest
    directions. Where the columns of X are the pixels of square images, the batches are seen.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default 128 of the digits.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    sizes : sequence of (int or None), optional
        Batch sizes compared at first; None is the full batch. By default 4, 32 and the full batch,
        without those that are larger than it.
    updates : int
        Updates of each run, at most 1000.
    loss, seed
        As for :func:`mlpteach.train`.
    values : dict, optional
        Where controls start, such as ``{"compare": "momentum", "momentum.paper.beta": 0.5}``.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> dashboard = batches(updates=5, values={"eta": 0.5})
    >>> list(dashboard.traces)
    ['4', '32', 'full']
    """
    X, y = check_data(X, y, DIGITS)
    net = check_net(net, X, y)
    updates = check_count("updates", updates, maximum=1000)
    n = len(check_floats("X", X, ndim=2))
    if sizes is None:
        sizes = [size for size in _SHOWN if size is None or size < n]
    chosen = _check_sizes(sizes, n)
    run = partial(train, net, X, y, loss=loss, seed=seed)
    sliders, hypers = hyper_controls(_FORMS, "momentum.", ("compare", "momentum"))
    controls = [*_controls(chosen, n), *name_forms(sliders)]
    defaults = {"compare": "sizes", "sizes": tuple(chosen), **_DEFAULTS, **hypers}
    defaults["size"] = min(defaults["size"], n)
    values = start_values(controls, defaults, values)
    build = partial(_show, Runs(), run, n, updates, image_side(X))
    guide = choose(GUIDES, guide, "batches", controls)
    return Player(build, controls, values, "Mini-batches and momentum", "batches", guide=guide)


def _check_sizes(sizes, n):
    if isinstance(sizes, str) or not hasattr(sizes, "__iter__"):
        raise TypeError(
            f"sizes must be batch sizes such as (4, 32, None); given {describe(sizes)}."
        )
    names = ["full" if s is None else str(check_count("sizes", s, maximum=n)) for s in sizes]
    if not names:
        raise ValueError("sizes must hold at least one batch size; given none.")
    return list(dict.fromkeys(names))


def _controls(chosen, n):
    whole = {int(name) for name in chosen if name != "full"} | {s for s in _SIZES if s <= n}
    options = {**{str(size): str(size) for size in sorted(whole)}, "full": f"all {n}"}
    return [
        Choice("compare", "Compare", _COMPARE),
        Several("sizes", "Batch sizes", options, when=("compare", "sizes")),
        Slider("size", "batch size", 1, n, log=True, whole=True, when=("compare", "momentum")),
        Slider("eta", "η", 1e-2, 10.0, log=True),
    ]


def _runs(kept, run, n, updates, values):
    """Return name -> (trace, style); a trace has at least `updates` updates unless it diverges."""
    if values["compare"] == "sizes":
        rules = {name: rule("gd", eta=values["eta"]) for name in values["sizes"]}
        sizes = {name: None if name == "full" else int(name) for name in values["sizes"]}
        styles = dict(zip(rules, cycle(STYLES), strict=False))
    else:
        lecture, paper = (bind(form, _FORMS, "momentum.", values) for form in _FORMS)
        rules = {"gd": rule("gd", eta=values["eta"]), "lecture": lecture, "paper": paper}
        sizes = dict.fromkeys(rules, check_count("size", values["size"], maximum=n))
        styles = long_valley.STYLES
    if not rules:
        raise ValueError("choose at least one batch size.")
    wanted = {}
    for name, size in sizes.items():
        epochs = -(-updates // (1 if size is None else -(-n // size)))
        train = partial(quietly, run, rule=rules[name], batch_size=size, epochs=epochs)
        wanted[name] = (size, identity(rules[name])), train
    return {name: (trace, styles[name]) for name, trace in kept.take(wanted).items()}


def _show(kept, run, n, updates, side, values):
    runs = _runs(kept, run, n, updates, values)
    traces = {name: trace for name, (trace, _) in runs.items()}
    styles = {name: style for name, (_, style) in runs.items()}
    size = values["size"] if values["compare"] == "momentum" else None
    return show_batches(traces, styles, updates, size, side)
