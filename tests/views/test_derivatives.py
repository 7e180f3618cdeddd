"""Activations at a moving z: derivatives and their products, worked out by hand."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.views.derivatives import derivative_series, show_derivatives

Z = np.array([-2.0, 0.0, 0.5, 30.0])
CHOSEN = {id: mt.ACTIVATIONS[id] for id in ("sigmoid", "relu")}


def test_values_slopes_and_products():
    series = derivative_series(CHOSEN, Z, 3)
    sigmoid = 1 / (1 + np.exp(-Z))
    slope = sigmoid / (1 + np.exp(Z))
    np.testing.assert_array_equal(series["z"], Z)
    np.testing.assert_allclose(series["sigmoid.A"], sigmoid)
    np.testing.assert_allclose(series["sigmoid.slope"], slope, rtol=1e-9)
    np.testing.assert_allclose(series["sigmoid.product"], slope**3, rtol=1e-9)
    # At 0 a quarter a layer; what is less than the axis shows lies on its edge.
    np.testing.assert_allclose(series["sigmoid.products"][1], [1 / 4, 1 / 16, 1 / 64])
    np.testing.assert_allclose(series["sigmoid.products"][3], [1e-7] * 3)
    np.testing.assert_array_equal(series["relu.products"][0], [1e-7] * 3)
    np.testing.assert_array_equal(series["relu.products"][2], [1.0] * 3)
    np.testing.assert_array_equal(series["relu.product"], [0.0, series["relu.slope"][1] ** 3, 1, 1])
    assert set(series["sigmoid.saturated"]) == {0.0, 1.0}
    assert (series["sigmoid.saturated"][1], series["sigmoid.saturated"][3]) == (0.0, 1.0)


@pytest.mark.parametrize(("depth", "lowest"), [(1, 1e-7), (3, 1e-7), (4, 1e-8), (10, 1e-20)])
def test_the_axis_of_products_goes_two_decades_down_a_layer_and_seven_at_least(depth, lowest):
    products = show_derivatives(CHOSEN, Z, depth).panels[3]
    assert products.axes.ylim == pytest.approx((lowest, 100.0))
    assert products.axes.xlim == (0.5, depth + 0.5)
    np.testing.assert_array_equal(products.layers[0].x, np.arange(1, depth + 1))


def test_panels():
    show = show_derivatives(CHOSEN, Z, 4)
    table, curve, slopes, products = show.panels
    assert (show.steps, show.unit, show.message) == (4, "", "")
    assert table.columns[2] == r"$\phi'(z)^{4}$"
    assert table.rows[1].cells == ("relu.A", "relu.slope", "relu.product", "relu.saturated")
    assert (curve.axes.xlim, curve.axes.ylim) == ((-2.0, 30.0), (-1.4, 3.0))
    # Slopes are 0 … 1, with 5 % of room in steps of a half.
    assert slopes.axes.ylim == (0.0, 1.5)
    assert [(line.x, line.y) for line in slopes.layers] == [
        ("z", "sigmoid.slope"), ("z", "relu.slope"),
    ]  # fmt: skip
    assert [profile.y for profile in products.layers] == ["sigmoid.products", "relu.products"]
    assert (curve.click, slopes.click) == ("step", "step")


def test_slopes_are_seen_from_0_on():
    show = show_derivatives({"linear": mt.ACTIVATIONS["linear"]}, Z, 2)
    assert show.panels[2].axes.ylim == (0.0, 1.5)


def test_without_an_activation_it_asks_for_one():
    assert show_derivatives({}, Z, 2).message == "No activation is chosen: choose at least one."
