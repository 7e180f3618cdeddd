"""One panel as matplotlib draws it at one step."""

import re
import textwrap
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlpteach.study.latex import latex_number
from mlpteach.views.axis_labels import FONT_SIZE, set_labels
from mlpteach.views.colors import color_table
from mlpteach.views.coordinates import SIZES, x_fractions, y_fractions
from mlpteach.views.image_drawing import draw_images
from mlpteach.views.image_panels import Images
from mlpteach.views.layers import (
    Arrow,
    Band,
    Bars,
    Line,
    Note,
    Path,
    Points,
    Profile,
    Raster,
    shade,
)
from mlpteach.views.network_drawing import draw_diagram, draw_matrices
from mlpteach.views.panels import Diagram, Heat, Ledger, Matrices, Plot, Show, Table
from mlpteach.views.pictures import prepare, style

# Inches: a line of words, and one of a formula with a fraction.
LINE, _FRACTION = 0.34, 0.62
# Of a text, on an inch.
_LETTERS = 12.0
# Where a ledger's formulas, numbers and results stand, as parts of its width.
_FORMULA, _NUMBERS, _RESULT = 0.02, 0.42, 0.86
# What fits between numbers and result; more is written smaller.
_NUMBERS_LETTERS = 64


@dataclass(frozen=True)
class Moment:
    """What is drawn of a show: step k, and the entry whose numbers the ledgers show."""

    show: Show
    k: int
    row: int
    column: int

    @cached_property
    def frame(self):
        """Name -> matrix of step k."""
        frames = self.show.frames
        if frames is None:
            return {}
        return {name: one[0] for name, one in frames.named(frames.read(self.k, self.k)).items()}

    def number(self, key, prefix=""):
        """Return the number behind a key of a formula, as the page finds it."""
        if key == "k":
            return self.k
        if prefix + key in self.frame:
            return float(self.frame[prefix + key][self.row, self.column])
        series = self.show.series
        name = "loss" if key == "J" and "loss" in series else prefix + {"J": "loss"}.get(key, key)
        return float(series[name][self.k - 1])

    @property
    def way(self):
        """Name -> what follows from the row chosen."""
        frames = self.show.frames
        return {name: int(way[self.row]) for name, way in frames.ways.items()} if frames else {}

    def placed(self, place):
        """Return the number at a :class:`~mlpteach.study.pass_lines.Place`."""
        row = place.row(self.way)
        matrix = self.frame[place.matrix]
        return float(matrix[row, self.column] if place.each else matrix[0, row])


def draw(target, panel, at, labels):
    """Draw a panel into a matplotlib ``Axes``.

    Parameters
    ----------
    target : matplotlib.axes.Axes
    panel : Plot, Heat, Table, Ledger, Text, Diagram, Matrices or Images
    at : Moment
    labels : (float, float)
        How long the labels of the axes of a plot may be, in inches.
    """
    drawing = next((one for kind, one in _DRAW.items() if isinstance(panel, kind)), _draw_words)
    drawing(target, panel, at, labels)


def _draw_plot(target, plot, at, labels):
    prepare(target, plot.axes)
    set_labels(target, plot.axes, labels)
    if plot.axes.equal:
        target.set_aspect("equal")
    elif plot.axes.shape == "square":
        across, down = SIZES["square"]
        target.set_box_aspect(down / across)
    for layer in plot.layers:
        if isinstance(layer, Raster):
            _draw_raster(target, layer, plot.axes, at.frame)
        elif isinstance(layer, Points):
            _draw_points(target, layer, at)
        elif isinstance(layer, Bars):
            heights = at.frame[layer.field][:, at.column]
            target.bar(layer.x, heights, layer.width, color=layer.style.color)
        else:
            _DRAW_LAYER[type(layer)](target, layer, at.show.series, at.k)
    if target.get_legend_handles_labels()[1]:
        target.legend(fontsize=FONT_SIZE - 3, framealpha=0.6)
    target.set_title(plot.title, fontsize=FONT_SIZE)


def _draw_line(target, line, series, k):
    x, y = series[line.x], series[line.y]
    look = {"color": line.style.color, "linewidth": line.style.width}
    dash = line.style.dash if line.connect else "none"
    marker = line.style.marker if not line.connect else "none"
    if line.future:
        target.plot(x, y, linestyle=dash, marker=marker, alpha=0.3, **look)
    target.plot(x[:k], y[:k], linestyle=dash, marker=marker, label=line.label or None, **look)
    if line.connect and line.style.marker:
        look = {"color": line.style.color, "markersize": 8, "clip_on": not _inside(target, x, y, k)}
        target.plot(x[k - 1], y[k - 1], line.style.marker, **look)


def _inside(target, x, y, k):
    """Tell whether a step's point lies within the axes, at whose edge its marker is drawn whole."""
    ends = (x[k - 1], sorted(target.get_xlim())), (y[k - 1], sorted(target.get_ylim()))
    return all(low <= value <= high for value, (low, high) in ends)


