"""One entry of each kind that nobody has seen before is in every dashboard that lists its kind."""

import io

import newcomers
import pytest
from newcomers import CASES, DEFAULT, NEW, NEWCOMERS, OPENED

import mlpteach as mt


@pytest.fixture(scope="module", autouse=True)
def entered():
    with newcomers.entered():
        yield


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_opens_steps_draws_and_saves(kind, name, tmp_path):
    dashboard, menu = newcomers.opened(kind, name)
    if menu is not None:
        newcomer = NEWCOMERS[kind]
        assert menu[NEW] in (newcomer.title, newcomer.menu_title, newcomer.button_title)
    assert dashboard.show.message == ""
    for k, format in ((2, "png"), (dashboard.show.steps, "pdf")):
        dashboard.position = {"k": k}
        assert dashboard.position["k"] == k
        dashboard.figure().savefig(io.BytesIO(), format=format, dpi=50)
    assert dashboard.save_html(tmp_path / "saved.html").stat().st_size > 10_000


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_state_brings_the_same_picture_back(kind, name):
    dashboard, _ = newcomers.opened(kind, name)
    other = OPENED[kind][name][0]()
    other.state = dashboard.state
    assert other.values == dashboard.values
    assert other.show.series.keys() == dashboard.show.series.keys()


def test_sliders_formula_and_look_come_from_the_entry():
    dashboard, _ = newcomers.opened("RULES", "optimizer")
    sliders = {c["name"]: c for c in dashboard.spec["controls"] if c["kind"] == "slider"}
    keep = sliders[f"{NEW}.keep"]
    assert (keep["label"], keep["low"], keep["high"]) == ("κ₀", 0.0, 0.99)
    panels = [panel for panel in dashboard.show.panels if type(panel).__name__ == "Ledger"]
    assert [line.latex() for line in panels[0].lines[:2]] == [
        r"\tilde{S}_{k} = \kappa_{0} \tilde{S}_{k-1} + g_{k}",
        r"S_{max,k} = \max(S_{max,k-1}, |\tilde{S}_{k}|)",
    ]
    colors = {p.field: p.colors for p in dashboard.show.panels if type(p).__name__ == "Heat"}
    assert colors["lecture.S_max"] == "positive"
    assert colors["lecture.S"] == "signed"


def test_a_racer_looks_and_is_called_as_its_entry_says():
    dashboard, _ = newcomers.opened("RULES", "race")
    table = next(panel for panel in dashboard.show.panels if hasattr(panel, "rows"))
    row = next(row for row in table.rows if row.label.startswith("Never seen"))
    assert row.style == NEWCOMERS["RULES"].forms["lecture"].style


@pytest.mark.parametrize("name", DEFAULT)
def test_a_menu_of_a_kind_holds_the_whole_table(name):
    """Where three ids of a table can be chosen, the never-seen one can be chosen too."""
    dashboard = DEFAULT[name]()
    for control in dashboard.spec["controls"]:
        options = {option for option, _ in control.get("options", ())}
        for kind in NEWCOMERS:
            if len(options & set(getattr(mt, kind))) > 2:
                assert NEW in options, f"{control['name']} lists {kind}"
