"""The parts of a panel that stand still, as two transparent PNG pictures.

Data artists keep their colours; spines, ticks and text become an alpha-only picture that the page
uses as a mask over its own text colour, so that switching the theme costs nothing.
"""

import base64
import io

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from mlpteach.views.panels import COLORMAPS

SIZE = (3.2, 2.0)  # inches; at 100 CSS pixels an inch the text is 15 pixels high
AXES = (0.165, 0.255, 0.815, 0.71)
FONT_SIZE = 11
_DPI = 200


def new_figure():
    """Return a transparent figure (without pyplot, which would keep it) and its axes."""
    figure = Figure(figsize=SIZE, dpi=_DPI)
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0.0)
    axes = figure.add_axes(AXES)
    style(axes)
    return figure, axes


def style(axes):
    """Give axes the look of the dashboards."""
    axes.patch.set_alpha(0.0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=FONT_SIZE)


def render_curve(panel):
    """Return the pictures of a :class:`CurvePanel` and where its points lie.

    Returns
    -------
    dict
        "picture" and "ink": data URLs. "aspect": width by height.
    points : ndarray, shape (updates, 2)
        Each update's place as fractions of the picture, from its left and top.
    """
    figure, axes = new_figure()
    panel.draw(axes)
    for text in (axes.xaxis.label, axes.yaxis.label):
        text.set_fontsize(FONT_SIZE)
    figure.canvas.draw()
    pixels = axes.transData.transform(np.column_stack([panel.x, panel.y]))
    width, height = figure.canvas.get_width_height()
    points = pixels / [width, height]
    points[:, 1] = 1.0 - points[:, 1]
    data = [*axes.lines, *axes.collections]
    ink = [*axes.spines.values(), axes.xaxis, axes.yaxis, *axes.texts]
    pictures = {"picture": _without(figure, ink), "ink": _without(figure, data)}
    return {**pictures, "aspect": SIZE[0] / SIZE[1]}, points


def color_tables():
    """Return each colormap, for a light and a dark page, as base64 of 256 RGB triples."""
    steps = np.linspace(0.0, 1.0, 256)
    return {
        name: [
            base64.b64encode((colormaps[id](steps)[:, :3] * 255).round().astype(np.uint8)).decode()
            for id in ids
        ]
        for name, ids in COLORMAPS.items()
    }


def _without(figure, hidden):
    """Render `figure` without the artists `hidden`, as a data URL."""
    shown = [artist.get_visible() for artist in hidden]
    for artist in hidden:
        artist.set_visible(False)
    figure.canvas.draw()
    for artist, was in zip(hidden, shown, strict=True):
        artist.set_visible(was)
    buffer = io.BytesIO()
    imsave(
        buffer,
        np.asarray(figure.canvas.buffer_rgba()),
        format="png",
        pil_kwargs={"compress_level": 2},
    )
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
