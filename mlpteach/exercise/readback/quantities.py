"""Judge each returned quantity by itself, from what the student's function returned before it."""

import contextlib
from dataclasses import dataclass
from functools import partial

import numpy as np

from mlpteach.exercise.differences import Finding, close, loses_digits
from mlpteach.exercise.readback.budget import current_budget
from mlpteach.exercise.readback.cases import cases_of
from mlpteach.exercise.readback.expression import names_in, write
from mlpteach.exercise.readback.formula import NoFormula, formulas_of, own
from mlpteach.exercise.readback.search import STAGES, Search, read_quantity
from mlpteach.exercise.readback.trials import explains, value_of
from mlpteach.exercise.readback.words import say
from mlpteach.exercise.replies import arrays

_DIGITS = range(9)


def formulas(sheet, function, way=None):
    """Return the Formulas of a function, made once; None where it is more than formulas.

    Parameters
    ----------
    sheet : Sheet
    function : str
    way : int, optional
        Which of its other ways; the model's without it.
    """
    key = (function, way)
    if key not in sheet.kept:
        solution = None if way is None else sheet.tasks[function].ways[way][1]
        try:
            sheet.kept[key] = formulas_of(sheet, function, solution, made=_parts(sheet, function))
        except NoFormula:
            sheet.kept[key] = None
    return sheet.kept[key]


def _parts(sheet, function):
    """Return what was read of a function's formulas so far, so that equal parts are one object."""
    return sheet.kept.setdefault(("parts", function), {})


def wrong_formulas(sheet, function):
    """Return the Formulas of a function with each known mistake that is no more than formulas."""
    key = ("wrong formulas", function)
    if key not in sheet.kept:
        sheet.kept[key] = list(_read_wrong(sheet, function))
    return sheet.kept[key]


def _read_wrong(sheet, function):
    returns = sheet.tasks[function].returns
    for mistake in sheet.mistakes_in((function,)):
        with contextlib.suppress(NoFormula, ValueError, SyntaxError, KeyError):
            parts = _parts(sheet, function)
            wrong = formulas_of(sheet, function, None, (mistake,), parts)
            if tuple(sorted(wrong.alone)) == tuple(sorted(returns)):
                yield wrong


@dataclass(frozen=True)
class _Way:
    """One formula for a quantity, and the calls that it is to explain.

    Attributes
    ----------
    key : tuple
        Tells it from the others.
    formula : Node
    cases : list of Case
    formulas : Formulas
    words : str
        What it is called, "" for the model's.
    """

    key: tuple
    formula: object
    cases: list
    formulas: object
    words: str = ""