def _draw_points(target, points, at):
    """Draw a ring around each point, a second one around that of the column chosen."""
    x, y = at.frame[points.field][:2]
    look = {"facecolors": "none", "edgecolors": points.style.color}
    target.scatter(x, y, s=40, linewidths=1.0, label=points.label or None, **look)
    target.scatter(x[at.column], y[at.column], s=130, linewidths=2.0, **look)


def _draw_band(target, band, series, k):
    x, low, high = (series[name] for name in (band.x, band.low, band.high))
    look = {"color": band.style.color, "linewidth": 0}
    target.fill_between(x, low, high, alpha=0.12, **look)
    target.fill_between(x[:k], low[:k], high[:k], alpha=0.2, label=band.label or None, **look)


def _draw_profile(target, profile, series, k):
    y = series[profile.y][k - 1]
    look = {"color": profile.style.color, "linewidth": profile.style.width}
    look["marker"] = profile.style.marker if len(profile.x) == 1 else ""  # no line through one
    target.plot(profile.x, y, linestyle=profile.style.dash, label=profile.label or None, **look)
    if profile.filled:
        target.fill_between(profile.x, y, color=profile.style.color, alpha=0.3, linewidth=0)


def _draw_arrow(target, arrow, series, k):
    start = series[arrow.x][k - 1], series[arrow.y][k - 1]
    end = series[arrow.to_x][k - 1], series[arrow.to_y][k - 1]
    if np.isfinite([*start, *end]).all():
        look = {"arrowstyle": "-|>", "color": arrow.style.color, "linestyle": arrow.style.dash}
        drawn = target.annotate("", end, start, arrowprops=look)
        drawn.arrow_patch.set_clip_box(target.bbox)  # as on the page
        if arrow.label:
            target.plot([], [], color=arrow.style.color, ls=arrow.style.dash, label=arrow.label)


def _draw_path(target, path, series, k):
    look = {"color": path.style.color, "linewidth": path.style.width, "ls": path.style.dash}
    marker = path.style.marker or "none"
    target.plot(path.x, path.y, marker=marker, label=path.label or None, **look)


def _draw_note(target, note, series, k):
    text = note.text.replace("$", r"\$")
    look = {"color": note.style.color, "fontsize": FONT_SIZE - 1, "weight": "bold"}
    target.text(note.x, note.y, text, va="center", clip_on=True, **look)


def _draw_raster(target, raster, axes, frame):
    """Draw a map of colours as on the page: cells equally large, whatever the axes' scales."""
    values = raster.matrix(frame)
    x, y = x_fractions(axes, raster.x), 1.0 - y_fractions(axes, raster.y)
    edges = [np.linspace(*ends, n + 1) for ends, n in zip((x, y), values.shape[::-1], strict=True)]
    target.pcolormesh(
        *edges, shade(raster, values), cmap=_colormap(raster), vmin=0.0, vmax=1.0, zorder=0,
        transform=target.transAxes,
    )  # fmt: skip
    middles = [0.5 * (edge[1:] + edge[:-1]) for edge in edges]
    for signed in raster.classes(frame) if raster.contour else ():
        if np.ptp(np.sign(signed)):
            target.contour(*middles, signed, [0.0], colors=["black"], transform=target.transAxes)


def _colormap(colored):
    from matplotlib.colors import ListedColormap

    return ListedColormap(color_table(colored.colors) / 255)


def _draw_heat(target, heat, at, _):
    """Draw a map whose rows and columns are counted from 1, as the ledger and the page do."""
    from matplotlib.ticker import MaxNLocator

    style(target)
    values = heat.shade(at.frame[heat.field])
    rows, columns = values.shape
    target.imshow(
        values,
        cmap=_colormap(heat),
        vmin=0.0,
        vmax=1.0,
        aspect="auto",
        interpolation="nearest",
        extent=(0.5, columns + 0.5, rows + 0.5, 0.5),
    )
    for axis, count in ((target.xaxis, columns), (target.yaxis, rows)):
        ticks = MaxNLocator(6, integer=True).tick_values(1, count)
        axis.set_ticks(sorted({1, *(int(tick) for tick in ticks if 1 < tick <= count)}))
    target.set_title(f"{heat.title}, strongest at {heat.limit:.3g}", fontsize=FONT_SIZE)


def _draw_table(target, table, at, _):
    """Write a table; the piece of line before each row's name is the legend of the plots."""
    target.axis("off")
    target.set(xlim=(0, 1), ylim=(len(table.rows) + 1.5, -0.5))
    target.set_title(table.title, fontsize=FONT_SIZE, loc="left")
    cells = [(), *(_cells(row, at.show.series, at.k) for row in table.rows)]
    columns = max(len(table.columns), *map(len, cells))
    places = np.linspace(0.22, 1.0, columns + 1)
    for line, texts in enumerate([table.columns, *cells[1:]]):
        for x, text in zip(places, texts, strict=False):
            target.text(x, line, text, va="center", fontsize=FONT_SIZE)
    for line, row in enumerate(table.rows, start=1):
        target.text(0.04, line, row.label, va="center", fontsize=FONT_SIZE)
        if row.style:
            look = {"color": row.style.color, "ls": row.style.dash, "lw": row.style.width}
            target.plot([0.0, 0.03], [line, line], **look)
            target.plot([0.015], [line], row.style.marker or "none", color=row.style.color)


