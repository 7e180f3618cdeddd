"""What a student's function answered, beside what the model and known wrong solutions answer.

A *scenario* is a generator that yields ``(where, Call)`` and is sent the value that came back, so
that a trajectory may go on from it. The student's function, the model solution and each known wrong
solution play the same scenario; what they answered is laid side by side.
"""

from dataclasses import dataclass, replace

import numpy as np

from mlpteach.exercise.differences import RTOL, Finding, close, find, loses_digits
from mlpteach.exercise.distributions import distribution_difference, same_distribution
from mlpteach.exercise.local_calls import call_of_our_own, make_call
from mlpteach.exercise.mistake_pairs import likely_pairs
from mlpteach.exercise.protocol import Call, Reply
from mlpteach.exercise.replies import arrays, same_value

EXACT = 1e-10  # two ways of writing one formula agree to about 1e-13
_STOPS = ("not_written", "raises")
# What so many pairs of mistakes lead to that naming one of them would be a guess.
_SAYS_LITTLE = ("zero", "argument_returned", "not_finite", "moves")


@dataclass(frozen=True)
class Exchange:
    """One call of a scenario, in words where it stands, and what came back."""

    where: str
    call: Call
    reply: Reply


def ask(scenario, stand_ins=None):
    """Yield a scenario's calls to whoever makes them; return the exchanges.

    Functions that stand in for the student's own are put into each call.
    """
    exchanges = []
    for where, call, answer in _conversation(scenario):
        reply = yield (replace(call, stand_ins=stand_ins) if stand_ins else call)
        exchanges.append(Exchange(where, call, reply))
        answer.append(reply.value)
    return exchanges


def play(scenario, functions):
    """Yield the exchanges of a scenario, the calls made at once; inside :func:`silenced` only."""
    for where, call, answer in _conversation(scenario):
        reply = make_call(functions, call)
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


