"""Questions take their numbers from a run: a trace, or the dashboard on the page."""

import pytest

import mlpteach as mt
from mlpteach.quiz import QUESTIONS
from mlpteach.quiz.runs import seeded_run


@pytest.fixture(scope="module")
def trace():
    X, y = mt.datasets.digits()
    net = mt.MLP((64, 6, 10), seed=2)
    return mt.train(net, X[:200], y[:200], rule="adam", epochs=2, seed=2, progress=False)


def test_numbers_are_those_of_the_trace(trace):
    asked = QUESTIONS["adams_corrected_first_moment"].ask("ada", trace)
    weight, n = asked.weight, asked.numbers
    step = trace[int(n["k"]) - 1]
    at = (weight.row, weight.column)
    assert n["M"] == step.M.W[2][at]
    assert n["M_hat"] == step.M_hat.W[2][at] == asked.key
    assert n["M_hat"] == pytest.approx(n["M"] / (1 - 0.9 ** n["k"]), rel=1e-12)
    assert n["g"] == step.gradient.W[2][at]
    assert n["w_after"] == pytest.approx(n["w"] - n["rho"], abs=1e-15)
    if n["k"] > 1:
        assert n["M_before"] == trace[int(n["k"]) - 2].M.W[2][at]


def test_students_get_other_numbers_and_each_the_same_again(trace):
    question = QUESTIONS["adams_first_moment"]
    keys = [question.ask(f"student {i}", trace).key for i in range(20)]
    assert len(set(keys)) > 15
    assert keys == [question.ask(f"student {i}", trace).key for i in range(20)]


def test_a_dashboard_is_asked_about_where_it_stands():
    dashboard = mt.dashboards.adam(epochs=1)
    dashboard.position = {"k": 7}
    asked = QUESTIONS["adams_corrected_first_moment"].ask(0, dashboard)
    assert asked.numbers["k"] == 7
    assert "update 7" in str(asked)
    assert asked.key == dashboard.trace[6].M_hat.W[2][0, 0]


def test_a_run_that_lacks_the_quantity_is_refused():
    with pytest.raises(ValueError, match=r"asks about M, M_hat.* does not have"):
        QUESTIONS["adams_corrected_first_moment"].ask(0, seeded_run("gd", 1))


def test_what_is_no_run_is_refused(trace):
    with pytest.raises(TypeError, match="must be a trace or a dashboard; given 3"):
        QUESTIONS["adams_first_moment"].ask(0, 3)
    landscape = mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.5], rule="adam", steps=5)
    with pytest.raises(TypeError, match="needs the run of a network"):
        QUESTIONS["adams_first_moment"].ask(0, landscape)


def test_a_run_that_a_question_has_no_use_for_is_refused(trace):
    with pytest.raises(ValueError, match="'nielsens_neuron' takes nothing from a run or a dash"):
        QUESTIONS["nielsens_neuron"].ask(0, trace)


def test_a_run_that_is_too_short_is_refused(trace):
    X, y = mt.datasets.digits()
    short = mt.train(mt.MLP((64, 4, 10), seed=1), X[:20], y[:20], rule="adam", epochs=1,
                     batch_size=None, progress=False)  # fmt: skip
    with pytest.raises(ValueError, match="asks about update 2 or a later one; the run has 1"):
        QUESTIONS["adams_first_moment"].ask(0, short)


@pytest.mark.parametrize("seed", [None, 1.5, True, [1]])
def test_a_seed_is_a_number_or_a_text(seed):
    with pytest.raises(TypeError, match="seed must be a whole number or a text"):
        QUESTIONS["adams_first_moment"].ask(seed)
