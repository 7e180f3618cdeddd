"""Momentum in both forms: the steady gain and the valley, against reference numbers."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study import gain


@pytest.fixture(scope="module")
def steady():
    return mt.dashboards.momentum()


@pytest.fixture(scope="module")
def valley():
    return mt.dashboards.momentum("valley")


def test_steady_gain_is_1_9_on_the_slide_and_10_in_the_paper(steady):
    series = steady.show.series
    assert series["lecture.rho"][:3] == pytest.approx([1.0, 1.9, 1.9])
    assert series["paper.rho"][:3] == pytest.approx([1.0, 1.9, 2.71])
    assert series["lecture.gain"][0] == pytest.approx(1.9)
    assert series["paper.gain"][0] == pytest.approx(10.0)
    assert series["paper.rho"][-1] == pytest.approx(10 * (1 - 0.9**50))
    assert series["lecture.share"][-1] == pytest.approx(1.0)


def test_slide_remembers_one_gradient_and_the_paper_all(steady):
    series = steady.show.series
    assert series["lecture.weight"][:4] == pytest.approx([1.0, 0.9, 0.0, 0.0], abs=1e-12)
    assert series["paper.weight"][:4] == pytest.approx([1.0, 0.9, 0.81, 0.729])
    assert series["ago"][:3].tolist() == [0, 1, 2]


def test_steps_are_those_of_the_trace(steady):
    for form, trace in steady.traces.items():
        rho = [step.rho.flat[0] for step in trace]
        assert steady.show.series[f"{form}.rho"].tolist() == rho


def test_rates_in_the_valley_are_those_of_goh(valley):
    table = valley.show.panels[-1]
    assert [row.cells[-1] for row in table.rows] == ["0.980198", "0.961330", "0.818182"]
    assert valley.values["valley.eta"] == pytest.approx(0.03305785, abs=5e-9)
    assert valley.values["valley.paper.beta"] == pytest.approx(0.66942149, abs=5e-9)
    series = valley.show.series
    assert series["gd.rate"][-1] == pytest.approx(0.980198, abs=1e-6)
    # A double eigenvalue: the distance is k 0.818182^k, so the rate comes down to it slowly.
    assert 0.818182 < series["paper.rate"][-1] < 0.8225
    assert series["lecture.rate"][-20:].mean() == pytest.approx(0.9613, abs=0.02)


@pytest.mark.parametrize("form", ["lecture", "paper"])
@pytest.mark.parametrize(("step", "beta"), [(0.005, 0.002), (0.01, 0.009), (0.03, 0.0)])
def test_rate_in_theory_is_that_of_a_long_run(form, step, beta):
    name = {"lecture": "alpha", "paper": "eta"}[form]
    rule = mt.rule("momentum", form, **{name: step, "beta": beta})
    cost = gain.valley((1.0, 20.0))
    trace = mt.descend(cost, [1.0, 1.0], rule=rule, steps=1500)
    early, late = (np.linalg.norm(trace[k].after.flat) for k in (499, 1499))
    assert gain.rate(rule, (1.0, 20.0)) == pytest.approx((late / early) ** (1 / 1000), rel=1e-4)


def test_slides_best_values_in_the_valley_are_the_best_of_their_neighbourhood():
    def rate(alpha, beta):
        return gain.rate(mt.rule("momentum", alpha=alpha, beta=beta), (1.0, 100.0))

    best = rate(0.0291, 0.0092)
    neighbours = [
        rate(0.0291 + 1e-3 * i, 0.0092 + 1e-3 * j)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (i, j) != (0, 0)
    ]
    assert best < min(neighbours) < 1


def test_way_and_cost_in_the_valley_are_those_of_the_trace(valley):
    series = valley.show.series
    for name, trace in valley.traces.items():
        np.testing.assert_array_equal(series[f"{name}.J"], trace.losses)
        W = trace[30].before.flat
        assert (series[f"{name}.x"][30], series[f"{name}.y"][30]) == tuple(W)
        assert trace.losses[30] == pytest.approx(0.5 * (W[0] ** 2 + 100 * W[1] ** 2))


def test_run_that_diverges_is_told_and_ends():
    start = {"valley.alpha": 10.0, "valley.lecture.beta": 1.0}
    dashboard = mt.dashboards.momentum("valley", updates=400, values=start)
    trace = dashboard.traces["lecture"]
    k = trace.diverged.k
    assert f"momentum, slide: The run diverged at update k = {k}" in dashboard.show.message
    row = dashboard.show.panels[-1].rows[1]
    assert row.notes == {k: f"diverged at update {k}"}
    J = dashboard.show.series["lecture.J"]
    assert np.isfinite(J[: k - 1]).all()
    assert np.isnan(J[k - 1 :]).all()
    assert np.isfinite(dashboard.show.series["paper.J"]).all()


def test_valley_as_round_as_a_bowl_is_left_at_once():
    dashboard = mt.dashboards.momentum("valley", condition=1.0, updates=10)
    assert dashboard.show.series["gd.J"][1] == 0.0
    assert dashboard.show.panels[-1].rows[0].cells[-1] == "0.000000"


def test_state_goes_round_and_figures_are_drawn(steady):
    dashboard = mt.dashboards.momentum(values={"steady.paper.beta": 0.5})
    dashboard.position = {"k": 7}
    steady.state = dashboard.state
    assert steady.show.series["paper.gain"][0] == pytest.approx(2.0)
    assert steady.position["k"] == 7
    steady.configure(**{"steady.paper.beta": 0.9})
    for on in ("steady", "valley"):
        steady.configure(on=on)
        assert len(steady.figure(3).axes or steady.figure(3).subfigs) > 0
    steady.configure(on="steady")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"on": "hill"}, ValueError, "on='hill' is unknown; allowed: steady, valley"),
        ({"updates": 0}, ValueError, "updates must be a whole number"),
        ({"condition": 0.5}, ValueError, "condition must be in"),
        ({"values": {"beta": 0.9}}, ValueError, "no control 'beta'; it has: on, steady.alpha"),
        ({"values": {"steady.eta": "fast"}}, TypeError, "steady.eta must be a number"),
        ({"values": {"steady.paper.beta": 1.0}}, ValueError, "beta must be in"),
        ({"values": ["on"]}, TypeError, "values must be a dict"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mt.dashboards.momentum(**arguments)


def test_step_size_beyond_the_numbers_has_an_infinite_rate():
    dashboard = mt.dashboards.momentum("valley", values={"valley.gd.eta": 1e308})
    assert dashboard.show.series["gd.theory"][0] == np.inf
