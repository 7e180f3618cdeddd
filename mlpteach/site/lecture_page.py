"""A lecture as a page to read, whose dashboards play and whose questions can be answered."""

import gzip
import html
import json
from typing import Any

from mlpteach.site.executed import Lecture
from mlpteach.site.highlight import python_to_html
from mlpteach.site.markdown import headings, markdown_to_html, slug, title_of
from mlpteach.site.template import Link, write_page

_NO_SCRIPT = """<noscript>
Dashboards and questions need JavaScript, which is switched off here.
</noscript>"""
_ASLEEP = (
    '<p class="note">Dashboards, their numbered steps and clicked answers work on this page as it '
    "is. Other controls and the code need Python, which these pages were made without.</p>"
)
_FROM_A_FILE = """<script>
if (location.protocol === "file:") document.querySelector(".tell").textContent =
  "Opened as a file the page can only be read: browsers play it from a web server, " +
  "such as `python3 -m http.server` in this folder.";
</script>"""


def lecture_title(lecture: Lecture) -> str:
    """Return the first heading of a lecture."""
    texts = (one.cell.source for one in lecture.cells if not one.cell.code)
    return next(filter(None, map(title_of, texts)), lecture.name)


def lecture_page(
    lecture: Lecture, assets: dict[str, str], links: list[Link], python: dict[str, Any] | None
) -> str:
    """Return the page of a lecture.

    Parameters
    ----------
    lecture : Lecture
    assets : dict of str to str
        Addresses of "style" and "worker", of the code: "start", "site", "player" and "question",
        and of the lecture's "questions".
    links : list of Link
    python : dict, optional
        What the page's worker loads; without it nothing wakes.
    """
    note = [] if python else [_ASLEEP]
    body = "\n".join([_contents(lecture), *note, *map(_cell, lecture.cells)])
    data = {
        "cells": [_cell_data(one) for one in lecture.cells if one.cell.code],
        "code": {part: assets[part] for part in ("site", "player", "question")},
        "questions": assets["questions"],
        "python": python,
        "worker": assets["worker"],
    }
    script = (
        f'<p class="tell" role="status"></p>\n{_NO_SCRIPT}\n{_FROM_A_FILE}\n'
        f'<script type="application/json" id="lecture">{_json(data)}</script>\n'
        f'<script type="module" src="{assets["start"]}"></script>\n'
    )
    return write_page(lecture_title(lecture), body, assets["style"], links, script)


def questions_file(lecture: Lecture) -> bytes:
    """Return the lecture's questions, cell -> state with its verdicts, for the page to unpack."""
    found = {one.cell.id: one.question for one in lecture.cells if one.question}
    return gzip.compress(json.dumps(found, sort_keys=True).encode(), 9, mtime=0)


def _json(data):
    return json.dumps(data, sort_keys=True).replace("<", "\\u003c")


def _contents(lecture):
    """Return links to the sections."""
    texts = [one.cell.source for one in lecture.cells if not one.cell.code]
    found = [heading for text in texts for heading in headings(text)]
    items = "".join(f'<li><a href="#{slug(one)}">{html.escape(one)}</a></li>' for one in found)
    return f'<nav class="contents" aria-label="sections"><ul>{items}</ul></nav>'


def _cell(shown):
    cell = shown.cell
    if not cell.code:
        text = markdown_to_html(cell.source)
        return f'<section class="words" id="{html.escape(cell.id)}">\n{text}</section>'
    kind = "question" if shown.question else "dashboard" if shown.dashboard else "plain"
    return (
        f'<section class="cell {kind}" id="{html.escape(cell.id)}">\n{_source(cell)}'
        f'<div class="output">{_output(shown)}</div>\n</section>'
    )


def _source(cell):
    code = python_to_html(cell.source)
    return f'<div class="source"><pre><code>{code}</code></pre></div>\n'


def _output(shown):
    text = f'<pre class="text">{html.escape(shown.text)}</pre>' if shown.text else ""
    if shown.dashboard:
        return f'{text}<div class="stand-in" data-dashboard>{html.escape(shown.title)} …</div>'
    if shown.question:
        question = shown.question["shown"]
        return f'{text}<div class="stand-in" data-question>{question["text"]}</div>'
    return text


def _cell_data(shown):
    """Return what the page's code has to know of a cell; its source stands on the page."""
    data = {"id": shown.cell.id}
    if not shown.dashboard:
        return data
    first, rest, *steps = map(_address, _names(shown.dashboard))
    return {**data, "dashboard": first, "rest": rest, "steps": steps}


def _names(dashboard):
    return [dashboard["first"], dashboard["rest"], *dashboard["steps"]]


def _address(name):
    return name and f"dashboards/{name}"
