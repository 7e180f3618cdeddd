"""Lecture "Mini-batches, momentum and the step size": its text against its runs."""

from functools import cache, partial

import numpy as np
from lecture_claims import Claim, check, each, text_of, unclaimed

import mlpteach as mt

LECTURE = "minibatch_momentum"


# Each is a dashboard as the lecture opens it, with the controls set as the step says.


@cache
def batches(**values):
    return mt.dashboards.batches(values=values)


def batch_series(name, k, **values):
    return batches(**values).show.series[name][k - 1]


def momentum_batches(column):
    shown = batches(compare="momentum")
    return [shown.show.series[f"{name}.{column}"][-1] for name in shown.traces]


@cache
def momentum(**values):
    return mt.dashboards.momentum(values=values)


def steady(form, k, column="rho", **values):
    return momentum(**values).show.series[f"{form}.{column}"][k - 1]


@cache
def steps(on="data", **values):
    return mt.dashboards.step_size(on=on, values=values)


def last_epoch(schedule, **setting):
    return steps(**setting).show.series[f"{schedule}.mean"][-1]


@cache
def four_ways(**values):
    return mt.dashboards.four_ways(*mt.datasets.digits(), values=values)


def way(name, column, **values):
    return four_ways(**values).show.series[f"{name}.{column}"][-1]


@cache
def nesterov(eta=0.01):
    """Return the costs of momentum and of Nesterov as published, and of the slide's Nesterov."""
    rules = [mt.rule(id, form="paper", eta=eta, beta=0.9) for id in ("momentum", "nesterov")]
    shown = mt.dashboards.race("valley", [*rules, ("nesterov", "lecture")])
    return [trace.losses for trace in shown.traces.values()]


@cache
def in_a_valley(**values):
    return mt.dashboards.momentum(values={"on": "valley", **values})


def looks(form, **hypers):
    """Return the cost where Nesterov stands at the second update, and where it looks."""
    valley = mt.LANDSCAPES["valley"]
    rule = mt.rule("nesterov", form=form, **hypers)
    step = mt.descend(valley, valley.start, rule=rule, steps=2)[1]
    return [valley(place.flat)[0] for place in (step.before, step.W_ahead)]


