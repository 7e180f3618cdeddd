"""A state is a short text that gives the same picture again."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.player import state
from mlpteach.player.controls import Choice, Point, Several, Slider, Toggle

CONTROLS = (
    Choice("form", "Form", {"lecture": "slide", "paper": "paper"}),
    Several("rules", "Rules", {"gd": "gd", "adam": "Adam", "a,b": "odd"}),
    Slider("eta", "η", 0.0, 1.0),
    Slider("steps", "steps", 1, 500, whole=True),
    Toggle("on", "on"),
    Point("start", "start"),
)
VALUES = {
    "form": "paper", "rules": ("gd", "adam"), "eta": 0.1 + 0.2, "steps": 40, "on": False,
    "start": (-1.25, 1e-9),
}  # fmt: skip


def test_every_kind_of_value_comes_back_to_the_bit():
    text = state.write("lab", VALUES, {"k": 12, "line": 3})
    assert state.read(text, "lab", CONTROLS) == (VALUES, {"k": 12, "line": 3})


@pytest.mark.parametrize("chosen", [("a,b",), ("gd", "a,b")])
def test_a_comma_in_a_value_is_no_comma_between_two(chosen):
    text = state.write("lab", {"rules": chosen}, {})
    assert state.read(text, "lab", CONTROLS) == ({"rules": chosen}, {})


def test_quoted_commas_between_values_are_read_too():
    text = "lab?rules=gd%2Cadam&start=-1.25%2C1e-09"
    values = {"rules": ("gd", "adam"), "start": (-1.25, 1e-9)}
    assert state.read(text, "lab", CONTROLS) == (values, {})


def test_names_come_back_as_they_are():
    controls = [Slider(name, "x", 0.0, 1.0) for name in ("a b", "a+b", "50%25")]
    values = {control.name: 0.5 for control in controls}
    assert state.read(state.write("lab", values, {}), "lab", controls) == (values, {})


def test_nothing_chosen_comes_back_as_nothing():
    text = state.write("lab", {"rules": ()}, {})
    assert state.read(text, "lab", CONTROLS) == ({"rules": ()}, {})


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("race?k=1", ValueError, "starts with lab\\?; given 'race\\?k=1'"),
        ("", ValueError, "starts with lab"),
        (None, TypeError, "a state must be text"),
        ("lab?k=two", ValueError, "k must be a whole number; given 'two'"),
        ("lab?gamma=1", ValueError, "has no 'gamma'; it has: k, line, row, column, form"),
        ("lab", ValueError, "starts with lab\\?; given 'lab'"),
        ("lab?", ValueError, "starts with lab\\?; given 'lab\\?'"),
        ("lab?eta=0.1,0.2", ValueError, "eta must be one number; given '0.1,0.2'"),
        ("lab?eta=", ValueError, "eta must be one number; given ''"),
        ("lab?eta=fast", ValueError, "eta must be numbers; given 'fast'"),
        ("lab?eta=1,2", ValueError, "eta must be one number"),
        ("lab?eta=nan", ValueError, "eta must be finite|eta must be"),
        ("lab?on=1", ValueError, "on must be true or false; given '1'"),
        ("lab?form=slide", ValueError, "form must be one of lecture, paper"),
        ("lab?rules=sgd", ValueError, "rules must be one of gd, adam"),
        ("lab?start=1", TypeError, "start must be a pair of numbers"),
    ],
)
def test_texts_that_are_no_state_are_refused(text, error, message):
    with pytest.raises(error, match=message):
        state.read(text, "lab", CONTROLS)


def test_dashboard_shows_the_same_picture_again():
    data = mt.datasets.moons(n=60, seed=1)
    there = mt.dashboards.adam(*data, epochs=2)
    there.configure(eta=0.05, form="paper", bias_correction=False, layer=1)
    there.position = {"k": 3, "line": 4, "row": 2, "column": 1}
    here = mt.dashboards.adam(*data, epochs=2)
    here.state = there.state
    assert here.state == there.state
    assert here.values == there.values
    assert here.position == there.position
    np.testing.assert_array_equal(np.frombuffer(here.frames), np.frombuffer(there.frames))
    assert here.numbers == there.numbers


def test_wrong_state_changes_nothing():
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), epochs=1)
    before = dashboard.state
    with pytest.raises(ValueError, match="eta"):
        dashboard.state = "adam?k=2&eta=-1"
    assert dashboard.state == before


def test_place_far_behind_the_end_is_the_last_one():
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), epochs=1)
    dashboard.state = "adam?k=99999999999"
    assert dashboard.position["k"] == len(dashboard.trace)
    with pytest.raises(ValueError, match="k must be a whole number; given '999") as refused:
        dashboard.state = "adam?k=" + 5000 * "9"
    assert len(str(refused.value)) < 200
