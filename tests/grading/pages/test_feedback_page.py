"""The page a student gets back: formulas without a network, rows with names, what waits."""

import re

import pytest
from course import ASSIGNMENT, answered

from mlpteach.grading.pages.feedback_page import name_rows, title_of
from mlpteach.grading.pages.formulas import take_formulas


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("$a$ and $$b^2$$ and\n$$\nc\n$$", 3),
        ("\\begin{align}a &= b\\end{align}", 1),
        ("$a &amp;&lt; b$", 1),
        ("it costs $5 or $6", 0),
        ("from $5-$6", 0),
        ("`$a$` and\n```\n$$b$$\n```", 0),
        (r"\$a$", 0),
        ("$ a $", 0),
        (r"$\frac{$", 0),
    ],
)
def test_what_is_a_formula_is_set(text, count):
    source, formulas = take_formulas(text)
    assert len(formulas) == count
    assert all(formula.startswith("<math") for formula in formulas.values())
    if not count:
        assert source == text


def test_a_formula_between_two_dollars_stands_in_a_line_of_its_own():
    _, formulas = take_formulas("$a$ and $$b$$")
    assert [re.search('display="(.+?)"', made)[1] for made in formulas.values()] == [
        "inline",
        "block",
    ]


def test_a_sign_that_was_defused_is_set_as_itself():
    [formula] = take_formulas("$a &lt; b$")[1].values()
    assert "<mi>a</mi><mo>&lt;</mo><mi>b</mi>" in formula


def test_a_title_is_no_markup():
    row = '<li><a href="#a">Test cell</a> (Score: 1.0 / 2.0)</li>'
    named = name_rows(row, {"a": ("<b>means", False)})
    assert named == '<li><a href="#a">&lt;b&gt;means</a> (Score: 1.0 / 2.0)</li>'


@pytest.mark.parametrize(
    ("waits", "score"), [(True, "to be marked by a person, of 5.0"), (False, "Score: 0.0 / 5.0")]
)
def test_what_waits_is_no_0_above_its_cell(waits, score):
    bar = """<a name="why"></a><div class="panel-heading"><span>Student's answer</span>
    <span class="pull-right">\n  {} <a href="#top">(Top)</a></span></div>"""
    page = bar.format("Score: 0.0 / 5.0")
    assert name_rows(page, {"why": ("why", waits)}) == bar.format(score)


def test_a_formula_holds_no_markup_of_its_author():
    _, formulas = take_formulas(r"$\text{&lt;img src=x onerror=alert(1)&gt;}$")
    assert not any("<img" in formula for formula in formulas.values())


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# 2 points: the means\nx", "row means: the means"),
        ("# 1 point: a\n", "row means: a"),
        ("# a comment", "row means"),
    ],
)
def test_a_row_is_named(source, title):
    data = {"nbgrader": {"grade_id": "row_means"}}
    assert title_of({"cell_type": "code", "source": source, "metadata": data}) == title


def test_the_page_is_read_without_a_network(make_course):
    course = make_course()
    course.hand_in("ann", answered(why="Because $M^2 &lt; \\beta_1$ holds."))
    course.grade()
    page = course.feedback("ann")
    rows = re.findall(r"<li><a href=.#([a-z_]+).>([^<]+)</a> \(([^)]+)\)", page)
    assert rows == [
        ("moment_test", "moment test", "Score: 4.0 / 4.0"),
        ("step_test", "step test", "Score: 2.0 / 2.0"),
        ("why", "why", "to be marked by a person, of 3.0"),
    ]
    assert "<msup><mi>M</mi><mn>2</mn></msup>" in page
    assert "$M^2" not in page
    assert page.index("math { font-family") < page.index("</head>")
    assert ASSIGNMENT in page