CLAIMS = [
    Claim("Its mean is {:.0f}° for batches of 32 and {:.0f}° for batches of 4",
          lambda: [batch_series(f"{n}.mean_angle", 100) for n in (32, 4)]),
    Claim("batches of 4 have used {:.0f} instances, and the cost on all is {:.2f}.",
          lambda: [batch_series("4.seen", 100), batch_series("4.full", 100)]),
    Claim("The full batch has used {:.0f} of them at $k = 3$; go there: it stands at {:.1f}.",
          lambda: [batch_series("full.seen", 3), batch_series("full.full", 3)]),
    Claim("no longer get anywhere ({:.1f} after 100 updates)",
          lambda: [batch_series("4.full", 100, eta=8.0)]),
    Claim("from one update to the next it turns by {:.0f}° on average.",
          lambda: [batch_series("full.mean_turn", 100, eta=8.0)]),
    Claim("turn by {:.0f}° without memory, by {:.0f}° with the slide's, by {:.0f}° with the",
          partial(momentum_batches, "mean_turn")),
    Claim("the costs on all are {:.2f}, {:.2f} and {:.2f}, and",
          partial(momentum_batches, "full")),
    Claim("mean angle to the full gradient is no smaller: {:.0f}°, {:.0f}° and {:.0f}°.",
          partial(momentum_batches, "mean_angle")),
    Claim("at $\\eta = 4/121$, $\\beta = (9/11)^2$ both ends have {:.3f}, one on each edge",
          lambda: [float(mt.dashboards.momentum("map", values={
              "map.eta": 4 / 121, "map.beta": (9 / 11) ** 2}).show.series["flat.slope"][1])]),
    Claim("The slide's step is {:.0f}, then {:.1f} $= \\alpha + \\beta$, and stays there",
          lambda: [steady("lecture", k) for k in (1, 2)]),
    Claim("at update {} it has passed 9.",
          lambda: [int((momentum().show.series["paper.rho"] > 9).argmax()) + 1]),
    Claim("In the paper {:.1f}, {:.2f}, … and {:.2f} after ten updates.",
          lambda: [steady("paper", ago + 1, "weight") for ago in (1, 2, 10)]),
    Claim("On the slide: {:.1f} one update later, then nothing.",
          lambda: [steady("lecture", 2, "weight")]),
    Claim("In the tenth epoch its cost is {:.2f}; the constant step's is {:.2f}.",
          lambda: [last_epoch("adaptive"), last_epoch("constant")]),
    Claim("with $\\eta > 1$ is no cooling at all: it has grown to {:.1f} by the end.",
          lambda: [steps().show.series["exponential.eta"][-1]]),
    Claim("the work is done ({:.1f} in the tenth epoch).",
          lambda: [last_epoch("cooling", **{"cooling.eps": 0.1})]),
    Claim("At 0.001 it ends at {:.2f}. Drag it back to {}.",
          lambda: [last_epoch("cooling", **{"cooling.eps": 0.001}),
                   mt.SCHEDULES["cooling"]().values["eps"]]),
    Claim("ends behind the constant step: {:.1f} against {:.1f}.",
          lambda: [steps("rosenbrock").traces[n].losses[-1] for n in ("adaptive", "constant")]),
    Claim("Its cost is below 0.01 at $k = {}$ for the first time, that of momentum at $k = {}$.",
          lambda: [int((cost < 0.01).argmax()) + 1 for cost in reversed(nesterov()[:2])]),
    Claim("with its best step keeps {:.3f} of the distance at each update; Polyak's best momentum "
          "{:.3f}. The slide's form, at its best, {:.3f}.",
          lambda: [in_a_valley().show.series[f"{name}.theory"][-1]
                   for name in ("gd", "paper", "lecture")]),
    Claim("After 200 updates the costs are {:.3f}, ${:.0f} \\cdot 10^{{-30}}$ and "
          "${:.0f} \\cdot 10^{{-6}}$.",
          lambda: [in_a_valley().traces[name].losses[-1] * power
                   for name, power in (("gd", 1), ("paper", 1e30), ("lecture", 1e6))]),
    Claim("after 20 epochs its accuracy on the validation data is {:.3f}, the others' "
          "{:.3f} to {:.3f}.",
          lambda: [way("lbfgs", "accuracy"), way("momentum", "accuracy"),
                   way("minibatch", "accuracy")]),
    Claim("it looks like the winner: {:.0f} evaluations, the others needed {:.0f}.",
          lambda: [way(name, "evaluations") for name in ("lbfgs", "minibatch")]),
    Claim("it is behind again: {:.0f} passes against {:.0f}.",
          lambda: [way(name, "passes") for name in ("lbfgs", "minibatch")]),
    Claim("{:.0f} updates an epoch, and after 20 epochs mini-batch descent has only reached "
          "{:.2f}.",
          lambda: [len(four_ways(batch_size=256).traces["minibatch"]) / 20,
                   way("minibatch", "accuracy", batch_size=256)]),
    Claim("at {:.5f} (momentum) and {:.5f} (Nesterov)",
          lambda: [cost[-1] for cost in nesterov(0.002)[:2]]),
    Claim("it is still at {:.2f} after 200 updates",
          lambda: [nesterov()[2][-1]]),
]  # fmt: skip


# Settings, and what a test below holds.
GIVEN = [
    "Drag the paper's $\\beta$ to 0.99.",
    "up to 1.36 only, momentum up to 3.8.",
    "Drag $\\eta$ to 0.5",
    "drag cooling's $\\epsilon$ to 0.1",
]


@each(CLAIMS)
def test_text_says_what_the_runs_show(claim):
    check(LECTURE, claim)


def test_no_number_is_left_without_its_run():
    assert unclaimed(LECTURE, CLAIMS, GIVEN) == []


def test_full_batch_jumps_at_a_long_step_only():
    assert "the full batch descends without a jump." in text_of(LECTURE)
    assert (np.diff(batches().traces["full"].losses) < 0).all()
    assert (np.diff(batches(eta=8.0).traces["full"].losses) > 0).any()


