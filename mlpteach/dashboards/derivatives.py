"""The activations and their derivatives at one z, and their product over many layers."""

from functools import partial

import numpy as np

from mlpteach.basics.arguments import Interval, check_choice, check_count, check_number
from mlpteach.player import Player
from mlpteach.player.controls import Several, Slider
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.views.derivatives import show_derivatives

DEEPEST = 20


def derivatives(depth=6, activations=("sigmoid", "tanh", "relu", "silu"), *, reach=8.0, steps=161):
    """Show phi and phi' of activations at a moving z, and phi'(z) to the power of depth.

    Back propagation multiplies by phi'(Z) once in every layer. With all weights 1 and the same z
    everywhere, phi'(z)^L is left of the sensitivity after L layers: for the sigmoid 0.25^L at most.

    Parameters
    ----------
    depth : int
        Number of layers to start with, 1 … 20.
    activations : sequence of str
        Ids of ``mlpteach.ACTIVATIONS`` to start with; the others can be chosen on the page, but for
        softmax, which has no derivative of one z.
    reach : float
        z moves from -reach to reach.
    steps : int
        How many places z has on its way; with an odd number 0 is one of them.

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
    offered = {id: phi for id, phi in ACTIVATIONS.items() if phi.elementwise}
    chosen = tuple(check_choice("activations", id, tuple(offered)) for id in activations)
    buttons = {id: phi.button_title for id, phi in offered.items()}
    controls = [
        Slider("depth", "layers L", 1, DEEPEST, whole=True),
        Several("activations", "φ (*: beyond the lecture)", buttons),
    ]
    player = Player(
        partial(_show, offered, z),
        controls,
        {"depth": depth, "activations": chosen},
        "Activations and their derivatives",
        "derivatives",
    )
    player.position = {"k": (steps + 1) // 2}
    return player


def _show(offered, z, values):
    depth = check_count("depth", values["depth"], maximum=DEEPEST)
    return show_derivatives({id: offered[id] for id in values["activations"]}, z, depth)
