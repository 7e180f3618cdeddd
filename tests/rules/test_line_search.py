"""The line search: steps held against the strong Wolfe conditions, and against SciPy's search."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import line_search, rosen, rosen_der

from mlpteach.rules.line_search import armijo_step, wolfe_step


def along(phi, slope):
    """Return the objective of one number with this value and slope."""

    def objective(W):
        return phi(W[0]), np.array([slope(W[0])])

    return objective


def counting(objective):
    calls = []

    def counted(W):
        calls.append(W.copy())
        return objective(W)

    return counted, calls


def search(objective, W, direction, c1=1e-4, c2=0.9):
    W, direction = np.atleast_1d(np.asarray(W, float)), np.atleast_1d(np.asarray(direction, float))
    with np.errstate(all="ignore"):
        J, G = objective(W)
        return wolfe_step(objective, W, direction, J, G, c1, c2)


def check_strong_wolfe(objective, W, direction, c1, c2):
    """A step is found, it meets both conditions, and the gradient returned is the one there."""
    length, gradient = search(objective, W, direction, c1, c2)
    assert length > 0.0
    (J, G), (J_next, G_next) = objective(W), objective(W + length * direction)
    slope = G @ direction
    assert J_next <= J + c1 * length * slope
    assert abs(G_next @ direction) <= c2 * abs(slope)
    np.testing.assert_array_equal(gradient, G_next)
    return length


# The functions of Moré & Thuente 1994, section 5, table I: their beta, c1 (mu) and c2 (eta).


def more_thuente_1(a, beta=2.0):
    return -a / (a * a + beta), (a * a - beta) / (a * a + beta) ** 2


def more_thuente_2(a, beta=0.004):
    return (a + beta) ** 5 - 2 * (a + beta) ** 4, 5 * (a + beta) ** 4 - 8 * (a + beta) ** 3


def more_thuente_3(a, beta=0.01, ripples=39):
    """A smoothed |1 - a| with ripples."""
    size = 2 * (1 - beta) / (ripples * math.pi)
    ripple = size * math.sin(ripples * math.pi * a / 2)
    slope = (1 - beta) * math.cos(ripples * math.pi * a / 2)
    if a <= 1 - beta:
        return 1 - a + ripple, -1 + slope
    if a >= 1 + beta:
        return a - 1 + ripple, 1 + slope
    return (a - 1) ** 2 / (2 * beta) + beta / 2 + ripple, (a - 1) / beta + slope


def yanai(beta1, beta2):
    def function(a):
        gamma1, gamma2 = (math.sqrt(1 + beta * beta) - beta for beta in (beta1, beta2))
        first, second = math.hypot(1 - a, beta2), math.hypot(a, beta1)
        return gamma1 * first + gamma2 * second, gamma1 * (a - 1) / first + gamma2 * a / second

    return function


MORE_THUENTE = {
    1: (more_thuente_1, 1e-3, 1e-1),
    2: (more_thuente_2, 1e-1, 1e-1),
    3: (more_thuente_3, 1e-1, 1e-1),
    4: (yanai(0.001, 0.001), 1e-3, 1e-3),
    5: (yanai(0.01, 0.001), 1e-3, 1e-3),
    6: (yanai(0.001, 0.01), 1e-3, 1e-3),
}


@pytest.mark.parametrize("first", [1e-3, 1e-1, 1e1, 1e3])
@pytest.mark.parametrize("number", MORE_THUENTE)
def test_the_functions_of_more_and_thuente(number, first):
    function, c1, c2 = MORE_THUENTE[number]
    objective = along(lambda a: function(a)[0], lambda a: function(a)[1])
    length = check_strong_wolfe(objective, np.zeros(1), np.array([first]), c1, c2)
    if number in (2, 3):  # whose slope is gentle only at the minimizer
        assert length * first == pytest.approx({2: 1.6 - 0.004, 3: 1.0}[number], rel=1e-4)


@pytest.mark.parametrize("first", [1e-3, 1e-2, 0.1, 1.0, 10.0])
def test_the_lowest_place_of_a_parabola_is_found_at_once(first):
    """A cubic through both ends of an interval is the parabola itself."""
    objective, calls = counting(along(lambda x: (x - 3.0) ** 2, lambda x: 2 * (x - 3.0)))
    length, gradient = search(objective, 0.0, first, c2=1e-8)
    assert length * first == pytest.approx(3.0, rel=1e-12)
    assert abs(gradient[0]) < 1e-8
    doubled = max(0, math.ceil(math.log2(3.0 / first))) + 1
    assert len(calls) - 1 <= doubled + 3


# SciPy's search as an oracle.


def rosenbrock(W):
    return rosen(W), rosen_der(W)


def scipys(W, direction, c1, c2):
    """Return SciPy's step length (None: not found) and how often it asked for the cost."""
    calls = []

    def cost(point):
        calls.append(point)
        return rosen(point)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        length, *_ = line_search(
            cost, rosen_der, W, direction, rosen_der(W), rosen(W), c1=c1, c2=c2, maxiter=25
        )
    return length, len(calls)


def starts(n=200, size=4):
    rng = np.random.default_rng(0)
    for _ in range(n):
        W = rng.uniform(-2.0, 2.0, size)
        G = rosen_der(W)
        turned = G * rng.uniform(0.2, 5.0, size)  # downhill, but not the steepest way
        yield W, -turned / np.linalg.norm(turned) * 10.0 ** rng.uniform(-2, 1)


