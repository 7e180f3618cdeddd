"""Lecture "Cross-entropy against mean squared error": its text against its runs."""

from functools import cache

import numpy as np
import pytest
from lecture_claims import Claim, check, demo_images, each, text_of, unclaimed

import mlpteach as mt

LECTURE = "cross_entropy"
COSTS = ("mse", "cross_entropy")


# Each is a dashboard as the lecture opens it, with the controls set as the step says.


@cache
def neuron(w=2.0, b=2.0, eta=0.15, long_way=False, **values):
    shown = mt.dashboards.neuron(start=(w, b), eta=eta, long_way=long_way)
    shown.configure(**values)
    return shown


def series(cost, column, **setting):
    return neuron(**setting).show.series[f"{cost}.{column}"]


def below_half(cost, **setting):
    """Return after how many updates the neuron is below 1/2."""
    return int((series(cost, "a_after", **setting) < 0.5).argmax()) + 1


@cache
def lab(**values):
    shown = mt.dashboards.cost_lab(*mt.datasets.digits(), eta=1.0, epochs=5)
    shown.configure(**values)
    return shown


def at(k, name, **values):
    return lab(**values).show.series[name][k - 1]


def right(trace, epoch):
    """Return how many of 100 held-out pictures are right after an epoch."""
    return 100 * trace.history["validation_accuracy"][epoch - 1]


def nielsen(gradient):
    """Return a after 300 updates of 0.005, by a loop of its own; both parameters are alike."""
    w = b = 2.0
    for _ in range(300):
        step = 0.005 * gradient(1 / (1 + np.exp(-w - b)))
        w, b = w - step, b - step
    return 1 / (1 + np.exp(-w - b))


CLAIMS = [
    Claim("The neuron starts at $a = {:.3f}$ where $0$ is wanted.",
          lambda: [series("mse", "a")[0]]),
    Claim("at $k = 1$: ${:.4f}$ by the quadratic cost, ${:.3f}$ by cross-entropy, "
          "$1/\\phi'(z) = {:.1f}$ times as much.",
          lambda: [*(series(name, "V")[0] for name in COSTS),
                   series("cross_entropy", "V")[0] / series("mse", "V")[0]]),
    Claim("below $\\frac12$ after {} updates, the quadratic cost after {}.",
          lambda: [below_half(name) for name in reversed(COSTS)]),
    Claim("After 300 updates they stand at $a = {:.4f}$ and ${:.3f}$.",
          lambda: [series(name, "a_after")[-1] for name in reversed(COSTS)]),
    Claim("Go to $k = {}$. Its $V^{{(2)}}$ has its peak there, at $a = {:.2f}$:",
          lambda: [int(series("mse", "V").argmax()) + 1,
                   series("mse", "a")[series("mse", "V").argmax()]]),
    Claim("Choose $w = 0.6$, $b = 0.9$, that is $a = {:.3f}$. Now it takes {} and {} updates",
          lambda: [series("mse", "a", w=0.6, b=0.9)[0],
                   *(below_half(name, w=0.6, b=0.9) for name in COSTS)]),
    Claim("drag $\\eta$ to 1: {} updates against {}.",
          lambda: [below_half(name, eta=1.0) for name in COSTS]),
    Claim("twice the gradient, {} updates instead of {}.",
          lambda: [below_half("mse", quadratic="slide"), below_half("mse")]),
    Claim("after 300 updates $a = {:.3f}$ (start $2, 2$).", lambda: [nielsen(lambda a: a)]),
    Claim("its cost stays at ${:.0f}$.",
          lambda: [series("cross_entropy_long_way", "J", w=20.0, b=20.0, long_way=True)[-1]]),
    Claim("walks down from $z = {:.0f}$ by ${:.1f}$ an update and is below $\\frac12$ after {}.",
          lambda: [series("cross_entropy", "z", w=20.0, b=20.0)[0],
                   -np.diff(series("cross_entropy", "z", w=20.0, b=20.0))[0],
                   below_half("cross_entropy", w=20.0, b=20.0)]),
    Claim("its true sensitivity is ${:.0f} \\cdot 10^{{-18}}$.",
          lambda: [1e18 * series("mse", "V", w=20.0, b=20.0)[0]]),
    Claim("After one epoch {:.0f} % of the held-out digits are right by MSE and {:.0f} % by "
          "cross-entropy; after five {:.0f} % and {:.0f} %.",
          lambda: [right(trace, epoch) for epoch in (1, 5) for trace in lab().traces.values()]),
    Claim("of cross-entropy is ${:.3f} = \\sqrt{{1/10}}$:",
          lambda: [at(225, "V2.cross_entropy", eta=10.0, weights="first")]),
]  # fmt: skip

