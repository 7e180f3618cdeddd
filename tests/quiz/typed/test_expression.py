"""The safe evaluator: every spelling of a formula counts, and nothing typed is ever executed."""

import contextlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlpteach.quiz.text.write_number import write_number
from mlpteach.quiz.typed.expression import evaluate, parse
from mlpteach.quiz.typed.read_number import read_meanings, read_number
from mlpteach.quiz.typed.spelling import Unreadable

RNG = np.random.default_rng(3)
VALUES = {
    **{name: RNG.uniform(0.1, 0.9, (3, 4)) for name in ("A3", "Y", "M", "M_before", "g", "M_hat")},
    **{"V_hat": RNG.uniform(1, 2, (3, 4)), "V2": RNG.normal(size=(3, 4))},
    **{"W2": RNG.normal(size=(3, 5)), "A2": RNG.uniform(0.1, 0.9, (5, 4))},
    **{"beta1": 0.9, "eta": 0.3, "eps": 0.1, "k": 3.0},
}
WRITTEN = {"M_{k-1}": "M_before"}


def value(text):
    return evaluate(parse(text, VALUES, WRITTEN), VALUES)


V = VALUES
SAME = [
    (V["A3"] - V["Y"], ["A3 - Y", "A^{(3)} - Y", "A^(3)−Y", "$A^{(3)} - Y$", "-(Y-A3)", "A_3 - Y"]),
    (
        0.9 * V["M_before"] + (1 - 0.9) * V["g"],
        [
            "beta1*M_before + (1-beta1)*g",
            r"\beta_1 M_{k-1} + (1 - \beta_1) g_k",
            "β₁·M_before + (1−β₁)·g",
            "β₁Mₖ₋₁ + (1−β₁)gₖ",
            r"\beta_1 \mathbf{M}_{k - 1} + (1-\beta_1) g_{k}",
            r"M_k = \beta_1 M_{\text{before}} + \left\{1-\beta_1\right\} g",
            r"\beta_{1} M_{k-1} + \left(1-\beta_1\right) \odot g",
        ],
    ),
    (
        0.3 * V["M_hat"] / np.sqrt(V["V_hat"] + 0.1),
        [
            "eta * M_hat / np.sqrt(V_hat + eps)",
            r"\eta \frac{\hat{M}_k}{\sqrt{\hat V_k + \epsilon}}",
            "η M̂ / sqrt(V̂ + ε)",
            "ηM̂ₖ/√(V̂ₖ+ε)",
            r"\(\eta\dfrac{\hat{M_k}}{\sqrt{\widehat{V}_k + \varepsilon}}\)",
            "'eta * Mhat / sqrt(vhat + epsilon)'",
            r"\rho_k = \eta \hat M_k (\hat V_k + \epsilon)^{-\frac12}",
            "eta*M_hat*(V_hat+eps)**-0.5",
            "eta*M_hat*(V_hat+eps)^(-1/2)",
        ],
    ),
    (V["M"] / (1 - 0.9**3), ["M/(1-beta1**k)", "M/(1-beta1^k)", r"\frac{M}{1-\beta_1^k}"]),
    (
        V["V2"] @ V["A2"].T,
        [
            "V2 @ A2.T",
            r"V^{(2)} (A^{(2)})^T",
            r"V^{(2)} {A^{(2)}}^{\top}",
            "V^{(2)} A^{(2)T}",
            r"V^{(2)} \cdot A^{(2) \top}",
            "V⁽²⁾ A⁽²⁾ᵀ",
            "V2·A2ᵀ",
            "np.dot(V2, np.transpose(A2))",
            "V2.dot(A2.T)",
            "V2.dot(A2.transpose())",
            "np.matmul(V2, A2.T)",
            r"V^{(2)} (A^{(2)})^{\mathrm{T}}",
        ],
    ),
    (
        (V["W2"].T @ V["V2"]) * V["A2"],
        ["(W2.T @ V2) * A2", r"(W^{(2)})^T V^{(2)} \odot A^{(2)}", "W2' @ V2 * A2"],
    ),
    (V["g"] ** 2, ["g*g", "g**2", "g^2", "g²", "g g", "square(g)", "|g|^2"]),
    (
        np.maximum(V["M"], V["g"]),
        [
            "max(M, g)",
            r"\max\{M, g_k\}",
            "np.maximum(g, M)",
            "Max(M, g)",
            "max([M, g])",
            "max((M, g))",
            "MAX(g, M)",
            "np.max([M, g])",
        ],
    ),
    (V["A3"] / (V["V2"] @ V["A2"].T).sum(), ["A3 / V2.dot(A2.T).sum()", "A3/sum(V2 @ A2.T)"]),
    ((2 * V["V2"]) @ V["A2"].T - 1, ["2*V2.dot(A2.T) - 1", "(2*V2).dot(A2.T) - 1"]),
    (V["M"].mean() ** 2, ["M.mean()**2", "mean(M)^2"]),
    (1 / (1 + np.exp(-V["M"])), ["1/(1+e^{-M})", r"\sigma(M)", "σ(M)", "1/(1+np.e**-M)"]),
    (V["M"] * np.exp(-V["M"]), ["Me^{-M}", "M e^(-M)", "M .* exp(-M)"]),
    (-np.log(V["A3"]), [r"-\ln A3", "-log(A3)", "-ln(A3)", r"-\log\left(A^{(3)}\right)"]),
]


@pytest.mark.parametrize(
    ("expected", "text"), [(expected, text) for expected, texts in SAME for text in texts]
)
def test_every_spelling_computes_the_same(expected, text):
    np.testing.assert_allclose(value(text), expected, rtol=1e-12)


