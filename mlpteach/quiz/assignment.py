"""Write a graded quiz as the source notebook of an nbgrader assignment.

``python -m mlpteach.quiz.assignment quiz1_learning`` writes it again after the bank has changed.
"""

import json
import sys
from pathlib import Path

from mlpteach.basics.arguments import check_choice
from mlpteach.quiz.graded import QUIZZES, WHO, asked_of, function_name
from mlpteach.quiz.released import IN_THE_SOURCE, NAME

_INSTRUCTOR = "instructor"
_TITLE = """# Quiz: how networks learn

{points} points.

Everybody gets questions with numbers of their own. Write your name (the one you submit under) into
`my_name`, run all cells, and let each function return your answer: `return "b"`, `return 0.25` or
`return "2 * W + 1"`. The cell below says how your answer was read, not whether it is right;
*Validate* names those that could not be read.

Graded are the answers that stand here when you submit; an answer that is partly right gets part of
the points."""
_IMPORTS = "from mlpteach.quiz.graded import mark, received, show"
_NAME = f'''def {WHO}():
    """Return your name, as a text; it decides the numbers of your questions."""
    ### BEGIN SOLUTION
    return "{_INSTRUCTOR}"
    ### END SOLUTION'''
_ANSWER = '''def {function}():
    """Return your answer."""
    ### BEGIN SOLUTION
    return {solution}
    ### END SOLUTION'''
_TEST = """# {points} point{s}.
received("{id}", {who}, {function})
### BEGIN HIDDEN TESTS
mark("{id}", {who}, {function}, questions)
### END HIDDEN TESTS"""


def notebook(assignment):
    """Return the source notebook of a quiz, with the instructor's answers.

    Parameters
    ----------
    assignment : str
        A key of ``mlpteach.quiz.graded.QUIZZES``.

    Returns
    -------
    nbformat.NotebookNode
    """
    from nbformat.v4 import new_markdown_cell, new_notebook

    quiz = QUIZZES[check_choice("assignment", assignment, tuple(QUIZZES))]
    cells = [
        new_markdown_cell(_TITLE.format(points=sum(quiz.values())), id="title"),
        _code(
            "imports",
            "from mlpteach.quiz.graded import mark, received, show",
            locked=True,
        ),
        _draws_cell(),
        _code(WHO, _NAME, solution=True),
    ]
    for number, (id, points) in enumerate(quiz.items(), start=1):
        cells += _question(number, id, points)
    made = new_notebook(cells=cells)
    made.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
        },
        "language_info": {"name": "python"},
    }  # fmt: skip
    return made


def _question(number, id, points):
    from nbformat.v4 import new_code_cell, new_markdown_cell

    function = function_name(id)
    solution = json.dumps(asked_of(id, _INSTRUCTOR).solution)
    given = {"id": id, "who": WHO, "function": function, "points": points}
    s = "" if points == 1 else "s"
    return [
        new_markdown_cell(f"## Question {number}", id=f"head-{number}"),
        new_code_cell(f'show("{id}", {WHO}(), {NAME})', id=f"show-{number}"),
        _code(function, _ANSWER.format(solution=solution, **given), solution=True),
        _code(f"quiz_{id}", _TEST.format(s=s, **given), locked=True, points=points),
    ]


def _draws_cell():
    cell = _code(NAME, IN_THE_SOURCE, locked=True)
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def _code(grade_id, source, *, locked=False, solution=False, points=None):
    from nbformat.v4 import new_code_cell

    data = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        data["points"] = points
    # Ids of cells may be 64 characters long.
    return new_code_cell(source, id=grade_id[:64], metadata={"nbgrader": data})


def write(assignment, source="exercises/source"):
    """Write the notebook to where nbgrader looks for it; return its path."""
    import nbformat

    path = Path(source) / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(assignment), path)
    return path


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(write(name))
