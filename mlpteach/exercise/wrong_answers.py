"""What a wrong answer is worth, and what is said of it: known mistakes, own helpers, read back."""

import statistics
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mlpteach.exercise.carried_forward import NONE, carried, own_beside
from mlpteach.exercise.comparison import EXACT
from mlpteach.exercise.differences import Finding, close
from mlpteach.exercise.over_updates import values_over_updates
from mlpteach.exercise.protocol import Verdict
from mlpteach.exercise.readback.budget import current_budget
from mlpteach.exercise.readback.choice import likely
from mlpteach.exercise.readback.drawn import read_drawn
from mlpteach.exercise.readback.quantities import Quantities, formulas, rounded_to, share_of
from mlpteach.exercise.readback.whole_function import one_array_everywhere, read_whole_function
from mlpteach.exercise.replies import arrays, same_value

# Right but for what costs little, as in the list of known mistakes.
_SMALL = ("rounded", "default", "other_number", "clipped")
_SMALL_WORTH = 0.5
_DIGITS = 3  # rounded to fewer, too little is left
_NOT_ALL = 0.99
_OWN_MEMORY = (
    "Called twice with the same arguments, it answers differently: it keeps something of its own "
    "between the calls, such as a counter, or moments outside. All that it needs is an argument."
)
_WHOLE = (
    "All your numbers are whole, as if the right ones were rounded: is a class, or a threshold, "
    "taken for an output?"
)
_ROUNDED = (
    "All your numbers are rounded to {} digits behind the point. Go on with all digits: rounding "
    "is for what is printed."
)
_ONE_ARRAY = (
    "All rows hold the same numbers: one array was appended again and again, and changed in place "
    "afterwards. Append a copy, or make a new array at each update."
)
_NO_ATTEMPT = ("shape", "transposed", "integer_array", "not_finite")
_NO_NUMBERS = ("raises", "not_written", "returns_none", "wrong_count", "not_an_array")


@dataclass(frozen=True)
class Answers:
    """A check's wrong answers with all that was asked about them.

    Attributes
    ----------
    comparison : Comparison
    given : list of Exchange
    first : tuple of (Exchange, str, Finding)
        What differs first.
    helpers : Helpers
    by_helpers : list of Exchange, optional
        What is right by the student's own helpers.
    again : Exchange, optional
        The first wrong call, asked once more.
    excused : bool
        Whether the helpers explain it, so that no changed line is looked for.
    """

    comparison: object
    given: list
    first: tuple
    helpers: object = NONE
    by_helpers: list | None = None
    again: object = None
    excused: bool = False

    @property
    def task(self):
        """The function that is asked."""
        return self.comparison.sheet.tasks[self.first[0].call.function]

    @cached_property
    def quantities(self):
        """What it returned, quantity by quantity."""
        own = [each for each in self.given if each.call.function == self.task.name]
        return Quantities(self.comparison.sheet, self.task.name, own)


def judge_wrong(answers):
    """Return the :class:`~mlpteach.exercise.protocol.Verdict` on wrong answers."""
    excused = _excused(answers) if answers.helpers.most else None
    return _with_values(answers, excused or _unexcused(answers))


def _with_values(answers, verdict):
    """Add the student's and the right values over updates, where there are updates."""
    exchange, quantity, finding = answers.first
    helps = finding.kind not in ("precision", "not_finite", "shape", "transposed")
    if verdict.passed or not quantity or not helps or answers.task.random:
        return verdict
    expected = list(answers.comparison.play())
    table = values_over_updates(answers.task, answers.given, expected, exchange, quantity)
    return replace(verdict, message=f"{verdict.message}\n{table}") if table else verdict


