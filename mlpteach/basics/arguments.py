"""Checks of what callers pass in; messages say what was wrong, what was given, what is allowed."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from numbers import Complex, Integral, Number, Real
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlpteach.basics.arrays import FloatArray


@dataclass(frozen=True)
class Interval:
    """Allowed values of a number: ``low < x < high``, the closed ends included.

    Examples
    --------
    >>> print(Interval(0, 1, closed="low"))
    [0, 1)
    >>> 1.0 in Interval(0, 1, closed="low")
    False
    """

    low: float = -math.inf
    high: float = math.inf
    closed: str = "neither"  # "neither", "low", "high" or "both"

    def __contains__(self, value: float) -> bool:
        above = value >= self.low if self.closed in ("low", "both") else value > self.low
        below = value <= self.high if self.closed in ("high", "both") else value < self.high
        return above and below and math.isfinite(value)

    def __str__(self) -> str:
        left = "[" if self.closed in ("low", "both") else "("
        right = "]" if self.closed in ("high", "both") else ")"
        return f"{left}{self.low:g}, {self.high:g}{right}"


POSITIVE = Interval(0)
NOT_NEGATIVE = Interval(0, closed="low")
AT_LEAST_ONE = Interval(1, closed="low")
FRACTION = Interval(0, 1, closed="low")
# In the place of a step size's name: the rule looks for its step length anew at every update.
OWN_STEP_LENGTH = "step_length"
_MOST = 10**9  # of anything counted: more would not fit into memory


def check_choice(name: str, given: object, allowed: Collection[str]) -> str:
    """Return `given` if it is one of the ids in `allowed`, else raise with the nearest id."""
    if not isinstance(given, str):
        raise TypeError(
            f"{name} must be one of {_listed(allowed)}, as a string; given {describe(given)}."
        )
    if given not in allowed:
        hint = did_you_mean(given, allowed)
        raise ValueError(f"{name}={given!r} is unknown; allowed: {_listed(allowed)}.{hint}")
    return given


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """Return a sentence with the id of `allowed` nearest to `given`; "" where none is near."""
    import difflib  # only now: it takes longer to load than most of the package

    near = difflib.get_close_matches(given, allowed, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def check_number(name: str, given: object, allowed: Interval) -> float:
    """Return `given` as a float inside the :class:`Interval` `allowed`."""
    if isinstance(given, (bool, np.bool_)) or not isinstance(given, Real):
        raise TypeError(f"{name} must be a number in {allowed}; given {describe(given)}.")
    try:
        number = float(given)
    except OverflowError:  # 10**400
        number = math.inf
    if number not in allowed:
        raise ValueError(f"{name} must be in {allowed}; given {_short(given)}.")
    return number


def check_count(name: str, given: object, *, minimum: int = 1, maximum: int | None = None) -> int:
    """Return `given` as an int of at least `minimum` and at most `maximum` (else 10**9)."""
    allowed = f"a whole number >= {minimum}" + (f" and <= {maximum}" if maximum is not None else "")
    maximum = _MOST if maximum is None else maximum
    if isinstance(given, (bool, np.bool_)) or not isinstance(given, Integral):
        raise TypeError(f"{name} must be {allowed}; given {describe(given)}.")
    count = int(given)
    if count > maximum:
        raise ValueError(
            f"{name} must be a whole number >= {minimum} and <= {maximum}; given {_short(given)}."
        )
    if count < minimum:
        raise ValueError(f"{name} must be {allowed}; given {_short(given)}.")
    return count


def check_flag(name: str, given: object) -> bool:
    """Return `given` if it is True or False."""
    if not isinstance(given, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; given {describe(given)}.")
    return bool(given)


def check_new_file(name: str, given: str | PathLike[str]) -> Path:
    """Return the path of a file to be written; else say what is missing, before any work."""
    try:
        path = Path(given)
    except TypeError:
        raise TypeError(f"{name} must be a path; given {describe(given)}.") from None
    if path.is_dir():
        raise IsADirectoryError(f"{name} must name a file; given {str(path)!r}, a folder.")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{name} must lie in a folder that is there; given {str(path)!r}, and there is no "
            f"folder {str(path.parent)!r}."
        )
    return path


def check_floats(
    name: str,
    given: ArrayLike,
    *,
    ndim: int,
    shape: tuple[int | None, ...] | None = None,
    finite: bool = True,
) -> FloatArray:
    """Return `given` as an array of floats with `ndim` dimensions.

    Parameters
    ----------
    name : str
        How the caller knows the array.
    given : array_like
        An integer *array* is refused, because in-place arithmetic on it would truncate;
        a list of whole numbers, or an array of Python objects such as the columns of a DataFrame,
        is read as floats. Masked entries are refused.
    ndim : int
        Number of dimensions asked for.
    shape : tuple of (int or None), optional
        Sizes asked for, None for "any".
    finite : bool
        Whether NaN and infinity are refused.
    """
    if isinstance(given, np.ndarray) and given.dtype.kind in "iub":
        cure = f"{name}.astype(float)" if name.isidentifier() else ".astype(float) on it"
        raise TypeError(
            f"{name} must hold floats; given an array of {given.dtype}, which would truncate. "
            f"Use {cure}."
        )
    array = as_numbers(f"{name} must be an array of floats", given)
    with np.errstate(over="ignore"):
        array = array.astype(float, copy=False)
    wanted = shape if shape is not None else (None,) * ndim
    fits = array.ndim == len(wanted) and all(
        size is None or size == got for size, got in zip(wanted, array.shape, strict=True)
    )
    if not fits:
        sizes = ["any" if size is None else str(size) for size in wanted]
        written = f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
        raise ValueError(f"{name} must have shape {written}; given shape {array.shape}.")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty; given shape {array.shape}.")
    if finite and not _all_finite(array):
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"{name} must be finite; given {array[place]} at index {place} (NaN or infinity)."
        )
    return array


def as_numbers(must: str, given: object) -> NDArray[Any]:
    """Return `given` as an array of bool, whole or floating numbers, as they are.

    Parameters
    ----------
    must : str
        The start of the message, such as "X must be an array of floats".

    Raises
    ------
    TypeError
        For what can't become an array, such as rows of different lengths or a tensor that records
        its gradient, or for an entry that is no number.
    ValueError
        For masked entries: what stands under a mask is no data, and nothing here leaves it out.
    """
    masked = _count_masked(given)
    if masked:
        raise ValueError(
            f"{must}; given {masked} masked {'entry' if masked == 1 else 'entries'}. Leave those "
            "rows out, or fill them: .filled(0.0)."
        )
    try:
        array = np.asarray(given)
    except Exception as error:  # whatever the object's own conversion raises
        raise TypeError(f"{must}; given {describe(given)} ({_short_line(error)}).") from error
    if array.dtype.kind == "O":
        array = _floats_of_objects(must, given, array)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{must}; given {describe(given)}.")
    return array


def numbers_or_none(given: object) -> NDArray[Any] | None:
    """Return what a reader's function returned as an array of numbers; None where it is none."""
    try:
        return as_numbers("", given)
    except (TypeError, ValueError):
        return None


