"""What the lectures' text says about runs, recomputed from the runs it speaks of."""

import json
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import pytest
from test_lectures import LECTURES

import mlpteach as mt

# What may lie between two computers, far above what was ever seen in these runs.
_NEARLY = 1e-5
# A rank is only claimed where the costs differ by more than this factor.
_CLEARLY = 1.1

# The lectures by what they are about: their numbers are their order alone.
MOMENTUM, ADAPTIVE = "minibatch_momentum", "adaptive_optimizers"
CROSS_ENTROPY, ACTIVATIONS = "cross_entropy", "activations_initialization"
NO_PANACEA = "no_panacea"


class Claim(NamedTuple):
    """A sentence of a lecture, with a hole for each number, and the numbers computed anew."""

    sentence: str
    numbers: Callable


@cache
def text_of(lecture):
    """Return the text of a notebook on one line, as the sentences are written here."""
    (path,) = (path for path in LECTURES if path.stem[3:] == lecture)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    written = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return " ".join(" ".join(written).split())


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
def steps(on="data", eps=0.01):
    return mt.dashboards.step_size(on=on, values={"cooling.eps": eps})


def last_epoch(schedule, **setting):
    return steps(**setting).show.series[f"{schedule}.mean"][-1]


@cache
def race(landscape, eta=None):
    rules = ["gd", ("momentum", "paper"), "adagrad", "rmsprop", "adam"]
    shown = mt.dashboards.race(landscape, rules)
    if eta is not None:
        shown.configure(**{name: eta for name in shown.values if name.endswith(".eta")})
    return {name.split()[0]: trace for name, trace in shown.traces.items()}


def last_cost(landscape, rule):
    return race(landscape)[rule].losses[-1]


def below_zero(rule, eta=None):
    """Return the first update whose cost on the saddle is below 0."""
    below = race("saddle", eta)[rule].losses < 0
    return int(below.argmax()) + 1 if below.any() else None


@cache
def first_difference():
    """Return the gradient where Adam's forms part, and how much longer the paper's step is."""
    lecture, paper = (
        mt.dashboards.optimizer(epochs=1).traces[form][0] for form in ("lecture", "paper")
    )
    longer = np.abs(paper.rho.flat / lecture.rho.flat)
    place = np.abs(paper.rho.flat - lecture.rho.flat).argmax()
    return lecture.gradient.flat[place], longer[place]


@cache
def neuron(w=2.0, b=2.0, eta=0.15):
    return mt.dashboards.neuron(start=(w, b), eta=eta)


COSTS = ("mse", "cross_entropy")


def neuron_series(cost, column, **setting):
    return neuron(**setting).show.series[f"{cost}.{column}"]


def below_half(cost, **setting):
    """Return after how many updates the neuron is below 1/2."""
    return int((neuron_series(cost, "a_after", **setting) < 0.5).argmax()) + 1


@cache
def reddi(example="every_third", **setting):
    return mt.dashboards.reddi(example, **setting)


def reddi_end(rule, example="every_third", **setting):
    return reddi(example, **setting).traces[rule][-1].after.flat[0]


def sigmoid_slope(z):
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a)


