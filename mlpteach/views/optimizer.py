"""One layer of a run under one optimizer: which numbers a frame holds, and the panels.

Layer 0 is a plain function's vector, shown as a single row.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.parameters import Parameters
from mlpteach.basics.style import BLUE, ORANGE, Style
from mlpteach.run.trace import Trace
from mlpteach.study.formulas import Line as FormulaLine
from mlpteach.study.formulas import lines, step_line
from mlpteach.views.axis import limits
from mlpteach.views.frames import Frames, join
from mlpteach.views.image_frames import batch_frames, unit_frames, unit_panel
from mlpteach.views.image_panels import Images
from mlpteach.views.mosaic import above, beside, letters_of
from mlpteach.views.panels import Axes, Heat, Ledger, Line, Plot, Show


def show_optimizer(trace: Trace, layer: int, side: int = 0) -> Show:
    """Return the :class:`~mlpteach.views.Show` of one layer of a trace.

    Parameters
    ----------
    trace : Trace
    layer : int
    side : int
        How wide and high the instances are as images; 0 where they are none.
    """
    traces, message = {str(trace.run.rule): trace}, str(trace.diverged or "")
    if not len(trace):
        return Show(traces, 0, message=message)
    frames = optimizer_frames(trace, layer)
    samples = frames.named(frames.values)
    pictures, frames = optimizer_images(trace, layer, frames, side) if side else ((), frames)
    panels = (
        rule_ledger(trace, layer),
        cost_plot(trace),
        *optimizer_heats(trace, layer, samples),
        *pictures,
    )
    return Show(
        traces=traces,
        steps=len(trace),
        panels=panels,
        mosaic=_mosaic(panels) if pictures else "",
        series=cost_series(trace),
        frames=frames,
        numbers=(("cost $J$", "loss"),),
        message=message,
        per_epoch=trace.run.problem.updates_per_epoch,
    )


def _mosaic(panels):
    """Return what stands where beside images: the batch stands above its sensitivities."""
    (ledger,), (cost,) = letters_of(panels, "ledger"), letters_of(panels, "wide")
    batch, units = letters_of(panels, "images")
    below = beside((4, [cost]), (7, [batch, letters_of(panels, "heat")[-1]]), (3, [units]))
    return above(ledger, below)


def optimizer_images(
    trace: Trace, layer: int, frames: Frames, side: int
) -> tuple[list[Images], Frames]:
    """Return panels of the batch and of what the units of the first layer have learned.

    The unit of the weight chosen is framed where W is the first layer's, or the second's.

    Parameters
    ----------
    trace : Trace
    layer : int
    frames : Frames
        Of :func:`optimizer_frames`.
    side : int

    Returns
    -------
    panels : list of Images
    frames : Frames
        With what they show.
    """
    problem = trace.run.problem
    batch = batch_frames(problem, len(trace), side)
    learned, limit = unit_frames({"learned": trace}, range(1, len(trace) + 1), side, True)
    units = unit_panel("learned", "Units", side, True, limit)
    chosen = {1: "row", 2: "column"}.get(layer, "")
    panels = [
        Images("The batch", "Images of the batch", "batch", side),
        replace(units, chosen=chosen),
    ]
    return panels, join(frames, batch, learned)


def optimizer_frames(
    trace: Trace, layer: int, prefix: str = "", steps: int | None = None
) -> Frames:
    """Return the :class:`Frames` of one layer of a trace.

    "W" is the weights before the update and "W_after" after it, "G" the gradient, then the rule's
    quantities, the state it started from ("M_before" …), and for a network "sensitivity" (units,
    batch), where the last batch of an epoch may be smaller: the rest is NaN.

    Parameters
    ----------
    trace : Trace
    layer : int
    prefix : str
        Stands before each name, so that two runs can share a frame.
    steps : int, optional
        More than the trace has where another run is longer; the frames after its end are NaN.
    """
    fields = _fields(trace, layer)
    named = {prefix + name: shape for name, shape in fields.items()}
    read = partial(_read, trace, layer, fields)
    return Frames(steps or len(trace), named, read, prefix + "W", trace.stride)


def _fields(trace, layer):
    step = trace[0]
    shape = step.before.W[layer].shape if layer else (1, step.before.flat.size)
    quantities = [name for name, value in step.quantities.items() if _has_place(value)]
    # The slides write g_{k−1} for the one state that is no moment.
    states = [name for name, value in step.state_before.items() if _has_place(value)]
    before = [name if name == "G_previous" else f"{name}_before" for name in states]
    fields = dict.fromkeys(["W", "G", *quantities, "W_after", *before], shape)
    if not layer:
        return fields
    batch = min(trace.run.problem.batch_size, len(trace.run.problem.X))
    return {**fields, "sensitivity": (shape[0], batch)}


def _has_place(value):
    """Whether every weight has its own number in `value`, or all share one."""
    return isinstance(value, Parameters) or np.ndim(value) == 0


def _read(trace, layer, fields, first, last):
    size = sum(rows * columns for rows, columns in fields.values())
    frames = np.full((last - first + 1, size), np.nan)
    if first > len(trace):
        return frames
    for frame, step in zip(frames, trace.steps(first, min(last, len(trace))), strict=False):
        _fill(frame, step, layer, fields)
    return frames


def _fill(frame, step, layer, fields):
    """Write a step's numbers of all fields into its frame, (size,)."""
    # Not by `.W[layer]`, which would make the views of all layers for each quantity.
    entries = step.before.layout.slices[layer - 1][0] if layer else slice(None)
    known = {"W": step.before, "W_after": step.after, "G": step.gradient, **step.quantities}
    start = 0
    for name, (rows, columns) in fields.items():
        slot = frame[start : start + rows * columns]
        if name == "sensitivity":
            instances = step.sensitivity[layer]
            slot.reshape(rows, columns)[:, : instances.shape[1]] = instances
        else:
            # A reader's rule may leave out a quantity at some updates.
            before = step.state_before.get(name.removesuffix("_before"), np.nan)
            value = known.get(name, before)
            slot[:] = value.flat[entries] if isinstance(value, Parameters) else value
        start += rows * columns


