"""The dashboard of the derivatives: numbers by hand, controls, state."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.derivatives import derivative_series


def test_values_at_0_and_6():
    elementwise = {id: phi for id, phi in mt.ACTIVATIONS.items() if phi.elementwise}
    series = derivative_series(elementwise, np.array([0.0, 6.0]), depth=6)
    # e^-6/(1 + e^-6)^2
    np.testing.assert_allclose(series["sigmoid.slope"], [0.25, 0.00246650929], rtol=1e-8)
    np.testing.assert_allclose(series["sigmoid.product"], [1 / 4096, 2.2516274e-16], rtol=1e-6)
    np.testing.assert_array_equal(series["tanh.A"][0], 0.0)
    np.testing.assert_array_equal(series["relu.product"], [0.0, 1.0])
    np.testing.assert_array_equal(series["sigmoid.saturated"], [0.0, 1.0])
    np.testing.assert_allclose(series["silu.products"][0], 0.5 ** np.arange(1, 7))


def test_starts_at_0_and_moves_both_ways():
    dashboard = mt.dashboards.derivatives()
    assert dashboard.show.series["z"][dashboard.position["k"] - 1] == 0.0
    assert dashboard.show.series["z"][[0, -1]].tolist() == [-8.0, 8.0]


def test_depth_is_live():
    dashboard = mt.dashboards.derivatives()
    dashboard.configure(depth=10)
    assert dashboard.show.series["sigmoid.product"].max() == 0.25**10
    assert "^{10}$" in dashboard.show.panels[0].columns[2]
    with pytest.raises(ValueError, match="depth must be a whole number >= 1 and <= 20; given 21"):
        dashboard.configure(depth=21)


def test_every_activation_with_a_derivative_is_listed():
    dashboard = mt.dashboards.derivatives()
    control = next(one for one in dashboard.spec["controls"] if one["name"] == "activations")
    offered = dict(control["options"])
    assert set(offered) == set(mt.ACTIVATIONS) - {"softmax"}
    assert (offered["gelu"], offered["silu"]) == ("GELU*", "SiLU")
    dashboard.configure(activations=list(offered))
    z = dashboard.show.series["z"]
    for id in offered:
        np.testing.assert_array_equal(dashboard.show.series[f"{id}.A"], mt.ACTIVATIONS[id](z))
    dashboard.configure(activations=[])
    assert "choose at least one" in dashboard.show.message


def test_a_function_of_ones_own_is_drawn():
    def leaky(Z):
        return np.where(Z > 0, Z, 0.1 * Z)

    dashboard = mt.dashboards.derivatives(2, ["relu", leaky], steps=5, reach=2.0)
    series = dashboard.show.series
    np.testing.assert_allclose(series["leaky.slope"], [0.1, 0.1, 0.55, 1.0, 1.0], rtol=1e-9)
    np.testing.assert_allclose(series["leaky.product"][[0, 4]], [0.01, 1.0], rtol=1e-9)
    dashboard.figure(2).draw_without_rendering()
    alone = mt.dashboards.derivatives(activations=lambda Z: Z / 2)
    assert set(alone.show.series["<lambda>.saturated"]) == {0.0}
    alone.figure(2).draw_without_rendering()


@pytest.mark.parametrize("depth", [1, 6, 20])
def test_every_product_is_seen_at_every_z(depth):
    """At the lower edge of its axis where it is smaller than that, or 0."""
    dashboard = mt.dashboards.derivatives(depth=depth)
    plot = dashboard.show.panels[-1]
    for layer in plot.layers:
        products = dashboard.show.series[layer.y]
        assert (products >= plot.axes.ylim[0]).all()
        assert (products <= plot.axes.ylim[1]).all()
    sigmoid = dashboard.show.series["sigmoid.products"]
    slope = mt.ACTIVATIONS["sigmoid"].derivative(dashboard.show.series["z"])
    np.testing.assert_array_equal(sigmoid[:, 0], slope)


def test_state_and_figure():
    dashboard = mt.dashboards.derivatives(depth=3, reach=4, steps=41)
    dashboard.position = {"k": 7}
    again = mt.dashboards.derivatives(reach=4, steps=41)
    again.state = dashboard.state
    assert again.values["depth"] == 3
    assert again.position["k"] == 7
    words = {text.get_text() for text in again.figure().subfigs[0].axes[0].texts}
    assert {"sigmoid", "0.057324", "0.054038"} <= words  # z = -2.8: 1/(1 + e^2.8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be a whole number"),
        ({"activations": ["softmax"]}, ValueError, "must work element by element; given softmax"),
        ({"activations": ["swoosh"]}, ValueError, "activations='swoosh' is unknown; allowed:"),
        ({"activations": 3}, TypeError, "activations must be a list of ids or of your own"),
        ({"reach": 0.0}, ValueError, "reach must be in"),
        ({"reach": "far"}, TypeError, "reach must be a number"),
        ({"steps": 2}, ValueError, "steps must be a whole number >= 3"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.derivatives(**arguments)
