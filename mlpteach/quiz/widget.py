"""A question on the page. The kernel judges, so the page does not carry the key."""

from pathlib import Path

import anywidget
import traitlets

from mlpteach.arguments import check_choice
from mlpteach.quiz.question import QUESTIONS

_HERE = Path(__file__).parent


class QuestionWidget(anywidget.AnyWidget):
    """A true-or-false question with its explanation after the answer.

    Attributes
    ----------
    answer : str
        "true", "false" or "" (not yet answered). Kept with the notebook; may be changed.
    right : bool or None
        Verdict on `answer`.
    """

    _esm = _HERE / "question.js"
    _css = _HERE / "question.css"
    text = traitlets.Unicode().tag(sync=True)
    answer = traitlets.Enum(("", "true", "false"), default_value="").tag(sync=True)
    right = traitlets.Bool(None, allow_none=True).tag(sync=True)
    explanation = traitlets.Unicode().tag(sync=True)

    def __init__(self, question):
        super().__init__(text=question.text)
        self.question = question

    @traitlets.observe("answer")
    def _judge(self, change):
        if not change["new"]:
            self.right, self.explanation = None, ""
            return
        right, explanation = self.question.judge(change["new"] == "true")
        with self.hold_sync():
            self.right, self.explanation = right, explanation


def ask(id):
    """Return the question `id` of ``mlpteach.quiz.QUESTIONS`` as a widget.

    Raises
    ------
    ValueError, TypeError
        For an unknown id.
    """
    return QuestionWidget(QUESTIONS[check_choice("question", id, tuple(QUESTIONS))])
