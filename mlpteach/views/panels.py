"""Panels, declared once: the browser draws what moves in them, matplotlib what stands still.

A dashboard's callback returns a :class:`Show`: plain arrays (one entry a step) and panels whose
layers name them. :mod:`mlpteach.player` plays it on a page, :mod:`mlpteach.views.figure` draws
one step of it for print and for tests.

Texts may hold mathematics between dollars (``"cost $J$"``), in LaTeX as matplotlib knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mlpteach.views.frames import Frames
from mlpteach.views.style import Style


@dataclass(frozen=True)
class Axes:
    """Axes that stand still while the history plays.

    Attributes
    ----------
    xlabel, ylabel : str
    xlim, ylim : (float, float)
        See :func:`limits` for some that rarely change.
    xscale, yscale : {"linear", "log"}
    draw : callable, optional
        Draws what else stands still (contours, reference lines) into a matplotlib ``Axes``.
    key : str
        Names what `draw` draws: a picture is drawn once for equal axes and key.
    shape : {"wide", "square"}
    """

    xlabel: str
    ylabel: str
    xlim: tuple
    ylim: tuple
    xscale: str = "linear"
    yscale: str = "linear"
    draw: Callable | None = field(default=None, compare=False)
    key: str = ""
    shape: str = "wide"


@dataclass(frozen=True)
class Line:
    """A line through one point a step: bright up to the step shown, faint after it.

    Attributes
    ----------
    x, y : str
        Names of series of shape (steps,). Where one is NaN the line is interrupted.
    style : Style
    label : str
        For the legend; "" for none.
    future : bool
        Whether the part after the step shown is drawn faintly.
    connect : bool
        False for points of their own, each with the style's marker.
    """

    x: str
    y: str
    style: Style
    label: str = ""
    future: bool = True
    connect: bool = True


@dataclass(frozen=True)
class Profile:
    """A line that changes as a whole from step to step, such as one value a layer.

    Attributes
    ----------
    x : ndarray, shape (n,)
    y : str
        Name of a series of shape (steps, n).
    style : Style
    label : str
    filled : bool
        Whether the space below is filled; a histogram is a filled profile over its bins' edges
        doubled (:func:`histogram_outline`).
    """

    x: np.ndarray
    y: str
    style: Style
    label: str = ""
    filled: bool = False


@dataclass(frozen=True)
class Arrow:
    """An arrow that moves: from (x, y) to (to_x, to_y), each the name of a series (steps,)."""

    x: str
    y: str
    to_x: str
    to_y: str
    style: Style
    label: str = ""


@dataclass(frozen=True)
class Plot:
    """Axes with layers that move.

    Attributes
    ----------
    title, label : str
        The caption, and words for screen readers.
    axes : Axes
    layers : tuple of Line, Profile or Arrow
    click : str
        What a click does: "step" goes to the step whose first line is nearest, a control's name
        (a :class:`~mlpteach.player.controls.Point`) sets it to the place clicked, "" nothing.
    """

    title: str
    label: str
    axes: Axes
    layers: tuple
    click: str = ""


@dataclass(frozen=True)
class Heat:
    """A matrix that changes from step to step.

    Attributes
    ----------
    field : str
        Name of a field of the frames, (rows, columns).
    title, label : str
    colors : {"signed", "positive"}
    limit : float
        The value with the strongest colour, over the whole run, so that growth is seen.
    gamma : float
        Colour strength is ``|value/limit|**gamma``; below 1 small values are lifted.
    line : int
        Place, from 0, of the ledger's line that computes it; -1 for what is known before.
    selectable : bool
        Whether its entries are weights that can be chosen.
    """

    field: str
    title: str
    label: str
    colors: str
    limit: float
    gamma: float
    line: int = -1
    selectable: bool = True

    def shade(self, values):
        """Return the place of each value in the colormap, 0 … 1."""
        strength = np.minimum(np.abs(values) / self.limit, 1.0) ** self.gamma
        return 0.5 + 0.5 * np.sign(values) * strength if self.colors == "signed" else strength


@dataclass(frozen=True)
class Row:
    """One row of a :class:`Table`.

    Attributes
    ----------
    label : str
    cells : tuple of str
        Names of series (steps,), one a column; a text that names no series stands as it is.
    style : Style, optional
        Shown beside the label: the table is the legend of the plots too.
    notes : dict of int to str
        Step from which on a note stands behind the row: "diverged at update 37".
    """

    label: str
    cells: tuple
    style: Style | None = None
    notes: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Numbers of the step shown, one row a run.

    Attributes
    ----------
    title, label : str
    columns : tuple of str
        Heads of the columns after the first.
    rows : tuple of Row
    """

    title: str
    label: str
    columns: tuple
    rows: tuple


@dataclass(frozen=True)
class Ledger:
    """The lines of a rule's formula with the numbers of one chosen weight put in.

    Attributes
    ----------
    lines : tuple of mlpteach.formulas.Line
    title : str
        Such as "as the slide writes it".
    prefix : str
        Stands before each line's name in the fields of the frames ("paper." for "paper.M").
    layer : int
        Layer of the weight; 0 for a function's parameters.
    differs : str
        Name of the line that is marked as the first that differs.
    """

    lines: tuple
    title: str = ""
    prefix: str = ""
    layer: int = 0
    differs: str = ""


@dataclass(frozen=True)
class Text:
    """Words and formulas that stand still.

    Attributes
    ----------
    title : str
    lines : tuple of str
    marked : tuple of int
        Places in `lines`, from 0, that are marked as changed.
    """

    title: str
    lines: tuple
    marked: tuple = ()


@dataclass(frozen=True)
class Show:
    """What a dashboard shows of one history.

    Attributes
    ----------
    traces : dict of str to Trace
        What everything was read from, by the name of the run; may be empty.
    steps : int
        How many steps the page can stand at, 1 … steps.
    panels : tuple
        In reading order.
    series : dict of str to ndarray
        Arrays with one entry a step, shape (steps,) or (steps, n).
    frames : Frames, optional
    numbers : tuple of (str, str)
        (text, name of a series) shown beside the slider, such as ``("cost $J$", "loss")``.
    message : str
        A warning above the panels: where a run diverged.
    unit : str
        What a step is: "update" or "epoch".
    per_epoch : int
        Steps in an epoch; 1 where epochs make no sense.
    """

    traces: dict
    steps: int
    panels: tuple = ()
    series: dict = field(default_factory=dict)
    frames: Frames | None = None
    numbers: tuple = ()
    message: str = ""
    unit: str = "update"
    per_epoch: int = 1
