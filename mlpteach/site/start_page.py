"""The page that a reader meets first."""

from mlpteach.site.executed import Lecture
from mlpteach.site.jupyterlite import notebook_address
from mlpteach.site.lecture_page import lecture_title
from mlpteach.site.markdown import markdown_to_html
from mlpteach.site.problem_sets import ProblemSet, download_address
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
    "still, code cannot be changed, and there are no notebooks to run here. "
    "<code>mlpteach site OUT --pyodide DIR</code> makes pages that wake, and notebooks that run."
)
_TO_RUN = (
    "Each opens as a notebook that runs in your browser, with the hints of its checks. What you "
    "write is kept there; when you are done, save it, choose <em>Download</em> in the menu "
    "<em>File</em>, and hand that file in. <strong>Download it after each sitting:</strong> "
    "browsers forget what is kept when their data are cleared."
)
_TO_DOWNLOAD = (
    "Download one, and open it in JupyterLab, where mlpteach is installed: its checks give their "
    "hints there."
)


def start_page(
    lectures: list[Lecture], sets: list[ProblemSet], style: str, links: list[Link], wakes: bool
) -> str:
    """Return the start page.

    Parameters
    ----------
    lectures : list of Lecture
    sets : list of ProblemSet
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
        f'<ol class="lectures">\n{entries}\n</ol>\n{_problem_sets(sets, wakes)}'
    )
    return write_page("Neural networks: how they learn", body, style, links)


def _problem_sets(sets, wakes):
    """Return the section of the problem sets; "" where there are none."""
    if not sets:
        return ""
    items = "\n".join(_problem_set(one, wakes) for one in sets)
    said = _TO_RUN if wakes else _TO_DOWNLOAD
    heading = '<h2 id="problem-sets">Problem sets</h2>'
    return f'<section class="words">\n{heading}\n<p>{said}</p>\n<ul>\n{items}\n</ul>\n</section>'


def _problem_set(one, wakes):
    address = download_address(one.name)
    if not wakes:
        return f"<li>{Link(address, one.title, file=True).html()}</li>"
    notebook = Link(notebook_address(one.name), one.title)
    return f"<li>{notebook.html()} ({Link(address, 'the file', file=True).html()})</li>"


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
