"""jupyterquiz's JSON.

Source: the JSON schemas of jupyterquiz (``multiple_choice``, ``many_choice``, ``numeric``,
``string``) and its scripts, which put all texts into the page as HTML. It has no counterpart for
orderings, formulas and heat maps.
"""

import json
import math

from mlpteach.quiz.kinds.ranges import WRONG
from mlpteach.quiz.text.markup import to_dollar_html

LEFT_OUT = ("formula", "quantity", "ordering")


def write(path, asked):
    """Write asked questions; return the ids of those left out."""
    known = [_WRITERS[a.question.type](a) for a in asked if a.question.type not in LEFT_OUT]
    # In ASCII, because jupyterquiz opens it in the encoding of the system, whichever that is.
    path.write_text(json.dumps(known, indent=1) + "\n", encoding="ascii")
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


def _entry(asked, type, answers):
    return {"question": to_dollar_html(asked.text), "type": type, "answers": answers}


def _answer(text, correct, feedback):
    feedback = to_dollar_html(feedback)
    return {"answer": to_dollar_html(text), "correct": correct, "feedback": feedback}


def _true_false(asked):
    answers = [
        _answer(str(a), a == asked.fields["answer"], asked.fields["if_true" if a else "if_false"])
        for a in (True, False)
    ]
    return _entry(asked, "multiple_choice", answers)


def _choices(asked):
    answers = [
        _answer(asked._filled(choice["text"]), letter in asked.right, asked._why(letter))
        for letter, choice in asked.choices.items()
    ]
    several = asked.question.type == "multiple"
    return _entry(asked, "many_choice" if several else "multiple_choice", answers)


def _number(asked):
    answers = [_range(known) for known in asked.known]
    otherwise = to_dollar_html(asked.fields.get("otherwise", WRONG))
    answers.append({"type": "default", "feedback": otherwise})
    return _entry(asked, "numeric", answers)


def _ranges(asked):
    answers = []
    for part in asked.fields["range"]:
        ends = {"type": "value", "value": part.get("value")}
        if "value" not in part:
            ends = {"type": "range", "range": [part["low"], part["high"]]}
        said = {"correct": part.get("right", False), "feedback": to_dollar_html(part["why"])}
        answers.append({**ends, **said})
    otherwise = to_dollar_html(asked.fields.get("otherwise", WRONG))
    answers.append({"type": "default", "feedback": otherwise})
    precision = {name: asked.fields[name] for name in ("precision",) if name in asked.fields}
    return {**_entry(asked, "numeric", answers), **precision}


def _range(known):
    said = {"correct": known.right, "feedback": to_dollar_html(known.why)}
    if known.low == known.high:
        return {"type": "value", "value": known.value, **said}
    # The upper end does not belong to a range of jupyterquiz.
    high = math.nextafter(known.high, math.inf)
    return {"type": "range", "range": [known.low, high], **said}


def _words(asked):
    answers = []
    for word in asked.fields["word"]:
        answer = {**_answer("", word.get("right", False), word["why"]), "answer": word["text"]}
        answer["match_case"] = word.get("match_case", False)
        if "similarity" in word:
            answer["fuzzy_threshold"] = word["similarity"]
        answers.append(answer)
    answers.append({"type": "default", "feedback": to_dollar_html(asked.fields["otherwise"])})
    return _entry(asked, "string", answers)


_WRITERS = {
    "true_false": _true_false,
    "single": _choices,
    "multiple": _choices,
    "number": _number,
    "ranges": _ranges,
    "words": _words,
}
