"""One step of a dashboard as a matplotlib figure: for print, PDF, and tests without a browser."""

from typing import TYPE_CHECKING

from mlpteach.basics.arguments import check_count
from mlpteach.views.axis_labels import FONT_SIZE
from mlpteach.views.coordinates import SIZES
from mlpteach.views.drawing import LINE, Moment, draw, ledger_heights, word_lines
from mlpteach.views.image_drawing import images_height
from mlpteach.views.image_panels import Images
from mlpteach.views.mosaic import evenly
from mlpteach.views.network_drawing import matrices_height
from mlpteach.views.panels import Diagram, Heat, Ledger, Matrices, Plot, Show, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Inches: a column of three, and how high a row of plots or maps is, and one with a square plot.
_COLUMN, _ROW, _SQUARE_ROW, _DIAGRAM_ROW = 4.6, 3.0, 4.4, 6.4
# Of the room that a plot has, its axes' labels may fill so much less.
_LABELS = 0.9


def figure(show: Show, k: int, row: int = 0, column: int = 0, columns: int = 3) -> "Figure":
    """Draw the panels of a :class:`~mlpteach.views.panels.Show` as they stand at step k.

    Parameters
    ----------
    show : Show
    k : int
        From 1.
    row, column : int
        Entry whose numbers the ledgers show, from 0.
    columns : int
        How many plots or maps stand side by side at most.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    k = check_count("k", k, maximum=max(1, show.steps))
    bands = _bands(show.panels, columns)
    width = _COLUMN * columns
    heights = [_height(band, width - _LABELS, show) for band in bands]
    drawn = Figure(figsize=(width, max(1.0, sum(heights))), layout="constrained")
    # A message may quote a reader's own error, whose dollars are no mathematics.
    message = show.message.replace("$", r"\$")
    said = "\n".join(part for part in (_place(show, k), message) if part)
    color = "tab:red" if message else "black"
    drawn.suptitle(said, fontsize=FONT_SIZE, color=color, wrap=True)
    if not show.panels:
        return drawn
    moment = Moment(show, k, row, column)
    subfigures = drawn.subfigures(len(bands), 1, height_ratios=heights, squeeze=False).ravel()
    for part, band, height in zip(subfigures, bands, heights, strict=True):
        _draw_band(part, band, moment, width, height)
    return drawn


def _draw_band(part, band, moment, width, height):
    """Draw panels side by side, over the whole width: a square plot takes less of it."""
    ratios = [_width(panel) for panel in band]
    targets = part.subplots(1, len(band), width_ratios=ratios, squeeze=False).ravel()
    for target, panel, ratio in zip(targets, band, ratios, strict=True):
        labels = width * ratio / sum(ratios) - _LABELS, height - _LABELS
        draw(target, panel, moment, labels)


def _place(show, k):
    """Say which step is drawn, as the page does above its panels."""
    if not show.steps:
        return ""
    letter = "k = " if show.unit == "update" else ""
    numbers = (f"{text} = {show.series[name][k - 1]:.5g}" for text, name in show.numbers)
    counted = (f"{show.unit} {letter}{k} of {show.steps}",) if show.unit else ()
    return ", ".join((*counted, *numbers))


def _is_graphic(panel):
    return isinstance(panel, (Plot, Heat))


def _is_square(panel):
    return isinstance(panel, Plot) and panel.axes.shape == "square"


def _bands(panels, columns):
    """Split panels into rows: plots, and maps, side by side; words and tables alone."""
    runs = []
    for panel in panels:
        if runs and _joins(panel, runs[-1]):
            runs[-1].append(panel)
        else:
            runs.append([panel])
    return [band for run in runs for band in evenly(run, columns)]


def _joins(panel, run):
    """Whether a panel stands beside others of its kind; maps also beside a plot that is alone."""
    if not _is_graphic(panel):
        return False
    alone = len(run) == 1 and isinstance(run[0], Plot)
    return type(panel) is type(run[-1]) or (isinstance(panel, Heat) and alone)


def _width(panel):
    """Return how wide a panel is for its height."""
    if not isinstance(panel, Plot):
        return SIZES["wide"][0] / SIZES["wide"][1]
    width, height = SIZES[panel.axes.shape]
    return width / height


def _height(band, width, show):
    first = band[0]
    if _is_graphic(first):
        return _SQUARE_ROW if any(map(_is_square, band)) else _ROW
    if isinstance(first, Diagram):
        return _DIAGRAM_ROW
    if isinstance(first, Matrices):
        return matrices_height(first)
    if isinstance(first, Images):
        return images_height(first, show.frames.fields[first.field][0])
    if isinstance(first, Ledger):
        return sum(ledger_heights(first))
    lines = len(first.rows) + 2 if isinstance(first, Table) else len(word_lines(first, width))
    return LINE * (lines + 0.5)
