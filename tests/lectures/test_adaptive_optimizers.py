"""Lecture "Adaptive optimizers, line by line": its text against its runs."""

from functools import cache

import numpy as np
import pytest
from lecture_claims import Claim, check, each, text_of, unclaimed

import mlpteach as mt

LECTURE = "adaptive_optimizers"


# Each is a dashboard as the lecture opens it, with the controls set as the step says.


def run_race(landscape, rules, **values):
    shown = mt.dashboards.race(landscape, rules)
    shown.configure(**values)
    return list(shown.traces.values())


@cache
def race(landscape, eta=None):
    """Return id -> trace of the race of all."""
    rules = ["gd", ("momentum", "paper"), ("nesterov", "paper")]
    rules += ["adagrad", "rmsprop", "adadelta", "adam"]
    shown = mt.dashboards.race(landscape, rules)
    if eta is not None:
        shown.configure(**{name: eta for name in shown.values if name.endswith(".eta")})
    return {name.split()[0]: trace for name, trace in shown.traces.items()}


def last_cost(landscape, *rules):
    return [race(landscape)[rule].losses[-1] for rule in rules]


def below_zero(rule, eta=None):
    """Return the first update whose cost on the saddle is below 0."""
    below = race("saddle", eta)[rule].losses < 0
    return int(below.argmax()) + 1 if below.any() else None


@cache
def pair(landscape, eta=0.1):
    """Return the costs of AdaGrad and RMSProp."""
    rules = [mt.rule(id, eta=0.1) for id in ("adagrad", "rmsprop")]
    values = {"adagrad.eta": eta, "rmsprop.eta": eta}
    shown = mt.dashboards.race("rosenbrock", rules)
    shown.configure(landscape=landscape)
    shown.configure(**values)
    return [trace.losses for trace in shown.traces.values()]


@cache
def adadeltas(**values):
    """Return the runs of the slide's AdaDelta and of Zeiler's."""
    return run_race("valley", ["adadelta", ("adadelta", "paper")], **values)


@cache
def adam_and_nadam(**values):
    rules = [mt.rule("adam", eta=0.1), mt.rule("nadam", eta=0.1)]
    return run_race("rosenbrock", rules, **values)


@cache
def steady(name, slope=1.0):
    """Return the steps of a rule whose gradient never changes."""

    def objective(theta):
        return theta.sum(), slope * np.ones_like(theta)

    trace = mt.descend(objective, [0.0], rule=mt.rule(name, eta=1.0), steps=100)
    return [step.rho.flat[0] for step in trace]


@cache
def forms(rule, **values):
    """Return the runs of the slide's form and the paper's on the digits."""
    shown = mt.dashboards.optimizer(rule=rule)
    shown.configure(**values)
    return [shown.traces[form] for form in ("lecture", "paper")]


def longer_without_correction():
    """Return how much longer the first step is without bias correction, at the steepest weight."""
    shown = mt.dashboards.adam()
    steepest = np.abs(shown.trace[0].gradient.flat).argmax()
    corrected = shown.trace[0].rho.flat[steepest]
    shown.configure(bias_correction=False)
    return shown.trace[0].rho.flat[steepest] / corrected


def first_difference():
    """Return the gradient where Adam's forms part, and how much longer the paper's step is."""
    lecture, paper = (trace[0] for trace in forms("adam"))
    longer = np.abs(paper.rho.flat / lecture.rho.flat)
    place = np.abs(paper.rho.flat - lecture.rho.flat).argmax()
    return lecture.gradient.flat[place], longer[place]


def first_steps(rule):
    """Return the first steps over eta by both forms, of weights whose gradient is not tiny."""
    first = [trace[0] for trace in forms(rule)]
    clear = np.abs(first[0].gradient.flat) > 1e-3
    return [np.abs(step.rho.flat[clear]) / 1e-3 for step in first]


