"""Texts with dollars become HTML, whatever a reader writes."""

import pytest

from mlpteach.views.mathematics import to_html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("a < b & c", "a &lt; b &amp; c"),
        # A dollar alone is a dollar.
        ("costs 5 $ < 6", "costs 5 $ &lt; 6"),
    ],
)
def test_text_without_mathematics_is_escaped(text, expected):
    assert to_html(text) == expected


def test_only_what_stands_between_dollars_is_mathematics():
    first, formula, rest = to_html("x < $x$ > $y$").partition("<math")
    assert first == "x &lt; "
    assert (formula + rest).count("<math") == 2
    assert "&gt;" in rest.split("</math>")[1]
    assert "$" not in rest
    assert to_html("$x$").startswith("<math")


def test_dollars_around_what_is_no_mathematics_are_kept():
    assert to_html(r"$\frac{<$ b") == r"$\frac{&lt;$ b"
