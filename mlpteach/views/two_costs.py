"""The panels of a network under two costs: curves, maps of the sensitivities, and the lines."""

from dataclasses import replace
from functools import reduce

import numpy as np

from mlpteach.run.trace import Trace
from mlpteach.study.pass_lines import sensitivity_formula
from mlpteach.views.axis import limits
from mlpteach.views.cost_lines import COLUMNS, lab_history, line_names
from mlpteach.views.frames import join
from mlpteach.views.image_frames import (
    batch_frames,
    seen_of_batch,
    unit_frames,
    unit_panel,
    wrong_frames,
    wrong_panel,
)
from mlpteach.views.mosaic import above, beside, letters_of
from mlpteach.views.panels import Axes, Bars, Heat, Images, Line, Plot, Row, Show, Table, Text
from mlpteach.views.runs import divergence_message, divergence_notes

# By each kind of line that no cost changes, for layer n of L.
_FORMULAS = {
    "A": r"A^{(%(n)d)} = \phi(W^{(%(below)d)} A^{(%(below)d)} + b^{(%(below)d)})",
    "V": r"V^{(%(n)d)} = (W^{(%(above)d)})^T V^{(%(above)d)} \ast \phi'(Z^{(%(n)d)})",
    "G": r"\nabla W^{(%(n)d)} = V^{(%(n)d)} (A^{(%(n)d)})^T / n",
}


# What stands below the images of the batch.
IMAGES = {"learned": "learned", "looks": "weights", "wrong": "mistakes", "lines": "lines"}


def show_costs(
    runs: dict[str, Trace], same_weights: bool, side: int = 0, images: str = "learned"
) -> Show:
    """Return the :class:`~mlpteach.views.Show` of two runs.

    Parameters
    ----------
    runs : dict of str to Trace
        By the id of their cost.
    same_weights : bool
        Whether the second cost's numbers are those at the weights of the first run.
    side : int
        How wide and high the instances are as images; 0 where they are none.
    images : str
        A key of IMAGES: what units have learned, what they look at, wrong answers, or the lines
        of back propagation.
    """
    losses = {id: trace.run.problem.loss for id, trace in runs.items()}
    traces = {losses[id].short_title: trace for id, trace in runs.items()}
    message = divergence_message(traces)
    if not any(map(len, traces.values())):
        return Show(traces, 0, message=message)
    series, lines = lab_history(runs, same_weights)
    problem = next(iter(runs.values())).run.problem
    layers = len(problem.net.sizes) - 1
    shown, frames = lab_images(runs, losses, lines, side, images) if side else ((), lines)
    panels = (
        *shown,
        runs_table(runs),
        *lab_plots(series, losses, layers),
        *lab_heats(lines, frames, losses, layers, same_weights),
        lines_table(losses, layers, same_weights),
        lines_text(losses, layers, problem.net.activations[-1]),
    )
    return Show(
        traces=traces,
        steps=frames.steps,
        panels=panels,
        mosaic=_mosaic(panels),
        series=series,
        frames=frames,
        message=message,
        per_epoch=problem.updates_per_epoch,
    )


def line_formulas(losses, layers, output="sigmoid"):
    """Return (name, id, formula) of each line; id is "" for a line that both costs share.

    Examples
    --------
    >>> from mlpteach import LOSSES
    >>> formulas = line_formulas(LOSSES, 2)
    >>> [name for name, id, _ in formulas if id == ""]
    ['A2', 'A3', 'V1', 'G2', 'G1']
    >>> [formula for _, id, formula in formulas if id == "cross_entropy"]
    ['$V^{(2)} = A^{(3)} - Y$']
    """
    formulas = []
    for name in line_names(layers):
        n = int(name[1:])
        if name == f"V{layers}":
            formulas += [
                (name, id, f"${sensitivity_formula(loss, output, n)}$")
                for id, loss in losses.items()
            ]
        else:
            places = {"n": n, "below": n - 1, "above": n + 1}
            formulas.append((name, "", f"${_FORMULAS[name[0]] % places}$"))
    return formulas


