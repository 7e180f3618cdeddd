"""A notebook saved with the state of its widgets shows the same numbers when it is opened again."""

import subprocess
import sys

import ipywidgets
import nbformat
import pytest
from people import environment_at

import mlpteach as mt

VIEW, STATE = (f"application/vnd.jupyter.widget-{kind}+json" for kind in ("view", "state"))


@pytest.fixture(scope="module")
def dashboard():
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=40, seed=1), epochs=3)
    dashboard.position = {"k": 2, "line": 5, "row": 0, "column": 3}
    return dashboard


@pytest.fixture
def saved(dashboard, folder, lab, request):
    """Name of a trusted notebook in the folder served, with the dashboard's state in its file."""
    state = ipywidgets.Widget.get_manager_state(widgets=[dashboard, dashboard.layout])
    view = {"model_id": dashboard.model_id, "version_major": 2, "version_minor": 0}
    output = nbformat.v4.new_output("display_data", {VIEW: view, "text/plain": "the dashboard"})
    cell = nbformat.v4.new_code_cell("dashboard", outputs=[output], execution_count=1)
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"widgets": {STATE: state}, "kernelspec": kernel}
    path = folder / f"{request.node.name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), path)
    trust = [sys.executable, "-m", "jupyter", "trust", str(path)]
    subprocess.run(trust, check=True, env=environment_at(folder.parent), capture_output=True)
    return path.name


def test_numbers_of_a_saved_dashboard_are_those_of_the_run(page, lab, saved, dashboard):
    page.goto(f"{lab}/lab/tree/{saved}?reset")
    page.wait_for_selector(".mlp .ledger tr[data-line=W] .result span")
    assert page.text_content(".mlp [data-shown=k]") == "2"
    step = dashboard.trace[1]
    for name in ("M", "V", "M_hat", "V_hat", "rho"):
        value = page.get_attribute(f".mlp tr[data-line={name}] .result span", "data-value")
        assert float(value) == getattr(step, name).W[2][0, 3], name
    cost = page.get_attribute(".mlp [data-shown=loss]", "data-value")
    assert float(cost) == step.loss


def test_keys_to_save_reach_the_notebook_and_others_do_not(page, lab, saved):
    page.goto(f"{lab}/lab/tree/{saved}?reset")
    page.wait_for_selector(".mlp .ledger tr[data-line=W] .result span")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for place in (".mlp", ".mlp .slider", ".mlp .state"):
        if place == ".mlp .state":
            page.click(".mlp [data-action=more]")
        page.focus(place)
        for key in "bb":  # in a notebook: a new cell below
            page.keyboard.press(key)
        with page.expect_response(lambda answer: answer.request.method == "PUT"):
            page.keyboard.press("Control+s")
        page.wait_for_timeout(500)  # while it saves, JupyterLab passes over another wish to
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    page.focus(".mlp")
    page.keyboard.press("ArrowRight")
    assert page.text_content(".mlp [data-shown=k]") == "3"
