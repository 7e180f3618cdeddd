"""Small images as matplotlib draws them."""

import numpy as np

from mlpteach.views.axis_labels import FONT_SIZE, fit
from mlpteach.views.colors import color_table
from mlpteach.views.packed import unpacked

# Inches: an image, and a caption below it.
_IMAGE, _CAPTION = 0.42, 0.22
_MOST_COLUMNS = 32


def draw_images(target, images, at, labels):
    """Draw :class:`~mlpteach.views.image_panels.Images` into a matplotlib ``Axes``.

    Parameters
    ----------
    target : matplotlib.axes.Axes
    images : Images
    at : Moment
    labels : (float, float)
        Width and height, in inches, that are free.
    """
    target.axis("off")
    target.set_title(fit(images.title, labels[0])[0], fontsize=FONT_SIZE)
    numbers = at.frame[images.field]
    chosen = getattr(at, images.chosen) if images.chosen else -1
    shown = [chosen] if images.alone else range(len(numbers))
    columns = min(images.columns or len(shown), len(shown), _MOST_COLUMNS)
    rows = -(-len(shown) // columns)
    for place, i in enumerate(shown):
        if not np.isfinite(numbers[i]).all():
            continue
        row, column = divmod(place, columns)
        box = column / columns, 1 - (row + 0.9) / rows, 0.9 / columns, 0.9 / rows
        _draw_image(target.inset_axes(box), images, numbers[i], i == chosen)
        if images.said:
            words = caption(at.frame[images.said][:, i])
            target.text(
                (column + 0.45) / columns, 1 - (row + 0.92) / rows, words, va="top", ha="center",
                fontsize=FONT_SIZE - 4, transform=target.transAxes,
            )  # fmt: skip


def caption(numbers):
    """Write what is said of an image.

    Examples
    --------
    >>> caption(np.array([7.0])), caption(np.array([7.0, 1.0])), caption(np.array([np.nan]))
    ('7', '7 → 1', '')
    """
    return " → ".join(f"{number:.0f}" for number in numbers if np.isfinite(number))


def _draw_image(target, images, numbers, marked):
    from matplotlib.colors import ListedColormap

    levels = unpacked(numbers[None])[0, : images.side**2].reshape(images.side, images.side)
    table = ListedColormap(color_table("signed") / 255) if images.colors == "signed" else "gray_r"
    low = -1.0 if images.colors == "signed" else 0.0
    target.imshow(levels, cmap=table, vmin=low, vmax=1.0, interpolation="nearest")
    target.set(xticks=[], yticks=[])
    target.spines[:].set_visible(marked)


def images_height(images, count):
    """Return how high the images of a field take to be drawn, in inches."""
    shown = 1 if images.alone else count
    rows = -(-shown // min(images.columns or shown, _MOST_COLUMNS))
    return 0.5 + rows * (_IMAGE + _CAPTION * bool(images.said)) * (3 if images.alone else 1)
