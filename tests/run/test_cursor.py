"""The cursor: by a line, an update or an epoch, forwards and back."""

import numpy as np
import pytest
from examples import quadratic, same_bits, small_run

import mlpteach as mt

LINES = ("M", "V", "M_hat", "V_hat", "rho", "W")


@pytest.fixture(scope="module")
def trace():
    """16 updates in 4 epochs."""
    return small_run()


def place(cursor):
    return cursor.k, cursor.line


def test_it_starts_at_the_first_line_of_the_first_update(trace):
    assert place(mt.Cursor(trace)) == (1, "M")
    assert place(mt.Cursor(trace, k=9)) == (9, "M")


def test_lines_run_on_into_the_next_update(trace):
    cursor, places = mt.Cursor(trace), []
    for _ in range(13):
        places.append(place(cursor))
        cursor.forward("line")
    assert places == [(1, line) for line in LINES] + [(2, line) for line in LINES] + [(3, "M")]


@pytest.mark.parametrize(
    ("unit", "expected"), [("line", (5, "M_hat")), ("update", (6, "V")), ("epoch", (9, "V"))]
)
def test_forward_and_back_are_inverse(trace, unit, expected):
    cursor = mt.Cursor(trace, k=5).forward("line")
    assert place(cursor.forward(unit)) == expected
    assert place(cursor.back(unit)) == (5, "V")


@pytest.mark.parametrize("unit", ["line", "update", "epoch"])
def test_the_way_back_shows_the_same_numbers(trace, unit):
    cursor, there = mt.Cursor(trace), []
    for _ in range(3):
        there.append((place(cursor), cursor.value.flat.tobytes()))
        cursor.forward(unit)
    for expected in reversed(there):
        cursor.back(unit)
        assert (place(cursor), cursor.value.flat.tobytes()) == expected


@pytest.mark.parametrize("unit", ["line", "update", "epoch"])
def test_it_stays_at_both_ends(trace, unit):
    cursor = mt.Cursor(trace)
    assert place(cursor.back(unit)) == (1, "M")
    for _ in range(200):
        cursor.forward(unit)
    assert place(cursor) == (16, "W" if unit == "line" else "M")


def test_an_epoch_near_the_end_goes_to_the_end(trace):
    assert mt.Cursor(trace, k=14).forward("epoch").k == 16
    assert mt.Cursor(trace, k=3).back("epoch").k == 1


def test_values_are_those_of_the_record(trace):
    cursor = mt.Cursor(trace, k=3)
    for line in LINES[:-1]:
        assert same_bits(cursor.value.flat, trace[2].quantities[line].flat)
        cursor.forward("line")
    assert same_bits(cursor.value.flat, trace[2].after.flat)
    assert cursor.step.k == 3


@pytest.mark.parametrize(
    ("rule", "lines"),
    [("gd", ["rho", "W"]), (mt.rule("momentum", form="paper"), ["v", "rho", "W"])],
)
def test_each_rule_has_its_own_lines(rule, lines):
    cursor = mt.Cursor(mt.descend(quadratic([1.0]), [1.0], rule=rule, steps=3))
    seen = [cursor.line] + [cursor.forward("line").line for _ in lines[1:]]
    assert seen == lines


def test_what_is_printed(trace):
    assert repr(mt.Cursor(trace, k=2).forward("line")) == "<update 2 of 16, line V (2 of 6)>"


@pytest.mark.parametrize(
    ("k", "error"), [(0, ValueError), (17, ValueError), (1.5, TypeError), (None, TypeError)]
)
def test_a_place_outside_is_refused(trace, k, error):
    with pytest.raises(error, match=r"k must be a whole number >= 1 and <= 16; given"):
        mt.Cursor(trace, k=k)


@pytest.mark.parametrize("move", [mt.Cursor.forward, mt.Cursor.back])
@pytest.mark.parametrize(("unit", "error"), [("step", ValueError), (2, TypeError)])
def test_an_unknown_unit_is_refused(trace, move, unit, error):
    with pytest.raises(error, match="line, update, epoch"):
        move(mt.Cursor(trace), unit)


def test_only_a_trace_can_be_travelled(trace):
    with pytest.raises(TypeError, match=r"trace must be a Trace; given \[1, 2\]"):
        mt.Cursor([1, 2])


def test_a_trace_without_updates_says_why():
    with pytest.warns(mt.DivergenceWarning):
        empty = mt.descend(lambda theta: (np.inf, theta), [1.0], steps=3)
    with pytest.raises(ValueError, match=r"holds no update to look at.*diverged at update k = 1"):
        mt.Cursor(empty)
