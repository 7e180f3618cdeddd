"""A question as plain text: safe on any page, whoever's name decided its numbers."""

import base64

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
    if hasattr(asked, "choices"):
        lines += [
            f"({letter}) {to_words(asked._filled(choice['text']))}"
            for letter, choice in asked.choices.items()
        ]
    if hasattr(asked, "lines"):
        lines += [f"({letter}) {to_words(line['text'])}" for letter, line in asked.lines.items()]
    picture = asked.shown().get("picture")
    if picture is None:
        return "\n".join(lines), b""
    lines.append(f"The picture: {picture['label']}.")
    return "\n".join(lines), base64.b64decode(picture["source"].partition(",")[2])
