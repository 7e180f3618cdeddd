"""Where Adam climbs and AMSGrad descends: Reddi's examples."""

import math
from functools import partial

import numpy as np

from mlpteach.basics.arguments import Interval, check_choice, check_count, check_flag, check_number
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Slider, Toggle
from mlpteach.rules import rule
from mlpteach.study.regret import regret_series, run, shown_updates
from mlpteach.tables.counterexamples import COUNTEREXAMPLES
from mlpteach.views import Axes, Line, Plot, Row, Show, Table, Text, limits, rule_style

# As in the paper, for the examples in the order of COUNTEREXAMPLES.
_DEFAULTS = {
    "every_third": {"eta": 0.1, "beta1": 0.0, "beta2": 0.1, "cooled": True, "corrected": False},
    "every_101st": {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "cooled": False, "corrected": True},
    "at_random": {"eta": 0.01, "beta1": 0.9, "beta2": 0.99, "cooled": False, "corrected": True},
}
_STEEPEST = {"every_third": 20.0, "every_101st": 4000.0, "at_random": 4000.0}
_UPDATES = (1_000, 10_000, 100_000)
_MOST = 10_000_000
_NAMES = {"adam": "Adam", "amsgrad": "AMSGrad"}


def reddi(
    example="every_third",
    *,
    updates=10_000,
    start=1.0,
    seed=1,
    C=None,
    eta=None,
    beta1=None,
    beta2=None,
    cooled=None,
    corrected=None,
):
    """Show Adam walk to the wrong end of an interval, and AMSGrad to the right one.

    Both rules see the same slopes c_k, f_k(x) = c_k x, and are held inside [-1, 1]. Above the best
    place x = -1 they gather regret, R_k = sum of f_i(x_i) - f_i(-1) over i <= k. No eps is added
    (eps = 0), so that the slide's Adam and the paper's are the same.

    Parameters
    ----------
    example : {"every_third", "every_101st", "at_random"}
        Id of ``mlpteach.COUNTEREXAMPLES``.
    updates : int
        A million takes about a minute.
    start : float
        In [-1, 1].
    seed : int
        Decides the random slopes.
    C, eta, beta1, beta2, cooled, corrected : float, float, float, float, bool, bool, optional
        Of `example`: its steep slope, the rules' hyper-parameters, whether the step size is
        eta/sqrt(k), and whether Adam corrects its bias; by default as in the paper.

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
    for id in COUNTEREXAMPLES:
        chosen = {"C": COUNTEREXAMPLES[id].steep, **_DEFAULTS[id]}
        if id == example:
            chosen |= {name: value for name, value in given.items() if value is not None}
        values |= {f"{id}.{name}": value for name, value in chosen.items()}
    _setting(values)
    build = partial(_show, start, seed)
    return Player(build, _controls(updates), values, "Where Adam climbs", "reddi")


def _setting(values):
    """Return example, rules and schedule of the controls' values, checked."""
    own = {name: values[f"{values['example']}.{name}"] for name in ("C", *_DEFAULTS["at_random"])}
    example = COUNTEREXAMPLES[values["example"]].change(steep=own["C"])
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
            Slider(f"{id}.C", "C", 1.02 * least, _STEEPEST[id], when=when),
            Slider(f"{id}.eta", "η", 1e-3, 1.0, log=True, when=when),
            Slider(f"{id}.beta1", "β₁", 0.0, 0.999, when=when),
            Slider(f"{id}.beta2", "β₂", 0.0, 0.9999, when=when),
            Toggle(f"{id}.cooled", "η/√k", when=when),
            Toggle(f"{id}.corrected", "bias correction (Adam)", when=when),
        ]
    options = {str(n): f"{n:,}" for n in sorted({*_UPDATES, updates})}
    return [*controls, Choice("updates", "Updates", options)]


def _show(start, seed, values):
    """Run both rules and collect what the page needs."""
    example, rules, schedule = _setting(values)
    example, updates = example.change(seed=seed), int(values["updates"])
    traces = {id: run(example, rules[id], schedule, updates, start) for id in rules}
    return show_regret(example, traces, updates)


def show_regret(example, traces, updates):
    """Return the :class:`~mlpteach.views.Show` of traces on one of Reddi's examples."""
    shown, slopes = shown_updates(updates, example.period), example.slopes(updates)
    series = {"update": np.array(shown, dtype=float), "slope": slopes[np.array(shown) - 1]}
    for id, trace in traces.items():
        series |= regret_series(trace, slopes, shown, id)
    broken = [f"{_NAMES[id]}: {t.diverged}" for id, t in traces.items() if t.diverged]
    return Show(
        traces=traces,
        steps=len(shown),
        panels=(
            _story(example),
            _table(traces, shown),
            *_plots(example, traces, series, updates),
        ),
        series=series,
        numbers=(("update", "update"), ("slope $c_k$", "slope")),
        message=" ".join(broken),
        unit="update" if len(shown) == updates else "point",
    )


def _story(example):
    sum_of = r"\frac{1}{k} \sum_{i \leq k} (f_i(x_i) - f_i(-1))"
    return Text(
        "The slopes",
        (
            f"${example.latex}$, with $C = {example.steep:g}$ and $x$ in $[-1, 1]$",
            f"On average an update asks for the slope {example.mean_slope:.3g} > 0: "
            "the best place is $x = -1$.",
            f"Average regret: $R_k / k = {sum_of}$",
        ),
    )


def _table(traces, shown):
    names = ("x", "regret", "divisor", "rho")
    rows = []
    for id, trace in traces.items():
        notes = {}
        if trace.diverged:
            since = next(i for i, k in enumerate(shown, start=1) if k >= trace.diverged.k)
            notes = {since: f"diverged at update {trace.diverged.k}"}
        cells = tuple(f"{id}.{name}" for name in names)
        rows.append(Row(_NAMES[id], cells, rule_style(id, "lecture"), notes))
    columns = ("$x$ after it", "$R_k/k$", "divided by", r"$\rho_k$")
    return Table("This update", "Both rules at this update", columns, tuple(rows))


def _plots(example, traces, series, updates):
    """Return where the rules are, their regret, and what they divide by at the first updates."""
    several = 3 * example.period if example.period > 1 else 303
    everything, beginning = (1.0, float(max(updates, 10))), (1.0, float(max(30, several)))
    # The first regrets are so large that the last ones could not be told apart beside them.
    settled = series["update"] >= min(several, updates)
    regrets = [series[f"{id}.regret"][settled] for id in traces]
    divisors = [series[f"{id}.divisor"] for id in traces]
    plots = {
        "x": ("Where it is", Axes("update $k$", "$x$", everything, (-1.1, 1.1), "log")),
        "regret": (
            "Average regret",
            Axes("update $k$", "$R_k / k$", everything, limits([0.0], *regrets), "log"),
        ),
        "divisor": (
            r"Divided by, at first: $\sqrt{\hat V_k}$, $\sqrt{V_{\max,k}}$",
            Axes("update $k$", "root", beginning, limits([0.0], *divisors)),
        ),
    }
    for name, (title, axes) in plots.items():
        layers = [Line("update", f"{id}.{name}", rule_style(id, "lecture")) for id in traces]
        label = f"{title.split(',')[0]}, against updates; click to go to an update"
        yield Plot(title, label, axes, tuple(layers), click="step")
