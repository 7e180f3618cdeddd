"""What a reply must be before its numbers are looked at: the right count, arrays, numbers."""

import builtins

import numpy as np

from mlpteach.exercise.differences import Finding, close, of_shape
from mlpteach.exercise.protocol import NotPlain

_ERRORS = {
    "NotImplementedError": "is not written yet: take out `raise NotImplementedError()`",
    "NameError": "uses a name that is not defined there: often a function of an earlier cell that "
    "did not run, or a slip of the pen",
    "UnboundLocalError": "uses a variable before it has a value",
    "ZeroDivisionError": "divides by 0",
    "RecursionError": "calls itself without end",
    "TypeError": "was called in a way it does not take, or puts values together that do not fit "
    "(a power is written **, not ^)",
    "KeyError": "looks for a key that is not there",
    "IndexError": "looks for an entry that is not there",
    "ValueError": "puts arrays together whose shapes do not fit, or has a value it cannot use",
    "_UFuncOutputCastingError": "writes fractions into an array of whole numbers, in place",
    "MemoryError": "needs more memory than there is",
}


_TRUTH = (
    "asks whether a whole array is true, as `if`, `and`, `or` and `not` do: `&`, `|` and `~` go "
    "through it entry by entry, and need brackets around each comparison (ValueError)"
)


def arrays(task, reply):
    """Return name -> array of what a function returned, or the Finding that says why not.

    Parameters
    ----------
    task : Task
    reply : Reply
    """
    if reply.error:
        return _raised(reply.error)
    if reply.value is None:
        said = ": it prints the result; write `return`" if reply.printed.strip() else ""
        return Finding("returns_none", f"returns None{said or ': is `return` missing?'}")
    values = _as_tuple(task, reply.value)
    if isinstance(values, Finding):
        return values
    found = {}
    for name, value in zip(task.returns, values, strict=True):
        array = as_array(value)
        if array is None:
            return Finding("not_an_array", f"returns {_kind(value)} as {name}, not {_wanted(task)}")
        found[name] = array
    return found


def as_state(value, shape, count):
    """Return what came back as arrays that another update can start from.

    Lists count as arrays, here as everywhere: whoever returns them must not be asked less.

    Parameters
    ----------
    value : object
    shape : tuple
        Of each array.
    count : int
        How many there must be.

    Returns
    -------
    tuple of ndarray, or None
    """
    if type(value) not in (tuple, list) or len(value) != count:
        return None
    found = tuple(as_array(part) for part in value)
    return found if all(a is not None and a.shape == shape for a in found) else None


def same_value(first, second):
    """Whether two values that came back agree, whatever they are."""
    if type(first) in (tuple, list) and type(second) in (tuple, list):
        return len(first) == len(second) and all(map(same_value, first, second))
    arrays_of = [as_array(value) for value in (first, second)]
    if any(array is None for array in arrays_of):
        return first is None and second is None
    return close(*arrays_of)


def _raised(error):
    # Only the name of a built-in error is said on: the rest is written by the student's code.
    name = error.partition(":")[0].rpartition(".")[2]
    if name == "ValueError" and "truth value of an array" in error:
        return Finding("raises", _TRUTH)
    if name in _ERRORS:
        kind = "not_written" if name == "NotImplementedError" else "raises"
        named = "" if kind == "not_written" else f" ({name.lstrip('_')})"
        return Finding(kind, f"{_ERRORS[name]}{named}")
    known = isinstance(getattr(builtins, name, None), type)
    return Finding("raises", f"stops with {name if known else 'an error'}")


def _as_tuple(task, value):
    count, names = len(task.returns), ", ".join(task.returns)
    several = type(value) in (tuple, list)
    if count == 1:
        if several and len(value) == 1:
            return Finding("wrong_count", "returns a list or tuple with one entry, not the entry")
        if type(value) is tuple:
            return Finding(
                "wrong_count", f"returns {_count(value)} values, must return {names} alone"
            )
        return (value,)
    if several and len(value) == count:
        return tuple(value)
    if several:
        return Finding(
            "wrong_count", f"returns {_count(value)} values, must return {count}: {names}"
        )
    return Finding(
        "wrong_count", f"returns {_kind(value)} alone, must return {count} values: {names}"
    )


def _count(value):
    # A number without end could spell out the hidden inputs.
    return len(value) if len(value) <= 12 else "far too many"


def as_array(value):
    """Return numbers as an array, also of a list; None where there is anything else."""
    if not _is_numbers(value):
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None


def _is_numbers(value):
    # Looked at one by one: of one long text NumPy makes as long a place for each of a million.
    if isinstance(value, (tuple, list)):
        return all(map(_is_numbers, value))
    return isinstance(value, (bool, int, float, np.ndarray, np.generic))


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array{of_shape(value.shape)}"
    if isinstance(value, NotPlain) or value is None:
        return "None" if value is None else "something that is no number and no array"
    return {"str": "a text", "list": "a list", "tuple": "a tuple"}.get(
        type(value).__name__, "a single number"
    )


def _wanted(task):
    return "an array of numbers" if len(task.returns) > 1 else "numbers"
