"""Panels of a small network: it is drawn, and its lines are shown as matrices of the batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlpteach.basics.arguments import check_count, check_flag
from mlpteach.views.checks import check_all, check_field, check_shape, check_text

if TYPE_CHECKING:
    from mlpteach.views.panels import Show


@dataclass(frozen=True)
class Diagram:
    """A network, drawn: units with their maps, weights between them, the numbers of one instance.

    The fields that it shows are named as in :mod:`mlpteach.study.back_propagation`, "W" and "G"
    are weights and gradient. The position's row is the parameter chosen, its column the instance;
    the ways of the frames lead through the parameter.

    Attributes
    ----------
    title, label : str
    sizes : sequence of int
        Units of each layer, inputs first.
    lines : sequence of str
        Names of the ledger's lines: a number is shown from its line on.
    maps : str
        Field with a row for each unit behind the inputs: its map, see
        :func:`mlpteach.views.packed.packed`.
    cells : (int, int)
        Rows and columns of a map.
    """

    title: str
    label: str
    sizes: Sequence[int]
    lines: Sequence[str]
    maps: str
    cells: tuple[int, int]

    def __post_init__(self):
        check_text("the title of a Diagram", self.title)
        check_text("the label of a Diagram", self.label)
        object.__setattr__(self, "sizes", check_all("sizes", self.sizes, (int,)))
        object.__setattr__(self, "lines", check_all("lines", self.lines, (str,)))
        object.__setattr__(self, "cells", check_shape("the cells of a Diagram", self.cells))

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        layers = range(1, len(self.sizes))
        shown = [f"{letter}{layer}" for layer in layers for letter in "AZV"]
        for name in (*shown, f"A{len(self.sizes)}", "W", "G", self.maps):
            check_field("a number of a Diagram", name, show)


@dataclass(frozen=True)
class Matrix:
    """A matrix that lies in a field of the frames, or in a part of one.

    Attributes
    ----------
    text : str
        How it is written, with mathematics between dollars.
    field : str
    rows, columns : int
    start : int
        Numbers of the field before it.
    row, column : str
        Which of its rows and columns belong to what is chosen: a name in the ways of the frames,
        "instance" for the position's column, or "" for none.
    transposed : bool
        Whether it is drawn as its transpose; all else is said of the matrix itself.
    """

    text: str
    field: str
    rows: int
    columns: int
    start: int = 0
    row: str = ""
    column: str = ""
    transposed: bool = False

    def __post_init__(self):
        check_text("the text of a Matrix", self.text)
        check_count("the rows of a Matrix", self.rows)
        check_count("the columns of a Matrix", self.columns)
        check_count("the start of a Matrix", self.start, minimum=0)
        check_text("the row of a Matrix", self.row)
        check_text("the column of a Matrix", self.column)
        check_flag("transposed", self.transposed)


@dataclass(frozen=True)
class Matrices:
    """The ledger's current line as an equation between matrices, an instance a column.

    Attributes
    ----------
    title, label : str
    lines : sequence
        For each line of the ledger the matrices and the signs between them, from left to right;
        beside the ledger's lines after them the last ones stay.
    """

    title: str
    label: str
    lines: Sequence[Sequence[Matrix | str]]

    def __post_init__(self):
        check_text("the title of Matrices", self.title)
        check_text("the label of Matrices", self.label)
        lines = check_all("lines", self.lines, (tuple, list))
        parts = tuple(check_all("a line of Matrices", line, (Matrix, str)) for line in lines)
        object.__setattr__(self, "lines", parts)

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        for part in (part for line in self.lines for part in line if isinstance(part, Matrix)):
            check_field("Matrix.field", part.field, show)
