"""How one array differs from another, in words: a sign, a factor, a shape, some entries only.

Nothing here says what the right numbers are: the same sentences go into feedback on hidden inputs.
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np

# Two ways of writing one formula agree to about 1e-15. An eps of 1e-8 inside or outside a root must
# stay unseen but where a check makes eps large; an output clipped by 1e-7 is seen.
RTOL = 9.9e-8
# Nothing asks for float64. In float32 an output of 1000, and so its exponential, is known to 6e-5.
_SINGLE = 2e-4
_LITTLE = 1e-3


@dataclass(frozen=True)
class Finding:
    """What is wrong with one quantity.

    Attributes
    ----------
    kind : str
        Such as "sign" or "shape"; counted in the report over a class.
    how : str
        The rest of a sentence that begins with the quantity's name.
    """

    kind: str
    how: str


def close(given, expected, rtol=RTOL):
    """Whether two arrays agree: shapes, and every entry up to rounding."""
    if given.shape != expected.shape:
        return False
    if given.dtype == expected.dtype and given.tobytes() == expected.tobytes():
        return True  # the same to the bit, as most right answers: told ten times sooner
    rtol = max(rtol, _SINGLE) if _is_single(given) or _is_single(expected) else rtol
    given, expected = _as_floats(given), _as_floats(expected)
    with np.errstate(all="ignore"):
        largest, off = np.abs(expected).max(initial=0.0), np.abs(given - expected).max(initial=0.0)
        if isfinite(largest) and isfinite(off):  # as nearly always
            return bool(off <= rtol * largest)
        allowed = rtol * np.abs(np.where(np.isfinite(expected), expected, 0.0)).max(initial=0.0)
        same = (given == expected) | (np.abs(given - expected) <= allowed)
    return bool((same | (np.isnan(given) & np.isnan(expected))).all())


def _is_single(array):
    return array.dtype == np.float32


def _as_floats(array):
    """Truth values cannot be subtracted, and unsigned numbers wrap around."""
    return array if array.dtype.kind == "f" else array.astype(float)


def find(name, given, expected, arguments):
    """Say how `given` differs from `expected`; None where it does not.

    Parameters
    ----------
    name : str
        The quantity; "W" is described by how far and which way it moves.
    given, expected : ndarray
    arguments : dict of str to ndarray
        What the function was called with, to recognise what came back unchanged and where the
        wrong entries are.

    Returns
    -------
    Finding or None
    """
    found = _find(name, given, expected, arguments)
    if found is not None and expected.size == 1:
        how = found.how.replace(" in every entry", "").replace("has every entry NaN", "is NaN")
        return Finding(found.kind, how)
    return found


def _find(name, given, expected, arguments):
    if given.shape != expected.shape:
        return _shape(given, expected)
    if close(given, expected):
        return _precision(given)
    if not np.isfinite(given).all():
        return _not_finite(given, expected)
    found = _whole_numbers(given, expected) or _precision(given)
    if found is not None:
        return found
    given = given.astype(float)
    before = arguments.get("W")
    with np.errstate(all="ignore"):
        if name.startswith("W") and before is not None and before.shape == expected.shape:
            return _movement(given, expected, np.asarray(before, float), arguments)
        return (
            _argument(name, given, arguments)
            or _constant(given, expected)
            or _proportion(given, expected)
            or _function_of_it(given, expected)
            or _some_entries(given, expected, arguments)
        )


def _shape(given, expected):
    has = of_shape(given.shape, expected.shape).removeprefix(" of ")
    how = f"has {has or 'another shape'}, but must have shape {expected.shape}"
    if given.size == expected.size:
        if given.shape == expected.shape[::-1]:
            return Finding("transposed", f"{how}: it is transposed")
        return Finding("shape", f"{how}: the numbers are there, in another arrangement")
    for axis, size in enumerate(expected.shape):
        rest = expected.shape[:axis] + expected.shape[axis + 1 :]
        kept = (*expected.shape[:axis], 1, *expected.shape[axis + 1 :])
        if size > 1 and given.shape in (rest, kept):
            along = ("rows", "columns")[axis] if expected.ndim == 2 else f"axis {axis}"
            return Finding("shape", f"{how}: was something summed or averaged over the {along}?")
    if given.ndim == 0:
        return Finding("shape", f"{how}: it is a single number")
    return Finding("shape", how)


def of_shape(shape, expected=()):
    """Write a shape behind a noun; "" for one that no slip makes.

    Whoever may choose a shape freely can spell out the hidden inputs with it.

    Examples
    --------
    >>> of_shape((2, 3)), of_shape((16180339887, 0))
    (' of shape (2, 3)', '')
    """
    largest = 2 * max((20, *expected))
    usual = len(shape) <= 4 and all(n <= largest for n in shape)
    return f" of shape {shape}" if usual else ""


def _not_finite(given, expected):
    bad = ~np.isfinite(given) & np.isfinite(expected)
    count = int(bad.sum())
    which = "every entry" if count == given.size else f"{count} of its {given.size} entries"
    what = "NaN or infinite: is something divided by 0, or a logarithm or root taken of 0 or less?"
    return Finding(
        "not_finite", f"has {which} {what}" if count else "is not finite in other places"
    )


def _whole_numbers(given, expected):
    if given.dtype.kind not in "iub" or (expected == np.round(expected)).all() or not given.any():
        return None
    if given.dtype.kind == "b":
        return Finding("integer_array", "is true or false, not a number between")
    return Finding(
        "integer_array",
        f"is an array of {given.dtype}: whole numbers cannot hold the result, its fractions are "
        "cut off",
    )


def loses_digits(given):
    """Whether an array's floats are shorter than float32: too short for what is asked."""
    return given.dtype.kind == "f" and given.dtype.itemsize < 4


