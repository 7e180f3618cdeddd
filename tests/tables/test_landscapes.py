"""Landscapes: known values and minima, gradients by finite differences."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

import mlpteach as mt
from mlpteach.tables.landscapes import noisy, own_landscape

IDS = ["beale", "saddle", "valley", "rosenbrock", "himmelblau", "ackley"]


def gradient_by_differences(landscape, point, h=1e-6):
    steps = h * np.eye(2)
    return [(landscape(point + d)[0] - landscape(point - d)[0]) / (2 * h) for d in steps]


def test_the_table():
    assert list(mt.LANDSCAPES) == IDS
    assert all(record.id == id for id, record in mt.LANDSCAPES.items())
    beyond = [id for id in IDS if mt.LANDSCAPES[id].beyond_lecture]
    assert beyond == ["rosenbrock", "himmelblau", "ackley"]


def ackley(x, y):
    """Ackley's function as textbooks write it."""
    waves = (mpmath.cos(2 * mpmath.pi * x) + mpmath.cos(2 * mpmath.pi * y)) / 2
    distance = mpmath.sqrt((x**2 + y**2) / 2)
    return 20 + mpmath.e - 20 * mpmath.exp(-distance / 5) - mpmath.exp(waves)


@pytest.mark.parametrize(
    "point", [(0.0, 0.0), (1e-9, -2e-9), (0.3, 0.0), (-1.0, 2.5), (2.6, -1.8), (30.2, -17.9)]
)
def test_ackley_with_50_digits(point):
    with mpmath.workdps(50):
        x, y = (mpmath.mpf(number) for number in point)
        value = float(ackley(x, y))
        slopes = [float(mpmath.diff(ackley, (x, y), n)) for n in ((1, 0), (0, 1)) if any(point)]
    given, gradient = mt.LANDSCAPES["ackley"](np.array(point))
    assert given == pytest.approx(value, rel=2e-15, abs=1e-40)
    np.testing.assert_allclose(gradient, slopes or [0.0, 0.0], rtol=1e-12, atol=1e-13)


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
    assert [len(mt.LANDSCAPES[id].minima) for id in IDS] == [1, 0, 1, 1, 4, 1]


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
@pytest.mark.parametrize("x", [np.inf, -np.inf, np.nan, 1e308])
def test_infinity_gives_no_bare_warning(id, x):
    value, gradient = mt.LANDSCAPES[id](np.array([x, 0.0]))
    assert not np.isfinite(value) or id == "ackley"
    assert gradient.shape == (2,)


@pytest.mark.parametrize("id", [id for id in IDS if id != "ackley"])
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


def bowl(theta):
    return float(theta @ theta), 2 * theta


def assert_places_are_those_one_by_one(landscape, places):
    values, gradients = landscape.of_rows(places)
    for place, value, gradient in zip(places, values, gradients, strict=True):
        alone = landscape(place)
        np.testing.assert_allclose(value, alone[0], rtol=1e-13)
        np.testing.assert_allclose(gradient, alone[1], rtol=1e-12)


@pytest.mark.parametrize("id", mt.LANDSCAPES)
def test_many_places_at_once_are_those_one_by_one(id):
    landscape = mt.LANDSCAPES[id]
    assert_places_are_those_one_by_one(landscape, np.random.default_rng(0).normal(size=(9, 2)))
    assert landscape.takes_arrays


def clipped(x, y):
    return max(x, y)


def largest(x, y):
    return np.max([x, y])  # of all places, where it is given many


def slopes(x, y):
    return (1.0, 0.0) if x > y else (0.0, 1.0)


def slope_of_the_largest(x, y):
    return x * 0 + np.max(y), y * 0 + 1.0


@pytest.mark.parametrize(
    "changes",
    [
        {"function": clipped, "gradient": slopes},
        {"function": largest, "gradient": slopes},
        {"function": largest, "gradient": lambda x, y: (x, y)},
        {"function": lambda x, y: x, "gradient": slope_of_the_largest},
        {"function": lambda x, y: float(np.sum(x * y)), "gradient": lambda x, y: (y, x)},
    ],
)
def test_landscapes_that_take_no_arrays_are_asked_one_by_one(changes):
    landscape = replace(mt.LANDSCAPES["beale"], **changes)
    assert not landscape.takes_arrays
    assert_places_are_those_one_by_one(landscape, np.random.default_rng(0).normal(size=(9, 2)))


