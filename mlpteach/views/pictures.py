"""The parts of a plot that stand still, as two transparent PNG pictures.

Data artists keep their colours; spines, ticks and text become an alpha-only picture that the page
uses as a mask over its own text colour, so that switching the theme costs nothing.
"""

import base64
import hashlib
import io
import re
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from mlpteach.views.coordinates import ROOM, SIZES, box
from mlpteach.views.panels import Axes

FONT_SIZE = 11
_DPI = 200
# Inches that the lines of a label may take.
_LINE = 0.19
_ABOVE = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Picture:
    """The pictures of one :class:`~mlpteach.views.panels.Axes`, as data URLs.

    Attributes
    ----------
    data, ink : str
        What keeps its colours, and what takes the page's.
    """

    data: str
    ink: str


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


def prepare(target, axes, room):
    """Set up a matplotlib ``Axes`` as `axes` says, with all that stands still.

    Parameters
    ----------
    target : matplotlib.axes.Axes
    axes : Axes
    room : (float, float)
        How long the labels of both axes may be, in inches.
    """
    from matplotlib.ticker import FuncFormatter

    style(target)
    target.set_xscale(axes.xscale)
    target.set_yscale(axes.yscale)
    if axes.draw is not None:
        axes.draw(target)
    target.set_xlim(*axes.xlim)
    target.set_ylim(*axes.ylim)
    for label, text, length in zip(
        (target.xaxis.label, target.yaxis.label), (axes.xlabel, axes.ylabel), room, strict=True
    ):
        text, size = fit(text, length)
        label.set(text=text, fontsize=size)
    for axis, scale in ((target.xaxis, axes.xscale), (target.yaxis, axes.yscale)):
        if scale == "linear":
            axis.set_major_formatter(FuncFormatter(_short))
        else:
            axis.set_major_formatter(_powers()(10))
            axis.set_minor_formatter(_powers()(10, labelOnlyBase=False))


def fit(text: str, length: float) -> tuple[str, float]:
    """Return a text, broken into lines, and the largest font size that lets it fit.

    Parameters
    ----------
    text : str
    length : float
        Inches that the longest line may take; all lines are as high as one of the usual size.

    Returns
    -------
    text : str
    size : float
        In points, at most FONT_SIZE.

    Examples
    --------
    >>> fit("cost $J$", 1.7)
    ('cost $J$', 11.0)
    >>> fit("a cost that is told in many more words than have room", 1.7)[0].count("\\n")
    1
    """
    found = []
    for most in (1, 2, 3):
        lines = _broken(text, most)
        longest, height = _extent(lines)
        size = FONT_SIZE * min(1.0, length / longest, _LINE / height if len(lines) > 1 else 1.0)
        found.append((size, -len(lines), "\n".join(lines)))
    size, _, broken = max(found)
    return broken, size


def _extent(lines):
    """Return how long the longest line of the usual size is, and how high all are, in inches."""
    from matplotlib.textpath import TextPath

    try:
        drawn = [TextPath((0, 0), line, size=FONT_SIZE).get_extents() for line in lines if line]
    except ValueError as error:
        raise ValueError(
            f"the label {' '.join(lines)!r} has mathematics between its dollars that can't be "
            f"drawn; allowed is LaTeX as matplotlib knows it. It says: {error}"
        ) from None
    longest = max((extent.width for extent in drawn), default=1.0)
    height = sum(max(extent.height, FONT_SIZE) for extent in drawn)
    # Coarse pixels make lines a little longer, and there is some room between them.
    return 1.1 * longest / 72, 1.2 * height / 72


def _broken(text, lines):
    """Break a text into at most so many lines, about equally long, never inside of a formula."""
    words = re.findall(r"(?:\$[^$]*\$|[^\s$]|\$)+", text)
    width = -(-len(text) // lines)
    broken = [""]
    for word in words:
        if broken[-1] and len(broken) < lines and len(broken[-1]) + len(word) / 2 > width:
            broken.append(word)
        else:
            broken[-1] = f"{broken[-1]} {word}".strip()
    return broken


def _short(value, position):
    """Write a tick so that it fits left of the axes: 4.8e5."""
    return (
        f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")
    )


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

    width, height = SIZES[axes.shape]
    figure = Figure(figsize=(width, height), dpi=_DPI)
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0.0)
    left, top, across, down = box(axes)
    target = figure.add_axes((left, 1.0 - top - down, across, down))
    middle = left + across / 2, 1.0 - top - down / 2
    room = (
        2 * min(at, 1.0 - at) * size - 0.08
        for at, size in zip(middle, (width, height), strict=True)
    )
    prepare(target, axes, tuple(room))
    # At the picture's edge, so that no tick however long pushes it out.
    target.yaxis.set_label_coords(-(ROOM[0] - 0.22) / (across * width), 0.5)
    data = [*target.lines, *target.collections, *target.patches, *target.images]
    ink = [*target.spines.values(), target.xaxis, target.yaxis, *target.texts]
    return Picture(data=_without(figure, ink), ink=_without(figure, data, black=True))


def _without(figure, hidden, black=False):
    """Render `figure` without the artists `hidden`, as a data URL; of a mask only alpha is read."""
    from PIL import Image

    shown = [artist.get_visible() for artist in hidden]
    for artist in hidden:
        artist.set_visible(False)
    figure.canvas.draw()
    for artist, was in zip(hidden, shown, strict=True):
        artist.set_visible(was)
    buffer, pixels = io.BytesIO(), np.array(figure.canvas.buffer_rgba())
    if black:
        pixels[..., 0] = 0
        image = Image.fromarray(pixels[..., [0, 3]])
    else:
        image = _in_few_colors(pixels)
    image.save(buffer, "png", compress_level=6)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _in_few_colors(pixels):
    """Return an image of its 256 most frequent colours, a third as large as with all of them.

    Areas keep theirs exactly; the edges between them, drawn in many, take the nearest.
    """
    from PIL import Image

    colors, places, counts = np.unique(
        pixels.view(np.uint32), return_inverse=True, return_counts=True
    )
    rgba = colors.view(np.uint8).reshape(-1, 4)
    frequent = np.argsort(-counts, kind="stable")[:256]
    seen = rgba * (rgba[:, 3:] / 255)  # what is hardly there differs hardly
    seen[:, 3] = rgba[:, 3]
    away = ((seen[:, None] - seen[frequent]) ** 2).sum(axis=-1)
    nearest = away.argmin(axis=1).astype(np.uint8)
    image = Image.fromarray(nearest[places].reshape(pixels.shape[:2]), "P")
    image.putpalette(rgba[frequent].tobytes(), "RGBA")
    return image