def _excused(answers):
    """Return the verdict where the helpers' mistakes explain all or a part; else None."""
    comparison, given, helpers = answers.comparison, answers.given, answers.helpers
    finding = answers.first[2]
    if carried(comparison, given, finding, helpers.mistakes):
        hints = " ".join(mistake.hint for mistake in helpers.mistakes)
        message = f"Right but for {helpers.paid}. {hints}"
        return Verdict(1.0, message, excuse=helpers.excuse(_alone(answers)))
    own = own_beside(comparison, given, finding, helpers.mistakes)
    if own is not None:
        otherwise = _alone(answers)
        message = f"Not right, and not only for {helpers.paid}. {own.hint}"
        worth = max(own.worth, otherwise.fraction)
        return Verdict(worth, message, own.id, excuse=helpers.excuse(otherwise))
    if answers.by_helpers is None:
        return None
    also = _right_by_helpers(answers)
    if len(also) == len(answers.task.returns):
        message = f"Right but for {helpers.paid}."
        return Verdict(1.0, message, excuse=helpers.excuse(_alone(answers)))
    otherwise = _alone(answers)
    share = share_of(answers.quantities, also).fraction
    if share <= otherwise.fraction:
        return None
    return Verdict(share, otherwise.message, otherwise.mistake, excuse=helpers.excuse(otherwise))


def _alone(answers):
    """Return the verdict that holds where no helper excuses anything."""
    return _unexcused(Answers(answers.comparison, answers.given, answers.first, excused=True))


def _right_by_helpers(answers):
    """Return the quantities that are what the student's own helpers lead to, in every call."""
    task = answers.task
    pairs = list(zip(answers.given, answers.by_helpers, strict=True))
    found = [(arrays(task, own.reply), arrays(task, led.reply)) for own, led in pairs]
    if any(isinstance(each, Finding) for pair in found for each in pair):
        return ()
    return tuple(
        quantity
        for quantity in task.returns
        if all(close(own[quantity], led[quantity]) for own, led in found)
        and any(np.isfinite(own[quantity]).any() for own, _ in found)
    )


def _unexcused(answers):
    """Say what differs first, name the mistake, and give the points of what is right."""
    exchange, quantity, finding = answers.first
    message = what_differs(answers.task, exchange, quantity, finding)
    if answers.excused and answers.task.path:
        return Verdict(0.0, message, finding.kind)  # takes long to be told, and is hardly needed
    if _answers_differently(answers):
        return Verdict(_share(answers), f"{message} {_OWN_MEMORY}", "own_memory")
    before = answers.quantities.read_before() if quantity and not answers.helpers.most else {}
    if before and (_is_one_sure_slip(before) or _is_unknown(answers)):
        return _read_back(answers, message, before)
    one = _recognised(answers, pairs=False)
    if one and not answers.helpers.contradict(one, finding):
        return _surer(answers, message, one) or _known(answers, message, one)
    digits = _digits(answers) if quantity else None
    if digits is not None:
        left = _SMALL_WORTH if digits >= _DIGITS else 0.0
        message = f"{message} {_ROUNDED.format(digits) if digits else _WHOLE}"
        return Verdict(max(left, _share(answers)), message, "rounded")
    if not one and not answers.helpers.most:
        read = _read(answers)
        if _is_one_sure_slip(read):
            return _read_back(answers, message, read)
    # Of pairs there are thousands: only where one slip in each quantity explains nothing.
    two = () if one or _is_unknown(answers) else _recognised(answers)
    if two and not answers.helpers.contradict(two, finding):
        return _surer(answers, message, two) or _known(answers, message, two)
    advice = answers.helpers.advice(finding)
    if advice:
        return Verdict(_share(answers), f"{message}{advice}", finding.kind)
    return _read_back(answers, message, _read(answers))


