"""Adam, line by line: the ledger of one weight, heat maps of a layer, the cost."""

import warnings
from functools import partial

import numpy as np

from mlpteach import datasets
from mlpteach.arguments import check_choice, check_count, check_floats, describe
from mlpteach.dashboards.player import Choice, Player, Show, Slider, Toggle, spread
from mlpteach.formulas import lines
from mlpteach.network import MLP
from mlpteach.notation import symbol
from mlpteach.rules import FORMS, RULES, Hyper, rule
from mlpteach.train import DivergenceWarning, train
from mlpteach.views.optimizer import optimizer_fields, optimizer_frames, optimizer_panels
from mlpteach.views.panels import CurvePanel
from mlpteach.views.pictures import color_tables, render_curve

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
    return Player(partial(_show, run), _controls(layers), values, "Adam, line by line")


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
    message = str(trace.diverged) if trace.diverged else ""
    if not len(trace):
        return Show(trace, {"updates": 0, "message": message})
    return show_optimizer(trace, layer, message)


def show_optimizer(trace, layer, message=""):
    """Collect what the page needs to show one layer of a trace."""
    fields = optimizer_fields(trace, layer)
    size = sum(rows * columns for rows, columns in fields.values())
    held = spread(len(trace), 8 * size)
    frames = np.concatenate([optimizer_frames(trace, layer, k, k) for k in held])
    panels = optimizer_panels(trace, layer, _by_name(frames, fields))
    picture, points = render_curve(panels[0])
    scheduled = trace.run.schedule.id != "constant"
    spec = {
        "updates": len(trace),
        "perEpoch": trace.run.problem.updates_per_epoch,
        "layer": layer,
        "message": message,
        "lines": [
            {"name": line.name, "formula": line.mathml(), "numbers": line.mathml(numbers=True)}
            for line in lines(trace.run.rule, scheduled)
        ],
        "fields": {name: list(shape) for name, shape in fields.items()},
        "panels": [_describe(panel, picture) for panel in panels],
        "colors": color_tables(),
    }
    if scheduled:
        spec["factors"] = [float(step.factor) for step in trace]
    curve = np.column_stack([trace.losses, points])
    return Show(trace, spec, held, frames, curve, partial(optimizer_frames, trace, layer))


def _by_name(frames, fields):
    named, start = {}, 0
    for name, (rows, columns) in fields.items():
        stop = start + rows * columns
        named[name] = frames[:, start:stop].reshape(-1, rows, columns)
        start = stop
    return named


def _describe(panel, picture):
    if isinstance(panel, CurvePanel):
        return {"kind": "curve", "title": panel.title, "label": panel.label, **picture}
    described = {key: value for key, value in vars(panel).items() if key != "latex"}
    return {"kind": "heat", **described}
