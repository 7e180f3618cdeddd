"""What a lecturer or a student calls to be asked a question."""

import os
from typing import TYPE_CHECKING

from mlpteach.basics.arguments import check_flag
from mlpteach.quiz.answers import default_answers, nowhere
from mlpteach.quiz.bank import QUESTIONS
from mlpteach.quiz.question import Question
from mlpteach.quiz.session import Session

if TYPE_CHECKING:
    from mlpteach.quiz.widget import QuestionWidget


def ask(
    id: str | Question,
    run: object = None,
    *,
    seed: int | str | None = None,
    lecturer: bool = False,
    keep: bool = True,
) -> "QuestionWidget":
    """Show a question.

    Parameters
    ----------
    id : str or Question
        A key of ``mlpteach.quiz.QUESTIONS``, or a question of your own from
        ``mlpteach.quiz.read`` or ``mlpteach.quiz.read_jupyterquiz``.
    run : Trace or dashboard, optional
        Where a question takes its numbers from: with a dashboard, from the update and the weight
        on the screen. By default a seeded run.
    seed : int or str, optional
        Decides the numbers: every student who puts in a name of their own gets other ones. By
        default the user's name on a JupyterHub, elsewhere 0.
    lecturer : bool
        For the projector: large, with a button that reveals the explanation.
    keep : bool
        Whether answers are kept: in ``mlpteach-answers.jsonl`` beside the notebook, under Voila in
        the reader's browser.

    Returns
    -------
    QuestionWidget
        Where there are no widgets, such as in a page's worker, the plain Session.

    Raises
    ------
    ValueError, TypeError
        For an unknown id, or a run that has not what the question asks about.
    """
    question = id if isinstance(id, Question) else QUESTIONS.find(id)
    seed = os.environ.get("JUPYTERHUB_USER", 0) if seed is None else seed
    check_flag("lecturer", lecturer)
    answers = default_answers() if check_flag("keep", keep) else nowhere()
    return _widget_or_session()(question, seed, run, lecturer, answers)


def _widget_or_session():
    try:
        from mlpteach.quiz.widget import QuestionWidget
    except ModuleNotFoundError as missing:
        if missing.name.startswith("mlpteach"):
            raise
        return Session
    return QuestionWidget
