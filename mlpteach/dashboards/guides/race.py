"""What to try on races: of all rules, and of the few that a lecture compares."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

import numpy as np

from mlpteach.dashboards.guides import Guides, lowest
from mlpteach.player.guide import Guide, GuidedStep, first_below
from mlpteach.views.panels import Show
from mlpteach.views.racers import Racer
from mlpteach.views.written import written

# As many names as two lines of text hold.
_MOST_CHOICES, _MOST_NAMED = 4, 4
_NAMES = {
    "gd": "gradient descent",
    "momentum": "momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adadelta": "AdaDelta",
    "adam": "Adam",
    "nadam": "NAdam",
}


def cost_of(show: Show, rule: str, form: str = "") -> np.ndarray:
    """Return the costs of a rule that takes part, in a form or in the first one there is."""
    start = f"{rule} ({form}" if form else f"{rule} ("
    for name in show.traces:
        if name.startswith(start):
            return show.series[f"{name}.J"]
    raise ValueError(f"{rule} does not take part")


def cost(rule, k=-1, form=""):
    """Return a number: the cost of a rule at update k, from 1; at the last one without."""
    return lambda show: float(cost_of(show, rule, form)[k - (k > 0)])


def below(rule, level=0.0, form=""):
    """Return a text: the first update with a cost below a level, or "never"."""
    return lambda show: str(first_below(cost_of(show, rule, form), level) or "never")


def _arrival(rule, level=0.0):
    return lambda show: first_below(cost_of(show, rule), level) or np.inf


def _named(rules, number):
    return {_NAMES[rule]: number(rule) for rule in rules}


_ARRIVING = ("gd", "adagrad", "rmsprop", "adam")
_BELOW_ZERO = {rule: below(rule) for rule in ("gd", "momentum", *_ARRIVING[1:])}
_FOUR = ("gd", "momentum", "adadelta", "adam")
_BOTH = {"momentum": cost("momentum", form="paper"), "nesterov": cost("nesterov", form="paper")}

# All, where the reader has not chosen who takes part.
_ALL = (
    GuidedStep(
        "**Beale's function** after 200 updates: gradient descent {gd:.1g}, momentum "
        "{momentum:.1g}, AdaDelta {adadelta:.1g}, Adam {adam:.1g}.",
        "k=200&landscape=beale",
        {rule: cost(rule) for rule in _FOUR},
        "**Beale's function,** each with a step size that suits it. Which is lowest in the end?",
        tuple(_NAMES[rule] for rule in _FOUR),
        lowest(_named(_FOUR, cost)),
    ),
    GuidedStep(
        "**The long valley** after 200 updates: AdaGrad {adagrad:.0e}, Adam {adam:.0e}, which "
        "scale each direction by itself; gradient descent {gd:.2f}.",
        "k=200&landscape=valley",
        {rule: cost(rule) for rule in ("adagrad", "adam", "gd")},
    ),
    GuidedStep(
        "**The saddle,** step sizes that suit. First below J = 0: AdaGrad {adagrad}, RMSProp "
        "{rmsprop}, Adam {adam}, momentum {momentum}, gradient descent {gd}.",
        "k=60&landscape=saddle",
        _BELOW_ZERO,
        "**The saddle.** Each has a step size that suits it. Which is first below J = 0?",
        tuple(_NAMES[rule] for rule in _ARRIVING),
        lowest(_named(_ARRIVING, _arrival)),
    ),
    GuidedStep(
        "**All at η = 0.01.** First below J = 0: AdaGrad {adagrad}, RMSProp {rmsprop}, Adam "
        "{adam}, momentum {momentum}, gradient descent {gd}.",
        "k=60&landscape=saddle&step_sizes=equal&eta=0.01",
        _BELOW_ZERO,
        "**All at η = 0.01.** Which is first below J = 0 now?",
        tuple(_NAMES[rule] for rule in _ARRIVING),
        lowest(_named(_ARRIVING, _arrival)),
    ),
    GuidedStep(
        "**Noise** of σ = 5, as of mini-batches, on Beale's function: gradient descent {gd:.2f}, "
        "AdaDelta {adadelta:.2f}, Adam {adam:.2f}. Click somewhere else, and ask again.",
        "k=200&landscape=beale&sigma=5",
        {rule: cost(rule) for rule in ("gd", "adadelta", "adam")},
    ),
)

_NESTEROV = (
    GuidedStep(
        "**Momentum and Nesterov.** Below 0.01 for the first time: Nesterov at {nesterov}, "
        "momentum at {momentum}. Play: one brakes before the wall.",
        "k=2&tune=nesterov_paper",
        {rule: below(rule, 0.01, "paper") for rule in ("momentum", "nesterov")},
        "**The same η and β.** Which published rule is below 0.01 first?",
        ("momentum", "Nesterov"),
        lowest({"momentum": _arrival("momentum", 0.01), "Nesterov": _arrival("nesterov", 0.01)}),
    ),
    GuidedStep(
        "**Short steps,** both η = 0.002. In the end momentum is at {momentum:.1g}, Nesterov at "
        "{nesterov:.1g}: little is gained by looking ahead.",
        "k=200&momentum_paper.eta=0.002&nesterov_paper.eta=0.002",
        _BOTH,
    ),
    GuidedStep(
        "**A step too long,** both η = 0.015: momentum ends at {momentum:.0e}, Nesterov at "
        "{nesterov:.0e}. It bears η times the curvature up to 2 (1 + β) / (1 + 2β) only.",
        "k=30&momentum_paper.eta=0.015&nesterov_paper.eta=0.015",
        _BOTH,
        "**A longer step,** both η = 0.015. Which one flies out of the valley?",
        ("momentum", "Nesterov"),
        lambda show: (
            "momentum" if _BOTH["momentum"](show) > _BOTH["nesterov"](show) else "Nesterov"
        ),
    ),
    GuidedStep(
        "**As the slide writes it** Nesterov is at {slide:.2f} after 200 updates. Look at its "
        "arrows: where does it look?",
        "k=2&tune=nesterov",
        {"slide": cost("nesterov", form="lecture")},
    ),
)

_ADAGRAD = (
    GuidedStep(
        "**The wall.** After 200 updates AdaGrad, which divides by all gradients it has seen, is "
        "at {adagrad:.1f}; RMSProp, which forgets, at {rmsprop:.1f}.",
        "k=200",
        {rule: cost(rule) for rule in ("adagrad", "rmsprop")},
        "**First a wall, then a flat valley.** Who comes further: who remembers or who forgets?",
        ("AdaGrad, which remembers", "RMSProp, which forgets"),
        lowest(
            {
                "AdaGrad, which remembers": cost("adagrad"),
                "RMSProp, which forgets": cost("rmsprop"),
            }
        ),
    ),
    GuidedStep(
        "**No rest,** both η = 0.5 in the long valley: AdaGrad's steps die out, {adagrad:.0e}; "
        "RMSProp's stay as long as ever, {rmsprop:.1f}.",
        "k=200&landscape=valley&adagrad.eta=0.5&rmsprop.eta=0.5",
        {rule: cost(rule) for rule in ("adagrad", "rmsprop")},
        "**The long valley,** both η = 0.5. Who comes to rest?",
        ("AdaGrad", "RMSProp"),
        lowest(_named(("adagrad", "rmsprop"), cost)),
    ),
    GuidedStep(
        "**A small step,** both η = 0.05: RMSProp {rmsprop:.3f}, AdaGrad {adagrad:.1f}. Who "
        "forgets needs a step that is cooled, who remembers a bold one.",
        "k=200&landscape=valley&adagrad.eta=0.05&rmsprop.eta=0.05",
        {rule: cost(rule) for rule in ("adagrad", "rmsprop")},
    ),
)


def first_step(form):
    """Return a number: how long AdaDelta's first step is, in a form, in each direction."""
    return lambda show: float(show.series[f"adadelta ({form}).length"][0] / np.sqrt(2))


