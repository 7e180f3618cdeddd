"""A show's mistakes are said where it is made: what was wrong, what was given, what is allowed."""

import dataclasses

import numpy as np
import pytest

from mlpteach import views
from mlpteach.study.pass_lines import Place
from mlpteach.views import (
    STYLES,
    Arrow,
    Axes,
    Band,
    Bars,
    Diagram,
    Frames,
    Heat,
    Images,
    Jump,
    Ledger,
    Line,
    Matrices,
    Matrix,
    Note,
    Path,
    Plot,
    Points,
    Profile,
    Raster,
    Row,
    Show,
    Table,
    Text,
    frames_of,
    join,
)
from mlpteach.views.panels import LAYERS, PANELS

STYLE = STYLES[0]
SERIES = {"k": np.arange(4.0), "loss": np.ones(4), "profile": np.ones((4, 3))}
FRAMES = frames_of({"W": np.zeros((4, 2, 5))}, "W")
IMAGES = join(FRAMES, frames_of({"images": np.zeros((4, 2, 3)), "said": np.zeros((4, 1, 2))}))


def axes(**changes):
    return Axes(**{"xlabel": "x", "ylabel": "y", "xlim": (0, 1), "ylim": (0, 1), **changes})


def plot(*layers, **changes):
    return Plot("a plot", "for readers", axes(), layers, **changes)


def show(*panels, **changes):
    return Show(**{"traces": {}, "steps": 4, "panels": panels, "series": SERIES, **changes})


def heat(**changes):
    given = {"field": "W", "title": "W", "label": "W", "colors": "signed", "limit": 1.0, "gamma": 1}
    return Heat(**{**given, **changes})


def images(**changes):
    return Images(**{"title": "", "label": "", "field": "images", "side": 3, **changes})


def raster(**changes):
    given = {"field": "W", "x": (0, 1), "y": (0, 1), "colors": "positive", "limit": 2.0}
    return Raster(**{**given, **changes})


class NamedLine:
    """As the lines of a formula, where a ledger only asks for the name."""

    def __init__(self, name):
        self.name = name


def show_of_everything():
    layers = [Line("k", "loss", STYLE), Band("k", "loss", "k", STYLE),
              Profile([1, 2, 3], "profile", STYLE),
              Arrow("k", "k", "loss", "loss", STYLE), Path([0, 1], [1, 0], STYLE),
              Note("here", 0.5, 0.5, STYLE), Points("A1", STYLE),
              Bars([0, 1], "W", STYLE), raster(contour=True)]  # fmt: skip
    panels = [
        Plot("a plot", "for readers", axes(), layers, click="step"),
        heat(),
        Table("", "a table", ["cost"], [Row("a run", ["loss"], STYLE, {2: "a note"})]),
        Ledger((NamedLine("W"), NamedLine("loss")), places={"W": Place("W")}),
        Text("Words", ["one", "two"], [1], Jump("go there", {"k": 2}, {"eta": 0.1})),
        Diagram("drawn", "a network", (2, 1), ["Z1", "A2", "V1", "G1"], "units", (1, 3)),
        Matrices(
            "batch", "as matrices", [[Matrix("$Z$", "Z1", 1, 4), "=", Matrix("W", "W", 1, 2)]]
        ),
        images(said="said"),
    ]
    of_network = ("W_after", "A1", "A2", "Z1", "V1", "G", "units")
    frames = join(IMAGES, frames_of(dict.fromkeys(of_network, np.zeros((4, 2, 5)))))
    return show(*panels, frames=frames, numbers=[("cost", "loss")])


def test_a_show_of_everything_is_taken_and_lists_will_do():
    made = show_of_everything()
    assert {type(panel) for panel in made.panels} == set(PANELS)
    assert {type(layer) for layer in made.panels[0].layers} == set(LAYERS)
    assert made.series["loss"].dtype == float


