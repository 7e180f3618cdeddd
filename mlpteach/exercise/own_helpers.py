"""What a function would answer that is right but for the student's own helpers: they are asked.

The model's function runs here, with stand-ins for the helpers that are wrong in their own check. A
stand-in that does not know an answer has the student's helper called, over the same protocol, and
the model's function starts again. So it needs no list of what a helper may do wrong.
"""

import numpy as np

from mlpteach.exercise.comparison import Exchange
from mlpteach.exercise.limited_memory import limited_memory
from mlpteach.exercise.local_calls import make_call, silenced
from mlpteach.exercise.protocol import Call, NoAnswer
from mlpteach.exercise.readback.quantities import says_nothing
from mlpteach.exercise.replies import same_value

_MOST_CALLS = 150  # of helpers, for a check


class _Unknown(BaseException):
    """A stand-in has no answer yet; past what a function may catch."""

    def __init__(self, call):
        super().__init__()
        self.call = call


class _StandIns:
    """Functions in the helpers' place; what they answered so far."""

    def __init__(self, sheet, names):
        self._tasks, self.names = sheet.tasks, names
        self.replies, self.calls = {}, {}
        self._replay, self._next = [], 0

    def begin(self):
        """Begin another call of the model's function."""
        self._replay, self._next = [], 0

    def start_again(self):
        """Begin the same call once more: up to where it stopped it asks what it asked before."""
        self._next = 0

    def functions(self):
        return {name: self._stand_in(name) for name in self.names}

    def _stand_in(self, name):
        def stand_in(*arguments, **keywords):
            if self._next == len(self._replay):
                self._replay.append(self._known(name, arguments, keywords))
            reply = self._replay[self._next]
            self._next += 1
            if reply.error:
                raise ArithmeticError(reply.error)
            return _as_returned(arguments, reply)

        return stand_in

    def _known(self, name, arguments, keywords):
        call = Call(name, tuple(map(_copy, arguments)), keywords)
        key = _key(call)
        if key not in self.replies:
            raise _Unknown(call)
        return self.replies[key]

    def note(self, call, reply):
        self.calls[_key(call)] = call
        self.replies[_key(call)] = reply

    def say_nothing(self):
        """Whether a helper returns an argument, 0 or the same number whenever it is asked."""
        return any(map(self._says_nothing, self.names))

    def _says_nothing(self, name):
        asked = [(self.calls[key], self.replies[key]) for key in self.calls if key[0] == name]
        numbers = {_one_number(reply.value) for _, reply in asked}
        several = len(numbers) > 1 and not numbers & {None, 0.0}  # such as the mean of a gradient
        return not several and all(self._nothing(call, reply) for call, reply in asked)

    def _nothing(self, call, reply):
        value = reply.value
        parts = value if isinstance(value, (tuple, list)) else (value,)
        return all(
            not isinstance(part, (np.ndarray, float, int)) or says_nothing(call, part)
            for part in parts
        )


def _one_number(value):
    """Return the number that stands in every entry of an array; None where there is none."""
    if not isinstance(value, np.ndarray) or value.size < 2 or not np.isfinite(value).all():
        return None
    return float(value.flat[0]) if np.ptp(value) == 0 else None


def _as_returned(arguments, reply):
    """Change arguments in place as the helper does; return them where it returned them."""
    changed = []
    for argument, after in zip(arguments, reply.arguments_after, strict=False):
        if isinstance(argument, np.ndarray) and not _same_bytes(argument, after):
            argument[...] = after
            changed.append(argument)
    several = isinstance(reply.value, (tuple, list))
    values = [_same_object(value, changed) for value in (reply.value if several else [reply.value])]
    return tuple(values) if several else values[0]


def _same_bytes(before, after):
    other = not isinstance(after, np.ndarray) or after.shape != before.shape
    return other or before.tobytes() == after.tobytes()


def _same_object(value, changed):
    if isinstance(value, np.ndarray):
        for argument in changed:
            if argument.shape == value.shape and np.array_equal(argument, value):
                return argument
    return value


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def _key(call):
    values = (*call.arguments, *sorted(call.keywords.items()))
    return call.function, tuple(map(_bytes, values))


def _bytes(value):
    if isinstance(value, tuple):
        return tuple(map(_bytes, value))
    if isinstance(value, (str, int)):
        return value
    array = np.asarray(value)
    return array.shape, array.dtype.str, array.tobytes()


def by_own_helpers(sheet, given, names, mistakes):
    """Yield calls of the student's helpers; return the exchanges of a caller that is right.

    Parameters
    ----------
    sheet : Sheet
    given : list of Exchange
        The calls of the caller.
    names : tuple of str
        Helpers that are wrong in a way that no list holds: they are asked.
    mistakes : tuple of Mistake
        Known mistakes of the other helpers.

    Returns
    -------
    list of Exchange, or None
        None where the helpers excuse nothing: they say nothing, or not the same when asked again.
    """
    stand_ins = _StandIns(sheet, names)
    functions = sheet.functions(mistakes, stand_ins.functions())
    if functions is None:
        return None
    played = []
    try:
        for exchange in given:
            stand_ins.begin()
            while True:
                stand_ins.start_again()
                try:
                    with silenced(), limited_memory():
                        reply = make_call(functions, exchange.call)
                    break
                except _Unknown as unknown:
                    if len(stand_ins.calls) >= _MOST_CALLS:
                        return None
                    stand_ins.note(unknown.call, (yield unknown.call))
            played.append(Exchange(exchange.where, exchange.call, reply))
        same = yield from _answer_the_same(stand_ins)
    except NoAnswer:
        return None
    return played if same and not stand_ins.say_nothing() else None


def _answer_the_same(stand_ins):
    """Yield a call of each helper once more; return whether all answers are the same."""
    for name in stand_ins.names:
        key = next((key for key in stand_ins.calls if key[0] == name), None)
        if key is None:
            return False
        again = yield stand_ins.calls[key]
        if not same_value(again.value, stand_ins.replies[key].value):
            return False
    return True
