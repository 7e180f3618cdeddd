"""Texts with mathematics between dollars, for the page."""

import html
from functools import lru_cache

from latex2mathml.converter import convert


@lru_cache(maxsize=1024)
def to_html(text):
    """Return `text` as HTML; what stands between dollars becomes MathML.

    Raises
    ------
    ValueError
        For what is no formula.

    Examples
    --------
    >>> to_html("a < b")
    'a &lt; b'
    >>> "<msup><mi>V</mi>" in to_html("sensitivity $V^{(2)}$")
    True
    """
    parts = text.split("$")
    if len(parts) % 2 == 0:  # a dollar alone is a dollar
        return html.escape(text)
    return "".join(
        _mathml(part, text) if i % 2 else html.escape(part) for i, part in enumerate(parts) if part
    )


def _mathml(formula, text):
    try:
        return convert(formula)
    except Exception as error:
        reason = type(error).__name__
        raise ValueError(f"{text!r} holds no formula in ${formula}$: {reason}.") from error
