"""Checks of what panels are given; a show's mistakes are said where it is made, not on the page."""

import difflib
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_choice, check_count, describe
from mlpteach.basics.arrays import FloatArray

SCALES = ("linear", "log")
Kind = TypeVar("Kind")


if TYPE_CHECKING:
    from mlpteach.views.panels import Show


def check_text(name: str, given: object) -> str:
    """Return `given` if it is a text."""
    if not isinstance(given, str):
        raise TypeError(f"{name} must be a text; given {describe(given)}.")
    return given


def check_kind(name: str, given: object, kind: type[Kind], hint: str = "") -> Kind:
    """Return `given` if it is of the class `kind`."""
    if not isinstance(given, kind):
        such = f", such as {hint}" if hint else ""
        raise TypeError(f"{name} must be {kind.__name__}{such}; given {describe(given)}.")
    return given


def check_dict(name: str, given: object) -> dict[Any, Any]:
    """Return `given` if it is a dict."""
    if not isinstance(given, dict):
        raise TypeError(f"{name} must be a dict, by name; given {describe(given)}.")
    return given


def check_all(name: str, given: object, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """Return the entries of a list or tuple, each of one of `kinds`, as a tuple."""
    allowed = " or ".join(kind.__name__ for kind in kinds)
    if not isinstance(given, (list, tuple)):
        raise TypeError(f"{name} must be a list of {allowed}; given {describe(given)}.")
    for one in given:
        if not isinstance(one, kinds):
            raise TypeError(f"{name} must hold {allowed} only; given {describe(one)} in it.")
    return tuple(given)


def check_shape(name: str, given: object) -> tuple[int, int]:
    """Return `given` if it is (rows, columns)."""
    if not isinstance(given, (tuple, list)):
        raise TypeError(f"{name} must have (rows, columns); given {describe(given)}.")
    if len(given) != 2:
        raise ValueError(f"{name} must have (rows, columns); given {describe(given)}.")
    rows, columns = given
    return check_count(f"the rows of {name}", rows), check_count(f"the columns of {name}", columns)


def check_ends(name: str, given: Iterable[Any], scale: str) -> tuple[float, float]:
    """Return both ends of an axis as floats: different, and positive on a logarithmic axis."""
    check_choice(f"the scale of {name}", scale, SCALES)
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a pair of numbers; given {describe(given)}.") from None
    if not np.isfinite([low, high]).all() or low == high:
        raise ValueError(f"{name} must be two finite numbers that differ; given ({low}, {high}).")
    if scale == "log" and min(low, high) <= 0:
        raise ValueError(f"{name} must be positive on a logarithmic axis; given ({low}, {high}).")
    return low, high


def check_array(name: str, given: ArrayLike, ndims: Collection[int]) -> FloatArray:
    """Return an array of floats with one of several numbers of dimensions; NaN may be in it."""
    try:
        array = np.asarray(given)
    except ValueError:  # rows of different lengths
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of numbers; given {describe(given)}.")
    if array.ndim not in ndims:
        allowed = " or ".join(str(ndim) for ndim in ndims)
        raise ValueError(f"{name} must have {allowed} dimensions; given shape {array.shape}.")
    return array.astype(float, copy=False)


def check_all_series(given: object, steps: int) -> dict[str, FloatArray]:
    """Return the series of a show as arrays of floats, each with an entry a step."""
    series = {}
    for name, values in check_dict("series", given).items():
        check_text("a name of series", name)
        series[name] = check_array(f"the series {name!r}", values, (1, 2))
        if len(series[name]) != steps:
            raise ValueError(
                f"the series {name!r} must have an entry for each of the {steps} steps; "
                f"given {len(series[name])}."
            )
    return series


def check_series(name: str, given: str, show: "Show", shape: tuple[int, ...] = ()) -> None:
    """Raise unless the show has a series called `given` with entries of that shape.

    Parameters
    ----------
    name : str
        What names the series, such as "Line.y".
    given : str
    show : Show
    shape : tuple of int
        Of one entry.
    """
    known = _known(name, given, show.series, "series of the show")
    if known.shape[1:] != tuple(shape):
        wanted = (show.steps, *shape)
        raise ValueError(
            f"{name}={given!r} must have shape {wanted}, an entry a step; given {known.shape}."
        )


def check_field(name: str, given: str, show: "Show") -> None:
    """Raise unless the frames of the show have a field called `given`."""
    if show.frames is None:
        raise ValueError(
            f"{name}={given!r} needs frames; the show has none. For arrays (steps, rows, columns) "
            f"give frames=frames_of({{{given!r}: array}})."
        )
    _known(name, given, show.frames.fields, "field of the show's frames")


def _known(name, given, known, what):
    if not isinstance(given, str):
        raise TypeError(f"{name} must name a {what}; given {describe(given)}.")
    if given not in known:
        near = difflib.get_close_matches(given, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        has = ", ".join(known) or "none"
        raise ValueError(f"{name}={given!r} is no {what}; known: {has}.{hint}")
    return known[given]
