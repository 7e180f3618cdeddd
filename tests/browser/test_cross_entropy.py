"""The lecture on cross-entropy in a real JupyterLab: what is shown against the engine's numbers."""

import numpy as np
import pytest

import mlpteach as mt

NEURON, SATURATED, LAB = 1, 2, 3


@pytest.fixture(scope="module")
def runs():
    """The two runs of the cost lab, trained here."""
    lab = mt.dashboards.cost_lab()
    return {"mse": lab.traces["MSE"], "cross_entropy": lab.traces["cross-entropy"]}


@pytest.fixture(scope="module")
def lecture(open_lecture):
    page = open_lecture("03_cross_entropy.ipynb")
    page.wait_for_selector(".mlp .map canvas")
    page.wait_for_function("document.querySelectorAll('.mlp').length === 5")
    return page


def at_home(lecture, place):
    """One of the dashboards, at k = 1."""
    dashboard = lecture.locator(".mlp").nth(place)
    dashboard.scroll_into_view_if_needed()
    dashboard.focus()
    dashboard.press("Home")
    return dashboard


@pytest.fixture
def neuron(lecture):
    return at_home(lecture, NEURON)


@pytest.fixture
def cost_lab(lecture):
    dashboard = at_home(lecture, LAB)
    lines = dashboard.locator("[data-control=images] [data-value=lines]")
    if lines.get_attribute("aria-pressed") == "false":
        lines.click()
        dashboard.locator(".words .marked").first.wait_for()
    return at_home(lecture, LAB)


def k(dashboard):
    return int(dashboard.locator("[data-shown=k]").inner_text())


def cell(dashboard, series):
    return float(dashboard.locator(f"[data-series='{series}']").get_attribute("data-value"))


def wait_for(dashboard, series, number):
    """Wait until a cell of a table shows a number."""
    node = dashboard.locator(f"[data-series='{series}']").element_handle()
    dashboard.page.wait_for_function(
        "([node, series, number]) => { const now = node.isConnected ? node :"
        " document.querySelectorAll('.mlp')[1].querySelector(`[data-series='${series}']`);"
        " return Math.abs(Number(now.dataset.value) - number) < 1e-9; }",
        arg=[node, series, float(number)],
        timeout=30_000,
    )


def drag(dashboard, control, value):
    dashboard.locator(f"input[data-control={control}]").evaluate(
        "(slider, value) => { slider.value = value;"
        " slider.dispatchEvent(new Event('input', {bubbles: true})); }",
        float(value),
    )


# Nielsen's neuron: numbers from his book, not from the package.


def test_neuron_shows_nielsens_numbers(neuron):
    assert cell(neuron, "mse.a") == pytest.approx(0.9820137900, abs=1e-10)
    assert cell(neuron, "cross_entropy.gain") == pytest.approx(56.616, abs=1e-3)
    neuron.press("End")
    assert k(neuron) == 300
    assert cell(neuron, "mse.a_after") == pytest.approx(0.2028484243, abs=1e-10)
    assert cell(neuron, "cross_entropy.a_after") == pytest.approx(0.0120087415, abs=1e-10)
    words = neuron.locator(".table").inner_text()
    assert {"232", "17", "0.203", "0.0120"} <= set(words.split())


def test_neuron_from_the_other_start_and_with_another_eta(neuron):
    neuron.press("End")
    neuron.locator("select[data-control=start]").select_option("0.6_0.9")
    wait_for(neuron, "mse.a_after", 0.0939556949)
    wait_for(neuron, "cross_entropy.a_after", 0.0116382090)
    drag(neuron, "eta", np.log10(0.005))
    wait_for(neuron, "cross_entropy.a_after", 0.4176792996)
    drag(neuron, "eta", np.log10(0.15))
    wait_for(neuron, "cross_entropy.a_after", 0.0116382090)
    neuron.locator("select[data-control=start]").select_option("2.0_2.0")
    wait_for(neuron, "mse.a_after", 0.2028484243)


def test_neuron_steps_back_to_the_same_numbers(neuron):
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        neuron.press(key)
        seen.append((k(neuron), cell(neuron, "cross_entropy.V")))
    assert [place for place, _ in seen] == [2, 3, 2, 1]
    assert seen[0] == seen[2]
    assert seen[3][1] == pytest.approx(0.9820137900, abs=1e-10)


def test_click_on_a_plot_goes_to_its_update(neuron):
    plot = neuron.locator(".plot").first
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 0.6, "y": box["height"] * 0.4})
    assert 100 < k(neuron) < 220


def test_saturated_neuron_tells_the_shortcut_from_the_long_way(lecture):
    dashboard = at_home(lecture, SATURATED)
    assert cell(dashboard, "cross_entropy.V") == 1.0
    assert cell(dashboard, "cross_entropy_long_way.V") == 0.0
    assert cell(dashboard, "mse.V") == pytest.approx(np.exp(-40), rel=1e-12)
    dashboard.press("End")
    assert cell(dashboard, "cross_entropy_long_way.a_after") == 1.0
    assert cell(dashboard, "cross_entropy.a_after") < 0.03
    dashboard.locator("[data-action=more]").click()
    dashboard.locator("input[data-control=long_way]").uncheck()
    dashboard.locator("[data-series='cross_entropy_long_way.V']").wait_for(state="detached")
    dashboard.locator("input[data-control=long_way]").check()
    dashboard.locator("[data-series='cross_entropy_long_way.V']").wait_for()


# The network.


