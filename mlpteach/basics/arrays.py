"""What annotations call an array; its shape and meaning stand in the docstring beside it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int_]
BoolArray = NDArray[np.bool_]
ArrayFunction = Callable[[FloatArray], FloatArray]
