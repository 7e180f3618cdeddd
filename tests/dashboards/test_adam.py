"""The Adam dashboard: what it trains, shows and refuses."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views import Images
from mlpteach.views.packed import unpacked

MOONS = mt.datasets.moons(n=60, seed=1)


def test_shows_six_lines_and_every_quantity_of_the_layer():
    spec = mt.dashboards.adam(*MOONS, epochs=1).spec
    [ledger] = [panel for panel in spec["panels"] if panel["kind"] == "ledger"]
    assert [line["name"] for line in ledger["lines"]] == ["M", "V", "M_hat", "V_hat", "rho", "W"]
    assert spec["lines"] == 6
    heats = [panel["field"] for panel in spec["panels"] if panel["kind"] == "heat"]
    assert heats == ["W", "G", "M", "V", "M_hat", "V_hat", "rho", "sensitivity"]
    assert [panel["kind"] for panel in spec["panels"]].count("plot") == 1


def test_every_number_the_ledger_asks_for_is_in_a_frame():
    spec = mt.dashboards.adam(*MOONS, epochs=1).spec
    keys = {
        slot.get("data-key")
        for line in spec["panels"][0]["lines"]
        for slot in ElementTree.fromstring(line["numbers"]).iter("mn")
    }
    assert keys - {None, "k"} <= set(spec["fields"])
    assert {"M_before", "V_before", "G", "M_hat", "V_hat", "W", "rho"} <= keys


def test_trains_as_the_same_call_of_train_does():
    net = mt.MLP((2, 5, 1), seed=3)
    dashboard = mt.dashboards.adam(
        *MOONS, net=net, form="paper", eta=0.02, beta1=0.8, epochs=2, batch_size=10, seed=4
    )
    rule = mt.rule("adam", form="paper", eta=0.02, beta1=0.8)
    trace = mt.train(net, *MOONS, rule=rule, epochs=2, batch_size=10, seed=4)
    np.testing.assert_array_equal(dashboard.trace[-1].after.flat, trace[-1].after.flat)


def test_layer_can_be_chosen():
    dashboard = mt.dashboards.adam(*MOONS, layer=1, epochs=1)
    assert dashboard.spec["fields"]["W"]["shape"] == [30, 2]
    dashboard.configure(layer="2")
    assert dashboard.spec["fields"]["W"]["shape"] == [1, 30]


def test_default_is_the_digits_in_the_slides_form():
    dashboard = mt.dashboards.adam(epochs=1)
    assert dashboard.values["form"] == "lecture"
    assert dashboard.values["eta"] == 0.001
    assert dashboard.spec["fields"]["W"]["shape"] == [10, 30]


def test_diverging_run_says_where_it_broke():
    X, _ = MOONS
    net = mt.MLP((2, 4, 4, 1), hidden="relu", output="linear", seed=1)
    dashboard = mt.dashboards.adam(X, X[:, 0], net=net, loss="mse", eta=1e60, epochs=60)
    trace = dashboard.trace
    assert 0 < len(trace) < 60 * 2
    assert dashboard.spec["steps"] == len(trace)
    assert f"diverged at update k = {trace.diverged.k}" in dashboard.spec["message"]
    assert trace.diverged.quantity in dashboard.spec["message"]


def test_run_that_breaks_at_once_shows_only_the_message():
    X, _ = MOONS
    net = mt.MLP((2, 4, 1), hidden="relu", output="linear", seed=1)
    dashboard = mt.dashboards.adam(X * 1e200, X[:, 0], net=net, loss="mse", epochs=1)
    assert dashboard.spec["steps"] == 0
    assert "diverged at update k = 1" in dashboard.spec["message"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"form": "slide"}, ValueError, "form='slide' is unknown; allowed: lecture, paper"),
        ({"eta": 0.0}, ValueError, "eta must be in"),
        ({"gamma": 0.9}, ValueError, "gamma"),
        ({"layer": 3}, ValueError, "layer must be a whole number >= 1 and <= 2"),
        ({"net": "mlp"}, TypeError, "net must be an mlpteach.MLP"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"loss": "hinge"}, ValueError, "loss='hinge' is unknown"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.adam(*MOONS, **arguments)


def test_x_without_y_is_refused():
    with pytest.raises(ValueError, match="both X and y"):
        mt.dashboards.adam(MOONS[0])


def test_numbers_beyond_the_range_of_32_bits_are_kept_and_colours_stay_finite():
    X, _ = MOONS
    net = mt.MLP((2, 8, 8, 1), hidden="relu", output="linear", seed=1)
    dashboard = mt.dashboards.adam(X, X[:, 0], net=net, loss="mse", eta=1e60, epochs=1)
    limits = [panel["limit"] for panel in dashboard.spec["panels"] if panel["kind"] == "heat"]
    assert np.isfinite(limits).all()
    assert max(limits) > 1e59
    assert np.isfinite(np.frombuffer(dashboard.frames)).any()


ROWS = [[0.5, 1.0]] * 10


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ("digits", [0] * 10, TypeError, "X must be an array of floats"),
        ([[np.nan, 1.0]] * 10, [0] * 10, ValueError, "X must be finite"),
        ([None] * 10, [0] * 10, TypeError, "X must be an array of floats"),
        ([], [], ValueError, "X must have shape"),
        ([[1.0], [1.0, 2.0]], [0, 1], TypeError, "X must be an array of floats"),
        ([0.5] * 10, [0] * 10, ValueError, "X must have shape"),
        (ROWS, {0, 1}, TypeError, "y must hold labels"),
        (ROWS, [[0], [0, 1]], TypeError, "y must hold labels"),
        (ROWS, [], ValueError, "y must have one label"),
        (ROWS, [np.nan] * 10, ValueError, "y must be finite"),
        (ROWS, [10**6] * 10, ValueError, "at most 1000 without a network; give net"),
        (ROWS, [0.5] * 10, TypeError, "whole labels 0, 1, …; given 0.5"),
        (ROWS, [-1] * 10, ValueError, "whole labels 0, 1, …; given -1"),
    ],
)
def test_bad_data_is_refused_before_any_work(X, y, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.adam(X, y)


def test_every_layer_of_a_deep_network_can_be_chosen():
    net = mt.MLP((2, *[3] * 11, 1), seed=1)
    spec = mt.dashboards.adam(*MOONS, net=net, epochs=1).spec
    options = spec["controls"][-1]["options"]
    assert [value for value, _ in options] == [str(layer) for layer in range(1, 13)]
    assert options[-1] == ["12", "W⁽¹²⁾"]


def test_scheduled_run_shows_its_factor():
    from mlpteach.dashboards.adam import show_optimizer

    net = mt.MLP((2, 5, 1), seed=3)
    trace = mt.train(net, *MOONS, rule="adam", epochs=2, schedule=lambda eta, k: eta / k)
    show = show_optimizer(trace, 1)
    assert 'data-key="factor"' in show.panels[0].lines[-2].mathml(numbers=True)
    assert show.series["factor"] == pytest.approx([1 / k for k in range(1, len(trace) + 1)])


def images_of(dashboard):
    return [panel for panel in dashboard.show.panels if isinstance(panel, Images)]


def test_digits_of_the_batch_and_units_are_seen():
    dashboard = mt.dashboards.adam(epochs=1)
    batch, units = images_of(dashboard)
    assert (batch.field, units.field) == ("batch", "units.learned")
    assert (units.chosen, dashboard.values["layer"]) == ("column", "2")  # of W^(2): the hidden unit
    dashboard.configure(layer="1")
    assert images_of(dashboard)[1].chosen == "row"
    frames, trace = dashboard.show.frames, dashboard.trace
    named = frames.named(frames.read(40, 40))
    X = mt.datasets.digits()[0][trace[39].batch]
    np.testing.assert_allclose(unpacked(named["batch"][0])[:, :64], X + 0.5, atol=0.004)
    np.testing.assert_array_equal(named["W"][0], trace[39].before.W[1])
    limit = float(images_of(dashboard)[1].title.rpartition("±")[2])
    learned = trace[39].before.W[1] - trace[0].before.W[1]
    shown = limit * unpacked(named["units.learned"][0])[:, :64]
    np.testing.assert_allclose(shown, learned.clip(-limit, limit), atol=limit / 100)


def test_other_data_show_no_images():
    dashboard = mt.dashboards.adam(*mt.datasets.moons(n=30), epochs=1)
    assert images_of(dashboard) == []
    assert dashboard.show.mosaic == ""
