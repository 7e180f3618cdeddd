"""Formulas for the page: mathematics comes through, and nothing else that somebody wrote."""

import contextlib
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpteach.basics.mathml import mathml_tree, to_mathml
from mlpteach.views.mathematics import to_html

MATHML = "{http://www.w3.org/1998/Math/MathML}"
IMAGE = "<img src='x' onerror='document.title=1'/>"
SCRIPT = "<script>document.title=1</script>"


class Markup(HTMLParser):
    """What a browser makes of it: every element and attribute."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes = set(), {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.attributes |= attributes


COMMANDS = [
    "tag", "tag*", "text", "mbox", "hbox", "fbox", "textrm", "mathrm", "operatorname", "underbar",
    "llap", "rlap", "boxed", "cancel", "phantom", "sqrt", "hat", "overline", "href{#}", "style{#}",
    "class{#}", "id{#}", "color{#}", "colorbox{#}", "fcolorbox{#}{#}", "textcolor{#}",
    "unicode", "begin{#}", "left", "sideset{#}{#}", "rule{#}{#}", "kern", "mkern", "hspace",
    "raisebox{#}", "newcommand{#}", "def", "overset{#}", "xrightarrow[#]",
]  # fmt: skip
HOSTILE = [
    "javascript:alert(1)", IMAGE, SCRIPT, "&lt;img src=x onerror=document.title=1&gt;",
    "&#60;b&#62;", "red\" onload=\"document.title=1", "x' onload='document.title=1",
    "color:red;background:url(http://example.org)", "]]><b>", "<!--", "</math>" + IMAGE,
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_but_mathematics_reaches_the_page(command, hostile):
    name, hash, arguments = command.partition("{#}")
    written = f"\\{name}{(hash + arguments).replace('#', hostile)}{{{hostile}}}"
    assert_only_mathematics(to_html(f"a ${written}$ b"))


def assert_only_mathematics(text):
    found = Markup(text)
    assert all(tag == "math" or tag[0] == "m" for tag in found.elements - {"none"})
    assert not {"href", "style", "class", "id", "src", "onerror", "onload"} & set(found.attributes)
    assert not any(":" in value for name, value in found.attributes.items() if name != "xmlns")
    ElementTree.fromstring(f"<p>{text}</p>")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="\\{}[]^_&<>'\"#a1 x:/;-=|$\x00\ud800é", max_size=40))
def test_any_text_is_well_formed_or_no_formula(text):
    with contextlib.suppress(ValueError):
        assert_only_mathematics(to_mathml(text))


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\tag{<b>}", "(<b>)"), (r"\text{a<b & c}", "a<b\N{NO-BREAK SPACE}&\N{NO-BREAK SPACE}c"),
        ("a<b", "a<b"), (r"\{x\}", "{x}"), (r"\unicode{x3c}", "<"), ("x & y", "x&y"),
    ],
)  # fmt: skip
def test_what_is_no_markup_is_shown_as_it_was_written(latex, words):
    assert "".join(ElementTree.fromstring(to_mathml(latex)).itertext()) == words


@pytest.mark.parametrize(
    "latex",
    [r"\frac{1}", "a^", r"\left(", "", r"\sqrt", "{" * 5000, r"\begin{matrix}", r"\hat", "x_"],
)
def test_what_is_no_formula_is_refused_in_words_or_shown_as_it_is(latex):
    with pytest.raises(ValueError, match=r"^\$.*\$ is no LaTeX"):
        to_mathml(latex)
    assert to_html(f"a ${latex}$") == (f"a ${latex}$" if latex else "a ")


@pytest.mark.parametrize(
    ("environment", "columns"),
    [("aligned", 2), ("align", 2), ("align*", 2), ("split", 2), ("gathered", 1), ("gather*", 1)],
)
def test_lines_stand_one_below_the_other(environment, columns):
    first = "k &= 1" if columns == 2 else "k = 1"
    latex = rf"\begin{{{environment}}} {first} \\ {first} \end{{{environment}}}"
    lines = list(ElementTree.fromstring(to_mathml(latex)).iter(f"{MATHML}mtr"))
    assert ["".join(line.itertext()) for line in lines] == ["k=1", "k=1"]
    assert [len(line) for line in lines] == [columns, columns]


def test_names_of_functions_stand_apart_from_letters():
    row = ElementTree.fromstring(to_mathml(r"y \ln a + (1-y) \log_2 (1-a)"))[0]
    words = ["".join(part.itertext()) or "space" for part in row]
    assert " ".join(words) == "y space ln space a + ( 1 − y ) space log2 ( 1 − a )"


def test_spaces_have_lengths_that_every_reader_knows():
    tree = ElementTree.fromstring(to_mathml(r"a\!b\,c\>d\;e\quad f"))
    assert [space.get("width") for space in tree.iter(f"{MATHML}mspace")] == [
        "-0.1667em", "0.167em", "0.222em", "0.278em", "1em"
    ]  # fmt: skip


def test_the_colour_of_a_part_stays():
    assert '<mstyle mathcolor="red">' in to_mathml(r"\color{red}x")
    assert "mathcolor" not in to_mathml(r"\color{red;x}x")


def test_lines_below_each_other_are_rows_with_their_columns():
    rows = mathml_tree(r"\begin{aligned} a &= b + c \\ d &= e \end{aligned}").findall(".//mtr")
    read = [["".join(cell.itertext()) for cell in row.findall("mtd")] for row in rows]
    assert read == [["a", "=b+c"], ["d", "=e"]]
