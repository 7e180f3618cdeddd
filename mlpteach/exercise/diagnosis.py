"""From what a student's function answered to a verdict: what differs first, where and how."""

from dataclasses import replace

import numpy as np

from mlpteach.exercise.carried_forward import NONE, ask_helpers, carried, proves_nothing
from mlpteach.exercise.comparison import Comparison, Exchange, ask
from mlpteach.exercise.differences import Finding, close, find
from mlpteach.exercise.earlier_checks import keep
from mlpteach.exercise.in_place import changed_arguments, changed_in_place
from mlpteach.exercise.limited_memory import limited_memory
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.own_helpers import by_own_helpers
from mlpteach.exercise.protocol import Verdict
from mlpteach.exercise.readback.quantities import Quantities
from mlpteach.exercise.replies import arrays, same_value
from mlpteach.exercise.wrong_answers import Answers, judge_wrong

_SEEDS = 2**62
_IN_PLACE = 0.5  # what is left of a check's points for right values from changed arguments


def values_check(sheet, scenario, *, in_place_counts=True, helpers=None):
    """Return a check's ``run``: do all values agree with the model solution's?

    Parameters
    ----------
    sheet : Sheet
    scenario : callable
        numpy.random.Generator -> generator of (where, Call), sent the values.
    in_place_counts : bool
        Whether arguments changed in place cost points here.
    helpers : dict of str to scenario
        Functions of the sheet that this one calls and that have a check of their own, with the
        inputs of that check: a mistake in one of them costs its points there, and none here.

    Raises
    ------
    TypeError
        If `helpers` is something else.
    """
    _refuse_other_helpers(sheet, helpers)

    def run(rng):
        seed = int(rng.integers(_SEEDS))
        given = yield from ask(scenario(np.random.default_rng(seed)))
        comparison = Comparison(sheet, scenario, seed)
        with silenced(), limited_memory():
            first = comparison.first_difference(given)
        if first is None:
            keep(comparison, given)
            with silenced(), limited_memory():
                return _judge_right(comparison, given, in_place_counts)
        return (yield from _judge_with_helpers(comparison, given, first, helpers, rng))

    return run


def _refuse_other_helpers(sheet, helpers):
    if not helpers:
        return
    scenarios = helpers.values() if isinstance(helpers, dict) else ()
    if not scenarios or not all(map(callable, scenarios)) or not set(helpers) <= set(sheet.tasks):
        raise TypeError(
            "helpers must be a dict: the name of a function -> the scenario of its own check, as "
            f"{{'distances': two_clouds}}, of {', '.join(sheet.tasks)}; given {helpers!r}"
        )


def _judge_with_helpers(comparison, given, first, helpers, rng):
    """Yield what is asked besides; return the verdict on wrong answers."""
    sheet, exchange = comparison.sheet, first[0]
    again = None
    if not sheet.tasks[exchange.call.function].random and first[1]:
        again = Exchange(exchange.where, exchange.call, (yield exchange.call))
    # What has a memory of its own answers otherwise the next time.
    if again is None or same_value(again.reply.value, exchange.reply.value):
        keep(comparison, given)
    found = (yield from ask_helpers(sheet, helpers, rng)) if helpers else NONE
    if first[2].kind == "raises" and found.stood_in_for:
        return (yield from _judge_beside(comparison, given, first, found))
    played = None
    if found.most and not proves_nothing(sheet, given, first[2]):
        with silenced(), limited_memory():
            known = carried(comparison, given, first[2], found.mistakes)
        asked = found.to_be_asked or (() if known else found.all_to_be_asked)
        if asked:
            played = yield from by_own_helpers(sheet, given, asked, found.known_of_others(asked))
        if played and not found.to_be_asked and not _leads_to_all(sheet, given, played):
            played = None  # of a known mistake a part may be a stub's by chance
    with silenced(), limited_memory():
        return judge_wrong(Answers(comparison, given, first, found, played, again))


def _leads_to_all(sheet, given, led):
    """Whether all that was answered is what the helpers lead to."""
    for own, other in zip(given, led, strict=True):
        task = sheet.tasks[own.call.function]
        found, wanted = arrays(task, own.reply), arrays(task, other.reply)
        if isinstance(found, Finding) or isinstance(wanted, Finding):
            return False
        if not all(close(found[name], wanted[name]) for name in task.returns):
            return False
    return True


def _judge_beside(comparison, given, first, found):
    """Yield the calls again with the model's helpers for those that give no answer.

    Their own checks took the points for them: what calls them is judged as if they were right.
    """
    sheet, played = comparison.sheet, None
    beside = yield from comparison.ask_beside(found.stood_in_for)
    with silenced(), limited_memory():
        second = comparison.first_difference(beside)
    told = second is not None and not proves_nothing(sheet, beside, second[2])
    if told and found.to_be_asked:
        played = yield from by_own_helpers(sheet, beside, found.to_be_asked, found.known)
    with silenced(), limited_memory():
        alone = judge_wrong(Answers(comparison, given, first, found, None))
        if second is None:
            message = f"Right but for {found.paid_silent}."
            return Verdict(1.0, message, excuse=found.excuse_silent(sheet, alone))
        verdict = judge_wrong(Answers(comparison, beside, second, found, played))
    if second[2].kind == "raises":
        return alone
    excuse = found.excuse_silent(sheet, alone, verdict.excuse)
    advice = found.advice(first[2]).strip()
    message = f"{advice} With the right one in its place: {verdict.message}"
    return replace(verdict, message=message, excuse=excuse)


