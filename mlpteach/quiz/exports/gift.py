"""Moodle's GIFT: one text file, a paragraph a question.

Source: Moodle's documentation, "GIFT format", and its importer, question/format/gift/format.php.
GIFT knows no pictures, so heat maps are left out, as are formulas, which Moodle cannot compare. An
ordering goes out as a matching of lines to steps.
"""

import re
from decimal import Decimal

from mlpteach.quiz.text.markup import to_mathjax_html

LEFT_OUT = ("formula", "quantity")
CATEGORY = "$course$/mlpteach"
STEPS = (
    "For each line, give the earliest step at which it can run; lines that can run side by side "
    "share a step."
)


def write(path, asked):
    """Write asked questions; return the ids of those left out."""
    known = [question for question in asked if question.question.type not in LEFT_OUT]
    paragraphs = [f"$CATEGORY: {CATEGORY}", *map(paragraph, known)]
    path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


def paragraph(asked):
    """Return one question as GIFT."""
    body = _BODIES[asked.question.type](asked)
    return f"::{_escaped(asked.question.id)}::[html]{_html(text_of(asked))}{{{body}}}"


def text_of(asked):
    """Return a question's text; that of an ordering says what its steps are."""
    return asked.text + (f" {STEPS}" if asked.question.type == "ordering" else "")


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
    shares = shares_of(asked)
    lines = [
        f"~%{weight(shares[letter])}%{_html(text)}#{_html(asked._why(letter))}"
        for letter, text in asked.lettered.items()
    ]
    return "\n" + "\n".join(lines) + "\n"


def _words(asked):
    lines = [
        f"=%{100 * word.get('right', False)}%{_escaped(shortanswer(word['text']))}"
        f"#{_html(word['why'])}"
        for word in asked.fields["word"]
    ]
    return "\n" + "\n".join([*lines, f"=%0%*#{_html(asked.fields['otherwise'])}"]) + "\n"


def shortanswer(text):
    """Return a word as Moodle compares it: a star alone stands for anything."""
    return text.replace("*", "\\*")


def shares_of(asked):
    """Return what each choice of several is worth, in percent: all right ones together 100.

    Moodle knows only some shares: tenths and twentieths, and 1/n to ten.
    """
    right = [letter for letter in asked.choices if letter in asked.right]
    wrong = [letter for letter in asked.choices if letter not in asked.right]
    return {
        **dict(zip(right, _parts_of_100(len(right)), strict=True)),
        **{letter: -part for letter, part in zip(wrong, _parts_of_100(len(wrong)), strict=True)},
    }


def _parts_of_100(n):
    """Return n shares that Moodle knows and whose sum is 100, as equal as they can be.

    Examples
    --------
    >>> _parts_of_100(2), sum(_parts_of_100(11))
    ([50.0, 50.0], 100)
    """
    if n <= 10:
        return [100 / n] * n
    tenths = max(0, 20 - n)
    return [10] * tenths + [5] * min(n - tenths, 20) + [0] * (n - 20)


def weight(share):
    """Return a percentage as Moodle writes it; it does not read 100.00000 as a weight.

    Examples
    --------
    >>> weight(100.0), weight(-100 / 3)
    ('100', '-33.33333')
    """
    return f"{share:.5f}".rstrip("0").rstrip(".")


def _number(asked):
    return "#\n" + "\n".join(map(_known, asked.known)) + "\n"


def _known(known):
    center, room = map(_plain, known.as_tolerance())
    return f"=%{100 * known.right}%{center}:{room}#{_html(known.why)}"


def _plain(number):
    """Return a number to its last digit, without an exponent: not every reader of GIFT knows one.

    Examples
    --------
    >>> _plain(1.9999999999999998), _plain(-2.5e-7), _plain(3.0)
    ('1.9999999999999998', '-0.00000025', '3')
    """
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


def _ordering(asked):
    steps = asked.steps
    lines = [f"={_html(line['text'])} -> {steps[line['name']]}" for line in asked.fields["line"]]
    return "\n" + "\n".join(lines) + f"\n####{_html(asked.why)}\n"


_BODIES = {
    "true_false": _true_false,
    "single": _single,
    "multiple": _multiple,
    "number": _number,
    "ranges": _number,
    "ordering": _ordering,
    "words": _words,
}
