"""Put a quiz's question where the student saw it: in the sandbox the quiz shows nothing.

Only the bank's own texts come in; of the student's cell just the question's id is read.
"""

import base64
import re

from mlpteach.exercise.messages import wrap_lines
from mlpteach.grading.notebooks.outputs import new_output

_SHOW = re.compile(r"""show\(\s*["'](\w+)["'][^()]*(?:\(\)\s*)?(?:,\s*questions\s*)?\)""")


def show_question(cell, answered_as, key=""):
    """Give a cell ``show("id", my_name(), questions)`` the question as its output, and no other.

    Parameters
    ----------
    cell : nbformat.NotebookNode
    answered_as : dict of str to str
        Id of a test -> the name that decided the numbers of its question, "" where it is none.
    key : str
        Of the quiz's draws.
    """
    shown = _SHOW.fullmatch(cell.source.strip())
    name = answered_as.get(f"quiz_{shown[1]}") if shown else ""
    if not name:
        return
    from mlpteach.quiz.graded import asked_of
    from mlpteach.quiz.question_as_text import question_as_text

    text, png = question_as_text(asked_of(shown[1], name, key))
    cell.outputs = [new_output("stream", name="stdout", text=f"{wrap_lines(text)}\n")]
    if png:
        data = {"image/png": base64.b64encode(png).decode(), "text/plain": "(the picture)"}
        cell.outputs.append(new_output("display_data", data=data))
