"""One step of a dashboard as a matplotlib figure: for print, PDF, and tests without a browser."""

import numpy as np

from mlpteach.basics.arguments import check_count
from mlpteach.views.colors import color_table
from mlpteach.views.coordinates import box, x_fractions, y_fractions
from mlpteach.views.layers import Arrow, Line, Profile, Raster, shade
from mlpteach.views.panels import Heat, Ledger, Plot, Table
from mlpteach.views.pictures import FONT_SIZE, prepare, style

# Inches; what needs a whole row of the figure and how high it is.
_COLUMN, _PLOT, _LINE = 4.6, 3.0, 0.34
# How long the labels of the axes of a plot may be.
_LABELS = (_COLUMN - 0.9, _PLOT - 0.9)
# Fractions stand one below the other in a ledger.
_FRACTION = 1.6


def figure(show, k, row=0, column=0, columns=3):
    """Draw the panels of a :class:`~mlpteach.views.panels.Show` as they stand at step k.

    Parameters
    ----------
    show : Show
    k : int
        From 1.
    row, column : int
        Entry whose numbers the ledgers show, from 0.
    columns : int

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    k = check_count("k", k, maximum=max(1, show.steps))
    bands = _bands(show.panels, columns)
    heights = [_height(band) for band in bands]
    drawn = Figure(figsize=(_COLUMN * columns, max(1.0, sum(heights))), layout="constrained")
    # A message may quote a reader's own error, whose dollars are no mathematics.
    message = show.message.replace("$", r"\$")
    said = "\n".join(part for part in (_place(show, k), message) if part)
    color = "tab:red" if message else "black"
    drawn.suptitle(said, fontsize=FONT_SIZE, color=color, wrap=True)
    if not show.panels:
        return drawn
    frame = _frame(show, k)
    subfigures = drawn.subfigures(len(bands), 1, height_ratios=heights, squeeze=False).ravel()
    for part, band in zip(subfigures, bands, strict=True):
        targets = part.subplots(1, columns if _is_graphic(band[0]) else 1, squeeze=False).ravel()
        for target, panel in zip(targets, band, strict=False):
            _draw(target, panel, show, frame, k, row, column)
        for target in targets[len(band) :]:
            target.set_visible(False)
    return drawn


def _place(show, k):
    """Say which step is drawn, as the page does above its panels."""
    if not show.steps:
        return ""
    letter = "k = " if show.unit == "update" else ""
    numbers = (f"{text} = {show.series[name][k - 1]:.5g}" for text, name in show.numbers)
    return ", ".join((f"{show.unit} {letter}{k} of {show.steps}", *numbers))


def _is_graphic(panel):
    return isinstance(panel, (Plot, Heat))


def _bands(panels, columns):
    """Split panels into rows: plots and maps side by side, words and tables alone."""
    bands = []
    for panel in panels:
        joins = bands and _is_graphic(panel) and _is_graphic(bands[-1][0])
        if joins and len(bands[-1]) < columns:
            bands[-1].append(panel)
        else:
            bands.append([panel])
    return bands


def _height(band):
    if _is_graphic(band[0]):
        return _PLOT
    lines = len(band[0].rows) + 1 if isinstance(band[0], Table) else len(band[0].lines)
    return _LINE * (lines + 1.5) * (_FRACTION if isinstance(band[0], Ledger) else 1.0)


def _frame(show, k):
    if show.frames is None:
        return {}
    return {name: field[0] for name, field in show.frames.named(show.frames.read(k, k)).items()}


def _draw(target, panel, show, frame, k, row, column):
    if isinstance(panel, Plot):
        prepare(target, panel.axes, _LABELS)
        for layer in panel.layers:
            if isinstance(layer, Raster):
                _draw_raster(target, layer, panel.axes, frame)
            else:
                _DRAW_LAYER[type(layer)](target, layer, show.series, k)
        if target.get_legend_handles_labels()[1]:
            target.legend(fontsize=FONT_SIZE - 3, framealpha=0.6)
        target.set_title(panel.title, fontsize=FONT_SIZE)
    elif isinstance(panel, Heat):
        _draw_heat(target, panel, frame)
    elif isinstance(panel, Table):
        _draw_table(target, panel, show.series, k)
    else:
        target.axis("off")
        lines = _words(panel, frame, row, column)
        spacing = 1.6 * (_FRACTION if isinstance(panel, Ledger) else 1.0)
        target.text(
            0.0, 1.0, "\n".join(lines), va="top", fontsize=FONT_SIZE, transform=target.transAxes,
            linespacing=spacing,
        )  # fmt: skip


def _draw_table(target, table, series, k):
    """Write a table; the piece of line before each row's name is the legend of the plots."""
    target.axis("off")
    target.set(xlim=(0, 1), ylim=(len(table.rows) + 1.5, -0.5))
    target.set_title(table.title, fontsize=FONT_SIZE, loc="left")
    cells = [(), *(_cells(row, series, k) for row in table.rows)]
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
        target.annotate("", end, start, arrowprops=look)
        if arrow.label:
            target.plot([], [], color=arrow.style.color, ls=arrow.style.dash, label=arrow.label)


def _draw_raster(target, raster, axes, frame):
    """Draw a map of colours as on the page: cells equally large, whatever the axes' scales."""
    left, top, width, height = box(axes)
    values = frame[raster.field]
    x = (x_fractions(axes, raster.x) - left) / width
    y = 1.0 - (y_fractions(axes, raster.y) - top) / height
    edges = (np.linspace(*ends, n + 1) for ends, n in zip((x, y), values.shape[::-1], strict=True))
    target.pcolormesh(
        *edges, shade(raster, values), cmap=_colormap(raster), vmin=0.0, vmax=1.0, zorder=0,
        transform=target.transAxes,
    )  # fmt: skip


def _colormap(colored):
    from matplotlib.colors import ListedColormap

    return ListedColormap(color_table(colored.colors) / 255)


_DRAW_LAYER = {Line: _draw_line, Profile: _draw_profile, Arrow: _draw_arrow}


def _draw_heat(target, heat, frame):
    style(target)
    target.imshow(
        heat.shade(frame[heat.field]),
        cmap=_colormap(heat),
        vmin=0.0,
        vmax=1.0,
        aspect="auto",
        interpolation="nearest",
    )
    target.set_title(f"{heat.title}, strongest at {heat.limit:.3g}", fontsize=FONT_SIZE)


def _words(panel, frame, row, column):
    """Return what a ledger or a text says, line by line."""
    title = [panel.title] if panel.title else []
    if isinstance(panel, Ledger):
        return [*title, *(_ledger_line(panel, line, frame, row, column) for line in panel.lines)]
    marks = ("→ " if i in panel.marked else "   " for i in range(len(panel.lines)))
    return [*title, *(mark + line for mark, line in zip(marks, panel.lines, strict=True))]


def _cells(row, series, k):
    cells = [f"{series[cell][k - 1]:.5g}" if cell in series else cell for cell in row.cells]
    return [*cells, *[text for since, text in row.notes.items() if since <= k][-1:]]


def _ledger_line(ledger, line, frame, row, column):
    name = ledger.prefix + ("W_after" if line.name == "W" else line.name)
    mark = "→ " if line.name == ledger.differs else "   "
    number = f"{frame[name][row, column]:.5g}" if name in frame else ""
    return f"{mark}${line.latex()}$ = {number}"
