"""The lecture in a real JupyterLab: what its dashboards show against the engine's numbers."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import Plot
from mlpteach.views.coordinates import x_fractions, y_fractions

NOTEBOOK = "01_minibatch_momentum.ipynb"
BATCHES, MOMENTUM, NESTEROV, STEP_SIZE, FOUR_WAYS = range(5)


@pytest.fixture(scope="module")
def lecture(open_lecture):
    """The lecture, run, with all its dashboards drawn."""
    page = open_lecture(NOTEBOOK)
    page.wait_for_function("document.querySelectorAll('.mlp .place').length === 5")
    return page


class Shown:
    """One dashboard of the page, by its place in the lecture."""

    def __init__(self, page, place):
        self.page, self.node = page, page.locator(".mlp").nth(place)
        self.node.scroll_into_view_if_needed()
        self.node.focus()
        self.press("Home")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def k(self):
        return int(self.node.locator("[data-shown=k]").inner_text())

    def cell(self, series):
        """The number of a series in the table."""
        return float(self.node.locator(f"td[data-series='{series}']").get_attribute("data-value"))

    def row(self, place):
        return self.node.locator("tbody tr").nth(place).inner_text()

    def choose(self, control, value):
        menu = self.node.locator(f"select[data-control='{control}']")
        if menu.count():
            menu.select_option(value)
        else:
            self.node.locator(f"[data-control='{control}'] [data-value='{value}']").click()

    def slide(self, control, value):
        """Drag a slider to a place on its scale, in several moves."""
        slider = self.node.locator(f"input[data-control='{control}']")
        slider.evaluate(
            """(slider, value) => { const from = Number(slider.value);
            for (const part of [0.3, 0.6, 1]) { slider.value = from + part * (value - from);
            slider.dispatchEvent(new Event("input", {bubbles: true})); } }""",
            value,
        )

    def wait_for(self, series, number, rel=1e-6):
        """Wait until the table shows `number`."""
        self.page.wait_for_function(
            """([root, series, number, rel]) => {
            const cell = root.querySelector(`td[data-series="${series}"]`);
            return cell && Math.abs(cell.dataset.value / number - 1) < rel; }""",
            arg=[self.node.element_handle(), series, float(number), rel],
            timeout=30_000,
        )

    def pixels(self, plot=0):
        """What is drawn over a plot: how many pixels are coloured."""
        return (
            self.node.locator(".plot > canvas:last-child")
            .nth(plot)
            .evaluate(
                """(c) => c.getContext("2d").getImageData(0, 0, c.width, c.height).data
            .filter((value, i) => i % 4 === 3 && value > 128).length"""
            )
        )


@pytest.fixture
def shown(lecture):
    return lambda place: Shown(lecture, place)


def test_steady_gain_grows_to_1_9_and_to_10(shown):
    momentum = shown(MOMENTUM)
    assert (momentum.k, momentum.cell("lecture.rho"), momentum.cell("paper.rho")) == (1, 1.0, 1.0)
    momentum.press("ArrowRight")
    assert momentum.cell("lecture.rho") == pytest.approx(1.9)
    assert momentum.cell("paper.rho") == pytest.approx(1.9)
    momentum.press("End")
    assert momentum.k == 50
    assert momentum.cell("lecture.rho") == pytest.approx(1.9)
    assert momentum.cell("paper.rho") == pytest.approx(10 * (1 - 0.9**50))
    assert momentum.cell("paper.gain") == pytest.approx(10.0)
    momentum.press("ArrowLeft")
    assert momentum.cell("paper.rho") == pytest.approx(10 * (1 - 0.9**49))


def test_longer_memory_has_another_gain(shown):
    momentum = shown(MOMENTUM)
    momentum.slide("steady.paper.beta", 0.5)
    momentum.wait_for("paper.gain", 2.0)
    momentum.slide("steady.paper.beta", 0.9)
    momentum.wait_for("paper.gain", 10.0)


def test_rates_of_the_valley_are_on_the_screen(shown):
    momentum = shown(MOMENTUM)
    assert not momentum.node.locator("input[data-control='valley.eta']").is_visible()
    momentum.choose("on", "valley")
    momentum.page.wait_for_function(
        "(node) => node.textContent.includes('0.818')", arg=momentum.node.element_handle()
    )
    assert momentum.node.locator("input[data-control='valley.eta']").is_visible()
    assert "0.980" in momentum.row(0)
    assert "0.961" in momentum.row(1)
    assert "0.818" in momentum.row(2)
    momentum.slide("valley.paper.beta", 0.0)
    momentum.page.wait_for_function(
        "(node) => node.textContent.includes('2.31')", arg=momentum.node.element_handle()
    )
    momentum.choose("on", "steady")
    momentum.page.wait_for_selector("td[data-series='paper.gain']")


def test_click_on_the_map_moves_the_bar(shown):
    momentum = shown(MOMENTUM)
    momentum.choose("on", "map")
    plot = momentum.node.locator(".plot[data-click=middle]")
    plot.wait_for()
    axes = next(
        panel.axes for panel in mt.dashboards.momentum("map").show.panels if isinstance(panel, Plot)
    )
    box = plot.bounding_box()
    x, y = float(x_fractions(axes, 0.33058)), float(y_fractions(axes, 0.66942))
    plot.click(position={"x": x * box["width"], "y": y * box["height"]})
    # Polyak's best, as near as a pixel is.
    fields = momentum.node.locator("[data-control=middle] input")
    momentum.page.wait_for_function(
        """([middle, beta]) => Math.abs(beta.value - 0.669) < 0.02
        && Math.abs(middle.value - 0.33) < 0.02""",
        arg=fields.element_handles(),
    )
    middle, momentum_of_bar = (float(fields.nth(i).input_value()) for i in range(2))
    # The condition number is 100: the ends of the bar are ten times less and ten times more.
    rate = max(
        max(abs(np.roots([1, at - 1 - momentum_of_bar, momentum_of_bar])))
        for at in (middle / 10, middle * 10)
    )
    momentum.page.wait_for_function(
        """([root, rate]) => [...root.querySelectorAll("tbody tr:last-child td")]
        .some((cell) => Math.abs(cell.innerText - rate) < 0.02)""",
        arg=[momentum.node.element_handle(), float(rate)],
    )
    beta = momentum.node.locator("input[data-control='map.beta']")
    assert float(beta.get_attribute("aria-valuetext")) == pytest.approx(0.669, abs=0.01)
    momentum.slide("map.beta", 0.0)
    momentum.page.wait_for_function(
        "(node) => node.querySelectorAll('[data-control=middle] input')[1].value === '0'",
        arg=momentum.node.element_handle(),
    )
    momentum.choose("on", "steady")
    momentum.page.wait_for_selector("td[data-series='paper.gain']")


def test_batches_play_stop_and_go_back(shown):
    batches = shown(BATCHES)
    trace = mt.dashboards.batches().traces["4"]
    before = batches.pixels()
    batches.press("Space")
    batches.page.wait_for_function(
        "(node) => Number(node.querySelector('[data-shown=k]').textContent) > 8",
        arg=batches.node.element_handle(),
    )
    batches.press("Space")
    k = batches.k
    batches.page.wait_for_timeout(300)
    assert batches.k == k
    assert batches.cell("4.batch") == trace.losses[k - 1]
    assert batches.pixels() > before
    batches.press("ArrowLeft")
    assert batches.cell("4.batch") == trace.losses[k - 2]


def test_click_on_a_plot_goes_to_its_step(shown):
    batches = shown(BATCHES)
    plot = batches.node.locator(".plot[data-click=step]").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    # k = 40 of an axis from 0 to 100
    plot.click(position={"x": 0.4 * box["width"], "y": box["height"] / 2})
    assert batches.k == pytest.approx(40, abs=1)


def test_momentum_calms_the_mini_batches(shown):
    batches = shown(BATCHES)
    batches.choose("compare", "momentum")
    batches.page.wait_for_selector("td[data-series='paper.mean_turn']")
    batches.press("End")
    turned = [batches.cell(f"{name}.mean_turn") for name in ("gd", "lecture", "paper")]
    assert turned == pytest.approx([101.7, 67.1, 21.9], abs=0.1)
    batches.choose("compare", "sizes")
    batches.page.wait_for_selector("td[data-series='32.mean_turn']")


def test_nesterov_and_momentum_run_with_equal_steps(shown):
    nesterov = shown(NESTEROV)
    rules = [mt.rule(id, form="paper", eta=0.01, beta=0.9) for id in ("momentum", "nesterov")]
    traces = mt.dashboards.race("valley", [*rules, ("nesterov", "lecture")]).traces
    nesterov.press("End")
    for name, trace in traces.items():
        assert nesterov.cell(f"{name}.J") == pytest.approx(trace.losses[-1], rel=1e-9)


def test_notes_of_the_speaker_are_folded_until_asked_for(lecture):
    """The room sees a bar with the minutes; a click opens a note, another one folds it again."""
    bar = lecture.locator('.jp-Placeholder:has-text("Speaker\'s notes: 14 minutes")')
    bar.scroll_into_view_if_needed()
    assert lecture.locator(".jp-RawCell:has-text('Guess first')").count() == 0
    bar.click()
    opened = lecture.locator(".jp-RawCell:has-text('Guess first')")
    opened.wait_for()
    opened.locator(".jp-InputCollapser").click()
    opened.wait_for(state="detached")
    bar.wait_for()


def test_schedules_show_their_step_sizes(shown):
    steps = shown(STEP_SIZE)
    traces = mt.dashboards.step_size().traces
    steps.press("End")
    for id, trace in traces.items():
        eta = trace.run.eta * trace[-1].factor
        assert steps.cell(f"{id}.eta") == pytest.approx(eta, rel=1e-12), id
        assert steps.cell(f"{id}.J") == trace.losses[-1]
    assert "shrunk 1 ×" in steps.row(4)
    steps.press("PageUp", "PageUp")
    assert steps.k == 304
    assert "shrunk 1 ×" in steps.row(4)
    steps.press("ArrowLeft")
    assert "shrunk" not in steps.row(4)


def test_tuned_schedule_runs_anew(shown):
    steps = shown(STEP_SIZE)
    assert not steps.node.locator("input[data-control='staircase.k_d']").is_visible()
    steps.press("End")
    steps.slide("cooling.eps", -1.0)  # of a logarithmic scale
    steps.wait_for("cooling.eta", 5.0 / (1 + 0.1 * 380))
    steps.slide("cooling.eps", -2.0)
    steps.wait_for("cooling.eta", 5.0 / (1 + 0.01 * 380))


def test_four_ways_are_counted(shown):
    ways = shown(FOUR_WAYS)
    assert "epoch" in ways.node.locator(".place .numbers").inner_text()
    ways.press("End")
    traces = mt.dashboards.four_ways().traces
    for name, trace in traces.items():
        assert ways.cell(f"{name}.evaluations") == trace.evaluations.sum()
        assert ways.cell(f"{name}.accuracy") == trace.history["validation_accuracy"][-1]
        assert ways.cell(f"{name}.loss") == pytest.approx(trace.history["loss"][-1], rel=1e-9)
    accuracy = ways.cell("minibatch.accuracy")
    ways.node.locator("select[data-control=against]").select_option("seconds")
    plot = ways.node.locator(".plot").first
    ways.page.wait_for_function(
        "(plot) => plot.getAttribute('aria-label').includes('seconds')", arg=plot.element_handle()
    )
    assert ways.cell("minibatch.accuracy") == accuracy  # the same runs, on another axis
    assert all(ways.cell(f"{name}.seconds") > 0 for name in traces)


@pytest.mark.parametrize("place", range(5))
def test_nothing_runs_out_of_the_dashboard(shown, place):
    node = shown(place).node
    wide = node.evaluate(
        """(root) => { const box = root.getBoundingClientRect();
        return [...root.querySelectorAll("*")].filter((e) => {
        const r = e.getBoundingClientRect(); return r.width && r.right > box.right + 2; }
        ).map((e) => e.outerHTML.slice(0, 80)) }"""
    )
    assert wide == []


def test_saved_pages_play_without_network(browser, tmp_path):
    made = {
        "momentum": (mt.dashboards.momentum(), "paper.rho", 10 * (1 - 0.9**50)),
        "batches": (mt.dashboards.batches(), "4.seen", 400),
        "step_size": (mt.dashboards.step_size(), "adaptive.eta", 2.5),
        "four_ways": (mt.dashboards.four_ways(), "lbfgs.evaluations", 40),
    }
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    for name, (dashboard, series, number) in made.items():
        path = dashboard.save_html(tmp_path / f"{name}.html")
        assert path.stat().st_size < 3e6
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector(".mlp .place")
        page.focus(".mlp")
        page.keyboard.press("End")
        cell = page.locator(f"td[data-series='{series}']")
        assert float(cell.get_attribute("data-value")) == pytest.approx(number), name
    context.close()
