"""The lecture in a real JupyterLab: what the page shows against the engine's own numbers."""

import re

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.player.page_source import MODULE

from .shown_dashboard import show

NOTEBOOK = "02_adaptive_optimizers.ipynb"
DASHBOARDS = ["adagrad", "adadelta", "adam", "nadam", "optimizer", "race", "own_rule"]


@pytest.fixture(scope="module")
def trace():
    """The run that the dashboard shows first, trained here."""
    X, y = mt.datasets.digits()
    return mt.train(mt.MLP((64, 30, 10), seed=1), X, y, rule="adam", epochs=5)


@pytest.fixture(scope="module")
def lecture(open_lecture):
    """The lecture, run, with its dashboard in view."""
    page = open_lecture(NOTEBOOK)
    page.wait_for_selector(".mlp .map canvas")
    page.wait_for_function("document.querySelectorAll('.mlp').length === 7")
    page.evaluate(
        """(names) => [...document.querySelectorAll(".mlp")].forEach((node, i) => {
        node.id = names[i]; })""",
        DASHBOARDS,
    )
    page.locator("#adam").scroll_into_view_if_needed()
    return page


@pytest.fixture
def dashboard(lecture):
    """The dashboard with its controls as they were at first, at k = 1, line 1."""
    lecture.focus("#adam")
    lecture.keyboard.press("Home")
    return lecture


def shown(page, name):
    return page.locator(f"#adam [data-shown={name}]").inner_text()


def result(page, line):
    """The number at the end of a line of the ledger."""
    return float(
        page.locator(f"#adam tr[data-line={line}] .result span").get_attribute("data-value")
    )


def entry(parameters, row, column):
    return parameters.W[2][row, column]


def test_starts_at_the_first_update(dashboard, trace):
    assert (shown(dashboard, "k"), shown(dashboard, "epoch")) == ("1", "1")
    loss = dashboard.locator("#adam [data-shown=loss]").get_attribute("data-value")
    assert float(loss) == pytest.approx(trace[0].loss, rel=1e-12)


def test_steps_by_update_forwards_and_back(dashboard, trace):
    seen = {}
    for key, k in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("ArrowLeft", 1)]:
        dashboard.keyboard.press(key)
        assert shown(dashboard, "k") == str(k)
        step = trace[k - 1]
        wait_for_result(dashboard, "M", entry(step.M, 0, 0))
        numbers = {line: result(dashboard, line) for line in ("M", "V", "M_hat", "V_hat", "rho")}
        for name, number in numbers.items():
            assert number == entry(step.quantities[name], 0, 0), (k, name)
        assert result(dashboard, "W") == entry(step.after, 0, 0)
        assert seen.setdefault(k, numbers) == numbers
    assert seen[2] != seen[3]


def test_steps_by_line_show_only_what_is_computed(dashboard):
    rows = dashboard.locator("#adam .ledger tr")
    waiting = dashboard.locator("#adam .map .wait:visible")
    for line in range(6):
        assert rows.nth(line).get_attribute("aria-current") == "step"
        assert rows.nth(line).locator(".result span").is_visible()
        assert dashboard.locator("#adam .ledger tr.pending").count() == 5 - line
        assert waiting.count() == max(0, 4 - line)
        dashboard.click("#adam [data-action='forward one line']")
    assert shown(dashboard, "k") == "2"
    dashboard.click("#adam [data-action='back one line']")
    assert shown(dashboard, "k") == "1"
    assert dashboard.locator("#adam .ledger tr.pending").count() == 0


def test_numbers_put_in_are_those_of_the_formula(dashboard, trace):
    dashboard.keyboard.press("ArrowRight")
    slots = dashboard.locator("#adam tr[data-line=V] .numbers [data-key]")
    written = [slots.nth(i).text_content().strip("()") for i in range(3)]
    step = trace[1]
    numbers = [trace[0].V.W[2][0, 0], *[step.gradient.W[2][0, 0]] * 2]
    assert [read(text) for text in written] == pytest.approx(numbers, rel=5e-3)


def read(text):
    """Read a number as the page writes it: 3.29·10⁻⁵."""
    text = text.replace("−", "-")
    if "·10" not in text:
        return float(text)
    mantissa, power = text.split("·10")
    return float(mantissa) * 10 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


def test_numbers_of_any_size_are_written_in_three_digits(dashboard):
    """A module of the page, imported on its own: what it writes is what the number is."""
    source = MODULE
    numbers = [0.0, 1.0, -2.5, 123.456, 696930.0, 99999.7, 1e5, 1e60, 5e-324, 1.8067e-35, -1e-3]
    written = dashboard.evaluate(
        """async ([source, numbers]) => {
        const url = URL.createObjectURL(new Blob([source + "; export { format };"],
            {type: "text/javascript"}));
        const { format } = await import(url);
        return numbers.map((number) => format(number)); }""",
        [source, numbers],
    )
    assert [read(text) for text in written] == pytest.approx(numbers, rel=5e-3)


