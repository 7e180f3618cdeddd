"""Each kind of panel as matplotlib draws it: the numbers of the step, where they belong."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from mlpteach.basics.style import Style
from mlpteach.study.pass_lines import Place
from mlpteach.views import (
    Arrow,
    Axes,
    Band,
    Heat,
    Ledger,
    Line,
    Plot,
    Profile,
    Row,
    Show,
    Table,
    Text,
    frames_of,
)
from mlpteach.views.colors import color_table
from mlpteach.views.drawing import Moment, draw, word_lines
from mlpteach.views.layers import Bars, Note, Path, Points, Raster

LOOK = Style("#2b8cd0", "dashed", "s", 2.5)
SERIES = {
    "k": np.array([1.0, 2.0, 3.0]),
    "cost": np.array([4.0, 2.0, 1.0]),
    "loss": np.array([8.0, 7.0, 6.0]),
    "broken": np.array([0.5, np.nan, 2.5]),
    "profile": np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 6.0]]),
}


def drawn(panel, k=2, column=0, **fields):
    """Return the matplotlib Axes of a panel at step k of three."""
    frames = (
        frames_of({name: np.array(field) for name, field in fields.items()}) if fields else None
    )
    target = Figure(figsize=(4.0, 3.0)).add_subplot()
    draw(target, panel, Moment(Show({}, 3, (panel,), SERIES, frames), k, 0, column), (3.0, 2.0))
    return target


def plot(*layers, **axes):
    return Plot("A plot", "", Axes("k", "cost", (0.0, 10.0), (0.0, 4.0), **axes), layers)


def data(line):
    return [tuple(map(float, place)) for place in zip(*line.get_data(), strict=True)]


def test_a_line_is_faint_as_a_whole_bright_up_to_the_step_and_marked_there():
    faint, bright, marker = drawn(plot(Line("k", "cost", LOOK))).lines
    assert data(faint) == [(1.0, 4.0), (2.0, 2.0), (3.0, 1.0)]
    assert data(bright) == [(1.0, 4.0), (2.0, 2.0)]
    assert data(marker) == [(2.0, 2.0)]
    assert (faint.get_alpha(), bright.get_alpha()) == (0.3, None)
    for line in (faint, bright):
        assert (line.get_linestyle(), line.get_marker()) == ("--", "none")
        assert (line.get_color(), line.get_linewidth()) == ("#2b8cd0", 2.5)
    assert (marker.get_marker(), marker.get_color()) == ("s", "#2b8cd0")


def test_a_line_without_a_future_or_without_connections():
    bright, marker = drawn(plot(Line("k", "cost", LOOK, future=False))).lines
    assert (len(data(bright)), len(data(marker))) == (2, 1)
    faint, bright = drawn(plot(Line("k", "cost", LOOK, connect=False))).lines
    for points in (faint, bright):
        assert (points.get_linestyle(), points.get_marker()) == ("None", "s")
    plain = Style("#2b8cd0", marker="")
    assert len(drawn(plot(Line("k", "cost", plain))).lines) == 2


def test_labels_alone_make_a_legend():
    bare = (Line("k", "cost", LOOK), Band("k", "loss", "cost", LOOK), Path([1], [2], LOOK))
    assert drawn(plot(*bare)).get_legend() is None
    layers = (
        Line("k", "cost", LOOK, "line"),
        Band("k", "loss", "cost", LOOK, "band"),
        Profile([1.0, 2.0], "profile", LOOK, "profile"),
        Path([1.0, 2.0], [1.0, 2.0], LOOK, "path"),
        Arrow("k", "cost", "cost", "k", LOOK, "arrow"),
        Points("places", LOOK, "points"),
    )
    target = drawn(plot(*layers), places=np.ones((3, 2, 2)))
    told = [text.get_text() for text in target.get_legend().get_texts()]
    assert sorted(told) == ["arrow", "band", "line", "path", "points", "profile"]


@pytest.mark.parametrize("column", [0, 2])
def test_points_are_ringed_that_of_the_column_once_more(column):
    places = np.arange(18.0).reshape(3, 2, 3)
    every, chosen = drawn(plot(Points("places", LOOK)), column=column, places=places).collections
    assert every.get_offsets().tolist() == [[6.0, 9.0], [7.0, 10.0], [8.0, 11.0]]
    assert chosen.get_offsets().tolist() == [[6.0 + column, 9.0 + column]]
    assert every.get_sizes() < chosen.get_sizes()
    assert len(every.get_facecolors()) == len(chosen.get_facecolors()) == 0


def test_bars_are_those_of_the_column():
    heights = np.arange(18.0).reshape(3, 2, 3)
    bars = drawn(plot(Bars([1.0, 3.0], "V", LOOK, 0.5)), column=1, V=heights).patches
    assert [bar.get_height() for bar in bars] == [7.0, 10.0]
    assert [bar.get_x() for bar in bars] == [0.75, 2.75]


def test_a_band_is_faint_as_a_whole_and_stronger_up_to_the_step():
    whole, until = drawn(plot(Band("k", "cost", "loss", LOOK))).collections
    assert whole.get_paths()[0].vertices[:, 0].max() == 3.0
    assert until.get_paths()[0].vertices[:, 0].max() == 2.0
    assert whole.get_alpha() < until.get_alpha()


@pytest.mark.parametrize("filled", [True, False])
def test_a_profile_is_that_of_the_step(filled):
    target = drawn(plot(Profile([1.0, 2.0], "profile", LOOK, filled=filled)), k=3)
    (line,) = target.lines
    assert data(line) == [(1.0, 4.0), (2.0, 6.0)]
    assert (line.get_linestyle(), line.get_marker()) == ("--", "")
    areas = [set(map(tuple, area.get_paths()[0].vertices)) for area in target.collections]
    corners = {(1.0, 0.0), (2.0, 0.0), (1.0, 4.0), (2.0, 6.0)}
    assert areas == ([corners] if filled else [])


def test_an_arrow_leads_from_place_to_place_and_is_not_there_without_one():
    (arrow,) = drawn(plot(Arrow("k", "cost", "broken", "loss", LOOK)), k=3).texts
    assert (arrow.xyann, arrow.xy) == ((3.0, 1.0), (2.5, 6.0))
    target = drawn(plot(Arrow("k", "cost", "broken", "loss", LOOK, "step")), k=2)
    assert not target.texts
    assert not target.lines


def test_what_stands_still_stands_where_it_was_put():
    path = Path([1.0, 2.0, np.nan], [3.0, 1.0, 0.0], LOOK)
    target = drawn(plot(path, Note("costs 5 $", 1.5, 2.5, LOOK)))
    (line,), (note,) = target.lines, target.texts
    np.testing.assert_array_equal(line.get_data(), [[1.0, 2.0, np.nan], [3.0, 1.0, 0.0]])
    assert (line.get_linestyle(), line.get_marker(), line.get_linewidth()) == ("--", "s", 2.5)
    assert (note.get_position(), note.get_text()) == ((1.5, 2.5), r"costs 5 \$")
    unmarked = drawn(plot(Path([1.0], [2.0], Style("#2b8cd0", marker="")))).lines[0]
    assert unmarked.get_marker() == "none"


def raster(**options):
    return Raster("map", (2.5, 7.5), (1.0, 3.0), "signed", limit=2.0, **options)


def test_a_raster_lies_on_its_part_of_the_axes_whose_lowest_row_is_its_first():
    target = drawn(plot(raster()), map=[[[-2.0, 0.0], [1.0, 8.0]]] * 3)
    (mesh,) = target.collections
    # Halfway is 0; beyond the limit no colour is stronger.
    assert mesh.get_array().tolist() == [[0.0, 0.5], [0.75, 1.0]]
    assert mesh.get_clim() == (0.0, 1.0)
    # A quarter to three quarters of both axes.
    edges = mesh.get_coordinates()
    assert edges[:, 0].tolist() == [[0.25, 0.25], [0.25, 0.5], [0.25, 0.75]]
    assert edges[0].tolist() == [[0.25, 0.25], [0.5, 0.25], [0.75, 0.25]]
    table = color_table("signed")
    assert [round(255 * part) for part in mesh.cmap(0.0)[:3]] == table[0, :3].tolist()
    assert [round(255 * part) for part in mesh.cmap(1.0)[:3]] == table[-1, :3].tolist()


@pytest.mark.parametrize(
    ("values", "contour", "lines"),
    [
        ([[-1.0, 1.0], [-1.0, 1.0]], True, 1),
        ([[-1.0, 1.0], [-1.0, 1.0]], False, 0),
        ([[1.0, 2.0], [1.0, 2.0]], True, 0),  # nowhere 0
    ],
)
def test_a_line_is_drawn_where_a_raster_is_0(values, contour, lines):
    found = drawn(plot(raster(contour=contour)), map=[values] * 3).collections[1:]
    assert len(found) == lines
    for line in found:
        # In the middle, from one cell's middle to the other's.
        corners = line.get_paths()[0].vertices
        assert sorted(map(tuple, corners)) == [(0.5, 0.375), (0.5, 0.625)]


def test_axes_of_a_square_plot_or_of_equal_units():
    assert drawn(plot(shape="square")).get_box_aspect() == pytest.approx(3.7 / 4.2)
    assert drawn(plot(equal=True)).get_aspect() == 1.0
    assert (drawn(plot()).get_box_aspect(), drawn(plot()).get_aspect()) == (None, "auto")
    target = drawn(plot())
    assert target.get_title() == "A plot"
    assert (target.get_xlabel(), target.get_ylabel()) == ("k", "cost")


def test_a_map_of_colours_has_a_cell_an_entry_counted_from_1():
    heat = Heat("W", "$W$", "", "positive", limit=4.0, gamma=0.5)
    target = drawn(heat, W=np.arange(60.0).reshape(3, 2, 10) - 20.0)
    (image,) = target.images
    # The root of |value| / 4, for 0 … 19, at most 1.
    assert image.get_array()[0].tolist()[:5] == [0.0, 0.5, 0.5**0.5, 0.75**0.5, 1.0]
    assert image.get_clim() == (0.0, 1.0)
    assert image.get_extent() == [0.5, 10.5, 2.5, 0.5]
    assert target.get_xticks().tolist() == [1, 2, 4, 6, 8, 10]
    assert target.get_yticks().tolist() == [1, 2]
    assert target.get_title() == "$W$, strongest at 4"


def test_a_table_is_a_grid_whose_rows_begin_with_their_lines():
    rows = (
        Row("a run", ("cost", "as it is"), LOOK, {2: "first", 3: "then"}),
        Row("none", ("k", "")),
    )
    target = drawn(Table("Now", "", ("cost $J$", "remark"), rows), k=3)
    found = {text.get_text(): text.get_position() for text in target.texts}
    assert found["a run"] == (0.04, 1)
    assert found["none"] == (0.04, 2)
    # Heads and cells of one column stand below each other, a note behind them.
    assert found["cost $J$"][0] == found["1"][0] == found["3"][0] == pytest.approx(0.22)
    assert found["remark"][0] == found["as it is"][0] == pytest.approx(0.48)
    assert found["then"] == (pytest.approx(0.74), 1)
    assert "first" not in found
    assert [found[text][1] for text in ("cost $J$", "1", "3")] == [0, 1, 2]
    line, marker = target.lines
    assert data(line) == [(0.0, 1.0), (0.03, 1.0)]
    assert (line.get_linestyle(), line.get_linewidth(), marker.get_marker()) == ("--", 2.5, "s")
    low, high = target.get_ylim()
    assert low > 2 > 0 > high
    assert not target.axison


def test_a_number_is_read_from_the_frame_then_from_the_series():
    frames = frames_of({"W": np.arange(18.0).reshape(3, 2, 3), "first.W": np.ones((3, 2, 3))})
    moment = Moment(Show({}, 3, (), SERIES, frames), 3, 1, 2)
    assert (moment.number("k"), moment.number("W"), moment.number("W", "first.")) == (3, 17.0, 1.0)
    assert moment.number("cost") == 1.0
    assert moment.number("J") == 6.0
    own = {"first.loss": np.array([0.5, 0.25, 0.125])}
    assert Moment(Show({}, 3, (), own), 3, 0, 0).number("J", "first.") == 0.125


class Formula:
    """As a rule's line: how it is written, with letters or with the numbers that `put` gives."""

    def __init__(self, name, letters, numbers=""):
        self.name, self._letters, self._numbers = name, letters, numbers

    def latex(self, put=None):
        return self._letters if put is None else self._numbers and f"{self._numbers} + {put('k'):g}"