@pytest.mark.parametrize(("c1", "c2"), [(1e-4, 0.9), (1e-4, 0.1), (0.1, 0.5)])
def test_where_scipy_finds_a_step_there_is_one_found_with_no_more_trials(c1, c2):
    ours = theirs = found_by_scipy = 0
    for W, direction in starts():
        length, trials = scipys(W, direction, c1, c2)
        objective, calls = counting(rosenbrock)
        if length is None:
            continue
        check_strong_wolfe(rosenbrock, W, direction, c1, c2)
        search(objective, W, direction, c1, c2)
        found_by_scipy += 1
        ours, theirs = ours + len(calls) - 1, theirs + trials
    assert found_by_scipy > 150
    assert ours <= 1.05 * theirs


def test_the_same_step_as_scipys_where_the_first_trial_or_a_doubled_one_is_good():
    same = 0
    for W, direction in starts():
        length, _ = scipys(W, direction, 1e-4, 0.9)
        if length is not None and length in (1.0, 2.0, 4.0, 8.0):
            assert search(rosenbrock, W, direction)[0] == length
            same += 1
    assert same > 20


@given(
    st.floats(-3, 3), st.floats(-3, 3), st.floats(-6, 3), st.floats(1e-5, 0.4), st.floats(0.5, 0.95)
)
def test_any_bounded_descent_ends_in_the_strong_wolfe_conditions(x, y, exponent, c1, c2):
    def bumpy(W):
        value = np.log1p(W @ W) + 0.1 * np.sin(3.0 * W).sum()
        return float(value), 2.0 * W / (1.0 + W @ W) + 0.3 * np.cos(3.0 * W)

    W = np.array([x, y])
    direction = -(10.0**exponent) * bumpy(W)[1]
    # A slope that rounding hides, or a step of which W keeps no digit, has no answer.
    if bumpy(W)[1] @ direction < -1e-9 and np.abs(direction).min() > 1e-9:
        check_strong_wolfe(bumpy, W, direction, c1, c2)


# Where there is no such step.


@pytest.mark.parametrize("direction", [1.0, 0.0, np.nan])
def test_a_direction_that_does_not_lead_down_is_not_tried(direction):
    objective, calls = counting(along(lambda x: x * x, lambda x: 2 * x))
    length, gradient = search(objective, 3.0, direction)
    assert (length, gradient.tolist(), len(calls)) == (0.0, [6.0], 1)
    J, G = objective(np.array([3.0]))
    assert armijo_step(objective, np.array([3.0]), np.array([direction]), J, G, 1e-4)[0] == 0.0
    assert len(calls) == 2


def test_a_cost_without_a_lower_bound_has_none():
    objective, calls = counting(along(lambda x: -x, lambda x: -1.0))
    assert search(objective, 0.0, 1.0)[0] == 0.0
    assert len(calls) == 26
    assert armijo_step(objective, np.zeros(1), np.ones(1), 0.0, -np.ones(1), 1e-4)[0] == 1.0


def test_a_kink_has_none_and_the_search_ends():
    objective, calls = counting(along(abs, lambda x: np.sign(x) or 1.0))
    assert search(objective, 0.3, -1.0, c2=0.5)[0] == 0.0
    assert len(calls) < 30


@pytest.mark.parametrize("beyond", [math.inf, math.nan])
def test_where_the_cost_is_no_number_is_too_far(beyond):
    """ln x below 0, or a step that overflows: the search comes back."""

    def objective(W):
        inside = W[0] < 1.5
        return (W[0] - 1.0) ** 2 if inside else beyond, 2.0 * (W - 1.0) if inside else W * np.nan

    assert search(objective, 0.0, 100.0)[0] * 100.0 == pytest.approx(1.0, abs=0.5)


def test_a_slope_that_is_no_number_is_too_far():
    def objective(W):
        return (W[0] - 1.0) ** 2, 2.0 * (W - 1.0) if W[0] < 1.2 else W * np.nan

    length, gradient = search(objective, 0.0, 1.6)
    assert 0.0 < length < 0.75
    assert np.isfinite(gradient).all()


def test_armijos_step_is_the_first_half_that_lowers_the_cost_enough():
    """From 3 by 64, 32, 16, 8 the parabola is as high again or higher; 4 leads to -1."""
    objective = along(lambda x: x * x, lambda x: 2 * x)
    length, gradient = armijo_step(
        objective, np.array([3.0]), np.array([-64.0]), 9.0, np.array([6.0]), 1e-4
    )
    assert (length, gradient.tolist()) == (1 / 16, [-2.0])


@pytest.mark.parametrize(("c1", "length"), [(1e-4, 1.0), (0.5, 0.5)])
def test_armijos_step_asks_for_more_the_larger_c1(c1, length):
    """From 3 by 5 to -2: 4 < 9 - 30 c1 only for the small c1; by 2.5 to 0.5: 0.25 < 9 - 15 c1."""
    objective = along(lambda x: x * x, lambda x: 2 * x)
    found = armijo_step(objective, np.array([3.0]), np.array([-5.0]), 9.0, np.array([6.0]), c1)
    assert found[0] == length
