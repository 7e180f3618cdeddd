"""The questions of a released quiz, as they are shown: one cell's text, written and read here."""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlpteach.quiz.draws import DRAWS, asked_at, draw_of, fingerprint

if TYPE_CHECKING:
    from mlpteach.quiz.asked_question import AskedQuestion

NAME = "questions"
"""The grade id of the cell, and the name of what it makes."""
IN_THE_SOURCE = f"{NAME} = None  # every draw of them, once the assignment is generated"
_CELL = '''from mlpteach.quiz.released import released

{name} = released("{fingerprint}", """
{text}
""")'''
_WIDTH = 100


@dataclass(frozen=True)
class Released:
    """What a student's notebook knows of a quiz.

    Attributes
    ----------
    fingerprint : str
        Of the key that the draws follow from.
    shown : dict of str to list of str
        Id -> HTML of each draw.
    """

    fingerprint: str
    shown: Mapping[str, list[str]]

    def html(self, id: str, name: str) -> str:
        """Return the question as the name is asked it."""
        return self.shown[id][draw_of(id, name)]


def released(fingerprint: str, text: str) -> Released:
    """Read the questions from a released notebook's cell."""
    return Released(fingerprint, json.loads(zlib.decompress(base64.b64decode(text))))


def released_cell(ids: Iterable[str], key: str) -> str:
    """Return the cell's text with all draws of these questions.

    Parameters
    ----------
    ids : iterable of str
    key : str
        From :func:`mlpteach.quiz.draws.draws_key`.
    """
    shown = {id: [as_html(asked_at(id, draw, key)) for draw in range(DRAWS)] for id in ids}
    packed = base64.b64encode(zlib.compress(json.dumps(shown).encode(), 9)).decode()
    lines = (packed[start : start + _WIDTH] for start in range(0, len(packed), _WIDTH))
    return _CELL.format(name=NAME, fingerprint=fingerprint(key), text="\n".join(lines))


def as_html(asked: "AskedQuestion") -> str:
    """Return a question as it is shown: no key, no verdict."""
    shown = asked.shown()
    parts = [f"<p>{shown['text']}</p>"]
    if "picture" in shown:
        picture = shown["picture"]
        parts.append(
            f'<p><img src="{picture["source"]}" alt="{picture["label"]}" '
            f'style="max-width: 620px; image-rendering: pixelated"><br>{picture["range"]}</p>'
        )
    lettered = shown.get("choices") or shown.get("lines") or ()
    parts += [f"<p><b>{entry['key']}</b>&ensp;{entry['html']}</p>" for entry in lettered]
    parts.append(f"<p><i>{_HOW[asked.question.type]}</i></p>")
    return "\n".join(parts)


_HOW = {
    "true_false": 'Answer "true" or "false".',
    "single": 'Answer with one letter, such as "b".',
    "quantity": 'Answer with one letter, such as "b".',
    "multiple": 'Answer with all right letters, such as "a, c".',
    "ordering": 'Answer with all letters in order, such as "b, a, c".',
    "ranges": 'Answer with a number, or with a text such as "1/3" or "2e-3".',
    "number": 'Answer with a number, or with a text such as "1/3" or "2e-3".',
    "words": "Answer with a word or a few, as a text.",
    "formula": 'Answer with a text: a formula in Python or LaTeX, such as "2 * A3".',
}