def _precision(given):
    if not loses_digits(given):
        return None
    return Finding(
        "precision", f"is an array of {given.dtype}, which loses digits: keep NumPy's float64"
    )


def _argument(quantity, given, arguments):
    own_first = sorted(arguments, key=lambda name: name != quantity)
    for name in own_first:
        argument = arguments[name]
        told = name == quantity or argument.any()  # 0 everywhere is told as that
        if told and argument.shape == given.shape and close(given, argument):
            return Finding("argument_returned", f"is simply {name}, as it was before the call")
    return None


def _constant(given, expected):
    """The same number everywhere, where different ones are asked."""
    if given.size < 2 or not (given == given.flat[0]).all() or (expected == expected.flat[0]).all():
        return None
    if not given.any():
        return Finding("zero", "is 0 in every entry")
    return Finding("constant", "is the same number in every entry")


def _proportion(given, expected):
    """A factor that is the same in every entry, a wrong sign, a constant that was added."""
    factor = _common(given[expected != 0] / expected[expected != 0])
    if factor is not None and abs(factor - 1) > _LITTLE and close(given, factor * expected):
        if close(given, -expected):
            return Finding("sign", "has the wrong sign in every entry")
        if factor == 0:
            return Finding("zero", "is 0 in every entry")
        also = " and has the wrong sign" if factor < 0 else ""
        return Finding("factor", f"is {times(abs(factor))} what it must be{also}")
    wrong = int((np.sign(given) != np.sign(expected)).sum())
    if wrong and close(np.abs(given), np.abs(expected)):
        return Finding(
            "sign",
            f"has the right size, but the wrong sign in {wrong} of its {given.size} entries",
        )
    if given.size > 1 and (offset := _common(given - expected)) is not None:
        more = "more" if offset > 0 else "less"
        return Finding("offset", f"is {_number(abs(offset))} {more} than it must be in every entry")
    return None


_FUNCTIONS = {
    "the square of what it must be": np.square,
    "the square root of what it must be": np.sqrt,
    "1 divided by what it must be": np.reciprocal,
}


def _function_of_it(given, expected):
    for words, function in _FUNCTIONS.items():
        value = function(expected)
        if np.isfinite(value).all() and close(given, value):
            return Finding("function", f"is {words}")
    return None


def _some_entries(given, expected, arguments):
    off = np.abs(given - expected).max() / np.abs(expected).max()
    if off < _LITTLE:
        return Finding("little", f"is nearly right, off by about {off:.0e} of its size")
    wrong = np.abs(given - expected) > RTOL * np.abs(expected).max()
    count = int(wrong.sum())
    if count == given.size:
        return Finding("values", f"is wrong in every entry{_most(given, expected)}")
    where = _condition(wrong, arguments)
    return Finding(
        "some_entries", f"is right in {given.size - count} of {given.size} entries, wrong {where}"
    )