def lines_text(losses, layers, output):
    """Return the lines of both passes as a :class:`Text`, those of one cost only marked."""
    formulas = line_formulas(losses, layers, output)
    lines = tuple(f"{losses[id].short_title}: {line}" if id else line for _, id, line in formulas)
    marked = tuple(i for i, (_, id, _) in enumerate(formulas) if id)
    first, second = (loss.short_title for loss in losses.values())
    count = len(line_names(layers))
    return Text(f"From {first} to {second}: one line of {count}", lines, marked)


def lines_table(losses, layers, same_weights):
    """Return the table that shows by numbers which line has changed."""
    columns = (*losses, *COLUMNS[2:])
    rows = []
    for name in line_names(layers):
        n = int(name[1:])
        what = r"\nabla W" if name[0] == "G" else name[0]
        notes = {1: "another formula"} if name == f"V{layers}" else {}
        rows.append(Row(f"${what}^{{({n})}}$", tuple(f"{name}.{c}" for c in columns), None, notes))
    first, second = (loss.short_title for loss in losses.values())
    where = "at the same weights" if same_weights else "each at its own weights"
    return Table(
        f"Every line on the same batch, {where}",
        "For each line of back propagation its size under both costs, and whether they agree",
        (
            f"size, {first}",
            f"size, {second}",
            "largest difference",
            f"{second}, by the line of {first}: off by",
        ),
        tuple(rows),
    )


def runs_table(runs: dict[str, Trace]) -> Table:
    """Return the table of the two runs, which is the legend of the plots."""
    rows = []
    for id, trace in runs.items():
        loss = trace.run.problem.loss
        # Told at the last update that is there: later ones have no place on the slider.
        notes = {max(1, k - 1): text for k, text in divergence_notes(trace).items()}
        rows.append(Row(loss.short_title, (f"{id}.J", f"{id}.validation"), loss.style, notes))
    columns = ("cost $J$ of the batch", "validation accuracy")
    return Table("At update $k$", "Cost and accuracy of both runs", columns, tuple(rows))


def lab_plots(series, losses, layers):
    """Return the plots of both runs against updates: cost, accuracy, size of V^(L)."""
    size = f"Size of $V^{{({layers})}}$"
    V = f"V{layers}.{{id}}"
    return (
        _plot(series, losses, "{id}.J", "cost $J$", "Cost of each batch", scale="log"),
        _plot(
            series, losses, "{id}.validation", "accuracy", "Validation accuracy", ylim=(0.0, 1.0)
        ),
        _plot(series, losses, V, "root mean square", size, scale="log"),
    )


def _plot(series, losses, name, ylabel, title, scale="linear", ylim=None):
    names = {id: name.format(id=id) for id in losses}
    if ylim is None:
        values = [series[name] for name in names.values()]
        # A cost may be negative, and has then no place on a logarithmic axis.
        scale = "linear" if any((each < 0).any() for each in values) else scale
        ylim = limits(*values, scale=scale)
    axes = Axes("update $k$", ylabel, (0.0, len(series["k"]) + 1.0), ylim, yscale=scale)
    lines = tuple(
        Line("k", name, replace(losses[id].style, width=1.4)) for id, name in names.items()
    )
    return Plot(title, f"{title} against updates; click to go to an update", axes, lines, "step")