BAD = [
    "", "   ", "__import__('os').system('id')", "().__class__", "A3.__class__", "A3.T.__init__",
    "[x for x in A3]", "lambda: 1", "A3 if Y else 1", "A3 := 2", "A3 = Y", "A3 == Y", "A3; Y",
    "open('x')", "exec('1')", "np.load('x')", "np.linalg.inv(A3)", "f'{A3}'", "'a'", "A3[0]",
    "True", "1 or 2", "1j", "0x10", "1_000", "sum(A3, Y)", "sqrt", "A3 -", "(A3", "|A3", "A3 @ Y",
    "((" * 300, "-" * 399, "1" * 401, "{" * 50, r"\frac{1", "^", "_", "\\", "A3^{", "**", "A3!",
    "\x00", "\ud800", "é", "日本語", "🙂", "A3 // Y", "beta1M", "1 2", "1.2.3", "*A3", "A3,Y",
    "V2.dot", "V2.dot(A2", "A3.sum(Y)", ".T", "V2.inv()", "max([M])", "A3.dot(Y).__class__",
    "A3 - Y = 0", "A3 <= Y", "M_{k+1}", "g_{j}", "V_{k-1}", "AY2",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_formula_is_said_to_be_none(text):
    with pytest.raises(Unreadable) as reason:
        value(text)
    assert 5 < len(str(reason.value)) < 300


def test_a_tower_of_powers_costs_nothing():
    assert value("9**9**9**9**9") == np.inf


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_value_or_unreadable(text):
    with contextlib.suppress(Unreadable):
        value(text)
    with contextlib.suppress(Unreadable):
        read_number(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="A3Y+-*/^()[]{}\\_ .T@'|frachatsqrtbeta1,9e", max_size=40))
@example("'.@")
@example("'.T")
@example("**.sum()")
def test_any_nearly_right_text_is_a_value_or_unreadable(text):
    with contextlib.suppress(Unreadable):
        value(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e-3", 1e-3), ("1E-3", 1e-3), ("1/3", 1 / 3), ("0,5", 0.5), (".5", 0.5),
        ("−2·10⁻³", -2e-3),
        ("2×10^-3", 2e-3), ("10^{-3}", 1e-3), ("$10^{-3}$", 1e-3), ("5 %", 0.05), ("½", 0.5),
        ("٣", 3), ("１２", 12), ("+4", 4), ("sqrt(2)/2", 2**-0.5), ("1.5e−3", 1.5e-3), (" 7 ", 7),
        (" −0.5 ", -0.5), ("‑0,5", -0.5), ("1,5e-3", 1.5e-3), ("1.5 x 10^-3", 1.5e-3),
        ("1.5·10^−3", 1.5e-3), ("1 e-3", 1e-3), (",5", 0.5), ("5.", 5), ("0·5", 0.5), ("2·3", 6),
        ("1½", 1.5), ("−2½", -2.5), ("1,000.5", 1000.5), ("1 000", 1000), ("12'345'678", 12345678),
        ("0.333…", 0.333), ("≈0.5", 0.5), ("ca. 0.5", 0.5), ("g = −0.5", -0.5),
        ("1/3 ≈ 0.333", 0.333), ("'0.5'", 0.5), ("`0.5`", 0.5), (r"\(0.5\)", 0.5), ("0.5.", 0.5),
        ("٠٫٥", 0.5), ("√2", 2**0.5), (r"\frac13", 1 / 3), ("e^-1", np.exp(-1)), ("007", 7),
        ("47_720", 47720), ("1_000_000.5", 1000000.5), ("1.234.567", 1234567),
        ("the answer is 0.5", 0.5), ("0.27 approx", 0.27), ("0.27 (rounded)", 0.27),
        ("roughly 0.27.", 0.27), ("0.5 (approx.)", 0.5), ("answer: −0,5", -0.5),
        ("\u200e0.5\u200b", 0.5), ("5 percent", 0.05), (r"5\%", 0.05), ("-1/-3", 1 / 3),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text, number):
    assert read_number(text) == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nan",
        "inf",
        "1/0",
        "1e400",
        "1 1/2",
        "1.000,5",
        "1,2,3",
        "x",
        "3 apples",
        "²",
        "1e⁻³",
        "0x10",
        "<0.5",
        "1e999",
        "9**9**9**9",
        "9" * 10_000,
        "(" * 60 + "1",
        "±1",
        "0.5\x00",
    ],
)
def test_what_is_no_number_is_said_to_be_none(text):
    with pytest.raises(Unreadable):
        read_number(text)


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200))
def test_written_numbers_are_read_back(number):
    assert read_number(write_number(number, 15)) == pytest.approx(number, rel=1e-12, abs=5e-324)


def test_a_comma_before_three_digits_may_mean_a_thousand():
    assert read_meanings("1,000") == [1.0, 1000.0]
    assert read_meanings("-12,500") == [-12.5, -12500.0]
    assert read_meanings("0,125") == [0.125]
    assert read_meanings("1,234,567") == [1234567.0]


def test_a_point_before_three_digits_may_mean_a_thousand_too():
    assert read_meanings("47.720") == [47.72, 47720.0]
    assert read_meanings("-1.000") == [-1.0, -1000.0]
    assert read_meanings("0.125") == [0.125]
    assert read_meanings("1.0000") == [1.0]


@pytest.mark.parametrize("text", ["120 updates", "120 Updates.", "about 120 updates"])
def test_what_is_counted_may_stand_behind_the_number(text):
    assert read_meanings(text, {"updates", "or"}) == [120.0]


@pytest.mark.parametrize(
    "text", ["120 images", "120 updates or more", "12 to 120 updates", "120 thousand updates"]
)
def test_what_says_something_else_than_the_number_is_no_part_of_it(text):
    with pytest.raises(Unreadable):
        read_meanings(text, {"updates", "or", "more", "to", "thousand"})
