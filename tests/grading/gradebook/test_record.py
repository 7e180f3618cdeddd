"""What is written into the gradebook at once is what nbgrader writes row by row."""

import pytest
from nbgrader.api import Gradebook

from mlpteach.grading.gradebook.record import begin_submission


@pytest.fixture
def make_gradebook(tmp_path):
    """Make gradebooks with an assignment of two notebooks and cells of each kind."""
    made = []

    def make(name):
        gradebook = Gradebook(f"sqlite:///{tmp_path / name}.db", "course")
        made.append(gradebook)
        gradebook.add_assignment("homework")
        for notebook in ("first", "second"):
            gradebook.add_notebook(notebook, "homework")
            place = (notebook, "homework")
            gradebook.add_grade_cell("test", *place, max_score=2, cell_type="code")
            gradebook.add_grade_cell("written", *place, max_score=3, cell_type="markdown")
            gradebook.add_solution_cell("written", *place)
            gradebook.add_solution_cell("answer", *place)
            gradebook.add_task_cell("task", *place, max_score=5, cell_type="markdown")
            gradebook.add_source_cell("test", *place, cell_type="code")
        return gradebook

    yield make
    for gradebook in made:
        gradebook.close()


def _rows_of(gradebook):
    return sorted(
        (
            submission.student.id,
            submission.timestamp,
            notebook.name,
            notebook.flagged,
            sorted(
                (each.name, each.max_score, each.auto_score, each.needs_manual_grade)
                for each in notebook.grades
            ),
            sorted((each.name, each.auto_comment) for each in notebook.comments),
        )
        for submission in gradebook.assignment_submissions("homework")
        for notebook in submission.notebooks
    )


def test_a_begun_submission_is_nbgraders_own(make_gradebook):
    stock, ours = make_gradebook("stock"), make_gradebook("ours")
    for student in ("ada", "bob"):
        stock.add_student(student)
        with stock.db.no_autoflush:  # which it would complain of
            stock.add_submission("homework", student)
        begin_submission(ours, "homework", student)
    assert _rows_of(ours) == _rows_of(stock)
    assert len(_rows_of(ours)) == 4


def test_what_a_submission_has_stays(make_gradebook):
    gradebook = make_gradebook("ours")
    begin_submission(gradebook, "homework", "ada")
    notebook = gradebook.find_submission_notebook("first", "homework", "ada")
    notebook.late_submission_penalty = 1.5
    gradebook.find_grade("test", "first", "homework", "ada").manual_score = 2.0
    gradebook.db.commit()
    before = _rows_of(gradebook)
    begin_submission(gradebook, "homework", "ada")
    assert _rows_of(gradebook) == before
    assert notebook.late_submission_penalty == 1.5
    assert gradebook.find_grade("test", "first", "homework", "ada").manual_score == 2.0
