"""One layer of a network under one optimizer: which numbers a frame holds, and the panels."""

from functools import partial

import numpy as np

from mlpteach.formulas import lines
from mlpteach.notation import symbol
from mlpteach.views.axis import limits
from mlpteach.views.frames import Frames
from mlpteach.views.panels import Axes, Heat, Ledger, Line, Plot
from mlpteach.views.style import BLUE, ORANGE, Style

_SQUARES = ("V", "V_hat", "V_max", "G_sum", "E_g2", "E_dx2")


def optimizer_frames(trace, layer, prefix=""):
    """Return the :class:`Frames` of one layer of a trace.

    "W" is the weights before the update and "W_after" after it, "G" the gradient, then the rule's
    quantities, the state it started from ("M_before" …), and "sensitivity" (units, batch), where
    the last batch of an epoch may be smaller: the rest is NaN.
    """
    step = trace[0]
    shape = step.before.W[layer].shape
    quantities = [name for name, value in step.quantities.items() if hasattr(value, "W")]
    before = [f"{name}_before" for name in trace.run.rule.states if name != "G_previous"]
    before += [name for name in trace.run.rule.states if name == "G_previous"]
    names = ["W", "G", *quantities, "W_after", *before]
    batch = min(trace.run.problem.batch_size, len(trace.run.problem.X))
    fields = {**dict.fromkeys(names, shape), "sensitivity": (shape[0], batch)}
    named = {prefix + name: shape for name, shape in fields.items()}
    return Frames(len(trace), named, partial(_read, trace, layer, fields), select=prefix + "W")


def _read(trace, layer, fields, first, last):
    size = sum(rows * columns for rows, columns in fields.values())
    frames = np.empty((last - first + 1, size))
    for frame, step in zip(frames, trace.steps(first, last), strict=True):
        start = 0
        for name, (rows, columns) in fields.items():
            values = _values(step, name, layer)
            slot = frame[start : start + rows * columns].reshape(rows, columns)
            slot[:, : values.shape[1]] = values
            slot[:, values.shape[1] :] = np.nan
            start += rows * columns
    return frames


def _values(step, name, layer):
    if name == "sensitivity":
        return step.sensitivity[layer]
    known = {"W": step.before, "W_after": step.after, "G": step.gradient}
    if name in known:
        return known[name].W[layer]
    if name in step.quantities:
        return step.quantities[name].W[layer]
    return step.state_before[name.removesuffix("_before")].W[layer]


def rule_ledger(trace, layer, title="", prefix="", differs=""):
    """Return the :class:`Ledger` of the trace's rule, with a factor where it is scheduled."""
    written = lines(trace.run.rule, trace.run.schedule.id != "constant")
    return Ledger(tuple(written), title, prefix, layer, differs)


def optimizer_heats(trace, layer, samples, prefix=""):
    """Return a map for every quantity of the layer.

    Parameters
    ----------
    trace : Trace
    layer : int
    samples : dict of str to ndarray
        Name -> (n, rows, columns): frames of steps spread over the run, for the colours.
    prefix : str
        Of the names in `samples`.
    """
    rule_lines = [line.name for line in lines(trace.run.rule)]
    shown = ["W", "G", *(name for name in trace.lines if prefix + name in samples), "sensitivity"]
    return [
        _heat(name, layer, samples[prefix + name], rule_lines, prefix)
        for name in dict.fromkeys(shown)
    ]


def _heat(name, layer, values, rule_lines, prefix):
    sign = symbol(name)
    if name == "sensitivity":
        title = f"$V^{{({layer})}}$"
        label = f"Sensitivity of layer {layer}: units in rows, instances of the batch in columns"
    else:
        title = f"${_latex(sign)}$"
        label = f"{sign.meaning}, layer {layer}: units in rows, their inputs in columns"
    return Heat(
        field=prefix + name,
        title=title,
        label=label,
        colors="positive" if name in _SQUARES else "signed",
        limit=float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0,
        gamma=1.0 if name == "W" else 0.5,
        line=rule_lines.index(name) if name in rule_lines and name != "W" else -1,
        selectable=name != "sensitivity",
    )


def _latex(sign):
    """Return the symbol with index k, also where it has a subscript of its own."""
    index = f"{sign.subscript},k" if sign.subscript else "k"
    return sign.latex.replace(f"_{{{sign.subscript}}}", "") + f"_{{{index}}}"


def cost_series(trace):
    """Return the series that :func:`cost_plot` draws: k, loss, and the mean of each epoch."""
    per_epoch = trace.run.problem.updates_per_epoch
    means = np.asarray(trace.history.get("loss", ()), dtype=float)
    held = np.repeat(means, per_epoch)[: len(trace)]
    epoch_loss = np.full(len(trace), np.nan)
    epoch_loss[: len(held)] = held
    # A gap between epochs, so that each mean is a bar of its own.
    epoch_loss[per_epoch - 1 :: per_epoch] = np.nan
    return {
        "k": np.arange(1.0, len(trace) + 1),
        "loss": np.array(trace.losses),
        "epoch_loss": epoch_loss,
    }


def cost_plot(trace):
    """Return the plot of the cost on each update's batch, with the epochs' means."""
    axes = Axes(
        "update $k$", "cost $J$", (0.0, len(trace) + 1.0), limits(trace.losses), shape="wide"
    )
    return Plot(
        title="Cost of each batch; bars: epochs",
        label="Cost on the batch against updates; click to go to an update",
        axes=axes,
        layers=(
            Line("k", "loss", Style(BLUE, marker="o", width=1.2)),
            Line("k", "epoch_loss", Style(ORANGE, marker="", width=2.8)),
        ),
        click="step",
    )
