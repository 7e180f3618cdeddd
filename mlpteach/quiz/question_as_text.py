"""A question as plain text: safe on any page, whoever's name decided its numbers."""

from mlpteach.quiz.text.markup import to_words


def question_as_text(asked):
    """Return an asked question without its key.

    Parameters
    ----------
    asked : mlpteach.quiz.asked_question.AskedQuestion

    Returns
    -------
    text : str
        The question and what there is to choose from, a line each; formulas in Unicode.
    png : bytes
        Its picture, b"" if it has none.

    Examples
    --------
    >>> from mlpteach.quiz import QUESTIONS
    >>> text, png = question_as_text(QUESTIONS["where_nesterov_looks"].ask("ada"))
    >>> print(text.splitlines()[3])
    (c) Wₖ
    """
    lines = [to_words(asked.text)]
    lines += [f"({letter}) {to_words(text)}" for letter, text in asked.lettered.items()]
    if not asked.picture:
        return "\n".join(lines), b""
    return "\n".join([*lines, f"The picture: {asked.picture}."]), asked.png()
