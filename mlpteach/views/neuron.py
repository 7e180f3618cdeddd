"""One sigmoid neuron under several costs: the numbers of every update, and the panels.

The neuron is the output layer of a network: its a is the slides' A^(3), its sensitivity V^(2).
"""

import re
from dataclasses import replace

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.style import BLACK, Style
from mlpteach.run.trace import Trace
from mlpteach.study.one_neuron import Neuron
from mlpteach.tables.activations import ACTIVATIONS, sigmoid
from mlpteach.views.axis import limits
from mlpteach.views.mosaic import stack
from mlpteach.views.panels import Axes, Line, Path, Plot, Row, Show, Table, Text
from mlpteach.views.runs import divergence_message, divergence_notes

# Nielsen's cost is half of MSE: C, and its V^(2).
_NIELSEN = r"C = \frac{1}{2}(y - a)^2", r"-(y - a)\, a\, (1 - a)"
_SIGMOID = ACTIVATIONS["sigmoid"]
# What stands still behind the runs.
_CURVE = Style(BLACK, marker="", width=1.2)


def show_neuron(neurons: dict[str, Neuron], traces: dict[str, Trace], y: float) -> Show:
    """Return the :class:`~mlpteach.views.panels.Show` of neurons and their runs, by one name."""
    message = divergence_message({plain(neurons[name]): trace for name, trace in traces.items()})
    if not any(map(len, traces.values())):
        return Show(traces, 0, message=message or "No cost is chosen: choose at least one.")
    series = neuron_series(traces, next(iter(neurons.values())).x)
    return Show(
        traces=traces,
        steps=len(series["k"]),
        panels=(
            neuron_table(neurons, traces, series, y),
            *neuron_plots(neurons, series, y),
            neuron_lines(neurons),
        ),
        series=series,
        message=message,
        mosaic=stack("A", "BCD", "EFG"),
    )


def label(neuron: Neuron) -> str:
    """Return how a neuron's cost is called on screen, with mathematics between dollars."""
    if neuron.long_way:
        return f"{neuron.loss.short_title}, long way"
    if neuron.factor != 1.0:
        return rf"quadratic ${_NIELSEN[0].removeprefix('C = ')}$"
    return neuron.loss.short_title


def plain(neuron: Neuron) -> str:
    """Return the same without mathematics."""
    return label(neuron) if neuron.factor == 1.0 else "½(y − a)², Nielsen"


def style(neuron: Neuron) -> Style:
    """Return the style of a neuron's line: that of its cost, the long way dotted and broad."""
    look = neuron.loss.style
    return replace(look, dash="dotted", marker="^", width=3.0) if neuron.long_way else look


