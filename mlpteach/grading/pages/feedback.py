"""What a student may see of the graded notebook."""

from nbconvert.preprocessors import Preprocessor
from nbgrader.preprocessors import ClearHiddenTests
from traitlets import Bool
from traitlets.config import Config

from mlpteach.grading.notebooks.written import FOR_STAFF


class HideTests(Preprocessor):
    """Take the hidden tests out of the feedback, which nbgrader leaves in, and notes for staff."""

    enabled = Bool(True, help="Always: what is hidden stays hidden.")

    def preprocess(self, nb, resources):
        """Return the notebook as a student may see it."""
        nb.cells = [cell for cell in nb.cells if not cell.metadata.get(FOR_STAFF)]
        # With the course's own delimiters.
        delimiters = Config({"ClearHiddenTests": self.config.ClearHiddenTests})
        hidden = ClearHiddenTests(config=delimiters)
        for cell in nb.cells:
            data = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and data.get("grade") and not data.get("solution"):
                cell, resources = hidden.preprocess_cell(cell, resources, 0)
        return nb, resources
