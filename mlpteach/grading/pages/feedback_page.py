"""The page that a student gets back: its rows have names."""

import functools
import html
import re

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook, MissingEntry
from traitlets import Bool, default

from mlpteach.grading.gradebook.group_shared import share_with_group
from mlpteach.grading.gradebook.read_marks import read_marks

MARKS = "mlpteach_marks"  # in the resources: NotebookMarks, where they were read before
ROWS = "mlpteach_rows"  # in the resources: grade id -> title, and whether a person has to mark it

# Formulas in the fonts of the site's pages; nbgrader's page sets columns of a table without a gap.
_STYLE = """<style>
math { font-family: "STIX Two Math", "Cambria Math", "STIX Math", "Latin Modern Math", math; }
mtd[columnalign="right"] { text-align: right; }
mtd[columnalign="left"] { text-align: left; }
.rendered_html td, .rendered_html th { padding: 2px 12px 2px 0; }
</style>
"""
_ROW = re.compile(
    r'<li><a href="#([^"]*)">(?!Comment)[^<]*</a> \(Score: ([\d.]+) / ([\d.]+)\)</li>'
)
# The bar above a marked cell, from its name to its points.
_BAR = re.compile(
    r'(<a name="([^"]*)"></a><div class="panel-heading">(?:(?!</div>).){0,400}?'
    r'<span class="pull-right">\s*)Score: ([\d.]+) / ([\d.]+)',
    re.DOTALL,
)
_PICTURE = re.compile(r"""<img\b(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_NO_DESCRIPTION = "No description has been provided for this image"


class ShowMarks(Preprocessor):
    """Put marks and comments into a graded notebook, and note what each row is called.

    As nbgrader's GetGrades, which asks the gradebook once a cell.
    """

    enabled = Bool(True, help="Always: feedback without marks is none.")

    def preprocess(self, nb, resources):
        """Return the notebook with its marks; the rows stand in the resources."""
        marks = resources.get(MARKS) or _read_marks(resources["nbgrader"])
        names = resources["nbgrader"]
        names["score"], names["max_score"] = marks.points - marks.penalty, marks.most
        names["late_penalty"] = marks.penalty
        resources[ROWS] = {}
        for cell in nb.cells:
            data = cell.metadata.get("nbgrader", {})
            if data.get("solution") or data.get("task"):
                data["comment"] = marks.comment(data["grade_id"])
            if data.get("grade") or data.get("task"):
                mark = marks.cell(data["grade_id"])
                data["score"], data["points"] = mark.points, mark.most
                resources[ROWS][data["grade_id"]] = title_of(cell), mark.waits
        return nb, resources


def _read_marks(names):
    student, notebook = names["student"], names["notebook"]
    with Gradebook(names["db_url"]) as gradebook:
        found = read_marks(gradebook, names["assignment"], [student])
    if notebook not in found.get(student, {}):
        raise MissingEntry(f"the gradebook knows nothing of {student} / {notebook}")
    return found[student][notebook]


def title_of(cell):
    """Return what a marked cell is called: what its first comment says, else its grade id.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": "# 3 points: one update"}
    >>> title_of(cell | {"metadata": {"nbgrader": {"grade_id": "adam_one_update"}}})
    'adam one update: one update'
    """
    name = cell["metadata"]["nbgrader"]["grade_id"].replace("_", " ")
    said = re.match(r"#\s*[\d.]+ points?: *(.{1,80})", cell["source"])
    return f"{name}: {said[1].strip()}" if said and cell["cell_type"] == "code" else name


class FeedbackExporter(HTMLExporter):
    """nbgrader's feedback, but its rows have names; made for page after page of one assignment.

    nbconvert reads each page of HTML again to describe pictures, which takes half of its time, and
    colours the instructor's cells anew for each student.
    """

    @default("optimistic_validation")
    def _validate_once(self):
        return True

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        coursedir = getattr(self.parent, "coursedir", None)
        if coursedir is not None:
            share_with_group(coursedir)

    def from_notebook_node(self, nb, resources=None, **more):
        """Convert, and name the rows of the list on top."""
        if self.sanitize_html:
            page, resources = self._convert(nb, resources, **more)
        else:  # elements that students left open are closed by reading them
            page, resources = super().from_notebook_node(nb, resources, **more)
        return name_rows(with_style(page), resources.get(ROWS, {})), resources

    def _convert(self, nb, resources, **more):
        """Do as nbconvert's own, whose pages this one's are when both are read."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        resources = self._init_resources(resources)
        types = WidgetsDataTypeFilter(self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", types)
        if "highlight_code" not in self.filters:
            self.register_filter("highlight_code", self._highlighter(lexer))
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **more)
        return describe_pictures(page), resources

    def _highlighter(self, lexer):
        if lexer not in self._highlighters:
            self._highlighters[lexer] = remembering(Highlight2HTML(lexer, parent=self))
        return self._highlighters[lexer]

    @functools.cached_property
    def _highlighters(self):
        return {}


def remembering(highlight):
    """Return a filter that colours code as `highlight` does, and the same code once."""

    @functools.lru_cache(500)
    def coloured(source, language, magics):
        return highlight(source, language, {"magics_language": magics} if magics else None)

    def highlight_code(source, language=None, metadata=None):
        return coloured(source, language, (metadata or {}).get("magics_language"))

    return highlight_code


def describe_pictures(page):
    """Return a page whose pictures all have a description, which readers aloud need.

    Examples
    --------
    >>> describe_pictures('<img src="a.png"> <img alt="a curve" src="b.png">')[:52]
    '<img src="a.png" alt="No description has been provid'
    """
    return _PICTURE.sub(_described, page)


def _described(found):
    element = found[0]
    if re.search(r"\salt\b", _QUOTED.sub("", element), re.IGNORECASE):
        return element
    end = "/>" if element.endswith("/>") else ">"
    return f'{element.removesuffix(end).rstrip()} alt="{_NO_DESCRIPTION}"{end}'


def with_style(page):
    """Return a page on which formulas and tables look as in a notebook."""
    return page.replace("</head>", f"{_STYLE}</head>", 1)


def name_rows(page, rows):
    """Return a page whose list of marked cells says which is which, and what waits.

    What waits for a person is no 0 above its cell either.

    Parameters
    ----------
    page : str
    rows : dict of str to (str, bool)
        Grade id -> title, and whether a person has yet to mark it.
    """

    def row(found):
        title, score = _title_and_score(rows, *found.groups())
        return f'<li><a href="#{found[1]}">{html.escape(title)}</a> ({score})</li>'

    def bar(found):
        return found[1] + _title_and_score(rows, *found.groups()[1:])[1]

    return _BAR.sub(bar, _ROW.sub(row, page))


def _title_and_score(rows, name, points, most):
    grade_id = html.unescape(name)
    title, waits = rows.get(grade_id, (grade_id, False))
    return title, f"to be marked by a person, of {most}" if waits else f"Score: {points} / {most}"