def neuron_series(traces: dict[str, Trace], x: float) -> dict[str, FloatArray]:
    """Return the series of every run, NaN after its end, and k.

    Parameters
    ----------
    traces : dict of str to Trace
        Each of theta = (w, b).
    x : float

    Returns
    -------
    dict of str to ndarray, shape (steps,)
        Of the run "mse": "mse.J", "mse.w", "mse.b", "mse.z", "mse.a", "mse.slope" (phi'(z)),
        "mse.gain" (1/phi'(z)), "mse.V", all before the update, and "mse.w_after", "mse.b_after",
        "mse.a_after".
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
    read = trace.gather("before", "after", "gradient")
    (w, b), (w_after, b_after), (_, V) = (read[name].T for name in ("before", "after", "gradient"))
    with np.errstate(over="ignore", divide="ignore"):
        z = w * x + b
        slope = _SIGMOID.derivative(z) if len(z) else z
        a, a_after = sigmoid(z), sigmoid(w_after * x + b_after)
        gain = 1.0 / slope
    return {
        "J": trace.losses, "w": w, "b": b, "z": z, "a": a, "slope": slope, "gain": gain, "V": V,
        "w_after": w_after, "b_after": b_after, "a_after": a_after,
    }  # fmt: skip


def updates_until_half(series: dict[str, FloatArray], name: str, y: float) -> int | None:
    """Return after how many updates of a run |a - y| is at most 1/2; None if never."""
    a = np.append(series[f"{name}.a"][:1], series[f"{name}.a_after"])
    near = np.abs(a - y) <= 0.5
    return int(near.argmax()) if near.any() else None


def neuron_table(
    neurons: dict[str, Neuron], traces: dict[str, Trace], series: dict[str, FloatArray], y: float
) -> Table:
    """Return the table of all runs, which is the legend of the plots."""
    columns = (
        "output $a$", "$V^{(2)}$", r"$1 / \phi'(z)$", "$a$ after", _half_way(y),
        "$w$ after", "$b$ after", "cost",
    )  # fmt: skip
    rows = tuple(_row(neurons[name], trace, series, name, y) for name, trace in traces.items())
    words = "Each cost at the update shown, and after it"
    return Table("At update $k$, and after it", words, columns, rows)


def _half_way(y):
    return "updates until " + (r"$a \leq 0.5$" if y == 0 else r"$|a - y| \leq 0.5$")


def _row(neuron, trace, series, name, y):
    until = updates_until_half(series, name, y)
    cells = [f"{name}.{quantity}" for quantity in ("a", "V", "gain", "a_after")]
    cells.append(f"more than {len(trace)}" if until is None else str(until))
    cells += [f"{name}.{quantity}" for quantity in ("w_after", "b_after", "J")]
    # Told at the last update that is there: later ones have no place on the slider.
    notes = {max(1, k - 1): text for k, text in divergence_notes(trace).items()}
    return Row(label(neuron), tuple(cells), style(neuron), notes)


def neuron_plots(
    neurons: dict[str, Neuron], series: dict[str, FloatArray], y: float
) -> tuple[Plot, ...]:
    """Return the plots: cost, output and V^(2) over the updates, then both ways to see why."""
    steps = len(series["k"])

    def each(quantity):
        return [series[f"{name}.{quantity}"] for name in neurons]

    def over_updates(quantity, ylabel, title, below=(), **axes):
        lines = [Line("k", f"{name}.{quantity}", style(one)) for name, one in neurons.items()]
        axes = Axes("update $k$", ylabel, (0.0, steps + 1.0), **axes)
        return Plot(title, f"{title} against updates", axes, (*below, *lines), click="step")

    ends = np.array([0.0, steps + 1.0])
    wanted = Path(ends, np.full(2, y), replace(_CURVE, dash="dotted"))
    # A cost may be negative, and has then no place on a logarithmic axis.
    scale = "linear" if any((J < 0).any() for J in each("J")) else "log"
    return (
        over_updates("J", "cost", "Cost", ylim=limits(*each("J"), scale=scale), yscale=scale),
        over_updates("a", "$a$", "Output $a$; grey: wanted", [wanted], ylim=(-0.05, 1.05)),
        over_updates("V", "$V^{(2)}$", "Sensitivity $V^{(2)}$", ylim=limits([0.0], *each("V"))),
        _sigmoid_plot(neurons, limits([-6.0, 6.0], *each("z"), room=0.0)),
        _sensitivity_plot(neurons),
    )


def _sigmoid_plot(neurons, xlim):
    axes = Axes("$z = wx + b$", "", xlim, (-0.05, 1.05))
    z = np.linspace(*xlim, 241)
    a = sigmoid(z)
    curves = Path(z, a, _CURVE), Path(z, a * (1.0 - a), replace(_CURVE, dash="dashed"))
    points = [
        Line(f"{name}.z", f"{name}.{quantity}", style(neuron), future=False)
        for name, neuron in neurons.items()
        for quantity in ("a", "slope")
    ]
    title = r"Where the neuron is on $a = \phi(z)$ and on $\phi'(z)$"
    words = "The sigmoid and its derivative, with a point of each run on both"
    return Plot(title, words, axes, (*curves, *points))


def _sensitivity_plot(neurons):
    a = np.linspace(0.0, 1.0, 203)[1:-1][None]
    shortcuts = [neuron for neuron in neurons.values() if not neuron.long_way]
    curves = [neuron.sensitivity(np.log(a / (1.0 - a)), a)[0] for neuron in shortcuts]
    axes = Axes("output $a$", "$V^{(2)}$", (-0.02, 1.02), limits(*curves))
    told = [
        Path(a[0], V, replace(style(neuron), marker="", width=1.0))
        for neuron, V in zip(shortcuts, curves, strict=True)
    ]
    points = [
        Line(f"{name}.a", f"{name}.V", style(neuron), future=False)
        for name, neuron in neurons.items()
    ]
    title = "What each output is told: $V^{(2)}$ of $a$"
    return Plot(title, "Sensitivity against output, a curve for each cost", axes, (*told, *points))


def neuron_lines(neurons: dict[str, Neuron]) -> Text:
    """Return the lines of back propagation under all costs; the marked ones differ."""
    costs = [
        rf"{neuron.loss.short_title if neuron.factor == 1.0 else 'quadratic'}: {_formula(neuron)}"
        for neuron in neurons.values()
        if not neuron.long_way
    ]
    lines = (
        r"all: $z = w x + b$, $a = \phi(z) = 1/(1 + e^{-z})$",
        *costs,
        r"all: the gradient is $V^{(2)} x$ for $w$ and $V^{(2)}$ for $b$",
    )
    return Text("The one line that differs", lines, marked=tuple(range(1, len(lines) - 1)))


def _formula(neuron):
    """Write a cost and its V^(2), with small letters and without a sum: there is one output."""
    cost, told = neuron.loss.latex.replace(r"\sum ", ""), neuron.loss.sensitivity_latex("sigmoid")
    told = re.sub(r"(?<![A-Za-z\\])[AYZ](?![A-Za-z])", lambda letter: letter[0].lower(), told)
    if neuron.factor != 1.0:
        cost, told = _NIELSEN
    written = f"${cost}$: " if cost else ""
    return written + "$V^{(2)} = " + told.replace(r" \ast", r"\,") + "$"
