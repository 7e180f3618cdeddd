"""A saved page takes the states of its own values, whoever wrote them, and no others."""

import pytest

import mlpteach as mt


@pytest.fixture
def saved(page, tmp_path):
    dashboard = mt.dashboards.race(rules=["gd", "adam"], steps=30)
    dashboard.configure(start=(1.0, 1e-7))
    path = dashboard.save_html(tmp_path / "race.html")
    page.context.set_offline(True)
    page.goto(f"file://{path}")
    page.wait_for_selector(".mlp")
    page.click("[data-action=more]")  # the start and the state
    return dashboard, page


def enable_controls(page):
    page.evaluate(
        """() => {
        for (const one of document.querySelectorAll(".mlp fieldset")) one.disabled = false; }"""
    )


def paste(page, text):
    page.fill(".state", text)
    page.press(".state", "Enter")
    return page.text_content("[data-shown=k]"), page.is_visible(".banner")


def test_state_that_python_wrote_is_taken(saved):
    dashboard, page = saved
    dashboard.position = {"k": 17}
    assert paste(page, dashboard.state) == ("17", False)
    assert paste(page, "race?k=4") == ("4", False)


@pytest.mark.parametrize(
    "text", ["race?k=4&adam.eta=9.5", "race?k=four", "race?k=1.5", "race?unknown=1", "adam?k=4", ""]
)
def test_another_state_is_refused_until_a_right_one_comes(saved, text):
    _, page = saved
    assert paste(page, text) == ("1", True)
    assert "This saved page can only show race?" in page.text_content(".banner")
    assert paste(page, "race?k=4") == ("4", False)


def scaled_by_the_cost(k, G, J, *, eta):
    rho = eta * G / J
    return {"rho": rho}


def returns_a_cost_of_its_own(k, G, *, eta):
    return {"J": 2 * G, "rho": eta * G}


@pytest.mark.parametrize("rule", [scaled_by_the_cost, returns_a_cost_of_its_own])
def test_ledger_of_a_rule_with_a_cost_has_all_its_numbers(page, tmp_path, rule):
    dashboard = mt.dashboards.own_rule(rule, against="gd", on="valley", steps=4)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"file://{dashboard.save_html(tmp_path / 'own.html')}")
    result = page.wait_for_selector(".ledger tr[data-line=rho] .result span", state="attached")
    page.press(".mlp", "ArrowRight")
    expected = dashboard.traces["yours"][1].rho.flat[0]
    assert float(result.get_attribute("data-value")) == pytest.approx(expected, rel=1e-8)
    assert errors == []


def test_copied_state_is_that_of_the_picture(saved):
    _, page = saved
    enable_controls(page)
    page.fill("[data-control=start] [data-coordinate='1']", "2")
    page.press("[data-control=start] [data-coordinate='1']", "Tab")
    assert page.text_content(".status") == "computing …"  # and nobody ever answers
    page.click("[data-action='copy state']")
    assert "start=1,1e-7" in page.input_value(".state")


def test_place_that_is_being_typed_is_not_zero(saved):
    _, page = saved
    enable_controls(page)
    page.fill("[data-control=start] [data-coordinate='0']", "")
    page.press("[data-control=start] [data-coordinate='0']", "Tab")
    assert page.text_content(".status") == ""
