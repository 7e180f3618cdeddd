"""Step sizes to start with: by hand where an entry has one, else the best that a search finds."""

import numpy as np
import pytest
from examples import instances, one_hot

import mlpteach as mt
from mlpteach.run.problem import NetworkProblem
from mlpteach.study.step_sizes import best_from_start, equal, for_landscape, for_network
from mlpteach.tables.landscapes import noisy, own_landscape

pytestmark = pytest.mark.filterwarnings("ignore::mlpteach.run.train.DivergenceWarning")

GRID = [m * 10.0**power for power in range(-5, 1) for m in (1, 2, 5)]
SEARCHED = [
    *(mt.rule(id) for id in ("gd", "momentum", "nesterov", "adam", "amsgrad", "adamw", "lion")),
    mt.rule("momentum", "paper"),
]


def beale():
    """Beale's function as a reader's own: no step size is known for it."""
    return own_landscape(mt.LANDSCAPES["beale"].__call__, (-4.5, 4.5, -4.5, 4.5), (1.0, 1.5))


def on_sliders(rule):
    names = {"eta", "alpha"} & rule.values.keys()
    if rule.form == "lecture" and "alpha" in rule.values:
        names.add("beta")
    return all(rule.hypers[n].low <= rule.values[n] <= rule.hypers[n].high for n in names)


def best(rule, score):
    """The step size with the lowest score, every run by itself."""
    tried = [rule.with_step_size(size) for size in GRID]
    scores = {one.values[one.step_size]: score(one) for one in tried if on_sliders(one)}
    return min(scores, key=scores.get)


@pytest.mark.parametrize("rule", SEARCHED, ids=str)
def test_a_landscape_gets_the_step_size_that_gets_lowest_inside_the_window(rule):
    landscape = beale()

    def score(one):
        run = mt.descend(landscape, landscape.start, rule=one, steps=100)
        inside = (np.abs(run.gather("before")["before"]) <= 4.5).all()
        return run.losses[-1] if inside and run.diverged is None else np.inf

    (found,) = for_landscape([rule], landscape)
    assert found.values[rule.step_size] == best(rule, score)
    assert found.form == rule.form


def test_many_rules_at_once_are_each_what_they_are_by_themselves():
    together = for_landscape(SEARCHED, beale())
    for rule, found in zip(SEARCHED, together, strict=True):
        assert repr(found) == repr(for_landscape([rule], beale())[0])


def test_by_hand_where_the_entry_has_one():
    rules = [mt.rule("adam"), mt.rule("adamw"), mt.rule("lbfgs"), mt.rule("adadelta", "paper")]
    adam, adamw, lbfgs, adadelta = for_landscape(rules, mt.LANDSCAPES["beale"])
    assert adam.values["eta"] == 0.1
    assert adamw.values["eta"] != rules[1].values["eta"]
    assert (lbfgs, adadelta) == (rules[2], rules[3])


def test_function_that_has_no_value_beyond_its_domain():
    def root(theta):
        if theta[0] < 0:
            raise ValueError("no root there")
        return float(np.sqrt(theta[0])) + theta[1] ** 2, np.array(
            [0.5 / np.sqrt(theta[0]), 2 * theta[1]]
        )

    landscape = own_landscape(root, (0.0, 2.0, -1.0, 1.0), (1.0, 0.5))
    (found,) = for_landscape([mt.rule("gd")], landscape)
    assert found.values["eta"] < 0.05
    assert mt.descend(landscape, landscape.start, rule=found, steps=100).losses[-1] < 1.0


def test_rule_stays_as_it_is_where_every_step_size_leaves_the_window():
    landscape = own_landscape(lambda W: (1e30 * W.sum(), np.full(2, 1e30)), (-1, 1, -1, 1))
    rule = mt.rule("gd", eta=0.25)
    assert for_landscape([rule], landscape) == [rule]


@pytest.mark.parametrize("schedule", [None, "adaptive"])
def test_a_network_gets_the_step_size_with_the_lowest_mean_cost(schedule):
    X, y = instances(60)
    net = mt.MLP((4, 6, 3), hidden="relu", init="he", seed=5)
    X, Y, loss, l2 = net.check_problem(X, one_hot(y), "cross_entropy", 0.0)
    problem = NetworkProblem(net, X, Y, loss, l2, 10, 1)

    def score(one):
        run = mt.train(net, X, Y.T, rule=one, schedule=schedule, batch_size=10, epochs=17, seed=1)
        return run.losses[50:100].mean() if run.diverged is None else np.inf

    rules = [mt.rule(id) for id in ("gd", "momentum", "adam", "adagrad")]
    for rule, found in zip(rules, for_network(rules, problem, schedule), strict=True):
        assert found.values[rule.step_size] == best(rule, score)


# Bowls whose best step size is known by hand.


def bowl(curvature, window=(-2.0, 2.0, -2.0, 2.0)):
    """J = curvature · (x² + y²)/2: gradient descent arrives at once with eta = 1/curvature."""

    def J(W):
        return 0.5 * curvature * float(W @ W), curvature * W

    return own_landscape(J, window, start=(1.0, 1.0))


