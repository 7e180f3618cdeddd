"""What a step is made of, against the formulas of slides and papers."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.step_parts import step_parts

STEPS = 12


def run(id, form="lecture", landscape="beale", **values):
    record = mt.LANDSCAPES[landscape]
    return mt.descend(record, record.start, rule=mt.rule(id, form, **values), steps=STEPS)


def before(rows):
    """Rows of the updates before, zeros at the first."""
    return np.vstack([np.zeros(2), rows[:-1]])


def test_gradient_descent_is_all_gradient():
    trace = run("gd", eta=0.01)
    parts = step_parts(trace)
    assert parts.keys() == {"step", "descent"}
    np.testing.assert_array_equal(parts["step"], parts["descent"])
    np.testing.assert_array_equal(parts["step"], -0.01 * trace.gather("gradient")["gradient"])


def test_momentum_of_the_slide_remembers_one_gradient():
    trace = run("momentum", alpha=0.01, beta=0.004)
    G = trace.gather("gradient")["gradient"]
    np.testing.assert_allclose(step_parts(trace)["past"], -0.004 * before(G), rtol=1e-12)


def test_momentum_of_the_paper_remembers_a_velocity():
    trace = run("momentum", "paper", eta=0.002, beta=0.8)
    v = trace.gather("v")["v"]
    np.testing.assert_allclose(step_parts(trace)["past"], -0.8 * before(v), rtol=1e-9)


@pytest.mark.parametrize("form", ["lecture", "paper"])
def test_adam_divides_the_first_moment_that_it_remembers(form):
    trace = run("adam", form, eta=0.1)
    M, V_hat = trace.gather("M", "V_hat").values()
    k = np.arange(1, STEPS + 1)[:, None]
    remembered = 0.9 * before(M) / (1 - 0.9**k)
    expected = -0.1 * remembered / np.sqrt(V_hat)
    np.testing.assert_allclose(step_parts(trace)["past"], expected, rtol=1e-6, atol=1e-15)


@pytest.mark.parametrize("id", ["adagrad", "rmsprop"])
def test_what_remembers_no_direction_has_no_past(id):
    assert step_parts(run(id)).keys() == {"step", "descent"}


def test_a_step_that_is_no_sum_is_not_split():
    # The sign of a sum; it turns on the way.
    assert "past" not in step_parts(run("lion", "paper", eta=0.1, beta2=0.5))
    assert step_parts(run("lbfgs", "paper")).keys() == {"step"}
    assert step_parts(run("adadelta", "paper")).keys() == {"step"}


def test_nesterov_of_the_paper_is_a_triangle():
    """W to W - beta v, and from there by the gradient at that place."""
    trace = run("nesterov", "paper", eta=0.002, beta=0.9)
    v = trace.gather("v")["v"]
    parts = step_parts(trace)
    np.testing.assert_allclose(parts["look"], -0.9 * before(v), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(parts["past"], parts["look"], rtol=1e-9, atol=1e-12)
    at_look = [
        mt.LANDSCAPES["beale"](W)[1] for W in trace.gather("before")["before"] + parts["look"]
    ]
    rest = parts["step"] - parts["past"]
    np.testing.assert_allclose(rest, -0.002 * np.array(at_look), rtol=1e-9, atol=1e-12)


def test_nesterov_of_the_slide_looks_uphill():
    trace = run("nesterov", alpha=0.005, beta=0.0125)
    G = trace.gather("gradient")["gradient"]
    parts = step_parts(trace)
    np.testing.assert_allclose(parts["look"], 0.005 * before(G), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(parts["past"], -0.005 * before(G), rtol=1e-9, atol=1e-15)


def test_both_forms_of_nesterov_look_from_the_same_ball():
    lecture = run("nesterov", alpha=0.005, beta=0.0125)
    rho = lecture.gather("rho")["rho"]
    paper_look = step_parts(lecture)["look_paper"]
    np.testing.assert_allclose(paper_look, -0.9 * before(rho), rtol=1e-9, atol=1e-12)
    paper = run("nesterov", "paper", eta=0.002)
    G = paper.gather("gradient")["gradient"]
    np.testing.assert_allclose(step_parts(paper)["look_lecture"], 0.002 * before(G), rtol=1e-9)


def test_a_function_of_one_s_own_is_split_by_what_it_remembers():
    def heavy(k, G, v, *, eta=0.01):
        v = 0.5 * v + G
        return {"v": v, "rho": eta * v}

    record = mt.LANDSCAPES["valley"]
    trace = mt.descend(record, record.start, rule=heavy, steps=STEPS)
    v = trace.gather("v")["v"]
    np.testing.assert_allclose(step_parts(trace)["past"], -0.005 * before(v), rtol=1e-9)


def test_a_function_that_can_t_go_without_its_past_is_not_split():
    def proud(k, G, v, *, eta=0.01):
        if k > 1 and not v.any():
            raise ValueError("I remember everything")
        v = 0.5 * v + G
        return {"v": v, "rho": eta * v}

    record = mt.LANDSCAPES["valley"]
    trace = mt.descend(record, record.start, rule=proud, steps=STEPS)
    assert step_parts(trace).keys() == {"step", "descent"}


@pytest.mark.filterwarnings("ignore::mlpteach.run.train.DivergenceWarning")
def test_runs_that_diverge_are_split_up_to_their_end():
    trace = run("nesterov", "paper", eta=1.0)
    assert trace.diverged is not None
    assert len(step_parts(trace)["step"]) == len(trace)
    nothing = mt.descend(mt.LANDSCAPES["beale"], [1e200, 2.0], steps=5)
    assert step_parts(nothing) == {}
