"""Nothing on the page depends on the order of keys: a notebook's file sorts them.

The page's own module draws every dashboard from what a saved notebook holds, in several orders.
"""

import numpy as np
import pytest
from every_dashboard import SMALL

import mlpteach as mt
from mlpteach.views import Ledger
from mlpteach.views.colors import color_table
from mlpteach.views.drawing import Moment, ledger_number

from .shown_dashboard import ORDERS, SNAPSHOT, show, with_keys_backwards, with_sorted_keys


@pytest.fixture(scope="module")
def dashboards():
    """Every dashboard, built when it is first asked for, in the middle of its history."""
    built = {}

    def get(name):
        if name not in built:
            built[name] = SMALL[name]()
            middle = (built[name].show.steps + 1) // 2
            built[name].position = {"k": middle, "line": 99, "row": 0, "column": 1}
        return built[name]

    return get


def test_every_dashboard_is_here():
    assert set(SMALL) == set(mt.dashboards.__all__) - {"Player"}


@pytest.mark.parametrize("name", SMALL)
def test_any_order_of_keys_gives_the_same_page(name, dashboards, page):
    snapshots = []
    for order in ORDERS:
        errors = show(page, dashboards(name).core, order)
        snapshots.append(page.evaluate(SNAPSHOT))
        assert errors == []
    first, *others = snapshots
    assert all(other == first for other in others)


@pytest.mark.parametrize("order", [with_sorted_keys, with_keys_backwards])
@pytest.mark.parametrize("name", SMALL)
def test_numbers_on_the_page_are_those_of_the_run(name, order, dashboards, page):
    dashboard = dashboards(name)
    show(page, dashboard.core, order)
    shown, position = dashboard.show, dashboard.position
    k = position["k"]
    series = page.evaluate(
        """() => [...document.querySelectorAll("[data-series], .numbers [data-value]")].map(
        (node) => [node.dataset.series ?? node.dataset.shown, node.dataset.value])"""
    )
    assert len(series) >= len(shown.numbers)
    for key, value in series:
        np.testing.assert_equal(float(value), shown.series[key][k - 1], key)
    if shown.frames is None:
        return
    at = Moment(shown, k, position["row"], position["column"])
    panels = {panel.prefix: panel for panel in shown.panels if isinstance(panel, Ledger)}
    ledgers = page.evaluate(
        """() => [...document.querySelectorAll(".ledger")].flatMap((ledger) =>
        [...ledger.querySelectorAll("tr")].map((row) => [ledger.dataset.prefix, row.dataset.line,
        row.querySelector(".result span").dataset.value]))"""
    )
    for prefix, line, value in ledgers:
        of_weight = ledger_number(panels[prefix], "W_after" if line == "W" else line, at)
        np.testing.assert_equal(float(value), of_weight, prefix + line)


@pytest.mark.parametrize("name", ["adam", "cost_lab", "optimizer", "own_rule"])
def test_maps_have_the_colors_of_their_fields(name, dashboards, page):
    dashboard = dashboards(name)
    show(page, dashboard.core)
    frames, k = dashboard.show.frames, dashboard.position["k"]
    named = frames.named(frames.read(k, k))
    heats = [panel for panel in dashboard.show.panels if type(panel).__name__ == "Heat"]
    drawn = page.evaluate(
        """() => [...document.querySelectorAll("canvas[data-field]")].map((canvas) => [
        canvas.dataset.field, [...canvas.getContext("2d").getImageData(
        0, 0, canvas.width, canvas.height).data]])"""
    )
    assert sorted(field for field, _ in drawn) == sorted(heat.field for heat in heats)
    heat_of = {heat.field: heat for heat in heats}
    for field, pixels in drawn:
        heat = heat_of[field]
        values = named[field][0]
        known = np.isfinite(values)
        shades = np.floor(255 * heat.shade(values[known]) + 0.5).astype(int)
        expected = color_table(heat.colors)[shades]
        read = np.array(pixels).reshape(*values.shape, 4)[known]
        np.testing.assert_array_equal(read[:, :3], expected, field)


def test_adam_shows_the_moments_of_the_trace(dashboards, page):
    """The first of all the ways in which a saved notebook showed wrong numbers."""
    dashboard = dashboards("adam")
    show(page, dashboard.core)
    step = dashboard.trace[dashboard.position["k"] - 1]
    for name in ("M", "V", "M_hat", "V_hat", "rho"):
        value = page.get_attribute(f"tr[data-line={name}] .result span", "data-value")
        assert float(value) == getattr(step, name).W[2][0, 1]


@pytest.mark.parametrize("name", SMALL)
def test_menus_keep_their_order(name, dashboards, page):
    dashboard = dashboards(name)
    show(page, dashboard.core)
    places = page.evaluate(
        """() => [".frame > .controls", ".more .controls"].map((place) =>
        [...document.querySelectorAll(`${place} [data-control]`)].map(
        (node) => [node.dataset.control, [...node.querySelectorAll("option, [data-value]")].map(
        (option) => [option.value || option.dataset.value, option.textContent])]))"""
    )
    controls = dashboard.core.controls
    for place in places:
        names = [name for name, _ in place]
        assert names == [name for name in controls if name in names]
    menus = {name: options for place in places for name, options in place}
    assert set(menus) == set(controls)
    for control, options in menus.items():
        expected = getattr(controls[control], "options", {})
        assert options == [[value, text] for value, text in expected.items()]
