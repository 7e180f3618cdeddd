"""The cost on a plane through a network's parameters: where it is drawn, and what it is."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Written

import mlpteach as mt
from mlpteach.basics.style import Style
from mlpteach.study.cost_plane import plane_of_weights
from mlpteach.views.panels import Plot, Text
from mlpteach.views.surface import Seen, away_plot, cost_map, explanation, map_plot, show_surface

X, y = mt.datasets.xor(n=12, seed=1)
NET = mt.MLP((2, 2, 1), seed=1)
# Of theta = (W1, b1, W2, b2): two weights of the first layer.
ACROSS, UP = 0, 3
STYLES = {"near": Style("#2b8cd0"), "far": Style("#cc5500", "dashed", "s")}


def problem():
    return mt.train(NET, X, y, epochs=1, batch_size=None, progress=False).run.problem


@pytest.fixture(scope="module")
def seen():
    """One run goes from 0 to 4 across and from 0 to 2 up; another one far away."""
    start = NET.parameters.flat
    near, far = np.tile(start, (3, 1)), np.tile(start, (2, 1))
    near[:, ACROSS] += [0.0, 1.0, 4.0]
    near[:, UP] += [0.0, 2.0, 2.0]
    near[:, 8] += [0.0, 0.5, 3.0]  # out of the plane
    far[1] += 100.0
    plane = plane_of_weights(ACROSS, UP, start)
    names = "$W_1$", "$W_2$"
    return Seen(plane, names, {"near": near, "far": far}, problem(), np.array([0, 5, 7]))


def cost(x, y_up):
    """The mean cross-entropy of the three instances, written out."""
    theta = NET.parameters.flat.copy()
    theta[ACROSS] += x
    theta[UP] += y_up
    W1, b1, W2, b2 = theta[:4].reshape(2, 2), theta[4:6], theta[6:8], theta[8]
    hidden = 1.0 / (1.0 + np.exp(-(X[[0, 5, 7]] @ W1.T + b1)))
    out, wanted = 1.0 / (1.0 + np.exp(-(hidden @ W2 + b2))), y[[0, 5, 7]]
    return -np.mean(wanted * np.log(out) + (1 - wanted) * np.log(1 - out))


def test_the_map_reaches_a_quarter_beyond_the_ways_that_count(seen):
    x, y_up, costs = cost_map(seen, ["near"])
    assert x[0] <= -1.0 < 5.0 <= x[-1] < 7.0
    assert y_up[0] <= -0.5 < 2.5 <= y_up[-1] < 3.5
    for row, column in ((0, 0), (3, 20), (40, 7)):
        assert costs[row, column] == pytest.approx(cost(x[column], y_up[row]), rel=1e-12)
    assert cost_map(seen, ["near", "far"])[0][-1] > 100.0


def test_axes_end_where_the_map_does_and_heights_are_written(seen):
    plot = map_plot(seen, STYLES, ["near"])
    x, y_up, _ = cost_map(seen, ["near"])
    assert plot.axes.xlim == (x[0], x[-1])
    assert plot.axes.ylim == (y_up[0], y_up[-1])
    assert (plot.axes.xlabel, plot.axes.ylabel) == seen.names
    target = Figure().subplots()
    target.set(xlim=plot.axes.xlim, ylim=plot.axes.ylim)
    plot.axes.draw(target)
    written = [float(text.get_text()) for text in target.findobj(Written) if text in target.texts]
    assert written
    assert all(cost_map(seen, ["near"])[2].min() < height for height in written)


def test_distances_out_of_the_plane_are_seen_from_0(seen):
    series = {"near.away": np.array([2.0, 2.5, 4.0]), "far.away": np.array([2.0, 500.0, np.nan])}
    axes = away_plot(series, STYLES, ["near"], 3).axes
    assert axes.ylim == pytest.approx((0.0, 5.0))
    assert axes.xlim == (0.0, 4.0)
    assert axes.yscale == "linear"


def test_words_say_on_how_many_instances_the_cost_is_measured(seen):
    assert "The cost of 3 of the 12 instances" in explanation(seen).lines[0]
    every = Seen(seen.plane, seen.names, seen.ways, seen.problem, np.arange(12))
    assert "The cost of all 12 instances" in explanation(every).lines[0]
    assert "the 9 parameters" in explanation(every).lines[0]


def test_a_run_that_diverged_decides_no_limits():
    def leaps(k, G, *, eta=0.1):
        return mt.Quantities(rho=np.full_like(G, [1e3, 0.0, np.inf][k - 1]))

    options = {"epochs": 3, "batch_size": None, "progress": False}
    with pytest.warns(mt.DivergenceWarning):
        far = mt.train(NET, X, y, rule=leaps, **options)
    traces = {"near": mt.train(NET, X, y, rule="gd", **options), "far": far}
    ways = {name: trace.gather("before")["before"] for name, trace in traces.items()}
    plane = plane_of_weights(ACROSS, UP, NET.parameters.flat)
    show = show_surface(
        traces, STYLES, Seen(plane, ("", ""), ways, traces["near"].run.problem, np.arange(12)), 3
    )
    plots = {panel.title: panel.axes for panel in show.panels if isinstance(panel, Plot)}
    (map_title,) = [title for title in plots if title.startswith("Cost on the plane")]
    assert max(np.abs([*plots[map_title].xlim, *plots[map_title].ylim])) < 100.0
    assert plots["Distance out of the plane"].ylim[1] < 100.0
    np.testing.assert_array_equal(show.series["far.x"], [0.0, -1e3, np.nan])
    # Where nobody stays, all decide.
    only = Seen(plane, ("", ""), {"far": ways["far"]}, far.run.problem, np.arange(12))
    alone = show_surface({"far": far}, {"far": STYLES["far"]}, only, 3)
    assert alone.panels[0].axes.xlim[0] < -1e3
    assert any(isinstance(panel, Text) for panel in alone.panels)
