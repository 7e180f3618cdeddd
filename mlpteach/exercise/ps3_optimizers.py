"""The checks of problem set 3: five optimizers, each in the form the sheet states."""

import numpy as np

from mlpteach.exercise.diagnosis import values_check
from mlpteach.exercise.protocol import Call, Check
from mlpteach.exercise.reading import read_sheet
from mlpteach.exercise.replies import as_state

SHEET = read_sheet("ps3_optimizers")


def _signs(rng, shape):
    return rng.choice([-1.0, 1.0], shape)


def _gradient(rng, shape):
    """Gradients of several sizes and both signs, none near 0, one as steep as a cliff."""
    size = rng.uniform(0.3, 3.0, shape)
    size.flat[rng.integers(size.size)] = rng.uniform(300, 600)  # whoever clips gradients is seen
    return _signs(rng, shape) * size


def _velocity(rng, shape):
    """Velocities of both signs, one of them far ahead of the others."""
    size = rng.uniform(0.1, 0.5, shape)
    size.flat[rng.integers(size.size)] = rng.uniform(12, 16)
    return _signs(rng, shape) * size


def _weights(rng, shape):
    """Weights of both signs, one of them large: whoever clips weights is seen."""
    W = rng.uniform(-2, 2, shape)
    W.flat[rng.integers(W.size)] = _signs(rng, ()) * rng.uniform(11, 14)
    return W


def _mean_square(rng, shape):
    square = rng.uniform(0.2, 2.0, shape)
    square.flat[rng.integers(square.size)] = rng.uniform(50, 80)
    return square


def _updates(function, memories, hypers):
    """Return a scenario: updates from the start, then one in the middle with other numbers.

    Parameters
    ----------
    function : str
    memories : tuple of callable
        For each array the rule remembers, (rng, shape) -> a value in the middle of a run.
    hypers : dict of str to (low, high)
        Hyper-parameters to change one after the other.
    """

    def scenario(rng):
        shape = (2, 3)
        state = (rng.uniform(-2, 2, shape), *[np.zeros(shape)] * len(memories))
        for k in range(1, 5):
            W, *memory = state
            G = _gradient(rng, shape)
            if k == 3:  # one weight feels nothing: what it remembers goes on all the same
                G.flat[rng.integers(G.size)] = 0.0
            call = Call(function, (W, G, *memory))
            came_back = yield f"at update k = {k}", call
            # From something else where that is impossible: what is right once proves little.
            state = as_state(came_back, shape, 1 + len(memories)) or (
                rng.uniform(-2, 2, shape),
                *[memory(rng, shape) for memory in memories],
            )
        for number, (changed, interval) in enumerate(hypers.items()):
            shape = ((3, 1), (4,))[number % 2]
            W, G = _weights(rng, shape), _gradient(rng, shape)
            memory = [memory(rng, shape) for memory in memories]
            chosen = {changed: float(rng.uniform(*interval))}
            call = Call(function, (W, G, *memory), chosen)
            yield f"in the middle of a run, with another {changed}", call
        if "eps" in hypers:  # where the eps that holds when none is given decides
            W, zero = rng.uniform(-2, 2, (2, 2)), np.zeros((2, 2))
            nothing = [zero] * len(memories)
            yield "where no gradient was ever seen", Call(function, (W, zero, *nothing))
            tiny = _signs(rng, (2, 2)) * rng.uniform(1e-4, 3e-4, (2, 2))
            yield "where gradients are tiny", Call(function, (W, tiny, *nothing))
        else:  # whoever rounds is seen
            tiny = [1e-5 * _weights(rng, (2, 2)) for _ in range(2 + len(memories))]
            yield "where all numbers are tiny", Call(function, tuple(tiny))

    return scenario


def _look_ahead(rng):
    for shape in [(2, 3), (4,), (4, 1)]:
        W, v = _weights(rng, shape), _velocity(rng, shape)
        yield f"for arrays of shape {shape}", Call("look_ahead", (W, v))
    chosen = {"beta": float(rng.uniform(0.2, 0.6))}
    yield "with another beta", Call("look_ahead", (W, v), chosen)
    yield "where all numbers are tiny", Call("look_ahead", (1e-5 * W, 1e-5 * v))


_VELOCITY = {"eta": (1.1, 1.5), "beta": (0.2, 0.6)}
_LARGE_EPS = (0.8, 1.6)  # as large as what it is added to, so that its place can be seen
_LARGE_ETA = (12.0, 18.0)  # whoever clips steps is seen
_SCENARIOS = {
    "opt_momentum": ("momentum_update", (_velocity,), _VELOCITY),
    "opt_nesterov": ("nesterov_update", (_velocity,), _VELOCITY),
    "opt_adagrad": ("adagrad_update", (_mean_square,), {"eta": _LARGE_ETA, "eps": _LARGE_EPS}),
    "opt_rmsprop": (
        "rmsprop_update",
        (_mean_square,),
        {"eta": _LARGE_ETA, "gamma": (0.3, 0.45), "eps": _LARGE_EPS},
    ),
    "opt_adadelta": (
        "adadelta_update",
        (_mean_square, _mean_square),
        {"gamma": (0.3, 0.45), "eps": _LARGE_EPS},
    ),
}


def _values(id, title, points):
    function, *_ = _SCENARIOS[id]
    return Check(id, title, (function,), points, values_check(SHEET, _updates(*_SCENARIOS[id])))


CHECKS = {
    check.id: check
    for check in (
        _values("opt_momentum", "momentum with a velocity", 4),
        Check("opt_look_ahead", "where Nesterov looks", ("look_ahead",), 2,
              values_check(SHEET, _look_ahead)),
        _values("opt_nesterov", "Nesterov's update", 4),
        _values("opt_adagrad", "AdaGrad", 4),
        _values("opt_rmsprop", "RMSProp", 4),
        _values("opt_adadelta", "AdaDelta as Zeiler published it", 5),
    )
}  # fmt: skip
