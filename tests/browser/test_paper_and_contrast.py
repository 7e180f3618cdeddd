"""A dashboard under forced colours, on paper, on a low screen, and saved: nothing is lost."""

import pytest

import mlpteach as mt

from .lectured_dashboards import LECTURED, TWO_FRAMES

INK = """() => {
  const formula = document.querySelector(".ledger tr td math");
  const { forcedColorAdjust, color } = getComputedStyle(formula);
  const probe = document.createElement("i");
  probe.style.color = "CanvasText";
  document.body.append(probe);
  return [forcedColorAdjust, color, getComputedStyle(probe).color];
}"""
BOX = """(node) => {
  const { x, y, right, bottom } = node.getBoundingClientRect();
  return [x, y, right, bottom];
}"""


# Canvases in sight that stayed blank, letters of formulas with a ground of their own, the size.
LOST = """() => {
  const style = (node) => getComputedStyle(node);
  const all = (selector) => [...document.querySelectorAll(`.mlp .body ${selector}`)]
    .filter((node) => node.getClientRects().length > 0);
  const waits = (canvas) => canvas.parentElement.querySelector(".wait:not([hidden])");
  const pixels = (canvas) =>
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const blank = all("canvas").filter((canvas) => !waits(canvas) && !pixels(canvas).some(Boolean));
  const grounds = all("math *").filter((one) => style(one).backgroundColor !== "rgba(0, 0, 0, 0)");
  const { scrollWidth: width, scrollHeight: height } = document.documentElement;
  return { blank: blank.length, grounds: grounds.length, width, height };
}"""
UNHARMED = {"blank": 0, "grounds": 0}


@pytest.fixture(scope="module", params=sorted(LECTURED))
def lectured(request, browser, lectured_page):
    """A page with a dashboard as a lecture opens it."""
    page = browser.new_page(viewport={"width": 1171, "height": 647})
    page.goto(lectured_page(request.param))
    page.wait_for_selector(".mlp .frame")
    yield page
    page.close()


def lost(page):
    page.evaluate(TWO_FRAMES)
    return page.evaluate(LOST)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_under_forced_colours_nothing_of_a_dashboard_is_lost(lectured, scheme):
    lectured.set_viewport_size({"width": 1171, "height": 647})
    lectured.emulate_media(forced_colors="active", color_scheme=scheme)
    found = lost(lectured)
    lectured.emulate_media(forced_colors="none", color_scheme="light")
    assert UNHARMED.items() <= found.items()
    assert (found["width"], found["height"]) == (1171, 647)


def test_on_paper_a_dashboard_is_whole_and_on_one_sheet(lectured):
    lectured.set_viewport_size({"width": 1171, "height": 647})
    lectured.emulate_media(media="print")
    found = lost(lectured)
    sheet = lectured.locator(".frame").evaluate(BOX)
    pdf = lectured.pdf(format="A4")
    lectured.emulate_media(media="screen")
    assert UNHARMED.items() <= found.items()
    assert sheet[2] - sheet[0] <= 690
    assert pdf.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("zoom", [0.67, 1.5, 2.5])
def test_a_zoomed_page_scrolls_down_only(lectured, zoom):
    width, height = round(1171 / zoom), round(647 / zoom)
    lectured.set_viewport_size({"width": width, "height": height})
    found = lost(lectured)
    assert UNHARMED.items() <= found.items()
    assert found["width"] <= width


@pytest.fixture
def opened(page, tmp_path):
    def open_page(dashboard, **size):
        path = dashboard.save_html(tmp_path / "page.html")
        page.set_viewport_size({"width": 1171, "height": 647} | size)
        page.goto(f"file://{path}")
        page.wait_for_selector(".mlp .body canvas, .mlp .ledger")
        return page

    return open_page


def test_formulas_have_no_ground_of_their_own_under_forced_colours(opened):
    page = opened(mt.dashboards.adam(epochs=1))
    page.emulate_media(forced_colors="active")
    adjust, color, text = page.evaluate(INK)
    assert adjust == "none"  # the browser's grounds would hide the letters beside
    assert color == text


def test_printed_dashboard_is_the_one_on_the_screen_made_smaller(opened):
    page = opened(mt.dashboards.race())
    on_screen = page.locator(".equal > .plot").evaluate(BOX)
    frame = page.locator(".frame").evaluate(BOX)
    page.emulate_media(media="print")
    printed, sheet = (page.locator(one).evaluate(BOX) for one in (".equal > .plot", ".frame"))
    assert 600 < sheet[2] - sheet[0] <= 690
    smaller = (sheet[2] - sheet[0]) / (frame[2] - frame[0])
    for place, before in zip(printed, on_screen, strict=True):
        assert place == pytest.approx(smaller * before, abs=8)


def test_paper_keeps_the_grounds_that_mean_something(opened):
    page = opened(mt.dashboards.adam(epochs=1))
    adjust = "(node) => getComputedStyle(node).printColorAdjust"
    current = page.locator(".ledger tr.current")
    assert current.evaluate(adjust) == "economy"
    page.emulate_media(media="print")
    assert current.evaluate(adjust) == "exact"  # a browser leaves grounds out else
    assert page.locator(".bar").first.evaluate(adjust) == "exact"


def test_low_screen_holds_all(opened):
    page = opened(mt.dashboards.race(), height=540)
    assert page.evaluate("document.documentElement.scrollHeight") <= 541


def test_narrow_page_keeps_its_letters(opened):
    page = opened(mt.dashboards.race(), width=390, height=500)
    assert page.locator(".frame").evaluate("(node) => getComputedStyle(node).fontSize") == "16px"


def test_saved_page_says_why_its_controls_are_off(opened):
    page = opened(mt.dashboards.race())
    assert page.locator(".controls .hint").inner_text() == "saved: needs Python"
    assert page.locator(".banner").is_hidden()
    page.locator(".plot[data-click=start]").click(position={"x": 60, "y": 60})
    assert "no Python" in page.locator(".banner").inner_text()
