"""Lectures and problem sets in the site's JupyterLite, in a browser that reaches no other host."""

import json
import re

import pytest
from lite_notebook import cell_with, run_all
from real_lab import new_page
from site_folder import serve, site_with_python

from mlpteach.site.jupyterlite import notebook_address
from mlpteach.site.problem_sets import problem_sets


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Address of a site with notebooks."""
    with serve(site_with_python(tmp_path_factory)) as address:
        yield address


@pytest.fixture
def tab(browser, site):
    """A page that keeps what it asks elsewhere, what is missing, and what it complains of."""
    page = new_page(browser, viewport={"width": 1366, "height": 900})
    page.elsewhere, page.missing, page.complaints = [], [], []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("response", lambda got: page.missing.append(got.url) if got.status >= 400 else None)

    def refuse(route):
        page.elsewhere.append(route.request.url)
        route.abort()

    page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), refuse)
    yield page
    page.context.close()


def has_all_it_needs(page):
    assert page.elsewhere == []
    assert page.missing == []
    assert page.complaints == []


MOVE = """(slider) => {
  slider.value = -1;
  for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
}"""


def test_all_cells_of_lecture_1_run_and_a_dashboard_answers(site, tab):
    tab.goto(f"{site}/01_minibatch_momentum.html")
    tab.get_by_role("link", name="As a notebook").click()
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    run_all(tab)

    assert tab.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0
    assert (
        "momentum (lecture) [1.0, 1.9, 1.9, 1.9, 1.9]" in tab.locator(".jp-Notebook").inner_text()
    )
    dashboard = cell_with(tab, "mt.dashboards.momentum(").locator(".mlp")
    dashboard.locator(".table").first.wait_for()
    before = dashboard.locator(".table").first.inner_text()
    slider = dashboard.locator('input[type=range][data-control="steady.alpha"]')
    slider.evaluate(MOVE)
    tab.wait_for_function(
        "([table, before]) => table.innerText !== before",
        arg=[dashboard.locator(".table").first.element_handle(), before],
    )
    has_all_it_needs(tab)


def test_menus_offer_nothing_that_leads_nowhere(site, tab):
    complaints = []
    tab.on("console", lambda said: complaints.append(said.text) if "Plugin" in said.text else None)
    tab.goto(f"{site}/{notebook_address('01_minibatch_momentum.ipynb')}")
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    tab.get_by_role("menuitem", name="File").click()
    tab.locator(".lm-Menu-item", has_text="New").first.hover()
    new = tab.locator(".lm-Menu").last.locator("[data-type=command] .lm-Menu-itemLabel")
    new.first.wait_for()
    assert new.all_inner_texts() == ["Notebook"]
    assert complaints == []


@pytest.mark.parametrize("piece", ["kernel-.*mjs", "mlpteach-.*zip", "pyodide.asm.wasm"])
def test_a_missing_piece_of_the_kernel_is_told_on_the_page(site, tab, piece):
    tab.route(re.compile(piece), lambda asked: asked.fulfill(status=404))
    tab.goto(f"{site}/{notebook_address('ps2_adam.ipynb')}")
    said = tab.get_by_role("alert").filter(has_text="Python could not be started").inner_text()
    assert re.search(rf"a piece of it cannot be fetched, {piece}[^)]*\)", said)
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    assert tab.elsewhere == []


def write(cell, code):
    """Write a cell's code anew."""
    cell.locator(".cm-content").click()
    cell.page.keyboard.press("Control+a")
    cell.page.keyboard.insert_text(code)


EPS_OUTSIDE = """def new_weights(W, M_hat, V_hat, eta=0.001, eps=1e-8):
    return W - eta * M_hat / (np.sqrt(V_hat) + eps)"""


def test_problem_set_2_gives_hints_and_is_downloaded_to_be_handed_in(site, tab):
    tab.goto(f"{site}/index.html")
    tab.get_by_role("link", name="Problem set 2: Adam, line by line").click()
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    write(cell_with(tab, "def new_weights"), EPS_OUTSIDE)
    run_all(tab)

    def said(check):
        return cell_with(tab, f'check("{check}"').locator(".jp-OutputArea").inner_text()

    assert "new_weights" in said("adam_new_weights")
    assert "eps stands outside the root." in said("adam_new_weights")
    assert "is not written yet" in said("adam_first_moment")
    tab.keyboard.press("Control+s")
    tab.click("text=File >> nth=0")
    with tab.expect_download() as waited:
        tab.click(".lm-Menu-itemLabel:text-is('Download')")
    assert waited.value.suggested_filename == "ps2_adam.ipynb"
    (given,) = (json.loads(one.content) for one in problem_sets() if one.name == "ps2_adam.ipynb")
    with open(waited.value.path(), encoding="utf-8") as file:
        handed_in = json.load(file)
    assert_same_cells(handed_in, given, changed="new_weights")
    has_all_it_needs(tab)


def assert_same_cells(handed_in, given, changed):
    """Assert that what nbgrader grades by has stayed, and of the code all but one cell."""
    for mine, theirs in zip(handed_in["cells"], given["cells"], strict=True):
        assert mine["id"] == theirs["id"]
        assert mine["metadata"].get("nbgrader") == theirs["metadata"].get("nbgrader")
        source = EPS_OUTSIDE if mine["id"] == changed else "".join(theirs["source"])
        assert "".join(mine["source"]) == source
