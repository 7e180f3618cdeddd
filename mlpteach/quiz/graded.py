"""Questions as checks of an nbgrader assignment: the trusted side asks, and judges the answers.

In the notebook a student gives a name (``my_name``, which decides the numbers) and answers
each question by a function that returns the answer. The check calls both and computes the key on
its own side, from the course's secret (``draws.py``): so no key is in the released notebook, in the
installed package, nor in the sandbox with the student's code.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.messages import print_message
from mlpteach.exercise.protocol import Call, Check, NotPlain, Verdict, decide
from mlpteach.quiz.draws import LONGEST_NAME, asked_of, decides
from mlpteach.quiz.released import Released, as_html

# assignment -> id of the question -> points; each has another answer in another draw
QUIZZES = {
    "quiz1_learning": {
        "gain_of_a_velocity": 2,
        "where_nesterov_looks": 1,
        "lines_that_change": 2,
        "sensitivity_in_the_mse_run": 2,
        "sensitivity_in_the_run": 2,
        "he_standard_deviation": 1,
        "where_gradients_vanish": 1,
        "adams_corrected_first_moment": 2,
        "lines_of_adam": 2,
        "which_of_adams_quantities": 1,
        "zeilers_order": 1,
        "amsgrads_memory": 2,
        "same_budget": 1,
    },
}
WHO = "my_name"
_NO_NAME = f"{WHO}() must return your name as a text: it decides your numbers."


def function_name(id: str) -> str:
    """Return how the function that answers a question is called."""
    return f"answer_{id}"


def checks(assignment: str, key: str = "") -> dict[str, Check]:
    """Return a quiz's checks by the grade ids of their test cells.

    Parameters
    ----------
    assignment : str
        A key of QUIZZES.
    key : str
        From :func:`mlpteach.quiz.draws.draws_key`; "" for a source notebook.
    """
    quiz = QUIZZES[assignment]
    return {f"quiz_{id}": as_check(id, points, key) for id, points in quiz.items()}


def as_check(id: str, points: int, key: str = "") -> Check:
    """Return the question `id` as a :class:`Check` worth so many points."""
    return Check(
        id=f"quiz_{id}",
        title=f"the question {id}",  # its goal would need the bank, which takes long to read
        functions=(WHO, function_name(id)),
        points=points,
        run=functools.partial(_run, id, key),
    )


def _run(id, key, rng):
    """Ask for the name and the answer; judge the answer to that name's question."""
    who = yield Call(WHO)
    name = _name(who)
    if not name:
        return Verdict(0.0, _NO_NAME)
    reply = yield Call(function_name(id))
    return replace(_judge(id, name, key, reply), answered_as=name)


def _judge(id, name, key, reply):
    if reply.error:
        return Verdict(0.0, _error(id, reply))
    if isinstance(reply.value, NotPlain):
        return Verdict(0.0, f"An answer is a text or a number, not {reply.value.type_name}.")
    from mlpteach.quiz.text.markup import to_words

    judged = asked_of(id, name, key).judge(reply.value)
    return Verdict(float(judged.fraction), to_words(judged.message), judged.mistake)


def _error(id, reply):
    if reply.error.startswith("NotImplementedError"):
        return f"{function_name(id)}() is not answered yet."
    message = f"{function_name(id)}() ended with an error: {reply.error}"
    unquoted = re.match(r"NameError: name '(\w+)'", reply.error)
    if unquoted:
        message += f'. An answer is a text and needs quotes: return "{unquoted[1]}"'
    return message


def _name(reply):
    """Return the name that a student gave, "" where there is none."""
    return "" if reply.error or not decides(reply.value) else reply.value.strip()[:LONGEST_NAME]


ASSIGNMENTS = {assignment: checks(assignment) for assignment in QUIZZES}


# -- in the notebook


def show(id: str, name: str, questions: Released | None = None) -> None:
    """Show a student the question, with the numbers that belong to the name, and no verdict.

    Parameters
    ----------
    id : str
    name : str
        What ``my_name()`` returns.
    questions : Released, optional
        The quiz as it was released; without it, in a source notebook, the bank asks.
    """
    from IPython.display import HTML, display

    if not decides(name):
        raise ValueError(_NO_NAME)
    display(HTML(questions.html(id, name) if questions else as_html(asked_of(id, name))))


def received(id: str, my_name: Callable[[], Any], answer: Callable[[], Any]) -> None:
    """Say how an answer was read, and not whether it is right.

    Parameters
    ----------
    id : str
    my_name, answer : callable
        The student's two functions.
    """
    replies = answer_with({WHO: my_name, "answer": answer})
    name, reply = _name(replies(Call(WHO))), replies(Call("answer"))
    if reply.error:
        print_message(_error(id, reply), failed=True)
        return
    if not name:
        raise ValueError(_NO_NAME)
    asked = asked_of(id, name)  # how an answer is read does not hang on the draw
    judged = asked.judge(reply.value)
    if judged.understood:
        print_message(f"Received: {asked.read_as(reply.value)[:200]}", failed=False)
    else:
        from mlpteach.quiz.text.markup import to_words

        print_message(to_words(judged.message), failed=True)


def mark(
    id: str,
    my_name: Callable[[], Any],
    answer: Callable[[], Any],
    questions: Released | None = None,
) -> float:
    """Return the points of an answer in a source notebook.

    Raises
    ------
    ValueError
        For a released quiz, whose answers only the course's own grading knows.
    """
    if questions is not None:
        raise ValueError("this quiz is graded by mlpteach grade, or nbgrader with configure(c).")
    points = next(quiz[id] for quiz in QUIZZES.values() if id in quiz)
    check = as_check(id, points)
    replies = answer_with({WHO: my_name, function_name(id): answer})
    verdict = decide(check, None, replies)
    print(verdict.message)
    return float(points * verdict.fraction)
