"""What stands still in a plot: a picture without text, and texts that the page writes itself.

matplotlib draws the picture into the rectangle of the axes, nothing around it, and says where ticks
and words stand, as fractions of that rectangle. So the page may give it any size and any theme.
"""

import base64
import hashlib
import io
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from mlpteach.views.axis_labels import FONT_SIZE
from mlpteach.views.coordinates import SIZES
from mlpteach.views.mathematics import to_html
from mlpteach.views.panels import Axes

_DPI = 200
_ABOVE = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Picture:
    """What stands still in one :class:`~mlpteach.views.panels.Axes`.

    Attributes
    ----------
    data : str
        What keeps its colours, as a data URL; "" where nothing is drawn.
    across, up : list of [float, str, bool]
        Ticks of both axes: the fraction of the axis, the label, whether it is a major tick.
    words : list of dict
        "html", "x" and "y" of its middle (fractions from the left and from above), "size" (1: as
        other text) and "turned", in degrees.
    """

    data: str
    across: list[list[Any]]
    up: list[list[Any]]
    words: list[dict[str, Any]]


def picture_key(axes: Axes) -> str:
    """Return a name for the picture of `axes`, known before it is drawn.

    Equal axes have equal pictures. (Python's own hash takes -1 and -2 for the same.)
    """
    said = {name: value for name, value in vars(axes).items() if name != "draw"}
    return hashlib.sha1(repr(said).encode()).hexdigest()[:16]


def style(axes):
    """Give a matplotlib ``Axes`` the look of the dashboards."""
    axes.patch.set_alpha(0.0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=FONT_SIZE)


def prepare(target, axes):
    """Set up a matplotlib ``Axes`` as `axes` says, with all that stands still but the labels.

    Parameters
    ----------
    target : matplotlib.axes.Axes
    axes : Axes
    """
    from matplotlib.ticker import FuncFormatter

    style(target)
    target.set_xscale(axes.xscale)
    target.set_yscale(axes.yscale)
    if axes.draw is not None:
        axes.draw(target)
    target.set_xlim(*axes.xlim)
    target.set_ylim(*axes.ylim)
    for axis, scale in ((target.xaxis, axes.xscale), (target.yaxis, axes.yscale)):
        if not axis.isDefault_majfmt:
            continue  # names in place of numbers, or what else `draw` chose
        if scale == "linear":
            axis.set_major_formatter(FuncFormatter(_short))
        else:
            axis.set_major_formatter(_powers()(10))
            axis.set_minor_formatter(_powers()(10, labelOnlyBase=False))


def _short(value, position):
    """Write a tick so that it fits left of the axes: 1250, 4.8e5."""
    text = f"{value:.4g}" if 1e3 <= abs(value) < 1e4 else f"{value:.3g}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")


@cache
def _powers():
    """Return matplotlib's formatter of logarithmic axes, made to write text in place of formulas.

    To read a formula matplotlib makes a parser first, which takes longer than all else in a plot.
    """
    from matplotlib.ticker import LogFormatterSciNotation

    class Powers(LogFormatterSciNotation):
        def __call__(self, x, pos=None):
            return _as_text(super().__call__(x, pos))

    return Powers


def _as_text(formula):
    """Write the formula of a tick with plain characters.

    Examples
    --------
    >>> _as_text(r"$\\mathdefault{2\\times10^{-3}}$")
    '2×10⁻³'
    """
    inside = formula.removeprefix(r"$\mathdefault{").removesuffix("}$").replace(r"\times", "×")
    return re.sub(r"\^\{(.*)\}", lambda power: power[1].translate(_ABOVE), inside)


@lru_cache(maxsize=64)
def render(axes: Axes) -> Picture:
    """Return the :class:`Picture` of `axes`; equal axes are drawn once."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZES[axes.shape], dpi=_DPI)
    canvas = FigureCanvasAgg(figure)
    figure.patch.set_alpha(0.0)
    target = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    prepare(target, axes)
    words = [_word(text, target, canvas.get_renderer()) for text in target.texts]
    return Picture(
        data=_drawn(canvas, target),
        across=_ticks(target.xaxis, axes.xlim),
        up=_ticks(target.yaxis, axes.ylim),
        words=[word for word in words if word["html"] and _is_inside(word["x"], word["y"])],
    )


def _is_inside(*shares):
    return all(-1e-6 <= share <= 1 + 1e-6 for share in shares)


def _ticks(axis, ends):
    """Return [fraction, label, whether it is a major one] of the ticks between an axis's ends."""
    low, high = axis.get_transform().transform(ends)
    found = []
    for major in (True, False):
        places = axis.get_majorticklocs() if major else axis.get_minorticklocs()
        formatter = axis.get_major_formatter() if major else axis.get_minor_formatter()
        shares = (axis.get_transform().transform(places) - low) / (high - low)
        labels = formatter.format_ticks(places)
        found += [
            [round(float(share), 5), label, major]
            for share, label in zip(shares, labels, strict=True)
            if label and _is_inside(share)
        ]
    return found


def _word(text, target, renderer):
    """Return a text in the axes for the page, which writes it in its own colour."""
    from matplotlib.text import Text

    extent = Text.get_window_extent(text, renderer)  # without its arrow
    middle = (extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2
    x, y = target.transAxes.inverted().transform(middle)
    return {
        "html": to_html(text.get_text()),
        "x": round(float(x), 5),
        "y": round(float(1.0 - y), 5),
        "size": round(text.get_fontsize() / FONT_SIZE, 2),
        "turned": -text.get_rotation(),
    }


def _drawn(canvas, target):
    """Return the axes without ticks and words as a data URL, "" where nothing is left."""
    arrows = [text.arrow_patch for text in target.texts if getattr(text, "arrow_patch", None)]
    lines = [*target.lines, *target.collections, *target.patches, *target.images, *target.artists]
    if not lines and not arrows:
        return ""
    target.axis("off")
    for text in target.texts:
        text.set_text("")  # its arrow stays
    canvas.draw()
    buffer = io.BytesIO()
    _in_few_colors(np.array(canvas.buffer_rgba())).save(buffer, "png", compress_level=6)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _in_few_colors(pixels):
    """Return an image of its 64 most frequent colours, a fifth as large as with all of them.

    Areas keep theirs exactly; the edges between them, drawn in many, take the nearest.
    """
    from PIL import Image

    flat = pixels.view(np.uint32).ravel()
    # Of each row of equal pixels one is sorted: a tenth of all.
    starts = np.flatnonzero(np.diff(flat, prepend=~flat[:1]))
    lengths = np.diff(starts, append=flat.size)
    colors, places = np.unique(flat[starts], return_inverse=True)
    counts = np.bincount(places, lengths)
    rgba = colors.view(np.uint8).reshape(-1, 4)
    frequent = np.argsort(-counts, kind="stable")[:64]
    seen = rgba * (rgba[:, 3:] / 255)  # what is hardly there differs hardly
    seen[:, 3] = rgba[:, 3]
    away = ((seen[:, None] - seen[frequent]) ** 2).sum(axis=-1)
    nearest = away.argmin(axis=1).astype(np.uint8)
    image = Image.fromarray(np.repeat(nearest[places], lengths).reshape(pixels.shape[:2]), "P")
    image.putpalette(rgba[frequent].tobytes(), "RGBA")
    return image
