"""jupyterquiz's JSON, written and read, so that existing quizzes come in.

Source: the JSON schemas that come with jupyterquiz (``multiple_choice``, ``many_choice``,
``numeric``). What it calls ``string`` has no counterpart here, nor has it one for orderings,
formulas and heat maps.
"""

import json
import re
from pathlib import Path

from mlpteach.arguments import describe
from mlpteach.quiz.reading import QuestionError, as_question

LEFT_OUT = ("formula", "quantity", "ordering")


def write(path, asked):
    """Write asked questions; return the ids of those left out."""
    known = [_WRITERS[a.question.type](a) for a in asked if a.question.type not in LEFT_OUT]
    path.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return tuple(a.question.id for a in asked if a.question.type in LEFT_OUT)


def _true_false(asked):
    answers = [
        {
            "answer": str(answer),
            "correct": answer == asked.fields["answer"],
            "feedback": asked.fields["if_true" if answer else "if_false"],
        }
        for answer in (True, False)
    ]
    return {"question": asked.text, "type": "multiple_choice", "answers": answers}


def _choices(asked):
    answers = [
        {
            "answer": asked._filled(choice["text"]),
            "correct": letter in asked.right,
            "feedback": asked._filled(choice["why"]),
        }
        for letter, choice in asked.choices.items()
    ]
    type = "many_choice" if asked.question.type == "multiple" else "multiple_choice"
    return {"question": asked.text, "type": type, "answers": answers}


def _number(asked):
    answers = [_range(asked.key, asked.room(asked.key), True, asked.why)]
    for mistake in asked.known_mistakes:
        value = mistake["value"]
        answers.append(_range(value, asked.room(value), False, mistake["why"]))
    answers.append({"type": "default", "feedback": "That is not right."})
    return {"question": asked.text, "type": "numeric", "answers": answers}


def _range(value, tolerance, correct, feedback):
    return {
        "type": "range",
        "range": [value - tolerance, value + tolerance],
        "correct": correct,
        "feedback": feedback,
    }


_WRITERS = {
    "true_false": _true_false,
    "single": _choices,
    "multiple": _choices,
    "number": _number,
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
        Places (from 1) of questions of a type that is not known here.

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
    if read is None:
        return None
    common = {"slide": path.stem, "goal": "(from jupyterquiz)", "text": _text(entry)}
    return {**common, **read(entry["answers"], id, path)}


def _text(entry):
    code = entry.get("code")
    return f"{entry['question']} `{code}`" if isinstance(code, str) and code else entry["question"]


def _read_choices(answers, id, path):
    choices = []
    for place, answer in enumerate(answers):
        text = answer.get("answer") or answer.get("code")
        if not isinstance(text, str):
            raise QuestionError(
                f"{path}: question {id!r}, field 'answers.{place}.answer' must be a text; "
                f"given {describe(text)}."
            )
        choices.append({"text": text, **_verdict(answer, place, id, path)})
    several = sum(choice["right"] for choice in choices) != 1
    return {"type": "multiple" if several else "single", "choice": choices}


def _read_many(answers, id, path):
    return {**_read_choices(answers, id, path), "type": "multiple"}


def _verdict(answer, place, id, path):
    right = answer.get("correct")
    if not isinstance(right, bool):
        raise QuestionError(
            f"{path}: question {id!r}, field 'answers.{place}.correct' must be true or false; "
            f"given {describe(right)}."
        )
    said = answer.get("feedback")
    usual = "That is right." if right else "That is not right."
    return {"right": right, "why": said if isinstance(said, str) and said.strip() else usual}


def _read_number(answers, id, path):
    """Return the first right value or range, and the wrong ones as known mistakes."""
    table, mistakes = {}, []
    for place, answer in enumerate(answers):
        if answer.get("type") == "default":
            continue
        verdict = _verdict(answer, place, id, path)
        middle, half = _middle(answer, place, id, path)
        if verdict["right"] and not table:
            table = {"answer": repr(middle), "absolute": half, "why": verdict["why"]}
        elif not verdict["right"]:
            name = f"answer_{place + 1}"
            mistakes.append({"id": name, "value": repr(middle), "why": verdict["why"]})
    if not table:
        raise QuestionError(f"{path}: question {id!r}, field 'answers' must hold a right one.")
    return {"type": "number", **table, "mistake": mistakes}


def _middle(answer, place, id, path):
    ends = answer.get("range", [answer.get("value")] * 2)
    numbers = isinstance(ends, list) and len(ends) == 2
    if not numbers or any(type(end) not in (int, float) for end in ends):
        raise QuestionError(
            f"{path}: question {id!r}, field 'answers.{place}' must have a number as `value` "
            f"or two as `range`; given {describe(ends)}."
        )
    low, high = sorted(map(float, ends))
    return (low + high) / 2, max((high - low) / 2, 1e-9 * max(abs(low), abs(high), 1e-6))


_READERS = {
    "multiple_choice": _read_choices,
    "many_choice": _read_many,
    "numeric": _read_number,
}