def _most(given, expected):
    if given.size < 2:
        return ", too large" if np.abs(given).max() > np.abs(expected).max() else ", too small"
    if (np.sign(given) == np.sign(expected)).all():
        if (np.abs(given) > np.abs(expected)).all():
            return ", too large in each; no common factor"
        if (np.abs(given) < np.abs(expected)).all():
            return ", too small in each; no common factor"
        return "; the signs are right"
    return "; no common factor"


def _condition(wrong, arguments):
    """Say which entries are wrong: by an argument's sign, by rows, by columns, by number."""
    for name, argument in arguments.items():
        if argument.shape != wrong.shape:
            continue
        tests = {"negative": argument < 0, "positive": argument > 0, "0": argument == 0}
        tests |= {"1": argument == 1, "not 0": argument != 0}
        for words, mask in tests.items():
            if (mask == wrong).all():
                return f"exactly where {name} is {words}"
    if wrong.ndim == 2:
        for axis, one, many in ((1, "row", "rows"), (0, "column", "columns")):
            lines = wrong.any(axis=axis)
            if wrong.shape[1 - axis] > 1 and (wrong == np.expand_dims(lines, axis)).all():
                numbers = [str(i) for i in np.flatnonzero(lines)]
                return f"in {one if len(numbers) == 1 else many} {', '.join(numbers)}"
    places = [str(tuple(int(i) for i in place)) for place in np.argwhere(wrong)[:3]]
    return f"at index {', '.join(places)}{' …' if wrong.sum() > 3 else ''}"


def _movement(given, expected, before, arguments):
    """W is where it was plus a step: the step tells more than W."""
    moved, wanted = given - before, expected - before
    scale = np.abs(wanted).max()
    if scale == 0:
        return Finding("moves", "moves, but must stay where it is")
    if np.abs(moved).max() <= 1e-9 * scale:
        return Finding("zero", "did not move")
    found = _proportion(np.round(moved / scale, 9), np.round(wanted / scale, 9))
    if found is not None and found.kind == "sign" and "every" in found.how:
        return Finding("sign", "moves in the wrong direction")
    if found is not None and found.kind == "factor":
        far = found.how.removeprefix("is ").partition(" what it must be")[0].removesuffix(" of")
        wrong_way = ", and in the wrong direction" if "sign" in found.how else ""
        return Finding("factor", f"moves {far} as far as it must{wrong_way}")
    if close(given, wanted):
        return Finding("step_returned", "is only the change of W, not the new W")
    if close(given, -wanted):
        return Finding("step_returned", "is only the step, not the new W")
    if (np.sign(moved) == -np.sign(wanted)).all():
        return Finding("sign", "moves in the wrong direction, and not as far as it must")
    rest = _argument("", given, arguments) or _some_entries(moved, wanted, arguments)
    if rest.kind == "values" and (np.sign(moved) == np.sign(wanted)).all():
        far = np.abs(moved) > np.abs(wanted)
        length = "too far" if far.all() else "not far enough" if not far.any() else "a wrong length"
        return Finding("values", f"moves in the right direction, but {length}")
    return rest


def _common(ratios):
    """The number that all entries share, None where they don't."""
    if not ratios.size or not np.isfinite(ratios).all():
        return None
    ordered = np.sort(ratios, axis=None)  # np.median would load all of np.ma
    middle = float(ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]) / 2
    return middle if np.abs(ratios - middle).max() <= 1e-6 * max(abs(middle), 1e-12) else None


def times(factor):
    """Write a factor, such as "2 times" or "only 1/10 of"."""
    return f"{_number(factor)} times" if factor > 1 else f"only {_number(factor)} of"


def _number(value):
    for whole in (1, 2, 3, 4, 5, 6, 8, 10):
        for written, exact in ((f"{whole}", whole), (f"1/{whole}", 1 / whole)):
            if abs(value - exact) <= 1e-6 * exact:
                return written
    # Two digits: a factor may come from a hidden hyper-parameter, which it must not spell out.
    two = f"{float(f'{value:.2g}'):g}"
    return two if two != "1" else f"{1 + float(f'{value - 1:.1g}'):g}"  # 1 would be right