def test_constant_slopes_are_for_all_places():
    plane = replace(
        mt.LANDSCAPES["beale"], function=lambda x, y: 2 * x, gradient=lambda x, y: (2.0, 0.0)
    )
    assert_places_are_those_one_by_one(plane, np.random.default_rng(0).normal(size=(9, 2)))


def test_own_functions_are_asked_place_by_place():
    def bowl(theta):
        assert theta.shape == (2,)
        return float(theta @ theta), 2 * theta

    landscape = own_landscape(bowl, (-1, 1, -1, 1))
    assert_places_are_those_one_by_one(landscape, np.random.default_rng(0).normal(size=(4, 2)))


@pytest.mark.parametrize("objective", [mt.LANDSCAPES["valley"], lambda W: (W.sum(), 3 * W)])
def test_noise_of_many_places_is_that_of_each(objective):
    disturbed = noisy(objective, 0.7, seed=4)
    places = np.random.default_rng(0).normal(size=(5, 2))
    for k in (1, 300):
        values, gradients = disturbed.of_rows(places, k)
        for place, value, gradient in zip(places, values, gradients, strict=True):
            alone = disturbed(place, k)
            assert value == alone[0]
            np.testing.assert_array_equal(gradient, alone[1])


def test_noise_is_normal_and_leaves_the_value():
    objective = noisy(bowl, 0.5, seed=3)
    theta = np.array([1.0, -2.0])
    seen = [objective(theta, k) for k in range(1, 2001)]
    assert {value for value, _ in seen} == {5.0}
    noise = np.array([gradient for _, gradient in seen]) - 2 * theta
    assert noise.mean(axis=0) == pytest.approx([0, 0], abs=0.05)
    assert noise.std(axis=0) == pytest.approx([0.5, 0.5], rel=0.06)
    assert np.corrcoef(noise[:-1, 0], noise[1:, 0])[0, 1] == pytest.approx(0, abs=0.08)
    assert np.unique(noise, axis=0).shape == noise.shape


def test_noise_depends_on_update_and_seed_alone():
    here, there = np.array([1.0, 1.0]), np.array([-3.0, 2.0])
    for k in (1, 256, 257, 10_000):
        added = [noisy(bowl, 0.5, seed=3)(place, k)[1] - 2 * place for place in (here, there)]
        np.testing.assert_allclose(*added, rtol=1e-12, atol=1e-12)
    other = noisy(bowl, 0.5, seed=4)(here, 1)[1]
    assert (other != noisy(bowl, 0.5, seed=3)(here, 1)[1]).all()


@pytest.mark.parametrize("id", ["adam", "nesterov", "lbfgs"])
def test_looking_back_into_a_noisy_run_meets_the_same_noise(id):
    objective = noisy(mt.LANDSCAPES["beale"], 1.0, seed=2)
    rule = mt.rule(id, alpha=0.002, beta=0.005) if id == "nesterov" else id
    trace = mt.descend(objective, [1.0, 1.5], rule=rule, steps=40)
    steps = {k: trace[k - 1] for k in (len(trace), 3, 17)}
    for k, step in steps.items():
        expected = objective(step.before.flat.copy(), k)
        assert step.loss == expected[0]
        np.testing.assert_array_equal(step.gradient.flat, expected[1])


def test_all_rules_meet_the_same_noise():
    still = noisy(lambda theta: (0.0, np.zeros(2)), 1.0)
    adam, gd = (mt.descend(still, [0.0, 0.0], rule=id, steps=20) for id in ("adam", "gd"))
    for one, other in zip(adam, gd, strict=True):
        np.testing.assert_array_equal(one.gradient.flat, other.gradient.flat)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((None, 1.0), TypeError, "objective must be a function"),
        ((bowl, -1.0), ValueError, "sigma must be in"),
        ((bowl, 1.0, -1), ValueError, "seed must be"),
    ],
)
def test_bad_noise_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        noisy(*arguments)