class Comparison:
    """One scenario with its inputs: what the model solution and wrong solutions answer."""

    def __init__(self, sheet, scenario, seed):
        self.sheet, self.scenario, self.seed = sheet, scenario, seed
        self._tried, self._read, self._first = None, {}, (None, None)

    def play(self, mistakes=()):
        """Yield the exchanges of the model solution, or of it with these mistakes made."""
        functions = self.sheet.functions(mistakes)
        yield from play(self.scenario(np.random.default_rng(self.seed)), functions)

    def ask_beside(self, names):
        """Yield the scenario's calls with the model's functions in the place of these."""
        model = self.sheet.functions()
        stand_ins = {name: model[name] for name in names}
        return ask(self.scenario(np.random.default_rng(self.seed)), stand_ins)

    def first_difference(self, given):
        """Return (exchange, quantity, Finding) of the first thing that differs, or None."""
        if self._first[0] is not given:
            self._first = given, self._look_for_difference(given)
        return self._first[1]

    def _look_for_difference(self, given):
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
                if difference is not None and difference.kind == "argument_returned":
                    inputs = self._without_coincidences(given, task, name, inputs)
                    difference = _difference(task, name, found[name], wanted[name], inputs)
                if difference is not None:
                    return exchange, name, _other_quantity(name, found, wanted) or difference
        return None

    def _without_coincidences(self, given, task, quantity, inputs):
        """Leave out the arguments that a quantity is equal to, but not at every call.

        V + G is G where V starts at 0: "it is simply G" would lead astray.
        """
        same = [e for e in given if e.call.function == task.name]
        return {
            name: argument
            for name, argument in inputs.items()
            if name == "W" or all(_comes_back(task, quantity, name, e) for e in same)
        }

    def mistakes_of(self, given):
        """Return the known mistakes made: () where all is right, None where it is none known.

        Near is not enough here: others may be asked for what the mistakes lead to.
        """
        first = self.first_difference(given)
        if first is None:
            return ()
        made = self.recognise(given, *first, pairs=False)
        random = self.sheet.tasks[first[0].call.function].random
        return made if made and (random or self.answers(made, given, EXACT)) else None

    def is_unknown(self, given):
        """Whether wrong numbers are those of no one known mistake."""
        first = self.first_difference(given)
        wrong = first is not None and first[2].kind not in _STOPS
        return wrong and not self._single(given, first[0])[0]

    def known(self, given):
        """Return the known mistakes that could show in these exchanges."""
        return self.sheet.mistakes_in(dict.fromkeys(e.call.function for e in given))

    def recognise(self, given, first, quantity, finding, pairs=True):
        """Return the known mistakes, at most one or two, that answer every call as was answered.

        `first` is the exchange that differs first; nearly all mistakes are ruled out by it alone.
        """
        # What stops with an error is told by the error; half of all wrong solutions could be it.
        if finding.kind in _STOPS:
            return ()
        one, alone = self._single(given, first)
        if one:
            return one
        for two in self._pairs(given, first, quantity, finding, alone) if pairs else ():
            if self._is_made(two, self._answer(two, first), given, first):
                return two
        return ()

    def _single(self, given, first):
        """Return (the one mistake made, or (); what each mistake answers to the first call)."""
        if self._tried is None or self._tried[0] is not first:
            one, alone = (), {}
            for mistake in self.known(given):
                alone[mistake] = self._answer((mistake,), first)
                if self._is_made((mistake,), alone[mistake], given, first):
                    one = (mistake,)
                    break
            self._tried = first, one, alone
        return self._tried[1:]

    def _is_made(self, mistakes, wrong, given, first):
        """Whether mistakes that answer the first call with `wrong` are those that were made."""
        same = wrong is not None and self._same(first, wrong) and self.answers(mistakes, given)
        return same and self._each_is_seen(mistakes)

    def _answer(self, mistakes, exchange):
        """Make a call of the model with these mistakes; None where they exclude each other."""
        functions = self.sheet.functions(mistakes)
        if functions is None:
            return None
        reply = call_of_our_own(functions, exchange.call)
        return Exchange(exchange.where, exchange.call, reply)

    def _pairs(self, given, first, quantity, finding, alone):
        """Return the pairs of mistakes that may have led to the first difference."""
        task = self.sheet.tasks[first.call.function]
        # A path takes long to play, and its helpers are asked themselves.
        if not quantity or task.path or finding.kind in _SAYS_LITTLE:
            return ()
        right, found = arrays(task, self._answer((), first).reply), arrays(task, first.reply)
        numbers = {mistake: _numbers(task, answer) for mistake, answer in alone.items()}
        own = {exchange.call.function for exchange in given}
        near = own | {
            name for f in own for name in self.sheet.calls(f) if not self.sheet.calls(name)
        }
        return (
            pair
            for pair in likely_pairs(task, quantity, right, found, numbers)
            # Two slips two calls away are too many to look for.
            if not near.isdisjoint(mistake.function for mistake in pair)
        )

    def _each_is_seen(self, mistakes):
        """Whether each of two mistakes changes something here by itself; else it is made up."""
        right = list(self.play()) if len(mistakes) > 1 else ()
        return not right or not any(self.answers((mistake,), right) for mistake in mistakes)

    def answers(self, mistakes, given, rtol=RTOL):
        """Whether the model solution with these mistakes answers every call as was answered."""
        played = self.play(mistakes)
        return all(
            (wrong := next(played, None)) is not None and self._same(exchange, wrong, rtol)
            for exchange in given
        )

    def _arrays(self, task, reply):
        """Return what stands in a student's reply, read once for all that it is compared with."""
        known = self._read.get(id(reply))
        if known is None or known[0] is not reply:
            known = self._read[id(reply)] = reply, arrays(task, reply)
        return known[1]

    def _same(self, exchange, wrong, rtol=RTOL):
        """Whether two answers to a call agree, changed arguments left aside."""
        task = self.sheet.tasks[exchange.call.function]
        first, second = self._arrays(task, exchange.reply), arrays(task, wrong.reply)
        if isinstance(first, Finding) or isinstance(second, Finding):
            return first == second and same_value(exchange.reply.value, wrong.reply.value)
        if task.random:
            return all(same_distribution(first[name], second[name]) for name in task.returns)
        return all(
            close(first[name], second[name], rtol)
            and loses_digits(first[name]) == loses_digits(second[name])
            and _same_zeros(first[name], second[name])
            for name in task.returns
        )


def _same_zeros(first, second):
    """Whether zeros everywhere are of one kind: whole numbers are cut off, others are not."""
    return bool(first.any()) or (first.dtype.kind == "f") == (second.dtype.kind == "f")


def _numbers(task, exchange):
    """Return the arrays of an answer, None where there are none."""
    found = None if exchange is None else arrays(task, exchange.reply)
    return None if isinstance(found, Finding) else found


def _comes_back(task, quantity, name, exchange):
    """Whether a call returned one of its arguments as this quantity."""
    found = arrays(task, exchange.reply)
    argument = exchange.call.arguments[task.parameters.index(name)]
    return not isinstance(found, Finding) and close(found[quantity], np.asarray(argument))


def _other_quantity(name, found, wanted):
    """Recognise a quantity that stands in another's place."""
    for other, array in wanted.items():
        same = close(found[name], array) and not close(wanted[name], array)
        if other != name and same and not close(found[other], array):
            return Finding("order", f"is the right {other}: look at the order after `return`")
    return None


def _difference(task, name, given, expected, inputs):
    """Return the Finding for one quantity, of a path for its first row that differs."""
    if task.random:
        return distribution_difference(name, given, expected)
    if not task.path or given.shape != expected.shape:
        return find(name, given, expected, inputs)
    before = np.asarray(inputs[task.parameters[0]])
    for k, (row, wanted) in enumerate(zip(given, expected, strict=True), start=1):
        found = find("W", row, wanted, {"W": before})
        if found is not None:
            return Finding(found.kind, f"differs first at update k = {k}, where W {found.how}")
        before = wanted
    return None
