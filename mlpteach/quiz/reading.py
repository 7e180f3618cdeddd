"""Read question files: TOML, checked against ``schema.json`` and for sense.

Every mistake is refused with file, question and field.
"""

import difflib
import functools
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from mlpteach.basics.arguments import describe
from mlpteach.quiz.expression import names_in, parse
from mlpteach.quiz.kinds.formula import check_formula
from mlpteach.quiz.question import TYPES, Question
from mlpteach.quiz.runs import LAYERS, RUNS, UPDATES
from mlpteach.quiz.spelling import Unreadable
from mlpteach.quiz.text import slots
from mlpteach.quiz.trial import Fault, try_out

_HERE = Path(__file__).parent
BANK = _HERE / "questions"


class QuestionError(ValueError):
    """A question file has a mistake; the message names file, question and field."""


def read(path):
    """Read the questions of one file, and ask and judge each of them once.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to Question

    Raises
    ------
    QuestionError
        For the first mistake, with file, question and field.
    """
    questions = _read(path)
    for question in questions.values():
        try:
            try_out(question)
        except Fault as fault:
            raise _error(path, question.id, fault.field, str(fault)) from fault
    return questions


def _read(path):
    """Read the questions of one file without asking them."""
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"{path}: can't be opened: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # Such as "\\alpha": TOML knows no \\a.
        hint = f" {_BACKSLASHES}" if re.search(r"Unescaped|hex", str(error)) else ""
        raise QuestionError(f"{path}: not readable as TOML: {error}.{hint}") from error
    _check_typing_slips(path, tables)
    return {id: as_question(id, table, path) for id, table in tables.items()}


_BACKSLASHES = r"Write LaTeX with two backslashes, as in \\beta, or between single quotes."


def _check_typing_slips(path, tables):
    """Refuse a part like [[gdstep.mistake]] that belongs to another question, [gd_step]."""
    known = [id for id, table in tables.items() if isinstance(table, dict) and "type" in table]
    for id, table in tables.items():
        near = difflib.get_close_matches(id, known, n=1)
        if near and isinstance(table, dict) and "type" not in table:
            raise _error(path, id, "type", f"is missing. Did you mean {near[0]!r}?")


def as_question(id, table, path="here"):
    """Return a checked :class:`Question` from a table of a question file."""
    if not isinstance(table, dict):
        raise QuestionError(f"{path}: {id!r} must be a table [{id}]; given {describe(table)}.")
    type = table.get("type")
    if type not in TYPES:
        given = f"given {describe(type)}" if "type" in table else "it is missing"
        raise _error(path, id, "type", f"must be one of {', '.join(TYPES)}; {given}.")
    _check_schema(path, id, table, type)
    where = functools.partial(_error, path, id)
    _check_characters(table, where)
    table = _stripped(table)
    _CHECKS[type](table, where)
    common = ("type", "slide", "goal", "text")
    fields = {name: value for name, value in table.items() if name not in common}
    if "run" in fields:
        fields["uses"] = tuple(sorted(_used(table) & RUNS[fields["run"]].names()))
    return Question(
        id=id, lecture=Path(path).stem, fields=fields, **{name: table[name] for name in common}
    )


def _error(path, id, field, message):
    return QuestionError(f"{path}: question {id!r}, field {_named(field)} {message}")


def _named(field):
    """Return a field's name as people count.

    Examples
    --------
    >>> _named("choice.1.why"), _named("draw.x")
    ("'why' of choice 2", "'draw.x'")
    """
    part = re.fullmatch(r"(\w+)\.(\d+)(?:\.(.+))?", field)
    if part is None:
        return repr(field)
    number = f"{part[1]} {int(part[2]) + 1}"
    return f"{part[3]!r} of {number}" if part[3] else number


# -- the schema


@functools.cache
def _definitions():
    """Return the schema of each type."""
    return json.loads((_HERE / "schema.json").read_text(encoding="utf-8"))["$defs"]


@functools.cache
def _validators():
    import fastjsonschema

    return {name: fastjsonschema.compile(part) for name, part in _definitions().items()}


def _check_schema(path, id, table, type):
    import fastjsonschema

    unknown = _unknown(table, _definitions()[type])
    if unknown:  # before what is missing, which often is what was misspelled
        raise _error(path, id, *unknown)
    try:
        _validators()[type](table)
    except fastjsonschema.JsonSchemaValueException as error:
        field, message = _explained(error)
        raise _error(path, id, field, message) from None


