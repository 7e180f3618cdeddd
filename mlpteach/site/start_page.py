"""The page that a reader meets first."""

from mlpteach.site.executed import Lecture
from mlpteach.site.lecture_page import lecture_title
from mlpteach.site.markdown import markdown_to_html
from mlpteach.site.template import Link, write_page

_WAKES = (
    "Everything plays at once. The first time that you move a control, run code or type an "
    "answer, the page wakes up a Python of its own (12 MB at the first time, kept by your "
    "browser); from then on all of it is live. Nothing is installed, and nothing leaves your "
    "computer."
)
_SLEEPS = (
    "Everything plays at once, numbered steps too, and clicked answers and numbers are judged. "
    "These pages do not wake: they were made without a Python for the browser, so sliders stand "
    "still and code cannot be changed. <code>mlpteach site OUT --pyodide DIR</code> makes pages "
    "that wake."
)


def start_page(lectures: list[Lecture], style: str, links: list[Link], wakes: bool) -> str:
    """Return the start page.

    Parameters
    ----------
    lectures : list of Lecture
    style : str
        Address of the style sheet.
    links : list of Link
    wakes : bool
        Whether the pages wake Python up.
    """
    entries = "\n".join(_entry(number, one) for number, one in enumerate(lectures, 1))
    body = (
        "<h1>Neural networks: how they learn</h1>\n"
        "<p>Optimizers line by line, forwards and backwards, beside the slides' formulas.</p>\n"
        f'<p class="note" data-wakes="{str(wakes).lower()}">{_WAKES if wakes else _SLEEPS}</p>\n'
        f'<ol class="lectures">\n{entries}\n</ol>'
    )
    return write_page("Neural networks: how they learn", body, style, links)


def _entry(number, lecture):
    """Return a lecture's place in the list: its title, and the words that it starts with."""
    first = next(one.cell.source for one in lecture.cells if not one.cell.code)
    words = first.partition("\n")[2]
    link = Link(f"{lecture.name}.html", f"{number}. {lecture_title(lecture)}")
    return f"<li><h2>{link.html()}</h2>\n{markdown_to_html(words)}{_dashboards(lecture)}</li>"


def _dashboards(lecture):
    """Return links to a lecture's dashboards; of those with the same title, to the first."""
    first: dict[str, str] = {}
    for one in lecture.cells:
        if one.title:
            first.setdefault(one.title, one.cell.id)
    links = [Link(f"{lecture.name}.html#{id}", title).html() for title, id in first.items()]
    return f'<p class="shown">{" ".join(links)}</p>' if links else ""
