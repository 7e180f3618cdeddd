"""Texts of other quizzes, which are HTML with formulas, as texts of the bank."""

import html
import re

from mlpteach.basics.mathml import to_mathml

PICTURES = ("img", "svg", "canvas", "video", "audio", "iframe", "object", "embed")
_CODE = ("code", "pre", "tt", "kbd", "samp")
_STRESS = ("b", "strong", "i", "em")
_LINES = ("p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote")
# What is no HTML: MathJax's formulas, but for code, which has none, and links in angle brackets.
_NO_HTML = re.compile(
    r"(?P<code><(?P<tag>code|pre|tt|kbd|samp)\b.*?</(?P=tag)\s*>)|<(?P<link>https?://[^<>\s]*)>"
    r"|(?P<dollar>\\\$)|(?<!\\)\$\$(?P<two>[^$]+)\$\$|(?<!\\)\$(?P<one>[^$]+)\$"
    r"|\\\[(?P<square>.+?)\\\]|\\\((?P<round>.+?)\\\)"
    r"|(?P<environment>\\begin\{(?P<name>\w+\*?)\}.*?\\end\{(?P=name)\})",
    re.S | re.I,
)
_LINK = re.compile(r"(?<!\])\[([^][]*)\]\((\S+?)\)")  # as Markdown has them
# Environments that the converter to MathML knows by another name.
_ALIGNED = re.compile(r"\\(begin|end)\{(?:align|aligned|split|eqnarray|gather|multline)\*?\}")
_HELD = re.compile("[\ue000-\uf8ff]")


class Picture(ValueError):
    """A text has a picture, which is not read."""


def from_html(text):
    r"""Return an HTML text as the bank writes it.

    Raises
    ------
    Picture

    Examples
    --------
    >>> print(from_html(r"<b>Is</b> <code>a*b</code> &lt; $$x_1$$ or 2*3? \(y\), 10<sup>-3</sup>"))
    *Is* `a*b` < $x_1$ or 2∗3? $y$, 10${}^{-3}$
    """
    return _Reader().read(text)


def as_code(text, block=False):
    """Return HTML's code as the bank writes it, in a block of its own if it has several lines."""
    text = text.strip("\n").replace("`", "'")
    if not text.strip():
        return ""
    return without_slots(f"`\n{text}`" if block or "\n" in text else f"`{text}`")


def without_slots(text):
    """Return a text in which the bank finds no [[name]] to put a number at.

    Examples
    --------
    >>> without_slots("a = [[1]]")
    'a = [ [1]]'
    """
    return re.sub(r"\[\[(?=\w+\]\])", "[ [", text)


class _Reader:
    """Reads one text; code and formulas wait as single letters until the words are written."""

    def __init__(self):
        self.held = []

    def read(self, text):
        from bs4 import BeautifulSoup

        text = _HELD.sub("\N{REPLACEMENT CHARACTER}", text)
        words = self._children(BeautifulSoup(_NO_HTML.sub(self._no_html, text), "html.parser"))
        words = re.sub(r" *\n *", "\n", re.sub(r"[ \t]+", " ", words))
        words = without_slots(re.sub(r"\n\n+", "\n\n", words).strip())
        return _HELD.sub(lambda letter: self.held[ord(letter[0]) - 0xE000], words)

    def _hold(self, written):
        self.held.append(written)
        return chr(0xE000 + len(self.held) - 1)

    def _no_html(self, found):
        if found["code"]:
            return found[0]
        if found["link"]:
            return html.escape(found["link"])
        return self._hold(r"\$" if found["dollar"] else _formula(found))

    def _children(self, node):
        return "".join(self._node(child) for child in node.children)

    def _node(self, node):
        name = node.name
        if name is None:
            return self._words(node)
        if name in PICTURES:
            raise Picture(f"it has a picture (<{name}>)")
        if name in _CODE:
            return self._hold(as_code(node.get_text(), block=name == "pre"))
        if name in ("sup", "sub"):
            return self._hold(_shifted(node.get_text().strip(), "^" if name == "sup" else "_"))
        if name == "table":
            return self._table(node)
        inside = self._children(node)
        if name in _STRESS:
            return _stressed(inside)
        if name == "a" and node.get("href", inside) != inside:
            return f"{inside} ({node['href']})"
        if name == "li":
            return f"\n\n• {inside.strip()}\n\n"
        return f"\n\n{inside}\n\n" if name in (*_LINES, "br") else inside

    def _words(self, node):
        if type(node).__name__ != "NavigableString":  # a comment, a script
            return ""
        text = _LINK.sub(r"\1 (\2)", re.sub(r"\s+", " ", node))
        # Elsewhere a star would mean a stress, a dollar a formula, a line a table.
        return text.replace("*", "∗").replace("$", r"\$").replace("|", r"\|")

    def _table(self, node):
        rows = []
        for row in node.find_all("tr"):
            cells = row.find_all(["td", "th"])
            texts = [" ".join(self._children(cell).split()) for cell in cells]
            heads = [cell.name == "th" for cell in cells]
            texts = [_stressed(t) if head else t for t, head in zip(texts, heads, strict=True)]
            rows.append(f"| {' | '.join(texts)} |")
        return "\n\n{}\n\n".format("\n".join(rows))


def _formula(found):
    """Return what MathJax shows as a formula."""
    names = ("two", "one", "square", "round", "environment")
    latex = html.unescape(next(found[name] for name in names if found[name]))
    latex = " ".join(_ALIGNED.sub(r"\\\1{align*}", latex).replace("&=&", "&=").split())
    try:
        to_mathml(latex)
    except ValueError:
        return html.unescape(found[0]).replace("$", r"\$")
    return f"${latex}$"


def _shifted(text, sign):
    """Return what stands raised or lowered as a formula without a base.

    Examples
    --------
    >>> _shifted("-3", "^"), _shifted("th", "^")
    ('${}^{-3}$', '${}^{\\\\text{th}}$')
    """
    if not text:
        return ""
    inside = text.replace("−", "-")
    if not re.fullmatch(r"[-+\d.,]+|[A-Za-z]", inside):
        words = re.sub(r"[^\w\s.,+*-]", "", text)
        inside = rf"\text{{{words}}}"
    return f"${{}}{sign}{{{inside}}}$"


def _stressed(text):
    """Return a text with stress, where that can be said: within a line, and not twice."""
    inside = text.strip()
    if not inside or "*" in inside or "\n" in inside:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}*{inside}*{after}"