def _unknown(given, definition, place=()):
    """Return the first field that a schema does not know, and what it does; None if all are."""
    if isinstance(given, list):
        parts = [(str(i), part, definition.get("items", {})) for i, part in enumerate(given)]
    elif isinstance(given, dict) and "properties" in definition:
        allowed = definition["properties"]
        for name in given:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                message = f"is unknown; allowed: {', '.join(allowed)}.{hint}"
                return ".".join([*place, name]), message
        parts = [(name, part, allowed[name]) for name, part in given.items()]
    elif isinstance(given, dict) and isinstance(definition.get("additionalProperties"), dict):
        each = definition["additionalProperties"]
        parts = [(name, part, each) for name, part in given.items()]
    else:
        return None
    found = (_unknown(part, inner, (*place, name)) for name, part, inner in parts)
    return next(filter(None, found), None)


_KINDS = {
    "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "string": "a text", "array": "a list", "object": "a table",
}  # fmt: skip


def _explained(error):
    """Return the field that a schema refuses, and why."""
    place, given, definition = error.path[1:], error.value, error.definition
    match error.rule:
        case "required":
            place = [*place, next(name for name in definition["required"] if name not in given)]
            message = "is missing."
        case "anyOf":
            place, message = ["digits"], "is missing (or `tolerance`, or `absolute`)."
        case "enum":
            allowed = ", ".join(definition["enum"])
            message = f"must be one of {allowed}; given {describe(given)}."
        case "type":
            message = f"must be {_KINDS[definition['type']]}; given {describe(given)}."
        case "minLength" | "pattern":
            message = f"must be a text, not empty, of the kind asked for; given {describe(given)}."
        case "oneOf":
            message = (
                "must be a list of different numbers or { low = …, high = … }; "
                f"given {describe(given)}."
            )
        case _:
            wanted = f"{error.rule}: {definition.get(error.rule)}"
            message = f"does not fit ({wanted}); given {describe(given)}."
    return ".".join(map(str, place)), message


def _check_characters(value, where, place=()):
    r"""Refuse what single backslashes leave of LaTeX: TOML reads \b of \beta as a backspace."""
    if isinstance(value, (dict, list)):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            _check_characters(part, where, (*place, str(name)))
    elif isinstance(value, str):
        formulas = "".join(value.split("$")[1::2])
        found = _CONTROL.search(value) or re.search(r"[\t\n]", formulas)
        if found:
            raise where(
                ".".join(place), f"holds the control character {found[0]!r}. {_BACKSLASHES}"
            )


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tabs and new lines


def _stripped(value):
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {name: _stripped(part) for name, part in value.items()}
    return [_stripped(part) for part in value] if isinstance(value, list) else value


# -- sense


def _used(table):
    """Return every name that texts show and expressions use."""
    texts = [table["text"], table.get("why", "")]
    for part in [*table.get("choice", ()), *table.get("also", ()), *table.get("mistake", ())]:
        texts += [part.get("text", ""), part["why"]]
    used = {name for text in texts for name in slots(text)}
    for expression in _expressions(table):
        tree = parse(expression, _names(table))
        used |= names_in(tree)
    return used


def _expressions(table):
    if table["type"] != "number":
        return []
    parts = [*table.get("also", ()), *table.get("mistake", ())]
    return [table["answer"], *(part["value"] for part in parts)]


def _names(table):
    run = table.get("run")
    return set(table.get("draw", ())) | (RUNS[run].names() if run in RUNS else set())


def _check_bound(table, where, more=()):
    """Check that a run is known, and that every number shown has a source."""
    if "run" in table and table["run"] not in RUNS:
        raise where("run", f"must be one of {', '.join(RUNS)}; given {describe(table['run'])}.")
    _check_ranges(table, where)
    known = _names(table) | set(more)
    parts = {"text": table["text"], "why": table.get("why", "")}
    for kind in ("choice", "also", "mistake", "word"):
        for i, part in enumerate(table.get(kind, ())):
            parts[f"{kind}.{i}.why"] = part["why"]
            if kind == "choice":
                parts[f"{kind}.{i}.text"] = part["text"]
    for field, text in parts.items():
        for name in slots(text):
            if name not in known:
                raise where(field, f"shows [[{name}]], which is neither drawn nor of the run.")
        if text.count("$") % 2:
            raise where(field, "has a `$` without its partner.")


def _check_ranges(table, where):
    """Check what a question draws, and where in its run it looks."""
    for name, values in table.get("draw", {}).items():
        if isinstance(values, dict) and not values["low"] < values["high"]:
            given = f"{values['low']} and {values['high']}"
            raise where(f"draw.{name}", f"must have low < high; given {given}.")
    if table.get("layer", 1) > LAYERS:
        raise where("layer", f"must be at most {LAYERS}, as the runs have; given {table['layer']}.")
    first, last = table.get("updates", (1, UPDATES))
    if not first <= last <= UPDATES:
        raise where(
            "updates",
            f"must be [first, last], with first <= last <= {UPDATES}, the run's last update; "
            f"given [{first}, {last}].",
        )


