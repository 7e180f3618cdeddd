"""Panels, declared once: the browser draws what moves in them, matplotlib what stands still.

A dashboard's callback returns a :class:`Show`: plain arrays (one entry a step) and panels whose
layers name them. :mod:`mlpteach.player` plays it on a page, :mod:`mlpteach.views.figure` draws
one step of it for print and for tests.

Texts may hold mathematics between dollars (``"cost $J$"``), in LaTeX as matplotlib knows it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import numpy as np

from mlpteach.basics.arguments import check_choice, check_count, check_flag, describe
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import Style
from mlpteach.run.trace import Trace
from mlpteach.study.pass_lines import Place
from mlpteach.views.checks import (
    check_all,
    check_all_series,
    check_dict,
    check_ends,
    check_field,
    check_kind,
    check_series,
    check_text,
)
from mlpteach.views.coordinates import SIZES
from mlpteach.views.frames import Frames
from mlpteach.views.image_panels import Images
from mlpteach.views.layers import (
    Arrow,
    Band,
    Bars,
    Line,
    Note,
    Path,
    Points,
    Profile,
    Raster,
    check_colors,
    shade,
)
from mlpteach.views.mosaic import mosaic_lines
from mlpteach.views.network_panels import Diagram, Matrices

Layer = Line | Band | Points | Profile | Arrow | Bars | Path | Note | Raster
LAYERS = (Line, Band, Points, Profile, Arrow, Bars, Path, Note, Raster)


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
        Names what `draw` draws: a picture is drawn once for equal axes and key. By default another
        name for every function; worth giving where each call makes a new function that draws the
        same.
    shape : {"wide", "square", "small", "low"}
        A square plot, such as a map, leads on the page and takes the most room;
        the last two are for a narrow column.
    equal : bool
        Whether a unit is as long across as up, as matplotlib's aspect "equal".
    """

    xlabel: str
    ylabel: str
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    xscale: str = "linear"
    yscale: str = "linear"
    draw: Callable[[Any], object] | None = field(default=None, compare=False)
    key: str = ""
    shape: str = "wide"
    equal: bool = False

    def __post_init__(self):
        check_text("xlabel", self.xlabel)
        check_text("ylabel", self.ylabel)
        object.__setattr__(self, "xlim", check_ends("xlim", self.xlim, self.xscale))
        object.__setattr__(self, "ylim", check_ends("ylim", self.ylim, self.yscale))
        check_choice("shape", self.shape, tuple(SIZES))
        check_flag("equal", self.equal)
        if self.draw is not None and not callable(self.draw):
            raise TypeError(f"draw must be a function of an Axes; given {describe(self.draw)}.")
        if not check_text("key", self.key) and self.draw is not None:
            object.__setattr__(self, "key", _name_of(self.draw))


# Of functions, as long as they live.
_NAMES: WeakKeyDictionary[Callable[..., object], str] = WeakKeyDictionary()


def _name_of(draw):
    """Return a name that no other function has, nor had in another process that drew a page."""
    try:
        return _NAMES.setdefault(draw, uuid4().hex)
    except TypeError:  # can't be a key of such a dictionary: drawn anew for each Axes
        return uuid4().hex


@dataclass(frozen=True)
class Plot:
    """Axes with layers that move.

    Attributes
    ----------
    title, label : str
        The caption, and words for screen readers.
    axes : Axes
    layers : sequence of Line, Band, Points, Profile, Arrow, Bars, Path, Note or Raster
        In the order in which they are drawn; rasters lie below all others.
    click : str
        What a click does: "step" goes to the step whose first line is nearest, a control's name
        (a :class:`~mlpteach.player.controls.Point`) sets it to the place clicked, "" nothing.
    both_ends : bool
        Whether the page writes the names of profiles at their left ends, too.
    """

    title: str
    label: str
    axes: Axes
    layers: Sequence[Layer]
    click: str = ""
    both_ends: bool = False

    def __post_init__(self):
        check_text("the title of a Plot", self.title)
        check_text("the label of a Plot", self.label)
        check_kind("the axes of a Plot", self.axes, Axes)
        object.__setattr__(self, "layers", check_all("layers", self.layers, LAYERS))
        check_text("click", self.click)
        check_flag("both_ends", self.both_ends)
        lines = [layer for layer in self.layers if isinstance(layer, Line)]
        if self.click == "step" and self.layers and not lines:
            raise ValueError('click="step" needs a Line among the layers to find a step by.')

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        for layer in self.layers:
            layer.check(show)


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
        Whether its entries can be chosen, where it has the shape of the field ``frames.select``.
    instances : bool
        Whether its columns are what the position's column counts, such as the instances of a
        batch: the chosen one is framed, and a click chooses another.
    """

    field: str
    title: str
    label: str
    colors: str
    limit: float
    gamma: float
    line: int = -1
    selectable: bool = True
    instances: bool = False

    def __post_init__(self):
        check_text("the title of a Heat", self.title)
        check_text("the label of a Heat", self.label)
        check_colors("a Heat", self)
        check_count("the line of a Heat", self.line, minimum=-1)
        check_flag("selectable", self.selectable)
        check_flag("instances", self.instances)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_field("Heat.field", self.field, show)

    def shade(self, values: FloatArray) -> FloatArray:
        """Return the place of each value among the colours, 0 … 1."""
        return shade(self, values)


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
    cells: Sequence[str]
    style: Style | None = None
    notes: dict[int, str] = field(default_factory=dict)

    def __post_init__(self):
        check_text("the label of a Row", self.label)
        object.__setattr__(self, "cells", check_all("cells", self.cells, (str,)))
        if self.style is not None:
            check_kind("the style of a Row", self.style, Style, "STYLES[0]")
        for k, note in check_dict("notes", self.notes).items():
            check_text(f"the note from step {check_count('a step of notes', k)} on", note)


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
    columns: Sequence[str]
    rows: Sequence[Row]

    def __post_init__(self):
        check_text("the title of a Table", self.title)
        check_text("the label of a Table", self.label)
        object.__setattr__(self, "columns", check_all("columns", self.columns, (str,)))
        object.__setattr__(self, "rows", check_all("rows", self.rows, (Row,)))
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"the row {row.label!r} must have {len(self.columns)} cells, one a column; "
                    f"given {len(row.cells)}."
                )

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here: the series that cells name, one a step."""
        for cell in (cell for row in self.rows for cell in row.cells if cell in show.series):
            check_series("a cell", cell, show)


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
    places : dict of str to Place
        Where numbers lie that are not at the position's row and column, by their keys; the frames
        have the ways that they ask for.
    """

    lines: Sequence[Any]
    title: str = ""
    prefix: str = ""
    layer: int = 0
    differs: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)

    def __post_init__(self):
        check_text("the title of a Ledger", self.title)
        check_text("prefix", self.prefix)
        check_count("layer", self.layer, minimum=0)
        check_text("differs", self.differs)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here: the result of every line."""
        for line in self.lines:
            name = self.prefix + ("W_after" if line.name == "W" else line.name)
            if name == "J":
                check_series("the J of a Ledger", "loss", show)
            elif name not in show.series and name not in self.places:
                check_field("a line of a Ledger", name, show)
        for place in self.places.values():
            check_field("a place of a Ledger", place.matrix, show)


