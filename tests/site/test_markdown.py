"""Markdown of a lecture as HTML."""

import re

from mlpteach.site.markdown import markdown_to_html


def letters(text):
    """Return what is seen of a text, and what of it is a formula."""
    html = markdown_to_html(text)
    formulas = re.findall(r"<math.*?</math>", html)
    return re.sub(r"<[^>]*>", "", html).strip(), [re.sub(r"<[^>]*>", "", one) for one in formulas]


def test_a_formula_goes_on_in_the_next_line():
    assert letters("is $3 \\cdot\n10$ here") == ("is 3·10 here", ["3·10"])


def test_money_is_no_formula():
    assert letters("costs $5 and $x$ more, or 3$") == ("costs $5 and x more, or 3$", ["x"])


def test_the_sign_behind_a_formula_stays_in_its_line():
    assert re.fullmatch(
        r'<p>Let <span class="together"><math>.*</math>\),</span> that is\n<math>.*</math></p>\n',
        markdown_to_html("Let $x$), that is\n$y$"),
    )


def test_a_formula_of_its_own_can_be_scrolled():
    for text in ("$$\nx\n$$", "$$x$$", "as in $$x$$"):
        html = markdown_to_html(text)
        assert '<span class="formula"><math display="block">' in html
        assert "$" not in html


def test_lines_of_a_formula_are_rows():
    html = markdown_to_html("$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n$$")
    assert html.count("<mtr>") == 2
    assert "&" not in html


def test_a_head_that_is_a_formula_has_a_name():
    html = markdown_to_html("| rule | $W_k$ | $x$ or so |\n|---|---|---|\n| a | $b$ | c |\n")
    assert re.findall('aria-label="(.*?)"', html) == ["table", "Wk"]
    assert 'tabindex="0"' in html