def _recognised(answers, pairs=True):
    """Return the known mistakes made; () where an earlier check has not seen what NaN looks like.

    Whatever leads to NaN at once looks like many a mistake.
    """
    mistakes = answers.comparison.recognise(answers.given, *answers.first, pairs=pairs)
    function = _function(answers)
    if pairs and not mistakes and answers.first[2].kind != "raises":
        current_budget().unknown.add(function)
    named = current_budget().named
    unseen = function in named and mistakes not in named[function]
    quantity = answers.first[1]
    if quantity and unseen and not _holds_numbers(answers, quantity):
        mistakes = ()
    named.setdefault(function, set()).add(mistakes)
    return mistakes


def _function(answers):
    return answers.comparison.sheet.id, answers.task.name


def _is_unknown(answers):
    """Whether an earlier check has found no known mistakes in this function's wrong answers."""
    return _function(answers) in current_budget().unknown


def _holds_numbers(answers, quantity):
    found = [arrays(answers.task, each.reply) for each in answers.given]
    return any(
        not isinstance(each, Finding) and np.isfinite(each[quantity]).any() for each in found
    )


def _digits(answers):
    """Return to how many digits all is rounded; None where it isn't."""
    task = answers.task
    if formulas(answers.comparison.sheet, task.name) is not None or task.random:
        return answers.quantities.digits()
    pairs = []
    for given, expected in zip(answers.given, answers.comparison.play(), strict=True):
        found, wanted = arrays(task, given.reply), arrays(task, expected.reply)
        if isinstance(found, Finding):
            return None
        pairs += [(found[name], wanted[name]) for name in task.returns]
    return rounded_to(pairs)


def _answers_differently(answers):
    """Whether the first wrong call, made once more, was answered otherwise."""
    again = answers.again
    return again is not None and not same_value(again.reply.value, answers.first[0].reply.value)


def _surer(answers, message, mistakes):
    """Return the verdict read back where a known mistake is only nearly what was answered."""
    if answers.task.random or answers.comparison.answers(mistakes, answers.given, EXACT):
        return None
    read = _read(answers, other_ways=False)
    if "masked" in _families(read):
        return None  # beside 0 and 1 alone a mask is hardly ever what was meant
    return _read_back(answers, message, read) if _is_one_sure_slip(read) else None


def _is_sure(read):
    return all(reading and likely(reading.family) for reading, _ in read.values())


def _share(answers):
    if not answers.first[1]:
        return 0.0
    return share_of(answers.quantities).fraction


def _known(answers, message, mistakes):
    worth = float(np.prod([mistake.worth for mistake in mistakes]))
    worth = max(worth, _share(answers), _one_slip(answers) if len(mistakes) == 1 else 0.0)
    return Verdict(worth, f"{message} {_hints(mistakes)}", mistakes[0].id)


def _one_slip(answers):
    """Return what is left where one slip makes several quantities wrong: it costs the dearest."""
    quantities, task = answers.quantities, answers.task
    if not answers.first[1] or len(task.returns) == 1 or answers.first[2].kind in _NO_NUMBERS:
        return 0.0
    right = quantities.right()
    wrong = [quantity for quantity in task.returns if quantity not in right]
    if set(wrong) & set(quantities.trivial) or not wrong:
        return 0.0
    return 1.0 - max(task.share(quantity) for quantity in wrong)


def _read(answers, other_ways=True):
    """Return quantity -> (what was read back, what is said of it), for what is not right."""
    quantity, finding = answers.first[1:]
    if not quantity and finding.kind != "raises":
        return {}
    quantities = answers.quantities
    right = quantities.right()
    wrong = [q for q in answers.task.order if q not in right]
    return {q: quantities.read(q, other_ways) for q in wrong}


def _read_back(answers, message, read):
    """Say what was read back; give the points of what is right, and of small slips."""
    quantity, finding = answers.first[1:]
    task = answers.task
    if one_array_everywhere(task, answers.first[0]):
        return Verdict(0.0, f"{message} {_ONE_ARRAY}", "one_array")
    if formulas(answers.comparison.sheet, task.name) is None:
        return _read_lines(answers, message)
    families = _families(read)
    parts = [f"{message}{_follows(answers, read)}"]
    parts += dict.fromkeys(said for _, said in read.values() if said)
    fraction = _fraction(task, read, families) if quantity else 0.0
    if quantity and _is_one_sure_slip(read):
        fraction = max(fraction, _usual_worth(answers))
    return Verdict(fraction, " ".join(parts), min(families, default=finding.kind))


