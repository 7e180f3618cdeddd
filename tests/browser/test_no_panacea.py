"""Reddi's examples and the table of ranks in a real JupyterLab, against the engine's numbers."""

import numpy as np
import pytest

import mlpteach as mt

NOTEBOOK = "05_no_panacea.ipynb"


def cooled(eta, k):
    return eta / np.sqrt(k)


def run(rule, beta2, steps=10_000):
    """Reddi's first example, written out here."""
    options = {"eta": 0.1, "beta1": 0.0, "beta2": beta2, "eps": 0.0}
    if rule == "adam":
        options |= {"form": "paper", "bias_correction": False}

    def slope(x, k):
        c = 3.0 if k % 3 == 1 else -1.0
        return c * x[0], np.array([c])

    return mt.descend(
        slope, [1.0], rule=mt.rule(rule, **options), steps=steps, schedule=cooled,
        project=lambda x: np.clip(x, -1.0, 1.0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def lecture(open_lecture):
    page = open_lecture(NOTEBOOK)
    page.wait_for_function("document.querySelectorAll('.mlp table').length >= 4")
    return page


def dashboard(page, title):
    """The dashboard that has a table of this name, in view and at its first step."""
    found = page.locator(".mlp", has=page.locator(f"table[aria-label^='{title}']")).first
    found.scroll_into_view_if_needed()
    found.focus()
    page.keyboard.press("Home")
    return found


@pytest.fixture
def reddi(lecture):
    return dashboard(lecture, "Both rules")


@pytest.fixture
def ranking(lecture):
    return dashboard(lecture, "Every rule on every problem")


def cell(found, series):
    return float(found.locator(f"td[data-series='{series}']").first.get_attribute("data-value"))


def shown(found, name):
    return found.locator(f"[data-shown={name}]").get_attribute("data-value")


def test_first_updates_are_those_of_the_engine(lecture, reddi):
    for k in (1, 2, 3):
        assert float(shown(reddi, "update")) == k
        for rule in ("adam", "amsgrad"):
            step = run(rule, 0.1, steps=4)[k - 1]
            assert cell(reddi, f"{rule}.x") == pytest.approx(step.after.flat[0], abs=1e-12)
            assert cell(reddi, f"{rule}.rho") == pytest.approx(step.rho.flat[0], abs=1e-12)
        lecture.keyboard.press("ArrowRight")
    lecture.keyboard.press("ArrowLeft")
    assert float(shown(reddi, "update")) == 3


def test_the_end_shows_the_published_failure(lecture, reddi):
    lecture.keyboard.press("End")
    assert float(shown(reddi, "update")) == 10_000
    assert cell(reddi, "adam.x") == pytest.approx(0.99895, abs=5e-6)
    assert cell(reddi, "amsgrad.x") == -1.0
    shown_number = reddi.locator("td[data-series='adam.x'] > :last-child")
    assert shown_number.text_content() == "0.999"


def test_second_example_shows_its_reference_too(lecture):
    found = lecture.locator(".mlp", has=lecture.locator("table[aria-label^='Both rules']")).nth(1)
    found.scroll_into_view_if_needed()
    found.focus()
    lecture.keyboard.press("End")
    assert cell(found, "adam.x") == pytest.approx(0.993, abs=5e-4)


def test_plays_and_stops(lecture, reddi):
    reddi.locator("[data-action=play]").click()
    lecture.wait_for_timeout(600)
    reddi.locator("[data-action=play]").click()
    stopped = shown(reddi, "update")
    assert float(stopped) > 1
    lecture.wait_for_timeout(300)
    assert shown(reddi, "update") == stopped


def test_click_goes_to_an_update(lecture, reddi):
    plot = reddi.locator(".plot[data-click=step]").first
    box = plot.bounding_box()
    plot.click(position={"x": 0.7 * box["width"], "y": 0.5 * box["height"]})
    assert 100 < float(shown(reddi, "update")) < 2000


def test_changed_memory_shows_the_new_run(lecture, reddi):
    lecture.keyboard.press("End")
    slider = reddi.locator("[data-control='every_third.beta2']")
    slider.focus()
    slider.evaluate("node => { node.value = 0.7; node.dispatchEvent(new Event('input')); }")
    expected = run("adam", 0.7)[-1].after.flat[0]
    handle = reddi.locator("td[data-series='adam.x']").element_handle()
    lecture.wait_for_function(
        "([node, x]) => Math.abs(Number(node.isConnected ? node.dataset.value : "
        "document.querySelector(\"td[data-series='adam.x']\").dataset.value) - x) < 1e-9",
        arg=[handle, float(expected)],
    )
    assert expected == pytest.approx(-0.845, abs=1e-3)


def test_ranks_change_from_problem_to_problem(lecture, ranking):
    lecture.keyboard.press("End")
    problems = ("beale", "rosenbrock", "valley", "noise", "scaling", "spirals", "digits")
    rules = tuple(id for id, optimizer in mt.RULES.items() if np.isfinite(optimizer.order))
    table = np.array([[cell(ranking, f"{r}.rank.{p}") for p in problems] for r in rules])
    assert (np.sort(table, axis=0)[0] == 1).all()
    assert (table.max(axis=1) > table.min(axis=1)).sum() >= 9
    first = {rules[i] for i in table.argmin(axis=0)}
    assert len(first) >= 3
    # What the lecture says of them.
    row = dict(zip(rules, table.tolist(), strict=True))
    exact = [
        rank
        for rank, problem in zip(row["lbfgs"], problems, strict=True)
        if problem not in ("noise", "digits")
    ]
    assert exact == [1] * 5
    assert row["lbfgs"][3] > 1
    assert row["adagrad"][3] == 1
    assert min(row["adam"]) > 1
    assert row["gd"][6] < row["adam"][6]
    assert table.mean(axis=1) == pytest.approx([cell(ranking, f"{r}.mean") for r in rules])


def test_cost_shown_is_that_of_the_run_with_the_step_size_shown(lecture, ranking):
    lecture.keyboard.press("End")
    rows = ranking.locator("table[aria-label='Every rule on Beale'] tbody tr")
    names = [rows.nth(i).locator("th").inner_text().strip() for i in range(rows.count())]
    row = rows.nth(names.index("Gradient descent"))
    eta = float(row.locator("td").nth(2).inner_text())
    beale = mt.LANDSCAPES["beale"]
    trace = mt.descend(beale, beale.start, rule=mt.rule("gd", eta=eta), steps=101)
    assert cell(ranking, "gd.cost.beale") == pytest.approx(trace.losses.min(), rel=1e-9)


def test_saved_page_works_with_the_network_closed(browser, tmp_path, lecture):
    path = mt.dashboards.reddi(updates=1_000).save_html(tmp_path / "reddi.html")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(f"file://{path}")
    found = page.locator(".mlp")
    found.focus()
    page.keyboard.press("End")
    expected = run("adam", 0.1, steps=1_000)[-1].after.flat[0]
    assert cell(found, "adam.x") == pytest.approx(expected, abs=1e-12)
    context.close()
