"""jupyterquiz's JSON, written and read, so that existing quizzes come in.

Source: the JSON schemas of jupyterquiz (``multiple_choice``, ``many_choice``, ``numeric``,
``string``) and its scripts, which put all texts into the page as HTML. It has no counterpart for
orderings, formulas and heat maps; pictures in texts are not read.
"""

import html
import json
import math
import re
from pathlib import Path

from mlpteach.basics.arguments import describe
from mlpteach.quiz.exports.from_html import from_html, without_slots
from mlpteach.quiz.question_files.read import QuestionError, as_question
from mlpteach.quiz.text.markup import to_dollar_html

LEFT_OUT = ("formula", "quantity", "ordering")
WRONG = "That is not right."


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


def _range(known):
    said = {"correct": known.right, "feedback": to_dollar_html(known.why)}
    if not known.room:
        return {"type": "value", "value": known.value, **said}
    # The upper end does not belong to a range of jupyterquiz.
    high = math.nextafter(known.value + known.room, math.inf)
    return {"type": "range", "range": [known.value - known.room, high], **said}


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
    "words": _words,
}


def read(path):
    """Read a file of jupyterquiz.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    questions : dict of str to Question
        By ids made of the file's name and the place in it.
    left_out : list of int
        Places (from 1) of questions of a type that is not known here, or with pictures.

    Raises
    ------
    QuestionError
        For the first mistake, with file, question and field.
    """
    path = Path(path)
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"{path}: can't be opened: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"{path}: not readable as JSON: {error}") from error
    if not isinstance(entries, list):
        raise QuestionError(f"{path}: must be a list of questions; given {describe(entries)}.")
    questions, left_out = {}, []
    stem = re.sub(r"\W", "_", path.stem)
    for place, entry in enumerate(entries, start=1):
        id = f"{stem}_{place}"
        table = _table(entry, id, path)
        if table is None:
            left_out.append(place)
        else:
            questions[id] = as_question(id, table, path)
    return questions, left_out


def _table(entry, id, path):
    """Return one entry as a table of a question file, None where its type is not known."""
    if not isinstance(entry, dict):
        raise QuestionError(f"{path}: {id!r} must be an object; given {describe(entry)}.")
    for field, kind in (("question", str), ("type", str), ("answers", list)):
        if not isinstance(entry.get(field), kind):
            given = f"given {describe(entry[field])}" if field in entry else "it is missing"
            raise QuestionError(
                f"{path}: question {id!r}, field {field!r} must be a {kind.__name__}; {given}."
            )
    for place, answer in enumerate(entry["answers"]):
        if not isinstance(answer, dict):
            raise QuestionError(
                f"{path}: question {id!r}, field 'answers.{place}' must be an object; "
                f"given {describe(answer)}."
            )
    read = _READERS.get(entry["type"])
    if read is None or "<img" in json.dumps(entry).lower():
        return None
    common = {"slide": path.stem, "goal": "(from jupyterquiz)", "text": _text(entry, "question")}
    return {**common, **read(entry, id, path)}


def _text(entry, field):
    """Return a text with its block of code, one of which may be missing."""
    parts = [from_html(entry.get(field) or "")]
    if isinstance(entry.get("code"), str) and entry["code"].strip():
        code = html.unescape(entry["code"]).strip("\n").replace("`", "'")
        parts.append(f"`\n{code}`" if "\n" in code else f"`{code}`")
    return without_slots(" ".join(part for part in parts if part))


def _read_choices(entry, id, path):
    choices = []
    for place, answer in enumerate(entry["answers"]):
        text = answer.get("answer") or answer.get("code")
        if not isinstance(text, str):
            raise QuestionError(
                f"{path}: question {id!r}, field 'answers.{place}.answer' must be a text; "
                f"given {describe(text)}."
            )
        choices.append({"text": _text(answer, "answer"), **_verdict(answer, place, id, path)})
    several = sum(choice["right"] for choice in choices) != 1
    return {"type": "multiple" if several else "single", "choice": choices}


def _read_many(entry, id, path):
    return {**_read_choices(entry, id, path), "type": "multiple"}


def _verdict(answer, place, id, path):
    right = answer.get("correct")
    if not isinstance(right, bool):
        raise QuestionError(
            f"{path}: question {id!r}, field 'answers.{place}.correct' must be true or false; "
            f"given {describe(right)}."
        )
    return {"right": right, "why": _said(answer, "That is right." if right else WRONG)}


def _said(answer, usual):
    said = answer.get("feedback")
    return from_html(said) if isinstance(said, str) and said.strip() else usual


def _read_number(entry, id, path):
    """Return the first right value or range as the key, the others beside it."""
    table, also, mistakes, otherwise = {}, [], [], {}
    for place, answer in enumerate(entry["answers"]):
        if answer.get("type") == "default":
            otherwise = {"otherwise": _said(answer, WRONG)}
            continue
        verdict = _verdict(answer, place, id, path)
        middle, half = _middle(answer, entry.get("precision"), place, id, path)
        part = {"value": repr(middle), "absolute": half, "why": verdict["why"]}
        if not verdict["right"]:
            mistakes.append({"id": f"answer_{place + 1}", **part})
        elif table:
            also.append(part)
        else:
            table = {"answer": part.pop("value"), **part}
    if not table:
        raise QuestionError(f"{path}: question {id!r}, field 'answers' must hold a right one.")
    if otherwise.get("otherwise") == WRONG:  # then say how it differs
        otherwise = {}
    return {"type": "number", **table, **otherwise, "also": also, "mistake": mistakes}


def _middle(answer, precision, place, id, path):
    """Return the middle of a range, or a value, and how far an answer may lie from it."""
    ends = answer.get("range", [answer.get("value")] * 2)
    numbers = isinstance(ends, list) and len(ends) == 2
    if not numbers or any(type(end) not in (int, float) for end in ends):
        raise QuestionError(
            f"{path}: question {id!r}, field 'answers.{place}' must have a number as `value` "
            f"or two as `range`; given {describe(ends)}."
        )
    low, high = sorted(map(float, ends))
    middle, half = (low + high) / 2, (high - low) / 2
    least = 1e-9 * max(abs(low), abs(high), 1e-6)
    if "range" not in answer and type(precision) is int and 0 < precision < 16 and middle:
        # jupyterquiz rounds the answer and the value to so many significant digits.
        middle = float(f"{middle:.{precision}g}")
        least = 0.5 * 10.0 ** (math.floor(math.log10(abs(middle))) - precision + 1)
    return middle, max(half, least)


def _read_words(entry, id, path):
    words, otherwise = [], WRONG
    for place, answer in enumerate(entry["answers"]):
        if answer.get("type") == "default":
            otherwise = _said(answer, WRONG)
            continue
        if not isinstance(answer.get("answer"), str):
            raise QuestionError(
                f"{path}: question {id!r}, field 'answers.{place}.answer' must be a text; "
                f"given {describe(answer.get('answer'))}."
            )
        word = {"text": answer["answer"], **_verdict(answer, place, id, path)}
        word["match_case"] = answer.get("match_case") is True
        if answer.get("fuzzy_threshold"):  # 0 is none, in jupyterquiz too
            word["similarity"] = answer["fuzzy_threshold"]
        words.append(word)
    return {"type": "words", "word": words, "otherwise": otherwise}


_READERS = {
    "multiple_choice": _read_choices,
    "many_choice": _read_many,
    "numeric": _read_number,
    "string": _read_words,
}
