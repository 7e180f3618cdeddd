"""The landscape race: rules descend a function of two numbers from one start, side by side."""

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    check_choice,
    check_count,
    check_floats,
    check_number,
)
from mlpteach.basics.record import offer
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Point, Several, Slider
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import RuleLike
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.train import descend, quietly
from mlpteach.study.step_sizes import for_landscape
from mlpteach.tables.landscapes import LANDSCAPES, Landscape, Objective, noisy, own_landscape
from mlpteach.views.race import path, race_show
from mlpteach.views.racers import everybody, racers_of

# More updates than this make a race that nobody waits for.
MOST_STEPS = 2000
# The rules of the slides, but for NAdam, which runs hardly apart from Adam.
RACERS = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam")
# What the slider of the noise reaches at least: about the gradient where most landscapes start.
_NOISE = 20.0


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
        "tune": racers[0].id,
    }
    FunctionProblem(landscape, np.array(values["start"]))  # raises where the function does not fit
    seed = check_count("seed", seed, minimum=0, maximum=2**63)
    follow = partial(_follow, racers, landscapes)
    return Player(
        partial(_show, racers, landscapes, _Runs(racers, landscapes, seed)),
        _controls(racers, landscapes, values),
        values | _suited(racers, landscape, progress=True),
        "Race of the optimizers",
        "race",
        follow=follow,
    )


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
    most = max(1000, values["steps"])
    return [
        Choice("landscape", "Landscape", {id: one.menu_title for id, one in landscapes.items()}),
        Point("start", "Start"),
        Slider("steps", "Updates", 10, most, whole=True),
        Slider("sigma", "Noise σ", 0.0, max(_NOISE, values["sigma"])),
        Several("rules", "Rules (*: beyond the lecture)", names),
        Choice("tune", "Tune", names),
        *(control for racer in racers for control in _hypers(racer)[0]),
    ]


def _hypers(racer, chosen=None):
    """Return the controls of a racer's hyper-parameters, and where they start."""
    return hyper_controls([chosen or racer.rule], f"{racer.id}.", when=("tune", racer.id))


def _suited(racers, landscape, progress=False):
    """Return the hyper-parameters of all racers, as they start on a landscape."""
    free = [racer for racer in racers if not racer.given]
    suited = for_landscape([racer.rule for racer in free], landscape, progress)
    chosen = {racer.id: rule for racer, rule in zip(free, suited, strict=True)}
    values = {}
    for racer in racers:
        values |= _hypers(racer, chosen.get(racer.id))[1]
    return values


def _follow(racers, landscapes, before, asked):
    """Give another landscape its own start and step sizes, where none were asked for."""
    if asked["landscape"] == before["landscape"]:
        return asked
    landscape = landscapes[asked["landscape"]]
    own = {"start": landscape.start, **_suited(racers, landscape)}
    kept = {name: value for name, value in asked.items() if value != before[name]}
    return {**asked, **own, **kept}


class _Runs:
    """The runs of the racers; those that a changed value leaves as they were are not run again."""

    def __init__(self, racers, landscapes, seed):
        self._racers = {racer.id: racer for racer in racers}
        self._landscapes, self._seed = landscapes, seed
        # Two places each: a slider that comes back finds its last run.
        self.run = lru_cache(maxsize=2 * len(racers))(self._run)

    def _run(self, id, hypers, landscape, start, steps, sigma):
        """Return the trace of a racer and what is drawn of it."""
        landscape, racer = self._landscapes[landscape], self._racers[id]
        objective = noisy(landscape, sigma, self._seed) if sigma else landscape
        rule = bind(racer.rule, [racer.rule], f"{id}.", dict(hypers))
        trace = quietly(descend, objective, list(start), rule=rule, steps=steps)
        return trace, path(trace, landscape, steps)


def _show(racers, landscapes, runs, values):
    """Let the rules that take part descend, and compose what is shown."""
    landscape = values["landscape"]
    steps = check_count("steps", values["steps"], maximum=MOST_STEPS)
    sigma = check_number("sigma", values["sigma"], NOT_NEGATIVE)
    running = [racer for racer in racers if racer.id in values["rules"]]
    traces, paths = {}, {}
    for racer in running:
        hypers = tuple(pair for pair in values.items() if pair[0].startswith(f"{racer.id}."))
        found = runs.run(racer.id, hypers, landscape, tuple(values["start"]), steps, sigma)
        traces[racer.name], paths[racer.name] = found
    styles = {racer.name: racer.style for racer in running}
    return race_show(traces, paths, styles, landscapes[landscape], steps)
