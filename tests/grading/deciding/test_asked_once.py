"""A notebook has one name, however often it is asked."""

import nbformat
from test_grade import handed_in, work

from mlpteach.grading.grade import grade
from mlpteach.grading.isolation.shared_sandbox import shared_sandbox
from mlpteach.quiz.assignment import notebook
from mlpteach.quiz.graded import QUIZZES, asked_of, function_name

QUIZ = "quiz1_learning"
MANY_NAMES = """
names = iter("abcdefghijklmnopqrstuvwxyz" * 9)
def my_name(): return "ada" + next(names)"""


def test_a_name_that_changes_from_question_to_question_is_asked_once(needs_sandbox):
    source = nbformat.from_dict(notebook(QUIZ))
    answers = {
        function_name(id): f"def {function_name(id)}(): return {asked_of(id, 'adaa').solution!r}"
        for id in QUIZZES[QUIZ]
    }
    handed = handed_in(source, **{"my_name": MANY_NAMES} | answers)
    for cell in handed["cells"]:  # its question needs no name to be answered
        if cell["source"].startswith("show("):
            cell["source"] = ""
    graded = grade(work(source, handed, QUIZ), shared_sandbox())
    assert graded.answered_as == ["adaa"]
    assert sum(graded.scores.values()) == sum(QUIZZES[QUIZ].values())
