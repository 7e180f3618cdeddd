"""The checks of problem set 2: Adam's lines one at a time, together, and update after update."""

import numpy as np

from mlpteach.exercise.diagnosis import unchanged_check, values_check
from mlpteach.exercise.earlier_checks import InTurn
from mlpteach.exercise.protocol import Call, Check
from mlpteach.exercise.reading import read_sheet
from mlpteach.exercise.replies import as_state

SHEET = read_sheet("ps2_adam")


def _gradient(rng, shape):
    """Gradients of several sizes and both signs, none near 0, one as steep as a cliff."""
    size = rng.uniform(0.3, 3.0, shape)
    size.flat[rng.integers(size.size)] = rng.uniform(300, 600)  # whoever clips gradients is seen
    return rng.choice([-1.0, 1.0], shape) * size


def _one_larger(rng, array, times):
    """The same numbers, one of them far larger: whoever clips moments or weights is seen."""
    array = array.copy()
    array.flat[rng.integers(array.size)] *= times
    return array


def _with_a_zero(rng, G):
    """The same gradients, but one weight feels nothing: its moments fade all the same."""
    G = G.copy()
    G.flat[rng.integers(G.size)] = 0.0
    return G


def _going_on(rng):
    """W, G, M and V in the middle of a run."""
    W, G = rng.uniform(-2, 2, (2, 2)), _gradient(rng, (2, 2))
    return W, G, rng.uniform(-1, 1, (2, 2)), rng.uniform(0.2, 2, (2, 2))


def _hypers(rng):
    return {
        "eta": float(rng.uniform(1.1, 1.5)),
        "beta1": float(rng.uniform(0.55, 0.8)),
        "beta2": float(rng.uniform(0.85, 0.95)),
    }


def _first_moment(rng):
    for shape in [(2, 3), (4,)]:
        M, G = rng.choice([-1.0, 1.0], shape) * rng.uniform(0.3, 1, shape), _gradient(rng, shape)
        M = _one_larger(rng, M, 80)
        yield f"for arrays of shape {shape}", Call("first_moment", (M, G))
    beta1 = float(rng.uniform(0.3, 0.45))
    yield "with another beta1", Call("first_moment", (M, G), {"beta1": beta1})
    yield "where a gradient is 0", Call("first_moment", (M, _with_a_zero(rng, G)))
    # Whoever rounds is seen, and whoever adds a small number.
    M, G = rng.choice([-1.0, 1.0], (2, 4)) * rng.uniform(1e-4, 3e-4, (2, 4))
    yield "where gradients are tiny", Call("first_moment", (M, G))


def _second_moment(rng):
    for shape in [(3, 3), (4,)]:
        V, G = _one_larger(rng, rng.uniform(0.5, 2, shape), 300), _gradient(rng, shape)
        yield f"for arrays of shape {shape}", Call("second_moment", (V, G))
    beta2 = float(rng.uniform(0.3, 0.45))
    yield "with another beta2", Call("second_moment", (V, G), {"beta2": beta2})
    yield "where a gradient is 0", Call("second_moment", (V, _with_a_zero(rng, G)))
    tiny = rng.choice([-1.0, 1.0], 4) * rng.uniform(1e-4, 3e-4, 4)
    V = rng.uniform(1e-8, 9e-8, 4)
    yield "where gradients are tiny", Call("second_moment", (V, tiny), {"beta2": beta2})


def _late(rng):
    """Number of an update that has still to be corrected."""
    return int(rng.integers(30, 90))


def _very_late(rng):
    """Number of an update at which the second moment has still to be corrected."""
    return int(rng.integers(400, 900))


def _correction(function, beta, signs):
    def scenario(rng):
        # Of both signs in each row: whoever loses the sign is seen, whatever is drawn.
        moment = np.resize(rng.permutation(signs), (2, 2)) * rng.uniform(0.3, 2, (2, 2))
        moment = _one_larger(rng, moment, 500)
        for k in (1, 2, 7):
            yield f"at update k = {k}", Call(function, (moment, k))
        chosen = {beta: float(rng.uniform(0.3, 0.7))}
        yield f"at update k = 3 with another {beta}", Call(function, (moment, 3), chosen)
        yield "at a late update", Call(function, (moment[0], _late(rng)))
        small = 1e-8 * np.abs(moment)  # and tiny: whoever rounds or adds a small number is seen
        yield "at a very late update", Call(function, (small, _very_late(rng)))

    return scenario


