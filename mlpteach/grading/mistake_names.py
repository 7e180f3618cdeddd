"""What a recognised mistake is called in the report over a class."""

import re
import textwrap

from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.readback.words import FAMILIES, in_short
from mlpteach.exercise.reading import read_sheet

_LONGEST = 70

# What differs, where it is no mistake that has a name of its own.
IN_WORDS = {
    "a_line": "a slip in one line, which the feedback names",
    "argument_returned": "an argument comes back unchanged",
    "centre": "drawn around another mean",
    "changed_in_place": "an argument is changed in place",
    "constant": "the same number in every entry",
    "cut_off": "drawn numbers clipped, or cut off",
    "distribution": "drawn from another distribution",
    "factor": "wrong by a factor",
    "function": "the square, root or reciprocal of what it must be",
    "in_order": "drawn numbers that depend on each other",
    "integer_array": "whole numbers, fractions cut off",
    "little": "nearly right, off by a little",
    "moves": "moves, but must stay",
    "not_an_array": "no array of numbers",
    "not_finite": "NaN or infinite",
    "not_written": "not written yet",
    "offset": "wrong by a constant",
    "one_array": "one array, appended again and again",
    "own_memory": "answers differently when asked twice",
    "order": "right numbers in another's place",
    "precision": "digits lost to short floats",
    "raises": "stops with an error",
    "repeated": "the same drawn numbers again and again",
    "returns_none": "returns nothing",
    "shape": "wrong shape",
    "sign": "wrong sign",
    "some_entries": "other numbers in some entries",
    "spread": "drawn with another standard deviation",
    "step_returned": "only the step comes back, not the new W",
    "transposed": "transposed",
    "values": "other numbers",
    "wrong_count": "returns too many or too few values",
    "zero": "0, or did not move",
}


def in_words(assignment, mistake, hint=""):
    """Return how a mistake is called; for a known one of an exercise how its hint begins.

    Examples
    --------
    >>> in_words("ps2_adam", "sign")
    'wrong sign'
    >>> in_words("ps2_adam", "first_moment_bracket_missing")
    'first_moment_bracket_missing (A bracket is missing)'
    """
    if mistake in IN_WORDS:
        return IN_WORDS[mistake]
    known = read_sheet(assignment).mistakes if assignment in PROBLEM_SETS else ()
    hint = hint or next((other.hint for other in known if other.id == mistake), "")
    if not hint and mistake in FAMILIES:  # read back from the numbers
        return in_short(mistake)
    return f"{mistake} ({_first_clause(hint)})" if hint else mistake


def _first_clause(hint):
    clause = re.split(r"[.:;?](?:\s|$)", hint)[0]
    return textwrap.shorten(clause, _LONGEST, placeholder=" …")
