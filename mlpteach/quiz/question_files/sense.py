"""Check what no schema can: that names are known, and that a question makes sense."""

from mlpteach.basics.arguments import describe
from mlpteach.basics.mathml import to_mathml
from mlpteach.quiz.kinds.formula import check_formula
from mlpteach.quiz.runs import LAYERS, RUNS, UPDATES
from mlpteach.quiz.text.markup import formulas, lonely_dollar, slots
from mlpteach.quiz.typed.expression import parse
from mlpteach.quiz.typed.spelling import Unreadable


def check_sense(question, where):
    """Refuse a question whose parts do not fit each other.

    Parameters
    ----------
    question : Question
        Of a table that fits its schema.
    where : callable
        (field, message) -> the exception to raise.
    """
    fields = question.fields
    _check_run(fields, where)
    if question.type in _CHECKS:
        _CHECKS[question.type](fields, where)
    _check_texts(question, where)


def _check_run(fields, where):
    """Check what a question draws, and where in which run it looks."""
    if "run" in fields and fields["run"] not in RUNS:
        raise where("run", f"must be one of {', '.join(RUNS)}; given {describe(fields['run'])}.")
    for name, values in fields.get("draw", {}).items():
        if isinstance(values, dict) and not values["low"] < values["high"]:
            given = f"{values['low']} and {values['high']}"
            raise where(f"draw.{name}", f"must have low < high; given {given}.")
    if fields.get("layer", 1) > LAYERS:
        given = fields["layer"]
        raise where("layer", f"must be at most {LAYERS}, as the runs have; given {given}.")
    first, last = fields.get("updates", (1, UPDATES))
    if not first <= last <= UPDATES:
        raise where(
            "updates",
            f"must be [first, last], with first <= last <= {UPDATES}, the run's last update; "
            f"given [{first}, {last}].",
        )


def _names(fields):
    """Return the names of the numbers that a question has."""
    run = RUNS[fields["run"]].names() if "run" in fields else ()
    return {*fields.get("draw", ()), *run}


# Numbers that only the kind itself knows.
_OF_THE_KIND = {"number": {"answer"}, "quantity": {"layer", "limit"}}


def _check_texts(question, where):
    """Check that every number shown has a source, and that formulas end."""
    known = _names(question.fields) | _OF_THE_KIND.get(question.type, set())
    for field, text in question.texts().items():
        for name in slots(text):
            if name not in known:
                raise where(field, f"shows [[{name}]], which is neither drawn nor of the run.")
        if lonely_dollar(text):
            raise where(field, f"has a `$` without its partner. {_DOLLARS}")
        for latex in formulas(text):
            _check_latex(latex, where, field)


_DOLLARS = r"A formula has no space at its ends; a dollar itself is written \\$."


def _check_latex(latex, where, field):
    try:
        to_mathml(latex)
    except ValueError as error:
        raise where(field, f"has a formula that can't be shown: {error}") from None


def _check_choices(fields, where):
    texts = [choice["text"] for choice in fields["choice"]]
    if len(set(texts)) < len(texts):
        raise where("choice", "holds the same text twice.")


def _check_single(fields, where):
    _check_choices(fields, where)
    right = sum(choice.get("right", False) for choice in fields["choice"])
    if right != 1:
        raise where("choice", f"must have exactly one with `right = true`; given {right}.")


def _check_multiple(fields, where):
    _check_choices(fields, where)
    if not any(choice.get("right", False) for choice in fields["choice"]):
        raise where("choice", "must have at least one with `right = true`; given none.")


def _check_quantity(fields, where):
    allowed = (*RUNS[fields["run"]].quantities, "g", "W", "rho", "A", "Z", "s")
    for i, choice in enumerate(fields["choice"]):
        if choice["quantity"] not in allowed:
            given = describe(choice["quantity"])
            field = f"choice.{i}.quantity"
            raise where(field, f"must be one of {', '.join(allowed)}; given {given}.")


def _check_number(fields, where):
    if "digits" in fields and {"tolerance", "absolute"} & fields.keys():
        raise where("digits", "can't stand beside `tolerance` or `absolute`: leave one out.")
    _check_expression(fields["answer"], _names(fields), where, "answer")
    for kind in ("also", "mistake"):
        for i, part in enumerate(fields.get(kind, ())):
            _check_expression(part["value"], _names(fields), where, f"{kind}.{i}.value")


def _check_expression(text, names, where, field):
    try:
        parse(text, names)
    except Unreadable as reason:
        raise where(field, f"can't be computed: {reason}.") from None


def _check_formula(fields, where):
    written = {s: name for name, e in fields["names"].items() for s in e.get("written", ())}
    formulas = {"answer": fields["answer"]}
    formulas |= {
        f"mistake.{i}.formula": m["formula"] for i, m in enumerate(fields.get("mistake", ()))
    }
    for field, formula in formulas.items():
        try:
            check_formula(formula, fields["names"], written)
        except Unreadable as reason:
            raise where(field, f"can't be computed: {reason}.") from None


def _check_ordering(fields, where):
    seen = set()
    for i, line in enumerate(fields["line"]):
        for name in line.get("needs", ()):
            if name not in seen:
                raise where(f"line.{i}.needs", f"names {name!r}, which is no line before it.")
        if line["name"] in seen:
            raise where(f"line.{i}.name", f"stands twice: {line['name']!r}.")
        seen.add(line["name"])
    if not any(line.get("needs") for line in fields["line"]):
        raise where("line", "has no `needs` at all: any order would be right.")


def _check_words(fields, where):
    if not any(word.get("right", False) for word in fields["word"]):
        raise where("word", "must have at least one with `right = true`; given none.")


def _check_ranges(fields, where):
    if not any(part.get("right", False) for part in fields["range"]):
        raise where("range", "must have at least one with `right = true`; given none.")


_CHECKS = {
    "single": _check_single,
    "multiple": _check_multiple,
    "quantity": _check_quantity,
    "number": _check_number,
    "formula": _check_formula,
    "ordering": _check_ordering,
    "ranges": _check_ranges,
    "words": _check_words,
}