CLAIMS = {
    MOMENTUM: [
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
        Claim("In the tenth epoch its cost is {:.2f}; the constant step's is {:.2f}.",
              lambda: [last_epoch("adaptive"), last_epoch("constant")]),
        Claim("the work is done ({:.1f} in the tenth epoch).",
              lambda: [last_epoch("cooling", eps=0.1)]),
        Claim("At 0.001 it ends at {:.2f}. Drag it back to {}.",
              lambda: [last_epoch("cooling", eps=0.001),
                       mt.SCHEDULES["cooling"]().values["eps"]]),
        Claim("ends behind the constant step: {:.1f} against {:.1f}.",
              lambda: [steps("rosenbrock").traces[n].losses[-1] for n in ("adaptive", "constant")]),
    ],
    ADAPTIVE: [
        Claim("ahead in the end (cost {:.4f} after 200 updates)",
              lambda: [last_cost("beale", "momentum")]),
        Claim("crawls along the flat valley ({:.3f}).",
              lambda: [last_cost("beale", "gd")]),
        Claim("held back by the steep direction, is still at {:.2f}.",
              lambda: [last_cost("valley", "gd")]),
        Claim("AdaGrad goes below $J = 0$ at update {}, RMSProp at {}, Adam at {}, momentum at {}, "
                 "plain gradient descent at {}.",
              lambda: [below_zero(n) for n in ("adagrad", "rmsprop", "adam", "momentum", "gd")]),
        Claim("momentum at {}, gradient descent at {}, and AdaGrad does not arrive",
              lambda: [below_zero(n, 0.01) for n in ("momentum", "gd")]),
        Claim("with a tiny gradient, of $-{:.1f} \\cdot 10^{{-6}}$:",
              lambda: [-1e6 * first_difference()[0]]),
        Claim("and the slide's step there is {:.0f} times shorter.",
              lambda: [first_difference()[1]]),
    ],
    CROSS_ENTROPY: [
        Claim("at $k = 1$: ${:.4f}$ by the quadratic cost, ${:.3f}$ by cross-entropy,",
              lambda: [neuron_series(name, "V")[0] for name in COSTS]),
        Claim("below $\\frac12$ after {} updates, the quadratic cost after {}.",
              lambda: [below_half(name) for name in reversed(COSTS)]),
        Claim("After 300 updates they stand at $a = {:.4f}$ and ${:.3f}$.",
              lambda: [neuron_series(name, "a_after")[-1] for name in reversed(COSTS)]),
        Claim("Now it takes {} and {} updates",
              lambda: [below_half(name, w=0.6, b=0.9) for name in COSTS]),
        Claim("drag $\\eta$ to 1: {} updates against {}.",
              lambda: [below_half(name, eta=1.0) for name in COSTS]),
    ],
    ACTIVATIONS: [
        Claim("and after six layers $2 \\cdot 10^{{{:.0f}}}$ is left.",
              lambda: [np.floor(np.log10(sigmoid_slope(6.0) ** 6))]),
        Claim("At $z = 6$ the sigmoid is at {:.4f}, its derivative at {:.4f},",
              lambda: [1 / (1 + np.exp(-6.0)), sigmoid_slope(6.0)]),
        Claim("tanh saturates sooner: {:.4f} at $z = 3$.",
              lambda: [1 - np.tanh(3.0) ** 2]),
    ],
    NO_PANACEA: [
        Claim("both go from 1 down to {:.3f}.",
              lambda: [reddi().traces["adam"][0].after.flat[0]]),
        Claim("AMSGrad still divides by 2.846, and is back at {:.3f} only.",
              lambda: [reddi().traces["amsgrad"][2].after.flat[0]]),
        Claim("Adam stands at $x = {:.3f}$, AMSGrad at $-1$.",
              lambda: [reddi_end("adam")]),
        Claim("At 0.5 Adam ends at {:.2f}, at 0.7 at −{:.2f}, from 0.8",
              lambda: [reddi_end("adam", beta2=0.5), -reddi_end("adam", beta2=0.7)]),
        Claim("After 10,000 updates Adam is at {:.3f}. AMSGrad has not arrived either, but it is "
                 "under way: {:.3f}.",
              lambda: [reddi_end(n, "every_101st") for n in ("adam", "amsgrad")]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("lecture", "claim"),
    [(lecture, claim) for lecture, claims in CLAIMS.items() for claim in claims],
    ids=lambda part: getattr(part, "sentence", part)[:40],
)
def test_lecture_says_what_its_runs_show(lecture, claim):
    numbers = list(claim.numbers())
    said = claim.sentence.format(*numbers)
    assert said in text_of(lecture)
    for change in (1 - _NEARLY, 1 + _NEARLY):  # or rounding would decide what is right
        moved = [n * change if isinstance(n, np.floating) and n % 1 else n for n in numbers]
        assert claim.sentence.format(*moved) == said


def test_saddle_with_equal_steps():
    assert "RMSProp and Adam arrive as before" in text_of(ADAPTIVE)
    for rule in ("rmsprop", "adam"):
        assert below_zero(rule, 0.01) == below_zero(rule)
    assert below_zero("adagrad", 0.01) is None


def test_beale_from_elsewhere():
    assert "diverge from more than half of the map" in text_of(ADAPTIVE)
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


@pytest.fixture(scope="module")
def ranked():
    """Return form -> series of the table of ranks, and its problems."""
    shown = mt.dashboards.ranking()
    series = {"lecture": shown.show.series}
    shown.configure(form="paper")
    return {**series, "paper": shown.show.series}


PROBLEMS = ("beale", "rosenbrock", "valley", "noise", "scaling", "spirals", "digits")


def costs(series, problem, k=100):
    """Return rule -> lowest cost on a problem after k evaluations."""
    ends = f".cost.{problem}"
    return {key.removesuffix(ends): s[k - 1] for key, s in series.items() if key.endswith(ends)}


def clearly_before(found, better, worse):
    return found[better] * _CLEARLY < found[worse]


def test_nobody_stays_first(ranked):
    found = {problem: costs(ranked["lecture"], problem) for problem in PROBLEMS}
    assert "Adam is never first. AdaGrad wins with noise and is behind Adam" in text_of(NO_PANACEA)
    for problem in PROBLEMS:
        assert any(clearly_before(found[problem], rule, "adam") for rule in found[problem])
    others = set(found["noise"]) - {"adagrad"}
    assert all(clearly_before(found["noise"], "adagrad", rule) for rule in others)
    assert clearly_before(found["digits"], "adam", "adagrad")
    assert clearly_before(found["valley"], "adam", "gd")
    assert clearly_before(found["digits"], "gd", "adam")


def test_lbfgs_wins_where_the_gradient_is_exact(ranked):
    found = {problem: costs(ranked["lecture"], problem) for problem in PROBLEMS}
    for problem in ("beale", "rosenbrock", "valley", "scaling", "spirals"):
        others = set(found[problem]) - {"lbfgs"}
        assert all(clearly_before(found[problem], "lbfgs", rule) for rule in others)
    said = "On the noisy valley six rules are before it, on the mini-batches RMSProp is"
    assert said in text_of(NO_PANACEA)
    before = [rule for rule in found["noise"] if clearly_before(found["noise"], rule, "lbfgs")]
    behind = [rule for rule in found["noise"] if clearly_before(found["noise"], "lbfgs", rule)]
    assert (len(before), len(behind)) == (6, 3)
    assert clearly_before(found["digits"], "rmsprop", "lbfgs")


def test_patience_matters(ranked):
    found = {problem: costs(ranked["lecture"], problem, 10) for problem in PROBLEMS}
    assert "NAdam is far before L-BFGS on Rosenbrock" in text_of(NO_PANACEA)
    assert found["rosenbrock"]["nadam"] < found["rosenbrock"]["lbfgs"] / 100
    assert "before gradient descent on all problems" in text_of(NO_PANACEA)
    assert all(clearly_before(found[problem], "adagrad", "gd") for problem in PROBLEMS)


def test_as_published(ranked):
    slide, paper = ranked["lecture"], ranked["paper"]
    assert "more than a hundred times lower on Beale" in text_of(NO_PANACEA)
    assert costs(paper, "beale")["momentum"] < costs(slide, "beale")["momentum"] / 110
    said = "Nesterov, last on the digits as the slide writes it, passes Adam there"
    assert said in text_of(NO_PANACEA)
    digits = costs(slide, "digits")
    assert all(clearly_before(digits, rule, "nesterov") for rule in set(digits) - {"nesterov"})
    assert clearly_before(costs(paper, "digits"), "nesterov", "adam")
    spirals = costs(paper, "spirals")
    assert all(clearly_before(spirals, rule, "adadelta") for rule in set(spirals) - {"adadelta"})


def test_step_size_is_not_portable(ranked):
    assert "Adam's 0.001 was not best on any of them" in text_of(NO_PANACEA)
    best = [ranked["lecture"][f"adam.step.{problem}"][-1] for problem in PROBLEMS]
    assert max(best) >= 99 * min(best)
    assert min(best) > 0.002