CLAIMS = [
    Claim("Its steps are {:.0f}, {:.3f}, {:.3f} and {:.3f} at $k$ = 1, 2, 10 and 100",
          lambda: [steady("adagrad")[k - 1] for k in (1, 2, 10, 100)]),
    Claim("But it starts with a step of {:.2f}:", lambda: [steady("rmsprop")[0]]),
    Claim("as the slide has it, starts with {:.3f}:", lambda: [steady("adadelta")[0]]),
    Claim("**NAdam** starts with {:.1f}:", lambda: [steady("nadam")[0]]),
    Claim("After 200 updates it is still at {:.1f}, for all its later steps are divided by the "
          "first gradients. RMSProp forgot them after a few dozen updates and is at {:.1f}.",
          lambda: [cost[-1] for cost in pair("rosenbrock")]),
    Claim("and its cost falls to ${:.0f} \\cdot 10^{{-8}}$.",
          lambda: [pair("valley", 0.5)[0][-1] * 1e8]),
    Claim("it hops from side to side, and its cost stays at {:.1f}.",
          lambda: [pair("valley", 0.5)[1][-1]]),
    Claim("RMSProp hops less, {:.3f}, but AdaGrad has only come to {:.1f}.",
          lambda: [cost[-1] for cost in reversed(pair("valley", 0.05))]),
    Claim("{:.4f} long in each direction, where the slide's makes {:.3f}.",
          lambda: [np.abs(trace[0].rho.flat[0]) for trace in reversed(adadeltas())]),
    Claim("After 200 updates they are at {:.1f} and {:.4f}.",
          lambda: [trace.losses[-1] for trace in reversed(adadeltas())]),
    Claim("Now it ends at {:.3f}.",
          lambda: [adadeltas(**{"adadelta_paper.eps": 1e-4})[1].losses[-1]]),
    Claim("at $k = 2$ it stands at {:.1f}, Adam at {:.1f}.",
          lambda: [trace.losses[1] for trace in reversed(adam_and_nadam())]),
    Claim("at $k = 200$ they stand at {:.2f} and {:.1f}.",
          lambda: [trace.losses[-1] for trace in reversed(adam_and_nadam())]),
    Claim("look at $\\rho_1$ again: $0.1/\\sqrt{{0.001}} \\approx {:.2f}$ times as long.",
          lambda: [longer_without_correction()]),
    Claim("with a tiny gradient, of $-{:.1f} \\cdot 10^{{-6}}$:",
          lambda: [-1e6 * first_difference()[0]]),
    Claim("and the slide's step there is {:.0f} times shorter.",
          lambda: [first_difference()[1]]),
    Claim("far behind after three epochs: {:.2f} against Zeiler's {:.2f},",
          lambda: [trace.history["loss"][-1] for trace in forms("adadelta")]),
    Claim("arrives, and stands at {:.4f} after 200 updates; gradient descent crawls along the "
          "flat valley ({:.3f}).",
          lambda: last_cost("beale", "momentum", "gd")),
    Claim("swings out less ({:.4f}). The slide's AdaDelta comes nearest, {:.4f}.",
          lambda: last_cost("beale", "nesterov", "adadelta")),
    Claim("and reach ${:.0f} \\cdot 10^{{-8}}$ and $10^{{-8}}$; gradient descent, held back by the "
          "steep direction, is still at {:.2f}.",
          lambda: [1e8 * last_cost("valley", "adagrad")[0], *last_cost("valley", "gd")]),
    Claim("AdaGrad goes below $J = 0$ at update {}, Nesterov at {}, RMSProp at {}, Adam at {}, "
          "momentum at {}, AdaDelta at {}, plain gradient descent at {}.",
          lambda: [below_zero(name) for name in
                   ("adagrad", "nesterov", "rmsprop", "adam", "momentum", "adadelta", "gd")]),
    Claim("momentum at {}, gradient descent at {}, and AdaGrad does not arrive",
          lambda: [below_zero(name, 0.01) for name in ("momentum", "gd")]),
]  # fmt: skip

# Settings, definitions, and what a test below holds.
GIVEN = [
    "from $10^{-6}$ to $10^{-4}$",
    "up to $10^{-2}$. Inside the root it damps like $\\sqrt\\epsilon = 0.1$, outside like $0.01$",
    "damps like $10^{-4}$",
    "Drag it down to $10^{-12}$",
    "The slide's first step is at most 0.316 $\\eta$",
    "first step is 1.9 $\\eta$ for every weight whose gradient is not tiny, the published one 1.06",
]


@each(CLAIMS)
def test_text_says_what_the_runs_show(claim):
    check(LECTURE, claim)


def test_no_number_is_left_without_its_run():
    assert unclaimed(LECTURE, CLAIMS, GIVEN) == []


def test_adam_makes_equal_steps_and_the_others_settle_there():
    assert "makes steps of 1 from the first update on" in text_of(LECTURE)
    np.testing.assert_allclose(steady("adam"), 1, rtol=1e-6)
    assert "forgets, and settles at 1." in text_of(LECTURE)
    for name in ("rmsprop", "adadelta", "nadam"):
        assert steady(name)[-1] == pytest.approx(1, abs=1e-4)


def test_adagrad_slows_down_by_the_root_of_k():
    assert "that is $1/\\sqrt{k}$: slower for ever" in text_of(LECTURE)
    np.testing.assert_allclose(steady("adagrad"), 1 / np.sqrt(np.arange(1, 101)), rtol=1e-7)


def test_size_of_the_gradient_matters_to_gradient_descent_only():
    assert "makes steps of 1000, the others the same as before" in text_of(LECTURE)
    assert set(steady("gd", 1000.0)) == {1000.0}
    for name in ("adagrad", "rmsprop", "adadelta", "adam", "nadam"):
        np.testing.assert_allclose(steady(name, 1000.0), steady(name), rtol=1e-6)


def test_rmsprop_hops_from_side_to_side():
    assert "its steps stay as long as ever" in text_of(LECTURE)
    costs = pair("valley", 0.5)[1][-50:]
    assert costs.max() < 1.02 * costs.min()
    rules = [mt.rule("adagrad", eta=0.1), mt.rule("rmsprop", eta=0.5)]
    shown = mt.dashboards.race("rosenbrock", rules)
    shown.configure(landscape="valley")
    _, hopping = shown.traces.values()
    places = np.array([step.before.flat for step in hopping])[-50:]
    assert (np.sign(places[1:]) == -np.sign(places[:-1])).all()