@pytest.mark.parametrize("seed", [0, 2**63])
def test_the_smallest_and_the_largest_seed_of_noise(seed):
    assert np.isfinite(noisy(bowl, 1.0, seed=seed)(np.zeros(2), 1)[1]).all()
    with pytest.raises(ValueError, match="seed must be"):
        noisy(bowl, 1.0, seed=2**63 + 1)


def test_own_function_is_a_landscape():
    mine = own_landscape(bowl, (-2, 2, -1, 1), start=(1, 0.5), minima=[(0, 0)])
    assert (mine.id, mine.start, mine.minima) == ("bowl", (1.0, 0.5), ((0.0, 0.0),))
    x, y = np.meshgrid([0.0, 1.0], [0.0, 2.0])
    np.testing.assert_array_equal(mine.function(x, y), [[0, 1], [4, 5]])
    value, gradient = mine(np.array([3.0, 4.0]))
    assert (value, list(gradient)) == (25.0, [6.0, 8.0])
    assert list(mine.gradient(3.0, 4.0)) == [6.0, 8.0]


WINDOW = (-1, 1, -1, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((1.0, WINDOW), TypeError, "objective must be a function"),
        (
            (lambda x, y: (x, (1, 0)), WINDOW),
            TypeError,
            r"as objective.theta.; given <lambda>.x, y",
        ),
        ((lambda W, k: (0.0, W), WINDOW), TypeError, r"as objective.theta.; given <lambda>.W, k"),
        ((bowl, (1, -1, -1, 1)), ValueError, "window must be .x_min, x_max, y_min, y_max."),
        ((bowl, (0, 1)), ValueError, "window must have shape"),
        ((bowl, "wide"), TypeError, "window must be an array of floats"),
        ((bowl, WINDOW, (1, 2, 3)), ValueError, "start must have shape"),
        ((bowl, WINDOW, None, None), TypeError, "minima must be a list of pairs"),
        ((bowl, WINDOW, None, [(1, 2, 3)]), ValueError, "a minimum must have shape"),
        ((bowl, WINDOW, None, [(1, np.nan)]), ValueError, "a minimum must be finite"),
    ],
)
def test_bad_own_landscapes_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        own_landscape(*arguments)


def test_by_default_an_own_landscape_starts_near_its_upper_left_corner():
    assert own_landscape(bowl, (-5.0, 15.0, 2.0, 12.0)).start == pytest.approx((-3.0, 11.0))


@pytest.mark.parametrize("window", [(0, 0, 0, 1), (0, 1, 2, 2), (1, 0, 0, 1), (0, 1, 1, 0)])
def test_a_window_without_room_is_refused(window):
    with pytest.raises(ValueError, match="x_min < x_max and y_min < y_max"):
        own_landscape(lambda W: (float(W @ W), 2 * W), window)


def test_a_place_that_is_no_usual_array_is_taken_all_the_same():
    beale = mt.LANDSCAPES["beale"]
    value, gradient = beale(np.array([1.0, 1.5]))
    for place in ([1.0, 1.5], (1, 1.5), np.array([1.0, 1.5], dtype=np.float32)):
        given = beale(place)
        assert given[0] == value
        np.testing.assert_array_equal(given[1], gradient)
    with pytest.raises(ValueError, match="theta must have"):
        beale([[1.0, 1.5]])
    with pytest.raises(ValueError, match="theta must have"):
        beale([1.0, 1.5, 2.0])


def test_noise_of_an_update_is_that_of_its_number_alone():
    """Worked out here: blocks of 256 standard normal numbers, a generator for each."""
    from mlpteach.tables import landscapes

    size = landscapes._BLOCK
    noise = noisy(mt.LANDSCAPES["valley"], 0.5, seed=7)
    for k in (1, 2, size, size + 1, 3 * size):
        block, place = (k - 1) // size, (k - 1) % size
        drawn = np.random.default_rng([7, block]).standard_normal((size, 2))
        np.testing.assert_array_equal(noise(np.zeros(2), k)[1], 0.5 * drawn[place])
