"""The one writer of marks: whatever graded, and however often, the gradebook is the same."""


def record_marks(gradebook, place, scores, comments):
    """Write what was found in one notebook into the gradebook.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    place : tuple of str
        Assignment, notebook, student.
    scores : dict of str to (float or None)
        Grade id -> points; None waits for a person.
    comments : dict of str to (str or None)
        Grade id -> what nbgrader says without a person.
    """
    assignment, notebook, student = place
    saved = gradebook.find_submission_notebook(notebook, assignment, student)
    _ = saved.notebook.grade_cells  # all cells at once: else each name is a query
    with gradebook.db.no_autoflush:
        for grade in saved.grades:
            grade.auto_score = scores.get(grade.name)
            # A mark that a person gave stays, and is to be looked at again.
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        for comment in saved.comments:
            comment.auto_comment = comments.get(comment.name)
    gradebook.db.commit()
