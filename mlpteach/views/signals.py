"""Signals of two networks side by side: sizes and distributions, layer by layer."""

from dataclasses import replace
from functools import partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import BLUE, ORANGE, Style
from mlpteach.run.trace import Trace
from mlpteach.study.ailments import AILMENTS, diagnoses
from mlpteach.study.signals import EXPONENTS, Signals, where_saturated
from mlpteach.tables.activations import Activation
from mlpteach.tables.initializers import Initializer
from mlpteach.views.axis import histogram_outline, limits
from mlpteach.views.image_frames import unit_frames, unit_panel, wrong_frames, wrong_panel
from mlpteach.views.mosaic import letters_of, stack
from mlpteach.views.panels import Axes, Line, Plot, Profile, Row, Show, Table, Text
from mlpteach.views.runs import divergence_message

STYLES = {"a": Style(BLUE, "solid", "o"), "b": Style(ORANGE, "dashed", "s")}
# Of an update beside the weights (CS231n).
_GOOD_STEP = 1e-3
# What is seen of images.
IMAGES = {"learned": "learned", "looks": "weights", "wrong": "mistakes"}
# The histograms leave little room for images: more of them are asked for when they are looked at.
_FRAME_BYTES = 10_000
# How much of the room between two layers the tallest bin takes.
_HEIGHT = 0.85
# Beyond these a run has vanished or is about to diverge; the axes stay readable.
_SMALLEST, _LARGEST = 1e-12, 1e6