def _judge_right(comparison, given, in_place_counts):
    changed = changed_in_place(comparison.sheet, given) if in_place_counts else ""
    if not changed:
        return Verdict(1.0, "Right.")
    message = f"The values are right, but {changed}"
    return Verdict(_IN_PLACE, message, _mistake_that_changes(comparison, given, changed))


def _mistake_that_changes(comparison, given, changed):
    """Return the id of the known mistake that changes the same argument in place."""
    for mistake in comparison.known(given):
        played = list(comparison.play((mistake,)))
        same = changed_in_place(comparison.sheet, played) == changed
        if same and comparison.answers((mistake,), given):
            return mistake.id
    return "changed_in_place"


def unchanged_check(sheet, scenario, *, helpers=None):
    """Return a check's ``run``: are the arguments after each call what they were before it?

    The numbers that come back need not be right, but must be those of an attempt, with a slip that
    can be told: a function that returns anything at all leaves its arguments alone too. The
    parameters are those of
    :func:`values_check`.
    """
    _refuse_other_helpers(sheet, helpers)

    def run(rng):
        seed = int(rng.integers(_SEEDS))
        given = yield from ask(scenario(np.random.default_rng(seed)))
        comparison = Comparison(sheet, scenario, seed)
        verdict = yield from _judge_unchanged(comparison, given, helpers, rng)
        if verdict.mistake != "raises" or not helpers:
            return verdict
        found = yield from ask_helpers(sheet, helpers, rng)
        if not found.stood_in_for:
            return verdict
        beside = yield from comparison.ask_beside(found.stood_in_for)
        again = yield from _judge_unchanged(comparison, beside, helpers, rng)
        paid = again.fraction > 0.0
        return replace(again, excuse=found.excuse_silent(sheet, verdict)) if paid else verdict

    return run


def _judge_unchanged(comparison, given, helpers, rng):
    """Yield what is asked besides; return the verdict on arguments after the calls."""
    with silenced(), limited_memory():
        lost, changed = _no_attempt(comparison, given), _changed(comparison, given)
        first = None if lost else comparison.first_difference(given)
        attempt = first is None or _is_attempt(comparison, given, first)
    if not lost and changed and attempt and helpers:
        return (yield from _judge_changed(comparison, given, changed, helpers, rng))
    if lost or changed:
        return lost or changed
    found = NONE
    if helpers and not attempt:
        found = yield from ask_helpers(comparison.sheet, helpers, rng)
    with silenced(), limited_memory():
        helped = not attempt and carried(comparison, given, first[2], found.mistakes)
    message = (
        "Nothing is changed in place, good; the points come once the values are those of the "
        "formula, or nearly so."
    )
    wrong, right = Verdict(0.0, message, ""), "Right: no argument is changed."
    if helped:
        return Verdict(1.0, right, excuse=found.excuse(wrong))
    return Verdict(1.0, right) if attempt else wrong


def _judge_changed(comparison, given, changed, helpers, rng):
    """Yield what is asked besides; return the verdict on arguments that a helper may have changed.

    What the student's own helpers change, called by the model's function, is paid in their checks.
    """
    sheet = comparison.sheet
    found = yield from ask_helpers(sheet, helpers, rng)
    if not found.in_place or not found.to_be_asked:
        return changed
    led = yield from by_own_helpers(sheet, given, found.to_be_asked, found.known)
    by_helpers = set(changed_arguments(sheet, led or ()))
    if not by_helpers.issuperset(changed_arguments(sheet, given)):
        return changed
    return Verdict(1.0, f"Right but for {found.paid}.", excuse=found.excuse(changed))


def _is_attempt(comparison, given, first):
    """Whether wrong numbers are those of the formula with a slip, or some of them are right."""
    quantities = Quantities(comparison.sheet, first[0].call.function, given)
    return (
        bool(quantities.right())
        or quantities.digits() is not None
        or bool(comparison.recognise(given, *first, pairs=False))
        or any(
            reading is not None and reading.family
            for reading, _ in map(quantities.read, quantities.task.order)
        )
    )


def _no_attempt(comparison, given):
    """Return the verdict on an answer that is none; None where all might be attempts."""
    for exchange, expected in zip(given, comparison.play(), strict=True):
        found = _nothing_new(comparison.sheet.tasks[exchange.call.function], exchange, expected)
        if found is not None:
            message = f"What {exchange.call.function} returns tells nothing here: it {found.how}."
            return Verdict(0.0, message, found.kind)
    return None


def _changed(comparison, given):
    """Return the verdict on arguments changed in place; None where none was."""
    changed = changed_in_place(comparison.sheet, given)
    if not changed:
        return None
    message = f"{changed[0].upper()}{changed[1:]}"
    return Verdict(0.0, message, _mistake_that_changes(comparison, given, changed))


def _nothing_new(task, exchange, expected):
    """Return a Finding where an answer is none, has a wrong shape, or is only an argument."""
    found, wanted = arrays(task, exchange.reply), arrays(task, expected.reply)
    if isinstance(found, Finding):
        return found
    for name in task.returns:
        if found[name].shape != wanted[name].shape:
            return find(name, found[name], wanted[name], {})
    arguments = [np.asarray(a) for a in exchange.call.arguments if isinstance(a, np.ndarray)]
    if all(any(close(found[name], argument) for argument in arguments) for name in task.returns):
        return Finding("argument_returned", "returns only an argument")
    return None
