"""The checks of problem set 1: the cost, its sensitivity with a sigmoid, and with softmax."""

import numpy as np

from mlpteach.exercise.diagnosis import unchanged_check, values_check
from mlpteach.exercise.protocol import Call, Check
from mlpteach.exercise.reading import read_sheet

SHEET = read_sheet("ps1_cross_entropy")
_V2 = "sensitivity_cross_entropy"


def _targets(rng, shape, first=None):
    """Wanted outputs, 0.0 or 1.0, both in every row and column; `first` decides how they begin."""
    rows, columns = np.indices(shape)
    first = rng.integers(2) if first is None else first
    return ((rows + columns + first) % 2).astype(float)


def _outputs(rng, shape):
    """Outputs of sigmoids that are not saturated: 1e-8 beside a slope is never seen."""
    return rng.uniform(0.15, 0.85, shape)


def _costs(rng):
    for shape in [(1, 1), (3, 1), (1, 4), (2, 3)]:
        # Not so near to 1 that a guard of 1e-8 in a logarithm is seen now and then.
        A3 = rng.uniform(0.15, 0.85, shape)
        call = Call("cost_cross_entropy", (_targets(rng, shape), A3))
        yield f"for {_shape_in_words(shape)}", call
    shape = (40, 8)
    Y = _targets(rng, shape)
    far = rng.uniform(0.08, 0.15, shape)
    # One of each kind, so wrong that whoever clips logarithms, or outputs at 0.001, is seen. In so
    # large a sum, whoever adds 1e-8 isn't.
    far[rng.integers(40), :2] = 8e-4
    yield "where all outputs are wrong", Call("cost_cross_entropy", (Y, np.abs(1 - Y - far)))


def _shape_in_words(shape):
    outputs, instances = shape
    return (
        f"{outputs} output{'s' if outputs > 1 else ''} and "
        f"{instances} instance{'s' if instances > 1 else ''}"
    )


def _one_instance(rng):
    for shape in [(1, 1), (4, 1)]:
        for first in rng.permutation(2):  # a single output is once to be 0 and once to be 1
            call = Call(_V2, (_targets(rng, shape, first), _outputs(rng, shape)))
            yield f"for {_shape_in_words(shape)}", call


def _batch(rng):
    for shape in [(3, 4), (1, 5)]:
        Y, A3 = _targets(rng, shape), _outputs(rng, shape)
        yield f"for {_shape_in_words(shape)}", Call(_V2, (Y, A3))
        yield f"for {_shape_in_words(shape)}, Y of whole numbers", Call(_V2, (Y.astype(int), A3))


def _saturated(rng):
    shape = (2, 5)
    Y = _targets(rng, shape)
    yield "where saturated outputs are wrong", Call(_V2, (Y, 1.0 - Y))
    # Some right, some wrong, some in between.
    kind = np.arange(shape[1]) % 3
    # These on both sides of 1/2, so that whoever cuts off is told from whoever rounds.
    between = rng.permutation([[0.15], [0.55]]) + rng.uniform(0.0, 0.3, shape)
    A3 = np.select([kind == 0, kind == 1], [Y, 1 - Y], between)
    yield "where some outputs are saturated", Call(_V2, (Y, A3))


def _arguments(rng):
    for shape in [(3, 1), (2, 4)]:
        call = Call(_V2, (_targets(rng, shape), _outputs(rng, shape)))
        yield f"for {_shape_in_words(shape)}", call


def _softmax(rng):
    for shape in [(3, 1), (4, 3), (2, 5)]:
        yield f"for {_shape_in_words(shape)}", Call("softmax", (rng.normal(0, 2, shape),))
    large = rng.permuted(np.tile([[8.0], [6.0], [-8.0]], 4), axis=0) + rng.normal(0, 0.3, (3, 4))
    yield "where z is of size 8", Call("softmax", (large,))
    far = rng.normal(0, 2, (3, 3)) + np.array([1000.0, 0.0, -1000.0])
    yield "where z is very large or very small", Call("softmax", (far,))
    apart = rng.normal(0, 2, (3, 3)) + np.array([[900, 0, -900], [0, -900, 900], [-900, 900, 0]])
    yield "where the outputs of one instance are far apart", Call("softmax", (apart,))


def _sensitivity_softmax(rng):
    for instances in (1, 4):
        Y = np.eye(3)[:, rng.integers(3, size=instances)]
        call = Call("sensitivity_softmax", (Y, rng.normal(0, 1.5, (3, instances))))
        yield f"for {_shape_in_words((3, instances))}", call
    Z = rng.permuted(np.tile([[18.0], [16.0], [-18.0]], 4), axis=0)
    yield "where z is of size 18", Call("sensitivity_softmax", (np.eye(3)[:, [0, 1, 2, 0]], Z))


def _values(id, title, function, points, scenario, **options):
    return Check(id, title, (function,), points, values_check(SHEET, scenario, **options))


CHECKS = {
    check.id: check
    for check in (
        _values("v2_cost", "the cost J", "cost_cross_entropy", 2, _costs),
        _values("v2_one_instance", "V^(2) of one instance", _V2, 4, _one_instance,
                in_place_counts=False),
        _values("v2_batch", "V^(2) of a batch", _V2, 4, _batch, in_place_counts=False),
        _values("v2_saturated", "saturated outputs", _V2, 2, _saturated, in_place_counts=False),
        Check("v2_inputs_unchanged", "the arguments stay as they are", (_V2,), 1,
              unchanged_check(SHEET, _arguments)),
        _values("v2_softmax_outputs", "softmax", "softmax", 2, _softmax),
        _values("v2_softmax", "V^(2) with softmax", "sensitivity_softmax", 3,
                _sensitivity_softmax, helpers={"softmax": _softmax}),
    )
}  # fmt: skip