def show_signals(
    runs: dict[str, tuple[Trace, Signals]],
    settings: dict[str, tuple[Activation, Initializer]],
    measured_on: tuple[FloatArray, FloatArray] | None = None,
    images: str = "",
) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of two networks, "a" and "b".

    Parameters
    ----------
    runs : dict of str to (Trace, Signals)
    settings : dict of str to (Activation, Initializer)
    measured_on : (X, Y), optional
        The instances measured, as the network's problem has them; needed for images.
    images : str
        A key of ``IMAGES``; "" where the instances are no images.
    """
    names = {
        side: f"{side.upper()}: {phi.title}, {init.title}" for side, (phi, init) in settings.items()
    }
    traces = {names[side]: trace for side, (trace, _) in runs.items()}
    measured = {side: signals for side, (_, signals) in runs.items()}
    series = signal_series(measured)
    bounded = {side: None not in phi.range for side, (phi, _) in settings.items()}
    panels = (
        *signal_panels(measured, names, series, _notes(runs, bounded)),
        definitions(settings, next(iter(measured.values())).instances),
    )
    pictures, frames = _images(runs, measured_on, images) if images else ([], None)
    return Show(
        traces=traces,
        steps=len(series["update"]),
        panels=(*panels, *pictures),
        mosaic=_mosaic((*panels, *pictures)),
        frames=frames,
        series=series,
        numbers=(("before update $k$", "update"),),
        message=divergence_message(traces),
        unit="",
    )


def _mosaic(panels):
    """Return what stands where: outputs and gradients above, updates and images below."""
    first, second, size, cost, *ratios, gradient, sensitivity = letters_of(panels, "wide")
    images = letters_of(panels, "images") or gradient + sensitivity
    return stack("A", first + second + size + cost, "".join(ratios) + images)


def _images(runs, measured_on, images):
    """Return the panels of images, one a side, and their frames."""
    traces = {side: trace for side, (trace, _) in runs.items()}
    ks = next(iter(runs.values()))[1].k.tolist()
    problem = traces["a"].run.problem
    side = round(problem.X.shape[1] ** 0.5)
    if images == "wrong" and problem.threshold is not None:
        frames = wrong_frames(traces, measured_on, ks, side, moments=True)
        frames = replace(frames, travelling=_FRAME_BYTES)
        return [wrong_panel(one, one.upper(), side, "measured") for one in runs], frames
    frames, limit = unit_frames(traces, ks, side, images != "looks")
    frames = replace(frames, choices=(problem.net.sizes[1], 1), travelling=_FRAME_BYTES)
    panels = [unit_panel(one, one.upper(), side, images != "looks", limit) for one in runs]
    return panels, frames


def _notes(runs, bounded):
    """Return side -> step -> what ails its network from there on, and where it diverged."""
    found = {}
    for side, (trace, signals) in runs.items():
        names = diagnoses(signals, bounded[side])
        found[side] = {
            i + 1: name for i, name in enumerate(names) if i == 0 or name != names[i - 1]
        }
        if trace.diverged:
            ended = int(np.searchsorted(signals.k, trace.diverged.k)) + 1
            kept = {step: name for step, name in found[side].items() if step < ended}
            found[side] = {**kept, ended: f"diverged at update {trace.diverged.k}"}
    return found


def signal_series(sides: dict[str, Signals]) -> dict[str, FloatArray]:
    """Return the series that the panels name, "a.gradient" and so on.

    Parameters
    ----------
    sides : dict of str to Signals
        "a" and "b", measured before the same updates.
    """
    series = {"update": next(iter(sides.values())).k.astype(float)}
    for side, signals in sides.items():
        series |= {f"{side}.{name}": array for name, array in _side_series(signals).items()}
    return series


def _side_series(signals):
    series = {
        "loss": signals.loss,
        "right": signals.right,
        "gradient": signals.gradient,
        "sensitivity": signals.sensitivity,
        "gradient_ratio": _ratio(signals.gradient[:, 0], signals.gradient[:, -1]),
        "sensitivity_ratio": _ratio(signals.sensitivity[:, 0], signals.sensitivity[:, -1]),
        "all_dead": signals.dead.sum(axis=1),
    }
    for layer in range(1, signals.dead.shape[1] + 1):
        series[f"saturated{layer}"] = np.round(100 * signals.saturated[:, layer - 1])
        series[f"dead{layer}"] = signals.dead[:, layer - 1]
    for layer in range(1, signals.step_ratio.shape[1] + 1):
        series[f"step{layer}"] = signals.step_ratio[:, layer - 1]
    for name in ("A", "gradient", "sensitivity"):
        counts = getattr(signals, f"{name}_counts")
        for layer in range(1, counts.shape[1] + 1):
            series[f"{name}{layer}"] = _ridge(counts[:, layer - 1], layer)
    return series


def _ratio(first, last):
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(last == 0.0, np.nan, first / last)


def _ridge(counts, layer):
    """Return the outline of a layer's histogram, standing on the layer's number."""
    # Roots, because half of the entries may lie in one bin and would flatten all others.
    roots = np.sqrt(counts / counts.max(axis=1, keepdims=True))
    _, outline = histogram_outline(roots, np.arange(counts.shape[1] + 1))
    return layer + _HEIGHT * outline


def signal_panels(sides, names, series, notes):
    """Return everything that moves.

    Parameters
    ----------
    sides : dict of str to Signals
    names : dict of str to str
        Side -> such as "A: sigmoid, uniform".
    series : dict
        Of :func:`signal_series`.
    notes : dict of str to dict
        Side -> notes of its row in the table.
    """
    signals = next(iter(sides.values()))
    hidden = signals.dead.shape[1]
    return (
        summary_table(names, signals.instances, notes),
        *(A_plot(side, names[side], sides[side]) for side in names),
        size_plot(series, names, hidden + 1),
        cost_plot(series, names),
        *(step_plot(series, side, hidden + 1) for side in names),
        exponent_plot("gradient", r"\nabla W^{(l)}", names, hidden + 1),
        exponent_plot("sensitivity", "V^{(l)}", names, hidden + 1),
        layer_table(names, hidden),
    )


def summary_table(names, instances, notes):
    """Return the table that is the legend too: a row for each side."""
    cells = ("loss", "right", "gradient_ratio", "sensitivity_ratio", "all_dead")
    return Table(
        title="",
        label="Cost, right answers, vanishing and dead units of both networks",
        columns=(
            "cost $J$",
            f"right of {instances}",
            r"$\nabla W$: first / last layer",
            "$V$: first / last layer",
            "dead units",
        ),
        rows=tuple(
            Row(
                name,
                tuple(f"{side}.{cell}" for cell in cells),
                STYLES[side],
                notes.get(side, {}),
            )
            for side, name in names.items()
        ),
    )


def layer_table(names, hidden):
    """Return the table that counts saturation and dead units in each of the `hidden` layers."""
    layers = range(1, hidden + 1)
    rows = []
    for side in names:
        letter = side.upper()
        saturated = tuple(f"{side}.saturated{layer}" for layer in layers)
        dead = tuple(f"{side}.dead{layer}" for layer in layers)
        rows.append(Row(f"{letter}: saturated, %", saturated, STYLES[side]))
        rows.append(Row(f"{letter}: dead units", dead, STYLES[side]))
    return Table(
        title="Saturation and dead units",
        label="Share of saturated activations and number of dead units in each hidden layer",
        columns=tuple(f"$l = {layer}$" for layer in layers),
        rows=tuple(rows),
    )


def size_plot(series, names, layers):
    """Return the plot of the typical size of each layer's gradient."""
    sizes = [np.clip(series[f"{side}.gradient"], _SMALLEST, _LARGEST) for side in names]
    axes = Axes(
        "layer $l$", "", (0.8, layers + 0.2), limits(*sizes, scale="log"),
        yscale="log", draw=partial(_mark_layers, "x", layers), key=f"layers {layers}",
    )  # fmt: skip
    profiles = [
        Profile(np.arange(1.0, layers + 1), f"{side}.gradient", STYLES[side], names[side])
        for side in names
    ]
    label = "Root mean square of the entries of the gradient, layer by layer, both networks"
    return Plot(r"Size of the entries of $\nabla W^{(l)}$", label, axes, tuple(profiles))


def A_plot(side, name, signals):
    """Return the histograms of A, one above the other, of one side."""
    edges = signals.A_edges
    hidden = signals.A_counts.shape[1]
    x, _ = histogram_outline(signals.A_counts[:, 0], edges)
    axes = _ridge_axes("$A^{(l+1)}$", (float(edges[0]), float(edges[-1])), "linear", hidden)
    layers = [Profile(x, f"{side}.A{layer}", STYLES[side]) for layer in range(1, hidden + 1)]
    label = f"Histogram of the activations of each hidden layer, {name}"
    return Plot(f"Activations, {name}", label, axes, tuple(layers))


