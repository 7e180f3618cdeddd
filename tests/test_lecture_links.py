"""Links to states of dashboards: the right lecture, the right cell, and what is wrong in words."""

import json

import pytest

import mlpteach as mt
from mlpteach.lecture_copies import lecture_folder
from mlpteach.lecture_links import LinkError, Place, find_place, pass_on, write_extension
from mlpteach.player import cells
from mlpteach.player.cells import Run, linked_state

FOLDER = lecture_folder()


def cell_of(lecture, written):
    """Return the place of the cell of a lecture that holds some text."""
    [path] = FOLDER.glob(f"{lecture}*.ipynb")
    found = json.loads(path.read_text("utf-8"))["cells"]
    [id] = [one["id"] for one in found if written in "".join(one["source"])]
    return Place(path.name, id)


@pytest.mark.parametrize(
    ("link", "lecture", "written"),
    [
        ("batches?k=30", "01", "mt.dashboards.batches()"),
        ("race?k=40&landscape=saddle", "02", '("nesterov", "paper"), "adagrad"'),
        ("race?adadelta_paper.eps=0.01", "02", '["adadelta", ("adadelta", "paper")]'),
        ("own_rule?k=2&eta=0.01", "02", "mt.dashboards.own_rule"),
        ("cost_lab?k=22&eta=10", "03", "lab = mt.dashboards.cost_lab"),
    ],
)
def test_link_finds_its_dashboard(link, lecture, written):
    assert find_place(FOLDER, link) == cell_of(lecture, written)


def test_copied_state_finds_the_dashboard_that_it_is_from():
    rules = [mt.rule("adam", eta=0.1), mt.rule("nadam", eta=0.1)]
    race = mt.dashboards.race("rosenbrock", rules)
    assert find_place(FOLDER, race.state).notebook.startswith("02")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("rase?k=3", "no lecture has a dashboard 'rase'; a link starts with one of batches, "),
        ("?k=3", "no lecture has a dashboard ''"),
        ("adam?etta=3", "a state of adam has no 'etta'; it has: k, line, row, column, form, eta"),
        ("adam?form=slide", "form must be one of lecture, paper; given 'slide'"),
        ("adam?k=four", "k must be a whole number; given 'four'"),
        ("adam?eta=-1", "eta must be in (0, inf); given -1"),
    ],
)
def test_bad_link_is_refused_with_what_is_allowed(link, said):
    with pytest.raises(LinkError) as refused:
        find_place(FOLDER, link)
    assert said in str(refused.value)


def test_dashboard_of_the_cell_opens_in_the_state_once(monkeypatch):
    monkeypatch.setenv(cells.LINK, "")
    pass_on(Place("02.ipynb", "cell-15"), "race?k=9&landscape=saddle")
    run = Run("cell-15", "message")
    assert linked_state(None, "race") == linked_state(Run("other", "m"), "race") == ""
    assert linked_state(run, "adam") == ""
    monkeypatch.setattr("mlpteach.player.widget.current_run", lambda: run)
    race = mt.dashboards.race(steps=20)
    assert (race.values["landscape"], race.position["k"]) == ("saddle", 9)
    assert race.values["start"] == mt.LANDSCAPES["saddle"].start  # follows from what is named
    assert mt.dashboards.race(steps=20).values["landscape"] == "beale"


def test_extension_names_the_cell_in_the_address_of_its_script(tmp_path):
    write_extension(tmp_path, "cell 15")
    [package] = tmp_path.glob("*/package.json")
    load = json.loads(package.read_text())["jupyterlab"]["_build"]["load"]
    assert load.endswith("?cell=cell%2015")
    assert (package.parent / load.partition("?")[0]).is_file()
