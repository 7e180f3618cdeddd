"""The race in a real JupyterLab: what the page shows against the engine's own numbers."""

import numpy as np
import pytest
import real_lab

import mlpteach as mt

SOURCE = """
import mlpteach as mt
race = mt.dashboards.race()
race
"""
IDS = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")
NAMES = [f"{id} (lecture)" for id in IDS]


def run(id, landscape="beale", start=None, **hypers):
    """The run of one racer, as it starts on the page but for `hypers`."""
    record = mt.LANDSCAPES[landscape]
    rule = mt.rule(id)
    size = rule.step_sizes[landscape]
    values = {rule.step_size: size}
    if "alpha" in rule.values:
        values["beta"] = rule.values["beta"] * size / rule.values["alpha"]
    rule = rule.bind(**{**values, **hypers})
    return mt.descend(record, start or record.start, rule=rule, steps=200)


@pytest.fixture(scope="module")
def lecture(open_lecture, folder):
    real_lab.write_notebook(folder / "race.ipynb", SOURCE)
    page = open_lecture("race.ipynb")
    page.wait_for_selector(".mlp .table td.number")
    page.locator(".mlp").scroll_into_view_if_needed()
    return page


@pytest.fixture
def dashboard(lecture):
    """The dashboard at k = 1, with nothing open."""
    lecture.focus(".mlp")
    lecture.keyboard.press("Escape")
    lecture.keyboard.press("Home")
    return lecture


def shown_k(page):
    return int(page.locator("[data-shown=k]").inner_text())


def number(page, name, column):
    cell = page.locator(f'.table td[data-series="{name}.{column}"]')
    return float(cell.get_attribute("data-value"))


def wait_for(page, name, column, value):
    page.wait_for_function(
        """([series, value]) => {
        const cell = document.querySelector(`.table td[data-series="${series}"]`);
        return cell && Math.abs(Number(cell.dataset.value) / value - 1) < 1e-9; }""",
        arg=[f"{name}.{column}", float(value)],
        timeout=30_000,
    )


def test_steps_show_the_numbers_of_the_traces(dashboard):
    traces = {f"{id} (lecture)": run(id) for id in IDS}
    minimum = np.array(mt.LANDSCAPES["beale"].minima[0])
    for key, k in [("ArrowRight", 2), ("End", 200), ("ArrowLeft", 199), ("Home", 1)]:
        dashboard.keyboard.press(key)
        assert shown_k(dashboard) == k
        for name, trace in traces.items():
            step = trace[k - 1]
            away = np.linalg.norm(step.before.flat - minimum)
            assert number(dashboard, name, "J") == step.loss
            assert number(dashboard, name, "distance") == pytest.approx(away, rel=1e-12)
            length = np.linalg.norm(step.rho.flat)
            assert number(dashboard, name, "length") == pytest.approx(length, rel=1e-12)


def pixels(page, plot):
    return page.evaluate(
        """(plot) => { const c = document.querySelectorAll(".mlp .plot > canvas:last-child")[plot];
        return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data].join(); }""",
        plot,
    )


def test_trails_grow_and_shrink_again(dashboard):
    first = pixels(dashboard, 0)
    for _ in range(5):
        dashboard.keyboard.press("ArrowRight")
    assert pixels(dashboard, 0) != first
    for _ in range(5):
        dashboard.keyboard.press("ArrowLeft")
    assert pixels(dashboard, 0) == first


def test_plays_and_stops(dashboard):
    dashboard.select_option("select[aria-label='steps a second']", "60")
    dashboard.focus(".mlp")
    dashboard.keyboard.press("Space")
    dashboard.wait_for_function(
        "Number(document.querySelector('[data-shown=k]').textContent) > 20", timeout=20_000
    )
    dashboard.keyboard.press("Space")
    stopped = shown_k(dashboard)
    dashboard.wait_for_timeout(300)
    assert shown_k(dashboard) == stopped < 200


def test_at_sixty_a_second_every_frame_shows_another_step(dashboard):
    """Frames made by hand, each a moment too early for its step."""
    dashboard.select_option("select[aria-label='steps a second']", "60")
    shown = dashboard.evaluate("""() => {
        const [request, now] = [requestAnimationFrame, performance.now], due = [], shown = [];
        window.requestAnimationFrame = (does) => due.push(does);
        performance.now = () => 1000;
        const button = document.querySelector("[data-action=play]");
        button.click();
        for (let i = 1; i <= 20; i++) {
          for (const does of due.splice(0)) does(1000 + 16.6 * i);
          shown.push(Number(document.querySelector("[data-shown=k]").textContent));
        }
        button.click();
        [window.requestAnimationFrame, performance.now] = [request, now];
        return shown; }""")
    assert shown == list(range(2, 22))


