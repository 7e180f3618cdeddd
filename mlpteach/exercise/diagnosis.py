"""From what a student's function answered to a verdict: what differs first, where and how."""

import numpy as np

from mlpteach.exercise.carried_forward import NONE, ask_helpers, carried, own_beside
from mlpteach.exercise.comparison import Comparison, ask
from mlpteach.exercise.differences import Finding, close, find
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.protocol import Excuse, Verdict
from mlpteach.exercise.replies import arrays

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
    """

    def run(rng):
        seed = int(rng.integers(_SEEDS))
        given = yield from ask(scenario(np.random.default_rng(seed)))
        comparison = Comparison(sheet, scenario, seed)
        with silenced():
            first = comparison.first_difference(given)
        if first is None:
            with silenced():
                return _judge_right(comparison, given, in_place_counts)
        found = (yield from ask_helpers(sheet, helpers, rng)) if helpers else NONE
        with silenced():
            return _judge_wrong(comparison, given, *first, found)

    return run


def _judge_right(comparison, given, in_place_counts):
    changed = changed_in_place(comparison.sheet, given) if in_place_counts else ""
    if not changed:
        return Verdict(1.0, "Right.")
    message = f"The values are right, but {changed}"
    return Verdict(_IN_PLACE, message, _mistake_that_changes(comparison, given, changed))


def _judge_wrong(comparison, given, exchange, quantity, finding, helpers):
    """Say what differs first, and name the mistake where it is a known one."""
    paid = helpers.mistakes
    if carried(comparison, given, finding, paid):
        hints = " ".join(mistake.hint for mistake in paid)
        excuse = _excuse(paid, _judge_wrong(comparison, given, exchange, quantity, finding, NONE))
        return Verdict(1.0, f"Right but for {helpers.paid}. {hints}", excuse=excuse)
    own = own_beside(comparison, given, finding, paid)
    if own is not None:
        excuse = _excuse(paid, _judge_wrong(comparison, given, exchange, quantity, finding, NONE))
        message = f"Not right, and not only for {helpers.paid}. {own.hint}"
        return Verdict(own.worth, message, own.id, excuse=excuse)
    task = comparison.sheet.tasks[exchange.call.function]
    message = _what_differs(task, exchange, quantity, finding)
    mistakes = comparison.recognise(given, exchange, quantity, finding)
    if not mistakes or helpers.contradict(mistakes, finding):
        return Verdict(0.0, f"{message}{helpers.advice(finding)}", finding.kind)
    worth = float(np.prod([mistake.worth for mistake in mistakes]))
    return Verdict(worth, f"{message} {_hints(mistakes)}", mistakes[0].id)


def _excuse(paid, otherwise):
    return Excuse(tuple((mistake.function, mistake.worth) for mistake in paid), otherwise)


def _what_differs(task, exchange, quantity, finding):
    where = f" {exchange.where}" if exchange.where else ""
    if not quantity:
        message = f"{task.name} {finding.how}"
    elif len(task.returns) == 1:
        message = f"What {task.name} returns is wrong{where}: it {finding.how}"
    else:
        message = f"{quantity} differs first{where}{_right(task, quantity)}: it {finding.how}"
    return message if message.endswith("?") else f"{message}."


def _hints(mistakes):
    if len(mistakes) == 1:
        return mistakes[0].hint
    numbered = [f"{number}) {mistake.hint}" for number, mistake in enumerate(mistakes, start=1)]
    return " ".join(["Two mistakes together would do this.", *numbered])


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

    The numbers that come back need not be right, but must be those of an attempt: a function that
    returns anything at all leaves its arguments alone too. The parameters are those of
    :func:`values_check`.
    """

    def run(rng):
        seed = int(rng.integers(_SEEDS))
        given = yield from ask(scenario(np.random.default_rng(seed)))
        comparison = Comparison(sheet, scenario, seed)
        with silenced():
            lost = _no_attempt(comparison, given) or _changed(comparison, given)
            first = None if lost else comparison.first_difference(given)
            attempt = first is None or comparison.recognise(given, *first)
        if lost:
            return lost
        found = (yield from ask_helpers(sheet, helpers, rng)) if helpers and not attempt else NONE
        with silenced():
            helped = not attempt and carried(comparison, given, first[2], found.mistakes)
        message = "Nothing is changed in place, good; the points come once the values are right."
        wrong, right = Verdict(0.0, message, ""), "Right: no argument is changed."
        if helped:
            return Verdict(1.0, right, excuse=_excuse(found.mistakes, wrong))
        return Verdict(1.0, right) if attempt else wrong

    return run


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


def changed_in_place(sheet, exchanges):
    """Say which argument a call has changed; "" where none was."""
    for exchange in exchanges:
        task = sheet.tasks[exchange.call.function]
        pairs = zip(
            task.parameters, exchange.call.arguments, exchange.reply.arguments_after, strict=False
        )
        for name, before, after in pairs:
            if isinstance(before, (np.ndarray, list)) and not _same_array(before, after):
                return (
                    f"the call changes its argument {name} in place, for whoever called it too. "
                    "Look at +=, -=, *=, out= and entries that are assigned: make a new array."
                )
    return ""


def _same_array(before, after):
    if isinstance(before, list):
        same_length = isinstance(after, list) and len(after) == len(before)
        return same_length and all(map(_same_array, before, after))
    return (
        isinstance(after, np.ndarray)
        and after.shape == before.shape
        and np.array_equal(before, after, equal_nan=True)
    )


def _right(task, quantity):
    """Say which quantities were right."""
    right = task.order[: task.order.index(quantity)]
    if not right:
        return ""
    return f" ({' and '.join(right)} {'is' if len(right) == 1 else 'are'} right)"
