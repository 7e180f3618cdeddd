"""Symbols in MathML and in plain characters, written out by hand."""

import pytest

from mlpteach.basics.notation import SYMBOLS, Symbol, symbol


@pytest.mark.parametrize(
    ("drawn", "index", "expected"),
    [
        (SYMBOLS["W"], "", "<mi>W</mi>"),
        (SYMBOLS["W"], "k", "<msub><mi>W</mi><mrow><mi>k</mi></mrow></msub>"),
        (
            SYMBOLS["M"],
            "k-1",
            "<msub><mi>M</mi><mrow><mi>k</mi><mo>−</mo><mn>1</mn></mrow></msub>",
        ),
        (
            SYMBOLS["V_hat"],
            "k",
            '<msub><mover accent="true"><mi>V</mi><mo stretchy="false">^</mo></mover>'
            "<mrow><mi>k</mi></mrow></msub>",
        ),
        (
            SYMBOLS["beta2"],
            "k",
            "<msub><mi>β</mi><mrow><mn>2</mn><mo>,</mo><mi>k</mi></mrow></msub>",
        ),
        (SYMBOLS["beta1"], "", "<msub><mi>β</mi><mrow><mn>1</mn></mrow></msub>"),
        (
            Symbol("V", "greatest", subscript="max"),
            "12",
            "<msub><mi>V</mi><mrow><mi>max</mi><mo>,</mo><mn>12</mn></mrow></msub>",
        ),
    ],
)
def test_symbols_in_mathml(drawn, index, expected):
    assert drawn.mathml(index) == expected


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (SYMBOLS["eta"], "η"),
        (SYMBOLS["beta1"], "β₁"),
        (Symbol("V", "greatest", subscript="max"), "V_max"),
    ],
)
def test_symbols_in_plain_characters(drawn, expected):
    assert drawn.text == expected


def test_a_quantity_of_the_readers_own_is_written_as_its_letter():
    assert (symbol("gamma12").letter, symbol("gamma12").subscript) == ("γ", "12")
    assert (symbol("mu_3").letter, symbol("mu_3").subscript) == ("μ", "3")
    assert symbol("beta1") is SYMBOLS["beta1"]
