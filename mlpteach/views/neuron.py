"""One sigmoid neuron under several costs: the numbers of every update, and the panels.

The neuron is the output layer of a network: its a is the slides' A^(3), its sensitivity V^(2).
"""

from functools import partial

import numpy as np

from mlpteach.tables.activations import ACTIVATIONS, sigmoid
from mlpteach.views.axis import limits
from mlpteach.views.panels import Axes, Line, Plot, Row, Table, Text
from mlpteach.views.style import BLUE, GREEN, GREY, ORANGE, Style

STYLES = {
    "quadratic": Style(ORANGE, "dashed", "s"),
    "cross_entropy": Style(BLUE, "solid", "o"),
    "long_way": Style(GREEN, "dotted", "^", 3.0),
}
NAMES = {
    "nielsen": r"quadratic $\frac{1}{2}(y - a)^2$",
    "slide": "MSE $(y - a)^2$",
    "cross_entropy": "cross-entropy",
    "long_way": "the long way",
}
_SIGMOID = ACTIVATIONS["sigmoid"]


def neuron_series(traces, x, y):
    """Return the series of every run, NaN after its end, and k.

    Parameters
    ----------
    traces : dict of str to Trace
        Each of theta = (w, b).
    x, y : float

    Returns
    -------
    dict of str to ndarray, shape (steps,)
        Of the run "quadratic": "quadratic.J", "quadratic.w", "quadratic.b", "quadratic.z",
        "quadratic.a", "quadratic.slope" (phi'(z)), "quadratic.gain" (1/phi'(z)), "quadratic.V", all
        before the update, and "quadratic.w_after", "quadratic.b_after", "quadratic.a_after".
    """
    steps = max(len(trace) for trace in traces.values())
    series = {"k": np.arange(1.0, steps + 1)}
    for name, trace in traces.items():
        for quantity, values in _run_series(trace, x).items():
            padded = np.full(steps, np.nan)
            padded[: len(values)] = values
            series[f"{name}.{quantity}"] = padded
    return series


def _run_series(trace, x):
    read = [(*s.before.flat, *s.after.flat, s.gradient.flat[1]) for s in trace]
    w, b, w_after, b_after, V = np.array(read).reshape(-1, 5).T
    with np.errstate(over="ignore", divide="ignore"):
        z = w * x + b
        slope = _SIGMOID.derivative(z) if len(z) else z
        a, a_after = sigmoid(z), sigmoid(w_after * x + b_after)
        gain = 1.0 / slope
    return {
        "J": trace.losses, "w": w, "b": b, "z": z, "a": a, "slope": slope, "gain": gain, "V": V,
        "w_after": w_after, "b_after": b_after, "a_after": a_after,
    }  # fmt: skip


def updates_until_half(series, name, y):
    """Return after how many updates of a run |a - y| is at most 1/2; None if never."""
    a = np.append(series[f"{name}.a"][:1], series[f"{name}.a_after"])
    near = np.abs(a - y) <= 0.5
    return int(near.argmax()) if near.any() else None


def neuron_table(traces, series, kind, y):
    """Return the table of all runs, which is the legend of the plots."""
    columns = (
        "output $a$", "$V^{(2)}$", r"$1 / \phi'(z)$", "$a$ after", _half_way(y),
        "$w$ after", "$b$ after", "cost",
    )  # fmt: skip
    rows = tuple(_row(trace, series, name, kind, y) for name, trace in traces.items())
    label = "Each cost at the update shown, and after it"
    return Table("At update $k$, and after it", label, columns, rows)


def _half_way(y):
    return "updates until " + (r"$a \leq 0.5$" if y == 0 else r"$|a - y| \leq 0.5$")


def _row(trace, series, name, kind, y):
    until = updates_until_half(series, name, y)
    cells = [f"{name}.{quantity}" for quantity in ("a", "V", "gain", "a_after")]
    cells.append(f"more than {len(trace)}" if until is None else str(until))
    cells += [f"{name}.{quantity}" for quantity in ("w_after", "b_after", "J")]
    broken = trace.diverged
    notes = {max(1, broken.k - 1): f"diverged at update {broken.k}"} if broken else {}
    return Row(run_label(name, kind), tuple(cells), STYLES[name], notes)


def run_label(name, kind):
    """Return how a run is called on screen; `kind` is that of the quadratic cost."""
    return NAMES[kind if name == "quadratic" else name]


