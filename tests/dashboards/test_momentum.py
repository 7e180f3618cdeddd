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
    assert [row.cells[-1] for row in table.rows] == ["0.980", "0.961", "0.818"]
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
    assert dashboard.show.panels[-1].rows[0].cells[-1] == "0.00"


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


def rows(dashboard):
    """Of the map: name of a direction, or of the slower -> what the table says of it."""
    return {row.label.split()[0]: row.cells for row in dashboard.show.panels[-1].rows}


def bar(dashboard):
    """Where the ends of the bar lie on the map, as (eta lambda, memory)."""
    layers = dashboard.show.panels[0].layers
    (line,) = [layer for layer in layers if hasattr(layer, "x") and np.size(layer.x) == 2]
    return [tuple(end) for end in zip(line.x, line.y, strict=True)]


def test_on_the_map_nothing_is_faster_than_polyaks_best():
    best = {"map.eta": 4 / 121, "map.beta": (9 / 11) ** 2}
    dashboard = mt.dashboards.momentum("map", values=best)
    assert {cells[2] for cells in rows(dashboard).values()} == {"0.818"}
    assert dashboard.show.panels[-1].rows[-1].label == "slower: both"
    assert bar(dashboard)[0] == pytest.approx((4 / 121, 81 / 121))
    assert bar(dashboard)[1] == pytest.approx((400 / 121, 81 / 121))
    dashboard.configure(**{"map.eta": 0.012, "map.beta": 0.72})
    # As Goh has it: real eigenvalues in the flat direction, sqrt(beta) in the steep one.
    flat = max(np.roots([1.0, -(1 + 0.72 - 0.012), 0.72]))
    assert rows(dashboard)["flat"][1:3] == ("monotone", f"{flat:.3g}")
    assert rows(dashboard)["steep"][1:3] == ("oscillating", f"{np.sqrt(0.72):.3g}")
    assert rows(dashboard)["slower:"] == rows(dashboard)["flat"]


def test_bar_and_sliders_move_each_other():
    dashboard = mt.dashboards.momentum("map")
    dashboard.configure(middle=(0.5, 0.4))  # a click
    assert dashboard.values["map.eta"] == pytest.approx(0.05)
    assert dashboard.values["map.beta"] == 0.4
    assert bar(dashboard)[1] == pytest.approx((5.0, 0.4))
    dashboard.configure(**{"map.eta": 0.02})
    assert dashboard.values["middle"] == pytest.approx((0.2, 0.4))
    dashboard.configure(condition=25.0)
    assert dashboard.values["middle"] == pytest.approx((0.1, 0.4))
    assert bar(dashboard)[1] == pytest.approx((0.5, 0.4))
    dashboard.configure(middle=(0.1, 1.0))
    assert dashboard.values["map.beta"] == 0.999  # a velocity has to fade


def test_the_slides_map_has_the_slides_values():
    dashboard = mt.dashboards.momentum("slide_map")
    dashboard.configure(middle=(0.3, 0.5))
    assert dashboard.values["slide_map.alpha"] == pytest.approx(0.03)
    assert dashboard.values["slide_map.beta"] == pytest.approx(0.015)
    assert dashboard.trace.run.rule.form == "lecture"
    # (1 - s - t) t = s/2 where s = 0.03: the larger root.
    assert rows(dashboard)["flat"][2] == f"{max(np.roots([1.0, -0.97, 0.015])):.3g}"
    assert rows(dashboard)["steep"][1] == "diverging"
    assert rows(dashboard)["steep"][3] == "never"
    dashboard.configure(on="map")
    eta = dashboard.values["map.eta"]
    assert dashboard.values["middle"] == pytest.approx((10 * eta, 0.72))


def test_a_bar_given_at_first_is_taken():
    dashboard = mt.dashboards.momentum("map", values={"middle": (0.4, 0.6)})
    assert (dashboard.values["map.eta"], dashboard.values["map.beta"]) == (0.04, 0.6)


def test_what_is_left_on_the_map_is_of_the_run_and_falls_as_promised():
    dashboard = mt.dashboards.momentum("map", updates=80)
    series, trace = dashboard.show.series, dashboard.trace
    W = trace[40].before.flat
    assert series["flat.left"][40] == pytest.approx(abs(W[0] / -4.0))
    assert series["steep.left"][40] == pytest.approx(abs(W[1] / 0.15))
    rate = float(rows(dashboard)["flat"][2])
    assert series["flat.slope"][40] == pytest.approx(rate**40, rel=0.03)
    fall = series["flat.left"][70] / series["flat.left"][50]
    assert fall == pytest.approx(rate**20, rel=0.03)


def test_a_run_that_diverges_on_the_map_is_told():
    dashboard = mt.dashboards.momentum("map", updates=2000, values={"map.eta": 1.0})
    assert "The run diverged at update" in dashboard.show.message
    assert rows(dashboard)["steep"][1] == "diverging"


@pytest.mark.parametrize("on", ["map", "slide_map"])
def test_state_of_a_map_goes_round(on):
    first, second = mt.dashboards.momentum(on), mt.dashboards.momentum()
    first.configure(middle=(0.7, 0.3))
    first.configure(condition=30.0)
    second.state = first.state
    assert second.values == first.values
    assert bar(second) == bar(first)
    assert len(second.figure(3).axes or second.figure(3).subfigs) > 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"on": "hill"}, ValueError, "on='hill' is unknown; allowed: steady, valley, map"),
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
