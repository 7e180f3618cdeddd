"""Landscapes: known values and minima, gradients by finite differences."""

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

import mlpteach as mt

IDS = ["beale", "saddle", "valley", "rosenbrock", "himmelblau"]


def gradient_by_differences(landscape, point, h=1e-6):
    steps = h * np.eye(2)
    return [(landscape(point + d)[0] - landscape(point - d)[0]) / (2 * h) for d in steps]


def test_the_table():
    assert list(mt.LANDSCAPES) == IDS
    assert all(record.id == id for id, record in mt.LANDSCAPES.items())


@pytest.mark.parametrize(
    ("id", "point", "value"),
    [
        ("beale", (3.0, 0.5), 0.0),
        ("beale", (1.0, 1.0), 14.203125),
        ("rosenbrock", (1.0, 1.0), 0.0),
        ("rosenbrock", (-1.2, 1.0), 24.2),
        ("himmelblau", (3.0, 2.0), 0.0),
        ("himmelblau", (0.0, 0.0), 170.0),
        ("saddle", (3.0, 2.0), 5.0),
        ("valley", (3.0, 0.2), 6.5),
    ],
)
def test_known_values(id, point, value):
    given, gradient = mt.LANDSCAPES[id](np.array(point))
    assert isinstance(given, float)
    assert gradient.shape == (2,)
    assert given == pytest.approx(value, rel=1e-14, abs=1e-28)


@pytest.mark.parametrize("id", IDS)
def test_gradients(id):
    landscape = mt.LANDSCAPES[id]
    for point in np.random.default_rng(0).uniform(-2, 2, (20, 2)):
        expected = gradient_by_differences(landscape, point)
        np.testing.assert_allclose(landscape(point)[1], expected, rtol=1e-6, atol=1e-6)


def test_rosenbrock_is_scipys():
    for point in np.random.default_rng(1).uniform(-2, 2, (5, 2)):
        value, gradient = mt.LANDSCAPES["rosenbrock"](point)
        assert value == pytest.approx(rosen(point), rel=1e-13)
        np.testing.assert_allclose(gradient, rosen_der(point), rtol=1e-12, atol=1e-12)


MINIMA = [(id, minimum) for id in IDS for minimum in mt.LANDSCAPES[id].minima]


@pytest.mark.parametrize(("id", "minimum"), MINIMA)
def test_minima(id, minimum):
    landscape = mt.LANDSCAPES[id]
    value, gradient = landscape(np.array(minimum))
    assert value == pytest.approx(0.0, abs=1e-25)
    np.testing.assert_allclose(gradient, [0, 0], atol=1e-12)
    x_min, x_max, y_min, y_max = landscape.window
    assert x_min < minimum[0] < x_max
    assert y_min < minimum[1] < y_max


def test_how_many_minima_there_are():
    counts = {id: len(mt.LANDSCAPES[id].minima) for id in IDS}
    assert counts == {"beale": 1, "saddle": 0, "valley": 1, "rosenbrock": 1, "himmelblau": 4}


@pytest.mark.parametrize("id", IDS)
def test_the_start_is_inside_and_not_at_rest(id):
    landscape = mt.LANDSCAPES[id]
    x_min, x_max, y_min, y_max = landscape.window
    assert x_min < landscape.start[0] < x_max
    assert y_min < landscape.start[1] < y_max
    assert np.abs(landscape(np.array(landscape.start))[1]).max() > 0


@pytest.mark.parametrize("id", IDS)
def test_contours_can_be_had_over_a_grid(id):
    landscape = mt.LANDSCAPES[id]
    x, y = np.meshgrid(np.linspace(-1, 1, 4), np.linspace(-1, 1, 3))
    values = landscape.function(x, y)
    assert values.shape == (3, 4)
    assert values[2, 1] == landscape(np.array([x[2, 1], y[2, 1]]))[0]


def test_the_valley_has_condition_number_100():
    _, gradient = mt.LANDSCAPES["valley"](np.array([1.0, 1.0]))
    assert gradient[1] / gradient[0] == 100


@pytest.mark.parametrize("id", IDS)
def test_far_away_the_value_overflows_quietly(id):
    value, _ = mt.LANDSCAPES[id](np.array([1e200, 1e199]))
    assert not np.isfinite(value)


@pytest.mark.parametrize(
    ("theta", "error"),
    [([1.0], ValueError), (np.array([1, 2]), TypeError), ("ab", TypeError), (None, TypeError)],
)
def test_what_is_no_point(theta, error):
    with pytest.raises(error, match="theta must"):
        mt.LANDSCAPES["beale"](theta)
