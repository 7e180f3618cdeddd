"""The parts of a plot that stand still, as two transparent PNG pictures.

Data artists keep their colours; spines, ticks and text become an alpha-only picture that the page
uses as a mask over its own text colour, so that switching the theme costs nothing.
"""

import base64
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.ticker import FuncFormatter

from mlpteach.views.panels import COLORMAPS

# Inches: at 100 CSS pixels an inch the text is 15 pixels high.
SIZES = {"wide": (3.4, 2.1), "square": (4.2, 3.7)}
# Room for labels left, below, right and above, in inches.
_ROOM = (0.74, 0.50, 0.18, 0.10)
FONT_SIZE = 11
_DPI = 200
# Pictures away from the axes, and still a number that a canvas can draw.
_FAR = 1e4
_NUMBERS = 1e300  # stands for infinity


@dataclass(frozen=True)
class Picture:
    """The pictures of one :class:`~mlpteach.views.panels.Axes`.

    Attributes
    ----------
    data, ink : str
        Data URLs of what keeps its colours and of what takes the page's.
    aspect : float
        Width by height.
    box : tuple of float
        Left, top, width and height of the axes, as fractions of the picture.
    """

    data: str
    ink: str
    aspect: float
    box: tuple

    @cached_property
    def key(self):
        """A name that no other picture has; Python's own hash takes -1 and -2 for the same."""
        return hashlib.sha1((self.data + self.ink).encode()).hexdigest()[:16]


def box(axes):
    """Return where the axes lie in their picture: left, top, width, height as fractions."""
    width, height = SIZES[axes.shape]
    left, below, right, above = _ROOM
    return (
        left / width,
        above / height,
        (width - left - right) / width,
        (height - below - above) / height,
    )


def x_fractions(axes, values):
    """Return how far right in the picture each value lies, 0 … 1; NaN for what has no place."""
    left, _, width, _ = box(axes)
    return left + width * _share(values, axes.xlim, axes.xscale)


def y_fractions(axes, values):
    """Return how far down in the picture each value lies, 0 … 1; NaN for what has no place."""
    _, top, _, height = box(axes)
    return top + height * (1.0 - _share(values, axes.ylim, axes.yscale))


def _share(values, ends, scale):
    """Return the place of values between the ends of an axis: 0 … 1 inside."""
    low, high = ends
    with np.errstate(all="ignore"):
        values = np.asarray(values, dtype=float)
        if scale == "log":
            values, low, high = np.log10(values), np.log10(low), np.log10(high)
        share = (values - low) / (high - low)
    return np.where(np.isnan(share), np.nan, np.clip(share, -_NUMBERS, _NUMBERS))


def places(axes, x, y):
    """Return where points lie in the picture, shape (..., 2); NaN for what has no place.

    What is too far away to be drawn is drawn nearer, in the same direction from the middle.
    """
    points = np.stack([x_fractions(axes, x), y_fractions(axes, y)], axis=-1) - 0.5
    far = np.maximum(np.abs(points).max(axis=-1, keepdims=True) / _FAR, 1.0)
    return points / far + 0.5


def style(axes):
    """Give a matplotlib ``Axes`` the look of the dashboards."""
    axes.patch.set_alpha(0.0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=FONT_SIZE)


def prepare(target, axes):
    """Set up a matplotlib ``Axes`` as `axes` says, with all that stands still."""
    style(target)
    target.set_xscale(axes.xscale)
    target.set_yscale(axes.yscale)
    if axes.draw is not None:
        axes.draw(target)
    target.set_xlim(*axes.xlim)
    target.set_ylim(*axes.ylim)
    target.set_xlabel(axes.xlabel, fontsize=FONT_SIZE)
    target.set_ylabel(axes.ylabel, fontsize=FONT_SIZE)
    for axis, scale in ((target.xaxis, axes.xscale), (target.yaxis, axes.yscale)):
        if scale == "linear":
            axis.set_major_formatter(FuncFormatter(_short))


def _short(value, position):
    """Write a tick so that it fits left of the axes: 4.8e5."""
    text = f"{value:.3g}" if 1e-2 <= abs(value) < 1e4 or value == 0 else f"{value:.2g}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")


@lru_cache(maxsize=64)
def render(axes):
    """Return the :class:`Picture` of `axes`; equal axes are drawn once."""
    width, height = SIZES[axes.shape]
    figure = Figure(figsize=(width, height), dpi=_DPI)
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0.0)
    left, top, across, down = box(axes)
    target = figure.add_axes((left, 1.0 - top - down, across, down))
    prepare(target, axes)
    # At the picture's edge, so that no tick however long pushes it out.
    target.yaxis.set_label_coords(-(_ROOM[0] - 0.22) / (across * width), 0.5)
    data = [*target.lines, *target.collections, *target.patches, *target.images]
    ink = [*target.spines.values(), target.xaxis, target.yaxis, *target.texts]
    return Picture(_without(figure, ink), _without(figure, data), width / height, box(axes))


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
