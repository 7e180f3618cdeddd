"""jupyterquiz's questions, read as it judges and shows them.

Source: the JSON schemas of jupyterquiz (``multiple_choice``, ``many_choice``, ``numeric``,
``string``) and its scripts, which put all texts into the page as HTML. Pictures are not read.
"""

import html
import re
from pathlib import Path

from mlpteach.basics.arguments import describe
from mlpteach.quiz.imports.from_html import Picture, as_code, from_html
from mlpteach.quiz.imports.sources import NotPlain, read_entries
from mlpteach.quiz.kinds.ranges import WRONG
from mlpteach.quiz.question import Question
from mlpteach.quiz.question_files.read import QuestionError, as_question

RIGHT = "That is right."
_NONE = "None of these."


class LeftOut(ValueError):
    """A question can't be read; the message says why."""


def read(source: str | Path | list) -> tuple[dict[str, Question], dict[int, str]]:
    """Read questions of jupyterquiz.

    Parameters
    ----------
    source : str, Path or list of dict
        A file of JSON, a notebook (the lists in its code cells), an address of either, or the list
        itself.

    Returns
    -------
    questions : dict of str to Question
        By ids made of the file's name and the place in it.
    left_out : dict of int to str
        Place (from 1) of each question that could not be read, and why.

    Raises
    ------
    QuestionError
        Where the source holds no list of questions.

    Examples
    --------
    >>> answers = [{"answer": "yes", "correct": True}, {"answer": "no"}]
    >>> entry = {"question": "$1 < 2$?", "type": "multiple_choice", "answers": answers}
    >>> questions, left_out = read([entry, {"type": "match"}])
    >>> questions["quiz_1"].ask().judge("a").understood, left_out
    (True, {2: "field 'question' is missing."})
    """
    name, entries = read_entries(source)
    stem, questions, left_out = re.sub(r"\W", "_", name), {}, {}
    for place, entry in enumerate(entries, start=1):
        id = f"{stem}_{place}"
        try:
            questions[id] = as_question(id, _table(entry, name), name)
        except Picture as reason:
            left_out[place] = f"{reason}, and pictures are not read."
        except (LeftOut, QuestionError) as reason:
            left_out[place] = str(reason)
    return questions, left_out


def _table(entry, name):
    """Return one entry as a table of a question file."""
    if isinstance(entry, NotPlain):
        raise LeftOut(entry.reason)
    if not isinstance(entry, dict):
        raise LeftOut(f"a question must be an object; given {describe(entry)}.")
    entry = {"question": "", **entry} if entry.get("code") else entry
    for field, kind in (("question", str), ("type", str), ("answers", list)):
        if field not in entry:
            raise LeftOut(f"field {field!r} is missing.")
        if not isinstance(entry[field], kind):
            raise LeftOut(f"field {field!r} must be a {kind.__name__}; {_given(entry[field])}")
    if entry["type"] not in _READERS:
        known = ", ".join(_READERS)
        raise LeftOut(f"field 'type' must be one of {known}; {_given(entry['type'])}")
    for i, answer in enumerate(entry["answers"]):
        if not isinstance(answer, dict):
            raise LeftOut(f"field 'answers.{i}' must be an object; {_given(answer)}")
    if not entry["answers"]:
        raise LeftOut("field 'answers' is empty.")
    common = {"slide": name, "goal": "(from jupyterquiz)", "text": _text(entry, "question")}
    return {**common, **_READERS[entry["type"]](entry)}


def _given(value):
    return f"given {describe(value)}."


def _text(part, field):
    """Return a text with its block of code, one of which may be missing."""
    code = html.unescape(part["code"]) if isinstance(part.get("code"), str) else ""
    written = part.get(field, "")
    if isinstance(written, (int, float)):
        written = str(written)
    if not isinstance(written, str):
        raise LeftOut(f"field {field!r} must be a text; {_given(written)}")
    text = " ".join(filter(None, [from_html(written), as_code(code)]))
    if not text:
        raise LeftOut(f"field {field!r} is empty.")
    return text


