"""No panacea: all rules over several problems, tuned with the same budget, and their ranks."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import POSITIVE, check_choice, check_count, check_number, describe
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.ranking import GUIDES
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Several
from mlpteach.player.guide import Guide
from mlpteach.rules import FORMS, RULES, RuleLike, as_rule
from mlpteach.study.ranking_problems import as_ranking_problems
from mlpteach.study.ranks import other_seeds, ranking_series, seed_ranks, seed_series, tune_all
from mlpteach.study.tuning import STEP_SIZES
from mlpteach.tables.landscapes import Objective
from mlpteach.views import Axes, Line, Plot, Profile, Row, Show, Style, Table, limits
from mlpteach.views.mosaic import beside
from mlpteach.views.written import written

# By default; the moons tell little that the spirals don't.
PROBLEMS = ("beale", "rosenbrock", "valley", "noise", "scaling", "spirals", "digits")
_MOST_SEEDS = 20
# Forms and sets of rules whose ranks with other seeds are kept.
_KEPT = 12
# Width of the lines of other seeds.
_THIN = 0.7
_DASHES = ("solid", "dashed", "dotted", "dashdot")
_CELLS = {"rank": "rank", "cost": "lowest cost", "step": "step size"}
_FORM_NAMES = {"lecture": "as the slides write them", "paper": "as published"}
# Costs below it are drawn at the lower edge: the minimum is found.
_FLOOR = 1e-12


def ranking(
    problems: Sequence[str] | dict[str, tuple[Objective, ArrayLike]] = PROBLEMS,
    rules: Sequence[RuleLike] | None = None,
    *,
    form: str = "lecture",
    budget: int = 100,
    sizes: Sequence[float] = STEP_SIZES,
    seed: int = 1,
    seeds: int = 3,
    guide: str | Guide | None = None,
) -> Player:
    """Rank rules over several problems, each with its best step size and the same budget.

    Every rule runs with every step size from the same start; what counts is the lowest cost after
    `budget` gradient evaluations, of which L-BFGS and the slide's Nesterov need several for an
    update. The page steps through the budget; who takes part is chosen there.

    Parameters
    ----------
    problems : sequence of str, or dict
        Ids of ``mlpteach.study.ranking_problems.RANKING_PROBLEMS`` or of ``mlpteach.LANDSCAPES``,
        or title -> (objective, theta0) as for :func:`mlpteach.descend`.
    rules : sequence of str, Rule or callable, optional
        Who takes part at first: ids of ``mlpteach.RULES``, rules with hyper-parameters of their
        own, or your own functions; by default the lecture's. All of ``mlpteach.RULES`` that need
        no network's layers can be chosen on the page.
    form : {"lecture", "paper"}
        Form of the rules given by id; those on no slide are as published in both.
    budget : int
        Gradient evaluations of every run.
    sizes : sequence of float
        Step sizes to try. L-BFGS has none; AdaDelta as published has none either, its eps is tuned.
    seed : int
        Decides data, starting weights, batches and noise.
    seeds : int
        With so many the rules run, one after the other from `seed` on: thin lines show how far
        the ranks of the rule that is followed hang on them. Step sizes are those tuned with the
        first.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        ``.traces["adam on beale"]`` is Adam's best run there.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit, before any work is done.

    Examples
    --------
    >>> dashboard = ranking(["valley"], ["gd", "momentum"], form="paper", budget=50)
    >>> [int(dashboard.show.series[f"{rule}.rank"][-1, 0]) for rule in ("gd", "momentum")]
    [2, 1]
    """
    check_choice("form", form, FORMS)
    budget = check_count("budget", budget, maximum=1_000_000)
    sizes = _check_sizes(sizes)
    rules = _lecture() if rules is None else rules
    starting = tuple(_rules_of(rules, form))
    everybody = [*rules, *_others(_rules_of(rules, form))]
    seeds = check_count("seeds", seeds, maximum=_MOST_SEEDS)
    others = other_seeds(problems, range(seed, seed + seeds))
    own = isinstance(problems, dict)
    ranked = as_ranking_problems(problems, seed)
    places = {id: problem if own else (id, seed) for id, problem in ranked.items()}

    def tuned(form, names, progress=False):
        running = {name: _rules_of(everybody, form)[name] for name in names}
        return tune_all(ranked, places, running, budget, sizes, progress)

    @lru_cache(maxsize=_KEPT)
    def seeded(form, names):
        return seed_ranks(tuned(form, names), others, budget)

    tuned(form, starting, progress=True)
    values = {"form": form, "cells": "rank", "problem": next(iter(ranked)), "follow": "none"}
    controls = _controls(ranked, _rules_of(everybody, form))
    player = Player(
        partial(_show, ranked, budget, tuned, seeded if any(others.values()) else None),
        controls,
        {**values, "rules": starting},
        "No panacea",
        "ranking",
        guide=choose(GUIDES, guide, "ranking", controls),
    )
    player.position = {"k": budget}  # before that ranks mean little
    return player


def _lecture():
    """Return the ids of the rules that the lecture knows: those with a place in its order."""
    return [id for id, optimizer in RULES.items() if isfinite(optimizer.order)]


def _others(rules):
    """Return the ids of RULES that are missing in `rules` and can descend a function."""
    known = {rule.id for rule in rules.values() if rule.form != "own"}
    return [id for id, one in RULES.items() if id not in known and not one.default.needs_layers]


def _check_sizes(sizes):
    if isinstance(sizes, (str, dict)) or not hasattr(sizes, "__iter__"):
        raise TypeError(f"sizes must be a list of step sizes; given {describe(sizes)}.")
    checked = tuple(check_number("a step size of sizes", size, POSITIVE) for size in sizes)
    if not checked:
        raise ValueError("sizes must hold at least one step size; given none.")
    return checked


def _rules_of(given, form):
    """Return id -> Rule, in the order given."""
    if isinstance(given, (str, dict)) or not hasattr(given, "__iter__"):
        raise TypeError(f"rules must be a list of rules; given {describe(given)}.")
    rules = {}
    for one in given:
        if isinstance(one, str):
            optimizer = RULES[check_choice("rules", one, tuple(RULES))]
            chosen = optimizer.forms.get(form, optimizer.default)
        else:
            chosen = as_rule(one)
        if chosen.needs_layers:
            raise ValueError(
                f"{chosen} works on the matrices of a network's layers, so it can't descend a "
                "plain function; allowed: other rules."
            )
        name, number = chosen.id, 2
        while name in rules:
            name, number = f"{chosen.id} {number}", number + 1
        rules[name] = chosen
    if not rules:
        raise ValueError("rules must hold at least one rule; given none.")
    return rules


def _controls(problems, rules):
    shown = {id: problem.title for id, problem in problems.items()}
    titles = {name: _title(name, rule) for name, rule in rules.items()}
    buttons = {name: titles[name] + "*" * rule.beyond_lecture for name, rule in rules.items()}
    return [
        Choice("form", "Form", _FORM_NAMES),
        Choice("problem", "Problem", shown),
        Choice("follow", "Follow", {"none": "all alike", **titles}),
        Choice("cells", "Table of all problems", _CELLS, more=True),
        Several("rules", "Rules (*: beyond the lecture)", buttons, more=True),
    ]


def _title(name, rule):
    return name if rule.form == "own" else rule.short_title


def _show(problems, budget, tuned, seeded, values):
    """Collect what the page needs for the controls' values; other seeds where a rule is followed.

    `seeded` is None where no seed changes a problem.
    """
    if not values["rules"]:
        return Show({}, 0, message="No rule takes part: choose at least one rule.")
    found = tuned(values["form"], values["rules"])
    rules = {name: tuned.rule for (name, _), tuned in found.items()}
    names, titles = list(rules), {name: _title(name, rule) for name, rule in rules.items()}
    styles = _styles(rules, values["follow"])
    series = ranking_series(found, names, list(problems))
    again = []
    if seeded and values["follow"] in names:
        ranked = seeded(values["form"], tuple(values["rules"]))
        again = seed_series(ranked, series, list(problems), values["follow"])
    return Show(
        traces=_Traces({f"{name} on {id}": one for (name, id), one in found.items()}),
        steps=budget,
        panels=(
            _slope_chart(problems, styles, again, values["follow"], _spread(again, seeded)),
            _cost_plot(problems, values["problem"], names, styles, series),
            _all_problems(problems, values["cells"], found, titles, styles),
            _one_problem(problems, values["problem"], found, titles, styles),
        ),
        series=series,
        message=_errors(found, titles),
        unit="evaluation",
        mosaic=beside((3, ["A"]), (2, ["B", "D"])),
    )


class _Traces(dict):
    """Name -> trace, out of name -> :class:`Tuned`: a run is made when it is first looked at."""

    def __getitem__(self, name):
        return super().__getitem__(name).trace

    def get(self, name, default=None):
        found = super().get(name)
        return default if found is None else found.trace

    def values(self):
        return (self[name] for name in self)

    def items(self):
        return ((name, self[name]) for name in self)


def _styles(rules, follow):
    """Return name -> Style: dashes tell apart what shares a colour or a marker.

    Many lines cross here; the one that is followed is wider.
    """
    styles = {}
    for name, rule in rules.items():
        look = rule.style
        alike = [s for s in styles.values() if s.color == look.color or s.marker == look.marker]
        taken = {style.dash for style in alike}
        free = [dash for dash in (look.dash, *_DASHES) if dash not in taken]
        width = {"none": 2.0, name: 4.5}.get(follow, 1.0)
        styles[name] = Style(look.color, (free or [look.dash])[0], look.marker, width)
    return styles


def _numbered(problems):
    return [f"{number} {problem.title}" for number, problem in enumerate(problems.values(), 1)]


def _slope_chart(problems, styles, again, followed, title):
    """Return the ranks from problem to problem, thin lines with other seeds."""
    titles = [problem.title for problem in problems.values()]
    axes = Axes(
        "", "rank", (0.9, len(problems) + 0.1), (len(styles) + 0.5, 0.5),
        draw=partial(_name_ticks, titles), key=f"problems {titles}", shape="square",
    )  # fmt: skip
    x = np.arange(1.0, len(problems) + 1)
    layers = [Profile(x, f"{name}.rank", style) for name, style in styles.items()]
    layers += [Profile(x, series, replace(styles[followed], width=_THIN)) for series in again]
    label = "Rank of every rule on the problems " + ", ".join(titles)
    return Plot(title, label, axes, tuple(layers), both_ends=True)


def _spread(again, seeded):
    """Return the title of the ranks: how to see other seeds, or how many are seen."""
    told = "; follow one to see other seeds" if seeded else ""
    if again:
        told = f"; thin: {len(again)} other seeds"
    return f"Rank, from problem to problem{told}"


def _name_ticks(titles, target):
    from matplotlib.ticker import FixedFormatter, FixedLocator, MultipleLocator

    target.xaxis.set_major_locator(FixedLocator(range(1, len(titles) + 1)))
    target.xaxis.set_major_formatter(FixedFormatter(titles))
    target.yaxis.set_major_locator(MultipleLocator(1))


def _cost_plot(problems, problem, names, styles, series):
    costs = [series[f"{name}.cost.{problem}"] for name in names]
    budget = len(series["evaluation"])
    ylim = limits(*(np.clip(cost, _FLOOR, None) for cost in costs), scale="log")
    axes = Axes("gradient evaluations", "lowest cost", (0.0, float(budget)), ylim, yscale="log",
                shape="square")  # fmt: skip
    layers = []
    for name in names:
        series[f"{name}.drawn"] = np.clip(series[f"{name}.cost.{problem}"], _FLOOR, None)
        layers.append(Line("evaluation", f"{name}.drawn", styles[name]))
    title = f"{problems[problem].title}: lowest cost so far"
    label = f"Lowest cost on {problems[problem].title} against gradient evaluations"
    return Plot(title, label, axes, tuple(layers), click="step")


def _all_problems(problems, cells, found, titles, styles):
    rows = []
    for name, title in titles.items():
        shown = [_cell(cells, name, id, found[name, id]) for id in problems]
        rows.append(Row(title, (*shown, f"{name}.mean"), styles[name], _notes(name, found)))
    columns = (*_numbered(problems), "mean rank")
    label = f"Every rule on every problem: {_CELLS[cells]}"
    return Table(f"Every problem: {_CELLS[cells]}", label, columns, tuple(rows))


def _cell(cells, name, id, tuned):
    return _step_size(tuned) if cells == "step" else f"{name}.{cells}.{id}"


def _step_size(tuned):
    if not tuned.tuned:
        return "–"
    return "ε " * (tuned.tuned == "eps") + written(tuned.step_size, digits=2)


def _notes(name, found):
    broken = [
        id for (one, id), tuned in found.items()
        if one == name and tuned.diverged and not tuned.error
    ]  # fmt: skip
    return {1: f"diverged with every step size on {', '.join(broken)}"} if broken else {}


def _errors(found, titles):
    """Say which rules of the reader's raised what: they are last there."""
    said: dict[tuple[str, str], list[str]] = {}
    for (name, id), tuned in found.items():
        if tuned.error:
            said.setdefault((titles[name], tuned.error), []).append(id)
    return "\n".join(f"{name} on {', '.join(ids)}: {error}" for (name, error), ids in said.items())


def _one_problem(problems, problem, found, titles, styles):
    rows = []
    for name, title in titles.items():
        tuned = found[name, problem]
        cells = (f"{name}.cost.{problem}", f"{name}.rank.{problem}", _step_size(tuned))
        lost = sum(not np.isfinite(score) for _, score in tuned.scores)
        diverged = f"{lost} of {len(tuned.scores)}" if tuned.tuned else "–"
        rows.append(Row(title, (*cells, diverged), styles[name]))
    columns = ("lowest cost", "rank", "step size chosen", "sizes that diverged")
    title = problems[problem].title
    return Table(title, f"Every rule on {title}", columns, tuple(rows))
