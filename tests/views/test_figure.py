"""The figure for print shows the same numbers as the page."""

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text as Written

import mlpteach as mt
from mlpteach.study.latex import latex_number
from mlpteach.views import (
    Arrow,
    Axes,
    Band,
    Heat,
    Line,
    Plot,
    Profile,
    Row,
    Show,
    Style,
    Table,
    Text,
    figure,
    frames_of,
    histogram_outline,
    limits,
)
from mlpteach.views.coordinates import SIZES
from mlpteach.views.drawing import Moment

STYLE = Style("#2b8cd0", "dashed", "s")


def small_show():
    series = {
        "k": np.array([1.0, 2.0, 3.0]),
        "cost": np.array([4.0, 2.0, 1.0]),
        "profile": np.arange(6.0).reshape(3, 2),
        "back": np.array([0.5, 1.5, np.nan]),
    }
    axes = Axes("k", "cost", (0.0, 4.0), (0.0, 5.0))
    layers = (
        Line("k", "cost", STYLE, "cost"),
        Profile(np.array([1.0, 2.0]), "profile", STYLE, filled=True),
        Arrow("k", "cost", "back", "cost", STYLE),
    )
    rows = (Row("a run", ("cost", "as text"), STYLE, {3: "diverged here"}),)
    panels = (
        Plot("A plot", "label", axes, layers),
        Table("A table", "label", ("cost $J$", "remark"), rows),
        Text("Words", ("same", "changed $V^{(2)}$"), marked=(1,)),
    )
    return Show({}, 3, panels, series, message="something broke")


def written(drawn):
    return "\n".join(text.get_text() for text in drawn.findobj(Written))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_marker_stands_on_the_number_of_the_step(k):
    drawn = figure(small_show(), k)
    drawn.draw_without_rendering()
    marker = next(line for line in drawn.axes[0].lines if line.get_marker() == "s")
    assert marker.get_xdata() == [k]
    assert marker.get_ydata() == [[4.0, 2.0, 1.0][k - 1]]


@pytest.mark.parametrize(("top", "clipped"), [(5.0, False), (4.0, False), (3.0, True)])
def test_marker_at_the_edge_is_whole_and_one_beyond_it_hidden(top, clipped):
    show = small_show()
    plot = show.panels[0]
    lower = replace(plot, axes=replace(plot.axes, ylim=(0.0, top)))
    drawn = figure(replace(show, panels=(lower,)), 1)
    marker = next(line for line in drawn.axes[0].lines if line.get_marker() == "s")
    assert marker.get_clip_on() is clipped


@pytest.mark.parametrize(("k", "cost"), [(1, 4.0), (2, 2.0), (3, 1.0)])
def test_a_number_of_a_formula_is_that_of_the_step(k, cost):
    moment = Moment(small_show(), k, 0, 0)
    assert (moment.number("k"), moment.number("cost")) == (k, cost)


def test_words_numbers_and_notes_are_written():
    first, last = written(figure(small_show(), 1)), written(figure(small_show(), 3))
    assert {"update k = 1 of 3", "a run", "4", "as text"} <= set(first.split("\n"))
    assert "diverged here" not in first
    assert {"update k = 3 of 3", "a run", "1", "diverged here"} <= set(last.split("\n"))
    assert "→ changed $V^{(2)}$" in last
    assert "something broke" in last


def test_what_is_no_mathematics_is_no_figure():
    """Drawing reads every text, so that the tests here see a formula that can't be written."""
    panels = (Text("Words", (r"$\nonsense_{k$",)),)
    with pytest.raises(ValueError, match="nonsense"):
        figure(Show({}, 1, panels), 1).draw_without_rendering()


def test_step_outside_the_history_is_refused():
    with pytest.raises(ValueError, match="k must be a whole number >= 1 and <= 3"):
        figure(small_show(), 4)


def test_maps_and_ledger_show_the_step():
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), epochs=2)
    dashboard.position = {"row": 0, "column": 3}
    drawn = dashboard.figure(2)
    drawn.draw_without_rendering()
    step = dashboard.trace[1]
    heats = [panel for panel in dashboard.show.panels if type(panel).__name__ == "Heat"]
    images = [axes.images[0] for axes in drawn.axes if axes.images]
    assert len(images) == len(heats)
    gradient = next(heat for heat in heats if heat.field == "G")
    np.testing.assert_allclose(
        images[heats.index(gradient)].get_array(), gradient.shade(step.gradient.W[2])
    )
    assert f"$= {latex_number(step.after.W[2][0, 3])}$" in written(drawn)


@pytest.fixture(scope="module")
def adam():
    net = mt.MLP((2, 3, 1), seed=1)
    return mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), net=net, layer=1, epochs=2)


