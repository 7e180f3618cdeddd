"""Data and networks that dashboards start from when they are given none."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import as_numbers, check_count, check_floats, describe
from mlpteach.run.network import MLP
from mlpteach.tables import datasets

# More is a mistake in y rather than a wish, and its network would fill the memory.
MOST_CLASSES = 1000


def check_data(
    X: ArrayLike | None, y: ArrayLike | None, part: slice = slice(None)
) -> tuple[Any, Any]:
    """Return X and y; a part of the digits where both are None."""
    if (X is None) != (y is None):
        name, given = ("X", X) if y is None else ("y", y)
        raise ValueError(
            f"give both X and y, or neither for the digits; given only {name}, {describe(given)}."
        )
    if X is not None:
        return X, y
    X, y = datasets.digits()
    return X[part], y[part]


def are_digits(X: object, y: object) -> bool:
    """Whether X and y are the digits, all of them and in their order."""
    digits = datasets.digits()
    return all(
        isinstance(given, np.ndarray) and np.array_equal(given, known)
        for given, known in zip((X, y), digits, strict=True)
    )


def check_net(net: MLP | None, X: ArrayLike, y: ArrayLike) -> MLP:
    """Return `net`; one hidden layer of 30 sigmoids that fits X and y where it is None."""
    if net is None:
        inputs = check_floats("X", X, ndim=2).shape[1]
        return MLP((inputs, 30, outputs_for(y)), seed=1)
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an mlpteach.MLP; given {describe(net)}.")
    return net


def check_layer(layer: int | None, net: MLP) -> int:
    """Return `layer`, from 1; the last one where it is None."""
    layers = len(net.sizes) - 1
    return layers if layer is None else check_count("layer", layer, maximum=layers)


def outputs_for(y: ArrayLike) -> int:
    """Return how many outputs fit labels or one-hot rows; two classes need only one."""
    array = as_numbers("y must hold labels 0, 1, … or one-hot rows", y)
    if array.ndim not in (1, 2) or array.size == 0:
        raise ValueError(f"y must have one label or row per instance; given shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError("y must be finite; given NaN or infinity.")
    classes = array.shape[1] if array.ndim == 2 else _classes(array)
    if classes > MOST_CLASSES:
        raise ValueError(
            f"y asks for {classes} outputs, allowed are at most {MOST_CLASSES} without a network; "
            f"give net for more."
        )
    return classes if classes > 2 or array.ndim == 2 else 1


def _classes(labels):
    wrong = labels[labels != np.round(labels)]
    if wrong.size:
        raise TypeError(
            f"y must hold whole labels 0, 1, …; given {wrong[0]:g}. For other targets give net."
        )
    if labels.min() < 0:
        raise ValueError(f"y must hold whole labels 0, 1, …; given {labels.min():g}.")
    return int(labels.max()) + 1
