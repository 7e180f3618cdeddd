"""What a student may see of the graded notebook."""

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from mlpteach.grading.original import without_hidden_tests


class HideTests(Preprocessor):
    """Take the hidden tests out of the feedback; nbgrader leaves them in."""

    enabled = Bool(True, help="Always: what is hidden stays hidden.")

    def preprocess_cell(self, cell, resources, cell_index):
        """Return a code cell without the regions that students never saw."""
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = without_hidden_tests(cell.source)
        return cell, resources
