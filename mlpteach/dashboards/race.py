"""The landscape race: rules descend a function of two numbers from one start, side by side."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    POSITIVE,
    check_choice,
    check_count,
    check_floats,
    check_number,
)
from mlpteach.basics.record import in_a_sentence, offer
from mlpteach.dashboards.guides import choose
from mlpteach.dashboards.guides.race import fitting
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Point, Several, Slider
from mlpteach.player.guide import Guide
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import RuleLike
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.train import descend, quietly
from mlpteach.study.diverging import diverges, grid_of_starts
from mlpteach.study.step_sizes import best_from_start, equal, for_landscape
from mlpteach.tables.landscapes import LANDSCAPES, Landscape, Objective, noisy, own_landscape
from mlpteach.views.panels import Show
from mlpteach.views.race import path, race_show
from mlpteach.views.racers import everybody, racers_of, with_the_one_looked_at

# More updates than this make a race that nobody waits for.
MOST_STEPS = 2000
# The rules of the slides, but for NAdam, which runs hardly apart from Adam.
RACERS = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")
_STEP_SIZES = {"suited": "suited", "equal": "equal", "best": "best", "own": "by hand"}
# Starts each way from which a rule may diverge, few where each has to be run alone, and updates.
_CELLS, _FEW_CELLS, _LOST_AFTER = 41, 11, 200
# What the slider of everybody's step size reaches.
_ETA = (1e-4, 1.0)
# What the slider of the noise reaches at least: about the gradient where most landscapes start.
_NOISE = 20.0
# Updates that the slider reaches, so that a change stays light; more are asked for by `steps`.
_UPDATES = 500


def race(
    landscape: str | Landscape | Objective = "beale",
    rules: Sequence[RuleLike | tuple[str, str]] = RACERS,
    *,
    window: ArrayLike | None = None,
    start: ArrayLike | None = None,
    minima: ArrayLike = (),
    steps: int = 200,
    sigma: float = 0.0,
    seed: int = 1,
    step_sizes: str = "suited",
    eta: float | None = None,
    guide: str | Guide | None = None,
) -> Player:
    """Race update rules over a landscape; a click on the map starts them there.

    The slide 'Visualization of optimization'. Every hyper-parameter of every rule is live, and so
    are landscape, start, noise, number of updates and who takes part: any rule that needs no
    network's layers.

    Parameters
    ----------
    landscape : str, Landscape or callable
        Id of ``mlpteach.LANDSCAPES``, or your own function theta (2,) -> (value, gradient (2,)).
    rules : sequence
        Who takes part at first. Each an id of ``mlpteach.RULES``, a pair (id, form),
        ``mlpteach.rule(...)``, or your own function with a rule's signature. Ids and pairs start
        with a step size that suits the landscape; the others keep their own.
    window : (x_min, x_max, y_min, y_max), optional
        The map; needed for your own function only.
    start : (x, y), optional
        By default the landscape's own.
    minima : sequence of (x, y)
        Known minima of your own function, for the distance.
    steps : int
        Number of updates, at most 2000.
    sigma : float
        Standard deviation of the noise on each entry of the gradient, which imitates mini-batches:
        the same for all rules, see :func:`mlpteach.tables.landscapes.noisy`.
    seed : int
        Of the noise.
    step_sizes : {"suited", "equal", "best", "own"}
        Those that suit the landscape; `eta` for everybody; the best of each from this start
        (:func:`mlpteach.study.step_sizes.best_from_start`); or what each rule's own entry says.
    eta : float, optional
        One step size for everybody: `step_sizes` is "equal" then.
    guide : str or sequence of GuidedStep, optional
        What to try, a button a step; by default that of the lecture.

    Returns
    -------
    Player
        A widget; ``.traces`` holds the runs on the screen by the rule's name.

    Raises
    ------
    ValueError, TypeError
        For what is no landscape, rule, place or number, before anything is drawn.

    Examples
    --------
    >>> dashboard = race("valley", ["gd", ("adam", "paper")], steps=50)
    >>> list(dashboard.traces)
    ['gd (lecture)', 'adam (paper)']
    >>> dashboard.configure(start=(4.0, 0.5))
    >>> dashboard.trace[0].before.flat
    array([4. , 0.5])
    >>> dashboard.configure(step_sizes="equal", eta=0.02)
    >>> [trace.run.rule.values["eta"] for trace in dashboard.traces.values()]
    [0.02, 0.02]
    """
    landscape = _landscape(landscape, window, start, minima)
    landscapes, (landscape_id,) = offer(LANDSCAPES, [landscape])
    starting = racers_of(rules)
    racers = everybody(starting)
    values = {
        "landscape": landscape_id,
        "start": landscape.start if start is None else _pair(start),
        "rules": tuple(racer.id for racer in starting),
        "steps": check_count("steps", steps, maximum=MOST_STEPS),
        "sigma": check_number("sigma", sigma, NOT_NEGATIVE),
        **_starting_sizes(step_sizes, eta),
        "tune": racers[0].id,
    }
    FunctionProblem(landscape, np.array(values["start"]))  # raises where the function does not fit
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    values |= _starting_hypers(racers, landscapes, seed, values)
    controls = _controls(racers, landscapes, values)
    return Player(
        partial(_show, racers, landscapes, _Runs(racers, landscapes, seed)),
        controls,
        values,
        "Race of the optimizers",
        "race",
        follow=partial(_follow, racers, landscapes, seed),
        guide=choose(fitting(starting), guide, "race", controls),
    )


def _starting_sizes(step_sizes, eta):
    """Return how step sizes are chosen at first, and that of everybody."""
    check_choice("step_sizes", step_sizes, tuple(_STEP_SIZES))
    if eta is not None and step_sizes in ("best", "own"):
        raise ValueError(
            f"give eta, one step size for everybody, or step_sizes={step_sizes!r}; given both."
        )
    if eta is None:
        return {"step_sizes": step_sizes, "eta": 0.01}
    return {"step_sizes": "equal", "eta": check_number("eta", eta, POSITIVE)}


def _landscape(
    given: str | Landscape | Objective,
    window: ArrayLike | None,
    start: ArrayLike | None,
    minima: ArrayLike,
) -> Landscape:
    """Return the :class:`Landscape` asked for."""
    if isinstance(given, (str, Landscape)) or not callable(given):
        if window is not None or np.size(minima):
            raise ValueError(
                "window and minima are for your own function; a landscape has its own."
            )
        if isinstance(given, Landscape):
            return given
        return LANDSCAPES[check_choice("landscape", given, tuple(LANDSCAPES))]
    if window is None:
        raise ValueError(
            "your own function needs window=(x_min, x_max, y_min, y_max), the map to draw."
        )
    return own_landscape(given, window, start, minima)


def _pair(given):
    return tuple(check_floats("start", list(given) if isinstance(given, tuple) else given,
                              ndim=1, shape=(2,)).tolist())  # fmt: skip


def _controls(racers, landscapes, values):
    names = {racer.id: racer.button for racer in racers}
    most = max(_UPDATES, values["steps"])
    return [
        Choice("landscape", "Landscape", {id: one.menu_title for id, one in landscapes.items()}),
        Choice("step_sizes", "η", _STEP_SIZES),
        Slider("eta", "η of everybody", *_ETA, log=True, when=("step_sizes", "equal")),
        Choice("tune", "Look at", names),
        Point("start", "Start", more=True),
        Slider("steps", "Updates", 10, most, whole=True, more=True),
        Slider("sigma", "Noise σ", 0.0, max(_NOISE, values["sigma"]), more=True),
        Several("rules", "Rules (*: beyond the lecture)", names, more=True),
        *(control for racer in racers for control in _hypers(racer)[0]),
    ]


def _hypers(racer, chosen=None):
    """Return the controls of a racer's hyper-parameters, and where they start."""
    return hyper_controls([chosen or racer.rule], f"{racer.id}.", when=("tune", racer.id))


