"""The lecture on activations and first weights in a real JupyterLab: shown against computed."""

import numpy as np
import pytest

import mlpteach as mt

NOTEBOOK = "04_activations_initialization.ipynb"


@pytest.fixture(scope="module")
def engine():
    """The dashboard that the page shows first, computed here."""
    return mt.dashboards.activations()


@pytest.fixture(scope="module")
def lecture(open_lecture):
    page = open_lecture(NOTEBOOK)
    page.wait_for_selector(".mlp [data-series='b.all_dead']", state="attached")
    return page


@pytest.fixture
def dashboard(lecture):
    """The second dashboard of the lecture, at its first moment."""
    root = lecture.locator(".mlp", has=lecture.locator("[data-series='b.all_dead']")).first
    root.scroll_into_view_if_needed()
    root.focus()
    root.press("Home")
    return root


def number(root, series):
    return float(root.locator(f"[data-series='{series}']").get_attribute("data-value"))


def shown(root, name):
    return root.locator(f"[data-shown={name}]").inner_text()


def wait_for_number(root, series, expected):
    root.page.wait_for_function(
        """([root, series, expected]) => {
        const cell = root.querySelector(`[data-series='${series}']`);
        return cell && Math.abs(cell.dataset.value - expected) <= 1e-9 * Math.abs(expected); }""",
        arg=[root.element_handle(), series, float(expected)],
        timeout=30_000,
    )


def picture(root, place):
    """Return the pixels of what moves in a plot."""
    return (
        root.locator(".plot > canvas:last-child")
        .nth(place)
        .evaluate("c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].join()")
    )


def check_numbers(root, show, k):
    for side in "ab":
        for cell in ("loss", "right", "gradient_ratio", "sensitivity_ratio", "all_dead", "dead3"):
            series = f"{side}.{cell}"
            assert number(root, series) == show.series[series][k - 1], (series, k)


def test_numbers_are_the_engines_forwards_and_back(dashboard, engine):
    for key, k in [("Home", 1), ("ArrowRight", 2), ("End", 21), ("ArrowLeft", 20), ("Home", 1)]:
        dashboard.press(key)
        assert shown(dashboard, "k") == str(k)
        assert shown(dashboard, "update") == f"{engine.show.series['update'][k - 1]:.0f}"
        check_numbers(dashboard, engine.show, k)


def test_every_plot_changes_with_the_moment_and_comes_back(dashboard):
    first = [picture(dashboard, place) for place in range(6)]
    dashboard.press("End")
    last = [picture(dashboard, place) for place in range(6)]
    dashboard.press("Home")
    assert all(a != b for a, b in zip(first, last, strict=True))
    assert [picture(dashboard, place) for place in range(6)] == first


def test_plays_and_stops(dashboard):
    dashboard.press("Space")
    dashboard.page.wait_for_function(
        "root => Number(root.querySelector('[data-shown=k]').textContent) > 5",
        arg=dashboard.element_handle(),
    )
    dashboard.press("Space")
    stopped = shown(dashboard, "k")
    dashboard.page.wait_for_timeout(300)
    assert shown(dashboard, "k") == stopped


def test_click_on_the_cost_goes_to_the_nearest_moment(dashboard, engine):
    plot = dashboard.locator(".plot[data-click=step]").first
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 50 / 170, "y": box["height"] / 2})
    assert shown(dashboard, "update") == "49"
    check_numbers(dashboard, engine.show, 13)


