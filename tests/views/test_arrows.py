"""The arrows at the ball: ends on the map, directions enlarged, worked out by hand."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from mlpteach.views.arrows import arrow_series, arrows_on_map, enlargement
from mlpteach.views.coordinates import x_fractions, y_fractions

NAN = np.nan
BEFORE = np.array([[1.0, 2.0], [3.0, 1.0]])
PARTS = {
    "descent": np.array([[-1.0, 0.0], [0.0, -0.5]]),
    "past": np.array([[0.0, 0.0], [0.5, 0.0]]),
    "step": np.array([[-0.5, -0.5], [1.0, -1.0]]),
}
WINDOW = (-4.0, 4.0, -4.0, 4.0)


def large(series, name):
    return np.stack([series[f"large.{name}_x"], series[f"large.{name}_y"]], axis=-1)


def test_arrows_on_the_map_go_from_the_ball_to_their_ends():
    series = arrow_series(PARTS, BEFORE, WINDOW, steps=3)
    # The run ended after two updates; an arrow without a length is not drawn.
    np.testing.assert_array_equal(series["map.ball_x"], [1.0, 3.0, NAN])
    np.testing.assert_array_equal(series["map.ball_y"], [2.0, 1.0, NAN])
    np.testing.assert_array_equal(series["map.descent_x"], [0.0, 3.0, NAN])
    np.testing.assert_array_equal(series["map.descent_y"], [2.0, 0.5, NAN])
    np.testing.assert_array_equal(series["map.past_x"], [NAN, 3.5, NAN])
    np.testing.assert_array_equal(series["map.step_y"], [1.5, 0.0, NAN])


def test_the_longest_arrow_that_has_to_fit_is_1_long():
    series = arrow_series(PARTS, BEFORE, WINDOW, steps=2)
    np.testing.assert_array_equal(series["large.ball_x"], [0.0, 0.0])
    np.testing.assert_allclose(np.hypot(*large(series, "step").T), 1.0)
    # Plain descent may leave the enlargement: twice as long across as the step here.
    np.testing.assert_allclose(
        series["large.descent_x"][0] / series["large.step_x"][0], 2.0, rtol=1e-12
    )
    assert np.isnan(large(series, "past")[0]).all()
    np.testing.assert_allclose(series["large.past_x"][1] / series["large.step_x"][1], 0.5)


def test_a_memory_longer_than_the_step_is_the_one_that_fits():
    parts = {"step": np.array([[0.1, 0.0]]), "past": np.array([[0.0, 2.0]])}
    series = arrow_series(parts, BEFORE[:1], WINDOW, steps=1)
    np.testing.assert_allclose(large(series, "past"), [[0.0, 1.0]])


def test_directions_are_those_on_the_map():
    once = large(arrow_series(PARTS, BEFORE, WINDOW, steps=2), "step")
    # A window twice as wide: the picture of a unit across is half as long.
    wide = large(arrow_series(PARTS, BEFORE, (-8.0, 8.0, -4.0, 4.0), steps=2), "step")
    high = large(arrow_series(PARTS, BEFORE, (-4.0, 4.0, -8.0, 8.0), steps=2), "step")
    slope = once[:, 1] / once[:, 0]
    np.testing.assert_allclose(wide[:, 1] / wide[:, 0], 2 * slope)
    np.testing.assert_allclose(high[:, 1] / high[:, 0], slope / 2)
    assert (np.sign(once) == [[-1, -1], [1, -1]]).all()


def test_a_run_that_ended_at_once_has_a_ball_and_no_arrows():
    series = arrow_series({}, np.empty((0, 2)), WINDOW, steps=2)
    assert sorted(series) == ["large.ball_x", "large.ball_y", "map.ball_x", "map.ball_y"]
    assert all(np.isnan(values).all() and len(values) == 2 for values in series.values())


def ends(arrow):
    return arrow.x, arrow.y, arrow.to_x, arrow.to_y


def test_the_part_of_the_gradient_goes_from_the_end_of_the_past_to_that_of_the_step():
    arrows = arrows_on_map(PARTS)
    # Plain descent, past, present, step: what lies on top comes last.
    assert [ends(arrow) for arrow in arrows] == [
        ("map.ball_x", "map.ball_y", "map.descent_x", "map.descent_y"),
        ("map.ball_x", "map.ball_y", "map.past_x", "map.past_y"),
        ("map.past_x", "map.past_y", "map.step_x", "map.step_y"),
        ("map.ball_x", "map.ball_y", "map.step_x", "map.step_y"),
    ]
    assert [arrow.label for arrow in arrows] == ["", "", "", ""]
    assert len(arrows_on_map({"step": PARTS["step"]})) == 1


def test_the_enlargement_names_its_arrows_and_is_drawn_to_one_scale():
    plot = enlargement(PARTS, "Momentum")
    assert plot.title == "Momentum at $W_k$, enlarged"
    assert [layer.label for layer in plot.layers] == [
        r"$-\eta\, g_k$, plain descent", "momentum part", "gradient part", r"step, $-\rho_k$",
    ]  # fmt: skip
    assert all(name.startswith("large.") for layer in plot.layers for name in ends(layer))
    # A unit is as many pixels across as down: the picture is 3.4 inches by 2.1.
    across = np.diff(x_fractions(plot.axes, [0.0, 1.0])) * 3.4
    down = -np.diff(y_fractions(plot.axes, [0.0, 1.0])) * 2.1
    assert across == pytest.approx(down)
    assert plot.axes.ylim == (-1.1, 1.1)


def test_around_the_ball_in_the_middle_the_enlargement_is_bare():
    target = Figure().subplots()
    enlargement(PARTS, "Momentum").axes.draw(target)
    (ball,) = target.texts
    assert (ball.get_text(), ball.get_position()) == ("●", (0.0, 0.0))
    assert (len(target.get_xticks()), len(target.get_yticks())) == (0, 0)
    assert not any(spine.get_visible() for spine in target.spines.values())
