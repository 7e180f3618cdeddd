"""Moodle's GIFT: one text file, a paragraph a question.

Source: Moodle's documentation, "GIFT format". GIFT knows no pictures, so heat maps are left out, as
are formulas, which Moodle cannot compare. An ordering goes out as a matching of lines to places.
"""

import re

from mlpteach.quiz.text import to_mathjax_html

LEFT_OUT = ("formula", "quantity")


def write(path, asked):
    """Write asked questions; return the ids of those left out."""
    known = [question for question in asked if question.question.type not in LEFT_OUT]
    path.write_text("\n\n".join(map(paragraph, known)) + "\n", encoding="utf-8")
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


def paragraph(asked):
    """Return one question as GIFT."""
    body = _BODIES[asked.question.type](asked)
    return f"::{_escaped(asked.question.id)}::[html]{_html(asked.text)}{{{body}}}"


def _html(text):
    return _escaped(to_mathjax_html(text))


def _escaped(text):
    """Put a backslash before what GIFT would take for its own."""
    text = " ".join(text.split())
    # Braces as entities: not every reader of GIFT knows them with a backslash.
    text = text.replace("{", "&#123;").replace("}", "&#125;")
    return re.sub(r"([\\~=#:])", r"\\\1", text)


def _true_false(asked):
    answer, fields = asked.fields["answer"], asked.fields
    said = fields["if_false"], fields["if_true"]
    # GIFT's order: first what is said to a wrong answer, then to a right one.
    wrong, right = said if answer else said[::-1]
    return f"{'TRUE' if answer else 'FALSE'}#{_html(wrong)}#{_html(right)}"


def _single(asked):
    lines = [
        f"{'=' if letter in asked.right else '~'}{_html(asked._filled(choice['text']))}"
        f"#{_html(asked._filled(choice['why']))}"
        for letter, choice in asked.choices.items()
    ]
    return "\n" + "\n".join(lines) + "\n"


def _multiple(asked):
    right, wrong = len(asked.right), len(asked.choices) - len(asked.right)
    lines = []
    for letter, choice in asked.choices.items():
        share = 100 / right if letter in asked.right else -100 / wrong
        lines.append(
            f"~%{share:.5f}%{_html(asked._filled(choice['text']))}"
            f"#{_html(asked._filled(choice['why']))}"
        )
    return "\n" + "\n".join(lines) + "\n"


def _number(asked):
    answers = [(100, asked.key, asked.tolerance, asked.why)]
    answers += [(0, value, asked.tolerance, why) for value, why in known_mistakes(asked)]
    lines = [
        f"=%{share}%{_plain(value)}:{_plain(tolerance)}#{_html(why)}"
        for share, value, tolerance, why in answers
    ]
    return "#\n" + "\n".join(lines) + "\n"


def known_mistakes(asked):
    """Return (number, explanation) of a number question's known mistakes."""
    import math

    found = []
    for mistake in asked.fields.get("mistake", ()):
        value = asked._computed(mistake["value"])
        if math.isfinite(value) and not asked.close(value, asked.key):
            found.append((value, asked._filled(mistake["why"])))
    return found


def _plain(number):
    """Return a number without an exponent, which not every reader of GIFT knows."""
    text = f"{number:.15f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-", "-0") else "0"


def _ordering(asked):
    names = {line["name"]: line["text"] for line in asked.fields["line"]}
    lines = [f"={_html(text)} -> {place}" for place, text in enumerate(names.values(), start=1)]
    return "\n" + "\n".join(lines) + "\n"


_BODIES = {
    "true_false": _true_false,
    "single": _single,
    "multiple": _multiple,
    "number": _number,
    "ordering": _ordering,
}
