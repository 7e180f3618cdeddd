"""What a student may see of the graded notebook."""

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from mlpteach.grading.original import without_hidden_tests

FOR_STAFF = "mlpteach_for_staff"  # in the metadata of a cell


class HideTests(Preprocessor):
    """Take the hidden tests out of the feedback, which nbgrader leaves in, and notes for staff."""

    enabled = Bool(True, help="Always: what is hidden stays hidden.")

    def preprocess(self, nb, resources):
        """Return the notebook as a student may see it."""
        nb.cells = [cell for cell in nb.cells if not cell.metadata.get(FOR_STAFF)]
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        """Return a code cell without the regions that students never saw."""
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = without_hidden_tests(cell.source)
        return cell, resources
