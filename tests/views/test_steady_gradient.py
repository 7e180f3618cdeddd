"""Momentum on a gradient of 1, against the sums that one can write down."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study import gain
from mlpteach.views.steady_gradient import history, show_steady

RULES = {
    "lecture": mt.rule("momentum", "lecture", alpha=0.3, beta=0.1),
    "paper": mt.rule("momentum", "paper", eta=0.5, beta=0.5),
}


def test_the_step_grows_to_its_gain_and_forgets():
    traces = {name: gain.steady_run(rule, 4) for name, rule in RULES.items()}
    series = history(traces, 5)
    np.testing.assert_array_equal(series["k"], [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(series["ago"], [0, 1, 2, 3, 4])
    # Paper: 1/2 + 1/4 + 1/8 + … = 1; the run was planned for five updates and made four.
    expected = [0.5, 0.75, 0.875, 0.9375, np.nan]
    np.testing.assert_allclose(series["paper.rho"], expected)
    np.testing.assert_allclose(series["paper.gain"], [1.0] * 5)
    np.testing.assert_allclose(series["paper.share"], expected)
    np.testing.assert_allclose(series["paper.weight"], [0.5, 0.25, 0.125, 0.0625, np.nan])
    # Slide: the gradient and the one before, no more.
    np.testing.assert_allclose(series["lecture.rho"], [0.3, 0.4, 0.4, 0.4, np.nan])
    np.testing.assert_allclose(series["lecture.share"], [0.75, 1.0, 1.0, 1.0, np.nan])
    np.testing.assert_allclose(series["lecture.weight"], [0.3, 0.1, 0.0, 0.0, np.nan], atol=1e-15)


def test_the_plots_begin_at_0_and_hold_steps_limits_and_weights():
    show = show_steady(RULES, 4)
    grown, remembered, table = show.panels
    assert show.steps == 4
    assert show.message == ""
    # The greatest number is the gain 1: with 5 % of room, in steps of 1/2.
    assert grown.axes.xlim == (0.0, 4.0)
    assert grown.axes.ylim[0] == 0.0
    assert grown.axes.ylim[1] == 1.5
    # The greatest weight is 1/2: in steps of 1/5.
    assert remembered.axes.ylim[0] == 0.0
    assert remembered.axes.ylim[1] == pytest.approx(0.6)
    assert [layer.y for layer in grown.layers] == [
        "lecture.rho", "paper.rho", "lecture.gain", "paper.gain",
    ]  # fmt: skip
    assert [layer.style.dash for layer in grown.layers[2:]] == ["dotted", "dotted"]
    assert [(layer.x, layer.y) for layer in remembered.layers] == [
        ("ago", "lecture.weight"), ("ago", "paper.weight"),
    ]  # fmt: skip
    assert [row.label for row in table.rows] == ["momentum, slide", "momentum, paper"]
    assert table.rows[1].cells == (
        "paper.rho", "paper.gain", r"$\eta / (1 - \beta)$", "paper.share",
    )  # fmt: skip
    assert grown.click == "step"
