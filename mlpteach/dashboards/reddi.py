"""Where Adam climbs and AMSGrad descends: Reddi's examples."""

import math
from functools import partial

from mlpteach.basics.arguments import Interval, check_choice, check_count, check_flag, check_number
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.reddi import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Slider, Toggle
from mlpteach.player.guide import Guide
from mlpteach.rules import rule
from mlpteach.study.regret import shown_updates, walk
from mlpteach.tables.counterexamples import COUNTEREXAMPLES
from mlpteach.views.regret import show_regret

_UPDATES = (1_000, 10_000, 100_000)
_MOST = 10_000_000
_SETTINGS = ("eta", "beta1", "beta2", "cooled", "corrected")


def reddi(
    example: str = "every_third",
    *,
    updates: int = 10000,
    start: float = 1.0,
    seed: int = 1,
    C: float | None = None,
    eta: float | None = None,
    beta1: float | None = None,
    beta2: float | None = None,
    cooled: bool | None = None,
    corrected: bool | None = None,
    guide: str | Guide | None = None,
) -> Player:
    """Show Adam walk to the wrong end of an interval, and AMSGrad to the right one.

    Both rules see the same slopes c_k, f_k(x) = c_k x, and are held inside [-1, 1]. Above the best
    place x = -1 they gather regret, R_k = sum of f_i(x_i) - f_i(-1) over i <= k. A band tells how
    much that depends on the slope one starts with: it holds all starts of the period, and where the
    slopes are drawn at random twenty draws. No eps is added
    (eps = 0), so that the slide's Adam and the paper's are the same.

    Parameters
    ----------
    example : str
        Id of ``mlpteach.COUNTEREXAMPLES``.
    updates : int
        A million takes about four seconds.
    start : float
        In [-1, 1].
    seed : int
        Decides the random slopes.
    C, eta, beta1, beta2, cooled, corrected : float, float, float, float, bool, bool, optional
        Of `example`: its steep slope, the rules' hyper-parameters, whether the step size is
        eta/sqrt(k), and whether Adam corrects its bias; by default as in the paper.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        ``.traces["adam"]`` and ``.traces["amsgrad"]`` are the runs on the screen.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, before any work is done.

    Notes
    -----
    The page stands at every update up to 303, then at some of them and the last.
    Source: Reddi, Kale & Kumar 2018, sections 3 and 5.

    Examples
    --------
    >>> dashboard = reddi(updates=3_000)
    >>> x = {name: float(trace[-1].after.flat[0]) for name, trace in dashboard.traces.items()}
    >>> f"{x['adam']:.3f}, {x['amsgrad']:.3f}"
    '1.000, -0.316'
    """
    check_choice("example", example, tuple(COUNTEREXAMPLES))
    updates = check_count("updates", updates, maximum=_MOST)
    start = check_number("start", start, Interval(-1, 1, closed="both"))
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    given = {"C": C, "eta": eta, "beta1": beta1, "beta2": beta2,
             "cooled": cooled, "corrected": corrected}  # fmt: skip
    values = {"example": example, "updates": str(updates)}
    for id, known in COUNTEREXAMPLES.items():
        chosen = {"C": known.steep, **known.settings}
        if id == example:
            chosen |= {name: value for name, value in given.items() if value is not None}
        values |= {f"{id}.{name}": value for name, value in chosen.items()}
    _setting(values)
    build = partial(_show, start, seed)
    controls = _controls(updates)
    if guide is None and example in GUIDES:
        guide = example
    guide = choose(GUIDES, guide, "reddi", controls)
    return Player(build, controls, values, "Where Adam climbs", "reddi", guide=guide)


def _setting(values):
    """Return example, rules and schedule of the controls' values, checked."""
    own = {name: values[f"{values['example']}.{name}"] for name in ("C", *_SETTINGS)}
    example = COUNTEREXAMPLES[values["example"]]
    example = example.change(steep=check_number("C", own["C"], example.steep_slopes))
    hypers = {name: own[name] for name in ("eta", "beta1", "beta2")}
    corrected, cooled = (check_flag(name, own[name]) for name in ("corrected", "cooled"))
    rules = {
        "adam": rule("adam", form="paper", eps=0.0, bias_correction=corrected, **hypers),
        "amsgrad": rule("amsgrad", eps=0.0, **hypers),
    }
    return example, rules, _cooled if cooled else None


def _cooled(eta, k):
    return eta / math.sqrt(k)


def _controls(updates):
    titles = {id: example.title for id, example in COUNTEREXAMPLES.items()}
    controls = [Choice("example", "Steep", titles)]
    for id, example in COUNTEREXAMPLES.items():
        when = ("example", id)
        least = example.gentle * (1 - example.share) / example.share
        controls += [
            Slider(f"{id}.C", "C", 1.02 * least, example.steepest, when=when),
            Slider(f"{id}.eta", "η", 1e-3, 1.0, log=True, when=when),
            Slider(f"{id}.beta1", "β₁", 0.0, 0.999, when=when, more=True),
            Slider(f"{id}.beta2", "β₂", 0.0, 0.9999, when=when),
            Toggle(f"{id}.cooled", "η/√k", when=when, more=True),
            Toggle(f"{id}.corrected", "bias correction (Adam)", when=when, more=True),
        ]
    options = {str(n): f"{n:,}" for n in sorted({*_UPDATES, updates})}
    return [*controls, Choice("updates", "Updates", options, more=True)]


def _show(start, seed, values):
    """Run both rules and collect what the page needs."""
    example, rules, schedule = _setting(values)
    example, updates = example.change(seed=seed), int(values["updates"])
    shown = shown_updates(updates, example.period)
    walks = {id: walk(example, rules[id], schedule, shown, start) for id in rules}
    return show_regret(example, walks, shown)