def _read_lines(answers, message):
    """Read back a function that draws or has a loop."""
    comparison, task = answers.comparison, answers.task
    kind = answers.first[2].kind
    if not answers.first[1] or answers.excused:
        return Verdict(0.0, message, kind)
    read = read_drawn if task.random else read_whole_function
    said = read(comparison.sheet if task.random else comparison, task, answers.given)
    worth = _usual_worth(answers) if said else 0.0
    return Verdict(worth, f"{message} {said}".strip(), "a_line" if said else kind)


def _families(read):
    return {reading.family for reading, _ in read.values() if reading} - {""}


def _is_one_sure_slip(read):
    return bool(read) and _is_sure(read) and "two_slips" not in _families(read)


def _usual_worth(answers):
    """Return what the known mistakes of a function with one quantity usually leave.

    So that a slip costs no more because nobody has thought of it.
    """
    task = answers.task
    known = answers.comparison.known(answers.given)
    worths = [mistake.worth for mistake in known if mistake.function == task.name]
    says_nothing = answers.first[2].kind in _NO_ATTEMPT or answers.quantities.trivial
    if says_nothing or not worths or len(task.returns) > 1:
        return 0.0
    return statistics.median_low(worths)


def _fraction(task, read, families):
    """Return the share of what is right; one slip in several quantities costs the dearest."""
    costs = {q: task.share(q) * _left(reading) for q, (reading, _) in read.items()}
    one = len(families) == 1 and all(reading and reading.family for reading, _ in read.values())
    cost = max(costs.values()) if one else sum(costs.values())
    return float(np.clip(1.0 - cost, 0.0, _NOT_ALL))


def _left(reading):
    """Return how much of a quantity's points a slip costs."""
    if reading is None or reading.family not in _SMALL:
        return 1.0
    coarse = reading.edit and reading.edit.new.op == "round" and reading.edit.new.value < _DIGITS
    return 1.0 if coarse else 1.0 - _SMALL_WORTH


def _follows(answers, read):
    """Say which later quantities are right from the one that differs first."""
    quantity, order = answers.first[1], answers.task.order
    after = order[order.index(quantity) + 1 :] if quantity else ()
    right = [other for other in after if other not in read]
    alone = [other for other in right if answers.quantities.is_right_alone(other)]
    follows = [other for other in right if other not in alone]
    said = f" {_listed(alone)} right." if alone else ""
    return said + (f" From your {quantity}, {_listed(follows)} right." if follows else "")


def _listed(names):
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def what_differs(task, exchange, quantity, finding):
    """Say what differs first, where, how, and what is right before it."""
    where = f" {exchange.where}" if exchange.where else ""
    if not quantity:
        message = f"{task.name} {finding.how}"
    elif len(task.returns) == 1:
        message = f"What {task.name} returns is wrong{where}: it {finding.how}"
    else:
        message = f"{quantity} differs first{where}{_right(task, quantity)}: it {finding.how}"
    return message if message.endswith("?") else f"{message}."


def _hints(mistakes):
    hints = dict.fromkeys(mistake.hint for mistake in mistakes)
    if len(hints) == 1:
        return mistakes[0].hint
    numbered = [f"{number}) {hint}" for number, hint in enumerate(hints, start=1)]
    return " ".join(["Two mistakes together would do this.", *numbered])


def _right(task, quantity):
    """Say which quantities were right."""
    right = task.order[: task.order.index(quantity)]
    if not right:
        return ""
    return f" ({' and '.join(right)} {'is' if len(right) == 1 else 'are'} right)"