class Quantities:
    """What a function returned over all calls of a check, quantity by quantity.

    Parameters
    ----------
    sheet : Sheet
    function : str
    exchanges : list of Exchange
        All of this function.
    """

    def __init__(self, sheet, function, exchanges):
        self.task = sheet.tasks[function]
        self._sheet, self._exchanges = sheet, exchanges
        self._formulas = formulas(sheet, function)
        self._right, self._read_cases = None, {}
        self.trivial = trivial(self.task, exchanges)

    def right(self):
        """Return what is right in every call, from the arguments or own earlier quantities."""
        if self._right is None:
            self._right = self._all_right()
        return self._right

    def _all_right(self):
        if self._formulas is None or not self._exchanges:
            return ()
        return tuple(
            quantity
            for quantity in self.task.order
            if quantity not in self.trivial and self._is_right(quantity)
        )

    def _is_right(self, quantity):
        ways = [
            [_is_value(way.formula, case) for case in way.cases] for way in self._ways(quantity)
        ]
        return all(any(each) for each in zip(*ways, strict=True))

    def is_right_alone(self, quantity):
        """Whether a quantity is right from the arguments, whatever was returned beside it."""
        cases = self._cases(quantity, self.task.returns)
        return all(_is_value(self._formulas.alone[quantity], case) for case in cases)

    def _ways(self, quantity, formulas=None, key=(), words=""):
        """Return each :class:`_Way`: from own earlier quantities, and without."""
        formulas = formulas or self._formulas
        stepwise, alone = formulas.stepwise[quantity], formulas.alone[quantity]
        found = []
        if names_in(stepwise).isdisjoint(map(own, self.trivial)):
            cases = self._cases(quantity, self.trivial)
            found.append(_Way((quantity, *key, 0), stepwise, cases, formulas, words))
        if alone is not stepwise or not found:
            cases = self._cases(quantity, self.task.returns)
            found.append(_Way((quantity, *key, 1), alone, cases, formulas, words))
        return found

    def _other_ways(self, quantity):
        """Return the ways of other formulas that come to the same."""
        found = []
        for number, (words, _) in enumerate(self.task.ways):
            other = formulas(self._sheet, self.task.name, number)
            if other is not None and other.alone[quantity] is not self._formulas.alone[quantity]:
                found += self._ways(quantity, other, (number,), words)[:1]
        return found

    def _cases(self, quantity, refused):
        key = quantity, tuple(refused)
        if key not in self._read_cases:
            defaults = self._sheet.defaults(self.task.name)
            found = cases_of(self.task, self._exchanges, quantity, defaults, refused)
            self._read_cases[key] = found
        return self._read_cases[key]

    def digits(self):
        """Return to how many digits all that is right has been rounded; None where it is not."""
        if self._formulas is None or any(map(_has_short_floats, self._exchanges)):
            return None
        pairs = [
            (case.answer, value_of(self._formulas.alone[quantity], case))
            for quantity in self.task.order
            for case in self._cases(quantity, self.task.returns)
        ]
        return rounded_to(pairs)

    def read(self, quantity, other_ways=True):
        """Return (the Reading of a wrong quantity, what is said of it); (None, "") for nothing.

        Parameters
        ----------
        quantity : str
        other_ways : bool
            Whether what comes to the same in another way than the model's is changed, too.
        """
        if self._formulas is None or any(map(_has_short_floats, self._exchanges)):
            return None, ""
        ways, others = self._ways(quantity), self._other_ways(quantity) if other_ways else ()
        quick, thorough, pairs = STAGES[:1], STAGES[1:], STAGES[-1:]
        steps = ((quick, ways), (quick, others), (thorough, ways[:1]), (pairs, others))
        for stages, tried in (*steps, (thorough, ways[1:])):
            for way in tried:
                reading = self._read(way, stages)
                if reading is not None:
                    return reading, self._say(way, reading)
        return None, ""

    def _say(self, way, reading):
        model = self._formulas.alone[way.key[0]]
        lines = self._lines(way)
        return say(way.key[0], reading, way.formula, lines, way.words, model if way.words else None)

    def read_before(self):
        """Return the same as :meth:`read` for each wrong quantity, if an earlier check knows all.

        Returns
        -------
        dict of str to (Reading, str)
            Empty where one isn't known.
        """
        if self._formulas is None or any(map(_has_short_floats, self._exchanges)):
            return {}
        found = {}
        for quantity in self.task.order:
            if quantity in self.right():
                continue
            found[quantity] = self._known(quantity)
            if found[quantity] is None:
                return {}
        return found

    def _known(self, quantity):
        for way in (*self._ways(quantity), *self._other_ways(quantity)):
            known = current_budget().found.get(self._key(way))
            if known is not None and known.family and explains(way.formula, known.fits, way.cases):
                return known, self._say(way, known)
        return None

    def _key(self, way):
        return self._sheet.id, self.task.name, *way.key

    def _read(self, way, stages):
        budget = current_budget()
        key = self._key(way)
        known = budget.found.get(key)
        if known is not None and known.family and explains(way.formula, known.fits, way.cases):
            return known
        if (*key, stages) in budget.failed:
            return None  # an earlier check has looked for it in vain
        search = Search(
            hidden=tuple((way.formulas.hidden | self._before(way)).values()),
            returns=self.task.returns,
            follows=self._follows(way.key[0]),
            defaults=self._sheet.defaults(self.task.name),
            stages=stages,
            wrong=partial(self._wrong, way),
        )
        reading, tried = read_quantity(way.formula, way.cases, search, budget.part())
        budget.left -= tried
        if reading is not None:
            budget.found[key] = reading
        elif tried:
            budget.failed.add((*key, stages))
        return reading

    def _wrong(self, way):
        """Return the formulas of known mistakes in a quantity, each once."""
        quantity, last = way.key[0], way.key[-1]
        if way.words:
            return ()
        found = {write(way.formula): None}
        for wrong in wrong_formulas(self._sheet, self.task.name):
            formula = (wrong.alone if last else wrong.stepwise)[quantity]
            found.setdefault(write(formula), formula)
        return tuple(formula for formula in found.values() if formula is not None)

    def _before(self, way):
        """Return the lines of the arguments alone, which may be given back in an earlier place."""
        first = way.key[0] != self.task.order[-1]
        return {f"{text} ": node for text, node in way.formulas.before.items()} if first else {}

    def _follows(self, quantity):
        """Return how the quantities before this one follow, where they are right."""
        before = self.task.order[: self.task.order.index(quantity)]
        right = self.right()
        return {own(q): self._formulas.alone[q] for q in before if q in right}

    def _lines(self, way):
        """Return what parts of a line are called, by how they are written."""
        lines = (*way.formulas.before.items(), *way.formulas.hidden.items())
        called = {write(node): text for text, node in lines}
        for earlier in self.task.order[: self.task.order.index(way.key[0])]:
            called |= {write(way.formulas.alone[earlier]): earlier, own(earlier): earlier}
            called[earlier] = f"{earlier}_before"
        return called


