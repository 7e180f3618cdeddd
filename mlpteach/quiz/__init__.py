"""Self-test questions, answered in the notebook, with an explanation after the answer."""

from mlpteach.quiz.question import QUESTIONS, Question
from mlpteach.quiz.widget import QuestionWidget, ask

__all__ = ["QUESTIONS", "Question", "QuestionWidget", "ask"]
