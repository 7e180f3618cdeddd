"""A declared check of a variable: for answers that are plain statements and define no function.

The value is handed over as plain data from where the check's cell stands, and compared outside of
the sandbox. What is expected is never in the student's process.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpteach.exercise.differences import find
from mlpteach.exercise.limited_memory import limited_memory
from mlpteach.exercise.local_calls import silenced
from mlpteach.exercise.protocol import NotPlain, Variable, Verdict
from mlpteach.exercise.replies import as_array


@dataclass(frozen=True)
class WrongValue:
    """A known mistake: what the variable holds where it is made.

    Attributes
    ----------
    id : str
        Its name in reports.
    value : object or callable
        As `wanted` of :func:`variable_check`.
    hint : str
        For the student: what to think about.
    worth : float
        The share of the points that is left.
    """

    id: str
    value: Any
    hint: str
    worth: float = 0.0


def variable_check(
    name: str, wanted: Any, *, of: Iterable[str] = (), mistakes: Iterable[WrongValue] = ()
) -> Callable:
    """Return a check's ``run``: does a variable hold what it must?

    Parameters
    ----------
    name : str
        The variable. The check says ``variables=(name, *of)``, too.
    wanted : object or callable
        A number, array, text, truth value or None; a list, tuple, set or dict of them. Numbers
        agree up to rounding. Or a function of the student's own variables that `of` names: then a
        mistake in one of those costs its points where it is checked, and none here.
    of : iterable of str
        Variables that `wanted` and the mistakes' values are computed from, in this order.
    mistakes : iterable of WrongValue

    Raises
    ------
    ValueError
        A known mistake's value is the right one.

    Examples
    --------
    >>> run = variable_check("m", 2.5)
    >>> conversation = run(np.random.default_rng(0))
    >>> next(conversation)
    Variable(name='m')
    """
    of, mistakes = tuple(of), tuple(mistakes)
    for mistake in mistakes:
        if not of and difference(name, mistake.value, wanted) is None:
            raise ValueError(f"the mistake {mistake.id!r} leaves {name} right: {wanted!r}.")

    def run(rng):
        own = []
        for other in of:
            reply = yield Variable(other)
            own.append(reply.value)
        reply = yield Variable(name)
        return _judge(name, reply.value, own, of, wanted, mistakes)

    return run


def _judge(name, given, own, of, wanted, mistakes):
    try:
        expected = _value(wanted, own)
    except Exception:  # what stands in the student's variables can be anything
        return Verdict(0.0, f"{name} cannot be judged: {' or '.join(of)} is not what it must be.")
    if of and _tells_nothing(expected):
        return Verdict(
            0.0, f"{name} cannot be judged: from your {' and '.join(of)} comes no number."
        )
    how = difference(name, given, expected)
    if how is None:
        return Verdict(1.0, f"{name} is right.")
    for mistake in mistakes:
        if _is_this(mistake, name, given, own):
            return Verdict(float(mistake.worth), f"{name} {how}. {mistake.hint}", mistake.id)
    return Verdict(0.0, f"{name} {how}.")


def _is_this(mistake, name, given, own):
    try:
        return difference(name, given, _value(mistake.value, own)) is None
    except Exception:
        return False


def _value(wanted, own):
    if not callable(wanted):
        return wanted
    with silenced(), limited_memory():
        return wanted(*own)


def _tells_nothing(expected):
    """Whether all of these are NaN or infinite: so are those of many a slip, and of none."""
    numbers = as_array(expected)
    return numbers is not None and numbers.size > 0 and not np.isfinite(numbers).any()


def difference(name: str, given: Any, wanted: Any) -> str | None:
    """Say how a value differs from what is wanted; None where it does not.

    The words never tell the value that is wanted.

    Examples
    --------
    >>> difference("m", -2.5, 2.5)
    'has the wrong sign'
    >>> difference("name", "ada ", "Ada")
    'differs only in capitals or spaces'
    >>> difference("m", 2.5 + 1e-12, 2.5) is None
    True
    """
    if isinstance(given, NotPlain):
        return f"is a {given.type_name.partition(' ')[0]}, not {_kind(wanted)}"
    numbers, expected = _numbers(given), _numbers(wanted)
    if expected is not None:
        return _of_numbers(name, given, numbers, expected)
    if _kind(given) != _kind(wanted):
        return f"is {_kind(given)}, not {_kind(wanted)}"
    if isinstance(wanted, str):
        return _of_texts(given, wanted)
    if isinstance(wanted, dict):
        return _of_dicts(name, given, wanted)
    if isinstance(wanted, (set, frozenset)):
        return _of_sets(given, wanted)
    return None if wanted is None else _of_lists(name, given, wanted)


def _of_numbers(name, given, numbers, expected):
    if numbers is None:
        return f"is {_kind(given)}, not {_kind_of_numbers(expected)}"
    found = find(name, numbers, expected, {})
    return None if found is None else found.how


def _of_texts(given, wanted):
    if given == wanted:
        return None
    alike = ["".join(text.split()).casefold() for text in (given, wanted)]
    return "differs only in capitals or spaces" if alike[0] == alike[1] else "is another text"


def _of_dicts(name, given, wanted):
    if set(given) != set(wanted):
        more, less = len(set(given) - set(wanted)), len(set(wanted) - set(given))
        return f"has {more} keys too many and misses {less}"
    for key in wanted:
        how = difference(name, given[key], wanted[key])
        if how is not None:
            return f"differs at {key!r}: what stands there {how}"
    return None


def _of_sets(given, wanted):
    if given == wanted:
        return None
    return f"has {len(given - wanted)} entries too many and misses {len(wanted - given)}"


def _of_lists(name, given, wanted):
    if len(given) != len(wanted):
        return f"has {len(given)} entries, must have {len(wanted)}"
    for number, (own, other) in enumerate(zip(given, wanted, strict=True)):
        how = difference(name, own, other)
        if how is not None:
            return f"differs at place {number}, counted from 0: what stands there {how}"
    return None


def _numbers(value):
    """Return numbers, also in lists, as an array; None where there are others, or empty lists."""
    array = as_array(value)
    if array is None or (array.size == 0 and not isinstance(value, np.ndarray)):
        return None
    return array


def _kind_of_numbers(expected):
    return "a number" if expected.ndim == 0 else f"numbers of shape {expected.shape}"


def _kind(value):
    numbers = _numbers(value)
    if numbers is not None:
        return _kind_of_numbers(numbers)
    kinds = {str: "a text", dict: "a dict", set: "a set", frozenset: "a set", type(None): "None"}
    return kinds.get(type(value), "a list or tuple")
