"""Ways to train side by side: evaluations, passes and seconds counted by hand."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.four_ways import history, show_ways

NAMES = {"small": "batches of 10", "all": "all at once"}


@pytest.fixture(scope="module")
def traces():
    X, y = mt.datasets.moons(n=25, seed=3)
    net = mt.MLP((2, 4, 1), seed=2)
    options = {"validation": (X[:8], y[:8]), "progress": False}
    return {
        # 10, 10 and 5 instances an epoch, each asked for twice: at W and ahead of it.
        "small": mt.train(
            net, X, y, rule=mt.rule("nesterov", "paper"), batch_size=10, epochs=3, **options
        ),
        "all": mt.train(net, X, y, rule="gd", batch_size=None, epochs=2, **options),
    }


def test_evaluations_and_passes_up_to_the_end_of_each_epoch(traces):
    seconds = {"small": np.arange(1.0, 10.0), "all": np.array([0.5, 0.75])}
    series = history(traces, 4, seconds)
    np.testing.assert_array_equal(series["epoch"], [1, 2, 3, 4])
    asked = 2
    np.testing.assert_array_equal(
        series["small.evaluations"], [3 * asked, 6 * asked, 9 * asked, np.nan]
    )
    np.testing.assert_allclose(series["small.passes"], [asked, 2 * asked, 3 * asked, np.nan])
    np.testing.assert_array_equal(series["all.evaluations"], [1, 2, np.nan, np.nan])
    np.testing.assert_array_equal(series["all.passes"], [1, 2, np.nan, np.nan])
    # Seconds of updates 3, 6 and 9.
    np.testing.assert_array_equal(series["small.seconds"], [3.0, 6.0, 9.0, np.nan])
    np.testing.assert_array_equal(series["all.seconds"], [0.5, 0.75, np.nan, np.nan])


def test_costs_and_accuracies_are_the_histories(traces):
    series = history(traces, 3)
    for name, trace in traces.items():
        n = trace.epochs
        np.testing.assert_array_equal(series[f"{name}.loss"][:n], trace.history["loss"])
        for key, known in (("accuracy", "validation_accuracy"), ("validation_loss",) * 2):
            np.testing.assert_array_equal(series[f"{name}.{key}"][:n], trace.history[known])
    assert "small.seconds" not in series


def test_panels_against_epochs(traces):
    show = show_ways(traces, NAMES, "epoch")
    cost, accuracy, table, equal = show.panels
    assert (show.steps, show.unit, show.message) == (3, "epoch", "")
    assert (cost.axes.xlim, cost.axes.xscale, cost.axes.yscale) == ((0.0, 3.0), "linear", "log")
    assert (accuracy.axes.ylim, accuracy.axes.yscale) == ((0.0, 1.05), "linear")
    assert [(line.x, line.y) for line in cost.layers] == [
        ("small.epoch", "small.loss"), ("all.epoch", "all.loss"),
    ]  # fmt: skip
    assert cost.layers[0].style != cost.layers[1].style
    assert [row.label for row in table.rows] == ["batches of 10", "all at once"]
    assert len(table.columns) == len(table.rows[0].cells) == 5
    assert len(equal.lines) == 2


def test_panels_against_seconds_and_evaluations(traces):
    seconds = {"small": np.linspace(0.1, 0.9, 9), "all": np.array([0.5, 0.75])}
    show = show_ways(traces, NAMES, "seconds", seconds)
    # Up to 0.9 s, with 5 % of room in steps of 0.2; from 0.
    assert show.panels[0].axes.xlim == pytest.approx((0.0, 1.0))
    assert show.panels[2].rows[0].cells[-1] == "small.seconds"
    assert len(show.panels[3].lines) == 3
    show = show_ways(traces, NAMES, "evaluations")
    assert show.panels[0].axes.xscale == "log"
    # One evaluation at least, 9 or 18 at most.
    assert show.panels[0].axes.xlim[0] == pytest.approx(1.0)


def test_where_no_epoch_is_whole_there_is_a_message_alone():
    X, y = mt.datasets.moons(n=25, seed=3)
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.train(
            mt.MLP((2, 1), hidden="relu", output="linear", seed=1), X, y, loss="mse",
            rule=mt.rule("gd", eta=1e300), epochs=2, batch_size=5, validation=(X, y),
            progress=False,
        )  # fmt: skip
    show = show_ways({"all": trace}, NAMES, "epoch")
    assert (show.steps, len(show.panels)) == (0, 0)
    assert show.message.startswith("all at once: The run diverged")
