"""One flat vector holds all weights and biases; a layout says where each matrix lies in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from mlpteach.basics.arrays import FloatArray


class Layers(Mapping[int, FloatArray]):
    """Arrays of the layers, counted from 1 as on the slides: ``A[1]`` … ``A[len(A)]``.

    Examples
    --------
    >>> A = Layers([np.zeros(2), np.ones(3)])
    >>> A[2]
    array([1., 1., 1.])
    """

    def __init__(self, arrays: Iterable[FloatArray]) -> None:
        self._arrays = tuple(arrays)

    def __getitem__(self, layer: int) -> FloatArray:
        if not isinstance(layer, (int, np.integer)) or not 1 <= layer <= len(self._arrays):
            raise KeyError(f"layer {layer!r}: layers are counted 1 … {len(self._arrays)}")
        return self._arrays[layer - 1]

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, len(self._arrays) + 1))

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return "Layers(" + ", ".join(f"{i}: {a.shape}" for i, a in self.items()) + ")"


class ParameterLayout:
    """Where W^(l) and b^(l) lie in the flat parameter vector θ = (W1, b1, W2, b2, …).

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer, inputs first; empty for a plain vector without matrices.
    """

    def __init__(self, sizes: Sequence[int] = ()) -> None:
        self.slices = []  # (slice of W, shape of W, slice of b), a layer each
        start = 0
        for n_in, n_out in pairwise(sizes):
            middle = start + n_out * n_in
            stop = middle + n_out
            self.slices.append((slice(start, middle), (n_out, n_in), slice(middle, stop)))
            start = stop
        self.size = start

    def matrices(self, flat: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
        """Return views [(W1, b1), …] of `flat`: W (n_out, n_in), b as a column (n_out, 1)."""
        return [(flat[w].reshape(shape), flat[b, None]) for w, shape, b in self.slices]

    def where(self, index: int) -> str:
        """Name the entry `index` of the flat vector, such as ``W^(1)[3, 17]``."""
        for layer, (w, shape, b) in enumerate(self.slices, start=1):
            if w.start <= index < w.stop:
                row, column = divmod(index - w.start, shape[1])
                return f"W^({layer})[{row}, {column}]"
            if b.start <= index < b.stop:
                return f"b^({layer})[{index - b.start}]"
        return f"theta[{index}]"


@dataclass(frozen=True, eq=False)
class Parameters:
    """An array shaped like the parameters: as one vector and, for a network, as matrices.

    Attributes
    ----------
    flat : ndarray, shape (n_parameters,), read-only
    layout : ParameterLayout
    W, b : Layers
        W[l] of shape (n_{l+1}, n_l) and b[l] of shape (n_{l+1},), views of `flat`, l = 1 … L.
    """

    flat: FloatArray
    layout: ParameterLayout

    def __post_init__(self) -> None:
        self.flat.flags.writeable = False

    def __reduce__(self):
        return Parameters, (self.flat, self.layout)  # so that a copy is read-only, too

    @cached_property
    def W(self) -> Layers:
        return Layers(W for W, _ in self.layout.matrices(self.flat))

    @cached_property
    def b(self) -> Layers:
        return Layers(b[:, 0] for _, b in self.layout.matrices(self.flat))

    def __repr__(self) -> str:
        return f"Parameters({self.flat.size} numbers)"
