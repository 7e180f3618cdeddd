"""Panels of small images: the instances of a batch, what a unit looks at, wrong answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlpteach.basics.arguments import check_choice, check_count, check_flag
from mlpteach.basics.arrays import FloatArray
from mlpteach.views.checks import check_field, check_text
from mlpteach.views.packed import packed

if TYPE_CHECKING:
    from mlpteach.views.panels import Show

# As strokes in the page's own colour, or as positive and negative weights.
COLORS = ("ink", "signed")


@dataclass(frozen=True)
class Images:
    """Small images side by side, each a row of a field of the frames.

    Attributes
    ----------
    title, label : str
    field : str
        Name of a field with a row for each image, as :func:`pack_images` writes it. A row of NaN is
        no image.
    side : int
        Rows and columns of an image.
    colors : {"ink", "signed"}
    columns : int
        How many stand side by side; 0 for all.
    chosen : {"", "row", "column"}
        Which of the position's numbers says which image is chosen; a click chooses another.
    alone : bool
        Whether the chosen image alone is shown.
    said : str
        Name of a field with a column for each image, whose rows are whole numbers that stand below
        it: a label, or the right one and the one given; "" for none.
    """

    title: str
    label: str
    field: str
    side: int
    colors: str = "ink"
    columns: int = 0
    chosen: str = ""
    alone: bool = False
    said: str = ""

    def __post_init__(self):
        check_text("the title of Images", self.title)
        check_text("the label of Images", self.label)
        check_count("the side of Images", self.side)
        check_choice("the colors of Images", self.colors, COLORS)
        check_count("the columns of Images", self.columns, minimum=0)
        check_choice("chosen", self.chosen, ("", "row", "column"))
        check_flag("alone", self.alone)
        check_text("said", self.said)
        if self.alone and not self.chosen:
            raise ValueError('alone needs chosen="row" or "column", to say which image is shown.')

    def check(self, show: "Show") -> None:
        """Raise unless the show has what is drawn here."""
        check_field("Images.field", self.field, show)
        assert show.frames is not None
        count, numbers = show.frames.fields[self.field]
        if numbers != packed_size(self.side):
            raise ValueError(
                f"Images.field={self.field!r} must have {packed_size(self.side)} numbers an image "
                f"of {self.side} × {self.side}; given {numbers}."
            )
        if self.said:
            check_field("Images.said", self.said, show)
            if show.frames.fields[self.said][1] != count:
                raise ValueError(f"Images.said={self.said!r} must have a column for each image.")


def packed_size(side: int) -> int:
    """Return how many numbers an image takes: three pixels in one."""
    return -(-side * side // 3)


def pack_images(rows: FloatArray, limit: float) -> FloatArray:
    """Return images (n, pixels) as rows of a field (n, numbers): a pixel in eight bits.

    Parameters
    ----------
    rows : ndarray, shape (n, pixels)
    limit : float
        The size that is drawn strongest.

    Examples
    --------
    >>> pack_images(np.zeros((2, 64)), 1.0).shape
    (2, 22)
    """
    return packed(np.pad(rows / limit, ((0, 0), (0, -rows.shape[1] % 3))))