def test_lab_shows_the_costs_and_sizes_of_both_runs(cost_lab, runs):
    for key, place in (("ArrowRight", 2), ("PageDown", 47), ("End", 225)):
        cost_lab.press(key)
        assert k(cost_lab) == place
        for run, trace in runs.items():
            step = trace[place - 1]
            assert cell(cost_lab, f"{run}.J") == step.loss
            size = np.sqrt((step.sensitivity[2] ** 2).mean())
            assert cell(cost_lab, f"V2.{run}") == pytest.approx(size, rel=1e-12)
    for run, trace in runs.items():
        shown = cell(cost_lab, f"{run}.validation")
        assert shown == trace.history["validation_accuracy"][-1]


def test_lab_shows_which_line_has_changed(cost_lab):
    assert cell(cost_lab, "A3.difference") == 0.0
    assert cell(cost_lab, "V2.difference") > 0.1
    cost_lab.press("PageDown")
    off = {line: cell(cost_lab, f"{line}.off") for line in ("A2", "A3", "V2", "V1", "G2", "G1")}
    assert off.pop("V2") > 0.1
    assert max(off.values()) < 1e-15
    marked = cost_lab.locator(".words .marked")
    assert [text.split(":")[0] for text in marked.all_inner_texts()] == ["MSE", "cross-entropy"]


def pixels(dashboard, field):
    return dashboard.locator(f"canvas[data-field='{field}']").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )


def test_maps_are_drawn_and_go_back(cost_lab):
    first = {f"V{n}.{run}": pixels(cost_lab, f"V{n}.{run}") for n in (2, 1) for run in
             ("mse", "cross_entropy")}  # fmt: skip
    assert len(first["V2.mse"]) == 4 * 10 * 32
    assert len(first["V1.mse"]) == 4 * 30 * 32
    assert first["V2.mse"] != first["V2.cross_entropy"]
    cost_lab.press("ArrowRight")
    assert pixels(cost_lab, "V2.mse") != first["V2.mse"]
    cost_lab.press("ArrowLeft")
    assert {field: pixels(cost_lab, field) for field in first} == first


def test_both_at_the_weights_of_mse(cost_lab):
    cost_lab.press("PageDown")
    assert cell(cost_lab, "A3.difference") > 0.1
    choice = cost_lab.locator("[data-control=weights]")
    choice.locator("[data-value=first]").click()
    cost_lab.locator("figcaption", has_text="at the same weights").wait_for()
    assert cell(cost_lab, "A3.difference") == 0.0
    assert cell(cost_lab, "V2.difference") > 0.1
    choice.locator("[data-value=own]").click()
    cost_lab.locator("figcaption", has_text="each at its own weights").wait_for()


def test_too_bold_a_step_silences_mse_alone(cost_lab):
    cost_lab.press("End")
    drag(cost_lab, "eta", 1.0)
    cost_lab.page.wait_for_function(
        "Number(document.querySelectorAll('.mlp')[3]"
        ".querySelector(\"[data-series='V2.mse']\").dataset.value) < 1e-5"
    )
    assert cell(cost_lab, "V2.cross_entropy") > 0.1
    drag(cost_lab, "eta", 0.0)
    cost_lab.page.wait_for_function(
        "Number(document.querySelectorAll('.mlp')[3]"
        ".querySelector(\"[data-series='V2.mse']\").dataset.value) > 1e-2"
    )


def test_plays_and_stops(cost_lab):
    cost_lab.locator("select[aria-label='steps a second']").select_option("60")
    cost_lab.focus()
    cost_lab.press("Space")
    cost_lab.page.wait_for_function(
        "Number(document.querySelectorAll('.mlp')[3]"
        ".querySelector('[data-shown=k]').textContent) > 20"
    )
    cost_lab.press("Space")
    stopped = k(cost_lab)
    cost_lab.page.wait_for_timeout(300)
    assert k(cost_lab) == stopped


def test_nothing_runs_out_of_the_dashboards(lecture):
    wide = lecture.evaluate(
        """() => [...document.querySelectorAll(".mlp")].flatMap((root) => {
        const right = root.getBoundingClientRect().right + 2;
        return [...root.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().width
        && e.getBoundingClientRect().right > right).map((e) => e.outerHTML.slice(0, 80)); })"""
    )
    assert wide == []


# Saved, without network and without Python.


@pytest.fixture
def offline(browser):
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()


def test_saved_neuron_steps(offline, tmp_path):
    path = mt.dashboards.neuron(start=(0.6, 0.9)).save_html(tmp_path / "neuron.html")
    offline.goto(path.as_uri())
    dashboard = offline.locator(".mlp")
    dashboard.press("End")
    assert cell(dashboard, "mse.a_after") == pytest.approx(0.0939556949, abs=1e-10)
    dashboard.press("ArrowLeft")
    assert k(dashboard) == 299
    assert offline.errors == []


def test_saved_lab_plays(offline, runs, tmp_path):
    path = mt.dashboards.cost_lab().save_html(tmp_path / "lab.html")
    assert path.stat().st_size < 3e6
    offline.goto(path.as_uri())
    dashboard = offline.locator(".mlp")
    assert cell(dashboard, "mse.J") == runs["mse"][0].loss
    dashboard.locator("select[aria-label='steps a second']").select_option("240")
    dashboard.locator("[data-action=play]").click()
    offline.wait_for_function(
        "document.querySelector('[data-shown=k]').textContent === '225'", timeout=30_000
    )
    assert cell(dashboard, "cross_entropy.J") == runs["cross_entropy"][-1].loss
    assert offline.errors == []
