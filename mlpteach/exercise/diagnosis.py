"""From what a student's function answered to a verdict: which quantity differs first, where, how.

A *scenario* is a generator that yields ``(where, Call)`` and is sent the value that came back, so
that a trajectory may go on from it. The student's function, the model solution and each known wrong
solution play the same scenario; what they answered is laid side by side.
"""

from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from mlpteach.exercise.differences import Finding, close, find, loses_digits
from mlpteach.exercise.direct import answer_quietly, quietly
from mlpteach.exercise.drawn import find_drawn, same_drawn
from mlpteach.exercise.protocol import Call, Reply, Verdict
from mlpteach.exercise.replies import arrays, same_value

_SEEDS = 2**62
_IN_PLACE = 0.5  # what is left of a check's points for right values from changed arguments
# What so many pairs of mistakes lead to that naming one of them would be a guess.
_SAYS_LITTLE = ("zero", "argument_returned", "not_finite", "moves")


@dataclass(frozen=True)
class Exchange:
    """One call of a scenario, in words where it stands, and what came back."""

    where: str
    call: Call
    reply: Reply


def values_check(sheet, scenario, *, in_place_counts=True, paid=()):
    """Return a check's ``run``: do all values agree with the model solution's?

    Parameters
    ----------
    sheet : Sheet
    scenario : callable
        numpy.random.Generator -> generator of (where, Call), sent the values.
    in_place_counts : bool
        Whether arguments changed in place cost points here.
    paid : collection of str
        Ids of mistakes that cost their points in another check, and none here.
    """

    def run(rng):
        seed = int(rng.integers(_SEEDS))
        given = yield from _ask(scenario(np.random.default_rng(seed)))
        with quietly():
            return _judge_values(_Case(sheet, scenario, seed), given, in_place_counts, paid)

    return run


def _judge_values(case, given, in_place_counts, paid):
    first = case.first_difference(given)
    if first is not None:
        return case.verdict(given, *first, paid)
    changed = changed_in_place(case.sheet, given) if in_place_counts else ""
    if not changed:
        return Verdict(1.0, "Right.")
    message = f"The values are right, but {changed}"
    return Verdict(_IN_PLACE, message, case.mistake_that_changes(given, changed))


def unchanged_check(sheet, scenario):
    """Return a check's ``run``: are the arguments after each call what they were before it?

    The numbers that come back need not be right, but must be those of an attempt: a function that
    returns anything at all leaves its arguments alone too.
    """

    def run(rng):
        seed = int(rng.integers(_SEEDS))
        given = yield from _ask(scenario(np.random.default_rng(seed)))
        with quietly():
            return _judge_arguments(_Case(sheet, scenario, seed), given)

    return run


def _judge_arguments(case, given):
    for exchange, expected in zip(given, case.play(), strict=True):
        found = _nothing_new(case.sheet.tasks[exchange.call.function], exchange, expected)
        if found is not None:
            message = f"What {exchange.call.function} returns tells nothing here: it {found.how}."
            return Verdict(0.0, message, found.kind)
    changed = changed_in_place(case.sheet, given)
    if not changed:
        return _judge_unchanged(case, given)
    message = f"{changed[0].upper()}{changed[1:]}"
    return Verdict(0.0, message, case.mistake_that_changes(given, changed))


def _judge_unchanged(case, given):
    """Points for arguments left alone are earned by an attempt: right, or a mistake we know."""
    first = case.first_difference(given)
    if first is None or case.recognise(given, first[0], 2):
        return Verdict(1.0, "Right: no argument is changed.")
    message = (
        "No argument is changed, but the numbers that come back are no attempt that is known "
        "here: these points come with right values."
    )
    return Verdict(0.0, message, "")


def _nothing_new(task, exchange, expected):
    """Return a Finding where an answer is none, has a wrong shape, or is only an argument."""
    found, wanted = arrays(task, exchange.reply), arrays(task, expected.reply)
    if isinstance(found, Finding):
        return found
    for name in task.returns:
        if found[name].shape != wanted[name].shape:
            return find(name, found[name], wanted[name], {})
    arguments = [np.asarray(a) for a in exchange.call.arguments if isinstance(a, np.ndarray)]
    if any(close(found[task.returns[0]], argument) for argument in arguments):
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


def _ask(scenario):
    """Yield a scenario's calls to whoever makes them; return the exchanges."""
    exchanges = []
    for where, call, answer in _conversation(scenario):
        reply = yield call
        exchanges.append(Exchange(where, call, reply))
        answer.append(reply.value)
    return exchanges


def play(scenario, functions):
    """Yield the exchanges of a scenario, the calls made at once; inside :func:`quietly` only."""
    for where, call, answer in _conversation(scenario):
        reply = answer_quietly(functions, call)
        answer.append(reply.value)
        yield Exchange(where, call, reply)


def _conversation(scenario):
    """Yield (where, call, a list to put the value into) to the scenario's end."""
    answer = [None]
    while True:
        try:
            where, call = scenario.send(answer[-1])
        except StopIteration:
            return
        answer = []
        yield where, call, answer