def test_a_ledger_is_a_column_of_formulas_with_their_numbers():
    long = "1" * 124  # with " + 2" there are 128 letters: twice what fits
    lines = (
        Formula("M", r"\frac{a}{b}", "7"),
        Formula("W", "c", long),
        Formula("J", "d"),
        Formula("factor", "e"),
    )
    ledger = Ledger(lines, title="as written", prefix="p.", layer=2, differs="W")
    fields = {"p.M": np.full((3, 1, 2), 0.5), "p.W_after": np.full((3, 1, 2), -0.25)}
    target = Figure(figsize=(4.0, 3.0)).add_subplot()
    series = {**SERIES, "p.factor": np.ones(3)}
    show = Show({}, 3, (), series, frames_of(fields))
    draw(target, ledger, Moment(show, 2, 0, 1), (3.0, 2.0))
    # Inches: the heading 0.408, a fraction 0.62, others 0.34; each text in its middle.
    assert target.get_ylim() == pytest.approx((2.048, 0.0))
    rows = {}
    for text in target.texts:
        x, y = text.get_position()
        rows.setdefault(round(y, 3), {})[x] = text.get_text()
    assert list(rows) == pytest.approx([0.204, 0.718, 1.198, 1.538, 1.878])
    heading, first, second, third, fourth = rows.values()
    assert heading == {0.0: "as written · Weight $W^{(2)}_{1,2}$: unit 1, input 2"}
    assert list(first.values()) == ["", r"$\dfrac{a}{b}$", "$= 7 + 2$", "$= 0.5$"]
    assert list(second.values()) == ["→", "$c$", f"$= {long} + 2$", "$= -0.25$"]
    assert list(third.values()) == ["", "$d$", "", "$= 7$"]
    assert list(fourth.values()) == ["", "$e$", "", ""]
    places = list(first)
    assert places == sorted(places)
    sizes = {text.get_text(): text.get_fontsize() for text in target.texts}
    assert sizes["$= 7 + 2$"] == 11.0
    assert sizes[f"$= {long} + 2$"] == pytest.approx(5.5, rel=0.05)
    assert not target.axison


