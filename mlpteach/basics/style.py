"""How lines differ: by colour, dashes and marker at once, so that no reader depends on one of them.

The colours are of middle lightness, seen on a light and a dark page, and stay apart for
colour-blind readers (after Okabe & Ito 2008).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """The look of one line and its marker.

    Attributes
    ----------
    color : str
        As "#rrggbb".
    dash : {"solid", "dashed", "dotted", "dashdot"}
    marker : {"o", "s", "^", "D", "v", "X", ""}
        As in matplotlib; "" for none.
    width : float
        In points.
    """

    color: str
    dash: str = "solid"
    marker: str = "o"
    width: float = 2.0


BLUE, ORANGE, GREEN, PINK = "#2b8cd0", "#e08214", "#1b9e77", "#d0609f"
RED, SKY, OLIVE, VIOLET = "#d9480f", "#4fb3d9", "#a08c1f", "#8470d8"
GREY, BROWN, LEAF, WINE = "#8a8a8a", "#b5651d", "#5f9e2f", "#b04a6a"

# In this order for things that have no style of their own.
STYLES = (
    Style(BLUE, "solid", "o"),
    Style(ORANGE, "dashed", "s"),
    Style(GREEN, "dashdot", "^"),
    Style(PINK, "dotted", "D"),
    Style(VIOLET, "solid", "v"),
    Style(OLIVE, "dashed", "X"),
    Style(SKY, "dashdot", "o"),
    Style(RED, "dotted", "s"),
    Style(GREY, "solid", "^"),
)

# Of an entry that says nothing about its look, and of a reader's own function.
PLAIN = Style(VIOLET, "dotted", "X")
