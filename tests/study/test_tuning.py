"""Equal budgets: what is counted, what is chosen, what counts as the cost."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study import tuning
from mlpteach.study.budget import run_within
from mlpteach.study.ranking_problems import (
    RANKING_PROBLEMS,
    RankingProblem,
    as_ranking_problems,
)
from mlpteach.study.tuning import STEP_SIZES, tune


class Bowl:
    """J = x²/2 · (1, 4), which notes where it is asked."""

    curvature = np.array([1.0, 4.0])

    def __init__(self):
        self.asked = []

    def __call__(self, theta):
        self.asked.append(theta.tobytes())
        return 0.5 * float(self.curvature @ theta**2), self.curvature * theta

    def problem(self):
        return RankingProblem("Bowl", self, np.array([2.0, 1.0]))


def test_gradient_descent_takes_one_gradient_an_update():
    (found,) = tune(Bowl().problem(), [mt.rule("gd")], budget=5, sizes=(0.1,))
    x = [np.array([2.0 * 0.9**k, 0.6**k]) for k in range(1, 6)]
    np.testing.assert_allclose(found.costs, [0.5 * (a**2 + 4 * b**2) for a, b in x], rtol=1e-12)


@pytest.mark.parametrize(("form", "per_update"), [("lecture", 2), ("paper", 1)])
def test_nesterov_pays_for_every_gradient_of_its_formula(form, per_update):
    rule = mt.rule("nesterov", form).with_step_size(0.05)
    (found,) = tune(Bowl().problem(), [rule], budget=8, sizes=(0.05,))
    plain = mt.descend(Bowl(), [2.0, 1.0], rule=rule, steps=9)
    reached = np.minimum.accumulate(plain.losses)
    expected = [reached[e // per_update] for e in range(1, 9)]
    np.testing.assert_allclose(found.costs, expected, rtol=1e-12)


def test_lbfgs_pays_for_its_line_search_but_not_twice_for_a_place():
    rosenbrock = mt.LANDSCAPES["rosenbrock"]
    places = []

    def noting(theta):
        places.append(theta.tobytes())
        return rosenbrock(theta)

    trace = mt.descend(noting, rosenbrock.start, rule="lbfgs", steps=20)
    at = [step.after.flat.tobytes() for step in trace]
    first = list(dict.fromkeys(places))  # every place once, in the order of asking
    (found,) = tune(
        RankingProblem("R", rosenbrock, np.array(rosenbrock.start)), [mt.rule("lbfgs")], budget=60
    )
    for k in range(15):
        spent = first.index(at[k]) + 1
        assert found.costs[spent - 1] == trace.losses[k + 1]
        assert found.costs[spent - 2] > trace.losses[k + 1]
    assert found.tuned == ""
    assert np.isnan(found.step_size)


def test_best_step_size_is_chosen_and_divergence_loses():
    def cliff(theta):
        return 0.5 * float(theta @ theta), theta * (1.0 if abs(theta[0]) < 3 else 1e200)

    (found,) = tune(RankingProblem("Cliff", cliff, np.array([1.0])), [mt.rule("gd")],
                 budget=20, sizes=(0.1, 0.9, 5.0))  # fmt: skip
    assert found.step_size == 0.9
    assert [size for size, _ in found.scores] == [0.1, 0.9, 5.0]
    assert found.scores[2][1] == np.inf
    assert not found.diverged


def test_rule_that_always_diverges_says_so():
    def explodes(theta):
        return float(theta @ theta), theta * 1e300

    (found,) = tune(
        RankingProblem("E", explodes, np.array([1.0])), [mt.rule("gd")], budget=9, sizes=(1.0, 2.0)
    )
    assert found.diverged
    assert all(score == np.inf for _, score in found.scores)


def test_cost_that_counts_is_not_that_of_a_mini_batch():
    problem = RANKING_PROBLEMS["digits"](1)
    (found,) = tune(problem, [mt.rule("gd")], budget=30, sizes=(0.1,))
    costs = [problem.cost(step.after.flat) for step in found.trace]
    assert found.costs[-1] >= min(costs) - 1e-15
    assert found.costs[-1] == pytest.approx(costs[-1], rel=0.2)
    assert (np.diff(found.costs) <= 0).all()


FORMS = [
    mt.rule(id, form)
    for id, optimizer in mt.RULES.items()
    for form in optimizer.forms
    if not optimizer.default.needs_layers
]


@pytest.mark.parametrize("id", list(RANKING_PROBLEMS))
def test_side_by_side_everybody_is_who_it_is_alone(id, monkeypatch):
    """The same step sizes, costs and scores as where every run is made alone."""
    problem, sizes = RANKING_PROBLEMS[id](1), (0.01, 0.1, 1.0, 10.0)
    together = tune(problem, FORMS, budget=40, sizes=sizes)
    made = []
    monkeypatch.setattr(tuning, "run_within", lambda *a: made.append(a) or run_within(*a))
    monkeypatch.setattr(tuning, "side_by_side", lambda runs, *_: np.full(len(runs), np.nan))
    one_by_one = tune(problem, FORMS, budget=40, sizes=sizes)
    assert len(made) == sum(4 if rule.tuned else 1 for rule in FORMS)
    for found, alone in zip(together, one_by_one, strict=True):
        assert repr(found.rule) == repr(alone.rule)
        np.testing.assert_allclose(found.costs, alone.costs, rtol=1e-12)
        scores = [[score for _, score in one.scores] for one in (found, alone)]
        np.testing.assert_allclose(*scores, rtol=1e-9)
        np.testing.assert_array_equal(found.trace.losses, alone.trace.losses)


def test_a_winner_runs_alone_only_when_its_trace_is_looked_at(monkeypatch):
    made = []
    monkeypatch.setattr(tuning, "run_within", lambda *a: made.append(a) or run_within(*a))
    found = tune(RANKING_PROBLEMS["beale"](1), FORMS, budget=40)
    assert {rule.id for _, rule, _ in made} == {"lbfgs"}
    assert found[0].trace is found[0].trace
    assert len(made) == 2


def test_equal_costs_are_decided_alone_for_the_first():
    def flat(theta):
        return 1.0 + max(0.0, 1.0 - abs(theta[0])), np.sign(theta) * -1.0

    (found,) = tune(RankingProblem("Flat", flat, np.array([0.5])), [mt.rule("gd")],
                    budget=5, sizes=(0.2, 1.0, 2.0))  # fmt: skip
    assert found.step_size == 0.2


@pytest.mark.parametrize("id", list(RANKING_PROBLEMS))
def test_many_places_of_a_ranking_problem_are_those_one_by_one(id):
    problem = RANKING_PROBLEMS[id](1)
    places = problem.theta0 + np.random.default_rng(0).normal(size=(7, problem.theta0.size))
    for k in (1, 4):
        values, gradients = problem.function.evaluate_rows(places, k if problem.changes else None)
        for place, value, gradient in zip(places, values, gradients, strict=True):
            alone = problem.ask(place, k)
            assert value == pytest.approx(alone[0], rel=1e-14)
            np.testing.assert_array_equal(gradient, alone[1])
    costs = problem.costs(places, 4)
    cost = problem.cost or (lambda theta: problem.ask(theta, 4)[0])
    np.testing.assert_allclose(costs, [cost(place) for place in places], rtol=1e-13)


@pytest.mark.parametrize("id", list(RANKING_PROBLEMS))
def test_ranking_problems_are_decided_by_their_seed(id):
    one, same, other = (RANKING_PROBLEMS[id](seed) for seed in (1, 1, 2))
    asked = [problem.ask(problem.theta0 + 0.1, 3) for problem in (one, same, other)]
    assert asked[0][0] == asked[1][0]
    np.testing.assert_array_equal(asked[0][1], asked[1][1])
    if id in ("noise", "scaling", "moons", "spirals", "digits"):
        assert (asked[0][1] != asked[2][1]).any()


@pytest.mark.parametrize("id", [id for id in RANKING_PROBLEMS if id != "noise"])
def test_gradients_of_the_ranking_problems_are_their_values_slopes(id):
    problem = RANKING_PROBLEMS[id](1)
    theta = problem.theta0 + 0.1
    direction = np.random.default_rng(3).normal(size=theta.size)
    up, down = (problem.ask(theta + h * direction, 2)[0] for h in (1e-6, -1e-6))
    assert problem.ask(theta, 2)[1] @ direction == pytest.approx((up - down) / 2e-6, rel=1e-5)


def test_noise_is_on_the_gradient_only_and_without_a_bias():
    problem, valley = RANKING_PROBLEMS["noise"](1), mt.LANDSCAPES["valley"]
    theta = np.array([1.0, 0.5])
    asked = [problem.ask(theta, k) for k in range(1, 4001)]
    assert {value for value, _ in asked} == {valley(theta)[0]}
    mean = np.mean([gradient for _, gradient in asked], axis=0)
    np.testing.assert_allclose(mean, valley(theta)[1], atol=0.2)


def test_step_sizes_are_half_powers_of_ten():
    np.testing.assert_allclose(STEP_SIZES, 10.0 ** np.arange(-3.5, 1.25, 0.5), rtol=0.02)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (["bale"], ValueError, "Did you mean 'beale'"),
        ("beale", TypeError, "problems must be a list"),
        ([], ValueError, "at least one problem"),
        ({"Mine": 3}, TypeError, "problem 'Mine' must be a pair"),
        ({"Mine": (abs, [np.nan])}, ValueError, "theta0 of problem 'Mine' must be finite"),
        ({"Mine": (lambda x: 1.0, [1.0])}, TypeError, "must return the pair"),
    ],
)
def test_bad_problems_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        as_ranking_problems(given, 1)


def test_function_that_changes_its_argument_is_tuned():
    def bowl(theta):
        value = float(theta @ theta)
        theta *= 2
        return value, theta

    (found,) = tune(
        RankingProblem("Bowl", bowl, np.ones(2)), [mt.rule("gd")], budget=3, sizes=(0.5,)
    )
    np.testing.assert_allclose(found.costs, 0.0, atol=1e-30)
