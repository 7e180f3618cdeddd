"""The cost lab: one network, two costs, equal starts and equal batches."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_count, describe
from mlpteach.basics.record import offer
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.cost_lab import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, behind
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import RuleLike
from mlpteach.rules import rule as make_rule
from mlpteach.run.network import MLP
from mlpteach.run.train import quietly, train
from mlpteach.study.images import image_side
from mlpteach.study.starting_data import check_data, check_net
from mlpteach.tables.initializers import INITIALIZERS
from mlpteach.tables.losses import LOSSES, LossLike, as_loss
from mlpteach.views.runs import Runs, identity
from mlpteach.views.two_costs import IMAGES, show_costs

ETA = 1.0
_WEIGHTS = {"own": "at own weights", "first": "at the first one's"}


def cost_lab(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    costs: Sequence[LossLike] = ("mse", "cross_entropy"),
    *,
    net: MLP | None = None,
    rule: RuleLike | None = None,
    epochs: int = 5,
    batch_size: int | None = 32,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    seed: int = 1,
    guide: str | Guide | None = None,
    **hypers: float,
) -> Player:
    """Show one network that learns by two costs, MSE and cross-entropy, and where the two differ.

    Both start at the same weights, see the same batches and take steps of the same rule. Where the
    columns of X are the pixels of square images they are seen: the batch, what each hidden unit
    looks at and what it has learned since the start, and the validation images that are got wrong.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    costs : pair
        Two ids of ``mlpteach.LOSSES``, or what else is taken for a cost by ``loss`` of
        :func:`mlpteach.train`. The page offers all that fit the targets.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y, whose initializer is a
        control.
    rule : str, Rule or callable, optional
        As for :func:`mlpteach.train`; by default gradient descent with η = 1.
    epochs, batch_size, seed
        As for :func:`mlpteach.train`; the seed also decides the weights of the default network, and
        what is held out.
    validation : (X_val, y_val), optional
        By default a fifth of X and y, held out.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.
    **hypers
        Hyper-parameters of the rule to start with.

    Returns
    -------
    Player
        ``.traces["MSE"]`` and ``.traces["cross-entropy"]`` are the runs.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> lab = cost_lab(epochs=1)
    >>> mse, cross_entropy = (trace[0] for trace in lab.traces.values())
    >>> bool((mse.A[3] == cross_entropy.A[3]).all())  # equal weights, equal batch
    True
    >>> bool((mse.sensitivity[2] == cross_entropy.sensitivity[2]).any())
    False
    """
    X, y = check_data(X, y)
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    fitting = check_net(net, X, y)
    losses, (first, second) = _losses(costs, fitting, X, y)
    chosen = (make_rule("gd", eta=ETA) if rule is None else make_rule(rule)).bind(**hypers)
    (X, y), validation = _split(fitting, X, y, seed) if validation is None else ((X, y), validation)
    run = partial(
        train, X=X, y=y, epochs=epochs, batch_size=batch_size, seed=seed, validation=validation
    )
    controls, values = hyper_controls([chosen], "")
    titles = {id: loss.menu_title for id, loss in losses.items()}
    pair = [Choice("first", "Cost", titles), Choice("second", "beside", titles)]
    controls = [*behind(pair, "first", "second"), *controls]
    controls.append(Choice("weights", "Compare", _WEIGHTS))
    values |= {"first": first, "second": second, "weights": "own"}
    side = image_side(X)
    if side:
        controls.append(Choice("images", "Show", IMAGES))
        values["images"] = "learned"
    nets = {"given": net}
    if net is None:
        nets = {init: MLP(fitting.sizes, init=init, seed=seed) for init in INITIALIZERS}
        starts = {id: initializer.menu_title for id, initializer in INITIALIZERS.items()}
        controls.insert(0, Choice("init", "First weights", starts, more=bool(side)))
        values["init"] = "glorot"
    build = partial(_show, Runs(), run, chosen, nets, losses, side)
    guide = choose(GUIDES, guide, "cost_lab", controls)
    title = "One network, two costs"
    return Player(build, controls, values, title, "cost_lab", follow=_follow, guide=guide)


def _losses(costs, net, X, y):
    """Return id -> Loss of all that fit the targets, and the ids of the two asked for."""
    if not isinstance(costs, (tuple, list)) or len(costs) != 2:
        raise TypeError(
            f"costs must be a pair such as ('mse', 'cross_entropy'); given {describe(costs)}."
        )
    asked = [as_loss(given) for given in costs]
    for loss in asked:
        net.check_problem(X, y, loss, 0.0)  # raises where the targets are not for it
    fitting = {id: loss for id, loss in LOSSES.items() if _fits(loss, net, X, y)}
    return offer(fitting, asked)


def _fits(loss, net, X, y):
    try:
        net.check_problem(X, y, loss, 0.0)
    except ValueError:
        return False
    return True


def _split(net, X, y, seed):
    """Hold out a fifth of the instances; return (X, y) to learn from and (X_val, y_val)."""
    X, _, _, _ = net.check_problem(X, y, "mse", 0.0)  # the only cost for any targets
    y = np.asarray(y)
    if len(X) < 2:
        raise ValueError(
            f"X must have at least 2 rows, to hold some out; given {len(X)}. Or give validation."
        )
    order = np.random.default_rng(seed).permutation(len(X))
    held = max(1, len(X) // 5)
    return (X[order[held:]], y[order[held:]]), (X[order[:held]], y[order[:held]])


def _follow(before, asked):
    """Let both costs change places where one is asked for twice."""
    if asked["first"] != asked["second"]:
        return asked
    other = "second" if asked["first"] != before["first"] else "first"
    return {**asked, other: before["second" if other == "first" else "first"]}


def _show(kept, run, rule, nets, losses, side, values):
    """Train twice with the controls' values and collect what the page needs."""
    if values["first"] == values["second"]:
        raise ValueError(f"choose two different costs; both are {values['first']!r}.")
    init = values.get("init", "given")
    rule = bind(rule, [rule], "", values)
    wanted = {
        id: (
            (id, init, identity(rule)),
            partial(quietly, run, nets[init], loss=losses[id], rule=rule),
        )
        for id in (values["first"], values["second"])
    }
    same_weights = values["weights"] == "first"
    return show_costs(kept.take(wanted), same_weights, side, values.get("images", "learned"))