def test_plots_keep_their_size_at_every_step(dashboard):
    """A column's head broke into two lines where all its numbers were short."""
    sizes = dashboard.evaluate("""() => {
        const slider = document.querySelector(".mlp .slider"), seen = new Set();
        for (let k = 1; k <= 200; k += 9) {
          slider.value = k;
          slider.dispatchEvent(new Event("input", {bubbles: true}));
          const plots = [...document.querySelectorAll(".mlp .body .plot")];
          seen.add(plots.map((plot) => `${plot.clientWidth}x${plot.clientHeight}`).join(" "));
        }
        return [...seen]; }""")
    assert len(sizes) == 1


def test_click_on_the_map_starts_there(dashboard):
    plot = dashboard.locator(".mlp .plot[data-click=start]")
    box = plot.bounding_box()
    plot.click(position={"x": 0.3 * box["width"], "y": 0.4 * box["height"]})
    fields = dashboard.locator("[data-control=start] input")
    start = tuple(float(fields.nth(i).input_value()) for i in range(2))
    assert -4.5 < start[0] < 0 < start[1] < 4.5
    wait_for(dashboard, "adam (lecture)", "J", run("adam", start=start)[0].loss)
    dashboard.keyboard.press("End")
    assert number(dashboard, "adam (lecture)", "J") == run("adam", start=start)[-1].loss


def test_typed_start_does_what_a_click_does(dashboard):
    real_lab.open_more(dashboard)
    fields = dashboard.locator("[data-control=start] input")
    for i, typed in enumerate(("1", "1.5")):
        fields.nth(i).fill(typed)
        fields.nth(i).press("Enter")
    wait_for(dashboard, "gd (lecture)", "J", run("gd")[shown_k(dashboard) - 1].loss)


def test_hyper_parameter_of_the_chosen_rule_is_live(dashboard):
    assert dashboard.locator("input[data-control='gd.eta']").is_visible()
    dashboard.select_option("select[data-control=tune]", "adam")
    assert not dashboard.locator("input[data-control='gd.eta']").is_visible()
    drag(dashboard, "adam.eta", [-2.0, -1.5, -0.5, np.log10(0.3)])
    dashboard.keyboard.press("End")
    wait_for(dashboard, "adam (lecture)", "J", run("adam", eta=0.3)[199].loss)
    assert number(dashboard, "gd (lecture)", "J") == run("gd")[199].loss
    drag(dashboard, "adam.eta", [-1.0])
    wait_for(dashboard, "adam (lecture)", "J", run("adam")[199].loss)


def drag(page, control, values):
    page.locator(f"input[data-control='{control}']").evaluate(
        """(slider, values) => { for (const value of values) { slider.value = value;
        slider.dispatchEvent(new Event("input", {bubbles: true})); } }""",
        [float(value) for value in values],
    )
    page.focus(".mlp")


def test_diverging_rule_says_so_and_the_others_go_on(dashboard):
    dashboard.select_option("select[data-control=tune]", "gd")
    drag(dashboard, "gd.eta", [0.0])
    dashboard.keyboard.press("End")
    with pytest.warns(mt.DivergenceWarning):
        broken = run("gd", eta=1.0)
    row = dashboard.locator(".table tr:has-text('Gradient descent')")
    note = f"diverged at update {broken.diverged.k}"
    dashboard.wait_for_selector(f".table .note:text-is('{note}')")
    assert "NaN" not in row.inner_text()
    assert number(dashboard, "adam (lecture)", "J") == run("adam")[199].loss
    drag(dashboard, "gd.eta", [-2.0])
    wait_for(dashboard, "gd (lecture)", "J", run("gd")[199].loss)


def test_another_landscape_comes_with_its_own_start_and_steps(dashboard):
    dashboard.select_option("select[data-control=landscape]", "valley")
    wait_for(dashboard, "gd (lecture)", "J", mt.LANDSCAPES["valley"]([-4.0, 0.5])[0])
    dashboard.wait_for_function(
        "document.querySelector('[data-control=start] input').value === '-4'", timeout=10_000
    )
    dashboard.focus(".mlp")
    dashboard.keyboard.press("End")
    assert number(dashboard, "adam (lecture)", "J") == run("adam", "valley")[199].loss
    # What is changed now is changed on this landscape.
    dashboard.select_option("select[data-control=tune]", "adam")
    drag(dashboard, "adam.eta", [np.log10(0.2)])
    wait_for(dashboard, "adam (lecture)", "J", run("adam", "valley", eta=0.2)[199].loss)
    dashboard.select_option("select[data-control=landscape]", "beale")
    wait_for(dashboard, "adam (lecture)", "J", run("adam")[199].loss)