# Settings, and what a test below holds.
GIVEN = [
    "stand close to $0.1$",
    "is below $10^{-5}$",
]


@each(CLAIMS)
def test_text_says_what_the_runs_show(claim):
    check(LECTURE, claim)


def test_no_number_is_left_without_its_run():
    assert unclaimed(LECTURE, CLAIMS, GIVEN) == []


def test_gradient_of_mse_is_highest_at_two_thirds():
    """V = a² (1 - a) by Nielsen's half: its derivative 2 a - 3 a² is 0 at a = 2/3."""
    assert "is highest at $a = \\frac23$" in text_of(LECTURE)
    a = np.sort(series("mse", "a"))
    V = series("mse", "V")[np.argsort(series("mse", "a"))]
    np.testing.assert_allclose(V, a**2 * (1 - a), rtol=1e-9)


def _ledger(dashboard):
    return next(panel for panel in dashboard.spec["panels"] if panel["kind"] == "ledger")


def test_of_the_lines_on_the_way_back_the_cost_changes_one():
    formulas = {}
    for loss in ("cross_entropy", "mse"):
        ledger = _ledger(mt.dashboards.network(loss=loss))
        formulas[loss] = {line["name"]: line["formula"] for line in ledger["lines"]}
    assert [*formulas["mse"]] == [*formulas["cross_entropy"]]
    changed = [name for name, text in formulas["mse"].items()
               if text != formulas["cross_entropy"][name]]  # fmt: skip
    assert changed == ["J", "V2"]


def test_nielsens_script_looks_better_than_it_is():
    assert nielsen(lambda a: 1 / (1 - a)) < nielsen(lambda a: a) - 0.2


def test_both_ways_lie_on_each_other_until_the_neuron_is_saturated():
    assert "the two runs lie on each other" in text_of(LECTURE)
    shortcut, long_way = (
        series(name, "a_after", long_way=True)
        for name in ("cross_entropy", "cross_entropy_long_way")
    )
    np.testing.assert_allclose(shortcut, long_way, rtol=1e-9)
    stuck = series("cross_entropy_long_way", "a_after", w=20.0, b=20.0, long_way=True)
    assert (stuck == 1).all()


def test_outputs_of_mse_are_the_share_of_ones_whatever_the_image():
    assert "stand close to $0.1$, the share of ones, whatever the image" in text_of(LECTURE)
    outputs = lab().traces["MSE"][21].A[3]
    assert outputs.mean() == pytest.approx(0.1, abs=0.005)
    assert outputs.std() < 0.02


def test_what_reaches_the_first_layer():
    assert "At $k = 22$ it is six times as large by cross-entropy" in text_of(LECTURE)
    assert 5.7 < at(22, "V1.cross_entropy") / at(22, "V1.mse") < 6.5


def test_units_of_mse_are_still_blank():
    said = "At $k = 22$ those of MSE are still blank, those of cross-entropy show strokes."
    assert said in text_of(LECTURE)
    learned = {}
    for name, trace in lab().traces.items():
        learned[name] = np.abs(trace[21].before.W[1] - trace[0].before.W[1])
    strongest = np.abs(lab().traces["cross-entropy"][-1].after.W[1] - trace[0].before.W[1]).max()
    assert learned["MSE"].max() < strongest / 8
    assert learned["cross-entropy"].mean() > 3 * learned["MSE"].mean()
    assert learned["cross-entropy"].max() > strongest / 6


def test_exactly_one_line_differs():
    assert "the first line that differs is $V^{(2)}$" in text_of(LECTURE)
    lines = ["A2", "A3", "V2", "V1", "G2", "G1"]
    assert [line for line in lines if at(1, f"{line}.difference")] == lines[2:]
    for values in ({}, {"weights": "first"}):
        shown = lab(**values).show.series
        off = {line: shown[f"{line}.off"][: None if values else 1] for line in lines}
        assert off["V2"].max() > 0.5
        assert max(off[line].max() for line in lines if line != "V2") < 1e-15


def test_mse_driven_to_zero_hears_nothing():
    assert "the size of its $V^{(2)}$ is below $10^{-5}$" in text_of(LECTURE)
    assert at(225, "V2.mse", eta=10.0) < 0.9e-5


@pytest.mark.parametrize("name", ["clothes", "digits"])
def test_demo_says_the_same_on_either_pictures(name):
    said = "cross-entropy has more than 15 in 100 held-out pictures more right after the first"
    assert said in text_of(LECTURE)
    shown = mt.dashboards.cost_lab(*demo_images(name), eta=0.3, epochs=5)
    mse, cross_entropy = shown.traces.values()
    assert right(cross_entropy, 1) > right(mse, 1) + 15.5
    assert right(cross_entropy, 5) > right(mse, 5) + 4
