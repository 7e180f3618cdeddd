"""Pages of the formgrader and of the feedback: what a text may become there."""

import re

import nbformat
import pytest
from course import answered
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from mlpteach.grading.notebooks.written import STUDENTS
from mlpteach.grading.pages.markdown import markdown_to_html, safe_html
from mlpteach.grading.settings import configure

PNG = {"picture1": {"image/png": "iVBORw0KGgo="}}


def formgrader_page(text, students=True, attachments=None, **about):
    """Return what the formgrader writes of a cell, as nbgrader makes its exporter."""
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    cell = new_markdown_cell(text, metadata={STUDENTS: students, "nbgrader": about})
    cell.attachments = attachments or {}
    names = ["student", "assignment", "notebook", "submission", "first", "last", "index", "total"]
    resources = dict.fromkeys([*names, "base_url", "mathjax_url", "my_path"], "x")
    body, _ = HTMLExporter(config=config).from_notebook_node(
        new_notebook(cells=[cell]),
        resources=resources | {"index": 0, "total": 1, "metadata": {"name": "a"}},
    )
    return re.search(r'<div class="text_cell_render.*?</div>\s*</div>', body, re.S)[0]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><a href=javascript:alert(1)></svg>",
        "<form action=/logout><button>x</button></form>",
        "<iframe src=//host></iframe>",
        "<style>@import url(//host)</style>",
        "<p style='background:url(//host)' onclick=alert(1)>x</p>",
        "<base href=//host><meta http-equiv=refresh content=0;url=/logout>",
        "[x](javascript:alert(1))",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    ],
)
@pytest.mark.parametrize("students", [True, False])
def test_nothing_acts_on_who_reads(text, students):
    shown = formgrader_page(text, students)
    assert not re.search(r"<(script|svg|form|button|iframe|style|base|meta|math)\b", shown)
    assert not re.search(r"<[^<>]*\b(on\w+|style|href=.javascript)", shown)


@pytest.mark.parametrize(
    "text",
    [
        "![](/logout)", "![](http://host/p.png)", "[a](//host)", "<a href=/logout>x</a>",
        "<img src=data:image/svg+xml;base64,PHN2Zz4=>", "[a][b]\n\n[b]: http://host",
    ],
)  # fmt: skip
def test_a_student_s_text_leads_nowhere(text):
    assert not re.search(r"<[^<>]*\b(href|src)=", formgrader_page(text))


def test_what_students_write_is_laid_out():
    text = (
        "# Why\n\n![z](attachment:picture1) *a* **b** `c`\n\n| x | y |\n|---|---|\n| 1 | $a < b$ |"
    )
    shown = formgrader_page(text + "\n\n```python\nreturn 1\n```", attachments=PNG)
    for part in (
        "<h1",
        "<em>a",
        "<strong>b",
        "<code>c",
        "<td>1",
        "<mi>a</mi><mo>&lt;</mo>",
        'class="k"',
    ):
        assert part in shown
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in shown


def test_an_instructor_s_links_and_pictures_stay():
    shown = formgrader_page("[a](https://b.org/c) ![d](plot.png)", students=False)
    assert 'href="https://b.org/c"' in shown
    assert 'src="plot.png"' in shown


@pytest.mark.parametrize(("text", "links"), [("[x](https://b.org)", 1), ("[own](//host)", 0)])
def test_a_comment_keeps_its_link_beside_a_student_s_text(text, links):
    cell = {"metadata": {STUDENTS: True}, "source": "[own](//host)"}
    assert markdown_to_html({"cell": cell}, text).count("href") == links


def test_a_student_s_text_does_not_look_like_a_part_of_the_page():
    assert safe_html('<div class="navbar">x</div>', students=True) == "<div>x</div>"
    assert "highlight" in safe_html('<div class="highlight">x</div>', students=True)


def test_the_feedback_page_is_held_to_it(course):
    course.hand_in("ann", answered(why="plain"))
    course.grade("ann")
    path = course.root / "autograded" / "ann" / "moments" / "moments.ipynb"
    graded = nbformat.read(path, 4)
    [why] = [cell for cell in graded.cells if cell.source == "plain"]
    assert why.metadata[STUDENTS] is True
    why.source = "<img src=//host onerror=alert(1)> [x](//host)"  # as if nothing had been defused
    path.chmod(0o644)
    nbformat.write(graded, path)
    page = course.feedback("ann")
    assert "<img src" not in page.partition("<body")[2]
    assert '//host"' not in page