def test_long_memory_is_slow_to_start():
    assert "The limit is now 100, and after 50 updates the step has not reached 40 % of it" in (
        text_of(LECTURE)
    )
    assert 0.38 < steady("paper", 50, **{"steady.paper.beta": 0.99}) / 100 < 0.4


def test_without_its_memory_the_step_of_the_valley_runs_away():
    assert "without its memory the same $\\eta$ runs away" in text_of(LECTURE)
    assert in_a_valley(**{"valley.paper.beta": 0.0}).traces["paper"].losses[-1] > 1e100


def test_adaptive_step_shrinks_where_the_text_says():
    said = "At update 304, the end of the eighth epoch, the adaptive step shrinks"
    assert said in text_of(LECTURE)
    shrinks = steps().show.series["adaptive.shrinks"]
    assert np.flatnonzero(np.isfinite(shrinks)).tolist() == [303]
    assert steps().traces["adaptive"][303].epoch == 8


def test_schedules_in_the_valley():
    assert "The adaptive step shrinks once, at the second update, and descends." in (
        text_of(LECTURE)
    )
    runs = steps("valley").traces
    eta = steps("valley").show.series["adaptive.eta"]
    assert eta[0] == 0.025
    assert (eta[1:] == 0.0125).all()
    assert (np.diff(runs["adaptive"].losses[1:]) < 0).all()
    assert runs["constant"].losses[-1] > 1e60
    cooling = runs["cooling"].losses
    assert cooling.max() > 1e4 > 1 > cooling[-1]


def test_adaptive_step_on_rosenbrock_is_halved_for_good():
    assert "halved at the second update, for good" in text_of(LECTURE)
    eta = steps("rosenbrock").show.series["adaptive.eta"]
    assert (eta[1:] == eta[0] / 2).all()


def test_exponent_below_one_cools():
    assert "Drag $\\eta$ to 0.5 and it cools." in text_of(LECTURE)
    eta = steps(**{"data.eta": 0.5}).show.series["exponential.eta"]
    assert (np.diff(eta) < 0).all()


def test_nesterov_brakes_at_the_other_wall():
    """At the second update it stands at y = 0 and looks at y < 0, where the way was y > 0."""
    valley = mt.LANDSCAPES["valley"]
    rule = mt.rule("nesterov", form="paper", eta=0.01, beta=0.9)
    step = mt.descend(valley, valley.start, rule=rule, steps=2)[1]
    assert valley.start[1] > 0
    assert abs(step.before.flat[1]) < 1e-12
    assert step.W_ahead.flat[1] < -0.4


def largest(eta, beta, look_ahead, curvature=100):
    """Return by how much an error grows at each update in the end, from the linear recursion.

    On J = curvature/2 w²: v' = beta v + eta curvature (w - look_ahead beta v), w' = w - v'.
    """
    v = np.array([beta - eta * curvature * look_ahead * beta, eta * curvature])
    return abs(np.linalg.eigvals([v, [-v[0], 1 - v[1]]])).max()


def test_nesterov_bears_shorter_steps_only():
    assert "up to 1.36 only, momentum up to 3.8." in text_of(LECTURE)
    for look_ahead, most in ((1, 1.36), (0, 3.8)):
        assert largest(0.995 * most / 100, 0.9, look_ahead) < 1
        assert largest(1.005 * most / 100, 0.9, look_ahead) > 1
    arrives, flies, _ = nesterov(0.015)
    assert arrives[-1] < 1e-6
    assert flies[-1] > 1e6


def test_slides_nesterov_looks_uphill_and_the_paper_downhill():
    assert "Uphill. The same in numbers, at the second update" in text_of(LECTURE)
    here, there = looks("lecture", alpha=0.002, beta=0.005)
    assert there > 1.2 * here
    here, there = looks("paper", eta=0.002, beta=0.9)
    assert there < 0.9 * here


def test_slides_numbers_are_those_of_the_race():
    """What the text says suits the valley is what the race starts with."""
    step_sizes = mt.dashboards.race("valley", ["nesterov"]).values
    assert (step_sizes["nesterov.alpha"], step_sizes["nesterov.beta"]) == (0.002, 0.005)
