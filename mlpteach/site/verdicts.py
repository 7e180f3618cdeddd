"""Verdicts that a page can look up, so that a question is judged where Python sleeps or is absent.

Every answer that can be clicked has its verdict here; of lines in an order, each that comes too
early; of a number, the ranges of the key and of the known mistakes. A formula or words are judged
by Python alone: where there is none, the page shows the answer.
"""

import math
from itertools import combinations
from typing import Any

from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.kinds.ordering import too_early
from mlpteach.quiz.session import Session, shown_verdict
from mlpteach.quiz.text.markup import to_html


def verdicts(session: Session) -> dict[str, Any]:
    """Return the verdicts of a question as plain data: "digest" of what is asked, and one table.

    "answers" holds a verdict for each text that an answer can be; "ranges" the low and high end
    and the verdict of numbers, the first that fits decides; "early" a line, one that it needs and
    the verdict where it stands before; "otherwise" that of all others; "solution" a verdict that
    tells the answer.
    """
    asked = session.asked
    shown = asked.shown()
    if "choices" in shown:
        table = {"answers": _of_choices(asked, shown)}
    elif "lines" in shown:
        table = _of_lines(asked)
    elif shown.get("field") == "number":
        table = _of_numbers(asked)
    else:
        table = {"solution": _solution(asked)}
    return {"digest": asked.digest, **table}


def _of_choices(asked, shown):
    keys = [choice["key"] for choice in shown["choices"]]
    sizes = range(1, len(keys) + 1) if shown["type"] == "multiple" else (1,)
    texts = [", ".join(some) for size in sizes for some in combinations(keys, size)]
    return {text: shown_verdict(asked.judge(text)) for text in texts}


def _of_lines(asked):
    letters = {line["name"]: letter for letter, line in asked.lines.items()}
    by_name = {line["name"]: line for line in asked.lines.values()}
    early = [
        [letter, letters[name], _verdict(False, too_early(line, by_name[name]))]
        for letter, line in asked.lines.items()
        for name in line.get("needs", ())
    ]
    return {"early": early, "otherwise": _verdict(True, asked.why)}


def _of_numbers(asked):
    known = [[*_ends(one), _verdict(one.right, one.why)] for one in asked.known]
    otherwise = asked.fields.get("otherwise", "That is not it.")
    return {"ranges": known, "otherwise": _verdict(False, otherwise)}


def _ends(known):
    """Return the ends of a range as JSON can hold them; None where there is none."""
    return [end if math.isfinite(end) else None for end in (known.low, known.high)]


def _verdict(right, why):
    return shown_verdict(Judgement(float(right), why))


def _solution(asked):
    answer = "".join(f"<strong>{line}</strong>" for line in asked.solution_html())
    said = "Python would judge this, and there is none on this page. A right answer: "
    html = f"{said}{answer} {to_html(asked.why)}"
    return {"right": None, "understood": False, "fraction": 0.0, "html": html}
