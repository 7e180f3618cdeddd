"""What a student may see of the graded notebook."""

from nbgrader.preprocessors import NbGraderPreprocessor

from mlpteach.grading.original import without_hidden_tests


class HideTests(NbGraderPreprocessor):
    """Take the hidden tests out of the feedback; nbgrader leaves them in."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Return a code cell without the regions that students never saw."""
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = without_hidden_tests(cell.source)
        return cell, resources
