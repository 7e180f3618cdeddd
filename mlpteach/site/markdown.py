"""Markdown of the lectures as HTML, formulas as MathML, sections with addresses."""

import html
import re

import mistune
from mistune.plugins.math import BLOCK_MATH_PATTERN, parse_block_math
from mistune.plugins.table import render_table_cell

from mlpteach.basics.mathml import to_mathml


class _Renderer(mistune.HTMLRenderer):
    """HTML with MathML; what a lecturer writes as HTML stays as it is."""

    def __init__(self):
        super().__init__(escape=False)

    def heading(self, text, level, **attrs):
        address = f' id="{slug(text)}"' if level == 2 else ""
        return f"<h{level}{address}>{text}</h{level}>\n"

    def inline_math(self, text):
        return _in_html(to_mathml(text))

    def block_math(self, text):
        inline = to_mathml(text.strip())
        block = _in_html(inline).replace("<math>", '<math display="block">', 1)
        return f'<span class="formula">{block}</span>\n'

    def block_code(self, code, info=None):
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def table(self, text):
        place = 'class="wide" tabindex="0" role="group" aria-label="table"'
        return f"<div {place}><table>{text}</table></div>\n"

    def table_cell(self, text, align=None, head=False):
        return render_table_cell(self, _named_formula(text) if head else text, align, head)


def _named_formula(text):
    """Name a formula that is all of a table's head, for those who do not read MathML."""
    letters = re.sub(r"<[^>]*>", "", text)
    return re.sub(r"^<math>(.*</math>)$", rf'<math aria-label="{letters}">\1', text)


def _in_html(mathml):
    """Leave out what HTML takes for granted."""
    return mathml.replace(f' xmlns="{_NAMESPACE}"', "").replace(' display="inline"', "")


_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
# As in a notebook a formula in a line of text may go on in the next.
_IN_A_LINE = (
    r"\$\$(?P<block>(?:[^$\\]|\\[\s\S])+?)\$\$"
    r"|\$(?![\s$])(?P<inline>(?:[^$\\]|\\[\s\S])+?)(?<!\s)\$(?!\d)"
)


def _formulas(markdown):
    """Read formulas between dollars."""
    markdown.block.register("block_math", BLOCK_MATH_PATTERN, parse_block_math, before="list")
    markdown.inline.register("formula", _IN_A_LINE, _parse_formula, before="codespan")


def _parse_formula(inline, match, state):
    kind = "inline" if match["inline"] else "block"
    state.append_token({"type": f"{kind}_math", "raw": match[kind]})
    return match.end()


_to_html = mistune.create_markdown(
    renderer=_Renderer(), plugins=[_formulas, "table", "strikethrough"]
)


def markdown_to_html(text: str) -> str:
    """Return Markdown as HTML.

    Examples
    --------
    >>> print(markdown_to_html("## The *step*"), end="")
    <h2 id="the-step">The <em>step</em></h2>
    """
    return _keep_together(str(_to_html(text)))


def _keep_together(text):
    """Let no line start with the sign behind a formula."""
    formula = r"(<math>(?:(?!</math>).)*</math>[.,;:?!)]+)"
    return re.sub(formula, r'<span class="together">\1</span>', text)


def slug(text: str) -> str:
    """Return a heading's address within its page.

    Examples
    --------
    >>> slug("Demo 07: one <em>problem</em>")
    'demo-07-one-problem'
    """
    words = re.sub(r"<[^>]*>|&\w+;", "", text).lower()
    return re.sub(r"\W+", "-", words).strip("-") or "section"


def title_of(text: str) -> str:
    """Return the first heading of a Markdown text, without its mark; "" where there is none."""
    found = re.search(r"^#+ +(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def headings(text: str) -> list[str]:
    """Return the headings of the second level."""
    return re.findall(r"^## +(.+)$", text, re.MULTILINE)