def _cells(row, series, k):
    cells = [f"{series[cell][k - 1]:.5g}" if cell in series else cell for cell in row.cells]
    return [*cells, *[text for since, text in row.notes.items() if since <= k][-1:]]


def _draw_ledger(target, ledger, at, _):
    """Write each line with the numbers of one weight put in, and what it gives."""
    heights = ledger_heights(ledger)
    target.axis("off")
    target.set(xlim=(0, 1), ylim=(sum(heights), 0))
    heading = " · ".join(part for part in (ledger.title, _weight(ledger, at)) if part)
    _write(target, 0.0, heights[0] / 2, heading)
    place = heights[0]
    for line, height in zip(ledger.lines, heights[1:], strict=True):
        _draw_ledger_line(target, ledger, line, at, place + height / 2)
        place += height


def ledger_heights(ledger):
    """Return the heights of a ledger's heading and of its lines, in inches."""
    heights = [_FRACTION if "frac" in line.latex() else LINE for line in ledger.lines]
    return [1.2 * LINE, *heights]


def _weight(ledger, at):
    """Name the weight whose numbers are put in, as the page does."""
    unit, entry = at.row + 1, at.column + 1
    if ledger.places:
        return f"{_parameter(at)}, instance {entry} of the batch"
    if not ledger.layer:
        return f"Coordinate $W_{{{entry}}}$"
    return f"Weight $W^{{({ledger.layer})}}_{{{unit},{entry}}}$: unit {unit}, input {entry}"


def _parameter(at):
    """Name the parameter chosen of a network, counted from 1."""
    layer = at.way["layer"]
    unit, seen = at.way[f"unit{layer + 1}"] + 1, at.way[f"input{layer}"] + 1
    if seen - 1 > max(at.show.frames.ways[f"unit{layer}"]):
        return f"Bias $b^{{({layer})}}_{{{unit}}}$: unit {unit}"
    return f"Weight $W^{{({layer})}}_{{{unit},{seen}}}$: unit {unit}, input {seen}"


def _draw_ledger_line(target, ledger, line, at, y):
    mark = "→" if line.name == ledger.differs else ""
    formula, numbers = line.latex(), line.latex(lambda key: ledger_number(ledger, key, at))
    name = "W_after" if line.name == "W" else line.name
    known = name == "J" or ledger.prefix + name in {**at.frame, **ledger.places}
    _write(target, 0.0, y, mark)
    _write(target, _FORMULA, y, f"${_large(formula)}$")
    size = FONT_SIZE * min(1.0, _NUMBERS_LETTERS / max(1, _letters(numbers)))
    _write(target, _NUMBERS, y, f"$= {_large(numbers)}$" if numbers else "", size)
    _write(target, _RESULT, y, f"$= {latex_number(ledger_number(ledger, name, at))}$" * known)


def ledger_number(ledger, key, at):
    """Return the number behind a key of a ledger's line."""
    if key in ledger.places:
        return at.placed(ledger.places[key])
    return at.number(key, ledger.prefix)


def _large(formula):
    return formula.replace(r"\frac", r"\dfrac")


def _letters(latex):
    """Return about how many letters wide a formula is."""
    return len(
        re.sub(r"\\text|\\[a-z]+|[\\{}^_ ]", lambda found: "·"[: found[0] == r"\cdot"], latex)
    )


def _write(target, x, y, text, size=FONT_SIZE):
    target.text(x, y, text, va="center", fontsize=size)


def _draw_words(target, panel, at, labels):
    target.axis("off")
    text = "\n".join(word_lines(panel, labels[0]))
    target.text(
        0.0, 1.0, text, va="top", fontsize=FONT_SIZE, transform=target.transAxes, linespacing=1.6
    )


def word_lines(text, width):
    """Return the lines of a :class:`Text`, broken where they are longer than `width` inches."""
    broken = [text.title] if text.title else []
    for i, line in enumerate(text.lines):
        mark = "→ " if i in text.marked else "   "
        # No line ends within mathematics.
        whole = re.sub(r"\$[^$]*\$", lambda math: math[0].replace(" ", "\0"), line)
        parts = textwrap.wrap(whole, int(width * _LETTERS), break_long_words=False) or [""]
        marks = [mark] + ["   "] * (len(parts) - 1)
        broken += [f"{m}{part}".replace("\0", " ") for m, part in zip(marks, parts, strict=True)]
    return broken


_DRAW = {
    Plot: _draw_plot, Heat: _draw_heat, Table: _draw_table, Ledger: _draw_ledger,
    Diagram: draw_diagram, Matrices: draw_matrices, Images: draw_images,
}  # fmt: skip
_DRAW_LAYER = {
    Line: _draw_line,
    Band: _draw_band,
    Profile: _draw_profile,
    Arrow: _draw_arrow,
    Path: _draw_path,
    Note: _draw_note,
}
