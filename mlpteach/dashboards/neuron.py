"""Nielsen's neuron: one input, one sigmoid, and two costs that tell it to go down."""

from functools import partial

import numpy as np

from mlpteach.basics.arguments import (
    Interval,
    check_choice,
    check_count,
    check_flag,
    check_floats,
    check_number,
)
from mlpteach.player import Player
from mlpteach.player.controls import Choice, Toggle
from mlpteach.player.hyper_controls import bind, hyper_controls
from mlpteach.rules import rule as make_rule
from mlpteach.run.train import descend, quietly
from mlpteach.tables.activations import ACTIVATIONS, sigmoid
from mlpteach.tables.losses import LOSSES
from mlpteach.views.neuron import (
    neuron_lines,
    neuron_plots,
    neuron_series,
    neuron_table,
    run_label,
)
from mlpteach.views.panels import Show

# Nielsen's two starting points, and one where a has rounded to 1.
STARTS = ((0.6, 0.9), (2.0, 2.0), (20.0, 20.0))
ETA = 0.15
_KINDS = {"nielsen": "½(y − a)², Nielsen", "slide": "(y − a)², slide"}


def neuron(
    start=(2.0, 2.0),
    *,
    quadratic="nielsen",
    long_way=False,
    updates=300,
    x=1.0,
    y=0.0,
    rule=None,
    **hypers,
):
    """Show one sigmoid neuron that learns y from x by the quadratic cost and by cross-entropy.

    Both start at the same weights and take the same steps; the seed plays no part.

    Parameters
    ----------
    start : (w, b)
        Nielsen's two are (0.6, 0.9) and (2, 2); at (20, 20) a has rounded to 1.
    quadratic : {"nielsen", "slide"}
        C = ½(y − a)² as in his book, or J = (y − a)² as on the slide, with twice the gradient.
    long_way : bool
        Whether cross-entropy is also run with dJ/da passed back through φ'.
    updates : int
        Up to 10,000.
    x, y : float
        The one instance; y lies in [0, 1].
    rule : str, Rule or callable, optional
        As for :func:`mlpteach.descend`; by default gradient descent with Nielsen's η = 0.15.
    **hypers
        Hyper-parameters of the rule to start with.

    Returns
    -------
    Player
        ``.traces`` are the runs, each of θ = (w, b).

    Raises
    ------
    ValueError, TypeError
        For arguments that can't be, before any work.

    References
    ----------
    Nielsen, M. (2015). Neural Networks and Deep Learning, chapter 3.

    Examples
    --------
    >>> dashboard = neuron(start=(0.6, 0.9), updates=10, eta=0.15)
    >>> dashboard.show.series["cross_entropy.a"][:3].round(4)
    array([0.8176, 0.7781, 0.7352])
    """
    start = check_start(start)
    check_choice("quadratic", quadratic, tuple(_KINDS))
    check_flag("long_way", long_way)
    updates = check_count("updates", updates, maximum=10_000)
    x = check_number("x", x, Interval())
    y = check_number("y", y, Interval(0, 1, closed="both"))
    chosen = (make_rule("gd", eta=ETA) if rule is None else make_rule(rule)).bind(**hypers)
    starts = {_text(pair): pair for pair in dict.fromkeys((*STARTS, start))}
    sliders, values = hyper_controls([chosen], "")
    values |= {"start": _text(start), "quadratic": quadratic, "long_way": long_way}
    controls = (
        Choice("start", "Start", {text: _outcome(pair, x) for text, pair in starts.items()}),
        Choice("quadratic", "Quadratic cost", _KINDS),
        *sliders,
        Toggle("long_way", "also the long way, dJ/da · φ′(z)"),
    )
    build = partial(_show, starts, chosen, updates, x, y)
    return Player(build, controls, values, "One neuron, two costs", "neuron")


def check_start(start):
    """Return the starting weights (w, b) as a pair of floats."""
    w, b = check_floats("start", start, ndim=1, shape=(2,))
    return float(w), float(b)


def _text(pair):
    return f"{pair[0]!r}_{pair[1]!r}"


def _outcome(pair, x):
    a = ACTIVATIONS["sigmoid"](pair[0] * x + pair[1])
    return f"w = {pair[0]:g}, b = {pair[1]:g}: a = {a:.3g}"


def _show(starts, rule, updates, x, y, values):
    """Run with the controls' values and collect what the page needs."""
    start, kind, rule = starts[values["start"]], values["quadratic"], bind(rule, [rule], "", values)
    traces = neuron_traces(start, kind, values["long_way"], rule, updates, x, y)
    messages = [
        f"{_KINDS[kind] if name == 'quadratic' else run_label(name, kind)}: {trace.diverged}"
        for name, trace in traces.items()
        if trace.diverged
    ]
    if not any(map(len, traces.values())):
        return Show(traces, 0, message=" ".join(messages))
    series = neuron_series(traces, x, y)
    return Show(
        traces=traces,
        steps=len(series["k"]),
        panels=(
            neuron_table(traces, series, kind, y),
            *neuron_plots(tuple(traces), series, kind, y),
            neuron_lines(kind),
        ),
        series=series,
        message=" ".join(messages),
    )


def neuron_traces(start, kind, long_way, rule, updates, x=1.0, y=0.0):
    """Return the runs, name -> Trace of θ = (w, b): "quadratic", "cross_entropy", "long_way".

    Nielsen's cost is half the slide's, and so are its gradient and sensitivity.

    Examples
    --------
    >>> from mlpteach.rules import rule
    >>> runs = neuron_traces((2.0, 2.0), "nielsen", False, rule("gd", eta=0.15), updates=300)
    >>> w, b = runs["quadratic"][-1].after.flat
    >>> round(float(1 / (1 + np.exp(-w - b))), 10)
    0.2028484243
    """
    half = 0.5 if kind == "nielsen" else 1.0
    objectives = {
        "quadratic": neuron_objective("mse", x, y, factor=half),
        "cross_entropy": neuron_objective("cross_entropy", x, y),
    }
    if long_way:
        objectives["long_way"] = neuron_objective("cross_entropy", x, y, long_way=True)
    with np.errstate(over="ignore"):
        return {
            name: quietly(descend, objective, start, rule=rule, steps=updates)
            for name, objective in objectives.items()
        }


def neuron_objective(loss, x, y, factor=1.0, long_way=False):
    """Return the cost of one neuron as a function θ = (w, b) -> (value, gradient).

    Parameters
    ----------
    loss : str
        Id of ``mlpteach.LOSSES``.
    x, y : float
    factor : float
        Of cost and gradient.
    long_way : bool
        Whether the sensitivity is dJ/da passed back through φ' even where there is a shortcut.
    """
    loss, Y = LOSSES[loss], np.array([[y]])
    sensitivity = loss.long_sensitivity if long_way else loss.sensitivity

    def objective(theta):
        w, b = theta
        Z = np.array([[w * x + b]])
        A = sigmoid(Z)
        V = factor * sensitivity("sigmoid", Z, A, Y)[0, 0]
        return factor * loss.evaluate("sigmoid", Z, A, Y), np.array([V * x, V])

    return objective