def test_steps_by_epoch_and_to_the_ends(dashboard, trace):
    per_epoch = trace.run.problem.updates_per_epoch
    for key, k in [("PageDown", 1 + per_epoch), ("PageUp", 1), ("End", len(trace))]:
        dashboard.keyboard.press(key)
        assert shown(dashboard, "k") == str(k)
    assert shown(dashboard, "epoch") == "5"


def test_click_on_a_map_chooses_the_weight(dashboard, trace):
    dashboard.keyboard.press("ArrowRight")
    wait_for_result(dashboard, "rho", entry(trace[1].rho, 0, 0))
    canvas = dashboard.locator("#adam .map canvas[data-field=rho]")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 17.5 / 30, "y": box["height"] * 3.5 / 10})
    assert "unit 4, input 18" in dashboard.locator("#adam .weight").inner_text()
    wait_for_result(dashboard, "rho", entry(trace[1].rho, 3, 17))
    canvas.focus()
    dashboard.keyboard.press("ArrowDown")
    wait_for_result(dashboard, "rho", entry(trace[1].rho, 4, 17))
    for _ in range(17):
        dashboard.keyboard.press("ArrowLeft")
    for _ in range(4):
        dashboard.keyboard.press("ArrowUp")
    wait_for_result(dashboard, "rho", entry(trace[1].rho, 0, 0))


def test_heat_map_changes_with_the_update(dashboard):
    def pixels():
        return dashboard.evaluate(
            """() => { const c = document.querySelector("#adam canvas[data-field=G]");
            return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]; }"""
        )

    first = pixels()
    dashboard.keyboard.press("ArrowRight")
    second = pixels()
    dashboard.keyboard.press("ArrowLeft")
    assert len(first) == 4 * 300
    assert first != second
    assert pixels() == first


def test_plays_and_stops(dashboard):
    dashboard.select_option("#adam select[aria-label='steps a second']", "60")
    dashboard.keyboard.press("Home")
    dashboard.keyboard.press("Space")
    dashboard.wait_for_function(
        "Number(document.querySelector('#adam [data-shown=k]').textContent) > 20", timeout=20_000
    )
    dashboard.keyboard.press("Space")
    stopped = shown(dashboard, "k")
    dashboard.wait_for_timeout(300)
    assert shown(dashboard, "k") == stopped


def test_keys_do_not_reach_the_notebook(dashboard):
    cells = dashboard.locator(".jp-Notebook .jp-Cell").count()
    for key in ("b", "a", "d", "d", "x"):
        dashboard.keyboard.press(key)
    assert dashboard.locator(".jp-Notebook .jp-Cell").count() == cells


def test_changed_controls_show_the_new_run(dashboard):
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 30, 10), seed=1)
    paper = mt.rule("adam", form="paper", bias_correction=False)
    expected = mt.train(net, X, y, rule=paper, epochs=5)
    dashboard.click("#adam [data-control=form] [data-value=paper]")
    dashboard.uncheck("#adam [data-control=bias_correction]")
    dashboard.keyboard.press("End")
    wait_for_result(dashboard, "W", entry(expected[-1].after, 0, 0))
    assert re.search(r"ε", dashboard.locator("#adam tr[data-line=rho] td >> nth=0").inner_html())
    dashboard.check("#adam [data-control=bias_correction]")
    dashboard.click("#adam [data-control=form] [data-value=lecture]")
    first = mt.train(net, X, y, rule="adam", epochs=5)
    wait_for_result(dashboard, "W", entry(first[-1].after, 0, 0))


@pytest.mark.parametrize("name", ["eta", "beta1", "beta2", "eps"])
def test_dragged_slider_ends_at_its_last_value(dashboard, name):
    """Many values in a row, as a hand drags: the last one is shown, then the first again."""
    slider = f"#adam input[data-control={name}]"
    start = dashboard.locator(slider).input_value()
    low, high = (float(dashboard.locator(slider).get_attribute(end)) for end in ("min", "max"))
    drag(dashboard, slider, np.linspace(low, high, 12))
    last = dashboard.locator(f"#adam [data-number={name}]").input_value()
    values = {"eta": 1.0, "beta1": 0.999, "beta2": 0.9999, "eps": 0.01}
    assert float(last.replace("−", "-")) == pytest.approx(values[name], rel=1e-6)
    X, y = mt.datasets.digits()
    rule = mt.rule("adam", **{name: values[name]})
    expected = mt.train(mt.MLP((64, 30, 10), seed=1), X, y, rule=rule, epochs=5)
    wait_for_result(dashboard, "W", entry(expected[0].after, 0, 0))
    drag(dashboard, slider, [float(start)])