class _Case:
    """One scenario with its inputs: what the model solution and wrong solutions answer."""

    def __init__(self, sheet, scenario, seed):
        self.sheet, self._scenario, self._seed = sheet, scenario, seed

    def play(self, mistakes=()):
        """Yield the exchanges of the model solution, or of it with these mistakes made."""
        functions = self.sheet.functions(mistakes)
        yield from play(self._scenario(np.random.default_rng(self._seed)), functions)

    def first_difference(self, given):
        """Return (exchange, quantity, Finding) of the first thing that differs, or None."""
        for exchange, expected in zip(given, self.play(), strict=True):
            task = self.sheet.tasks[exchange.call.function]
            found = arrays(task, exchange.reply)
            if isinstance(found, Finding):
                return exchange, "", found
            wanted = arrays(task, expected.reply)
            named = zip(task.parameters, exchange.call.arguments, strict=False)
            inputs = {n: a for n, a in named if isinstance(a, np.ndarray)}
            for name in task.order:
                difference = _difference(task, name, found[name], wanted[name], inputs)
                if difference is not None:
                    return exchange, name, _other_quantity(name, found, wanted) or difference
        return None

    def verdict(self, given, exchange, quantity, finding, paid=()):
        """Say what differs first, and name the mistake where it is a known one."""
        task = self.sheet.tasks[exchange.call.function]
        where = f" {exchange.where}" if exchange.where else ""
        if not quantity:
            message = f"{task.name} {finding.how}"
        elif len(task.returns) == 1:
            message = f"What {task.name} returns is wrong{where}: it {finding.how}"
        else:
            message = f"{quantity} differs first{where}{_right(task, quantity)}: it {finding.how}"
        message = message if message.endswith("?") else f"{message}."
        # What stops with an error is told by the error; half of all wrong solutions could be it.
        known = finding.kind not in ("not_written", "raises")
        most = 2 if quantity and finding.kind not in _SAYS_LITTLE else 1
        mistakes = self.recognise(given, exchange, most) if known else ()
        if not mistakes:
            return Verdict(0.0, message, finding.kind)
        hints = [mistake.hint for mistake in mistakes]
        if len(hints) > 1:
            hints = ["Two mistakes together would do this."] + [
                f"{number}) {hint}" for number, hint in enumerate(hints, start=1)
            ]
        if all(mistake.id in paid for mistake in mistakes):
            text = " ".join(["Right but for what costs its points in another check.", *hints])
            return Verdict(1.0, text)
        worth = float(np.prod([mistake.worth for mistake in mistakes]))
        return Verdict(worth, " ".join([message, *hints]), mistakes[0].id)

    def mistake_that_changes(self, given, changed):
        """Return the id of the known mistake that changes the same argument in place."""
        for mistake in self._known(given):
            played = list(self.play((mistake,)))
            if changed_in_place(self.sheet, played) == changed and self._answers((mistake,), given):
                return mistake.id
        return "changed_in_place"

    def _known(self, given):
        return self.sheet.mistakes_in(dict.fromkeys(e.call.function for e in given))

    def recognise(self, given, first, most):
        """Return the known mistakes, at most one or two, that answer every call as was answered.

        `first` is the exchange that differs first; nearly all mistakes are ruled out by it alone.
        """
        known = self._known(given)
        own = {exchange.call.function for exchange in given}
        near = own | {
            name for f in own for name in self.sheet.calls(f) if not self.sheet.calls(name)
        }
        for mistakes in chain(*(combinations(known, number) for number in range(1, most + 1))):
            if len(mistakes) == 2 and near.isdisjoint(mistake.function for mistake in mistakes):
                continue  # two slips two calls away are too many to look for
            functions = self.sheet.functions(mistakes)
            if functions is None:
                continue
            wrong = Exchange(first.where, first.call, answer_quietly(functions, first.call))
            same = self._same(first, wrong) and self._answers(mistakes, given)
            if same and self._each_is_seen(mistakes):
                return mistakes
        return ()

    def _each_is_seen(self, mistakes):
        """Whether each of two mistakes changes something here by itself; else it is made up."""
        right = list(self.play()) if len(mistakes) > 1 else ()
        return not right or not any(self._answers((mistake,), right) for mistake in mistakes)

    def _answers(self, mistakes, given):
        played = self.play(mistakes)
        return all(
            (wrong := next(played, None)) is not None and self._same(exchange, wrong)
            for exchange in given
        )

    def _same(self, exchange, wrong):
        """Whether two answers to a call agree, changed arguments left aside."""
        task = self.sheet.tasks[exchange.call.function]
        first, second = arrays(task, exchange.reply), arrays(task, wrong.reply)
        if isinstance(first, Finding) or isinstance(second, Finding):
            return first == second and same_value(exchange.reply.value, wrong.reply.value)
        same = same_drawn if task.random else close
        return all(
            same(first[name], second[name])
            and loses_digits(first[name]) == loses_digits(second[name])
            for name in task.returns
        )


def _other_quantity(name, found, wanted):
    """Recognise a quantity that stands in another's place."""
    for other, array in wanted.items():
        if other != name and close(found[name], array) and not close(wanted[name], array):
            return Finding("order", f"is the right {other}: look at the order after `return`")
    return None


def _difference(task, name, given, expected, inputs):
    """Return the Finding for one quantity, of a path for its first row that differs."""
    if task.random:
        return find_drawn(name, given, expected)
    if not task.path or given.shape != expected.shape:
        return find(name, given, expected, inputs)
    before = np.asarray(inputs[task.parameters[0]])
    for k, (row, wanted) in enumerate(zip(given, expected, strict=True), start=1):
        found = find("W", row, wanted, {"W": before})
        if found is not None:
            return Finding(found.kind, f"differs first at update k = {k}, where W {found.how}")
        before = wanted
    return None


def _right(task, quantity):
    """Say which quantities were right."""
    right = task.order[: task.order.index(quantity)]
    if not right:
        return ""
    return f" ({' and '.join(right)} {'is' if len(right) == 1 else 'are'} right)"