def test_changed_choice_and_slider_show_the_new_networks(dashboard, engine):
    expected = mt.dashboards.activations(b=("relu", "uniform"))
    dashboard.press("End")
    dashboard.locator("[data-control='b.init']").select_option("uniform")
    wait_for_number(dashboard, "b.all_dead", expected.show.series["b.all_dead"][-1])
    dashboard.focus()
    dashboard.press("Home")
    check_numbers(dashboard, expected.show, 1)
    assert dashboard.locator("th:has-text('B: ReLU, uniform')").is_visible()
    expected = mt.dashboards.activations(b=("relu", "uniform"), depth=2)
    slide(dashboard, "depth", [5, 4, 3, 2])
    wait_for_number(dashboard, "b.all_dead", expected.show.series["b.all_dead"][0])
    assert dashboard.locator("[data-series='a.dead3']").count() == 0
    slide(dashboard, "depth", [6])
    dashboard.locator("[data-control='b.init']").select_option("he")
    wait_for_number(dashboard, "b.all_dead", engine.show.series["b.all_dead"][0])


def slide(root, name, values):
    root.locator(f"input[data-control='{name}']").evaluate(
        """(slider, values) => { for (const value of values) { slider.value = value;
        slider.dispatchEvent(new Event("input", {bubbles: true})); } }""",
        values,
    )


def test_a_run_that_diverges_is_told_and_not_drawn(dashboard, engine):
    dashboard.locator("[data-control='b.activation']").select_option("linear")
    message = dashboard.locator("text=diverged at update k = 12")
    message.first.wait_for()
    dashboard.focus()
    dashboard.press("End")
    cell = dashboard.locator("[data-series='b.loss']")
    assert cell.inner_text() == "–"
    assert dashboard.locator("td.note:has-text('diverged at update 12')").is_visible()
    assert number(dashboard, "a.loss") == engine.show.series["a.loss"][-1]
    dashboard.locator("[data-control='b.activation']").select_option("relu")
    wait_for_number(dashboard, "b.loss", engine.show.series["b.loss"][-1])


def test_derivatives_follow_z(lecture):
    root = lecture.locator(".mlp", has=lecture.locator("[data-series='sigmoid.slope']"))
    root.scroll_into_view_if_needed()
    root.focus()
    assert shown(root, "z") == "0"
    assert number(root, "sigmoid.product") == 0.25**6
    root.press("End")
    assert shown(root, "z") == "8"
    assert number(root, "sigmoid.slope") == pytest.approx(np.exp(-8) / (1 + np.exp(-8)) ** 2)
    root.press("Home")
    assert number(root, "relu.saturated") == 1


def test_saved_page_plays_without_network(browser, engine, tmp_path):
    path = engine.save_html(tmp_path / "activations.html")
    assert path.stat().st_size < 3e6
    context = browser.new_context(viewport={"width": 700, "height": 768}, offline=True)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    root = page.locator(".mlp")
    root.locator("[data-series='a.loss']").wait_for()
    root.focus()
    for key, k in [("End", 21), ("Home", 1), ("ArrowRight", 2)]:
        root.press(key)
        check_numbers(root, engine.show, k)
    root.press("Space")
    page.wait_for_function("Number(document.querySelector('[data-shown=k]').textContent) > 4")
    assert errors == []
    context.close()


def test_nothing_is_small_runs_out_or_covers_another(dashboard):
    bad = dashboard.evaluate(
        """root => {
        const box = root.getBoundingClientRect(), bad = [];
        for (const e of root.querySelectorAll("*")) {
            const r = e.getBoundingClientRect();
            if (!r.width) continue;
            const text = e.children.length === 0 && e.textContent.trim() && !e.closest("math");
            if (text && parseFloat(getComputedStyle(e).fontSize) < 12.5)
                bad.push("small " + e.outerHTML);
            if (r.right > box.right + 2) bad.push("out " + e.outerHTML.slice(0, 80));
        }
        const figures = [...root.querySelectorAll("figure")].map((f) => f.getBoundingClientRect());
        const meet = (low, high, a, b) => a[low] < b[high] - 2 && b[low] < a[high] - 2;
        figures.forEach((a, i) => figures.slice(i + 1).forEach((b) => {
            if (meet("left", "right", a, b) && meet("top", "bottom", a, b)) bad.push("covers " + i);
        }));
        return bad; }"""
    )
    assert bad == []