def neuron_plots(names, series, kind, y):
    """Return the plots: cost, output and V^(2) over the updates, then both ways to see why."""
    steps = len(series["k"])

    def each(quantity):
        return [series[f"{name}.{quantity}"] for name in names]

    def over_updates(quantity, ylabel, title, **axes):
        layers = [Line("k", f"{name}.{quantity}", STYLES[name]) for name in names]
        axes = Axes("update $k$", ylabel, (0.0, steps + 1.0), **axes)
        return Plot(title, f"{title} against updates", axes, tuple(layers), click="step")

    costs = limits(*each("J"), scale="log")
    target = {"draw": partial(_draw_target, y), "key": f"target {y}"}
    return (
        over_updates("J", "cost", "Cost", ylim=costs, yscale="log"),
        over_updates("a", "$a$", "Output $a$; grey: wanted", ylim=(-0.05, 1.05), **target),
        over_updates("V", "$V^{(2)}$", "Sensitivity $V^{(2)}$", ylim=limits([0.0], *each("V"))),
        _sigmoid_plot(names, limits([-6.0, 6.0], *each("z"), room=0.0)),
        _sensitivity_plot(names, kind, y),
    )


def _draw_target(y, target):
    target.axhline(y, color=GREY, linewidth=1.0, linestyle="dotted")


def _sigmoid_plot(names, xlim):
    axes = Axes("$z = wx + b$", "", xlim, (-0.05, 1.05), draw=_draw_sigmoid, key="sigmoid")
    points = [
        Line(f"{name}.z", f"{name}.{quantity}", STYLES[name], future=False)
        for name in names
        for quantity in ("a", "slope")
    ]
    title = r"Where the neuron is on $a = \phi(z)$ and on $\phi'(z)$"
    label = "The sigmoid and its derivative, with a point of each run on both"
    return Plot(title, label, axes, tuple(points))


def _draw_sigmoid(target):
    z = np.linspace(-60.0, 60.0, 1201)
    a = sigmoid(z)
    target.plot(z, a, color=GREY, linewidth=1.2)
    target.plot(z, a * (1.0 - a), color=GREY, linewidth=1.2, linestyle="dashed")


def _sensitivity_plot(names, kind, y):
    curves = _sensitivities(kind, y)
    axes = Axes(
        "output $a$", "$V^{(2)}$", (-0.02, 1.02), limits(*curves[1:]),
        draw=partial(_draw_sensitivities, curves), key=f"V of a {kind} {y}",
    )  # fmt: skip
    points = [Line(f"{name}.a", f"{name}.V", STYLES[name], future=False) for name in names]
    title = "What each output is told: $V^{(2)}$ of $a$"
    return Plot(title, "Sensitivity against output, a curve for each cost", axes, tuple(points))


def _sensitivities(kind, y):
    a = np.linspace(0.0, 1.0, 201)
    return a, (1.0 if kind == "nielsen" else 2.0) * (a - y) * a * (1.0 - a), a - y


def _draw_sensitivities(curves, target):
    a, quadratic, cross_entropy = curves
    for name, V in (("quadratic", quadratic), ("cross_entropy", cross_entropy)):
        look = STYLES[name]
        target.plot(a, V, color=look.color, linestyle=look.dash, linewidth=1.0, alpha=0.7)


def neuron_lines(kind):
    """Return the lines of back propagation of both costs; the marked ones differ."""
    quadratic = {
        "nielsen": r"$C = \frac{1}{2}(y - a)^2$: $V^{(2)} = -(y - a)\, a\, (1 - a)$",
        "slide": r"$J = (y - a)^2$: $V^{(2)} = -2\,(y - a)\, a\, (1 - a)$",
    }[kind]
    lines = (
        r"both: $z = w x + b$, $a = \phi(z) = 1/(1 + e^{-z})$",
        f"{'quadratic' if kind == 'nielsen' else 'MSE'}: {quadratic}",
        r"cross-entropy: $J = -[\, y\, \ln\, a + (1 - y)\, \ln(1 - a)\, ]$: $V^{(2)} = a - y$",
        r"both: the gradient is $V^{(2)} x$ for $w$ and $V^{(2)}$ for $b$",
    )
    return Text("The one line that differs", lines, marked=(1, 2))
