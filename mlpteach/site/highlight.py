"""Code as HTML, marked only where the style sheet has a colour: else a page weighs 14 kB more."""

from pygments import highlight
from pygments.filter import simplefilter
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES, Text

# The classes under "Code" in site.css, by pygments' short names.
COLOURED = frozenset(("k", "kn", "kc", "ow", "s1", "s2", "sa", "sd", "mi", "mf", "c1", "nf", "nc"))


@simplefilter
def _only_coloured(self, lexer, stream, options):
    for kind, text in stream:
        yield (kind if STANDARD_TYPES.get(kind) in COLOURED else Text), text


_LEXER = PythonLexer(stripnl=False)
_LEXER.add_filter(_only_coloured())
_FORMAT = HtmlFormatter(nowrap=True)


def python_to_html(source: str) -> str:
    """Return Python code as HTML.

    Examples
    --------
    >>> python_to_html("for i in (1, n):")
    '<span class="k">for</span> i <span class="ow">in</span> (<span class="mi">1</span>, n):'
    """
    return str(highlight(source, _LEXER, _FORMAT)).rstrip("\n")
