"""What moves in a plot: layers, drawn in their order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlpteach.basics.arguments import (
    POSITIVE,
    Interval,
    check_choice,
    check_flag,
    check_number,
)
from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import Style
from mlpteach.views.checks import (
    check_array,
    check_ends,
    check_field,
    check_kind,
    check_series,
    check_shape,
    check_text,
)
from mlpteach.views.colors import COLORS
from mlpteach.views.packed import unpacked

if TYPE_CHECKING:
    from mlpteach.views.panels import Heat, Show


def check_look(name: str, layer: "Line | Band | Points | Profile | Arrow | Bars | Path") -> None:
    """Raise unless a layer has a style and a text for its label."""
    check_kind(f"the style of {name}", layer.style, Style, "STYLES[0]")
    check_text(f"the label of {name}", layer.label)


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

    def __post_init__(self) -> None:
        check_look("a Line", self)
        check_flag("future", self.future)
        check_flag("connect", self.connect)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_series("Line.x", self.x, show)
        check_series("Line.y", self.y, show)


@dataclass(frozen=True)
class Band:
    """A filled space between two lines through one point a step each: faint after the step shown.

    Attributes
    ----------
    x, low, high : str
        Names of series of shape (steps,). Where one is NaN the band is interrupted.
    style : Style
        Of which the colour counts.
    label : str
        For the legend; "" for none.
    """

    x: str
    low: str
    high: str
    style: Style
    label: str = ""

    def __post_init__(self) -> None:
        check_look("a Band", self)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        for end in ("x", "low", "high"):
            check_series(f"Band.{end}", getattr(self, end), show)


@dataclass(frozen=True)
class Points:
    """Rings around points that are others at each step, such as the instances of a batch.

    The point of the position's ``column`` is ringed more strongly; a click near a point chooses it.
    On a plot whose click sets a :class:`~mlpteach.player.controls.Point`, the last one is that
    place: it has a cross, and a click where no point is chooses it.

    Attributes
    ----------
    field : str
        Name of a field of the frames, a column a point: its first row is x, its second y. Where one
        is NaN there is no point.
    style : Style
    label : str
    """

    field: str
    style: Style
    label: str = ""

    def __post_init__(self) -> None:
        check_look("Points", self)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_field("Points.field", self.field, show)
        assert show.frames is not None
        rows, _ = show.frames.fields[self.field]
        if rows < 2:
            raise ValueError(
                f"Points.field={self.field!r} must have two rows, x and y; given {rows}."
            )


@dataclass(frozen=True, eq=False)
class Profile:
    """A line that changes as a whole from step to step, such as one value a layer.

    Attributes
    ----------
    x : array_like, shape (n,)
    y : str
        Name of a series of shape (steps, n).
    style : Style
    label : str
    filled : bool
        Whether the space below is filled; a histogram is a filled profile over its bins' edges
        doubled (:func:`~mlpteach.views.histogram_outline`).
    """

    x: FloatArray
    y: str
    style: Style
    label: str = ""
    filled: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", check_array("the x of a Profile", self.x, (1,)))
        check_look("a Profile", self)
        check_flag("filled", self.filled)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_series("Profile.y", self.y, show, self.x.shape)


@dataclass(frozen=True)
class Arrow:
    """An arrow that moves: from (x, y) to (to_x, to_y), each the name of a series (steps,).

    Attributes
    ----------
    x, y, to_x, to_y : str
        Where one is NaN there is no arrow.
    style : Style
    label : str
    """

    x: str
    y: str
    to_x: str
    to_y: str
    style: Style
    label: str = ""

    def __post_init__(self) -> None:
        check_look("an Arrow", self)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        for end in ("x", "y", "to_x", "to_y"):
            check_series(f"Arrow.{end}", getattr(self, end), show)


@dataclass(frozen=True, eq=False)
class Bars:
    """Bars from 0, one for each row of a field: those of the position's column.

    Attributes
    ----------
    x : array_like, shape (rows,)
        The middle of each bar.
    field : str
        Name of a field of the frames, (rows, columns).
    style : Style
        Of which the colour counts.
    width : float
        Of a bar, on the x axis.
    """

    x: FloatArray
    field: str
    style: Style
    width: float = 0.8
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", check_array("the x of Bars", self.x, (1,)))
        check_look("Bars", self)
        check_number("the width of Bars", self.width, POSITIVE)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_field("Bars.field", self.field, show)
        assert show.frames is not None
        rows, _ = show.frames.fields[self.field]
        if rows != len(self.x):
            raise ValueError(f"Bars.x must have {rows} places, one a row; given {len(self.x)}.")


@dataclass(frozen=True, eq=False)
class Path:
    """A line that stands still while a history plays, such as a hatching; each has its own.

    Attributes
    ----------
    x, y : array_like, shape (n,)
        Where one is NaN the line is interrupted.
    style : Style
        Its marker stands at every point.
    label : str
    """

    x: FloatArray
    y: FloatArray
    style: Style
    label: str = ""

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            array = check_array(f"the {name} of a Path", getattr(self, name), (1,))
            object.__setattr__(self, name, array)
        if len(self.x) != len(self.y):
            raise ValueError(
                f"x and y of a Path must be equally long; given {len(self.x)} and {len(self.y)}."
            )
        check_look("a Path", self)

    def check(self, show: "Show") -> None:
        """Nothing of the show is needed."""


@dataclass(frozen=True)
class Note:
    """A few words on a plot, to the right of a place; each history has its own.

    Attributes
    ----------
    text : str
        Plain, without mathematics.
    x, y : float
        Where it begins, at half its height.
    style : Style
        Of which the colour counts.
    """

    text: str
    x: float
    y: float
    style: Style

    def __post_init__(self) -> None:
        check_text("the text of a Note", self.text)
        for name in ("x", "y"):
            check_number(f"the {name} of a Note", getattr(self, name), Interval())
        check_kind("the style of a Note", self.style, Style, "STYLES[0]")

    def check(self, show: "Show") -> None:
        """Nothing of the show is needed."""


@dataclass(frozen=True)
class Raster:
    """A map of colours below the layers that follow it, such as what a network says of each place.

    Attributes
    ----------
    field : str
        Name of a field of the frames, (rows, columns). The first row is the lowest, and all cells
        are equally large in the picture.
    x, y : (float, float)
        From where to where the columns and the rows reach, on the axes.
    colors : {"signed", "positive"}
    limit : float
        The value with the strongest colour.
    gamma : float
        Colour strength is ``|value/limit|**gamma``; below 1 small values are lifted.
    smooth : bool
        Whether colours run into each other, as those of a function known at the cells' middles.
    contour : bool
        Whether a line is drawn where the value is 0.
    cells : (int, int), optional
        Rows and columns, where the field holds levels -1 … 1 in eight bits each as
        :func:`mlpteach.views.packed.packed` makes them.
    margins : str, optional
        Name of a field packed likewise, -1 where two classes are as likely. The values are classes
        then, and `contour` draws a line between any two of them.
    """

    field: str
    x: tuple[float, float]
    y: tuple[float, float]
    colors: str
    limit: float
    gamma: float = 1.0
    smooth: bool = False
    contour: bool = False
    cells: tuple[int, int] | None = None
    margins: str = ""

    def __post_init__(self) -> None:
        check_colors("a Raster", self)
        check_flag("smooth", self.smooth)
        check_flag("contour", self.contour)
        object.__setattr__(self, "x", check_ends("the x of a Raster", self.x, "linear"))
        object.__setattr__(self, "y", check_ends("the y of a Raster", self.y, "linear"))
        if self.cells is not None:
            check_shape("the cells of a Raster", self.cells)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_field("Raster.field", self.field, show)
        if self.margins:
            check_field("Raster.margins", self.margins, show)

    def matrix(self, frame: Mapping[str, FloatArray], name: str = "") -> FloatArray:
        """Return the values of a frame, name -> matrix, or of its field called `name`."""
        values = frame[name or self.field]
        return values if self.cells is None else unpacked(values).reshape(self.cells)

    def classes(self, frame: Mapping[str, FloatArray]) -> Iterator[FloatArray]:
        """Yield for each class a matrix that is 0 where it meets another one, in a frame."""
        values = self.matrix(frame)
        if not self.margins:
            yield values
            return
        margins = 1.0 + self.matrix(frame, self.margins)
        for level in np.unique(values):
            yield np.where(values == level, margins, -margins)


def check_colors(name: str, given: "Heat | Raster") -> None:
    """Raise unless colours, limit and gamma of a map make sense."""
    check_choice(f"the colors of {name}", given.colors, tuple(COLORS))
    check_number(f"the limit of {name}", given.limit, POSITIVE)
    check_number(f"the gamma of {name}", given.gamma, POSITIVE)


def shade(colored: "Heat | Raster", values: FloatArray) -> FloatArray:
    """Return the place of each value of a Heat or Raster among its colours, 0 … 1."""
    strength = np.minimum(np.abs(values) / colored.limit, 1.0) ** colored.gamma
    return 0.5 + 0.5 * np.sign(values) * strength if colored.colors == "signed" else strength
