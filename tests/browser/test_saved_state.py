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
    return dashboard, page


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