@dataclass(frozen=True)
class Jump:
    """A button that takes the page to a place, whatever it shows now.

    Attributes
    ----------
    label : str
    position : dict of str to int
        Some of "k", from 1, and "line", "row", "column", from 0.
    values : dict
        Control -> the value it must have there, such as the layer; controls that the dashboard does
        not have, or that have the value already, stay.
    """

    label: str
    position: Mapping[str, int]
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        check_text("the label of a Jump", self.label)
        check_dict("values", self.values)
        for name, number in check_dict("position", self.position).items():
            check_count(name, number, minimum=1 if name == "k" else 0)


@dataclass(frozen=True)
class Text:
    """Words and formulas that stand still.

    Attributes
    ----------
    title : str
    lines : tuple of str
    marked : tuple of int
        Places in `lines`, from 0, that are marked as changed.
    jump : Jump, optional
        Where the words speak of a place.
    """

    title: str
    lines: Sequence[str]
    marked: Sequence[int] = ()
    jump: Jump | None = None

    def __post_init__(self):
        check_text("the title of a Text", self.title)
        if self.jump is not None:
            check_kind("the jump of a Text", self.jump, Jump)
        object.__setattr__(self, "lines", check_all("lines", self.lines, (str,)))
        last = len(self.lines) - 1
        marked = (check_count("marked", i, minimum=0, maximum=last) for i in self.marked)
        object.__setattr__(self, "marked", tuple(marked))

    def check(self, show: "Show") -> None:
        """Nothing of the show is needed: the words stand still."""


Panel = Plot | Heat | Table | Ledger | Text | Diagram | Matrices | Images
PANELS = (Plot, Heat, Table, Ledger, Text, Diagram, Matrices, Images)


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
        What a step is: "update" or "epoch"; "" where it has no name and `numbers` tell the place.
    per_epoch : int
        Steps in an epoch; 1 where epochs make no sense.
    mosaic : str
        Which panel stands where on one screen, such as ``"AAB;AAC"``: A is the first panel, B the
        second; those without a letter stand behind "⋯". "" lets the page place all
        (:func:`mlpteach.views.mosaic.arrange`).
    """

    traces: dict[str, Trace]
    steps: int
    panels: Sequence[Panel] = ()
    series: Mapping[str, np.ndarray] = field(default_factory=dict)
    frames: Frames | None = None
    numbers: Sequence[tuple[str, str]] = ()
    message: str = ""
    unit: str = "update"
    per_epoch: int = 1
    mosaic: str = ""

    def __post_init__(self):
        check_dict("traces", self.traces)
        check_count("steps", self.steps, minimum=0)
        object.__setattr__(self, "panels", check_all("panels", self.panels, PANELS))
        object.__setattr__(self, "series", check_all_series(self.series, self.steps))
        if self.frames is not None:
            check_kind("frames", self.frames, Frames, "frames_of(arrays)")
            if self.frames.steps != self.steps:
                raise ValueError(
                    f"frames must be of the show's {self.steps} steps; given {self.frames.steps}."
                )
        check_text("message", self.message)
        check_text("unit", self.unit)
        check_count("per_epoch", self.per_epoch)
        mosaic_lines(self.mosaic, len(self.panels))
        for panel in self.panels:
            panel.check(self)
        for number in check_all("numbers", self.numbers, (tuple,)):
            text, name = _check_pair(number)
            check_series(f"the number {text!r}", name, self)


def _check_pair(number):
    if len(number) != 2:
        raise ValueError(f"numbers must hold pairs (text, series); given {describe(number)}.")
    return check_text("the text of a number", number[0]), number[1]
