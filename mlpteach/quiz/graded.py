"""Questions as checks of an nbgrader assignment: the trusted side asks, and judges the answers.

In the notebook a student gives a name (``my_name``, which decides the numbers) and answers
each question by a function that returns the answer. The check calls both and computes the key on
its own side, so no key is in the released notebook nor in the sandbox with the student's code.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.messages import print_message
from mlpteach.exercise.protocol import Call, Check, NotPlain, Verdict, decide
from mlpteach.quiz.asked_question import AskedQuestion
from mlpteach.quiz.bank import QUESTIONS
from mlpteach.quiz.text.markup import to_words

# assignment -> id of the question -> points
QUIZZES = {
    "quiz1_learning": {
        "gain_of_a_velocity": 2,
        "where_nesterov_looks": 1,
        "lines_that_change": 2,
        "sensitivity_in_the_mse_run": 2,
        "sensitivity_under_cross_entropy": 2,
        "he_standard_deviation": 1,
        "where_gradients_vanish": 1,
        "adams_corrected_first_moment": 2,
        "lines_of_adam": 2,
        "which_of_adams_quantities": 1,
        "zeilers_step_size": 1,
        "amsgrads_denominator": 2,
        "same_budget": 1,
    },
}
WHO = "my_name"
_LONGEST_NAME = 100


def function_name(id: str) -> str:
    """Return how the function that answers a question is called."""
    return f"answer_{id}"


def as_check(id: str, points: int) -> Check:
    """Return the question `id` as a :class:`Check` worth so many points."""
    return Check(
        id=f"quiz_{id}",
        title=f"the question {id}",  # its goal would need the bank, which takes long to read
        functions=(WHO, function_name(id)),
        points=points,
        run=functools.partial(_run, id),
    )


def _run(id, rng):
    """Ask for the name and the answer; judge the answer to that name's question."""
    who = yield Call(WHO)
    name = _name(who)
    if not name:
        return Verdict(0.0, f"{WHO}() must return your name as a text: it decides your numbers.")
    reply = yield Call(function_name(id))
    return replace(_judge(id, name, reply), answered_as=name)


def _judge(id, name, reply):
    if reply.error:
        return Verdict(0.0, _error(id, reply))
    if isinstance(reply.value, NotPlain):
        return Verdict(0.0, f"An answer is a text or a number, not {reply.value.type_name}.")
    judged = asked_of(id, name).judge(reply.value)
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
    return "" if reply.error or not _decides(reply.value) else reply.value.strip()[:_LONGEST_NAME]


def _decides(name):
    """Return what of a name decides the numbers: no other spelling of it brings other ones.

    Examples
    --------
    >>> _decides(" Ada-Lovelace--"), _decides("--"), _decides(None)
    ('adalovelace', '', '')
    """
    plain = re.sub(r"[\W_]", "", name).casefold() if isinstance(name, str) else ""
    return plain[:_LONGEST_NAME]


def asked_of(id: str, name: str) -> AskedQuestion:
    """Return the question `id` with the numbers of a student.

    Parameters
    ----------
    id : str
    name : str
        In any spelling: capitals, spaces and signs do not count.
    """
    return QUESTIONS.find(id).ask(_decides(name))


ASSIGNMENTS = {
    assignment: {f"quiz_{id}": as_check(id, points) for id, points in quiz.items()}
    for assignment, quiz in QUIZZES.items()
}


# -- in the notebook


def show(id: str, name: str) -> None:
    """Show a student the question, with the numbers that belong to the name, and no verdict.

    Parameters
    ----------
    id : str
    name : str
        What ``my_name()`` returns.
    """
    from IPython.display import HTML, display

    asked = _asked(id, name)
    shown = asked.shown()
    parts = [f"<p>{shown['text']}</p>"]
    if "picture" in shown:
        picture = shown["picture"]
        parts.append(
            f'<p><img src="{picture["source"]}" alt="{picture["label"]}" '
            f'style="max-width: 620px; image-rendering: pixelated"><br>{picture["range"]}</p>'
        )
    lettered = shown.get("choices") or shown.get("lines") or ()
    parts += [f"<p><b>{entry['key']}</b>&ensp;{entry['html']}</p>" for entry in lettered]
    parts.append(f"<p><i>{_HOW[asked.question.type]}</i></p>")
    display(HTML("\n".join(parts)))


_HOW = {
    "true_false": 'Answer "true" or "false".',
    "single": 'Answer with one letter, such as "b".',
    "quantity": 'Answer with one letter, such as "b".',
    "multiple": 'Answer with all right letters, such as "a, c".',
    "ordering": 'Answer with all letters in order, such as "b, a, c".',
    "ranges": 'Answer with a number, or with a text such as "1/3" or "2e-3".',
    "number": 'Answer with a number, or with a text such as "1/3" or "2e-3".',
    "words": "Answer with a word or a few, as a text.",
    "formula": 'Answer with a text: a formula in Python or LaTeX, such as "2 * A3".',
}


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
    asked = _asked(id, name)
    judged = asked.judge(reply.value)
    if judged.understood:
        print_message(f"Received: {asked.read_as(reply.value)[:200]}", failed=False)
    else:
        print_message(to_words(judged.message), failed=True)


def mark(id: str, my_name: Callable[[], Any], answer: Callable[[], Any]) -> float:
    """Return the points of an answer: what nbgrader counts where nobody grades outside of it."""
    points = next(quiz[id] for quiz in QUIZZES.values() if id in quiz)
    check = as_check(id, points)
    replies = answer_with({WHO: my_name, function_name(id): answer})
    verdict = decide(check, None, replies)
    print(verdict.message)
    return float(points * verdict.fraction)


def _asked(id, name):
    if not _decides(name):
        raise ValueError("my_name() must return your name as a text: it decides your numbers.")
    return asked_of(id, name)
