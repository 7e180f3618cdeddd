"""A long valley: ways, measured rates and those of theory, by recursions one can write down."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import mlpteach as mt
from mlpteach.study import gain
from mlpteach.views.long_valley import START, history, show_valley, way_plot

RULES = {
    "gd": mt.rule("gd", eta=0.05),
    "lecture": mt.rule("momentum", "lecture", alpha=0.03, beta=0.02),
    "paper": mt.rule("momentum", "paper", eta=0.05, beta=0.5),
}


@pytest.fixture(scope="module")
def show():
    return show_valley(RULES, 40, 20.0)


def test_plain_descent_shrinks_each_direction_by_its_own_factor(show):
    k = np.arange(40)
    # 1 - 0.05 along the valley; across it 1 - 0.05 · 20 = 0: there at once.
    x, y = -4.0 * 0.95**k, np.where(k == 0, 0.15, 0.0)
    np.testing.assert_allclose(show.series["gd.x"], x)
    np.testing.assert_allclose(show.series["gd.y"], y, atol=1e-15)
    np.testing.assert_allclose(show.series["gd.J"], 0.5 * (x**2 + 20 * y**2))
    np.testing.assert_allclose(show.series["gd.theory"], 0.95)
    assert show.series["gd.rate"][-1] == pytest.approx(0.95, abs=1e-4)


def test_momentum_has_the_rate_of_its_largest_eigenvalue(show):
    # Along the valley, the slower: [[1 - eta, -eta beta], [1, beta]] acts on (w, v).
    matrix = np.array([[1 - 0.05, -0.05 * 0.5], [1.0, 0.5]])
    along = np.abs(np.linalg.eigvals(matrix)).max()
    matrix = np.array([[1 - 0.05 * 20, -0.05 * 0.5], [20.0, 0.5]])
    across = np.abs(np.linalg.eigvals(matrix)).max()
    assert show.series["paper.theory"][0] == pytest.approx(max(along, across))
    assert show.series["paper.rate"][-1] == pytest.approx(max(along, across), abs=0.01)


def test_series_end_with_the_run():
    cost = gain.valley((1.0, 2.0))
    traces = {"gd": mt.descend(cost, START, rule=RULES["gd"], steps=3)}
    series = history(traces, 5, (1.0, 2.0))
    assert [int(np.isnan(series[f"gd.{name}"]).sum()) for name in ("x", "y", "J", "rate")] == [
        2
    ] * 4
    assert not np.isnan(series["gd.theory"]).any()
    np.testing.assert_array_equal(series["k"], [1, 2, 3, 4, 5])


def test_panels(show):
    way, cost, rate, table = show.panels
    assert (show.steps, show.message) == (40, "")
    assert (way.axes.xlim, way.axes.ylim) == ((-5.0, 5.0), (-1.0, 1.0))
    assert way.title == r"The way in $J = \frac{1}{2}(x^2 + 20\, y^2)$"
    assert (cost.axes.xlim, cost.axes.yscale) == ((0.0, 40.0), "log")
    assert rate.axes.ylim == (0.7, 1.1)
    assert [line.y for line in rate.layers] == [
        "gd.rate", "lecture.rate", "paper.rate", "gd.theory", "lecture.theory", "paper.theory",
    ]  # fmt: skip
    assert table.rows[0].cells == ("gd.J", "gd.rate", "0.950")
    assert table.rows[0].label == "gradient descent"


def test_a_run_that_leaves_the_valley_is_told_by_its_name():
    rules = RULES | {"gd": mt.rule("gd", eta=1e3)}
    show = show_valley(rules, 80, 20.0)
    assert show.message.startswith("gradient descent: The run diverged")
    notes = show.panels[3].rows[0].notes
    k = next(iter(notes))
    assert notes == {k: f"diverged at update {k}"}


def test_lines_of_equal_cost_are_ellipses_as_wide_as_the_root_of_the_condition():
    target = Figure().subplots()
    way_plot(16.0, ["gd"]).axes.draw(target)
    (contours,) = target.collections
    parts = [part for parts in contours.allsegs for part in parts if len(part)]
    # Neither the point in the middle nor what leaves the window.
    closed = [part for part in parts if 0.1 < np.abs(part[:, 1]).max() < 0.9]
    assert len(closed) > 2
    for part in closed:
        width, height = np.ptp(part, axis=0)
        assert width / height == pytest.approx(4.0, rel=0.05)