def _starting_hypers(racers, landscapes, seed, values):
    """Return the hyper-parameters of all racers, with the step sizes that `values` ask for."""
    own = _hyper_values(racers, [racer.rule for racer in racers])
    if values["step_sizes"] == "suited":
        return _suited(racers, landscapes[values["landscape"]], progress=True)
    return own | _resized(racers, landscapes, seed, values | own)


def _suited(racers, landscape, progress=False):
    """Return the hyper-parameters of all racers, as they start on a landscape."""
    rules = [racer.rule for racer in racers]
    return _hyper_values(racers, _suited_rules(racers, rules, landscape, progress))


def _suited_rules(racers, rules, landscape, progress=False):
    """Return rules with step sizes that suit a landscape, or with those that the reader gave."""
    free = [rule for racer, rule in zip(racers, rules, strict=True) if not racer.given]
    suited = iter(for_landscape(free, landscape, progress))
    return [
        _as_given(racer, rule) if racer.given else next(suited)
        for racer, rule in zip(racers, rules, strict=True)
    ]


def _as_given(racer, rule):
    given = racer.rule.values.get(racer.rule.step_size)
    return rule if given is None else rule.with_step_size(given)


def _hyper_values(racers, rules):
    """Return control -> value of the hyper-parameters that rules have."""
    values = {}
    for racer, rule in zip(racers, rules, strict=True):
        values |= _hypers(racer, rule)[1]
    return values


def _bound(racer, values):
    """Return a racer's rule with the hyper-parameters that its controls have."""
    return bind(racer.rule, [racer.rule], f"{racer.id}.", values)


def _resized(racers, landscapes, seed, values):
    """Return the hyper-parameters with the step sizes that `values` ask for."""
    how, landscape = values["step_sizes"], landscapes[values["landscape"]]
    if how == "best":  # a search: for those that run
        racers = [racer for racer in racers if racer.id in values["rules"]]
    rules = [_bound(racer, values) for racer in racers]
    if how == "suited":
        rules = _suited_rules(racers, rules, landscape)
    elif how == "equal":
        rules = equal(rules, values["eta"])
    elif how == "best":
        objective = _objective(landscape, values["sigma"], seed)
        rules = best_from_start(rules, landscape, objective, values["start"], values["steps"])
    return _hyper_values(racers, rules)


