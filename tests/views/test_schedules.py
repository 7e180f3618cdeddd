"""Step sizes and costs under schedules, against the formulas of the slide worked out by hand."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.schedules import history, show_schedules

NAN = np.nan


def costs(theta, k):
    """The third and the fifth are not lower than the one before."""
    return (3.0, 2.0, 2.5, 1.0, 4.0)[k - 1], np.zeros(1)


@pytest.fixture(scope="module")
def traces():
    rule = mt.rule("gd", eta=0.5)
    schedules = {
        "constant": mt.schedule("constant"),
        "staircase": mt.schedule("staircase", d=0.1, k_d=2),
        "adaptive": mt.schedule("adaptive", shrink=0.5),
    }
    return {
        id: mt.descend(costs, [0.0], rule=rule, steps=5, schedule=schedule)
        for id, schedule in schedules.items()
    }


def test_step_sizes_are_those_of_the_slide(traces):
    series = history(traces, 6)
    np.testing.assert_array_equal(series["k"], [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(series["constant.eta"], [0.5] * 5 + [NAN])
    # Every second update a tenth.
    np.testing.assert_allclose(series["staircase.eta"][5], NAN)
    assert series["staircase.eta"][0] == 0.5
    assert set(np.round(np.log10(series["staircase.eta"][:5] / 0.5), 9)) == {0.0, -1.0, -2.0}
    # Halved by the third update, and by the fifth.
    np.testing.assert_allclose(series["adaptive.eta"], [0.5, 0.5, 0.25, 0.25, 0.125, NAN])


def test_shrinks_are_marked_where_the_step_is_smaller(traces):
    series = history(traces, 6)
    np.testing.assert_allclose(series["adaptive.shrinks"], [NAN, NAN, 0.25, NAN, 0.125, NAN])
    np.testing.assert_allclose(series["adaptive.shrinks_J"], [NAN, NAN, 2.5, NAN, 4.0, NAN])
    # A step that shrinks by the number of updates is no answer to the cost.
    assert np.isnan(series["staircase.shrinks"]).all()


def test_a_function_has_a_mean_at_every_update(traces):
    series = history(traces, 5)
    np.testing.assert_array_equal(series["constant.J"], [3.0, 2.0, 2.5, 1.0, 4.0])
    np.testing.assert_array_equal(series["constant.mean"], series["constant.J"])
    np.testing.assert_array_equal(series["constant.mean_k"], [1, 2, 3, 4, 5])


def test_the_mean_of_an_epoch_stays_until_the_next():
    X, y = mt.datasets.moons(n=30, seed=1)
    net = mt.MLP((2, 3, 1), seed=1)
    trace = mt.train(net, X, y, rule="gd", batch_size=10, epochs=2, progress=False)
    series = history({"constant": trace}, 6)
    first, second = trace.losses[:3].mean(), trace.losses[3:].mean()
    np.testing.assert_allclose(series["constant.mean"], [NAN, NAN, first, first, first, second])
    np.testing.assert_array_equal(series["constant.mean_k"], [NAN, NAN, 3, 3, 3, 6])
    _, means, table = show_schedules({"constant": trace}).panels
    assert means.title == "Cost of each epoch (mean)"
    assert (table.columns[3], table.rows[0].cells[3]) == ("mean of the epoch", "constant.mean")


def test_plots_and_table(traces):
    show = show_schedules(traces)
    sizes, means, table = show.panels
    assert (show.steps, show.per_epoch, show.message) == (5, 1, "")
    assert sizes.axes.xlim == (0.0, 5.0)
    # From 0.005 to 0.5, and costs from 1 to 4.
    assert sizes.axes.ylim == pytest.approx((0.001, 1.0))
    assert means.axes.ylim == pytest.approx((1.0, 10.0))
    assert [(line.x, line.y) for line in sizes.layers] == [
        ("k", "constant.eta"), ("k", "staircase.eta"), ("k", "adaptive.eta"),
        ("k", "adaptive.shrinks"),
    ]  # fmt: skip
    assert not sizes.layers[-1].connect
    assert means.title == "Cost of each update"
    assert (means.layers[0].x, means.layers[0].y) == ("constant.mean_k", "constant.mean")
    assert [row.notes for row in table.rows] == [{}, {}, {3: "shrunk 1 ×", 5: "shrunk 2 ×"}]
    assert table.columns == ("schedule", r"step size $\eta_k$", "cost $J_k$")
    assert table.rows[0].cells[1:] == ("constant.eta", "constant.J")
    assert "$" in table.rows[1].cells[0]


def test_where_all_end_at_once_there_is_a_message_and_no_panel():
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(lambda theta: (np.inf, theta), [1.0], rule="gd", steps=3)
    show = show_schedules({"constant": trace})
    assert (show.steps, len(show.panels)) == (0, 0)
    assert show.message.startswith("constant: The run diverged at update k = 1")
