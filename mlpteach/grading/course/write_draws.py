"""Put a graded quiz's draws into its notebook, when it is generated."""

from nbgrader.preprocessors import NbGraderPreprocessor

from mlpteach.grading.deciding.checks import exercise_of
from mlpteach.grading.deciding.quiz_draws import draws_cell, key_of
from mlpteach.quiz.graded import QUIZZES
from mlpteach.quiz.released import released_cell


class WriteDraws(NbGraderPreprocessor):
    """Write all draws of a quiz's questions into the notebook that students get."""

    def preprocess(self, nb, resources):
        """Return the notebook, with the questions where it has a cell for them."""
        assignment, coursedir = resources["nbgrader"]["assignment"], self.parent.parent.coursedir
        key = key_of(coursedir, assignment, nb)
        if key:
            draws_cell(nb).source = released_cell(QUIZZES[exercise_of(assignment, nb)], key)
        return nb, resources
