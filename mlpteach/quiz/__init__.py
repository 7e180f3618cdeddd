"""Self-tests that ask about a run: read from a bank, computed, judged, explained.

``QUESTIONS`` is the bank; ``ask("id")`` shows one question in the notebook. The way of the data:
``reading`` (files) → ``question`` → ``asked`` and ``kinds`` (numbers, verdict) → ``widget``.
"""

import importlib

from mlpteach.quiz.question import Question
from mlpteach.quiz.reading import QUESTIONS, QuestionError, read

__all__ = ["QUESTIONS", "Question", "QuestionError", "QuestionWidget", "ask", "read"]


def __getattr__(name):
    # Grading needs no widgets.
    if name in ("QuestionWidget", "ask"):
        return getattr(importlib.import_module("mlpteach.quiz.widget"), name)
    raise AttributeError(f"module 'mlpteach.quiz' has no attribute {name!r}")
