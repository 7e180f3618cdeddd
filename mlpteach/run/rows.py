"""Arrays of many runs, a row a run, that can't be mixed: so one rule serves all of them at once.

A rule is a few lines that act on every entry alone, and then the same lines serve the (n,) numbers
of one run and the (runs, n) of many. Of a rule that looks further (it takes a norm, reads ``G[0]``,
asks ``if G.max() > 1``) this is not true: it would give wrong numbers without a word. So a rule
that is to serve many runs gets no arrays of NumPy but :class:`Rows`, which refuse whatever could
mix the runs.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class MixesRuns(Exception):
    """Something was asked of :class:`Rows` that could mix the runs: they have to run alone."""


class Rows:
    """An array (runs, n), or a number for each run (runs, 1).

    It knows the operators, NumPy's functions of single entries (``np.sqrt``, ``np.maximum``, …) and
    those in `OF_ENTRIES`. All else raises :class:`MixesRuns`, and is noted in `refused`, so that a
    rule that catches the error is found out, too.

    Parameters
    ----------
    array : ndarray, shape (runs, n) or (runs, 1)
    refused : list of str
        What was refused; shared by all rows that come from one another.
    numbers : bool
        Whether a run that is alone would have a plain number here.

    Examples
    --------
    >>> eta = Rows(np.array([[0.1], [0.2]]), [], numbers=True)
    >>> G = Rows(np.array([[3.0, 4.0], [1.0, 0.0]]), [])
    >>> (eta * np.sign(G)).array
    array([[0.1, 0.1],
           [0.2, 0. ]])
    >>> G / np.linalg.norm(G)
    Traceback (most recent call last):
    mlpteach.run.rows.MixesRuns: np.linalg.norm
    """

    __slots__ = ("array", "numbers", "refused")

    def __init__(self, array: NDArray[Any], refused: list[str], numbers: bool = False) -> None:
        self.array = array
        self.refused = refused
        self.numbers = numbers

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or ufunc.signature or ufunc.nout != 1 or options:
            self._refuse(f"np.{ufunc.__name__}" + f".{method}" * (method != "__call__"))
        return self._each(ufunc, *inputs)

    def __array_function__(self, function, types, inputs, options):
        if function not in OF_ENTRIES or options:
            self._refuse(f"{function.__module__}.{function.__name__}".replace("numpy", "np"))
        return self._each(function, *inputs)

    def _each(self, function, *inputs):
        """Apply a function of single entries."""
        arrays, numbers = [], True
        for given in inputs:
            if type(given) is Rows:
                arrays.append(given.array)
                numbers = numbers and given.numbers
            else:
                arrays.append(given if type(given) is float else self._same_for_all(given))
        result = self._of_numbers(function, arrays) if numbers else function(*arrays)
        if type(result) is not np.ndarray or result.dtype.kind not in "fbi":
            self._refuse(f"{function.__name__}, which gives no numbers")
        return Rows(result, self.refused, numbers)

    def _of_numbers(self, function, arrays):
        """Apply it to plain numbers: where Python might raise (1/0.0), let Python decide."""
        try:
            with np.errstate(all="raise", under="ignore"):
                return function(*arrays)
        except FloatingPointError as error:
            self._refuse(str(error))

    def _same_for_all(self, given):
        """Return what is no `Rows`: a number, or numbers (n,) that all runs have in common."""
        shared = isinstance(given, (int, float, np.generic, np.ndarray)) and np.ndim(given) < 2
        if not shared:
            self._refuse(f"{type(given).__name__} beside rows")
        return given

    def _refuse(self, what):
        self.refused.append(what)
        raise MixesRuns(what)

    def __getattr__(self, name):
        self._refuse(f".{name}")

    @property  # type: ignore[misc]
    def __class__(self):
        # isinstance() asks for it: a rule may do something else with what is no array.
        self._refuse("isinstance")


# NumPy's functions of single entries that are no ufuncs.
OF_ENTRIES = {np.where, np.clip, np.copy, np.zeros_like, np.ones_like, np.full_like}

_OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide,
    "pow": np.power, "floordiv": np.floor_divide, "mod": np.remainder,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
}  # fmt: skip
_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
_SIGNS = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
# What sees more than one entry, turns rows into something else, or changes them in place.
_REFUSED = (
    *("bool", "len", "iter", "reversed", "contains", "getitem", "setitem", "delitem", "call"),
    *("array", "int", "float", "complex", "index", "round", "bytes", "hash"),
    *("repr", "str", "format", "dir", "reduce", "reduce_ex"),
    *("matmul", "rmatmul", "imatmul", "divmod", "rdivmod"),
    *("lshift", "rlshift", "ilshift", "rshift", "rrshift", "irshift"),
    *(f"i{name}" for name in _OPERATORS),
)


def _operator(ufunc, swapped=False):
    """Return the method of an operator: as :meth:`Rows._each`, sooner for what is frequent."""

    def operate(self, other):
        kind = type(other)
        if kind is Rows:
            known, right = not (self.numbers and other.numbers), other.array
        else:
            known, right = kind in (float, int) and not self.numbers, other
        left = self.array
        if swapped:
            left, right = right, left
        if known:
            return Rows(ufunc(left, right), self.refused)
        return self._each(ufunc, other, self) if swapped else self._each(ufunc, self, other)

    return operate


def _add_operators():
    for name, ufunc in (_OPERATORS | _COMPARISONS).items():
        setattr(Rows, f"__{name}__", _operator(ufunc))
    for name, ufunc in _OPERATORS.items():
        setattr(Rows, f"__r{name}__", _operator(ufunc, swapped=True))
    for name, ufunc in _SIGNS.items():
        setattr(Rows, f"__{name}__", lambda self, u=ufunc: self._each(u, self))
    for name in _REFUSED:
        setattr(Rows, f"__{name}__", lambda self, *_, what=name: self._refuse(what))


_add_operators()
