"""Labels of printed axes: as large as the room beside the axes lets them be."""

import re

FONT_SIZE = 11
# Inches that the lines of a label may take.
_LINE = 0.19


def set_labels(target, axes, room):
    """Write the labels of both axes beside a matplotlib ``Axes``.

    Parameters
    ----------
    target : matplotlib.axes.Axes
    axes : mlpteach.views.panels.Axes
    room : (float, float)
        How long they may be, in inches.
    """
    for label, text, length in zip(
        (target.xaxis.label, target.yaxis.label), (axes.xlabel, axes.ylabel), room, strict=True
    ):
        text, size = fit(text, length)
        label.set(text=text, fontsize=size)


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
        middle = len(broken[-1]) + 1 + len(word) / 2  # of the word, behind a space
        if broken[-1] and len(broken) < lines and middle > width:
            broken.append(word)
        else:
            broken[-1] = f"{broken[-1]} {word}".strip()
    return broken
