"""The figure for print shows the same numbers as the page."""

import io

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import (
    Arrow,
    Axes,
    Line,
    Plot,
    Profile,
    Row,
    Show,
    Style,
    Table,
    Text,
    figure,
    histogram_outline,
    limits,
)

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
    return "\n".join(text.get_text() for text in drawn.findobj() if hasattr(text, "get_text"))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_marker_stands_on_the_number_of_the_step(k):
    drawn = figure(small_show(), k)
    drawn.draw_without_rendering()
    marker = next(line for line in drawn.axes[0].lines if line.get_marker() == "s")
    assert marker.get_xdata() == [k]
    assert marker.get_ydata() == [[4.0, 2.0, 1.0][k - 1]]


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
    assert f"= {step.after.W[2][0, 3]:.5g}" in written(drawn)


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


def test_histogram_is_a_line_over_the_doubled_edges():
    x, y = histogram_outline([[1, 3]], [0.0, 0.5, 1.0])
    assert x.tolist() == [0.0, 0.5, 0.5, 1.0]
    assert y.tolist() == [[1.0, 1.0, 3.0, 3.0]]


def test_single_point_of_a_profile_has_a_marker():
    axes = Axes("problem", "rank", (0.0, 2.0), (0.0, 2.0))
    profile = Profile(np.array([1.0]), "rank", STYLE)
    drawn = figure(Show({}, 1, (Plot("", "", axes, (profile,)),), {"rank": np.ones((1, 1))}), 1)
    assert [line.get_marker() for line in drawn.axes[0].lines] == ["s"]


def test_message_is_no_mathematics():
    show = Show({}, 3, small_show().panels, small_show().series, message="ValueError: $x_{ $")
    figure(show, 1).savefig(io.BytesIO())