def test_ledger_names_the_weight_and_puts_its_numbers_in(adam):
    adam.position = {"k": 3, "row": 2, "column": 1}
    said = written(adam.figure())
    assert "Weight $W^{(1)}_{3,2}$: unit 3, input 2" in said
    step, before = adam.trace[2], adam.trace[1]
    M, g, M_k = (values.W[1][2, 1] for values in (before.M, step.gradient, step.M))
    assert rf"$= 0.9 \cdot {put_in(M)} + (1 - 0.9) \cdot {put_in(g)}$" in said
    assert rf"$= \dfrac{{{put_in(M_k)}}}{{1 - 0.9^{{3}}}}$" in said
    assert rf"$= {latex_number(step.after.W[1][2, 1])}$" in said


def put_in(value):
    return f"({latex_number(value)})" if value < 0 else latex_number(value)


def test_coordinates_of_a_function_are_named():
    def twin(k, G, *, eta=0.01):
        return mt.Quantities(rho=eta * G)

    dashboard = mt.dashboards.own_rule(twin, against="gd", on="valley", steps=5)
    dashboard.position = {"k": 2, "column": 1}
    said = written(dashboard.figure())
    assert "yours · Coordinate $W_{2}$" in said
    slope = dashboard.traces["yours"][1].gradient.flat[1]
    assert rf"$= 0.01 \cdot {put_in(slope)}$" in said


def test_rows_and_columns_of_a_map_are_counted_from_1(adam):
    """As in the ledger; 3 units of 2 inputs."""
    drawn = adam.figure(1)
    drawn.draw_without_rendering()
    maps = [axes for axes in drawn.axes if axes.images]
    assert maps[0].get_yticks().tolist() == [1, 2, 3]
    assert maps[0].get_xticks().tolist() == [1, 2]
    assert maps[0].images[0].get_extent() == [0.5, 2.5, 3.5, 0.5]
    for axes in maps:
        assert all(float(tick).is_integer() for tick in (*axes.get_xticks(), *axes.get_yticks()))


def test_plots_fill_the_width_and_a_landscape_keeps_its_shape():
    dashboard = mt.dashboards.race(steps=10)
    drawn = dashboard.figure(5)
    drawn.draw_without_rendering()
    landscape, cost = drawn.subfigs[0].axes
    assert cost.get_window_extent().x1 > 0.95 * drawn.bbox.width  # no empty third
    extent = landscape.get_window_extent()
    width, height = SIZES["square"]
    assert extent.width / extent.height == pytest.approx(width / height, rel=0.01)


@pytest.mark.parametrize(("count", "rows"), [(1, [1]), (3, [3]), (4, [2, 2]), (7, [2, 2, 3])])
def test_panels_are_spread_evenly(count, rows):
    axes = Axes("k", "cost", (0.0, 4.0), (0.0, 5.0))
    panels = tuple(Plot("A plot", "label", axes, ()) for _ in range(count))
    drawn = figure(Show({}, 1, panels), 1)
    assert [len(part.axes) for part in drawn.subfigs] == rows


def kinds(drawn):
    """Return for each row what stands side by side in it: a map has an image, words no axes."""
    return [
        ["map" if axes.images else "plot" if axes.axison else "words" for axes in part.axes]
        for part in drawn.subfigs
    ]


def test_maps_stand_beside_a_plot_that_is_alone_words_beside_nothing():
    plot = Plot("", "", Axes("k", "cost", (0.0, 4.0), (0.0, 5.0)), ())
    heat, words = Heat("W", "", "", "signed", 1.0, 1.0), Text("", ("words",))
    frames = frames_of({"W": np.ones((1, 2, 2))})

    def rows(*panels):
        return kinds(figure(Show({}, 1, panels, {}, frames), 1))

    assert rows(plot, heat, heat) == [["plot", "map", "map"]]
    assert rows(plot, plot, heat) == [["plot", "plot"], ["map"]]
    assert rows(heat, plot) == [["map"], ["plot"]]
    assert rows(words, heat, words, words) == [["words"], ["map"], ["words"], ["words"]]


def test_a_figure_is_as_high_as_its_rows():
    """Inches: 3 of plots, 4.4 with a square one, 0.34 a line of words or of a table."""
    axes = Axes("k", "cost", (0.0, 4.0), (0.0, 5.0))
    wide, square = Plot("", "", axes, ()), Plot("", "", replace(axes, shape="square"), ())
    table = Table("", "", ("a",), (Row("one", ("1",)), Row("two", ("2",))))
    words = Text("Title", ("first", "second"))

    def size(*panels, columns=3):
        return figure(Show({}, 1, panels), 1, columns=columns).get_size_inches().tolist()

    assert size(wide) == pytest.approx([13.8, 3.0])
    assert size(wide, square, columns=2) == pytest.approx([9.2, 4.4])
    assert size(wide, table) == pytest.approx([13.8, 3.0 + 4.5 * 0.34])
    assert size(wide, words) == pytest.approx([13.8, 3.0 + 3.5 * 0.34])
    assert size() == pytest.approx([13.8, 1.0])


def test_the_shape_of_a_plot_decides_its_share_of_the_width():
    axes = Axes("k", "cost", (0.0, 4.0), (0.0, 5.0))
    panels = Plot("", "", axes, ()), Plot("", "", replace(axes, shape="square"), ())
    wide, square = figure(Show({}, 1, panels), 1).subfigs[0].axes
    ratios = wide.get_gridspec().get_width_ratios()
    assert ratios == pytest.approx([3.4 / 2.1, 4.2 / 3.7])
    assert square.get_gridspec() is wide.get_gridspec()