def _count_masked(given):
    """Count the entries that numpy.ma hides, in an array or in the rows of a list."""
    if isinstance(given, np.ndarray):
        mask = getattr(given, "mask", None)
        return 0 if mask is None else int(np.sum(mask))
    if isinstance(given, (list, tuple)):
        return sum(_count_masked(row) for row in given if isinstance(row, np.ndarray))
    return 0


def _floats_of_objects(must, given, array):
    """Return an array of Python objects as floats, each of which has to be a number."""
    for index in np.ndindex(array.shape):
        entry = array[index]
        if not _is_real(entry):
            where = f" at index {index}" if array.ndim else ""
            raise TypeError(f"{must}; given {describe(entry)}{where}.")
    try:
        return array.astype(float)
    except OverflowError:  # 10**400
        raise ValueError(f"{must}; given a whole number too large for one.") from None


def _is_real(entry):
    """Whether an object is a real number; a Decimal is one, though not for ``numbers.Real``."""
    if isinstance(entry, (Real, np.bool_)):
        return True
    return isinstance(entry, Number) and not isinstance(entry, Complex)


def _short_line(error):
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    return text if len(text) <= 200 else text[:197] + "…"


def _all_finite(array):
    """Whether no entry is NaN or infinite; the sum tells it without a mask as large as the data."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()) or np.isfinite(array).all())


def check_targets(name: str, given: ArrayLike, n: int, outputs: int, loss: Any) -> FloatArray:
    """Return labels (n,) or one-hot rows (n, K) as the matrix Y (K, n) with instances as columns.

    Parameters
    ----------
    given : array_like
        Whole labels 0 … K-1 of shape (n,), or rows of K numbers. With one output, (n,) numbers
        are the wanted outputs themselves.
    n, outputs : int
        Instances and outputs K that Y has to fit.
    loss : Loss
        Says which targets make sense (``loss.targets``).
    """
    array = as_numbers(f"{name} must hold labels 0, 1, … or one-hot rows", given)
    if array.shape[:1] != (n,) or array.ndim not in (1, 2):
        raise ValueError(
            f"{name} must have one label or one row for each of the {n} instances of X; "
            f"given shape {array.shape}."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite; given NaN or infinity.")
    if array.ndim == 1 and outputs > 1:
        Y = _one_hot(name, array, outputs)
    else:
        Y = array.reshape(n, -1).T.astype(float)
    if Y.shape[0] != outputs:
        raise ValueError(
            f"{name} must have {outputs} columns, one for each output of the network; "
            f"given shape {array.shape}."
        )
    precision = array.dtype if array.dtype.kind == "f" else float
    rounding = max(1e-6, outputs * float(np.finfo(precision).eps))
    return np.ascontiguousarray(loss.check_targets(name, Y, rounding))


def _one_hot(name, labels, outputs):
    if labels.dtype.kind == "f" and not (labels == np.round(labels)).all():
        raise TypeError(f"{name} must hold whole labels 0 … {outputs - 1}; given fractions.")
    if labels.min() < 0 or labels.max() >= outputs:
        wrong = labels[(labels < 0) | (labels >= outputs)][0]
        raise ValueError(
            f"{name} must hold labels 0 … {outputs - 1}, the network has {outputs} outputs; "
            f"given label {wrong:g}."
        )
    labels = labels.astype(int)
    Y = np.zeros((outputs, labels.size))
    Y[labels, np.arange(labels.size)] = 1.0
    return Y


def digits(number: float) -> str:
    """Write a number with as many digits as tell it from its neighbours, at least as with ``:g``.

    Examples
    --------
    >>> digits(1.5), digits(1.0 + 1e-12)
    ('1.5', '1.000000000001')
    """
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))


def describe(given: object) -> str:
    """Say in a few words what a value is, for an error message."""
    if isinstance(given, np.ndarray):
        masked = "a masked" if hasattr(given, "mask") else "an"
        return f"{masked} array of {given.dtype} with shape {given.shape}"
    return f"{_short(given)} ({type(given).__name__})"


def _short(given):
    """Return repr of a value, cut after 60 characters."""
    try:
        text = " ".join(repr(given).split())
    except ValueError:  # Python does not write whole numbers of more than 4300 digits
        text = "a number of thousands of digits"
    except Exception:  # a reader's class may have a broken one
        text = "an object that can't be written"
    return text if len(text) <= 60 else text[:57] + "…"


def _listed(ids):
    return ", ".join(ids)
