"""How questions are written: text, ``$LaTeX$``, `` `code` ``, ``*stress*``, ``[[number]]``."""

import html
import re
from functools import lru_cache
from xml.etree import ElementTree

from mlpteach.basics.mathml import mathml_tree, to_mathml
from mlpteach.quiz.text.formula_in_unicode import formula_in_unicode
from mlpteach.quiz.text.formula_in_words import formula_in_words
from mlpteach.quiz.text.write_number import write_number

_SLOT = re.compile(r"\[\[(\w+)\]\]")
_CODE = re.compile(r"`([^`]+)`")
_EMPHASIS = re.compile(r"\*(\w[^*]*)\*")


def slots(text):
    """Return the names of the numbers that a text shows."""
    return _SLOT.findall(text)


def fill(text, numbers):
    """Put the numbers of a run into a text.

    Examples
    --------
    >>> fill("at update [[k]] it is [[g]]", {"k": 7, "g": 0.000123456})
    'at update 7 it is 1.2346·10⁻⁴'
    """
    return _SLOT.sub(lambda found: write_number(numbers[found[1]]), text)


def to_html(text):
    """Return a text as HTML, its formulas as MathML with a name in words.

    Examples
    --------
    >>> to_html("`A3` < 1")
    '<code>A3</code> &lt; 1'
    """
    return _converted(text, _named_mathml)


def to_mathml_html(text):
    """Return a text as HTML, its formulas as plain MathML, for other systems."""
    return _converted(text, to_mathml)


def to_mathjax_html(text):
    r"""Return a text as HTML, its formulas between ``\\(`` and ``\\)``.

    Examples
    --------
    >>> print(to_mathjax_html("$a < b$"))
    \(a &lt; b\)
    """
    return _converted(text, lambda latex: rf"\({html.escape(latex, quote=False)}\)")


def to_dollar_html(text):
    """Return a text as HTML, its formulas between dollars.

    Examples
    --------
    >>> to_dollar_html("*now* $a < b$")
    '<em>now</em> $a &lt; b$'
    """
    return _converted(text, lambda latex: f"${html.escape(latex, quote=False)}$")


@lru_cache(maxsize=2048)
def _named_mathml(latex):
    tree = mathml_tree(latex)
    tree.set("aria-label", formula_in_words(tree))
    for element in tree.iter("mi"):
        if element.text == "ln":  # a logarithm stands apart from its argument
            element.tag, element.attrib = "mo", {"lspace": ".17em", "rspace": ".17em"}
    return ElementTree.tostring(tree, encoding="unicode")


def _converted(text, mathematics, words=None):
    words = words or _words
    parts = text.strip().split("$")
    if len(parts) % 2 == 0:  # a dollar alone is a dollar
        parts = [text]
    return "".join(mathematics(part) if i % 2 else words(part) for i, part in enumerate(parts))


def _words(part):
    parts = _CODE.split(html.escape(part, quote=False))
    return "".join(
        f"<code>{part}</code>" if i % 2 else _EMPHASIS.sub(r"<em>\1</em>", part)
        for i, part in enumerate(parts)
    )


def to_words(text):
    """Return a text without markup, its formulas in Unicode, for places that show plain text.

    Examples
    --------
    >>> to_words(r"*Now* $\\beta_1$ is `0`.")
    'Now β₁ is 0.'
    """

    def words(part):
        return _EMPHASIS.sub(r"\1", part).replace("`", "")

    return " ".join(_converted(text, formula_in_unicode, words).split())
