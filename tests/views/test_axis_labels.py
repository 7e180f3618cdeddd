"""Labels of printed axes: broken where they are long, smaller only where that does not help."""

import pytest

from mlpteach.views.axis_labels import _broken, fit


@pytest.mark.parametrize(
    ("text", "lines", "broken"),
    [
        ("aa bb cc dd", 1, ["aa bb cc dd"]),
        ("aa bb cc dd", 2, ["aa bb", "cc dd"]),
        ("aaaa bbbb cccc", 3, ["aaaa", "bbbb", "cccc"]),
        ("a bbbbbbbbbbbb c", 2, ["a bbbbbbbbbbbb", "c"]),
        ("aaaaaaaaaaaa b c d", 2, ["aaaaaaaaaaaa", "b c d"]),
        ("$a b c$ $d e f$", 2, ["$a b c$", "$d e f$"]),  # never inside of a formula
        ("alone", 3, ["alone"]),
        ("costs 5 $ a piece", 2, ["costs 5 $", "a piece"]),
    ],
)
def test_lines_are_about_equally_long(text, lines, broken):
    assert _broken(text, lines) == broken


def test_what_has_room_is_one_line_of_the_usual_size():
    assert fit("update k", 3.0) == ("update k", 11.0)
    assert fit("", 0.1) == ("", 11.0)


def test_what_can_not_be_broken_is_as_much_smaller_as_the_room_is():
    (text, size), (_, half) = fit("x" * 70, 2.0), fit("x" * 70, 1.0)
    assert text == "x" * 70
    assert size < 11.0
    assert half == pytest.approx(size / 2)


def test_two_lines_are_taken_where_they_are_larger_than_one():
    word = "abcdefgh" * 2
    longest = 11.0 / fit(word, 0.5)[1] * 0.5  # inches of a word at the usual size
    assert fit(f"{word} {word}", 2.2 * longest)[0].count("\n") == 0
    # Two lines in the room of one are smaller, but not as small as one line that long.
    text, size = fit(f"{word} {word}", 0.9 * longest)
    assert text == f"{word}\n{word}"
    assert 11.0 * 0.9 / 2.1 < size < 11.0 * 0.9


def test_more_than_three_lines_are_never_taken():
    text, size = fit("abcdefgh " * 12, 0.8)
    assert text.count("\n") <= 2
    assert size < 6.0
