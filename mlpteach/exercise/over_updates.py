"""The student's values beside the right ones, update after update, as three lines of text."""

import re

import numpy as np

from mlpteach.exercise.differences import Finding
from mlpteach.exercise.replies import arrays

_MOST = 6  # updates that stand side by side
_LEAST = 3
_WIDTH = 11
_MOST_DIGITS = 7


def values_over_updates(task, given, expected, first, quantity):
    """Return a table of one entry of a quantity; "" where there are no updates one after the other.

    Parameters
    ----------
    task : Task
    given, expected : list of Exchange
        What the student's and the model's function answered.
    first : Exchange
        What differs first.
    quantity : str
    """
    if task.path:
        series = _rows_of_path(task, given, expected, first)
    else:
        series = _calls_in_a_row(task, given, expected, first, quantity)
    if series is None:
        return ""
    counts, yours, right = series
    entry, start = _place(yours, right)
    shown = slice(start, start + _MOST)
    name = "W" if task.path else quantity
    label = f"{name}{list(map(int, entry))}"
    yours, right = _written(_at(yours[shown], entry), _at(right[shown], entry))
    lines = [("k", map(str, counts[shown])), (f"your {label}", yours), ("right", right)]
    width = max(len(text) for text, _ in lines)
    return "\n".join(
        f"{text:{width}}" + "".join(f"{value:>{_WIDTH}}" for value in values)
        for text, values in lines
    )


def _written(yours, right):
    """Write numbers with three digits, or as many more as tell those that differ apart.

    Examples
    --------
    >>> _written([1.84, 1.8354], [1.84, 1.8351])
    (['1.84', '1.8354'], ['1.84', '1.8351'])
    """
    differ = ~np.isclose(yours, right, rtol=1e-7, atol=0, equal_nan=True)
    written = _with_digits(3, yours, right)
    for digits in range(4, _MOST_DIGITS + 1):
        same = [one == other for one, other in zip(*written, strict=True)]
        longer = _with_digits(digits, yours, right)
        longest = max(len(text) for row in longer for text in row)
        if not (differ & same).any() or longest >= _WIDTH:
            break
        written = longer
    return written


def _with_digits(digits, *rows):
    return tuple([f"{value:.{digits}g}" for value in values] for values in rows)


def _rows_of_path(task, given, expected, first):
    [own], [right] = (
        [arrays(task, each.reply) for each in exchanges if each.where == first.where]
        for exchanges in (given, expected)
    )
    if isinstance(own, Finding):
        return None
    [[own], [right]] = own.values(), right.values()
    if own.shape != right.shape or own.ndim != 2 or len(own) < _LEAST:
        return None
    return range(1, len(own) + 1), own, right


def _calls_in_a_row(task, given, expected, first, quantity):
    """Return the calls that differ from the first in the number of the update only."""
    of_what = _of_what(first)
    pairs = [
        (own, arrays(task, own.reply), arrays(task, right.reply))
        for own, right in zip(given, expected, strict=True)
        if of_what is not None and _of_what(own) == of_what
    ]
    if len(pairs) < _LEAST or any(isinstance(own, Finding) for _, own, _ in pairs):
        return None
    own, right = ([found[i][quantity] for found in pairs] for i in (1, 2))
    if any(one.shape != other.shape for one, other in zip(own, right, strict=True)):
        return None
    counts = [int(_NUMBER.search(each.where)[1]) for each, _, _ in pairs]
    return counts, np.array(own), np.array(right)


_NUMBER = re.compile(r"at update k = (\d+)")


def _of_what(exchange):
    """Return what is updated, such as "of the weights"; None where no update is numbered."""
    return _NUMBER.sub("", exchange.where) if _NUMBER.search(exchange.where) else None


def _place(yours, right):
    """Return the entry that is most wrong where values first differ, and the update before that."""
    off = np.nan_to_num(np.abs(yours - right) / np.abs(right).max(), nan=np.inf)
    wrong = off.reshape(len(off), -1).max(axis=1) > 1e-7
    first = int(np.argmax(wrong))
    entry = np.unravel_index(np.argmax(off[first]), off[first].shape)
    return entry, max(0, min(first - 1, len(off) - _MOST))


def _at(values, entry):
    return [float(value[entry]) for value in values]
