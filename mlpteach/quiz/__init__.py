"""Self-tests that ask about a run: read from a bank, computed, judged, explained.

``QUESTIONS`` is the bank; ``ask("id")`` shows one question in the notebook. The way of the
data: ``question_files`` and ``bank`` → ``question`` → ``asked_question`` and ``kinds`` (numbers,
verdict) → ``session`` (with the page, and ``answers``) → ``widget``. What is typed is read in
``typed``, what is shown is written in ``text``.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpteach.quiz.asking import ask
    from mlpteach.quiz.bank import QUESTIONS
    from mlpteach.quiz.exports import export
    from mlpteach.quiz.imports.jupyterquiz import read as read_jupyterquiz
    from mlpteach.quiz.question import Question
    from mlpteach.quiz.question_files.read import QuestionError, read
    from mlpteach.quiz.widget import QuestionWidget

__all__ = [
    "QUESTIONS",
    "Question",
    "QuestionError",
    "QuestionWidget",
    "ask",
    "export",
    "read",
    "read_jupyterquiz",
]

# Grading needs no widgets, and of an exercise no questions; a notebook needs no exports.
_ON_DEMAND = {
    "QUESTIONS": ("bank", "QUESTIONS"),
    "Question": ("question", "Question"),
    "QuestionError": ("question_files.read", "QuestionError"),
    "QuestionWidget": ("widget", "QuestionWidget"),
    "ask": ("asking", "ask"),
    "export": ("exports", "export"),
    "read": ("question_files.read", "read"),
    "read_jupyterquiz": ("imports.jupyterquiz", "read"),
}


# Not for mypy, which would take any name for a known one.
if not TYPE_CHECKING:

    def __getattr__(name):
        if name in _ON_DEMAND:
            module, attribute = _ON_DEMAND[name]
            return getattr(importlib.import_module(f"mlpteach.quiz.{module}"), attribute)
        raise AttributeError(f"module 'mlpteach.quiz' has no attribute {name!r}")
