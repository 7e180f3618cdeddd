"""How lines differ: by colour, dashes and marker at once, so that no reader depends on one of them.

A style names its colour on a light page; a dark page has its counterpart in :data:`ON_DARK`. Those
of the slides' rules stay apart for colour-blind readers on both (simulated after Machado, Oliveira
and Fernandes 2009, distances in OKLab).
"""

import re
from dataclasses import dataclass

from mlpteach.basics.arguments import POSITIVE, check_choice, check_number, describe

DASHES = ("solid", "dashed", "dotted", "dashdot")
MARKERS = ("o", "s", "^", "D", "v", "X", "P", "")


@dataclass(frozen=True)
class Style:
    """The look of one line and its marker.

    Attributes
    ----------
    color : str
        As "#rrggbb", on a light page.
    dash : {"solid", "dashed", "dotted", "dashdot"}
    marker : {"o", "s", "^", "D", "v", "X", "P", ""}
        As in matplotlib; "" for none.
    width : float
        In points.

    Raises
    ------
    TypeError, ValueError
        For a colour, dash or marker that the page cannot draw, or a width that is not positive.
    """

    color: str
    dash: str = "solid"
    marker: str = "o"
    width: float = 2.0

    def __post_init__(self) -> None:
        if not (isinstance(self.color, str) and re.fullmatch(r"#[0-9A-Fa-f]{6}", self.color)):
            raise ValueError(
                f"the color of a Style must be written as '#rrggbb'; given {describe(self.color)}."
            )
        check_choice("the dash of a Style", self.dash, DASHES)
        check_choice("the marker of a Style", self.marker, MARKERS)
        check_number("the width of a Style", self.width, POSITIVE)


BLUE, ORANGE, GREEN, PURPLE = "#024cbc", "#9e3a00", "#009b7f", "#6d006a"
RED, SKY, ORCHID, VIOLET = "#f4500f", "#2499cc", "#c663f7", "#8f79ba"
BLACK, BROWN, LEAF, WINE = "#2b2f33", "#7d6a00", "#649900", "#a4003f"

# Colour on a light page -> colour on a dark one.
ON_DARK = {
    BLUE: "#5a9bff", ORANGE: "#ffaa10", GREEN: "#9cf0ae", PURPLE: "#c47ab4",
    RED: "#ff5a1f", SKY: "#25d7f7", ORCHID: "#885be3", VIOLET: "#a65371",
    BLACK: "#b9c1ca", BROWN: "#cdb600", LEAF: "#d9f23a", WINE: "#ff8fa8",
}  # fmt: skip

# In this order for things that have no style of their own.
STYLES = (
    Style(BLUE, "solid", "o"),
    Style(ORANGE, "dashed", "s"),
    Style(GREEN, "dashdot", "^"),
    Style(PURPLE, "dotted", "D"),
    Style(VIOLET, "solid", "v"),
    Style(ORCHID, "dashed", "X"),
    Style(SKY, "dashdot", "o"),
    Style(RED, "dotted", "s"),
    Style(BLACK, "solid", "^"),
)

# Of an entry that says nothing about its look, and of a reader's own function.
PLAIN = Style(VIOLET, "dotted", "P")
