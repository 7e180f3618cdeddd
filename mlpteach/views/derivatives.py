"""Activations and their derivatives at a moving z, and the derivatives' product over layers."""

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.study.signals import is_saturated
from mlpteach.tables.activations import Activation
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Profile, Row, Show, Table

# What the picture of phi holds at least: the bounded ones whole, the others near 0.
_A_WINDOW = (-1.4, 3.0)


def show_derivatives(activations: dict[str, Activation], z: FloatArray, depth: int) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of activations, id -> entry, at every z."""
    series = derivative_series(activations, z, depth)
    slopes = limits([0.0], *(series[f"{id}.slope"] for id in activations))
    return Show(
        traces={},
        steps=len(z),
        panels=(
            _table(activations, depth),
            _curve(activations, "A", r"\phi(z)", z, _A_WINDOW),
            _curve(activations, "slope", r"\phi'(z)", z, slopes),
            _products(activations, depth),
        ),
        series=series,
        numbers=(("$z$", "z"),),
        unit="",
        message="" if activations else "No activation is chosen: choose at least one.",
    )


def derivative_series(
    activations: dict[str, Activation], z: FloatArray, depth: int
) -> dict[str, FloatArray]:
    """Return phi(z), phi'(z) and phi'(z)^l, l = 1 … depth, of every activation.

    Parameters
    ----------
    activations : dict of str to Activation
    z : ndarray, shape (steps,)
    depth : int

    Returns
    -------
    dict of str to ndarray
        "z", and for each id "id.A", "id.slope", "id.product" (steps,), "id.saturated" (steps,) as
        0 or 1, "id.products" (steps, depth): absolute values, for the plot no smaller than the
        lower end of its axis.
    """
    series = {"z": z}
    for id, activation in activations.items():
        slope = activation.derivative(z)
        products = slope[:, None] ** np.arange(1, depth + 1)
        series[f"{id}.A"] = activation(z)
        series[f"{id}.slope"] = slope
        series[f"{id}.products"] = np.maximum(np.abs(products), _lowest(depth))
        series[f"{id}.product"] = products[:, -1]
        series[f"{id}.saturated"] = is_saturated(activation, z).astype(float)
    return series


def _lowest(depth):
    """Return where the axis of the products ends: two decades a layer, seven at least."""
    return 10.0 ** -max(7, 2 * depth)


def _table(activations, depth):
    columns = (r"$\phi(z)$", r"$\phi'(z)$", f"$\\phi'(z)^{{{depth}}}$", "saturated (1: yes)")
    quantities = ("A", "slope", "product", "saturated")
    rows = tuple(
        Row(activation.menu_title, tuple(f"{id}.{name}" for name in quantities), activation.style)
        for id, activation in activations.items()
    )
    return Table("", "Activations and derivatives at the z shown", columns, rows)


def _curve(activations, quantity, symbol, z, ylim):
    lines = tuple(
        Line("z", f"{id}.{quantity}", activation.style) for id, activation in activations.items()
    )
    axes = Axes("$z$", f"${symbol}$", (float(z[0]), float(z[-1])), ylim)
    label = f"{quantity} of each activation against z; click to go there"
    return Plot(f"${symbol}$", label, axes, lines, click="step")


def _products(activations, depth):
    x = np.arange(1.0, depth + 1)
    profiles = tuple(
        Profile(x, f"{id}.products", activation.style, activation.title)
        for id, activation in activations.items()
    )
    axes = Axes("layers passed", "", (0.5, depth + 0.5), (_lowest(depth), 100.0), yscale="log")
    return Plot(
        r"$|\phi'(z)|$ multiplied layer by layer; lower edge: less, or 0",
        "Product of the derivatives against the number of layers, on a logarithmic axis",
        axes,
        profiles,
    )
