"""A page and a plain core, without Jupyter and without a widget: it asks, the core answers."""

import numpy as np
import pytest
from every_dashboard import SMALL
from own_dashboard import own_dashboard

import mlpteach as mt
from mlpteach.basics.style import Style
from mlpteach.player.core import Core
from mlpteach.views import Axes, Band, Plot, Show
from mlpteach.views.colors import color_table
from mlpteach.views.layers import shade

from .shown_dashboard import show


@pytest.fixture
def own():
    return own_dashboard().core


def number(page, name):
    return float(page.get_attribute(f"[data-shown={name}]", "data-value"))


def move(page, control, value):
    page.locator(f"[data-control={control}]").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        value,
    )


def wait_for(page, core, sequence):
    """Wait until the page shows the core's history of that number."""
    for _ in range(200):
        if core.sequence >= sequence and page.text_content(".status") == "":
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"sequence {core.sequence}: {page.text_content('.status')!r}")


def test_the_readme_s_own_dashboard_steps_and_is_moved(own, page):
    errors = show(page, own, live=True)
    page.press(".mlp", "ArrowRight")
    page.press(".mlp", "ArrowRight")
    assert page.text_content("[data-shown=k]") == "3"
    assert number(page, "J") == own.trace.losses[2]
    page.wait_for_timeout(300)
    assert own.position["k"] == 3  # the page has told
    move(page, "eta", np.log10(0.5))
    wait_for(page, own, 2)
    assert own.values["eta"] == 0.5
    assert page.text_content("[data-shown=k]") == "3"
    assert number(page, "J") == own.trace.losses[2]
    own.configure(eta=1.0)
    assert number(page, "J") != own.trace.losses[2]
    assert errors == []


def test_a_raster_has_the_colors_of_its_field_below_what_stands_still(own, page):
    own.position = {"k": 90}
    show(page, own)
    [raster] = [layer for layer in own.show.panels[0].layers if type(layer).__name__ == "Raster"]
    field = own.show.frames.read(90, 90).reshape(35, 50)
    expected = color_table("signed")[np.floor(255 * shade(raster, field) + 0.5).astype(int)]
    # The middles of cells; the first row is the lowest.
    pixels = page.evaluate(
        """() => {
        const below = document.querySelector(".plot .below"), colors = [];
        const context = below.getContext("2d");
        for (let row = 0; row < 35; row++) for (let column = 0; column < 50; column++) {
          const x = ((column + 0.5) / 50) * below.width;
          const y = (1 - (row + 0.5) / 35) * below.height;
          colors.push([...context.getImageData(x, y, 1, 1).data.slice(0, 3)]);
        }
        return colors; }"""
    )
    np.testing.assert_array_equal(np.reshape(pixels, (35, 50, 3)), expected)


def test_a_band_is_filled_between_its_lines_and_fainter_behind_the_step(page):
    series = {"k": np.arange(1.0, 5.0), "low": np.full(4, 0.25), "high": np.full(4, 0.75)}
    axes = Axes("k", "", (1.0, 4.0), (0.0, 1.0))
    plot = Plot("", "a band", axes, (Band("k", "low", "high", Style("#2b8cd0", marker="")),))
    core = Core(lambda values: Show({}, 4, (plot,), series), [], {}, "Band", "band")
    core.position = {"k": 3}
    show(page, core)
    opacity = page.evaluate(
        """() => {
          const canvas = document.querySelector(".mlp .plot canvas");
          const ratio = devicePixelRatio, edge = 8 * ratio;
          const [width, height] = [canvas.width - 2 * edge, canvas.height - 2 * edge];
          const context = canvas.getContext("2d");
          const at = (x, y) =>
            context.getImageData(edge + x * width, edge + y * height, 1, 1).data[3];
          return [at(0.3, 0.5), at(0.9, 0.5), at(0.3, 0.1), at(0.3, 0.9)];
        }"""
    )
    before, after, *outside = opacity
    assert before > after > 0
    assert outside == [0, 0]


def test_python_hears_when_the_reader_looks_away_but_not_while_it_plays(own, page, monkeypatch):
    heard = []
    monkeypatch.setattr(own, "_answer_away", lambda message: heard.append(message) or [])
    show(page, own, live=True)
    page.evaluate("window.dispatchEvent(new Event('blur'))")  # into a frame of the page itself
    page.evaluate("document.hasFocus = () => false")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.wait_for_timeout(200)
    assert [message["type"] for message in heard] == ["away"]
    page.click("[data-action=play]")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.wait_for_timeout(200)
    assert len(heard) == 1


def test_a_state_is_restored_and_a_wrong_one_is_said(own, page):
    show(page, own, live=True)
    page.click("[data-action=more]")
    page.fill(".state", "my_network?k=5&eta=0.25")
    page.press(".state", "Enter")
    page.wait_for_function("document.querySelector('[data-shown=k]').textContent === '5'")
    assert own.values["eta"] == 0.25
    assert page.locator("[data-control=eta]").get_attribute("aria-valuetext") == "0.25"
    page.fill(".state", "my_network?eta=fast")
    page.press(".state", "Enter")
    page.wait_for_selector(".banner:has-text('eta must be numbers')")
    assert own.values["eta"] == 0.25