@pytest.mark.parametrize(
    ("seen", "named"),
    [
        (0, "Weight $W^{(2)}_{2,1}$: unit 2, input 1, instance 1 of the batch"),
        (2, "Weight $W^{(2)}_{2,3}$: unit 2, input 3, instance 1 of the batch"),
        (3, "Bias $b^{(2)}_{2}$: unit 2, instance 1 of the batch"),  # behind three units
    ],
)
def test_a_ledger_of_a_network_names_its_parameter(seen, named):
    ways = {"layer": [2], "unit3": [1], "input2": [seen], "unit2": [2]}
    frames = frames_of({"Z2": np.ones((3, 1, 1))})
    frames = replace(frames, ways={name: np.array(way) for name, way in ways.items()})
    ledger = Ledger((), places={"Z2": Place("Z2")})
    target = Figure().add_subplot()
    draw(target, ledger, Moment(Show({}, 3, (), SERIES, frames), 1, 0, 0), (3.0, 2.0))
    assert [text.get_text() for text in target.texts] == [named]


def test_words_are_marked_where_they_have_changed_and_broken_where_they_are_long():
    text = Text("Title", ("as it was", "a word and $x + y + z$ and one more"), marked=(1,))
    lines = ["Title", "   as it was", "→ a word and", "   $x + y + z$ and", "   one more"]
    assert word_lines(text, 1.5) == lines
    assert word_lines(text, 9.0)[2:] == ["→ a word and $x + y + z$ and one more"]
    (written,) = drawn(text).texts
    assert written.get_position() == (0.0, 1.0)
    assert written.get_transform().transform((0.0, 1.0)).tolist() == pytest.approx(
        drawn(text).transAxes.transform((0.0, 1.0)).tolist()
    )
