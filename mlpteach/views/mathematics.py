"""Texts with mathematics between dollars, for the page."""

import html
from functools import lru_cache

from mlpteach.basics.mathml import to_mathml


@lru_cache(maxsize=1024)
def to_html(text: str) -> str:
    """Return `text` as HTML; what stands between dollars becomes MathML.

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
        _formula(part) if i % 2 else html.escape(part) for i, part in enumerate(parts) if part
    )


def _formula(latex):
    try:
        return to_mathml(latex)
    except ValueError:  # a reader's own text, whose dollars are no mathematics
        return html.escape(f"${latex}$")
