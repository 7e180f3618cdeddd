"""Wrong values of what many calls take, and what is said of them."""

import numpy as np
import pytest
from examples import instances

import mlpteach as mt

X, Y = instances()
NET = mt.MLP((4, 5, 3))
NAN, INF = float("nan"), float("inf")
HOLED = X.copy()
HOLED[3, 2] = NAN
ENDLESS = X.copy()
ENDLESS[0, 1] = -INF


def check(call, error, *messages):
    with pytest.raises(error) as caught:
        call()
    for message in messages:
        assert message in str(caught.value)


# Wrong values of what many calls take.
BAD_COUNT = [
    (0, ValueError, "must be a whole number >= 1", "given 0"),
    (-3, ValueError, "must be a whole number >= 1", "given -3"),
    (2.0, TypeError, "must be a whole number >= 1", "given 2.0 (float)"),
    ("3", TypeError, "must be a whole number >= 1", "given '3' (str)"),
    (10**12, ValueError, "must be a whole number >= 1 and <= 1000000000", "given 1000000000000"),
    (10**9999, ValueError, "a whole number >= 1 and <= 1000000000", "thousands of digits"),
    (True, TypeError, "must be a whole number >= 1", "given True (bool)"),
]
BAD_SEED = [
    (-1, ValueError, "seed must be a whole number >= 0", "given -1"),
    (None, TypeError, "seed must be a whole number >= 0", "given None"),
    (1.5, TypeError, "seed must be a whole number >= 0", "given 1.5 (float)"),
]
BAD_X = [
    (X.astype(int), TypeError, "X must hold floats", "int64", "X.astype(float)"),
    (X > 0, TypeError, "X must hold floats", "bool"),
    (X.astype(complex), TypeError, "X must be an array of floats", "complex128"),
    (X.astype(str), TypeError, "X must be an array of floats", "shape (20, 4)"),
    ("digits", TypeError, "X must be an array of floats", "given 'digits' (str)"),
    (None, TypeError, "X must be an array of floats", "given None"),
    ([[1.0, 2.0], [3.0]], TypeError, "X must be an array of floats", "given [[1.0, 2.0], [3.0]]"),
    (HOLED, ValueError, "X must be finite", "nan at index (3, 2)"),
    (ENDLESS, ValueError, "X must be finite", "-inf at index (0, 1)"),
    (X.T, ValueError, "X must have shape (any, 4)", "given shape (4, 20)"),
    (X[0], ValueError, "X must have shape (any, 4)", "given shape (4,)"),
    (X[None], ValueError, "X must have shape (any, 4)", "given shape (1, 20, 4)"),
    (X[:0], ValueError, "X must not be empty", "given shape (0, 4)"),
]
BAD_Y = [
    (Y[:-1], ValueError, "y must have one label or one row for each of the 20", "shape (19,)"),
    (Y[:, None], ValueError, "y must have 3 columns", "given shape (20, 1)"),
    (np.eye(4)[Y], ValueError, "y must have 3 columns", "given shape (20, 4)"),
    (np.eye(3)[Y].T, ValueError, "for each of the 20 instances", "given shape (3, 20)"),
    (np.eye(3)[Y][None], ValueError, "for each of the 20 instances", "given shape (1, 20, 3)"),
    (Y + 1, ValueError, "y must hold labels 0 … 2", "3 outputs", "given label 3"),
    (Y - 1, ValueError, "y must hold labels 0 … 2", "given label -1"),
    (np.where(Y == 2, 1e300, Y), ValueError, "y must hold labels 0 … 2", "given label 1e+300"),
    (Y + 0.5, TypeError, "y must hold whole labels 0 … 2", "given fractions"),
    (np.where(Y == 2, NAN, Y), ValueError, "y must be finite"),
    (Y.astype(str), TypeError, "y must hold labels 0, 1, … or one-hot rows", "shape (20,)"),
    (None, TypeError, "y must hold labels 0, 1, … or one-hot rows", "given None"),
    (3, ValueError, "one label or one row for each of the 20", "shape ()"),
    ([[1, 0, 0], [0, 1]] * 10, TypeError, "y must hold labels 0, 1, … or one-hot rows"),
    (2 * np.eye(3)[Y], ValueError, "y must lie in [0, 1] for loss='cross_entropy'", "given 2"),
    (-np.eye(3)[Y], ValueError, "y must lie in [0, 1]", "given -1"),
]
BAD_LOSS = [
    ("crossentropy", ValueError, "loss='crossentropy' is unknown", "mean 'cross_entropy'?"),
    (None, TypeError, "loss must be one of mse, cross_entropy", "given None"),
]
BAD_L2 = [
    (-0.1, ValueError, "l2 must be in [0, inf)", "given -0.1"),
    (NAN, ValueError, "l2 must be in [0, inf)", "given nan"),
    (INF, ValueError, "l2 must be in [0, inf)", "given inf"),
    ("0", TypeError, "l2 must be a number in [0, inf)", "given '0' (str)"),
    (True, TypeError, "l2 must be a number", "given True"),
]
BAD_RULE = [
    ("adma", ValueError, "rule='adma' is unknown", "gd, momentum", "Did you mean 'adam'?"),
    (None, TypeError, "rule must be one of gd, momentum", "given None"),
    (3, TypeError, "rule must be one of gd, momentum", "given 3 (int)"),
]
BAD_SCHEDULE = [
    ("colling", ValueError, "schedule='colling' is unknown", "Did you mean 'cooling'?"),
    (0.1, TypeError, "schedule must be None, one of constant, cooling", "given 0.1 (float)"),
]
BAD_PROGRESS = [(1, TypeError, "progress must be True or False", "given 1 (int)")]


def parameters(**tables):
    return pytest.mark.parametrize(
        ("name", "value", "error", "messages"),
        [
            pytest.param(name, case[0], case[1], case[2:], id=f"{name}-{number}")
            for name, table in tables.items()
            for number, case in enumerate(table)
        ],
    )


def tensor_that_records(values):
    """What np.asarray meets in a tensor of PyTorch that requires a gradient."""

    class Tensor:
        def __array__(self, *arguments, **options):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

        def __repr__(self):
            return f"tensor({values}, requires_grad=True)"

    return Tensor()