def _check_choices(table, where):
    _check_bound(table, where)
    texts = [choice["text"] for choice in table["choice"]]
    if len(set(texts)) < len(texts):
        raise where("choice", "holds the same text twice.")


def _check_single(table, where):
    _check_choices(table, where)
    right = sum(choice.get("right", False) for choice in table["choice"])
    if right != 1:
        raise where("choice", f"must have exactly one with `right = true`; given {right}.")


def _check_multiple(table, where):
    _check_choices(table, where)
    if not any(choice.get("right", False) for choice in table["choice"]):
        raise where("choice", "must have at least one with `right = true`; given none.")


def _check_quantity(table, where):
    _check_bound(table, where, more=("layer", "limit"))
    allowed = (*RUNS[table["run"]].quantities, "g", "W", "rho", "A", "Z", "s")
    for i, choice in enumerate(table["choice"]):
        if choice["quantity"] not in allowed:
            given = describe(choice["quantity"])
            field = f"choice.{i}.quantity"
            raise where(field, f"must be one of {', '.join(allowed)}; given {given}.")


def _check_number(table, where):
    if "digits" in table and {"tolerance", "absolute"} & table.keys():
        raise where("digits", "can't stand beside `tolerance` or `absolute`: leave one out.")
    _check_bound(table, where, more=("answer",))
    _check_expression(table["answer"], _names(table), where, "answer")
    for kind in ("also", "mistake"):
        for i, part in enumerate(table.get(kind, ())):
            _check_expression(part["value"], _names(table), where, f"{kind}.{i}.value")


def _check_expression(text, names, where, field):
    try:
        parse(text, names)
    except Unreadable as reason:
        raise where(field, f"can't be computed: {reason}.") from None


def _check_formula(table, where):
    written = {s: name for name, e in table["names"].items() for s in e.get("written", ())}
    formulas = {"answer": table["answer"]}
    formulas |= {
        f"mistake.{i}.formula": m["formula"] for i, m in enumerate(table.get("mistake", ()))
    }
    for field, formula in formulas.items():
        try:
            check_formula(formula, table["names"], written)
        except Unreadable as reason:
            raise where(field, f"can't be computed: {reason}.") from None
    _check_bound(table, where)


def _check_ordering(table, where):
    seen = set()
    for i, line in enumerate(table["line"]):
        for name in line.get("needs", ()):
            if name not in seen:
                raise where(f"line.{i}.needs", f"names {name!r}, which is no line before it.")
        if line["name"] in seen:
            raise where(f"line.{i}.name", f"stands twice: {line['name']!r}.")
        seen.add(line["name"])
    if not any(line.get("needs") for line in table["line"]):
        raise where("line", "has no `needs` at all: any order would be right.")


def _check_words(table, where):
    _check_bound(table, where)
    if not any(word.get("right", False) for word in table["word"]):
        raise where("word", "must have at least one with `right = true`; given none.")


_CHECKS = {
    "true_false": _check_bound,
    "single": _check_single,
    "multiple": _check_multiple,
    "quantity": _check_quantity,
    "number": _check_number,
    "formula": _check_formula,
    "ordering": _check_ordering,
    "words": _check_words,
}


# -- the bank


class Bank(Mapping):
    """The questions of a folder, read when first asked for; an id stands in one file only.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder):
        self._folder = folder

    @functools.cached_property
    def _questions(self):
        found = {}
        for path in sorted(self._folder.glob("*.toml")):
            # Asking each of them would take too long here; the tests do it.
            for id, question in _read(path).items():
                if id in found:
                    raise _error(path, id, "id", f"stands in {found[id].lecture}.toml too.")
                found[id] = question
        return found

    def __getitem__(self, id):
        return self._questions[id]

    def __iter__(self):
        return iter(self._questions)

    def __len__(self):
        return len(self._questions)

    def find(self, id):
        """Return the question of an id; an unknown one is refused with the nearest.

        Raises
        ------
        TypeError, ValueError
        """
        if not isinstance(id, str):
            raise TypeError(f"a question's id must be a text; given {describe(id)}.")
        if id in self:
            return self[id]
        near = difflib.get_close_matches(id, self, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"question {id!r} is unknown.{hint} mt.quiz.QUESTIONS has all {len(self)}; "
            "pass a question of your own itself, not its id."
        )

    def of_lecture(self, start):
        """Return the questions of the lecture whose file's name starts so, such as "04"."""
        return {id: q for id, q in self.items() if q.lecture.startswith(start)}


QUESTIONS = Bank(BANK)
