"""Ask and judge a question before a class does: what only shows then is found when it is read."""

from mlpteach.quiz.kinds.words import agrees

SEEDS = range(8)


class Fault(Exception):
    """A question can't be asked, or one of its explanations never shows.

    Attributes
    ----------
    field : str
        Where in the question.
    """

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field


def check_by_asking(question):
    """Ask a question with a few seeds and judge its own answer and its known mistakes.

    Raises
    ------
    Fault
        Names the field.
    """
    asked = [_asked(question, seed) for seed in SEEDS]
    for one in asked:
        if not one.judge(one.solution).right:
            raise Fault("answer", f"is not judged right itself: {one.solution}.")
    for i, mistake in enumerate(question.fields.get("mistake", ())):
        if not any(one.recognises(mistake) for one in asked):
            field = "value" if "value" in mistake else "formula"
            raise Fault(
                f"mistake.{i}.{field}",
                "is never told from the answer (or is no finite number): its explanation would "
                "not show.",
            )
    words = question.fields.get("word", ())
    for i, word in enumerate(words):
        first = next(j for j, other in enumerate(words) if agrees(word["text"], other))
        if first != i:
            raise Fault(f"word.{i}.text", f"is taken for word {first + 1}, which stands before it.")


def _asked(question, seed):
    try:
        return question.ask(seed)
    except (ValueError, KeyError, ArithmeticError) as error:
        raise Fault("answer", f"can't be asked: {error}") from error