def rule_lines(trace: Trace) -> tuple[FormulaLine, ...]:
    """Return the lines of the trace's rule; where they can't be read, its quantities and W."""
    rule, scheduled = trace.run.rule, trace.run.schedule.id != "constant"
    found = lines(rule, scheduled)
    written = {line.name: line for line in found or [step_line(rule)]}
    named = [name for name, value in trace[0].quantities.items() if _has_place(value)]
    return tuple(written.get(name, FormulaLine(name, rule)) for name in [*named, "W"])


def rule_ledger(
    trace: Trace, layer: int, title: str = "", prefix: str = "", differs: str = ""
) -> Ledger:
    """Return the :class:`Ledger` of the trace's rule, with a factor where it is scheduled."""
    return Ledger(rule_lines(trace), title, prefix, layer, differs)


def optimizer_heats(
    trace: Trace,
    layer: int,
    samples: dict[str, FloatArray],
    prefix: str = "",
    names: Iterable[str] | None = None,
    suffix: str = "",
) -> list[Heat]:
    """Return a map for each quantity of the layer.

    Parameters
    ----------
    trace : Trace
    layer : int
    samples : dict of str to ndarray
        Name -> (n, rows, columns): frames of steps spread over the run, for the colours.
    prefix : str
        Of the names in `samples`.
    names : list of str, optional
        By default W, G, the rule's quantities and the sensitivity.
    suffix : str
        Stands behind the titles: which run.
    """
    places = {line.name: i for i, line in enumerate(rule_lines(trace)) if line.name != "W"}
    matrices = [name for name in trace.lines if isinstance(trace[0].quantities[name], Parameters)]
    sign = trace.run.rule.symbol
    shown = names or ["W", "G", *matrices, "sensitivity"]
    return [
        _heat(name, sign(name), layer, samples[prefix + name], places.get(name, -1), prefix, suffix)
        for name in dict.fromkeys(shown)
        if prefix + name in samples
    ]


def _heat(name, sign, layer, values, line, prefix, suffix):
    if name == "sensitivity":
        title = f"$V^{{({layer})}}$"
        label = f"Sensitivity of layer {layer}: units in rows, instances of the batch in columns"
    else:
        title = f"${sign.latex('k')}$"
        label = f"{sign.meaning}, layer {layer}: units in rows, their inputs in columns"
    return Heat(
        field=prefix + name,
        title=title + suffix,
        label=label + suffix,
        colors="positive" if sign.never_negative else "signed",
        limit=float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0,
        gamma=1.0 if name == "W" else 0.5,
        line=line,
        selectable=name != "sensitivity",
    )


def cost_series(trace: Trace) -> dict[str, FloatArray]:
    """Return the series that :func:`cost_plot` draws: k, loss, and the mean of each epoch."""
    per_epoch = trace.run.problem.updates_per_epoch
    means = np.asarray(trace.history.get("loss", ()), dtype=float)
    held = np.repeat(means, per_epoch)[: len(trace)]
    epoch_loss = np.full(len(trace), np.nan)
    epoch_loss[: len(held)] = held
    if per_epoch > 2:  # a gap between epochs, so that each mean is a bar: it needs two points
        epoch_loss[per_epoch - 1 :: per_epoch] = np.nan
    series = {
        "k": np.arange(1.0, len(trace) + 1),
        "loss": np.array(trace.losses),
        "epoch_loss": epoch_loss,
    }
    if trace.run.schedule.id != "constant":
        series["factor"] = np.array([step.factor for step in trace])
    return series


def cost_plot(trace: Trace) -> Plot:
    """Return the plot of the cost on each update's batch, with the epochs' means."""
    axes = Axes("update $k$", "cost $J$", (0.0, len(trace) + 1.0), limits(trace.losses))
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