def test_zeilers_leaves_the_minimum_again():
    assert "At $\\epsilon = 0.01$ it passes the minimum" in text_of(LECTURE)
    costs = adadeltas(**{"adadelta_paper.eps": 0.01})[1].losses
    assert costs.min() < 1e-5
    assert costs[-1] > 10


def test_nadam_is_lower_from_the_sixteenth_on():
    assert "From $k = 16$ on it is lower all the time" in text_of(LECTURE)
    adam, nadam = (trace.losses for trace in adam_and_nadam())
    assert nadam[14] > adam[14]
    assert (nadam[15:] < adam[15:]).all()


def test_nadam_without_a_memory_is_adam():
    assert "the two lie on each other" in text_of(LECTURE)
    adam, nadam = adam_and_nadam(**{"adam.beta1": 0.0, "nadam.beta1": 0.0})
    np.testing.assert_allclose(adam.losses, nadam.losses, rtol=1e-9)


def test_adams_forms_agree_to_four_digits():
    assert "both agree to four digits, and so do the costs" in text_of(LECTURE)
    lecture, paper = forms("adam")
    np.testing.assert_allclose(lecture.history["loss"], paper.history["loss"], rtol=5e-5)
    slide, published = first_steps("adam")
    assert np.median(np.abs(slide / published - 1)) < 5e-5


def test_momentum_differs_from_the_third_update_on():
    assert "The third update is the first that differs" in text_of(LECTURE)
    lecture, paper = forms("momentum")
    apart = [np.abs(lecture[k].rho.flat - paper[k].rho.flat).max() for k in range(3)]
    assert max(apart[:2]) < 1e-15
    assert apart[2] > 0.01


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop"])
def test_smaller_epsilon_brings_the_forms_together(rule):
    assert "the two forms agree in more digits than before" in text_of(LECTURE)
    ends = [
        [trace.history["loss"][-1] for trace in forms(rule, **{f"{rule}.eps": eps})]
        for eps in (1e-8, 1e-12)
    ]
    before, after = (abs(slide - paper) for slide, paper in ends)
    assert after < before / 10


def test_first_steps_of_adadelta_and_nadam():
    assert "The slide's first step is at most 0.316 $\\eta$" in text_of(LECTURE)
    slide, _ = first_steps("adadelta")
    assert f"{slide.max():.3f}" == "0.316"
    assert "first step is 1.9 $\\eta$ for every weight" in text_of(LECTURE)
    slide, paper = first_steps("nadam")
    assert {f"{step:.1f}" for step in slide} == {"1.9"}
    assert "the published one 1.06 $\\eta$" in text_of(LECTURE)
    assert {f"{step:.2f}" for step in paper} == {"1.06"}


def test_nesterov_swings_out_less_than_momentum():
    lowest = [
        min(step.before.flat[1] for step in race("beale")[name])
        for name in ("momentum", "nesterov")
    ]
    assert lowest[0] < lowest[1] - 0.3
    assert "Nesterov, with the same step size as momentum" in text_of(LECTURE)
    eta = {race("beale")[name].run.rule.values["eta"] for name in ("momentum", "nesterov")}
    assert len(eta) == 1


def test_slides_adadelta_comes_nearest_on_beale():
    costs = {name: trace.losses[-1] for name, trace in race("beale").items()}
    nearest = costs.pop("adadelta")
    assert nearest * 5 < min(costs.values())


def test_adam_in_the_valley():
    (cost,) = last_cost("valley", "adam")
    assert f"{cost:.0e}" == "1e-08"


def test_saddle_with_equal_steps():
    assert "RMSProp and Adam arrive as before" in text_of(LECTURE)
    for rule in ("rmsprop", "adam"):
        assert below_zero(rule, 0.01) == below_zero(rule)
    assert below_zero("adagrad", 0.01) is None


def test_beale_from_elsewhere():
    assert "diverge from more than half of the map" in text_of(LECTURE)
    beale = mt.LANDSCAPES["beale"]
    left, right, low, high = beale.window
    starts = [(x, y) for x in np.linspace(left, right, 11) for y in np.linspace(low, high, 11)]
    for name in ("gd", "momentum"):
        rule = race("beale")[name].run.rule
        with np.errstate(all="ignore"):
            runs = [descend_far(beale, start, rule) for start in starts]
        assert sum(runs) > 1.1 * len(starts) / 2


def descend_far(landscape, start, rule):
    """Return whether a run diverges, without a word."""
    from mlpteach.run.train import quietly

    return quietly(mt.descend, landscape, start, rule=rule, steps=200).diverged is not None


def test_it_does_not_matter_on_beale_where_epsilon_stands():
    assert "`None` means no difference: on Beale's function" in text_of(LECTURE)
    papers, lectures = (mt.rule("adam", form=form) for form in ("paper", "lecture"))
    trace = mt.descend(mt.LANDSCAPES["beale"], [1.0, 1.5], rule=papers, steps=50)
    assert mt.compare(trace, lectures) is None