def _verdict(answer):
    right = _is_right(answer.get("correct", False))
    said = answer.get("feedback")
    usual = RIGHT if right else WRONG
    why = from_html(said) if isinstance(said, str) and said.strip() else usual
    return {"right": right, "why": why or usual}


def _is_right(correct):
    word = str(correct).lower()
    if word in ("true", "1"):
        return True
    if word in ("false", "0", "none", "", "null"):
        return False
    raise LeftOut(f"field 'correct' must be true or false; {_given(correct)}")


# -- choices


def _read_choices(entry):
    choices = {}
    for answer in entry["answers"]:
        choice = {"text": _text(answer, "answer"), **_verdict(answer)}
        if choices.setdefault(choice["text"], choice)["right"] != choice["right"]:
            raise LeftOut(f"the answer {choice['text']!r} is called both right and wrong.")
    right = sum(choice["right"] for choice in choices.values())
    if not right or len(choices) == 1:  # then it is no choice without another one
        choices[_NONE] = {"text": _NONE, "right": not right, "why": WRONG if right else RIGHT}
    several = right > 1 or (right and entry["type"] == "many_choice")
    return {"type": "multiple" if several else "single", "choice": list(choices.values())}


# -- numbers


def _read_number(entry):
    """Return ranges and values in their order, in which the first that holds decides."""
    table = {"type": "ranges", "range": []}
    for i, answer in enumerate(entry["answers"]):
        if "value" in answer:
            numbers = {"value": _finite(answer["value"], f"answers.{i}.value")}
        elif "range" in answer:
            numbers = _ends(answer["range"], f"answers.{i}.range")
        elif answer.get("type") == "default":
            table["otherwise"] = _verdict(answer)["why"]
            continue
        else:
            raise LeftOut(f"field 'answers.{i}' must have a `value` or a `range`.")
        table["range"].append({**numbers, **_verdict(answer)})
    precision = entry.get("precision")
    if precision is not None and 1 <= _number(precision, "precision") <= 15:
        table["precision"] = int(float(precision))
    if not any(part["right"] for part in table["range"]):
        raise LeftOut("no answer is called right.")
    if not as_question("q", {**_ASKED, **table}).ask().solution:
        raise LeftOut("no number would be right.")
    return table


def _finite(value, field):
    """Return a number that somebody can answer; an end of a range may be infinite, too."""
    number = _number(value, field)
    if abs(number) == float("inf"):
        raise LeftOut(f"field {field!r} must be a finite number; {_given(value)}")
    return number


_ASKED = {"slide": "-", "goal": "-", "text": "-"}


def _number(value, field):
    """Return a number that may stand there as a text."""
    try:
        number = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        number = float("nan")
    if number != number:
        raise LeftOut(f"field {field!r} must be a number; {_given(value)}")
    return number


def _ends(ends, field):
    if not isinstance(ends, (list, tuple)) or len(ends) != 2:
        raise LeftOut(f"field {field!r} must be two numbers; {_given(ends)}")
    return {"low": _number(ends[0], field), "high": _number(ends[1], field)}


# -- words


def _read_words(entry):
    table = {"type": "words", "exactly": True, "word": [], "otherwise": WRONG}
    for answer in entry["answers"]:
        if answer.get("type") == "default":
            table["otherwise"] = _verdict(answer)["why"]
        else:
            table["word"].append(_word(answer))
    if not any(word["right"] for word in table["word"]):
        raise LeftOut("no answer is called right.")
    return table


def _word(answer):
    text = answer.get("answer")
    text = str(text) if isinstance(text, (int, float)) else text
    if not isinstance(text, str) or not text.strip():
        raise LeftOut(f"field 'answer' must be a text, not empty; {_given(text)}")
    word = {"text": text, **_verdict(answer), "match_case": bool(answer.get("match_case"))}
    threshold = answer.get("fuzzy_threshold")
    if threshold:  # 0 is none, in jupyterquiz too
        least = _number(threshold, "fuzzy_threshold")
        word |= {"similarity": max(least, 0.0)} if least <= 1 else {}
    return word


_READERS = {
    "multiple_choice": _read_choices,
    "many_choice": _read_choices,
    "numeric": _read_number,
    "string": _read_words,
}