def test_one_step_size_for_everybody(dashboard):
    assert not dashboard.locator("input[data-control=eta]").is_visible()
    dashboard.click("[data-control=step_sizes] [data-value=equal]")
    slider = dashboard.locator("input[data-control=eta]").element_handle()
    drag(dashboard, "eta", [np.log10(0.2), np.log10(0.005)])
    dashboard.keyboard.press("End")
    wait_for(dashboard, "adagrad (lecture)", "J", run("adagrad", eta=0.005)[199].loss)
    assert number(dashboard, "gd (lecture)", "J") == run("gd", eta=0.005)[199].loss
    column = dashboard.locator(".table tbody tr td:nth-child(2)").all_inner_texts()
    assert column == ["0.005"] * 7
    # The rules' own sliders follow, but the one in the reader's hand stays.
    assert slider.evaluate("(slider) => slider.isConnected")
    shown = dashboard.locator("input[data-control='adam.eta']").get_attribute("aria-valuetext")
    assert float(shown) == 0.005
    dashboard.click("[data-control=step_sizes] [data-value=suited]")
    wait_for(dashboard, "adagrad (lecture)", "J", run("adagrad")[199].loss)


def reds(page):
    """How many pixels of the map have the colour of the region from which a rule diverges."""
    return page.evaluate(
        """() => {
        const c = document.querySelector(".mlp .plot[data-click=start] > canvas:last-child");
        const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        let count = 0;
        for (let i = 0; i < pixels.length; i += 4) {
          const [r, g, b, a] = pixels.subarray(i, i + 4);
          count += a > 200 && Math.hypot(r - 0xd1, g - 0x49, b - 0x5b) < 12;
        }
        return count; }"""
    )


def test_from_where_the_rule_looked_at_diverges_is_hatched(dashboard):
    dashboard.select_option("select[data-control=tune]", "gd")
    label = dashboard.wait_for_selector(".plot[data-click=start][aria-label*=hatched]")
    assert "Gradient descent diverges: 65 %" in label.get_attribute("aria-label")
    assert reds(dashboard) > 1000
    dashboard.select_option("select[data-control=tune]", "adagrad")
    dashboard.wait_for_selector(".plot[data-click=start]:not([aria-label*=hatched])")
    assert reds(dashboard) == 0
    dashboard.select_option("select[data-control=tune]", "gd")
    dashboard.wait_for_selector(".plot[data-click=start][aria-label*=hatched]")


def test_rules_can_be_left_out(dashboard):
    real_lab.open_more(dashboard)
    dashboard.click("[data-control=rules] [data-value=rmsprop]")
    dashboard.wait_for_function("document.querySelectorAll('.table tbody tr').length === 6")
    dashboard.click("[data-control=rules] [data-value=rmsprop]")
    dashboard.wait_for_function("document.querySelectorAll('.table tbody tr').length === 7")


def test_nothing_runs_out_or_overlaps(dashboard):
    wide = dashboard.evaluate(
        """() => { const box = document.querySelector(".mlp").getBoundingClientRect();
        return [...document.querySelectorAll(".mlp *")].filter((e) => {
        const r = e.getBoundingClientRect(); return r.width && r.right > box.right + 2; }
        ).map((e) => e.outerHTML.slice(0, 80)) }"""
    )
    assert wide == []
    overlaps = dashboard.evaluate(
        """() => { const boxes = [...document.querySelectorAll(".mlp .panel > figure")].map(
        (e) => e.getBoundingClientRect());
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.right > b.left + 1 &&
        b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1)).length; }"""
    )
    assert overlaps == 0


def test_saved_page_plays_without_network_and_without_python(browser, tmp_path):
    path = mt.dashboards.race().save_html(tmp_path / "race.html")
    assert path.stat().st_size < 3_000_000
    page = real_lab.new_page(browser, offline=True)
    page.goto(path.as_uri())
    page.wait_for_selector(".mlp .table td.number")
    page.focus(".mlp")
    page.keyboard.press("End")
    assert number(page, "adam (lecture)", "J") == run("adam")[199].loss
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('[data-shown=k]').textContent) > 5")
    page.context.close()
