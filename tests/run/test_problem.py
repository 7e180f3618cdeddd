"""Functions that change from update to update, and places that are not allowed."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.run.problem import FunctionProblem


def clip(theta):
    return np.clip(theta, -1.0, 1.0)


def slopes(theta, k):
    """Slope 3 at k = 1, 4, 7, … and -1 else, as in Reddi, Kale & Kumar 2018, section 3."""
    c = 3.0 if k % 3 == 1 else -1.0
    return c * theta[0], np.array([c])


def half(theta):
    return 0.5 * float(theta @ theta), theta


def test_function_is_told_the_number_of_the_update():
    trace = mt.descend(slopes, [0.0], rule=mt.rule("gd", eta=0.25), steps=6)
    np.testing.assert_array_equal(trace.losses, [0.0, 0.75, 0.5, -0.75, 1.0, 0.75])
    assert [step.gradient.flat[0] for step in trace] == [3, -1, -1, 3, -1, -1]
    assert [step.batch for step in trace] == [1, 2, 3, 4, 5, 6]


def test_function_is_asked_for_the_updates_that_are_made_and_no_others():
    asked = set()

    def objective(theta, k):
        asked.add(k)
        return slopes(theta, k)

    mt.descend(objective, [0.0], rule="gd", steps=1)
    assert asked == {1}


def test_rule_that_looks_ahead_sees_the_function_of_its_own_update():
    rule = mt.rule("nesterov", form="paper", eta=0.5, beta=0.5)
    trace = mt.descend(slopes, [0.0], rule=rule, steps=3)
    assert [step.G_ahead.flat[0] for step in trace] == [3, -1, -1]


@pytest.mark.parametrize(
    ("objective", "told"),
    [
        (lambda theta, k: half(theta), True),
        (lambda theta, *, k: half(theta), True),
        (lambda theta: half(theta), False),
        (lambda theta, k=3: (k * half(theta)[0], k * theta), False),
        (mt.LANDSCAPES["beale"], False),
    ],
)
def test_only_a_parameter_named_k_without_default_is_told(objective, told):
    assert FunctionProblem(objective, np.array([0.5, 0.5])).changes_with_k is told


def test_projection_moves_w_back_and_leaves_rho_to_the_rule():
    rule = mt.rule("gd", eta=0.25)
    trace = mt.descend(slopes, [-0.5], rule=rule, steps=3, project=clip)
    assert [step.rho.flat[0] for step in trace] == [0.75, -0.25, -0.25]
    assert [step.after.flat[0] for step in trace] == [-1.0, -0.75, -0.5]
    assert [step.before.flat[0] for step in trace] == [-0.5, -1.0, -0.75]


def test_looking_back_is_exact_with_projection_and_changing_function():
    trace = mt.descend(slopes, [1.0], rule=mt.rule("adam", eta=0.3), steps=70, project=clip)
    forwards = [step.after.flat[0] for step in trace]
    assert [trace[i].after.flat[0] for i in reversed(range(70))] == forwards[::-1]
    assert min(forwards) == -1.0
    assert max(forwards) <= 1.0


@pytest.mark.parametrize(
    ("rule", "expected", "tolerance"),
    [
        (mt.rule("adam", form="paper", bias_correction=False, eta=0.1, beta1=0.0,
                 beta2=0.1, eps=0.0), 0.99895, 5e-6),
        (mt.rule("amsgrad", eta=0.1, beta1=0.0, beta2=0.1, eps=0.0), -1.0, 0.0),
    ],
    ids=["adam", "amsgrad"],
)  # fmt: skip
def test_reddi_first_example(rule, expected, tolerance):
    def cooled(eta, k):
        return eta / np.sqrt(k)

    trace = mt.descend(slopes, [1.0], rule=rule, steps=10_000, schedule=cooled, project=clip)
    assert trace[-1].after.flat[0] == pytest.approx(expected, abs=tolerance)


def test_same_problem_is_run_again_with_another_rule():
    trace = mt.descend(slopes, [1.0], rule="gd", steps=5, project=clip)
    again = mt.rerun(trace, mt.rule("gd"))
    assert mt.compare(trace, again) is None
    assert mt.compare(trace, "amsgrad").quantity == "rho"


def test_infinite_step_is_a_divergence_and_not_brought_back():
    def explodes(k, G, *, eta):
        return mt.Quantities(rho=G * (np.inf if k == 20 else eta))

    with pytest.warns(mt.DivergenceWarning, match="k = 20: rho"):
        trace = mt.descend(half, [1.0], rule=mt.rule(explodes, eta=0.1), steps=40, project=clip)
    assert len(trace) == 19


@pytest.mark.parametrize(
    ("project", "error", "message"),
    [
        (1.0, TypeError, "project must be a function theta -> theta; given 1.0"),
        (lambda x: x / 2, ValueError, r"theta0 must be an allowed place.*given \[0.8\]"),
        (lambda x: None, TypeError, "what project returned must be an array of floats; given None"),
        (lambda x: np.array([1.0, 2.0]), ValueError, r"what project returned must have shape"),
        (lambda x: np.array([1]), TypeError, "what project returned must hold floats"),
    ],
)
def test_bad_projection_is_refused(project, error, message):
    with pytest.raises(error, match=message):
        mt.descend(half, [0.8], rule="gd", steps=2, project=project)


def test_projection_that_fails_later_keeps_the_updates_before():
    def breaks(theta):
        if theta[0] < 0.5:
            raise RuntimeError("no place here")
        return theta

    with pytest.raises(RuntimeError, match="no place here") as caught:
        mt.descend(half, [1.0], rule=mt.rule("gd", eta=0.1), steps=40, project=breaks)
    assert len(caught.value.trace) == 6


def problem_that_raises(error):
    """Anywhere but at 0, where it is asked for its shapes."""

    def objective(theta):
        if theta.any():
            raise error
        return 0.0, theta

    return FunctionProblem(objective, np.zeros(2))


@pytest.mark.parametrize("theta", [[np.inf, 1.0], [1.0, np.nan]])
@pytest.mark.parametrize("error", [ValueError("math domain error"), OverflowError("too large")])
def test_python_numbers_that_raise_are_infinite_where_theta_is_no_number(theta, error):
    found = problem_that_raises(error).evaluate(np.array(theta), 1)
    assert found.loss == np.inf
    np.testing.assert_array_equal(found.gradient, [np.nan, np.nan])


def test_an_overflow_is_infinite_anywhere_and_a_mistake_is_not():
    assert problem_that_raises(OverflowError()).evaluate(np.ones(2), 1).loss == np.inf
    with pytest.raises(ValueError, match="a mistake"):
        problem_that_raises(ValueError("a mistake")).evaluate(np.ones(2), 1)