def drag(page, slider, values):
    page.locator(slider).evaluate(
        """(slider, values) => { for (const value of values) { slider.value = value;
        slider.dispatchEvent(new Event("input", {bubbles: true})); } }""",
        [float(value) for value in values],
    )


def wait_for_result(page, line, number, ledger="#adam"):
    """Wait for the number of a line: that of an update between two frames is asked for."""
    page.wait_for_function(
        """([row, number]) => {
        const span = document.querySelector(`${row} .result span`);
        return span && Math.abs(Number(span.dataset.value) / number - 1) < 1e-12; }""",
        arg=[f"{ledger} tr[data-line={line}]", float(number)],
    )


def test_values_set_from_python_move_the_controls(dashboard):
    """The page's module with a model of its own; a control that agrees is left alone."""
    source = MODULE
    seen = dashboard.evaluate(
        """async (source) => {
        const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
        const { render } = (await import(url)).default;
        const control = {name: "eta", label: "η", kind: "slider", low: 0, high: 1, log: false};
        const spec = (eta) => ({steps: 0, held: [], lines: 0, controls: [control], panels: [],
            fields: {}, choices: [1, 1], ways: {}, frame: 0, series: {}, values: {eta},
            title: "test", message: "", perEpoch: 1, guide: [], guided: null,
            mosaic: {panel: null}, dark: {}, colors: {}});
        const state = {spec: spec(0.1), position: {}, pictures: {}};
        for (const name of ["frames", "numbers"]) state[name] = new DataView(new ArrayBuffer(0));
        const heard = {};
        const model = {get: (name) => state[name], on: (name, f) => { heard[name] = f; },
            off: () => {}, send: () => {}, set: () => {}, save_changes: () => {}};
        const el = document.createElement("div");
        const close = render({model, el});
        const slider = () => el.querySelector("[data-control=eta]");
        const show = (eta) => { state.spec = spec(eta); heard["change:spec"](); };
        const first = slider();
        show(0.1);
        const kept = slider() === first;
        show(0.5);
        const moved = slider().value;
        slider().value = 0.7;
        slider().dispatchEvent(new Event("input"));
        show(0.2);
        const dragged = slider().value;
        close();
        return [kept, moved, dragged]; }""",
        source,
    )
    assert seen == [True, "0.5", "0.7"]


def ledger_of(page, where, prefix):
    """The numbers at the ends of the lines of one of several ledgers."""
    return page.evaluate(
        """([where, prefix]) => Object.fromEntries([...document.querySelectorAll(
        `${where} .ledger[data-prefix="${prefix}"] tr`)].map((row) => [row.dataset.line,
        Number(row.querySelector(".result span").dataset.value)]))""",
        [where, prefix],
    )


def test_both_forms_of_a_rule_stand_side_by_side(lecture):
    X, y = mt.datasets.digits()
    lecture.locator("#optimizer").scroll_into_view_if_needed()
    lecture.select_option("#optimizer select[data-control=rule]", "momentum")
    lecture.wait_for_selector("#optimizer .words p:has-text('update k = 3, in')")
    lecture.focus("#optimizer")
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        lecture.keyboard.press(key)
    for form in ("lecture", "paper"):
        rule = mt.rule("momentum", form=form)
        step = mt.train(mt.MLP((64, 30, 10), seed=1), X, y, rule=rule, epochs=1)[2]
        ledger = f'#optimizer .ledger[data-prefix="{form}."]'
        wait_for_result(lecture, "rho", step.rho.W[2][0, 0], ledger)
        shown_numbers = ledger_of(lecture, "#optimizer", f"{form}.")
        assert shown_numbers["rho"] == step.rho.W[2][0, 0]
        assert shown_numbers["W"] == step.after.W[2][0, 0]
    marked = lecture.locator("#optimizer tr.differs")
    assert [row.get_attribute("data-line") for row in marked.all()] == ["rho", "rho"]


def test_own_rule_is_compared_and_its_first_difference_named(lecture):
    lecture.locator("#own_rule").scroll_into_view_if_needed()
    said = lecture.locator("#own_rule .words p.marked").text_content()
    assert re.search(r"update k = 1, in .*the step", said)
    lecture.focus("#own_rule")
    lecture.keyboard.press("End")
    lecture.wait_for_function(
        """() => [...document.querySelectorAll("#own_rule .result span")].every((span) =>
        span.dataset.value)"""
    )
    yours = ledger_of(lecture, "#own_rule", "yours.")
    expected = ledger_of(lecture, "#own_rule", "reference.")
    assert yours["W"] != expected["W"]
    assert yours["W"] == pytest.approx(expected["W"], rel=1e-3)