def _new_weights(rng):
    for shape in [(4,), (2, 3), (3, 1)]:
        W, M_hat, V_hat = (
            rng.uniform(-2, 2, shape),
            _gradient(rng, shape),
            rng.uniform(0.2, 3, shape),
        )
        yield f"for arrays of shape {shape}", Call("new_weights", (W, M_hat, V_hat))
    eta = float(rng.uniform(1.1, 1.5))
    large = rng.choice([-1.0, 1.0], shape) * rng.uniform(8, 12, shape)
    call = Call("new_weights", (large, M_hat, _one_larger(rng, V_hat, 300), eta))
    yield "with another eta", call
    # Made as large as V_hat, so that its place can be seen.
    eps = float(rng.uniform(0.8, 1.6))
    yield "where eps is large", Call("new_weights", (W, M_hat, V_hat, eta, eps))
    zero = np.zeros_like(W)
    yield "where no gradient was ever seen", Call("new_weights", (W, zero, zero))
    # Where the eps that holds when none is given decides.
    tiny = rng.uniform(1e-4, 3e-4, shape)
    yield "where gradients are tiny", Call("new_weights", (0.01 * W, tiny, tiny**2))


def _one_update(rng):
    for shape in [(2, 3), (3, 1), (4,)]:
        W, G = rng.uniform(-2, 2, shape), _gradient(rng, shape)
        call = Call("adam_update", (W, G, np.zeros(shape), np.zeros(shape), 1))
        yield f"at update k = 1, for arrays of shape {shape}", call
    W, G = _one_larger(rng, rng.choice([-6.0, 6.0], (2, 2)), 2), _gradient(rng, (2, 2))
    M, V = rng.uniform(0.2, 1, (2, 2, 2))
    yield "at update k = 3", Call("adam_update", (W, G, M, V, 3))
    G = _with_a_zero(rng, G)
    gentle = np.abs(G) == np.abs(G[G != 0]).min()
    V = np.where(gentle, 80 * V, V)  # whoever keeps the larger V is seen
    # The first moment's correction fades sooner than the second's.
    for k in (int(rng.integers(15, 30)), _late(rng), _very_late(rng)):
        yield "at a late update, where a gradient is 0", Call("adam_update", (W, G, M, V, k))
    # So small that whoever rounds V is seen; the place of eps is not.
    W, G = rng.uniform(1.5, 2, 4), rng.choice([-1.0, 1.0], 4) * rng.uniform(0.01, 0.03, 4)
    small = Call("adam_update", (W, G, np.zeros(4), np.zeros(4), 1))
    yield "where gradients are small", small


def _several_updates(rng):
    """A weight matrix and its column of biases, each going on from what came back."""
    for name, shape in (("weights", (2, 3)), ("biases", (2, 1))):
        state = (rng.uniform(-2, 2, shape), np.zeros(shape), np.zeros(shape))
        for k in range(1, 7):
            W, M, V = state
            call = Call("adam_update", (W, _gradient(rng, shape), M, V, k))
            came_back = yield f"at update k = {k} of the {name}", call
            # From something else where that is impossible: what is right once proves little.
            state = as_state(came_back, shape, 3) or _some_state(rng, shape)


def _some_state(rng, shape):
    return rng.uniform(-2, 2, shape), rng.uniform(-1, 1, shape), rng.uniform(0.2, 2, shape)


def _other_hypers(rng):
    W, G, M = (rng.uniform(-2, 2, (2, 2)), _gradient(rng, (2, 2)), rng.uniform(-1, 1, (2, 2)))
    V = rng.uniform(0.2, 2, (2, 2))
    for changed in ("eta", "beta1", "beta2"):
        chosen = {changed: _hypers(rng)[changed]}
        yield (
            f"at update k = 3 with another {changed}",
            Call("adam_update", (W, G, M, V, 3), chosen),
        )
    yield (
        "at update k = 4 with other hyper-parameters",
        Call("adam_update", (W, G, M, V, 4), _hypers(rng)),
    )


