r"""How questions are written, and what is made of it for the page and for other systems.

Plain text with ``$LaTeX$``, `` `code` ``, ``*stress*`` and ``[[number]]``. An empty line starts a
new line, lines ``| a | b |`` are a table, code that starts with a line break is a block. ``\$``,
and ``\|`` in a table, are the signs themselves, as is a dollar without a partner.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from xml.etree import ElementTree

from mlpteach.basics.mathml import mathml_tree, to_mathml
from mlpteach.quiz.text.formula_in_unicode import formula_in_unicode
from mlpteach.quiz.text.formula_in_words import formula_in_words
from mlpteach.quiz.text.write_number import write_number

_SLOT = re.compile(r"\[\[(\w+)\]\]")
# Code holds dollars; a formula holds no code, and no space at its ends.
_PIECE = re.compile(r"`(?P<code>[^`]+)`|\\(?P<sign>[$|])|\$(?P<formula>(?!\s)[^$`]+)(?<!\s)\$")
_STRESS = re.compile(r"\*([^\s*][^*]*)\*")
_TABLE = re.compile(r"(?:^[ \t]*\|.*\|[ \t]*(?:\n|$))+", re.M)
_NEW_LINE = re.compile(r"[ \t]*\n[ \t]*\n\s*")
_HELD = re.compile("[\ue000-\uf8ff]")  # of Unicode's private use


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


def formulas(text):
    """Return the formulas of a text.

    Examples
    --------
    >>> formulas("$x$ costs 5 $ and $y$, not `$z`")
    ['x', 'y']
    """
    return [found["formula"] for found in _PIECE.finditer(text) if found["formula"]]


def lonely_dollar(text):
    r"""Whether a text has a dollar that starts no formula, outside of code and without a backslash.

    Examples
    --------
    >>> lonely_dollar("$x"), lonely_dollar(r"\\$5"), lonely_dollar("`df$x`")
    (True, False, False)
    """
    return "$" in _PIECE.sub("", text)


@dataclass(frozen=True)
class _Target:
    """How the parts of a text are written in a format."""

    formula: Callable
    words: Callable
    code: Callable
    sign: Callable
    stress: str
    new_line: str
    table: Callable


def _written(text, target):
    """Write a text in a format; what is no words waits as single letters in the meantime."""
    held = []

    def hold(found):
        if found["code"] is not None:
            held.append(target.code(found["code"]))
        elif found["sign"] is not None:
            held.append(target.sign(found["sign"]))
        else:
            held.append(target.formula(found["formula"]))
        return chr(0xE000 + len(held) - 1)

    plain = _PIECE.sub(hold, _HELD.sub("\N{REPLACEMENT CHARACTER}", text.strip()))
    plain = _STRESS.sub(target.stress, target.words(plain))
    plain = _TABLE.sub(lambda found: target.table(_cells(found[0])), plain)
    plain = _NEW_LINE.sub(target.new_line, plain)
    return _HELD.sub(lambda letter: held[ord(letter[0]) - 0xE000], plain)


def _cells(lines):
    """Return the cells of a table's rows."""
    rows = [line.strip().strip("|").split("|") for line in lines.strip().splitlines()]
    return [[cell.strip() for cell in row] for row in rows]


# -- HTML


def to_html(text):
    """Return a text as HTML, its formulas as MathML with a name in words.

    Examples
    --------
    >>> to_html("`A3` < 1")
    '<code>A3</code> &lt; 1'
    """
    return _written(text, _PAGE)


def to_mathml_html(text):
    """Return a text as HTML, its formulas as plain MathML, for other systems."""
    return _written(text, _MATHML)


def to_mathjax_html(text):
    r"""Return a text as HTML, its formulas between ``\\(`` and ``\\)``.

    Examples
    --------
    >>> print(to_mathjax_html("$a < b$"))
    \(a &lt; b\)
    """
    return _written(text, _MATHJAX)


def to_dollar_html(text):
    r"""Return a text as HTML, its formulas between dollars, for jupyterquiz.

    Examples
    --------
    >>> print(to_dollar_html(r"*now* $a < b$ for \$5 or `$x`"))
    <em>now</em> $a &lt; b$ for \$5 or <code>&#36;x</code>
    """
    return _written(text, _DOLLARS)


def _escaped(text):
    return html.escape(text, quote=False)


def _code(code):
    if code.startswith("\n"):
        return f"<pre><code>{_escaped(code.strip(chr(10)))}</code></pre>"
    return f"<code>{_escaped(code)}</code>"


def _table(rows):
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table>"


def _or_as_typed(formula, words):
    """Return a writer of formulas that takes for words what is none."""

    def write(latex):
        try:
            return formula(latex)
        except ValueError:  # a student's own text, in a message
            return words(f"${latex}$")

    return write


@lru_cache(maxsize=2048)
def _named_mathml(latex):
    tree = mathml_tree(latex)
    tree.set("aria-label", formula_in_words(tree))
    for element in tree.iter("mi"):
        if element.text == "ln":  # a logarithm stands apart from its argument
            element.tag, element.attrib = "mo", {"lspace": ".17em", "rspace": ".17em"}
    return ElementTree.tostring(tree, encoding="unicode")


_html = partial(
    _Target, words=_escaped, code=_code, sign=str, stress=r"<em>\1</em>", new_line="<br/>",
    table=_table,
)  # fmt: skip
_PAGE = _html(_or_as_typed(_named_mathml, _escaped))
_MATHML = _html(_or_as_typed(to_mathml, _escaped))
_MATHJAX = _html(lambda latex: rf"\({_escaped(latex)}\)")
# jupyterquiz takes any two dollars for a formula's, in code too.
_DOLLARS = _html(
    lambda latex: f"${_escaped(latex)}$",
    words=lambda text: _escaped(text).replace("$", r"\$"),
    code=lambda code: _code(code).replace("$", "&#36;"),
    sign=lambda sign: {"$": r"\$"}.get(sign, sign),
)


# -- plain text


def to_words(text):
    """Return a text without markup, its formulas in Unicode, for places that show plain text.

    Examples
    --------
    >>> to_words(r"*Now* $\\beta_1$ is `0`.")
    'Now β₁ is 0.'
    >>> to_words("| a | b |\\n| 1 | 2 |")
    'a | b; 1 | 2'
    """
    return " ".join(_written(text, _WORDS).split())


_WORDS = _Target(
    formula=_or_as_typed(formula_in_unicode, str), words=str, code=str, sign=str, stress=r"\1",
    new_line=" ", table=lambda rows: "; ".join(" | ".join(row) for row in rows) + "\n",
)  # fmt: skip
