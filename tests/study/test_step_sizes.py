"""Step sizes that are searched, on bowls whose best one is known by hand."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.step_sizes import for_landscape
from mlpteach.tables.landscapes import own_landscape


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
