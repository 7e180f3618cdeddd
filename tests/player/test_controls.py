"""Controls, and what a dashboard's core is made of, are checked where they are made."""

import numpy as np
import pytest

from mlpteach.player import Choice, Core, Point, Several, Slider, Toggle
from mlpteach.views import STYLES, Axes, Line, Plot, Show

CONTROLS = [
    Choice("form", "Form", {"lecture": "slide", "paper": "paper"}),
    Several("rules", "Rules", {"gd": "gd", "adam": "Adam"}, when=("form", "paper")),
    Slider("eta", "η", 0.1, 1.0, log=True),
    Slider("steps", "steps", 1, 9, whole=True),
    Toggle("on", "on"),
    Point("start", "Start"),
]
VALUES = {"form": "paper", "rules": ["adam", "gd"], "eta": 0.5, "steps": 3, "on": True,
          "start": (0, 1)}  # fmt: skip


def build(values):
    return Show({}, 0)


def core(controls=CONTROLS, values=VALUES, **changes):
    return Core(**{
        "build": build, "controls": controls, "values": values, "title": "T", "name": "t", **changes
    })  # fmt: skip


def clickable(click):
    axes = Axes("x", "y", (0, 1), (0, 1))
    plot = Plot("", "", axes, [Line("k", "k", STYLES[0])], click=click)
    return lambda values: Show({}, 2, [plot], {"k": np.arange(2.0)})


def test_values_are_those_of_the_controls_in_their_order():
    made = core(values=dict(reversed(VALUES.items())))
    assert made.values == {**VALUES, "rules": ("gd", "adam"), "start": (0.0, 1.0)}
    assert list(made.values) == list(VALUES)


def test_options_stay_in_their_order():
    spec = core().spec["controls"]
    assert [control["kind"] for control in spec] == [
        "choice", "several", "slider", "slider", "toggle", "point",
    ]  # fmt: skip
    assert spec[0]["options"] == [["lecture", "slide"], ["paper", "paper"]]


def without(name):
    return {key: value for key, value in VALUES.items() if key != name}


MISTAKES = [
    (lambda: core(values=without("eta")), ValueError, "one for each control; missing: eta"),
    (lambda: core(values={**VALUES, "gamma": 1}), ValueError,
     "has no control 'gamma'; it has: form"),
    (lambda: core(values={**VALUES, "eta": "fast"}), TypeError, "eta must be a number"),
    (lambda: core(values=[1]), TypeError, "values must be a dict of control names"),
    (lambda: core([], {"eta": 1}), ValueError, "no control 'eta'; it has: none"),
    (lambda: core([*CONTROLS, CONTROLS[0]]), ValueError, "two controls have the name 'form'"),
    (lambda: core(["eta"], {}), TypeError, "controls must hold controls only; given 'eta'"),
    (lambda: core(CONTROLS[2]), TypeError, "controls must be a list of controls"),
    (lambda: core(build=Show({}, 0)), TypeError, "build must be a function values -> Show"),
    (lambda: core(build=lambda values: None), TypeError,
     "what build returns must be Show; given None"),
    (lambda: core(follow=1), TypeError, "follow must be a function (before, asked) -> values"),
    (lambda: core(follow=lambda b, a: None).configure(on=True), TypeError, "values must be a dict"),
    (lambda: core(title=1), TypeError, "title must be a text"),
    (lambda: core(name="my dashboard"), ValueError,
     "without ? & = # or spaces; given 'my dashboard'"),
    (lambda: core(name=""), ValueError, "name must be a short text"),
    (lambda: core(build=clickable("eta")), ValueError, "the name of a Point; given 'eta'"),
    (lambda: core(build=clickable("nowhere")), ValueError, "the name of a Point; given 'nowhere'"),
    (lambda: Choice("form", "Form", {}), TypeError,
     "options of form must be a dict of value -> text"),
    (lambda: Choice("form", "Form", ["a", "b"]), TypeError, "options of form"),
    (lambda: Choice("layer", "Layer", {1: "first"}), TypeError, "both texts"),
    (lambda: Several("rules", "Rules", ["gd"]), TypeError,
     "options of rules must be a dict of value -> text"),
    (lambda: Several("rules", "Rules", {"gd": "gd"}).check("gd"), TypeError,
     "rules must be a list of its values; given 'gd'"),
    (lambda: Several("rules", "Rules", {"gd": "gd"}).check(3), TypeError,
     "rules must be a list of its values; given 3"),
    (lambda: Slider("eta", "η", 1.0, 0.1), ValueError,
     "eta must have low <= high; given low=1, high=0.1"),
    (lambda: Slider("eta", "η", 0.0, 1.0, log=True), ValueError, "0 < low <= high"),
    (lambda: Slider("eta", "η", None, 1.0), TypeError, "low of eta must be a number"),
    (lambda: Toggle("k", "k"), ValueError, "none of k, line, row, column"),
    (lambda: Toggle("a&b", "odd"), ValueError, "without & = ? #"),
    (lambda: Toggle("", "odd"), ValueError, "without & = ? #"),
    (lambda: Toggle("on", None), TypeError, "name and label of a control must be texts"),
    (lambda: Toggle("on", "on", when="form"), TypeError,
     "when must be (name of a Choice, its values, …)"),
    (lambda: Toggle("on", "on", when=("form",)), TypeError, "when must be (name of a Choice"),
    (lambda: Toggle("on", "on", when=("form", 1)), TypeError, "when must be (name of a Choice"),
    (lambda: Toggle("on", "on", when=["form", "paper"]), TypeError, "when must be (name of"),
    (lambda: Toggle("on", "on", more=1), TypeError, "more must be True or False"),
    (lambda: core([Toggle("on", "", when=("form", "paper"))], {"on": True}), ValueError,
     "when of on must name a Choice"),
    (lambda: core([CONTROLS[0], Toggle("on", "", when=("form", "slide"))],
                  {"form": "paper", "on": True}), ValueError, "and values of it"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "error", "message"), MISTAKES, ids=[message for *_, message in MISTAKES]
)
def test_mistakes_are_said(make, error, message):
    with pytest.raises(error) as refused:
        make()
    assert message in str(refused.value)


def test_a_history_that_can_not_be_shown_leaves_the_old_one():
    made = core(build=lambda values: Show({}, 2 if values["on"] else -1))
    with pytest.raises(ValueError, match="steps must be a whole number >= 0"):
        made.configure(on=False)
    assert (made.values["on"], made.show.steps, made.sequence) == (True, 2, 1)


def test_a_point_can_be_clicked():
    assert core(build=clickable("start")).spec["panels"][0]["click"] == "start"