def test_frames_that_did_not_travel_are_asked_for(page):
    moons = mt.datasets.moons(n=60, seed=1)
    core = mt.dashboards.adam(*moons, batch_size=4, epochs=25).core
    assert 200 not in core.spec["held"]
    show(page, core, live=True)
    page.locator(".slider").evaluate(
        "(slider) => { slider.value = 200; slider.dispatchEvent(new Event('input')); }"
    )
    result = "tr[data-line=M] .result span"
    expected = core.trace[199].M.W[2].flat[0]
    page.wait_for_function(
        "([where, value]) => Number(document.querySelector(where).dataset.value) === value",
        arg=[result, float(expected)],
    )


def test_frames_come_before_they_are_looked_at(page, monkeypatch):
    """A dashboard in sight fetches them in idle moments; then no step asks for anything."""
    core = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), batch_size=4, epochs=25).core
    asked, answer = [], core.answer

    def counted(message):
        if message["type"] == "window":
            asked.append((message["first"], message["last"]))
        return answer(message)

    monkeypatch.setattr(core, "answer", counted)
    show(page, core, live=True)
    page.wait_for_timeout(1500)
    assert 0 < len(asked) <= 4
    fetched = set(core.spec["held"]).union(*(range(a, b + 1) for a, b in asked))
    assert fetched == set(range(1, core.show.steps + 1))
    count = len(asked)
    move = "(slider, k) => { slider.value = k; slider.dispatchEvent(new Event('input')); }"
    for k in (200, 7, 311, 90):
        page.locator(".slider").evaluate(move, k)
        value = page.locator("tr[data-line=M] .result span").get_attribute("data-value")
        assert float(value) == core.trace[k - 1].M.W[2].flat[0]
        page.wait_for_timeout(150)
    assert len(asked) == count


def test_a_busy_python_is_told_of_only_where_somebody_waits_for_it(page):
    """While other cells run, frames that were asked for ahead do not come: nobody misses them."""
    page.clock.install()
    core = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), batch_size=4, epochs=25).core
    show(page, core)
    page.clock.run_for(8000)
    assert not page.is_visible(".banner")
    move = "(slider) => { slider.value = 200; slider.dispatchEvent(new Event('input')); }"
    page.locator(".slider").evaluate(move)
    page.clock.run_for(3500)
    assert "Python does not answer" in page.text_content(".banner:visible")


def test_longer_numbers_leave_what_stands_below_where_it_is(page):
    """A row of a narrow ledger grows once; its plot would be laid out anew at every other step."""
    page.set_viewport_size({"width": 950, "height": 768})

    def own(k, G, *, eta):
        return mt.Quantities(rho=eta * G)

    show(page, mt.dashboards.own_rule(own, against="gd").core, live=True)
    heights = """async () => {
      const slider = document.querySelector(".slider"), found = [];
      for (let k = 1; k <= 60; k++) {
        slider.value = 1 + ((37 * k) % 114);
        slider.dispatchEvent(new Event("input"));
        await new Promise((done) => setTimeout(done, 30));
        found.push(document.querySelector(".plot").getBoundingClientRect().height);
      }
      return found; }"""
    for _ in range(5):  # until each row has been as high as it gets
        found = page.evaluate(heights)
        if max(found) - min(found) < 0.01:
            break
    assert max(found) - min(found) < 0.01


def test_until_a_frame_is_there_no_other_step_s_numbers_stand_in_for_it(page):
    core = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), batch_size=4, epochs=25).core
    show(page, core)
    page.locator(".slider").evaluate(
        "(slider) => { slider.value = 200; slider.dispatchEvent(new Event('input')); }"
    )
    assert page.text_content("[data-shown=k]") == "200"
    results = page.locator(".ledger .result span")
    assert set(results.all_text_contents()) == {"…"}
    assert all(
        number is None
        for number in results.evaluate_all("all => all.map((one) => one.dataset.value ?? null)")
    )


def test_an_answer_to_another_view_ends_no_waiting(own, page):
    show(page, own)
    page.evaluate(
        """() => { window.python = async () => JSON.stringify([
        [{type: "failed", request: "another", message: "not for you"}, []],
        [{type: "configured", request: "another"}, []]]); }"""
    )
    move(page, "eta", -1.0)
    page.wait_for_timeout(200)
    assert page.text_content(".status") == "computing …"
    assert not page.is_visible(".banner")


def test_python_that_can_not_be_reached_is_said(own, page):
    show(page, own)
    page.evaluate("window.unreachable = true")
    move(page, "eta", -1.0)
    assert "Python can't be reached (Cannot send)" in page.text_content(".banner")
    assert page.text_content(".status") == ""


def test_python_that_is_silent_is_said_within_three_seconds(own, page):
    page.clock.install()  # a loaded machine is slower than the page's own clock
    show(page, own)
    move(page, "eta", -1.0)
    page.clock.run_for(2000)
    assert page.text_content(".status") == "computing …"
    assert not page.is_visible(".banner")
    page.clock.run_for(1000)
    assert "Python does not answer" in page.text_content(".banner:visible")
    assert page.text_content(".status") == ""


def test_python_that_was_only_busy_is_believed(own, page):
    show(page, own, live=True)
    page.evaluate(
        """() => { const { python } = window; window.python = async (text) => {
        await new Promise((go) => setTimeout(go, 3500)); return python(text); }; }"""
    )
    move(page, "eta", np.log10(0.5))
    page.wait_for_selector(".banner:visible")
    page.wait_for_selector(".banner", state="hidden")
    assert own.values["eta"] == 0.5


def test_the_bar_of_a_map_is_printed_with_a_printer_s_default_settings(page):
    """Those leave backgrounds out."""
    show(page, SMALL["adam"]().core)
    printed = "getComputedStyle(document.querySelector('.bar')).printColorAdjust"
    assert page.evaluate(printed) == "exact"
