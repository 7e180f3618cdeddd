"""The activations and their derivatives at one z, and their product over many layers."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from mlpteach.basics.arguments import Interval, check_count, check_number, describe
from mlpteach.basics.record import offer
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.derivatives import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Several, Slider
from mlpteach.player.guide import Guide
from mlpteach.tables.activations import ACTIVATIONS, Activation
from mlpteach.tables.own_activation import ActivationLike, as_activation
from mlpteach.views.derivatives import show_derivatives

DEEPEST = 20


def derivatives(
    depth: int = 6,
    activations: Sequence[ActivationLike] = ("sigmoid", "tanh", "relu", "silu"),
    *,
    reach: float = 8.0,
    steps: int = 161,
    guide: str | Guide | None = None,
) -> Player:
    """Show phi and phi' of activations at a moving z, and phi'(z) to the power of depth.

    Back propagation multiplies by phi'(Z) once in every layer. With all weights 1 and the same z
    everywhere, phi'(z)^L is left of the sensitivity after L layers: for the sigmoid 0.25^L at most.

    Parameters
    ----------
    depth : int
        Number of layers to start with, 1 … 20.
    activations : sequence
        Whose curves are shown at first: ids of ``mlpteach.ACTIVATIONS``, or your own functions, as
        for ``hidden`` of :class:`mlpteach.MLP`. The page offers all that have a derivative of one
        z: softmax has none.
    reach : float
        z moves from -reach to reach.
    steps : int
        How many places z has on its way; with an odd number 0 is one of them.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        A widget; it starts at z = 0.

    Raises
    ------
    ValueError, TypeError
        For arguments outside their range.

    Examples
    --------
    >>> dashboard = derivatives(depth=6)
    >>> float(dashboard.show.series["sigmoid.product"].max()) == 0.25**6
    True
    """
    depth = check_count("depth", depth, maximum=DEEPEST)
    reach = check_number("reach", reach, Interval(0, 700))
    steps = check_count("steps", steps, minimum=3, maximum=2001)
    z = np.linspace(-reach, reach, steps)
    offered, chosen = _offered(activations)
    buttons = {id: phi.button_title for id, phi in offered.items()}
    controls = [
        Slider("depth", "layers L", 1, DEEPEST, whole=True),
        Several("activations", "φ (*: beyond the lecture)", buttons),
    ]
    player = Player(
        partial(_show, offered, z),
        controls,
        {"depth": depth, "activations": tuple(chosen)},
        "Activations and their derivatives",
        "derivatives",
        guide=choose(GUIDES, guide, "derivatives", controls),
    )
    player.position = {"k": (steps + 1) // 2}
    return player


def _offered(given):
    """Return id -> Activation of all that have a derivative, and the ids of those given."""
    if isinstance(given, (str, Activation)) or callable(given):
        given = (given,)
    if not isinstance(given, (tuple, list)):
        raise TypeError(
            "activations must be a list of ids or of your own functions, such as ('relu', 'silu'); "
            f"given {describe(given)}."
        )
    asked = [as_activation("activations", one) for one in given]
    for phi in asked:
        if not phi.elementwise:
            raise ValueError(f"activations must work element by element; given {phi.id}.")
    known = {id: phi for id, phi in ACTIVATIONS.items() if phi.elementwise}
    return offer(known, asked)


def _show(offered, z, values):
    depth = check_count("depth", values["depth"], maximum=DEEPEST)
    return show_derivatives({id: offered[id] for id in values["activations"]}, z, depth)