def test_what_went_wrong_is_red():
    show = small_show()
    assert figure(show, 1)._suptitle.get_color() == "tab:red"
    assert figure(replace(show, message=""), 1)._suptitle.get_color() == "black"
    assert figure(replace(show, message="", unit=""), 1)._suptitle.get_text() == ""


def test_long_words_are_broken_but_not_within_mathematics():
    line = "a word " * 60 + "$J = x + y$ and more " * 20
    drawn = figure(Show({}, 1, (Text("", (line,)),)), 1)
    drawn.draw_without_rendering()
    (text,) = drawn.subfigs[0].axes[0].texts
    broken = text.get_text().split("\n")
    assert len(broken) > 2
    assert " ".join(part.strip() for part in broken).split() == line.split()
    assert all(part.count("$") % 2 == 0 for part in broken)


FORMS = [(id, form) for id, optimizer in mt.RULES.items() for form in optimizer.forms]


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_every_form_of_every_rule_saves(id, form):
    def twin(k, G, *, eta=0.01):
        return mt.Quantities(rho=eta * G)

    X, y = mt.datasets.moons(n=20, seed=1)
    options = {"net": mt.MLP((2, 3, 1), seed=1), "epochs": 2, "batch_size": None}
    dashboard = mt.dashboards.own_rule(twin, X, y, against=mt.rule(id, form), **options)
    assert len(dashboard.traces["reference"]) == 2
    for format in ("pdf", "png"):
        dashboard.figure(2).savefig(io.BytesIO(), format=format, dpi=40)


def test_history_without_steps_is_drawn_as_its_message():
    assert "broke" in written(figure(Show({}, 0, message="it broke"), 1))


def test_limits_are_round_and_hold_everything():
    for values in ([0.013, 7.2], [-3.0, 5.0], [0.0, 0.0], [np.nan, 1.0, np.inf]):
        low, high = limits(values)
        finite = np.array(values)[np.isfinite(values)]
        assert low <= finite.min() <= finite.max() <= high
        assert low < high
    assert limits([1e-3, 5e-2], scale="log") == (1e-3, 1e-1)
    assert limits([5e-324, 1e308], scale="log") == (1e-200, 1e200)
    assert limits([]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [
        ([0.0, 4.0], (0.0, 5.0)),  # 5 % of 4 above, in whole units of 1; no room below 0
        ([0.1, 9.9], (0.0, 15.0)),  # 0.1 - 0.49 would lie below 0; in units of 5
        ([2.0, 4.0], (1.5, 4.5)),
        ([-4.0, 0.0], (-5.0, 1.0)),
        ([-1.0, 3.0], (-2.0, 4.0)),
        ([3.0, 3.0], (2.8, 3.2)),  # a single number: room as if the span were 3
    ],
)
def test_limits_leave_room_but_none_below_0_for_what_is_never_negative(numbers, ends):
    assert limits(numbers) == pytest.approx(ends)


def test_coordinates_have_room_below_0_as_well():
    assert limits([0.0, 4.0], signed=True) == pytest.approx((-1.0, 5.0))
    assert limits([0.1, 9.9], signed=True) == pytest.approx((-5.0, 15.0))


def test_histogram_is_a_line_over_the_doubled_edges():
    x, y = histogram_outline([[1, 3]], [0.0, 0.5, 1.0])
    assert x.tolist() == [0.0, 0.5, 0.5, 1.0]
    assert y.tolist() == [[1.0, 1.0, 3.0, 3.0]]


def test_single_point_of_a_profile_has_a_marker():
    axes = Axes("problem", "rank", (0.0, 2.0), (0.0, 2.0))
    profile = Profile(np.array([1.0]), "rank", STYLE)
    drawn = figure(Show({}, 1, (Plot("", "", axes, (profile,)),), {"rank": np.ones((1, 1))}), 1)
    assert [line.get_marker() for line in drawn.axes[0].lines] == ["s"]


def test_a_band_reaches_from_one_line_to_the_other():
    series = {"k": [1.0, 2.0, 3.0], "low": [0.5, 1.0, 0.0], "high": [1.0, 4.0, np.nan]}
    axes = Axes("k", "", (0.0, 4.0), (0.0, 5.0))
    plot = Plot("", "", axes, (Band("k", "low", "high", STYLE),))
    drawn = figure(Show({}, 3, (plot,), series), 2)
    corners = drawn.axes[0].collections[1].get_paths()[0].vertices
    assert {(1.0, 0.5), (1.0, 1.0), (2.0, 1.0), (2.0, 4.0)} <= set(map(tuple, corners.tolist()))


def test_message_is_no_mathematics():
    show = Show({}, 3, small_show().panels, small_show().series, message="ValueError: $x_{ $")
    figure(show, 1).savefig(io.BytesIO())