def test_self_test_is_answered_and_explained(lecture):
    mine = ".mlp-question:has-text('If we change the cost function')"
    question = lecture.locator(mine)
    question.scroll_into_view_if_needed()
    assert not question.locator(".verdict").is_visible()
    question.locator("label:has-text('False')").click()
    lecture.wait_for_selector(f"{mine} .verdict[data-right=false]")
    assert "look for" in question.locator(".verdict").inner_text()
    question.locator("label:has-text('True')").click()
    lecture.wait_for_selector(f"{mine} .verdict[data-right=true]")


def test_text_is_large_enough_for_the_back_row_and_nothing_runs_out(dashboard):
    small = dashboard.evaluate(
        """() => [...document.querySelectorAll(".mlp *")].filter((e) => e.children.length === 0
        && e.textContent.trim() && !e.closest("math")
        && parseFloat(getComputedStyle(e).fontSize) < 12.5).map((e) => e.outerHTML)"""
    )
    assert small == []
    wide = dashboard.evaluate(
        """() => [...document.querySelectorAll(".mlp *")].filter((e) => {
        const r = e.getBoundingClientRect(), box = e.closest(".mlp").getBoundingClientRect();
        return r.width && r.right > box.right + 2; }).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert wide == []


def test_state_is_copied_and_pasted(dashboard):
    dashboard.keyboard.press("Home")
    dashboard.keyboard.press("PageDown")
    dashboard.click("#adam [data-action=more]")
    dashboard.click("#adam button[data-action='copy state']")
    text = dashboard.input_value("#adam input.state")
    assert text.startswith("adam?k=58&line=5&")
    before = shown(dashboard, "loss")
    dashboard.focus("#adam")
    dashboard.keyboard.press("End")
    assert shown(dashboard, "k") == "285"
    dashboard.fill("#adam input.state", text)
    dashboard.press("#adam input.state", "Enter")
    dashboard.wait_for_function(
        "document.querySelector('#adam [data-shown=k]').textContent === '58'"
    )
    assert shown(dashboard, "loss") == before
    dashboard.fill("#adam input.state", "race?k=1")
    dashboard.press("#adam input.state", "Enter")
    dashboard.wait_for_selector("#adam .banner:not([hidden])")
    assert "a state of this dashboard starts with adam?" in dashboard.inner_text("#adam .banner")
    dashboard.fill("#adam input.state", text)
    dashboard.press("#adam input.state", "Enter")
    dashboard.wait_for_selector("#adam .banner", state="hidden")
    dashboard.focus("#adam")


@pytest.fixture
def offline(browser):
    """A page without network."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def test_saved_page_plays_without_network_and_without_python(offline, trace, tmp_path):
    path = mt.dashboards.adam().save_html(tmp_path / "adam.html")
    errors = []
    offline.on("pageerror", lambda error: errors.append(str(error)))
    offline.goto(path.as_uri())
    offline.wait_for_selector(".mlp .result span[data-value]")
    offline.evaluate("document.querySelector('.mlp').id = 'adam'")
    offline.focus(".mlp")
    offline.keyboard.press("ArrowRight")
    offline.keyboard.press("ArrowRight")
    values = offline.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".ledger tr")].map((row) =>
        [row.dataset.line, Number(row.querySelector(".result span").dataset.value)]))"""
    )
    step = trace[2]
    expected = {name: step.quantities[name].W[2][0, 0] for name in trace.lines}
    assert values == pytest.approx({**expected, "W": step.after.W[2][0, 0]}, rel=1e-8)
    offline.keyboard.press("ArrowLeft")
    assert shown(offline, "k") == "2"
    offline.select_option("select[aria-label='steps a second']", "240")
    offline.keyboard.press("Home")
    offline.click("[data-action=play]")
    offline.wait_for_function(
        "document.querySelector('[data-shown=k]').textContent === '285'", timeout=30_000
    )
    assert float(shown(offline, "loss")) == pytest.approx(trace[-1].loss, rel=5e-3)
    assert offline.locator(".controls input, .controls button").evaluate_all(
        "all => all.every((one) => one.matches(':disabled'))"
    )
    assert errors == []


def test_the_chosen_weight_keeps_all_digits_where_frames_are_large(page):
    """Two runs of the digits' first layer: only what is chosen travels with all its bits."""
    core = mt.dashboards.optimizer(epochs=1).core
    core.configure(layer="1")
    show(page, core, live=True)
    assert core.spec["chosen"] == [0, 0]
    page.press(".mlp", "ArrowRight")
    page.locator("canvas[tabindex='0']").first.click(position={"x": 20, "y": 9})
    page.wait_for_timeout(400)  # until the page has told
    place, trace = core.position, core.trace
    assert place["column"] > 0
    wanted = trace[place["k"] - 1].after.W[1][place["row"], place["column"]]
    page.wait_for_function(
        "wanted => document.querySelector('tr[data-line=W] .result span').title === wanted",
        arg=page.evaluate("number => String(number)", float(wanted)),
    )
