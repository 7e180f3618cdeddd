"""The plane of two inputs: the data in it, and what a network says of each of its places."""

import hashlib
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arrays import FloatArray
from mlpteach.run.problem import NetworkProblem
from mlpteach.tables.activations import Activation
from mlpteach.views.axis import limits
from mlpteach.views.colors import color_table
from mlpteach.views.panels import Axes

# Of the classes 0, 1, …
_MARKERS = "soD^vXP*"
# Strength of the colours of the data; a map below them is fainter.
_STRENGTH = 0.8


def plane_axes(problem: NetworkProblem) -> Axes:
    """Return axes with the data of a problem, whose inputs are two."""
    X = problem.X
    levels = class_levels(problem)
    drawn = hashlib.sha1(X.tobytes() + levels.tobytes()).hexdigest()
    return Axes(
        "$x_1$", "$x_2$", limits(X[:, 0], signed=True), limits(X[:, 1], signed=True), shape="small",
        draw=partial(_draw_data, X, levels), key=f"plane {drawn}",
    )  # fmt: skip


def class_levels(problem: NetworkProblem) -> FloatArray:
    """Return where each instance's class lies among all, -1 … 1 (n,); of other targets, y itself.

    Two classes are -1 and 1.
    """
    if problem.labels is None:
        return (problem.Y[0] - middle(problem)) / reach(problem)
    return level_of(problem.labels, len(problem.Y))


def level_of(labels: ArrayLike, outputs: int) -> FloatArray:
    """Return the level of classes, -1 … 1, in a network with so many outputs.

    Examples
    --------
    >>> level_of([0, 1], 1), level_of([0, 1, 2], 3)
    (array([-1.,  1.]), array([-1.,  0.,  1.]))
    """
    return 2.0 * np.asarray(labels) / max(outputs - 1, 1) - 1.0


def _draw_data(X, levels, target):
    table = color_table("signed") / 255
    found = np.unique(levels)
    for i, level in enumerate(found[: len(_MARKERS)] if len(found) <= len(_MARKERS) else found):
        shade = table[round(255 * (0.5 + 0.5 * _STRENGTH * float(np.clip(level, -1.0, 1.0))))]
        marker = _MARKERS[i] if len(found) <= len(_MARKERS) else "o"
        look = {"color": [shade], "marker": marker, "edgecolors": "white", "linewidths": 0.5}
        target.scatter(*X[levels == level].T, s=16, **look)


def middle(problem: NetworkProblem) -> float:
    """Return the output between both classes; of other targets, the middle of all."""
    if problem.threshold is not None:
        return problem.threshold
    return float(0.5 * (problem.Y.min() + problem.Y.max()))


def reach(problem: NetworkProblem) -> float:
    """Return how far the targets of a single output lie from their middle."""
    return float(0.5 * (problem.Y.max() - problem.Y.min())) or 1.0


def leaning(problem: NetworkProblem, A: FloatArray) -> FloatArray:
    """Return what outputs A (K, n) say, -1 … 1 from the first class to the last, (n,).

    One output: how far above the middle of its targets. Two: the second minus the first. More: the
    level of the largest. 0 lies on the boundary between two classes.
    """
    if len(A) == 1:
        return (A[0] - middle(problem)) / reach(problem)
    if len(A) == 2:
        return A[1] - A[0]
    return level_of(A.argmax(axis=0), len(A))


def margins(A: FloatArray) -> FloatArray:
    """Return how far the largest of outputs A (K, n) lies above the next, as levels -1 … 1 (n,).

    -1 lies on the boundary between two classes; 1 is the largest margin of all.

    Examples
    --------
    >>> margins(np.array([[0.0, 4.0], [1.0, 1.0], [1.0, 0.0]]))
    array([-1.,  1.])
    """
    if len(A) < 2:
        return np.ones(A.shape[1])
    second, first = np.sort(A, axis=0)[-2:]
    found = first - second
    largest = np.nanmax(found, initial=0.0)
    return 2.0 * found / (largest or 1.0) - 1.0


def places(axes: Axes, rows: int, columns: int) -> FloatArray:
    """Return the middles of equal cells of the plane, (rows * columns, 2), the lowest row first.

    Examples
    --------
    >>> places(Axes("", "", (0.0, 4.0), (0.0, 2.0)), 1, 2)
    array([[1., 1.], [3., 1.]])
    """
    (left, right), (low, high) = axes.xlim, axes.ylim
    x = left + (right - left) * (np.arange(columns) + 0.5) / columns
    y = low + (high - low) * (np.arange(rows) + 0.5) / rows
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def unit_levels(phi: Activation, A: FloatArray) -> FloatArray:
    """Return activations A (units, n) as -1 … 1: over the range of phi, or of the unit's largest.

    Examples
    --------
    >>> from mlpteach import ACTIVATIONS
    >>> unit_levels(ACTIVATIONS["sigmoid"], np.array([[0.0, 0.75]]))
    array([[-1. ,  0.5]])
    >>> unit_levels(ACTIVATIONS["relu"], np.array([[0.0, 4.0]]))
    array([[0., 1.]])
    """
    low, high = phi.range
    if low is not None and high is not None:
        return (A - 0.5 * (low + high)) / (0.5 * (high - low))
    largest = np.abs(A).max(axis=1, keepdims=True)
    return A / np.where(largest > 0.0, largest, 1.0)
