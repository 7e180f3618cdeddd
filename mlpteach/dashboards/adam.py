"""Adam, line by line: the ledger of one weight, heat maps of a layer, the cost."""

import warnings
from functools import partial

import numpy as np

from mlpteach import datasets
from mlpteach.arguments import check_choice, check_count, check_floats, describe
from mlpteach.dashboards.controls import Choice, Slider, Toggle
from mlpteach.dashboards.player import Player
from mlpteach.network import MLP
from mlpteach.notation import symbol
from mlpteach.rules import FORMS, RULES, Hyper, rule
from mlpteach.train import DivergenceWarning, train
from mlpteach.views.optimizer import (
    cost_plot,
    cost_series,
    optimizer_frames,
    optimizer_heats,
    rule_ledger,
)
from mlpteach.views.panels import Show

# More is a mistake in y rather than a wish, and its network would fill the memory.
MOST_CLASSES = 1000
_FORM_NAMES = {"lecture": "lecture: √(V̂ + ε)", "paper": "paper: √V̂ + ε"}


def adam(
    X=None,
    y=None,
    *,
    net=None,
    layer=None,
    form="lecture",
    loss="cross_entropy",
    epochs=5,
    batch_size=32,
    seed=1,
    **hypers,
):
    """Show Adam's six lines on a network, forwards and backwards, with live hyper-parameters.

    Parameters
    ----------
    X, y : array_like, optional
        As for :func:`mlpteach.train`; by default the digits.
    net : MLP, optional
        By default one hidden layer of 30 sigmoids that fits X and y.
    layer : int, optional
        The layer whose weights are shown, from 1; by default the last one.
    form : {"lecture", "paper"}
    loss, epochs, batch_size, seed
        As for :func:`mlpteach.train`.
    **hypers
        eta, beta1, beta2, eps, bias_correction to start with.

    Returns
    -------
    Player
        A widget; ``.trace`` is the run on the screen, ``.position`` the place in it.

    Raises
    ------
    ValueError, TypeError
        As :func:`mlpteach.train`, before anything is drawn.

    Examples
    --------
    >>> dashboard = adam(epochs=1, eta=0.01)
    >>> dashboard.values["form"], len(dashboard.trace)
    ('lecture', 57)
    """
    if (X is None) != (y is None):
        raise ValueError("give both X and y, or neither for the digits; given only one of them.")
    if X is None:
        X, y = datasets.digits()
    net = _default_network(X, y) if net is None else net
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an mlpteach.MLP; given {describe(net)}.")
    layers = len(net.sizes) - 1
    layer = layers if layer is None else check_count("layer", layer, maximum=layers)
    check_choice("form", form, FORMS)
    chosen = rule("adam", form=form, **hypers)
    run = partial(
        train, net, X, y, loss=loss, epochs=epochs, batch_size=batch_size, seed=seed, progress=False
    )
    values = {"form": form, **chosen.values, "layer": str(layer)}
    return Player(partial(_show, run), _controls(layers), values, "Adam, line by line", "adam")


def _default_network(X, y):
    inputs = check_floats("X", X, ndim=2).shape[1]
    return MLP((inputs, 30, _outputs(y)), seed=1)


def _outputs(y):
    """Return how many outputs fit labels or one-hot rows; two classes need only one."""
    try:
        array = np.asarray(y)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "iubf":
        raise TypeError(f"y must hold labels or one-hot rows; given {describe(y)}.")
    if array.ndim not in (1, 2) or array.size == 0:
        raise ValueError(f"y must have one label or row per instance; given shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError("y must be finite; given NaN or infinity.")
    classes = array.shape[1] if array.ndim == 2 else _classes(array)
    if classes > MOST_CLASSES:
        raise ValueError(
            f"y asks for {classes} outputs, allowed are at most {MOST_CLASSES} without a network; "
            f"give net for more."
        )
    return classes if classes > 2 or array.ndim == 2 else 1


def _classes(labels):
    wrong = labels[labels != np.round(labels)]
    if wrong.size:
        raise TypeError(
            f"y must hold whole labels 0, 1, …; given {wrong[0]:g}. For other targets give net."
        )
    if labels.min() < 0:
        raise ValueError(f"y must hold whole labels 0, 1, …; given {labels.min():g}.")
    return int(labels.max()) + 1


def _controls(layers):
    controls = [Choice("form", "Form", _FORM_NAMES)]
    for name, hyper in RULES["adam"].forms["lecture"].hypers.items():
        if isinstance(hyper, Hyper):
            sign = symbol(name)
            label = sign.letter + sign.subscript.translate(str.maketrans("12", "₁₂"))
            controls.append(Slider(name, label, hyper.low, hyper.high, hyper.log))
        else:
            controls.append(Toggle(name, name.replace("_", " ")))
    raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    options = {str(k): f"W⁽{str(k).translate(raised)}⁾" for k in range(1, layers + 1)}
    return [*controls, Choice("layer", "Layer", options)]


def _show(run, values):
    """Train with the controls' values and collect what the page needs."""
    hypers = {name: values[name] for name in values if name not in ("form", "layer")}
    layer = int(values["layer"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergenceWarning)  # shown on the page
        trace = run(rule=rule("adam", form=values["form"], **hypers))
    return show_optimizer(trace, layer)


def show_optimizer(trace, layer):
    """Return the :class:`~mlpteach.views.Show` of one layer of a trace."""
    traces, message = {str(trace.run.rule): trace}, str(trace.diverged or "")
    if not len(trace):
        return Show(traces, 0, message=message)
    frames = optimizer_frames(trace, layer)
    samples = frames.named(frames.values)
    series = cost_series(trace)
    if trace.run.schedule.id != "constant":
        series["factor"] = np.array([step.factor for step in trace])
    return Show(
        traces=traces,
        steps=len(trace),
        panels=(
            rule_ledger(trace, layer),
            cost_plot(trace),
            *optimizer_heats(trace, layer, samples),
        ),
        series=series,
        frames=frames,
        numbers=(("cost $J$", "loss"),),
        message=message,
        per_epoch=trace.run.problem.updates_per_epoch,
    )
