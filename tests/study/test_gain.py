"""How fast a rule comes nearer, from the eigenvalues, against runs."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.gain import rate


@pytest.mark.parametrize(
    "rule",
    [mt.rule("gd", eta=0.1), mt.rule("momentum", "lecture"), mt.rule("momentum", "paper")],
    ids=["gd", "lecture", "paper"],
)
def test_the_rate_is_that_of_a_long_run(rule):
    def parabola(W):
        return float(W @ W), 2.0 * W  # curvature 2

    rule = rule.with_step_size(0.05)
    trace = mt.descend(parabola, [1.0], rule=rule, steps=200)
    measured = (trace[-1].after.flat[0] / trace[99].after.flat[0]) ** (1 / 100)
    assert rate(rule, [2.0]) == pytest.approx(np.abs(measured), rel=0.05)
