"""A network as matplotlib draws it, with the numbers of one instance at one step."""

from itertools import pairwise, product

import numpy as np

from mlpteach.views.axis_labels import FONT_SIZE, fit
from mlpteach.views.colors import color_table
from mlpteach.views.plane import unpacked

# Shares of the drawing: half a unit's box, and how much of a layer's height it may take.
_HALF, _FILLED = 0.034, 0.36
# How many results of lines stand side by side, and how high each is, in inches.
_RESULTS, _RESULT_HEIGHT = 7, 1.1


def draw_diagram(target, diagram, at, labels):
    """Draw a :class:`~mlpteach.views.panels.Diagram` into a matplotlib ``Axes``.

    Parameters
    ----------
    target : matplotlib.axes.Axes
    diagram : Diagram
    at : Moment
    labels : (float, float)
        Width and height, in inches, that are free.
    """
    target.axis("off")
    target.set(xlim=(-0.04, 1.04), ylim=(1.0, 0.0))
    target.set_title(fit(diagram.title, labels[0])[0], fontsize=FONT_SIZE)
    places = _places(diagram.sizes)
    _draw_weights(target, diagram, at, places)
    first = 0
    for layer, size in enumerate(diagram.sizes, start=1):
        for unit in range(size):
            _draw_unit(target, diagram, at, layer, unit, places[layer, unit])
            if layer > 1:
                _draw_map(target, diagram, at, first + unit, places[layer, unit])
        first += size if layer > 1 else 0


def _places(sizes):
    """Return (layer, unit) -> place of all units, layers from 1 and units from 0."""
    across = np.linspace(0.0, 1.0, len(sizes))
    return {
        (layer, unit): (across[layer - 1], (unit + 0.5) / size)
        for layer, size in enumerate(sizes, start=1)
        for unit in range(size)
    }


def _draw_weights(target, diagram, at, places):
    """Draw a line for each weight: red where it is positive, blue where negative."""
    W, start = at.frame["W"].ravel(), 0
    strongest = np.abs(W).max() or 1.0
    table = color_table("signed") / 255
    for layer, (n_in, n_out) in enumerate(pairwise(diagram.sizes), start=1):
        for unit, seen in product(range(n_out), range(n_in)):
            w = W[start + n_in * unit + seen]
            (x, y), (to_x, to_y) = places[layer, seen], places[layer + 1, unit]
            look = {"color": table[40 if w < 0 else 215], "lw": 0.4 + 4.0 * abs(w) / strongest}
            target.plot([x, to_x], [y, to_y], alpha=0.6, zorder=1, **look)
        start += n_out * (n_in + 1)


def _draw_unit(target, diagram, at, layer, unit, place):
    """Write a unit's numbers; of an input its own."""
    x, y = place

    def number(letter, layer):
        return f"{at.frame[f'{letter}{layer}'][unit, at.column]:.3g}"

    write = {"fontsize": FONT_SIZE - 3, "zorder": 4}
    if layer == 1:
        box = {"boxstyle": "circle", "facecolor": "white"}
        words = f"$x_{unit + 1}$\n{number('A', 1)}"
        target.text(x, y, words, ha="center", va="center", bbox=box, **write)
        return
    words = f"z {number('Z', layer - 1)}\na {number('A', layer)}\nv {number('V', layer - 1)}"
    chosen = at.way[f"unit{layer}"] == unit
    weight = "bold" if chosen else "normal"
    target.text(x + 1.15 * _HALF, y, words, va="center", fontweight=weight, **write)


def matrices_height(matrices):
    """Return how high all results take to be drawn, in inches."""
    return 0.4 + _RESULT_HEIGHT * -(-len(_results(matrices)) // _RESULTS)


def _results(matrices):
    """Return the matrices that the lines compute, each once."""
    return list(dict.fromkeys(line[0] for line in matrices.lines))


def draw_matrices(target, matrices, at, labels):
    """Draw what every line of :class:`~mlpteach.views.panels.Matrices` computes."""
    target.axis("off")
    target.set_title(fit(matrices.title, labels[0])[0], fontsize=FONT_SIZE, loc="left")
    found = _results(matrices)
    rows = -(-len(found) // _RESULTS)
    for i, matrix in enumerate(found):
        row, column = divmod(i, _RESULTS)
        box = column / _RESULTS, 1 - (row + 0.75) / rows, 0.85 / _RESULTS, 0.6 / rows
        _draw_matrix(target.inset_axes(box), matrix, at)


def _draw_matrix(target, matrix, at):
    from matplotlib.colors import ListedColormap

    values = at.frame[matrix.field].ravel()[matrix.start :][: matrix.rows * matrix.columns]
    limit = np.nanmax(np.abs(values), initial=0.0) or 1.0
    target.imshow(
        values.reshape(matrix.rows, matrix.columns), vmin=-limit, vmax=limit, aspect="auto",
        cmap=ListedColormap(color_table("signed") / 255),
    )  # fmt: skip
    target.set(xticks=[], yticks=[])
    target.set_title(f"{matrix.text}, ±{limit:.3g}", fontsize=FONT_SIZE - 3)


def _draw_map(target, diagram, at, row, place):
    """Draw a unit's map as its box."""
    from matplotlib.colors import ListedColormap

    x, y = place
    levels = unpacked(at.frame[diagram.maps])[row].reshape(diagram.cells)
    high = min(_FILLED / max(diagram.sizes), 2.0 * _HALF)
    target.imshow(
        levels, extent=(x - _HALF, x + _HALF, y + high, y - high), origin="lower", vmin=-1, vmax=1,
        cmap=ListedColormap(color_table("signed") / 255), aspect="auto", zorder=3,
    )  # fmt: skip