def rounded_to(pairs):
    """Return to how many digits behind the point answers are the right values; None where not.

    Parameters
    ----------
    pairs : list of (ndarray or None, ndarray or None)
        What was answered and what is right.
    """
    found = next((digits for digits in _DIGITS if _are_rounded(pairs, digits)), None)
    if found == 0 and all(np.abs(value).max() <= 1 for _, value in pairs):
        return None  # by chance: of shares near 0 and 1, whole numbers are never far
    return found


def _are_rounded(pairs, digits):
    return all(
        answer is not None
        and value is not None
        and np.shape(value) == answer.shape
        and np.isfinite(answer).all()
        and (np.round(answer, digits) == answer).all()
        and (np.abs(answer - value) <= 0.51 * 10.0**-digits).all()
        for answer, value in pairs
    )


def _has_short_floats(exchange):
    """Whether a call was made with what the student's function has rounded before."""
    return any(isinstance(a, np.ndarray) and loses_digits(a) for a in exchange.call.arguments)


def _is_value(formula, case):
    value = value_of(formula, case)
    return case.answer is not None and value is not None and close(case.answer, np.asarray(value))


def trivial(task, exchanges):
    """Return the quantities that say nothing: an argument, 0 or the same number in every call."""
    answers = [(each.call, arrays(task, each.reply)) for each in exchanges]
    answers = [(call, found) for call, found in answers if not isinstance(found, Finding)]
    return tuple(
        quantity
        for quantity in task.returns
        if all(says_nothing(call, found[quantity]) for call, found in answers)
    )


def says_nothing(call, array):
    """Whether an answer is NaN, 0, one number everywhere, or one of the call's arguments."""
    array = np.asarray(array, dtype=float)
    if not np.isfinite(array).any() or not array.any() or (array.size > 1 and np.ptp(array) == 0):
        return True
    given = [*call.arguments, *call.keywords.values()]
    return any(isinstance(a, np.ndarray) and close(array, a) for a in given)


@dataclass(frozen=True)
class Share:
    """Which part of a check's points a function's quantities are worth, and which are right."""

    fraction: float
    right: tuple


def share_of(quantities, also=()):
    """Return the :class:`Share` of the right quantities, and of those that count as right.

    Parameters
    ----------
    quantities : Quantities
    also : collection of str
        Quantities that are right by the student's own helpers.
    """
    task = quantities.task
    right = tuple(q for q in task.order if q in also or q in quantities.right())
    return Share(float(sum(task.share(q) for q in right)), right)
