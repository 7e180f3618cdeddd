"""Markdown on the pages of the formgrader and of the feedback: an allow-list of what it may become.

nbgrader lays texts out as they are; whatever a text holds, only these elements and attributes get
onto a page. Of a student's text no link and no picture but a pasted one. Formulas are set here, so
that they are read without a network.
"""

import functools
import re

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from mlpteach.grading.notebooks.written import STUDENTS
from mlpteach.grading.pages.formulas import take_formulas

_ELEMENTS = frozenset({
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "b", "i", "u", "s", "del",
    "sub", "sup", "code", "pre", "kbd", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "thead", "tbody", "tr", "th", "td", "div", "span", "a", "img", "details", "summary",
})  # fmt: skip
_ATTRIBUTES = {
    "a": ["href", "title"],
    "img": ["src", "alt", "title", "width", "height"],
    "code": ["class"],
    "div": ["class"],
    "span": ["class"],
    "ol": ["start"],
    "th": ["align", "colspan", "rowspan"],
    "td": ["align", "colspan", "rowspan"],
}
_OF_A_PROGRAM = re.compile(r"highlight( hl-\w+)?|[a-z][a-z\d]?")  # as Pygments colours it
_PICTURES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif", "webp"))


@pass_context
def markdown_to_html(context, text):
    """Return a text as HTML, in place of nbconvert's filter of the name ``markdown2html``.

    Parameters
    ----------
    context : jinja2.runtime.Context
        Knows the cell that is being written.
    text : str
        The cell's own, or a comment on it, which is no student's.
    """
    cell = context.get("cell") or {}
    students = bool(cell.get("metadata", {}).get(STUDENTS) and text == cell.get("source"))
    attachments = cell.get("attachments")
    return _set(text, students, attachments) if attachments else _set_before(text, students)


def _set(text, students, attachments=None):
    renderer = IPythonRenderer(
        escape=False,
        attachments=attachments or {},
        anchor_link_text="",
        exclude_anchor_links=True,
    )
    words, formulas = take_formulas(text)
    page = safe_html(MarkdownWithMath(renderer=renderer).render(words), students)
    for place, formula in formulas.items():
        page = page.replace(place, formula)
    return page


_set_before = functools.lru_cache(300)(_set)  # an instructor's text stands on every page


def safe_html(html, students):
    """Return HTML without anything that acts on its reader's behalf.

    Parameters
    ----------
    html : str
    students : bool
        Whether a student wrote it: then nothing leads away from the page, either.

    Examples
    --------
    >>> safe_html('<b onclick="x()">5</b> <a href="/logout">here</a>', students=True)
    '<b>5</b> <a>here</a>'
    >>> safe_html('<a href="https://b.org">here</a>', students=False)
    '<a href="https://b.org">here</a>'
    """
    return bleach.clean(
        html,
        tags=_ELEMENTS,
        attributes=_students_attribute if students else _ATTRIBUTES,
        protocols={"http", "https", "mailto", "data"},
    )


def _students_attribute(element, name, value):
    if name == "src":
        return element == "img" and value.startswith(_PICTURES)
    if name == "class":
        return bool(_OF_A_PROGRAM.fullmatch(value))
    return name != "href" and name in _ATTRIBUTES.get(element, ())