@pytest.mark.parametrize(("curvature", "eta"), [(1.0, 1.0), (20.0, 0.05), (500.0, 0.002)])
def test_gradient_descent_arrives_at_once(curvature, eta):
    (found,) = for_landscape([mt.rule("gd")], bowl(curvature))
    assert found.values["eta"] == pytest.approx(eta, rel=1e-12)


def test_a_step_that_leaves_the_window_is_not_taken():
    # Halfway at each update it is lower for eta = 1, but from (1, 1) it crosses to (−0.5, −0.5).
    (found,) = for_landscape([mt.rule("gd")], bowl(1.5, window=(-0.1, 2.0, -0.1, 2.0)))
    assert found.values["eta"] == 0.5


def test_each_rule_has_its_own_step_size():
    rules = [mt.rule("gd"), mt.rule("adamw"), mt.rule("gd", eta=3.0)]
    landscape = bowl(20.0)
    found = for_landscape(rules, landscape)
    assert [rule.id for rule in found] == ["gd", "adamw", "gd"]
    assert found == [for_landscape([rule], landscape)[0] for rule in rules]
    assert found[0].values["eta"] == found[2].values["eta"] == 0.05


def test_where_nothing_gets_anywhere_the_rule_stays():
    (found,) = for_landscape([mt.rule("gd", eta=0.3)], own_landscape(
        lambda W: (1.0 / W[0], np.array([-1.0 / W[0] ** 2, 0.0])), (-1, 1, -1, 1), start=(1.5, 0.0)
    ))  # fmt: skip
    assert found.values["eta"] == 0.3


def test_rules_without_a_step_size_stay():
    lbfgs = mt.rule("lbfgs")
    assert for_landscape([lbfgs], bowl(20.0)) == [lbfgs]


# The best from one start.


def mean_log_cost(rule, objective, start, updates):
    run = mt.descend(objective, start, rule=rule, steps=updates)
    return np.log(run.losses).mean() if run.diverged is None else np.inf


@pytest.mark.parametrize("start", [(1.0, 1.5), (-2.0, -1.0)])
@pytest.mark.parametrize("sigma", [0.0, 2.0])
def test_the_best_from_a_start_has_the_lowest_mean_of_the_cost_s_logarithm(start, sigma):
    landscape = mt.LANDSCAPES["beale"]
    objective = noisy(landscape, sigma, 4) if sigma else landscape
    found = best_from_start(SEARCHED, landscape, objective, start, 60)
    for rule, one in zip(SEARCHED, found, strict=True):
        score = mean_log_cost(one, objective, start, 60)
        sizes = [rule.with_step_size(size) for size in GRID]
        others = [
            mean_log_cost(other, objective, start, 60) for other in sizes if on_sliders(other)
        ]
        assert score == min(others)


def test_a_wild_run_that_ends_well_is_not_the_best():
    """With eta = 2 the three costs are 1.1, 1000, 0.001; with eta = 0.5 they are 1.1, 0.6, 0.1."""

    def cost(W):
        x = round(W[0], 6)
        heights = {-1.0: 1000.0, -3.0: 1e-3, 8.0: 0.0}
        return heights.get(x, 0.1 + abs(x)), np.array([1.0, 0.0])

    landscape = own_landscape(cost, (-9, 9, -9, 9), start=(1.0, 0.0), minima=(8.0, 0.0))
    ends = {
        size: mt.descend(landscape, (1.0, 0.0), rule=mt.rule("gd", eta=size), steps=3).losses[-1]
        for size in (0.5, 2.0)
    }
    assert ends == {0.5: pytest.approx(0.1), 2.0: 1e-3}
    (found,) = best_from_start([mt.rule("gd")], landscape, landscape, (1.0, 0.0), 3)
    assert found.values["eta"] == 0.5


@pytest.mark.parametrize("curvature", [1.0, 20.0, 500.0])
def test_the_best_step_in_a_bowl_is_one_over_its_curvature(curvature):
    landscape = bowl(curvature)
    (found,) = best_from_start([mt.rule("gd")], landscape, landscape, (1.0, 1.0), 40)
    assert found.values["eta"] == pytest.approx(1 / curvature, rel=1e-12)


def test_equal_step_sizes_change_what_goes_with_them():
    gd, momentum, lbfgs = equal([mt.rule("gd"), mt.rule("momentum"), mt.rule("lbfgs")], 0.5)
    assert gd.values == {"eta": 0.5}
    assert momentum.values == pytest.approx({"alpha": 0.5, "beta": 0.45})
    assert lbfgs == mt.rule("lbfgs")


def test_where_every_step_size_diverges_the_rule_stays():
    cliff = own_landscape(lambda W: (1e300 * W.sum(), np.full(2, 1e300)), (-1, 1, -1, 1))
    rule = mt.rule("gd", eta=0.25)
    assert best_from_start([rule], cliff, cliff, (0.5, 0.5), 200) == [rule]
