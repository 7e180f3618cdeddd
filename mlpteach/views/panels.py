"""Panels, declared once: the browser draws what moves in them, matplotlib what stands still.

The same declaration is drawn by :func:`mlpteach.views.figure` for print and for tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Light and dark page: the middle of the signed map is the page's own side of grey.
COLORMAPS = {"signed": ("RdBu_r", "berlin"), "positive": ("cividis", "cividis")}


@dataclass(frozen=True)
class HeatPanel:
    """A matrix that changes from update to update.

    Attributes
    ----------
    field : str
        Name of the array in a frame, (rows, columns).
    title : str
        MathML or text.
    latex : str
        The same for matplotlib.
    label : str
        For screen readers.
    colors : {"signed", "positive"}
    limit : float
        The value with the strongest colour, over the whole run, so that growth is seen.
    gamma : float
        Colour strength is ``|value/limit|**gamma``; below 1 small values are lifted.
    line : str
        The rule's line that computes it; "" for what is known before the first line.
    selectable : bool
        Whether its entries are weights that can be chosen.
    """

    field: str
    title: str
    latex: str
    label: str
    colors: str
    limit: float
    gamma: float
    line: str = ""
    selectable: bool = True

    def shade(self, values):
        """Return the place of each value in the colormap, 0 … 1."""
        strength = np.minimum(np.abs(values) / self.limit, 1.0) ** self.gamma
        return 0.5 + 0.5 * np.sign(values) * strength if self.colors == "signed" else strength


@dataclass(frozen=True)
class CurvePanel:
    """A curve that stands still, with a marker that moves along it.

    Attributes
    ----------
    title, label : str
    x, y : ndarray, shape (updates,)
        Where the marker stands at each update.
    draw : callable
        Draws axes and curve into a matplotlib ``Axes``.
    """

    title: str
    label: str
    x: np.ndarray
    y: np.ndarray
    draw: Callable
