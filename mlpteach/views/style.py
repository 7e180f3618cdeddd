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
GREY = "#8a8a8a"

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

# Colour, marker, and the dashes of the slide's form and of the published one.
_RULES = {
    "gd": (GREY, "o", "solid", "solid"),
    "momentum": (BLUE, "s", "dashed", "dotted"),
    "nesterov": (ORANGE, "^", "dashdot", "dotted"),
    "adagrad": (GREEN, "D", "dotted", "dashed"),
    "rmsprop": (PINK, "v", "dashdot", "dashed"),
    "adadelta": (OLIVE, "X", "dotted", "dashdot"),
    "adam": (RED, "o", "solid", "dashed"),
    "nadam": (VIOLET, "s", "dashed", "dotted"),
    "amsgrad": (SKY, "^", "dashdot", "dashdot"),
    "lbfgs": ("#b5651d", "D", "dashed", "dashed"),
}


def rule_style(id, form):
    """Return the style of a rule, the same on every dashboard: two forms differ by their dashes.

    Examples
    --------
    >>> rule_style("adam", "lecture").dash, rule_style("adam", "paper").dash
    ('solid', 'dashed')
    """
    color, marker, lecture, paper = _RULES.get(id, (VIOLET, "X", "dotted", "dotted"))
    return Style(color, paper if form == "paper" else lecture, marker)