_ADADELTA = (
    GuidedStep(
        "**From nothing.** First step in each direction: {slide:.3f} (slide), {paper:.4f} "
        "(Zeiler). After 200 updates: {slide_cost:.1g} and {paper_cost:.1f}.",
        "k=200",
        {
            "slide": first_step("lecture"),
            "paper": first_step("paper"),
            "slide_cost": cost("adadelta", form="lecture"),
            "paper_cost": cost("adadelta", form="paper"),
        },
    ),
    GuidedStep(
        "**No step size?** With ε = 10⁻⁴ rather than 10⁻⁶ Zeiler's ends at {paper:.1g}. It had a "
        "step size all the time; it was called ε.",
        "k=200&tune=adadelta_paper&adadelta_paper.eps=0.0001",
        {"paper": cost("adadelta", form="paper")},
    ),
    GuidedStep(
        "**Too much of it.** At ε = 0.01 Zeiler's is at {least:.0e} at its lowest, and ends at "
        "{last:.0f}.",
        "k=200&tune=adadelta_paper&adadelta_paper.eps=0.01",
        {
            "least": lambda show: float(np.nanmin(cost_of(show, "adadelta", "paper"))),
            "last": cost("adadelta", form="paper"),
        },
    ),
)

_NADAM = (
    GuidedStep(
        "**Too far at first.** At k = 2 NAdam is at {nadam_2:.1f}, Adam at {adam_2:.1f}; in the "
        "end at {nadam:.2f} and {adam:.1f}.",
        "k=2",
        {
            "nadam_2": cost("nadam", 2),
            "adam_2": cost("adam", 2),
            "nadam": cost("nadam"),
            "adam": cost("adam"),
        },
        "**Ahead of time.** NAdam counts the newest gradient once more. Who is lower in the end?",
        ("Adam", "NAdam"),
        lowest(_named(("adam", "nadam"), cost)),
    ),
    GuidedStep(
        "**No memory, no lead.** With β₁ = 0 both end at the same cost: {adam:.2g} and "
        "{nadam:.2g}.",
        "k=200&adam.beta1=0&nadam.beta1=0",
        {rule: cost(rule) for rule in ("adam", "nadam")},
    ),
)

