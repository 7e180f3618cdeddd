"""Matrices of every step: too large to travel all at once, fetched when they are looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from mlpteach.basics.arguments import check_count, describe
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.views.checks import check_array, check_dict, check_shape, check_text

# Frames that travel with the history; the page asks for others when it gets there.
HISTORY_BYTES = 96_000
# Frames that are looked through for the limits of colours.
SAMPLE_BYTES = 8 * 2**20
# Steps of a history all of whose frames are computed again at once; more would take its time.
REPLAYED_STEPS = 320


@dataclass(frozen=True, eq=False)
class Frames:
    """The matrices of a history, step by step.

    Attributes
    ----------
    steps : int
    fields : dict of str to (int, int)
        Name -> (rows, columns), in the order of a frame.
    read : callable
        (first, last) -> ndarray (last - first + 1, size): the frames of the steps first … last.
    select : str
        Name of the field whose entries can be chosen by row and column.
    stride : int
        The steps 1, 1 + stride, 1 + 2 stride … are read fast, those between are computed again.
    choices : (int, int), optional
        How many rows and columns can be chosen where `select` names no field.
    ways : dict of str to ndarray of int
        What follows from the row chosen, an entry for each; of a network's parameters see
        :func:`mlpteach.study.back_propagation.ways`.
    travelling : int
        Bytes of frames that travel with the history.
    """

    steps: int
    fields: dict[str, tuple[int, int]]
    read: Callable[[int, int], np.ndarray]
    select: str = ""
    stride: int = 1
    choices: tuple[int, int] | None = None
    ways: Mapping[str, IntArray] = field(default_factory=dict)
    travelling: int = HISTORY_BYTES

    def __post_init__(self):
        check_count("the steps of Frames", self.steps)
        check_count("stride", self.stride)
        if not callable(self.read):
            raise TypeError(f"read must be a function (first, last); given {describe(self.read)}.")
        for name, shape in check_dict("fields", self.fields).items():
            check_shape(f"the field {name!r}", shape)
        if check_text("select", self.select) and self.select not in self.fields:
            known = ", ".join(self.fields)
            raise ValueError(f"select must be a field: {known}; given {self.select!r}.")
        if self.choices is not None:
            check_shape("choices", self.choices)
        check_dict("ways", self.ways)
        check_count("travelling", self.travelling, minimum=0)

    @property
    def choice(self) -> tuple[int, int]:
        """How many rows and columns can be chosen."""
        return self.choices or self.fields.get(self.select, (1, 1))

    @property
    def size(self) -> int:
        """How many numbers one frame holds."""
        return sum(rows * columns for rows, columns in self.fields.values())

    @cached_property
    def held(self):
        """The steps whose frames travel with the history, a list with the first and the last.

        None where a frame is as large as all of these may be: then that of the step shown is all.
        """
        return self._spread(self.travelling) if 8 * self.size <= self.travelling else []

    @cached_property
    def sampled(self):
        """The steps over whose frames limits of colours are taken, with the first and the last."""
        return self._spread(SAMPLE_BYTES)

    @cached_property
    def values(self):
        """The frames of the steps `sampled`, (len(sampled), size)."""
        return self.at(self.sampled)

    def _spread(self, budget):
        if self.stride == 1 or self.steps <= REPLAYED_STEPS:
            return spread(self.steps, 8 * self.size, budget)
        fast = range(1, self.steps + 1, self.stride)
        chosen = spread(len(fast), 8 * self.size, budget)
        return sorted({*(fast[i - 1] for i in chosen), self.steps})

    def at(self, steps: Sequence[int]) -> FloatArray:
        """Return the frames of any ascending `steps`, (len(steps), size)."""
        if len(steps) == self.steps:
            return self.read(1, self.steps)
        if not steps:
            return np.empty((0, self.size))
        return np.concatenate([self.read(k, k) for k in steps])

    def named(self, frames: FloatArray) -> dict[str, FloatArray]:
        """Return field name -> (n, rows, columns) of frames (n, size)."""
        split, start = {}, 0
        for name, (rows, columns) in self.fields.items():
            stop = start + rows * columns
            split[name] = frames[:, start:stop].reshape(-1, rows, columns)
            start = stop
        return split


def frames_of(arrays: Mapping[str, ArrayLike], select: str = "") -> Frames:
    """Return :class:`Frames` of arrays that are at hand.

    Parameters
    ----------
    arrays : dict of str to array_like
        Name of the field -> (steps, rows, columns).
    select : str, optional
        Name of the field whose entries can be chosen.

    Examples
    --------
    >>> frames = frames_of({"W": np.zeros((10, 2, 3))})
    >>> frames.steps, frames.fields
    (10, {'W': (2, 3)})
    """
    checked = {
        name: check_array(f"the field {name!r}", array, (3,))
        for name, array in check_dict("arrays", arrays).items()
    }
    lengths = {name: len(array) for name, array in checked.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"arrays must be of one number of steps; given {lengths or 'none'}.")
    fields = {name: array.shape[1:] for name, array in checked.items()}
    steps = next(iter(lengths.values()))

    def read(first, last):
        parts = [
            array[first - 1 : last].reshape(last - first + 1, -1) for array in checked.values()
        ]
        return np.concatenate(parts, axis=1)

    return Frames(steps, fields, read, select)


def join(*several: Frames) -> Frames:
    """Return one :class:`Frames` of several of the same number of steps; names must differ."""
    fields = {name: shape for frames in several for name, shape in frames.fields.items()}
    if len(fields) < sum(len(frames.fields) for frames in several):
        raise ValueError("frames that are joined must have fields of different names.")

    def read(first, last):
        return np.concatenate([frames.read(first, last) for frames in several], axis=1)

    steps = min(frames.steps for frames in several)
    return Frames(steps, fields, read, several[0].select, max(one.stride for one in several))


def spread(steps, frame_bytes, budget=HISTORY_BYTES):
    """Return the steps whose frames travel with the history: all, or spread with both ends.

    Examples
    --------
    >>> spread(5, frame_bytes=1), spread(10, frame_bytes=1, budget=4)
    ([1, 2, 3, 4, 5], [1, 4, 7, 10])
    """
    count = min(steps, max(2, budget // max(1, frame_bytes)))
    return sorted({round(k) for k in np.linspace(1, steps, count)}) if steps else []
