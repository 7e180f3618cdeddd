"""How lines differ, and the look of a rule on every dashboard."""

from mlpteach.basics.style import (  # noqa: F401  for all views
    BLUE,
    GREEN,
    GREY,
    OLIVE,
    ORANGE,
    PINK,
    PLAIN,
    RED,
    SKY,
    STYLES,
    VIOLET,
    Style,
)
from mlpteach.rules import RULES


def rule_style(id, form):
    """Return the style of a rule, the same on every dashboard: two forms differ by their dashes.

    Examples
    --------
    >>> rule_style("adam", "lecture").dash, rule_style("adam", "paper").dash
    ('solid', 'dashed')
    """
    if id not in RULES:
        return PLAIN
    forms = RULES[id].forms
    return forms[form].style if form in forms else RULES[id].style