def lab_heats(lines, frames, losses, layers, same_weights):
    """Return the maps of V^(L) and V^(1), both costs side by side and in the same colours.

    Their limits are taken over `lines`, which are at hand, rather than over all `frames`, whose
    images are computed. Where images of the whole batch are shown, a column is one of them.
    """
    instances = (
        "batch" in frames.fields
        and frames.choice[1] == frames.fields[f"V1.{next(iter(losses))}"][1]
    )
    samples = lines.named(lines.at(frames.sampled))
    first = next(iter(losses.values()))
    where = f" at the weights of {first.short_title}" if same_weights else ""
    heats = []
    for layer in dict.fromkeys((layers, 1)):
        names = {id: f"V{layer}.{id}" for id in losses}
        limit = max(_largest(samples[name]) for name in names.values()) or 1.0
        heats += [
            Heat(
                field=name,
                title=f"$V^{{({layer})}}$, {losses[id].short_title}",
                label=f"Sensitivity of layer {layer} by {losses[id].short_title}{where}: units in "
                "rows, instances of the batch in columns",
                colors="signed",
                limit=limit,
                gamma=0.5,
                selectable=False,
                instances=instances,
            )
            for id, name in names.items()
        ]
    return tuple(heats)


def _mosaic(panels):
    """Return what stands where: with images the batch above its sensitivities, lines behind "⋯"."""
    tables, heats = letters_of(panels, "table"), letters_of(panels, "heat")
    plots = letters_of(panels, "wide")
    pictures, words = letters_of(panels, "images"), letters_of(panels, "text")
    if not pictures:
        return beside((1, [tables[0], plots, heats]), (1, [words, tables[1]]))
    batch, chosen, *units = pictures
    bars, cost, accuracy, *_ = plots
    left = [chosen + 2 * bars, 3 * tables[0]]
    below = beside((6, left), (4, [cost]), (4, [accuracy]), (6, units))
    if not units:
        below = beside((7, [words]), (13, [tables[1]]))
    return reduce(lambda mosaic, letter: above(letter, mosaic), (*heats[1::-1], batch), below)


def lab_images(runs, losses, frames, side, images):
    """Return the panels of images, and the frames with what they show.

    Parameters
    ----------
    runs : dict of str to Trace
    losses : dict of str to Loss
    frames : Frames
        Of :func:`~mlpteach.views.cost_lines.lab_history`.
    side : int
    images : str
        A key of IMAGES.
    """
    problem = next(iter(runs.values())).run.problem
    steps = range(1, frames.steps + 1)
    parts = [frames, batch_frames(problem, frames.steps, side)]
    said = "batch.said" if problem.labels is not None else ""
    look = {"side": side, "chosen": "column", "said": said}
    panels = [
        Images("The batch: click an image", "Images of the batch", "batch", **look),
        Images("Chosen", "The image chosen of the batch", "batch", alone=True, **look),
        chosen_plot(frames, losses, len(problem.net.sizes) - 1),
    ]
    if images == "wrong" and problem.threshold is not None:
        parts.append(wrong_frames(runs, problem.validation, steps, side))
        panels += [wrong_panel(id, losses[id].short_title, side, "validation data") for id in runs]
    elif images != "lines":
        learned = images != "looks"
        found, limit = unit_frames(runs, steps, side, learned)
        parts.append(found)
        panels += [unit_panel(id, losses[id].short_title, side, learned, limit) for id in runs]
    joined = join(*parts)
    return panels, replace(joined, choices=(problem.net.sizes[1], seen_of_batch(problem)))


def chosen_plot(frames, losses, top):
    """Return the sensitivities of the image chosen, output by output, by both costs."""
    fields = {id: f"V{top}.{id}" for id in losses}
    samples = frames.named(frames.values)
    reach = max(_largest(samples[field]) for field in fields.values()) or 1.0
    outputs = frames.fields[next(iter(fields.values()))][0]
    axes = Axes("", "", (-0.6, outputs - 0.4), (-1.05 * reach, 1.05 * reach))
    places = np.arange(outputs)
    layers = [
        Bars(places + shift, field, losses[id].style, 0.4)
        for shift, (id, field) in zip((-0.2, 0.2), fields.items(), strict=True)
    ]
    label = "Sensitivity of each output for the image chosen, by both costs"
    return Plot(f"Its $V^{{({top})}}$ by output", label, axes, layers)


def _largest(values):
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
