"""The question comes back into the cell that showed it; nothing else of the student's changes."""

import pytest
from nbformat.v4 import new_code_cell

from mlpteach.grading.notebooks.quiz_outputs import show_question


@pytest.mark.parametrize(
    "source", ['show("same_budget", my_name())', " show('same_budget',\n     'ada') \n"]
)
def test_the_question_stands_where_it_was_shown(source):
    cell = new_code_cell(source)
    show_question(cell, {"quiz_same_budget": "ada"})
    (output,) = cell.outputs
    assert output.text.startswith("Two rules are compared")
    assert output.text.count("\n(") == 5


@pytest.mark.parametrize(
    "source",
    [
        'show("same_budget", my_name()); print(1)',
        'show("no_such_question", my_name())',
        'show("../same_budget", my_name())',
        'display("same_budget")',
        'show("adams_step", my_name())',  # not asked in this quiz
    ],
)
def test_other_cells_stay_as_they_are(source):
    cell = new_code_cell(source)
    show_question(cell, {"quiz_same_budget": "ada", "quiz_adams_step": ""})
    assert cell.outputs == []
