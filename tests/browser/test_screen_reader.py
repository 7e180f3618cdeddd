"""What a screen reader gets, in Chromium's accessibility tree; axe-core looks for the known slips.

No screen reader itself is driven here.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

import mlpteach as mt
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.answers import in_file
from mlpteach.quiz.kinds import KINDS
from mlpteach.quiz.question_files.read import as_question
from mlpteach.quiz.session import Session

from .shown_question import Shown

ONE_OF_EACH = {
    "true_false": "only_the_last_sensitivity",
    "single": "where_nesterov_looks",
    "multiple": "lines_that_change",
    "number": "adams_corrected_first_moment",
    "formula": "sensitivity_under_cross_entropy",
    "ordering": "lines_of_adam",
    "quantity": "which_of_adams_quantities",
    "words": "adam_without_its_two_extras",
}
# Of this type there is none in the bank; it is for quizzes that come in.
RANGES = as_question("r", {
    "type": "ranges", "slide": "s", "goal": "g", "text": "Between?",
    "range": [{"low": 0, "high": 1, "why": "Yes.", "right": True}],
})  # fmt: skip
each_type = pytest.mark.parametrize("type", KINDS)


@pytest.fixture
def ask(page, tmp_path):
    def ask(type, dark=False, **more):
        question = RANGES if type == "ranges" else QUESTIONS[ONE_OF_EACH[type]]
        return Shown(page, Session(question, answers=in_file(tmp_path), **more), dark=dark)

    return ask


def answer_wrongly(question):
    """Answer by keyboard alone, from where the focus is."""
    page, asked = question.page, question.session.asked
    if asked.question.type in ("number", "formula", "ranges", "words"):
        page.keyboard.type("2")
        page.keyboard.press("Enter")
    elif asked.question.type in ("multiple", "ordering"):
        page.keyboard.press("Space")
        while not page.evaluate("document.activeElement.matches('.check')"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        letters = [choice["key"] for choice in asked.shown_fields()["choices"]]
        right = asked.solution
        for _ in range(next(i for i, letter in enumerate(letters) if letter != right)):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    page.wait_for_selector(".verdict[data-right=false]")


def slips(page, context):
    """Return what axe-core finds amiss, contrast included."""
    found = Axe().run(page, context=context).response["violations"]
    return [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found]


@pytest.mark.parametrize("dark", [False, True])
@each_type
def test_nothing_is_amiss_before_and_after_the_answer(ask, type, dark):
    question = ask(type, dark, lecturer=True)
    page = question.page
    assert slips(page, ".mlp-question") == []
    page.keyboard.press("Tab")
    answer_wrongly(question)
    page.click(".reveal")
    page.wait_for_selector(".revealed:visible")
    page.locator(".note").evaluate("note => { note.hidden = false; note.append('not kept'); }")
    assert slips(page, ".mlp-question") == []


@each_type
def test_all_controls_have_names_and_belong_to_the_group_that_asks(ask, type):
    question = ask(type)
    tree = question.page.locator(".mlp-question").aria_snapshot()
    first, *others = re.split(r"^(?=- )", tree, flags=re.M)[1:]
    control = r"^ *- '?(?:button|radio|checkbox|textbox)"
    begin = re.split(r"\$|`", question.session.asked.text)[0].strip()
    assert re.match(rf"- '?group \"{re.escape(begin)}", first)
    assert len(re.findall(control, first, re.M)) >= 2
    assert not re.search(control, "\n".join(others), re.M)
    assert all(
        re.match(rf"{control} \"[^\"]", line)
        for line in first.split("\n")
        if re.match(control, line)
    )


def test_formulas_are_said_with_their_indices(ask):
    tree = ask("single").page.locator(".mlp-question").aria_snapshot()
    assert re.search(r'radio "\(.\) W sub k minus β v sub k minus 1 end sub"', tree)
    assert re.search(r'radio "\(.\) W sub k"', tree)


@each_type
def test_verdict_is_announced(ask, type):
    """The region is there before its words, or some screen readers say nothing."""
    question = ask(type)
    page = question.page
    region = page.locator("[role=status]:has(> .verdict)")
    assert region.get_attribute("aria-atomic") == "true"
    assert region.evaluate("e => getComputedStyle(e).display") != "none"
    assert region.inner_text() == ""
    page.keyboard.press("Tab")
    answer_wrongly(question)
    assert "status" in page.locator(".mlp-question").aria_snapshot()
    assert re.match(r"(Not so|Partly)\.", region.inner_text())


@each_type
def test_focus_is_never_lost(ask, type):
    question = ask(type, lecturer=True)
    page = question.page
    focused = "document.activeElement.closest('.mlp-question') !== null"
    page.keyboard.press("Tab")
    answer_wrongly(question)
    assert page.evaluate(focused)
    page.focus(".reveal")
    page.keyboard.press("Enter")
    page.wait_for_selector(".revealed:visible")
    assert page.evaluate(focused)
    if page.locator(".again").count():
        page.focus(".again")
        page.keyboard.press("Enter")
        page.wait_for_selector(".verdict", state="hidden")
        assert page.evaluate(focused + " && !document.activeElement.matches('.again')")
        assert page.locator(".unseen").last.text_content().startswith("New: ")


def test_lines_are_put_in_order_with_tab_and_arrows_alone(ask):
    question = ask("ordering")
    page = question.page
    page.keyboard.press("Tab")
    order = question.session.asked.solution.split(", ")
    for place, key in enumerate(order):
        here = "document.activeElement.dataset.key"
        while page.evaluate(here) != key:
            page.keyboard.press("ArrowDown")
        for _ in range(len(order)):
            if page.locator(".line").nth(place).get_attribute("data-key") == key:
                break
            page.keyboard.press("Alt+ArrowUp")
            assert page.evaluate(here) == key
            assert "now line" in page.locator(".strip .unseen").text_content()
    while not page.evaluate("document.activeElement.matches('.check')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    question.verdict("true")


def test_heat_map_is_described_for_who_cannot_see_it(ask):
    question = ask("quantity")
    name = question.page.get_by_role("img").get_attribute("alt")
    matrix = question.session.asked.matrix
    assert f"heat map of {matrix.shape[0]} by {matrix.shape[1]} entries, from" in name
    negative = round(100 * (matrix < 0).mean())
    assert f"{negative} of 100 entries are negative" in name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("dashboard", ["adam", "momentum"])
def test_nothing_is_amiss_on_a_dashboard(page, tmp_path, dashboard, scheme):
    page.emulate_media(color_scheme=scheme)
    shown = getattr(mt.dashboards, dashboard)()
    page.goto(f"file://{shown.save_html(tmp_path / 'dashboard.html')}")
    page.wait_for_selector(".mlp")
    page.evaluate("document.querySelector('.mlp fieldset').disabled = false")
    assert slips(page, ".mlp") == []
