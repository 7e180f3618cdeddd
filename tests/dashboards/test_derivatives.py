"""The dashboard of the derivatives: numbers by hand, controls, state."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.dashboards.derivatives import derivative_series


def test_values_at_0_and_6():
    series = derivative_series(np.array([0.0, 6.0]), depth=6)
    # e^-6/(1 + e^-6)^2
    np.testing.assert_allclose(series["sigmoid.slope"], [0.25, 0.00246650929], rtol=1e-8)
    np.testing.assert_allclose(series["sigmoid.product"], [1 / 4096, 2.2516274e-16], rtol=1e-6)
    np.testing.assert_array_equal(series["tanh.A"][0], 0.0)
    np.testing.assert_array_equal(series["relu.products"], [[0.0] * 6, [1.0] * 6])
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


def test_state_and_figure():
    dashboard = mt.dashboards.derivatives(depth=3, reach=4, steps=41)
    dashboard.position = {"k": 7}
    again = mt.dashboards.derivatives(reach=4, steps=41)
    again.state = dashboard.state
    assert again.values == {"depth": 3}
    assert again.position["k"] == 7
    words = {text.get_text() for text in again.figure().subfigs[0].axes[0].texts}
    assert {"sigmoid", "0.057324", "0.054038"} <= words  # z = -2.8: 1/(1 + e^2.8)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be a whole number"),
        ({"reach": 0.0}, ValueError, "reach must be in"),
        ({"reach": "far"}, TypeError, "reach must be a number"),
        ({"steps": 2}, ValueError, "steps must be a whole number >= 3"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.derivatives(**arguments)
