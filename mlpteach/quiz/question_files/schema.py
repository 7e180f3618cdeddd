"""Check a table of a question file against ``schema.json``, and say in words what does not fit."""

import difflib
import functools
import json
from pathlib import Path

from mlpteach.basics.arguments import describe

_SCHEMA = Path(__file__).with_name("schema.json")


@functools.cache
def _definitions():
    """Return the schema of each type."""
    return json.loads(_SCHEMA.read_text(encoding="utf-8"))["$defs"]


@functools.cache
def _validator(type):
    import fastjsonschema

    return fastjsonschema.compile(_definitions()[type])


def check_schema(table, where):
    """Refuse a table whose fields are not those of its type.

    Parameters
    ----------
    table : dict
        With a known `type`.
    where : callable
        (field, message) -> the exception to raise.
    """
    import fastjsonschema

    type = table["type"]
    unknown = _unknown(table, _definitions()[type])
    if unknown:  # before what is missing, which often is what was misspelled
        raise where(*unknown)
    try:
        _validator(type)(table)
    except fastjsonschema.JsonSchemaValueException as error:
        raise where(*_explained(error)) from None


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
        case "oneOf" if place[0] == "range":
            message = f"must have `low` and `high`, or `value`; given {describe(given)}."
        case "oneOf":
            message = (
                "must be a list of different numbers or { low = …, high = … }; "
                f"given {describe(given)}."
            )
        case _:
            wanted = f"{error.rule}: {definition.get(error.rule)}"
            message = f"does not fit ({wanted}); given {describe(given)}."
    return ".".join(map(str, place)), message
