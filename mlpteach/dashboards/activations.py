"""Activations and initialization: two deep networks side by side, signal by signal."""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_count, check_floats, describe
from mlpteach.basics.record import offer
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.activations import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Slider, behind
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import chosen_rule, offered_rules, rule_controls
from mlpteach.rules import RuleLike, as_rule
from mlpteach.rules import rule as rule_of
from mlpteach.run.network import MLP
from mlpteach.study.deep_networks import DeepNetworks
from mlpteach.study.images import image_side
from mlpteach.study.starting_data import check_data, outputs_for
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.tables.initializers import INITIALIZERS, InitializerLike, as_initializer
from mlpteach.tables.losses import LossLike
from mlpteach.tables.own_activation import ActivationLike, as_activation
from mlpteach.views.runs import Runs, identity
from mlpteach.views.signals import IMAGES, show_signals

DEEPEST, MOST_UNITS = 10, 1000
# Runs kept, so that one changed control trains one network and a control put back none.
_KEPT = 12


def activations(
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    a: tuple[ActivationLike, InitializerLike] = ("sigmoid", "uniform"),
    b: tuple[ActivationLike, InitializerLike] = ("relu", "he"),
    depth: int = 6,
    units: int = 30,
    output: ActivationLike = "sigmoid",
    loss: LossLike = "cross_entropy",
    rule: RuleLike | None = None,
    epochs: int = 3,
    batch_size: int | None = 32,
    seed: int = 1,
    instances: int = 200,
    guide: str | Guide | None = None,
) -> Player:
    """Show how signals fare in two deep networks: A forwards, sensitivity and gradient backwards.

    Both are trained by the same rule, any of the table, on the same mini-batches; only activation
    and first weights differ. Distributions, saturation and dead units are measured before updates
    1, 2, 3 …, then before every 16th or later, and before the last one. What ails a network is
    named (vanishing, exploding, dead, saturated: :mod:`mlpteach.study.ailments`). Where the columns
    of X are the pixels of square images, it is seen what each unit of the first layer looks at or
    has learned, and which images are got wrong.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    a, b : (activation, initializer)
        Of the hidden layers of the two networks: ids of ``mlpteach.ACTIVATIONS`` and
        ``mlpteach.INITIALIZERS``, or what else :class:`mlpteach.MLP` takes, such as your own
        functions. The page offers all that have a derivative of one z: softmax has none.
    depth : int
        Number of hidden layers, 1 … 10.
    units : int
        Units of each hidden layer.
    output, loss, epochs, batch_size
        As for :class:`mlpteach.MLP` and :func:`mlpteach.train`.
    rule : str, Rule or callable, optional
        As for :func:`mlpteach.train`; by default momentum as published with eta = 0.01. The page
        offers all others, each with its sliders.
    seed : int
        Decides the weights drawn and the order of the instances.
    instances : int
        How many rows of X, spread evenly over it, are measured.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        A widget; ``.traces`` holds both runs.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, before anything is drawn.

    Examples
    --------
    >>> from mlpteach import datasets
    >>> dashboard = activations(*datasets.moons(n=60), depth=2, units=5, epochs=1)
    >>> list(dashboard.traces)
    ['A: sigmoid, uniform', 'B: ReLU, He']
    >>> dashboard.configure(**{"b.activation": "silu"})

    References
    ----------
    Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks. AISTATS.

    He, K. et al. (2015). Delving deep into rectifiers. ICCV.
    """
    X, y = check_data(X, y)
    phis, inits, settings = _offered({"a": a, "b": b})
    sizes = _sizes(X, y, depth, units)
    options = {"loss": loss, "epochs": epochs, "batch_size": batch_size, "seed": seed}
    networks = _networks(X, y, MLP(sizes, output=output, seed=seed), options, instances)
    chosen = rule_of("momentum", form="paper", eta=0.01) if rule is None else as_rule(rule)
    rules, rule_id = offered_rules(chosen)
    choices, hypers = rule_controls(rules)
    controls = _controls(phis, inits)
    values = {**settings, "depth": depth, "rule": rule_id, **hypers}
    if image_side(networks.X):
        controls.append(Choice("images", "Show", IMAGES, more=True))
        values["images"] = "learned"
    controls += behind(choices, after=0)
    return Player(
        partial(_show, Runs(_KEPT), networks, rules, phis, inits),
        controls,
        values,
        "Activations and initialization",
        "activations",
        guide=choose(GUIDES, guide, "activations", controls),
    )


def _sizes(X, y, depth, units):
    inputs = check_floats("X", X, ndim=2).shape[1]
    units = check_count("units", units, maximum=MOST_UNITS)
    return inputs, *[units] * _check_depth(depth), outputs_for(y)


def _networks(X, y, net, options, instances):
    """Return the networks that can be chosen, measured on so many rows of X."""
    X, _, _, _ = net.check_problem(X, y, options["loss"], 0.0)
    instances = min(check_count("instances", instances), len(X))
    rows = np.linspace(0, len(X) - 1, instances).round().astype(int)
    return DeepNetworks(X=X, y=np.asarray(y), rows=rows, net=net, options=options)


def _offered(sides):
    """Return the menus, id -> entry, and what each side of them starts with.

    Parameters
    ----------
    sides : dict of str to (activation, initializer)
        As the reader gave them.
    """
    asked = {side: _check_setting(side, given) for side, given in sides.items()}
    known = {id: phi for id, phi in ACTIVATIONS.items() if phi.elementwise}
    phis, phi_ids = offer(known, [phi for phi, _ in asked.values()])
    inits, init_ids = offer(INITIALIZERS, [init for _, init in asked.values()])
    settings = {}
    for side, phi, init in zip(sides, phi_ids, init_ids, strict=True):
        settings |= {f"{side}.activation": phi, f"{side}.init": init}
    return phis, inits, settings


def _check_setting(name, given):
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise TypeError(
            f"{name} must be a pair (activation, initializer) such as ('relu', 'he'); "
            f"given {describe(given)}."
        )
    phi = as_activation(f"the activation of {name}", given[0])
    if not phi.elementwise:
        raise ValueError(f"the activation of {name} must work element by element; given {phi.id}.")
    return phi, as_initializer(given[1])


def _check_depth(given):
    return check_count("depth", given, maximum=DEEPEST)


def _controls(phis, inits):
    phi_titles = {id: phi.menu_title for id, phi in phis.items()}
    init_titles = {id: init.menu_title for id, init in inits.items()}
    controls = []
    for side in ("a", "b"):
        controls.append(Choice(f"{side}.activation", f"{side.upper()}: φ", phi_titles))
        controls.append(Choice(f"{side}.init", f"{side.upper()}: W", init_titles))
    return [*controls, Slider("depth", "layers", 1, DEEPEST, whole=True)]


def _show(kept, networks, rules, phis, inits, values):
    """Train both networks with the controls' values and compose what is shown."""
    depth, rule = _check_depth(values["depth"]), chosen_rule(rules, values)
    wanted, settings = {}, {}
    for side in ("a", "b"):
        ids = values[f"{side}.activation"], values[f"{side}.init"]
        settings[side] = phi, init = phis[ids[0]], inits[ids[1]]
        key = *ids, depth, identity(rule)
        wanted[side] = key, partial(networks.run, phi, init, depth, rule)
    runs = kept.take(wanted)
    problem = runs["a"][0].run.problem
    measured_on = problem.X[networks.rows], problem.Y[:, networks.rows]
    return show_signals(runs, settings, measured_on, values.get("images", ""))
