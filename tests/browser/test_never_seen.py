"""Entries never seen before on the page: stepped forwards and back in a saved dashboard."""

import newcomers
import pytest
from newcomers import CASES


@pytest.fixture(scope="module", autouse=True)
def entered():
    with newcomers.entered():
        yield


@pytest.fixture(scope="module")
def offline(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    yield context
    context.close()


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_steps_on_the_page(kind, name, offline, tmp_path):
    dashboard, _ = newcomers.opened(kind, name)
    page, errors = offline.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(dashboard.save_html(tmp_path / "saved.html").as_uri())
    root = page.locator(".mlp")
    root.locator(".place").wait_for()
    root.focus()
    steps = dashboard.show.steps
    for key, k in (("Home", 1), ("ArrowRight", 2), ("End", steps), ("ArrowLeft", steps - 1)):
        root.press(key)
        assert root.locator("[data-shown=k]").inner_text() == str(k)
        check_cells(root, dashboard.show, k)
    assert errors == []
    page.close()


def check_cells(root, show, k):
    """Every number in a table is that of the step."""
    cells = root.locator("td[data-series]").evaluate_all(
        "cells => cells.map((cell) => [cell.dataset.series, cell.dataset.value])"
    )
    for series, value in cells:
        if series in show.series:
            assert float(value) == pytest.approx(show.series[series][k - 1], nan_ok=True), series
