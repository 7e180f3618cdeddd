"""Read question files: TOML, checked against ``schema.json`` and for sense.

Every mistake is refused with file, question and field.
"""

import functools
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from mlpteach.arguments import describe
from mlpteach.quiz.expression import names_in, parse
from mlpteach.quiz.kinds.formula import check_formula
from mlpteach.quiz.question import TYPES, Question
from mlpteach.quiz.runs import RUNS
from mlpteach.quiz.spelling import Unreadable
from mlpteach.quiz.text import slots

_HERE = Path(__file__).parent
BANK = _HERE / "questions"


class QuestionError(ValueError):
    """A question file has a mistake; the message names file, question and field."""


def read(path):
    """Read the questions of one file.

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
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"{path}: can't be opened: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QuestionError(f"{path}: not readable as TOML: {error}") from error
    return {id: as_question(id, table, path) for id, table in tables.items()}


def as_question(id, table, path="here"):
    """Return a checked :class:`Question` from a table of a question file."""
    if not isinstance(table, dict):
        raise QuestionError(f"{path}: {id!r} must be a table [{id}]; given {describe(table)}.")
    type = table.get("type")
    if type not in TYPES:
        given = f"given {describe(type)}" if "type" in table else "it is missing"
        raise _error(path, id, "type", f"must be one of {', '.join(TYPES)}; {given}.")
    _check_schema(path, id, table, type)
    table = _stripped(table)
    where = functools.partial(_error, path, id)
    _CHECKS[type](table, where)
    common = ("type", "slide", "goal", "text")
    fields = {name: value for name, value in table.items() if name not in common}
    if "run" in fields:
        fields["uses"] = tuple(sorted(_used(table) & RUNS[fields["run"]].names()))
    return Question(
        id=id, lecture=Path(path).stem, fields=fields, **{name: table[name] for name in common}
    )


def _error(path, id, field, message):
    return QuestionError(f"{path}: question {id!r}, field {field!r} {message}")


# -- the schema


@functools.cache
def _validators():
    import fastjsonschema

    schema = json.loads((_HERE / "schema.json").read_text(encoding="utf-8"))
    return {name: fastjsonschema.compile(part) for name, part in schema["$defs"].items()}


def _check_schema(path, id, table, type):
    import fastjsonschema

    try:
        _validators()[type](table)
    except fastjsonschema.JsonSchemaValueException as error:
        field, message = _explained(error)
        raise _error(path, id, field, message) from None


def _explained(error):
    """Return the field that a schema refuses, and why."""
    place, given, definition = error.path[1:], error.value, error.definition
    match error.rule:
        case "required":
            place = [*place, next(name for name in definition["required"] if name not in given)]
            message = "is missing."
        case "additionalProperties":
            allowed = definition["properties"]
            place = [*place, next(name for name in given if name not in allowed)]
            message = f"is unknown; allowed: {', '.join(allowed)}."
        case "anyOf":
            place, message = ["digits"], "is missing (or `tolerance`, or `absolute`)."
        case "enum":
            allowed = ", ".join(definition["enum"])
            message = f"must be one of {allowed}; given {describe(given)}."
        case "type":
            message = f"must be a {definition['type']}; given {describe(given)}."
        case "minLength" | "pattern":
            message = f"must be a text, not empty, of the kind asked for; given {describe(given)}."
        case _:
            wanted = f"{error.rule}: {definition.get(error.rule)}"
            message = f"does not fit ({wanted}); given {describe(given)}."
    return ".".join(place), message


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
            for id, question in read(path).items():
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

    def of_lecture(self, start):
        """Return the questions of the lecture whose file's name starts so, such as "04"."""
        return {id: q for id, q in self.items() if q.lecture.startswith(start)}


QUESTIONS = Bank(BANK)
