"""Formulas as plain text: what feedback shows must be readable and must not change its meaning."""

import re

import pytest

from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.text.formula_in_unicode import formula_in_unicode
from mlpteach.quiz.text.markup import to_words


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        (r"v = \beta v + \eta", "v = β v + η"),
        (r"\frac{\eta}{1 - \beta} = 10", "η/(1 − β) = 10"),
        (r"\rho_k = \eta \hat M_k / \sqrt{\hat V_k + \epsilon}", "ρₖ = η M̂ₖ / √(V̂ₖ + ϵ)"),
        (r"(W^{(l+1)})^T V^{(l+1)} * \phi'(Z^{(l)})", "(W⁽ˡ⁺¹⁾)ᵀ V⁽ˡ⁺¹⁾ * ϕ′(Z⁽ˡ⁾)"),
        (r"e^{-\epsilon k} + \eta^{1 + d k}", "e^(−ϵk) + η^(1+dk)"),
        (r"\frac{\sqrt{a + b}}{c}", "√(a + b)/c"),
        (r"1 - \beta_1^k", "1 − β₁ᵏ"),
        (r"-1/a \pm |x|", "−1 / a ± |x|"),
        (r"dJ / dZ^{(2)}", "dJ / dZ⁽²⁾"),
        (r"V^{(L)}, k_d", "V^(L), k_d"),
    ],
)
def test_a_formula_is_written_in_letters(latex, written):
    assert formula_in_unicode(latex) == written.replace("M̂", "M\u0302").replace("V̂", "V\u0302")


def test_all_of_the_bank_is_written_without_latex():
    for question in QUESTIONS.values():
        asked = question.ask("ada")
        for text in (asked.text, asked.why):
            assert not re.search(r"[\\{}$]", to_words(text)), question.id


def test_words_and_code_lose_their_marks():
    assert to_words("*Now* `A3` costs 3 $ for $x^2$") == "Now A3 costs 3 $ for x²"
    assert to_words("*Now*  `A3` is $x^2$") == "Now A3 is x²"