GUIDES = {
    "race": _ALL,
    "nesterov": _NESTEROV,
    "adagrad": _ADAGRAD,
    "adadelta": _ADADELTA,
    "nadam": _NADAM,
}


def fitting(racers: Sequence[Racer]) -> Guides:
    """Return the guides of a race: without all that the first one speaks of, steps for any race."""
    spoken_of = _NAMES.keys() - {"nadam"}
    if spoken_of <= {racer.rule.id for racer in racers}:
        return GUIDES
    others = {name: guide for name, guide in GUIDES.items() if name != "race"}
    return {"race": any_race(racers), **others}


def any_race(racers: Sequence[Racer]) -> Guide:
    """Return steps that make sense for whoever takes part, on any landscape."""
    last = {racer.button: partial(_last_cost, racer.name) for racer in racers}
    ends = {"ends": partial(_lowest_first, last)}
    few = 2 <= len(last) <= _MOST_CHOICES
    asked = (tuple(last), lowest(last)) if few else ((), None)
    shown = racers[-1]
    return (
        GuidedStep(
            "**In the end** the costs are, lowest first: {ends}.",
            "k=100000",
            ends,
            "**Each with its own step size.** Which is lowest in the end?" * few,
            *asked,
        ),
        GuidedStep(
            "**The same step size** for all, η = 0.01. In the end, lowest first: {ends}.",
            "k=100000&step_sizes=equal&eta=0.01",
            ends,
            "**All at η = 0.01.** Which is lowest in the end now?" * few,
            *asked,
        ),
        GuidedStep(
            "**Noise** of σ = 1, as of mini-batches. In the end, lowest first: {ends}.",
            "k=100000&sigma=1",
            ends,
        ),
        GuidedStep(
            "**What is a step made of?** The arrows at the ball show it for {who}, and enlarged "
            "beside the map. Go on with →; click on the map to start elsewhere.",
            f"k=2&tune={quote(shown.id)}",
            {"who": lambda show: shown.button},
        ),
    )


def _last_cost(name, show):
    """Return the cost of a racer before its last update; infinite where it did not get so far."""
    trace = show.traces.get(name)
    return float(trace.losses[-1]) if trace and trace.diverged is None else np.inf


def _lowest_first(last, show):
    """Name those with the lowest costs and say these."""
    costs = {name: cost(show) for name, cost in last.items()}
    first = sorted(costs, key=costs.__getitem__)[:_MOST_NAMED]
    told = (written(costs[name]) if np.isfinite(costs[name]) else "none" for name in first)
    return ", ".join(f"{name} {words}" for name, words in zip(first, told, strict=True))
