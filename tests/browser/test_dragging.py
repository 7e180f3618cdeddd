"""A place on a map is dragged, or moved with the arrow keys; Python follows."""

import pytest

import mlpteach as mt

from .shown_dashboard import show


@pytest.fixture
def shown(page):
    core = mt.dashboards.momentum("map").core
    errors = show(page, core, live=True)
    yield core, page.locator(".mlp .plot[data-click=middle]")
    assert errors == []


def at_rest(page, core, before):
    """Wait until Python has answered the last of the page's changes; return the middle."""
    for _ in range(400):
        page.wait_for_timeout(50)
        if core.values["middle"] != before and page.text_content(".mlp .status") == "":
            return core.values["middle"]
    raise AssertionError(f"the middle is still {core.values['middle']}")


def test_the_bar_follows_the_pointer(page, shown):
    core, plot = shown
    box, before = plot.bounding_box(), core.values["middle"]
    x, y = box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    for share in (0.55, 0.6, 0.65, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.25 * box["height"])
    page.mouse.up()
    at_rest(page, core, before)
    page.wait_for_timeout(500)
    step, memory = core.values["middle"]
    axes = core.show.panels[0].axes
    (low, high), (bottom, top) = axes.xlim, axes.ylim
    assert step == pytest.approx(low * (high / low) ** 0.7, rel=0.05)
    assert memory == pytest.approx(bottom + 0.75 * (top - bottom), abs=0.02)


def test_arrow_keys_move_the_bar_and_not_the_history(page, shown):
    core, plot = shown
    k, (step, memory) = core.position["k"], core.values["middle"]
    plot.focus()
    page.keyboard.press("ArrowUp")
    moved = at_rest(page, core, (step, memory))
    assert moved[0] == pytest.approx(step, rel=1e-3)
    assert moved[1] > memory
    page.keyboard.press("Shift+ArrowRight")
    assert at_rest(page, core, moved)[0] > step
    assert core.position["k"] == k


def test_a_click_still_moves_it_at_once(page, shown):
    core, plot = shown
    before, box = core.values["middle"], plot.bounding_box()
    plot.click(position={"x": 0.3 * box["width"], "y": 0.5 * box["height"]})
    assert at_rest(page, core, before)[0] < before[0]
