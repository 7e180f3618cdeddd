"""One layer of a network under one optimizer: which numbers a frame holds, and the panels."""

import numpy as np

from mlpteach.formulas import lines, mathml_symbol
from mlpteach.notation import symbol
from mlpteach.views.panels import CurvePanel, HeatPanel

_SQUARES = ("V", "V_hat", "V_max", "G_sum", "E_g2", "E_dx2")


def optimizer_fields(trace, layer):
    """Return what one frame holds: name -> (rows, columns), in the order of the frame.

    "W" is the weights before the update and "W_after" after it, "G" the gradient, then the rule's
    quantities, the state it started from ("M_before" …), and "sensitivity" (units, batch).
    """
    step = trace[0]
    shape = step.before.W[layer].shape
    quantities = [name for name, value in step.quantities.items() if hasattr(value, "W")]
    before = [f"{name}_before" for name in trace.run.rule.states if name != "G_previous"]
    before += [name for name in trace.run.rule.states if name == "G_previous"]
    names = ["W", "G", *quantities, "W_after", *before]
    batch = min(trace.run.problem.batch_size, len(trace.run.problem.X))
    return {**dict.fromkeys(names, shape), "sensitivity": (shape[0], batch)}


def optimizer_frames(trace, layer, first, last):
    """Return the frames of the updates first … last, (updates, numbers of a frame).

    Where the last batch of an epoch is smaller the rest of "sensitivity" is NaN.
    """
    fields = optimizer_fields(trace, layer)
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


def optimizer_panels(trace, layer, frames):
    """Return the panels: the cost curve, then a heat map for every quantity of the layer.

    Parameters
    ----------
    trace : Trace
    layer : int
    frames : dict of str to ndarray
        Name -> (updates, rows, columns): frames of updates spread over the run, for the colours.
    """
    scheduled = trace.run.schedule.id != "constant"
    rule_lines = [line.name for line in lines(trace.run.rule, scheduled)]
    shown = ["W", "G", *(name for name in frames if name in trace.lines), "sensitivity"]
    return [
        cost_curve(trace),
        *(_heat(name, layer, frames[name], rule_lines) for name in shown),
    ]


def _heat(name, layer, values, rule_lines):
    sign = symbol(name)
    positive = name in _SQUARES
    if name == "sensitivity":
        title = (
            f"<math><msup><mi>V</mi><mrow><mo>(</mo><mn>{layer}</mn><mo>)</mo></mrow></msup></math>"
        )
        latex = f"$V^{{({layer})}}$"
        label = f"Sensitivity of layer {layer}: units in rows, instances of the batch in columns"
    else:
        title = f"<math>{mathml_symbol(name, 'k')}</math>"
        latex = f"${sign.latex}_{{k}}$"
        label = f"{sign.meaning}, layer {layer}: units in rows, their inputs in columns"
    return HeatPanel(
        field=name,
        title=title,
        latex=latex,
        label=label,
        colors="positive" if positive else "signed",
        limit=float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0,
        gamma=1.0 if name == "W" else 0.5,
        line=name if name in rule_lines and name != "W" else "",
        selectable=name != "sensitivity",
    )


def _short(value, position):
    """Write a tick so that it fits left of the axes: 4.8e5."""
    text = f"{value:.3g}" if 1e-2 <= abs(value) < 1e4 or value == 0 else f"{value:.2g}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")


def cost_curve(trace):
    """Return the panel of the cost on each update's batch, with the epochs' means."""
    k = np.arange(1, len(trace) + 1)
    per_epoch = trace.run.problem.updates_per_epoch

    def draw(axes):
        axes.plot(k, trace.losses, color="tab:blue", linewidth=1.1, alpha=0.8)
        means = trace.history.get("loss", ())
        for epoch, mean in enumerate(means):
            span = [epoch * per_epoch + 1, min((epoch + 1) * per_epoch, len(trace))]
            axes.plot(span, [mean, mean], color="tab:orange", linewidth=2.6)
        axes.set_xlabel("update k")
        axes.set_ylabel("cost J")
        axes.set_xlim(0, len(trace) + 1)
        axes.yaxis.set_major_formatter(_short)

    return CurvePanel(
        title="Cost of each batch; bars: epochs",
        label="Cost on the batch against updates; click to go to an update",
        x=k,
        y=trace.losses,
        draw=draw,
    )
