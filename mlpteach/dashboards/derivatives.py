"""The activations and their derivatives at one z, and their product over many layers."""

from functools import partial

import numpy as np

from mlpteach.basics.arguments import Interval, check_count, check_number
from mlpteach.player import Player
from mlpteach.player.controls import Slider
from mlpteach.study.signals import is_saturated
from mlpteach.tables.activations import ACTIVATIONS
from mlpteach.views.panels import Axes, Line, Plot, Profile, Row, Show, Table
from mlpteach.views.style import BLUE, GREEN, ORANGE, PINK, Style

DEEPEST = 20
_STYLES = {
    "sigmoid": Style(BLUE, "solid", "o"),
    "tanh": Style(GREEN, "dashdot", "^"),
    "relu": Style(ORANGE, "dashed", "s"),
    "silu": Style(PINK, "dotted", "D"),
}
_NAMES = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU", "silu": "SiLU"}


def derivatives(depth=6, *, reach=8.0, steps=161):
    """Show phi and phi' of the four activations at a moving z, and phi'(z) to the power of depth.

    Back propagation multiplies by phi'(Z) once in every layer. With all weights 1 and the same z
    everywhere, phi'(z)^L is left of the sensitivity after L layers: for the sigmoid 0.25^L at most.

    Parameters
    ----------
    depth : int
        Number of layers to start with, 1 … 20.
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
    player = Player(
        partial(_show, z),
        [Slider("depth", "layers L", 1, DEEPEST, whole=True)],
        {"depth": depth},
        "Activations and their derivatives",
        "derivatives",
    )
    player.position = {"k": (steps + 1) // 2}
    return player


def derivative_series(z, depth):
    """Return phi(z), phi'(z) and phi'(z)^l, l = 1 … depth, of every activation.

    Parameters
    ----------
    z : ndarray, shape (steps,)
    depth : int

    Returns
    -------
    dict of str to ndarray
        "z", and for each id "id.A", "id.slope", "id.product" (steps,), "id.saturated" (steps,) as
        0 or 1, "id.products" (steps, depth).
    """
    series = {"z": z}
    for id in _STYLES:
        slope = ACTIVATIONS[id].derivative(z)
        products = slope[:, None] ** np.arange(1, depth + 1)
        series[f"{id}.A"] = ACTIVATIONS[id](z)
        series[f"{id}.slope"] = slope
        series[f"{id}.products"] = np.abs(products)
        series[f"{id}.product"] = products[:, -1]
        series[f"{id}.saturated"] = is_saturated(id, z).astype(float)
    return series


def _show(z, values):
    depth = check_count("depth", values["depth"], maximum=DEEPEST)
    series = derivative_series(z, depth)
    ends = float(z[0]), float(z[-1])
    return Show(
        traces={},
        steps=len(z),
        panels=(_table(depth), _curve("A", r"\phi(z)", ends, (-1.4, 3.0)),
                _curve("slope", r"\phi'(z)", ends, (-0.2, 1.2)), _products(depth)),
        series=series,
        numbers=(("$z$", "z"),),
        unit="place",
    )  # fmt: skip


def _table(depth):
    columns = (r"$\phi(z)$", r"$\phi'(z)$", f"$\\phi'(z)^{{{depth}}}$", "saturated (1: yes)")
    quantities = ("A", "slope", "product", "saturated")
    rows = tuple(
        Row(_NAMES[id], tuple(f"{id}.{name}" for name in quantities), style)
        for id, style in _STYLES.items()
    )
    return Table("", "Activations and derivatives at the z shown", columns, rows)


def _curve(quantity, symbol, xlim, ylim):
    lines = tuple(Line("z", f"{id}.{quantity}", style) for id, style in _STYLES.items())
    axes = Axes("$z$", f"${symbol}$", xlim, ylim)
    return Plot(f"${symbol}$", f"{quantity} of the four activations against z; click to go there",
                axes, lines, click="step")  # fmt: skip


def _products(depth):
    x = np.arange(1.0, depth + 1)
    profiles = tuple(
        Profile(x, f"{id}.products", style, _NAMES[id]) for id, style in _STYLES.items()
    )
    low = 100.0**-depth
    axes = Axes("layers passed", "", (0.5, depth + 0.5), (low, 100.0), yscale="log")
    return Plot(
        r"$|\phi'(z)|$ multiplied layer by layer",
        "Product of the derivatives against the number of layers, on a logarithmic axis",
        axes,
        profiles,
    )