def _large_eps(rng):
    W, *others = _going_on(rng)
    for k in (2, 5):
        # A small beta2, so that the corrected V is about as large as eps.
        chosen = {"eta": 0.1, "beta2": float(rng.uniform(0.4, 0.6))}
        chosen["eps"] = float(rng.uniform(0.8, 1.6))
        call = Call("adam_update", (W, *others, k), chosen)
        yield f"at update k = {k}, where eps is large", call
    zero = np.zeros((2, 2))
    yield "where no gradient was ever seen", Call("adam_update", (W, zero, zero, zero, 1))
    tiny = rng.choice([-1.0, 1.0], (2, 2)) * rng.uniform(1e-4, 3e-4, (2, 2))
    yield "where gradients are tiny", Call("adam_update", (0.01 * W, tiny, zero, zero, 1))


def _arguments(rng):
    for k in (1, 3):
        W, G, M, V = (rng.uniform(0.5, 2, (2, 3)) for _ in range(4))
        yield f"at update k = {k}", Call("adam_update", (W, G, M, V, k))


def _epochs(rng):
    for start in (rng.uniform(-2, 2, 3), np.array([2, -1, 3])):
        gradients = _gradient(rng, (3, 4, 3))
        # Small and positive: whoever forgets the square or a bracket has one root at least.
        gradients[0, 0, 0] = rng.uniform(0.3, 0.9)
        kind = "whole numbers" if start.dtype.kind == "i" else "floats"
        call = Call("adam_descent", (start, gradients), {"eta": float(rng.uniform(0.05, 0.2))})
        yield f"through 3 epochs of 4 mini-batches, W of {kind}", call
    small = Call("adam_descent", (rng.uniform(-0.01, 0.01, 2), _gradient(rng, (1, 3, 2))))
    yield "with the hyper-parameters of the slide", small
    # eps as large as V_hat: whoever drops it is seen, too.
    chosen = _hypers(rng) | {"eps": float(rng.uniform(2, 5))}
    gradients = _gradient(rng, (2, 3, 2))
    gradients[0, 0, 0] = rng.uniform(0.3, 0.9)  # and whoever loses a sign below the root
    start = rng.choice([-1.0, 1.0], 2) * rng.uniform(11, 14, 2)
    yield "with other hyper-parameters", Call("adam_descent", (start, gradients), chosen)
    # Where the eps that holds when none is given decides.
    tiny = rng.choice([-1.0, 1.0], (1, 3, 2)) * rng.uniform(1e-4, 3e-4, (1, 3, 2))
    yield "where gradients are tiny", Call("adam_descent", (rng.uniform(-0.01, 0.01, 2), tiny))


def _values(id, title, function, points, scenario, **options):
    return Check(id, title, (function,), points, values_check(SHEET, scenario, **options))


_ALL_OF_ADAM_UPDATE = InTurn(_one_update, _several_updates, _other_hypers, _large_eps)
_M_HAT, _V_HAT = "corrected_first_moment", "corrected_second_moment"
_LINES = {
    "first_moment": _first_moment,
    "second_moment": _second_moment,
    _M_HAT: _correction(_M_HAT, "beta1", [-1, 1]),
    _V_HAT: _correction(_V_HAT, "beta2", [1]),
    "new_weights": _new_weights,
}


def _line(id, title, function, points):
    return _values(id, title, function, points, _LINES[function])


def _update(id, title, points, scenario):
    return _values(id, title, "adam_update", points, scenario,
                   in_place_counts=False, helpers=_LINES)  # fmt: skip


CHECKS = {
    check.id: check
    for check in (
        _line("adam_first_moment", "M", "first_moment", 3),
        _line("adam_second_moment", "V", "second_moment", 3),
        _line("adam_first_correction", "M_hat", _M_HAT, 2),
        _line("adam_second_correction", "V_hat", _V_HAT, 2),
        _line("adam_new_weights", "W", "new_weights", 3),
        _update("adam_one_update", "one update", 2, _one_update),
        _update("adam_several_updates", "six updates", 4, _several_updates),
        _update("adam_hyper_parameters", "eta, beta1, beta2", 2, _other_hypers),
        _update("adam_eps", "the place of eps", 2, _large_eps),
        Check("adam_inputs_unchanged", "the arguments stay as they are", ("adam_update",), 2,
              unchanged_check(SHEET, _arguments, helpers=_LINES)),
        _values("adam_counts_updates", "k through the epochs", "adam_descent", 3, _epochs,
                helpers={"adam_update": _ALL_OF_ADAM_UPDATE}),
    )
}  # fmt: skip
