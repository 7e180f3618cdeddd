"""Every dashboard on one screen, from a phone to a projector, and nothing clipped."""

import numpy as np
import pytest
from every_dashboard import SMALL

import mlpteach as mt
from mlpteach.player.controls import Slider
from mlpteach.player.core import Core
from mlpteach.views import STYLES, Axes, Line, Plot, Show

from .lectured_dashboards import LECTURED, MEASURE, NARROW, TWO_FRAMES, WIDE
from .shown_dashboard import show


@pytest.fixture(scope="module", params=sorted(LECTURED))
def opened(request, browser, lectured_page):
    """A page with a dashboard as it is first."""
    page = browser.new_page()
    page.goto(lectured_page(request.param))
    yield page
    page.close()


def measured(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_selector(".mlp .frame")
    page.evaluate(f"document.fonts.ready.then(() => {TWO_FRAMES})")
    return page.evaluate(MEASURE)


@pytest.mark.parametrize("size", WIDE, ids=str)
def test_all_that_the_question_needs_is_on_one_screen(opened, size):
    found = measured(opened, size)
    assert found["height"] <= size[1]
    assert found["width"] <= size[0]
    assert found["clipped"] == []
    assert found["controls"] <= 5
    assert found["rows"] == 1
    assert found["smallest"] >= 14.0 * size[0] / WIDE[0][0] * 0.99


def test_sliders_are_large_and_have_a_field(opened):
    for width, height, fields in measured(opened, WIDE[0])["sliders"]:
        assert width >= 160
        assert height >= 24
        assert fields == 1


@pytest.mark.parametrize("size", NARROW, ids=str)
def test_nothing_is_clipped_or_scrolls_sideways(opened, size):
    found = measured(opened, size)
    assert found["width"] <= size[0]
    assert found["clipped"] == []
    assert found["smallest"] >= 14.0


@pytest.mark.parametrize("width", [320, 390])
def test_the_dots_stand_beside_the_title(opened, width):
    measured(opened, (width, 844))
    title, dots = (opened.locator(part).bounding_box() for part in (".title", "[data-action=more]"))
    assert dots["y"] < title["y"] + title["height"]
    assert dots["x"] + dots["width"] <= width


TOO_LONG = """() => [...document.querySelectorAll(".frame > .controls input.number")]
.filter((field) => field.getClientRects().length).filter((field) => {
  const { value } = field;
  field.value = "0.001234567";
  const isCut = field.scrollWidth > field.clientWidth;
  field.value = value;
  return isCut;
}).map((field) => field.dataset.number)"""


@pytest.mark.parametrize("size", [*WIDE, (390, 844)], ids=str)
def test_a_field_holds_seven_digits(opened, size):
    measured(opened, size)
    assert opened.evaluate(TOO_LONG) == []


@pytest.mark.parametrize("name", sorted(SMALL))
def test_small_data_needs_no_more_room(page, name, tmp_path):
    SMALL[name]().save_html(tmp_path / "dashboard.html")
    page.goto((tmp_path / "dashboard.html").as_uri())
    found = measured(page, WIDE[0])
    assert found["height"] <= WIDE[0][1]
    assert found["width"] <= WIDE[0][0]


@pytest.fixture
def raced(page, tmp_path):
    mt.dashboards.race(steps=40).save_html(tmp_path / "race.html")
    page.goto((tmp_path / "race.html").as_uri())
    measured(page, WIDE[0])
    return page


@pytest.mark.parametrize("presses", [0, 6, 20])
def test_names_on_a_map_stand_inside_and_apart(raced, presses):
    raced.focus(".mlp")
    for _ in range(presses):
        raced.keyboard.press("ArrowRight")
    names, plot = raced.evaluate(
        """() => {
        const box = (node) => node.getBoundingClientRect().toJSON();
        const plot = document.querySelector(".mlp .square .plot");
        return [[...plot.querySelectorAll(".tips span")].map(box), box(plot)]; }"""
    )
    assert len(names) >= 7
    for i, one in enumerate(names):
        assert plot["left"] - 1 <= one["left"]
        assert one["right"] <= plot["right"] + 1
        assert plot["top"] - 1 <= one["top"]
        assert one["bottom"] <= plot["bottom"] + 1
        for other in names[:i]:
            assert (
                one["right"] <= other["left"] + 1
                or other["right"] <= one["left"] + 1
                or one["bottom"] <= other["top"] + 2
                or other["bottom"] <= one["top"] + 2
            )


CONTROLS = """(place) => [...document.querySelectorAll(`.mlp ${place} [data-control]`)]
.map((node) => node.dataset.control)"""


def test_controls_that_find_no_room_stand_behind_the_dots(page):
    labels = "the first", "the second", "the third", "the fourth", "the fifth", "the sixth"
    sliders = [Slider(label, label, 0.0, 1.0) for label in labels]
    core = Core(_flat, sliders, dict.fromkeys(labels, 0.5), "Many", "many")
    show(page, core)
    page.set_viewport_size({"width": 1171, "height": 647})
    page.wait_for_function("document.querySelectorAll('.mlp .more [data-control]').length > 1")
    shown, behind = page.evaluate(CONTROLS, ".frame > .controls"), page.evaluate(CONTROLS, ".more")
    assert shown + behind == list(labels)
    assert 2 <= len(shown) <= 4  # 160 pixels each, a number field and a label
    page.set_viewport_size({"width": 3600, "height": 1000})
    page.wait_for_function("document.querySelectorAll('.mlp .more [data-control]').length === 1")
    page.set_viewport_size({"width": 600, "height": 1000})
    page.wait_for_timeout(100)
    assert page.evaluate(CONTROLS, ".more") == ["the sixth"]


def _flat(values):
    series = {"k": np.arange(3.0), "J": np.zeros(3)}
    axes = Axes("k", "J", (0.0, 3.0), (0.0, 1.0))
    return Show({}, 3, [Plot("Flat", "Flat", axes, [Line("k", "J", STYLES[0])])], series)


# What Bootstrap says of names that dashboards use, too; nbgrader's extension brings it along.
BOOTSTRAP = """
.row::before, .row::after { display: table; content: " "; }
.panel { margin-bottom: 20px; border: 1px solid transparent; box-shadow: 0 1px 1px black; }
"""
PLACES = """() => [...document.querySelectorAll(".mlp .body *")].map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [x, y, width, height];
})"""


def test_bootstrap_beside_it_moves_nothing(opened):
    measured(opened, WIDE[0])
    places = opened.evaluate(PLACES)
    style = opened.add_style_tag(content=BOOTSTRAP)
    measured(opened, WIDE[0])
    assert opened.evaluate(PLACES) == places
    style.evaluate("(node) => node.remove()")


def test_the_badge_of_a_first_difference_covers_no_result(browser, tmp_path):
    """A rule that cannot be written as a formula has words there, one line high."""
    rules = {"half": lambda k, G, *, eta=0.1: mt.Quantities(rho=eta * G)}
    path = mt.dashboards.own_rule(rules["half"]).save_html(tmp_path / "words.html")
    page = browser.new_page()
    page.goto(path.as_uri())
    measured(page, WIDE[0])
    below = page.evaluate(
        """() => [...document.querySelectorAll("tr.differs")].map((row) => {
        const result = row.querySelector(".result b");
        return row.getBoundingClientRect().bottom - result.getBoundingClientRect().bottom; })"""
    )
    page.close()
    assert len(below) == 2
    assert min(below) > 18  # the badge is as high


def half(k, G, *, eta=0.1):
    return {"rho": 0.5 * eta * G}


COMPARED = {
    "optimizer": lambda rule: mt.dashboards.optimizer(rule=rule, epochs=1),
    "own_rule": lambda rule: mt.dashboards.own_rule(half, against=rule, epochs=1),
    "own_rule on a map": lambda rule: mt.dashboards.own_rule(
        mt.RULES[rule].forms["paper"] if rule != "muon" else half, against="adam", on="beale"
    ),
}
SCROLLED = """() => [...document.querySelectorAll(".body .ledger-panel")]
.filter((panel) => panel.scrollHeight > panel.clientHeight + 8).map((panel) => panel.textContent)"""


@pytest.mark.parametrize("rule", mt.RULES)
@pytest.mark.parametrize("name", COMPARED)
def test_both_ledgers_of_any_rule_are_whole(page, name, rule):
    core = COMPARED[name](rule).core
    show(page, core)
    found = measured(page, WIDE[0])
    for _ in range(core.spec["lines"]):  # each has its numbers below it in turn
        page.press(".mlp", "ArrowDown")
        assert page.evaluate(SCROLLED) == []
    assert found["clipped"] == []
    assert measured(page, WIDE[0])["height"] <= WIDE[0][1] + 16  # the page's own margins


def test_a_rule_that_fails_leaves_its_reference_on_one_screen(page):
    """Muon needs the matrices of layers; a map has none."""
    core = mt.dashboards.own_rule(mt.rule("muon"), against="adam", on="beale").core
    show(page, core)
    found = measured(page, WIDE[0])
    assert found["height"] <= WIDE[0][1] + 16
    assert found["clipped"] == []


CROWDS = {
    "race": lambda: mt.dashboards.race(steps=30),
    "ranking": lambda: mt.dashboards.ranking(("beale", "valley"), budget=20, seeds=1),
    "surface": lambda: mt.dashboards.surface(*mt.datasets.moons(n=40), updates=10),
}


@pytest.mark.parametrize("name", CROWDS)
def test_a_crowd_stands_on_one_screen(page, name):
    """Every rule of the menu takes part."""
    core = CROWDS[name]().core
    core.configure(rules=list(core.controls["rules"].options))
    show(page, core)
    found = measured(page, (1187, 663))  # the page's own margins besides
    assert found["height"] <= 663
    assert found["width"] <= 1187
    assert found["clipped"] == []
    assert found["smallest"] >= 14.0 * 0.99