def _objective(landscape, sigma, seed):
    return noisy(landscape, sigma, seed) if sigma else landscape


def _follow(racers, landscapes, seed, before, asked):
    """Give another landscape its own start, and rules the step sizes that go with a change.

    What was asked for itself stays as asked.
    """
    asked = asked | with_the_one_looked_at(before, asked)
    kept = {name: value for name, value in asked.items() if value != before[name]}
    values = dict(asked)
    if "landscape" in kept:
        landscape = landscapes[asked["landscape"]]
        values |= {"start": landscape.start, **_suited(racers, landscape), **kept}
    values["step_sizes"] = how = _how_sized(racers, asked["step_sizes"], kept)
    if _asks_for_sizes(how, kept):
        values |= _resized(racers, landscapes, seed, values) | kept
    return values


def _how_sized(racers, how, changed):
    """Return how step sizes are chosen once controls have `changed`."""
    if "step_sizes" in changed:
        return how
    if "eta" in changed:
        return "equal"
    by_hand = {f"{racer.id}.{racer.rule.step_size}" for racer in racers}
    if not by_hand.isdisjoint(changed):
        return "own"
    return "suited" if how == "own" and "landscape" in changed else how


def _asks_for_sizes(how, changed):
    """Whether step sizes have to be found anew where controls have `changed`."""
    if "step_sizes" in changed or how == "own":
        return how != "own"
    if how == "best":  # of this run, whatever has changed but the rule that is looked at
        return changed.keys() != {"tune"}
    return how == "equal" and not changed.keys().isdisjoint({"eta", "landscape"})


class _Runs:
    """The runs of the racers; those that a changed value leaves as they were are not run again."""

    def __init__(self, racers, landscapes, seed):
        self._racers = {racer.id: racer for racer in racers}
        self._landscapes, self._seed = landscapes, seed
        # Two places each: a slider that comes back finds its last run.
        self.run = lru_cache(maxsize=2 * len(racers))(self._run)
        self.lost = lru_cache(maxsize=2 * len(racers))(self._lost)

    def _run(self, id, hypers, landscape, start, steps, sigma):
        """Return the trace of a racer, what is drawn of it, and what error ended it.

        A reader's rule that raises has the updates before; without one no trace.
        """
        landscape, objective, rule = self._asked(id, hypers, landscape, sigma)
        said = ""
        try:
            trace = quietly(descend, objective, list(start), rule=rule, steps=steps)
        except Exception as error:
            if rule.form != "own":
                raise
            trace, said = getattr(error, "trace", None), in_a_sentence(error)
        if said and not trace:
            return None, None, said
        return trace, path(trace, landscape, steps), said

    def _lost(self, id, hypers, landscape, updates, sigma):
        """Return from which cells of the map a racer diverges; None for a rule that runs alone."""
        landscape, objective, rule = self._asked(id, hypers, landscape, sigma)
        cells = _CELLS if landscape.takes_arrays else _FEW_CELLS
        starts = grid_of_starts(landscape, cells).reshape(-1, 2)
        problem = FunctionProblem(objective, np.array(landscape.start))
        lost = diverges(rule, problem, starts, landscape.window, updates)
        return None if lost is None else lost.reshape(cells, cells)

    def _asked(self, id, hypers, landscape, sigma):
        landscape = self._landscapes[landscape]
        rule = _bound(self._racers[id], dict(hypers))
        return landscape, _objective(landscape, sigma, self._seed), rule


def _show(racers, landscapes, runs, values):
    """Let the rules that take part descend, and compose what is shown."""
    landscape = values["landscape"]
    steps = check_count("steps", values["steps"], maximum=MOST_STEPS)
    sigma = check_number("sigma", values["sigma"], NOT_NEGATIVE)
    running = [racer for racer in racers if racer.id in values["rules"]]
    traces, paths, errors, chosen, lost = {}, {}, [], "", None
    for racer in running:
        hypers = tuple(pair for pair in values.items() if pair[0].startswith(f"{racer.id}."))
        found = runs.run(racer.id, hypers, landscape, tuple(values["start"]), steps, sigma)
        trace, drawn, said = found
        if said:
            errors.append(f"{racer.name}: {said}")
        if trace is None:
            continue
        traces[racer.name], paths[racer.name] = trace, drawn
        if not said and racer.id == values["tune"]:
            chosen = racer.name
            lost = runs.lost(racer.id, hypers, landscape, min(steps, _LOST_AFTER), sigma)
    styles = {racer.name: racer.style for racer in running}
    if errors and not traces:
        return Show({}, 0, message="\n".join(errors))
    show = race_show(traces, paths, styles, landscapes[landscape], steps, chosen, lost)
    return replace(show, message="\n".join(filter(None, [*errors, show.message])))