def parts_of(made):
    """Every dataclass in a show, itself first."""
    yield made
    for field in dataclasses.fields(made):
        given = getattr(made, field.name)
        for one in given if isinstance(given, (list, tuple)) else [given]:
            for part in one if isinstance(one, tuple) else [one]:
                if dataclasses.is_dataclass(part):
                    yield from parts_of(part)


FIELDS = [
    pytest.param(part, field.name, id=f"{type(part).__name__}.{field.name}")
    for part in {type(part): part for part in parts_of(show_of_everything())}.values()
    for field in dataclasses.fields(part)
    if type(part).__name__ in views.__all__
]


class Unfit:
    """Something that nothing can be."""


def put_on_the_page(part):
    """As a show takes it: names of series and fields are known there only."""
    if isinstance(part, Matrix):
        part = Matrices("", "", [[part]])
    if isinstance(part, LAYERS):
        part = plot(part)
    if isinstance(part, PANELS):
        show(part, frames=show_of_everything().frames)


@pytest.mark.parametrize(("part", "field"), FIELDS)
def test_what_nothing_can_be_is_refused_in_each_field(part, field):
    with pytest.raises((TypeError, ValueError)) as refused:
        put_on_the_page(dataclasses.replace(part, **{field: Unfit()}))
    assert "Unfit" in str(refused.value)


