"""Arrays that a training fills anew at every update.

What the updates of a training compute nobody keeps: what a reader looks at is computed again. So
they share their arrays, which stay in the cache, while each Step gets arrays of its own. Both go
through the same lines, so the numbers are the same to the bit.
"""

from functools import cached_property

import numpy as np

from mlpteach.basics.arrays import FloatArray
from mlpteach.basics.parameters import ParameterLayout


class Workspace:
    """Arrays that the evaluation of a network on `n` instances fills.

    Attributes
    ----------
    X, Y : ndarray, shape (n, n_inputs) and (K, n)
        The batch, instances as rows of X and columns of Y.
    Z : list of ndarray
        Z^(1) … Z^(L), instances as columns.
    gradient : ndarray, shape (n_parameters,)
    slopes : list of (ndarray, ndarray)
        Its matrices.
    """

    def __init__(self, layout: ParameterLayout, n: int) -> None:
        self.n = n
        self.shapes = [shape for _, shape, _ in layout.slices]
        self.Z = [np.empty((n_out, n)) for n_out, _ in self.shapes]
        self.gradient = np.empty(layout.size)
        self.slopes = layout.matrices(self.gradient)

    @cached_property
    def X(self) -> FloatArray:
        return np.empty((self.n, self.shapes[0][1]))

    @cached_property
    def Y(self) -> FloatArray:
        return np.empty((self.shapes[-1][0], self.n))


class Workspaces(dict[int, Workspace]):
    """A :class:`Workspace` for each number of instances, made when it is asked for."""

    def __init__(self, layout: ParameterLayout) -> None:
        super().__init__()
        self.layout = layout

    def __missing__(self, n: int) -> Workspace:
        self[n] = Workspace(self.layout, n)
        return self[n]
