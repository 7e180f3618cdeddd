"""The panels of a network under two costs: curves, maps of the sensitivities, and the lines."""

import numpy as np

from mlpteach.views.axis import limits
from mlpteach.views.costs import COLUMNS, RUNS, line_names
from mlpteach.views.panels import Axes, Heat, Line, Plot, Row, Table, Text
from mlpteach.views.style import BLUE, ORANGE, Style

STYLES = {"mse": Style(ORANGE, "dashed", "s"), "cross_entropy": Style(BLUE, "solid", "o")}
NAMES = {"mse": "MSE", "cross_entropy": "cross-entropy"}
# By each kind of line, for layer n of L.
_FORMULAS = {
    "A": r"A^{(%(n)d)} = \phi(W^{(%(below)d)} A^{(%(below)d)} + b^{(%(below)d)})",
    "V": r"V^{(%(n)d)} = (W^{(%(above)d)})^T V^{(%(above)d)} \ast \phi'(Z^{(%(n)d)})",
    "G": r"\nabla W^{(%(n)d)} = V^{(%(n)d)} (A^{(%(n)d)})^T / n",
}
_CHANGED = {
    "mse": r"V^{(%(n)d)} = -2\, (Y - A) \ast A \ast (1 - A)".replace("A", "A^{(%(above)d)}"),
    "cross_entropy": r"V^{(%(n)d)} = A^{(%(above)d)} - Y",
}


def _places(n):
    return {"n": n, "below": n - 1, "above": n + 1}


def line_formulas(layers):
    """Return (name, run, formula) of each line; run is "" for a line that both costs share.

    Examples
    --------
    >>> [name for name, run, _ in line_formulas(2) if run == ""]
    ['A2', 'A3', 'V1', 'G2', 'G1']
    """
    formulas = []
    for name in line_names(layers):
        n = int(name[1:])
        if name == f"V{layers}":
            formulas += [(name, run, f"${_CHANGED[run] % _places(n)}$") for run in RUNS]
        else:
            formulas.append((name, "", f"${_FORMULAS[name[0]] % _places(n)}$"))
    return formulas


def lines_text(layers):
    """Return the lines of both passes as a :class:`Text`, those of one cost only marked."""
    formulas = line_formulas(layers)
    lines = tuple(f"{NAMES[run]}: {line}" if run else line for _, run, line in formulas)
    marked = tuple(i for i, (_, run, _) in enumerate(formulas) if run)
    return Text(f"From MSE to cross-entropy: one line of {len(line_names(layers))}", lines, marked)


def lines_table(layers, at_mse):
    """Return the table that shows by numbers which line has changed."""
    rows = []
    for name in line_names(layers):
        n = int(name[1:])
        what = r"\nabla W" if name[0] == "G" else name[0]
        notes = {1: "another formula"} if name == f"V{layers}" else {}
        rows.append(Row(f"${what}^{{({n})}}$", tuple(f"{name}.{c}" for c in COLUMNS), None, notes))
    where = "at the same weights" if at_mse else "each at its own weights"
    return Table(
        f"Every line on the same batch, {where}",
        "For each line of back propagation its size under both costs, and whether they agree",
        (
            "size, MSE",
            "size, cross-entropy",
            "largest difference",
            "cross-entropy, by the line of MSE: off by",
        ),
        tuple(rows),
    )


def runs_table(traces):
    """Return the table of the two runs, which is the legend of the plots."""
    rows = []
    for run, trace in traces.items():
        broken = trace.diverged
        notes = {max(1, broken.k - 1): f"diverged at update {broken.k}"} if broken else {}
        cells = (f"{run}.J", f"{run}.validation")
        rows.append(Row(NAMES[run], cells, STYLES[run], notes))
    columns = ("cost $J$ of the batch", "validation accuracy")
    return Table("At update $k$", "Cost and accuracy of both runs", columns, tuple(rows))


def lab_plots(series, layers):
    """Return the plots of both runs against updates: cost, accuracy, size of V^(L)."""
    size = f"Size of $V^{{({layers})}}$"
    return (
        _plot(series, "{run}.J", "cost $J$", "Cost of each batch", scale="log"),
        _plot(series, "{run}.validation", "accuracy", "Validation accuracy", ylim=(0.0, 1.0)),
        _plot(series, f"V{layers}.{{run}}", "root mean square", size, scale="log"),
    )


def _plot(series, name, ylabel, title, scale="linear", ylim=None):
    names = {run: name.format(run=run) for run in RUNS}
    ylim = ylim or limits(*(series[name] for name in names.values()), scale=scale)
    axes = Axes("update $k$", ylabel, (0.0, len(series["k"]) + 1.0), ylim, yscale=scale)
    layers = tuple(
        Line("k", name, Style(STYLES[run].color, STYLES[run].dash, STYLES[run].marker, 1.4))
        for run, name in names.items()
    )
    return Plot(title, f"{title} against updates; click to go to an update", axes, layers, "step")


def lab_heats(frames, layers, at_mse):
    """Return the maps of V^(L) and V^(1), both costs side by side and in the same colours."""
    samples = frames.named(frames.values)
    where = " at the weights of MSE" if at_mse else ""
    heats = []
    for layer in dict.fromkeys((layers, 1)):
        names = {run: f"V{layer}.{run}" for run in RUNS}
        limit = max(_largest(samples[name]) for name in names.values()) or 1.0
        heats += [
            Heat(
                field=name,
                title=f"$V^{{({layer})}}$, {NAMES[run]}",
                label=f"Sensitivity of layer {layer} by {NAMES[run]}{where}: units in rows, "
                "instances of the batch in columns",
                colors="signed",
                limit=limit,
                gamma=0.5,
                selectable=False,
            )
            for run, name in names.items()
        ]
    return tuple(heats)


def _largest(values):
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