def test_series_may_be_whole_numbers_and_lists():
    made = show(series={"k": [1, 2, 3, 4], "on": np.array([True, False, True, True])})
    assert made.series["k"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert made.series["on"].tolist() == [1.0, 0.0, 1.0, 1.0]


MISTAKES = [
    # Series that are not there, or of another shape.
    (lambda: show(plot(Line("k", "nope", STYLE))), ValueError,
     "Line.y='nope' is no series of the show; known: k, loss, profile"),
    (lambda: show(plot(Line("k", "los", STYLE))), ValueError, "Did you mean 'loss'?"),
    (lambda: show(plot(Line("k", 3, STYLE))), TypeError, "Line.y must name a series of the show"),
    (lambda: show(plot(Line("k", "profile", STYLE))), ValueError,
     "Line.y='profile' must have shape (4,), an entry a step; given (4, 3)"),
    (lambda: show(plot(Profile([1.0, 2.0], "profile", STYLE))), ValueError,
     "Profile.y='profile' must have shape (4, 2), an entry a step; given (4, 3)"),
    (lambda: show(plot(Arrow("k", "k", "loss", "up", STYLE))), ValueError, "Arrow.to_y='up'"),
    (lambda: show(plot(Points("W", STYLE)), frames=frames_of({"W": np.ones((4, 1, 3))})),
     ValueError, "Points.field='W' must have two rows, x and y; given 1"),
    (lambda: show(plot(Points("V", STYLE)), frames=FRAMES), ValueError,
     "Points.field='V' is no field"),
    (lambda: show(plot(raster(margins="m")), frames=FRAMES), ValueError,
     "Raster.margins='m' is no field"),
    (lambda: raster(contour=1), TypeError, "contour must be True or False"),
    (lambda: show(Diagram("", "", (2, 1), (), "units", (1, 3)), frames=FRAMES), ValueError,
     "a number of a Diagram='A1' is no field"),
    (lambda: show(Matrices("", "", [[Matrix("", "Z", 1, 1)]]), frames=FRAMES), ValueError,
     "Matrix.field='Z' is no field"),
    (lambda: Matrices("", "", [["=", 3]]), TypeError, "must hold Matrix or str only"),
    (lambda: Matrix("", "Z", 0, 1), ValueError, "the rows of a Matrix must be a whole number"),
    (lambda: show(Ledger((NamedLine("loss"),), places={"Z": Place("Z1")}), frames=FRAMES),
     ValueError, "a place of a Ledger='Z1' is no field"),
    (lambda: show(numbers=[("cost", "cost")]), ValueError, "the number 'cost'='cost' is no series"),
    (lambda: show(Table("", "", ["a"], [Row("", ["profile"])])), ValueError, "(4,)"),
    (lambda: show(series={"loss": np.ones(3)}), ValueError,
     "the series 'loss' must have an entry for each of the 4 steps; given 3"),
    (lambda: show(series={"loss": 1.0}), ValueError, "must have 1 or 2 dimensions; given shape ()"),
    (lambda: show(series={"loss": ["a"] * 4}), TypeError, "must be an array of numbers"),
    (lambda: show(series={"loss": [[1], [2, 3], 4, 5]}), TypeError, "must be an array of numbers"),
    (lambda: show(series=[1, 2]), TypeError, "series must be a dict"),
    (lambda: show(series={1: np.ones(4)}), TypeError, "a name of series must be a text; given 1"),
    # Frames.
    (lambda: show(heat()), ValueError,
     "Heat.field='W' needs frames; the show has none. For arrays (steps, rows, columns) give "
     "frames=frames_of({'W': array})"),
    (lambda: show(plot(raster())), ValueError, "Raster.field='W' needs frames"),
    (lambda: show(heat(field="W_"), frames=FRAMES), ValueError, "Did you mean 'W'?"),
    (lambda: show(Ledger((NamedLine("M"),)), frames=FRAMES), ValueError, "a line of a Ledger='M'"),
    (lambda: show(frames=np.zeros((4, 2, 5))), TypeError,
     "frames must be Frames, such as frames_of"),
    (lambda: show(frames=frames_of({"W": np.zeros((3, 1, 1))})), ValueError, "4 steps; given 3"),
    (lambda: frames_of({}), ValueError, "arrays must be of one number of steps; given none"),
    (lambda: frames_of({"a": np.zeros((2, 1, 1)), "b": np.zeros((3, 1, 1))}), ValueError,
     "given {'a': 2, 'b': 3}"),
    (lambda: frames_of({"a": np.zeros((2, 1))}), ValueError, "must have 3 dimensions"),
    (lambda: frames_of({"a": np.zeros((2, 1, 1))}, "b"), ValueError, "select must be a field: a;"),
    (lambda: Frames(3, {"a": (1, 1)}, None), TypeError, "read must be a function"),
    (lambda: Frames(3, {"a": (1,)}, print), ValueError, "must have (rows, columns); given (1,)"),
    (lambda: join(FRAMES, FRAMES), ValueError, "fields of different names"),
    # Panels and layers.
    (lambda: show(Line("k", "loss", STYLE)), TypeError, "panels must hold Plot or Heat or Table"),
    (lambda: show("a plot"), TypeError, "given 'a plot' (str) in it"),
    (lambda: Show({}, 4, plot()), TypeError, "panels must be a list of Plot"),
    (lambda: Plot("", "", axes(), Line("k", "loss", STYLE)), TypeError, "layers must be a list of"),
    (lambda: plot("loss"), TypeError,
     "layers must hold Line or Band or Points or Profile or Arrow or Bars or Path or Note or "
     "Raster only"),
    (lambda: show(plot(Bars([1.0], "W", STYLE)), frames=FRAMES), ValueError,
     "Bars.x must have 2 places, one a row; given 1"),
    (lambda: Bars([1.0], "W", STYLE, 0.0), ValueError, "the width of Bars must be in (0, inf)"),
    (lambda: show(images()), ValueError, "Images.field='images' needs frames"),
    (lambda: show(images(side=4), frames=IMAGES), ValueError,
     "Images.field='images' must have 6 numbers an image of 4 × 4; given 3"),
    (lambda: show(images(said="W"), frames=IMAGES), ValueError, "a column for each image"),
    (lambda: images(colors="grey"), ValueError, "the colors of Images='grey' is unknown"),
    (lambda: images(alone=True), ValueError, "alone needs chosen="),
    (lambda: images(side=0), ValueError, "the side of Images must be a whole number >= 1"),
    (lambda: heat(instances=1), TypeError, "instances must be True or False"),
    (lambda: show(plot(Band("k", "loss", "up", STYLE))), ValueError, "Band.high='up' is no series"),
    (lambda: Path([0.0, 1.0], [1.0], STYLE), ValueError, "must be equally long; given 2 and 1"),
    (lambda: Path("ab", [1.0, 2.0], STYLE), TypeError, "the x of a Path must be an array"),
    (lambda: Path([0.0], [1.0], "red"), TypeError, "the style of a Path must be Style"),
    (lambda: Note(7, 0.0, 0.0, STYLE), TypeError, "the text of a Note must be a text"),
    (lambda: Note("here", np.inf, 0.0, STYLE), ValueError, "the x of a Note must be"),
    (lambda: Plot("", "", (0, 1), ()), TypeError, "the axes of a Plot must be Axes; given (0, 1)"),
    (lambda: plot(raster(), click="step"), ValueError, "needs a Line among the layers"),
    (lambda: plot(click=None), TypeError, "click must be a text"),
    (lambda: Line("k", "loss", "red"), TypeError, "must be Style, such as STYLES[0]; given 'red'"),
    (lambda: Line("k", "loss", STYLE, None), TypeError, "the label of a Line must be a text"),
    (lambda: Line("k", "loss", STYLE, future=1), TypeError, "future must be True or False"),
    (lambda: Profile([[1.0]], "profile", STYLE), ValueError, "the x of a Profile must have 1"),
    (lambda: heat(colors="viridis"), ValueError, "the colors of a Heat='viridis' is unknown"),
    (lambda: heat(limit=0.0), ValueError, "the limit of a Heat must be in (0, inf)"),
    (lambda: heat(limit=np.nan), ValueError, "the limit of a Heat must be in (0, inf)"),
    (lambda: raster(x=(1, 1)), ValueError, "must be two finite numbers that differ"),
    (lambda: Table("", "", ["a", "b"], [Row("run", ["loss"])]), ValueError,
     "the row 'run' must have 2 cells, one a column; given 1"),
    (lambda: Table("", "", "ab", []), TypeError, "columns must be a list of str"),
    (lambda: Row("run", [1.0]), TypeError, "cells must hold str only; given 1.0"),
    (lambda: Row("run", [], notes={0: "early"}), ValueError, "a step of notes"),
    (lambda: Row("run", [], notes={1: 2}), TypeError, "the note from step 1 on must be a text"),
    (lambda: Text("", ["one"], [1]), ValueError, "marked must be a whole number >= 0 and <= 0"),
    (lambda: show(steps=-1), ValueError, "steps must be a whole number >= 0"),
    (lambda: show(message=None), TypeError, "message must be a text"),
    (lambda: show(per_epoch=0), ValueError, "per_epoch must be a whole number >= 1"),
    (lambda: show(numbers=["loss"]), TypeError, "numbers must hold tuple only"),
    (lambda: show(numbers=[("loss",)]), ValueError, "pairs (text, series)"),
    # Axes.
    (lambda: axes(xlim=(0, 0)), ValueError, "xlim must be two finite numbers that differ"),
    (lambda: axes(ylim=(0, np.inf)), ValueError, "ylim must be two finite numbers"),
    (lambda: axes(ylim=3), TypeError, "ylim must be a pair of numbers; given 3"),
    (lambda: axes(ylim=(0, 1), yscale="log"), ValueError, "positive on a logarithmic axis"),
    (lambda: axes(ylim=(1, -1), yscale="log"), ValueError, "positive on a logarithmic axis"),
    (lambda: axes(xscale="symlog"), ValueError, "the scale of xlim='symlog' is unknown"),
    (lambda: axes(shape="tall"), ValueError, "shape='tall' is unknown; allowed: wide, square"),
    (lambda: axes(xlabel=1), TypeError, "xlabel must be a text"),
    (lambda: axes(draw="contours"), TypeError, "draw must be a function of an Axes"),
    (lambda: axes(draw=print, key=1), TypeError, "key must be a text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "error", "message"), MISTAKES, ids=[message for *_, message in MISTAKES]
)
def test_mistakes_are_said(make, error, message):
    with pytest.raises(error) as refused:
        make()
    assert message in str(refused.value)