def exponent_plot(quantity, symbol, names, layers):
    """Return the histograms of sizes on a log axis, of both sides, one layer above the other."""
    x, _ = histogram_outline(np.empty((0, len(EXPONENTS) - 1)), 10.0**EXPONENTS)
    ends = 10.0 ** EXPONENTS[0], 10.0 ** EXPONENTS[-1]
    axes = _ridge_axes(f"$|{symbol}|$; first bin: less, or 0", ends, "log", layers)
    ridges = [
        Profile(x, f"{side}.{quantity}{layer}", STYLES[side])
        for side in names
        for layer in range(1, layers + 1)
    ]
    label = f"Histogram of the size of the {quantity} in each layer, both networks"
    return Plot(f"Distribution of ${symbol}$", label, axes, tuple(ridges))


def _ridge_axes(xlabel, xlim, xscale, layers):
    draw = partial(_mark_layers, "y", layers)
    ylim = (0.85, layers + 1.0)
    return Axes(xlabel, "layer $l$", xlim, ylim, xscale, draw=draw, key=f"ridges {layers}")


def _mark_layers(axis, layers, target):
    """Mark whole layers on an axis; histograms stand on faint lines."""
    numbers = list(range(1, layers + 1))
    getattr(target, f"set_{axis}ticks")(numbers)
    if axis == "y":
        for layer in numbers:
            target.axhline(layer, color="#8a8a8a", linewidth=0.6, alpha=0.6)


def cost_plot(series, names):
    """Return the plot of the cost against updates."""
    costs = [np.clip(series[f"{side}.loss"], _SMALLEST, _LARGEST) for side in names]
    axes = Axes(
        "update $k$", "", (0.0, float(series["update"][-1]) + 1.0),
        limits(*costs, scale="log"), yscale="log",
    )  # fmt: skip
    lines = tuple(Line("update", f"{side}.loss", STYLES[side]) for side in names)
    label = "Cost of both networks against updates; click to go to the nearest moment"
    return Plot("Cost $J$", label, axes, lines, click="step")


def step_plot(series, side, layers):
    """Return the plot of how large an update is beside the weights it changes, a line a layer."""
    names = [f"{side}.step{layer}" for layer in range(1, layers + 1)]
    sizes = [np.clip(series[name], _SMALLEST, _LARGEST) for name in names]
    axes = Axes(
        "update $k$", "", (0.0, float(series["update"][-1]) + 1.0),
        limits(*sizes, [_GOOD_STEP], scale="log"), yscale="log", draw=_mark_good_step,
        key="a thousandth",
    )  # fmt: skip
    widths = np.linspace(3.0, 1.0, layers)  # the first layer's is the widest
    styles = [Style(STYLES[side].color, "solid", "", float(width)) for width in widths]
    lines = tuple(
        Line("update", name, style, str(layer))
        for layer, (name, style) in enumerate(zip(names, styles, strict=True), 1)
    )
    title = rf"{side.upper()}: update / weights, layer $1 … {layers}$"
    label = (
        f"Size of the update beside that of the weights, layer by layer, network {side.upper()}, "
        "against updates; about a thousandth is usual"
    )
    return Plot(title, label, axes, lines, click="step")


def _mark_good_step(target):
    target.autoscale(False)  # the limits are given
    target.axhline(_GOOD_STEP, color="#8a8a8a", linewidth=1.2, linestyle="dotted")


def definitions(settings, instances):
    """Return in words and formulas what is shown.

    Parameters
    ----------
    settings : dict of str to (Activation, Initializer)
    instances : int
        How many are measured.
    """
    formulas = tuple(
        f"{side.upper()}:  {_written(phi)},   first weights {_written(init)}"
        for side, (phi, init) in settings.items()
    )
    places = {phi.title: where_saturated(phi) for phi, _ in settings.values()}
    saturated = ", ".join(f"{title} {place}" for title, place in places.items())
    return Text(
        "What is counted",
        (
            *formulas,
            f"Measured on the same {instances} instances before each of the updates shown.",
            "Size: root mean square of all entries. Heights in histograms: roots of the counts.",
            r"Saturated: a unit, for an instance, where $|\phi'(z)|$ is below 1 % of its largest "
            f"value: for z {saturated}.",
            "Dead: a unit that is saturated for every instance. A dead ReLU is 0 for all of them, "
            "and no gradient reaches its weights.",
            *(f"{one.name.capitalize()}: {one.rule} ({one.source})." for one in AILMENTS),
            "Names and their meaning are the literature's; where they begin is drawn here.",
            r"Update / weights: root mean square of $\rho^{(l)}$ by that of $W^{(l)}$; dotted: "
            "about a thousandth is usual (Stanford's CS231n).",
        ),
    )


def _written(entry):
    return f"${entry.latex}$" if entry.latex else entry.title
