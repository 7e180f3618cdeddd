"""The page that a student gets back: its rows have names."""

import html
import re

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook
from traitlets import Bool

from mlpteach.grading.group_shared import share_with_group

ROWS = "mlpteach_rows"  # in the resources: grade id -> title, and whether a person has to mark it

_ROW = re.compile(
    r'<li><a href="#([^"]*)">(?!Comment)[^<]*</a> \(Score: ([\d.]+) / ([\d.]+)\)</li>'
)


class NameRows(Preprocessor):
    """Note what each marked cell is called, and whether a person has yet to mark it."""

    enabled = Bool(True, help="Always: a row without a name helps nobody.")

    def preprocess(self, nb, resources):
        """Return the notebook as it is; the rows stand in the resources."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            submission = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            waiting = {grade.name for grade in submission.grades if grade.needs_manual_grade}
        resources[ROWS] = {}
        for cell in nb.cells:
            data = cell.metadata.get("nbgrader", {})
            if data.get("grade") or data.get("task"):
                grade_id = data["grade_id"]
                resources[ROWS][grade_id] = title_of(cell), grade_id in waiting
        return nb, resources


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
    """nbgrader's feedback, but its rows have names."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        coursedir = getattr(self.parent, "coursedir", None)
        if coursedir is not None:
            share_with_group(coursedir)

    def from_notebook_node(self, nb, resources=None, **more):
        """Convert, and name the rows of the list on top."""
        page, resources = super().from_notebook_node(nb, resources, **more)
        return name_rows(page, resources.get(ROWS, {})), resources


def name_rows(page, rows):
    """Return a page whose list of marked cells says which is which, and what waits.

    Parameters
    ----------
    page : str
    rows : dict of str to (str, bool)
        Grade id -> title, and whether a person has yet to mark it.
    """

    def name(found):
        grade_id, points, most = html.unescape(found[1]), found[2], found[3]
        title, waits = rows.get(grade_id, (grade_id, False))
        score = f"to be marked by a person, of {most}" if waits else f"Score: {points} / {most}"
        return f'<li><a href="#{found[1]}">{html.escape(title)}</a> ({score})</li>'

    return _ROW.sub(name, page)
