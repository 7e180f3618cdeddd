"""Wrong functions that a check with too few, or too regular, inputs would take for right ones."""

import tracemalloc

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

CHECKS = {id: check for checks in PROBLEM_SETS.values() for id, check in checks.items()}


def verdict(id, *functions, seed=7):
    check = CHECKS[id]
    answer = answer_with(dict(zip(check.functions, functions, strict=True)))
    return decide(check, np.random.default_rng(seed), answer)


def as_lists(*arrays):
    return tuple(array.tolist() for array in arrays)


# Right at the first update only; lists would end the run there.
FIRST_UPDATE_ONLY = {
    "adam_several_updates": lambda W, G, M, V, k, **h: as_lists(
        W - 0.001 * np.sign(G), 0.1 * G, 0.001 * G * G
    ),
    "opt_momentum": lambda W, G, v: as_lists(W - 0.1 * G, 0.1 * G),
    "opt_nesterov": lambda W, G, v: as_lists(W - 0.1 * G, 0.1 * G),
    "opt_adagrad": lambda W, G, v: as_lists(W - 0.01 * np.sign(G), G * G),
    "opt_rmsprop": lambda W, G, v: as_lists(
        W - 0.001 * G / np.sqrt(0.1 * G * G + 1e-8), 0.1 * G * G
    ),
}


@pytest.mark.parametrize("id", FIRST_UPDATE_ONLY)
def test_a_run_does_not_end_where_lists_come_back(id):
    assert verdict(id, FIRST_UPDATE_ONLY[id]).fraction == 0


def test_lists_that_are_right_stay_right():
    def momentum(W, G, v, eta=0.1, beta=0.9):
        v = beta * v + eta * G
        return as_lists(W - v, v)

    assert verdict("opt_momentum", momentum).passed


@pytest.mark.parametrize(
    ("id", "step"),
    [
        ("adam_several_updates", lambda W, G, M, V, k: W - 0.001 * np.sign(G)),
        ("opt_momentum", lambda W, G, v, eta=0.1, beta=0.9: W - eta * G),
        ("opt_adagrad", lambda W, G, v, eta=0.01, eps=1e-8: W - eta * np.sign(G)),
    ],
)
def test_weights_alone_give_nothing_where_only_the_first_step_is_right(id, step):
    assert verdict(id, step).fraction == 0


def test_moments_forgotten_to_be_returned_are_still_named():
    def momentum(W, G, v, eta=0.1, beta=0.9):
        return W - (beta * v + eta * G)

    found = verdict("opt_momentum", momentum)
    assert (found.mistake, found.fraction) == ("velocity_not_returned", 0.25)


def limit(n_in, n_out):
    return np.sqrt(6 / (n_in + n_out))


NOT_DRAWN = {
    "one number for all sizes": lambda n_in, n_out, seed: np.random.default_rng(seed).uniform(
        -0.1329, 0.1329, (n_out, n_in)
    ),
    "in order": lambda n_in, n_out, seed: np.linspace(
        -limit(n_in, n_out), limit(n_in, n_out), n_in * n_out
    ).reshape(n_out, n_in),
    "each number twice": lambda n_in, n_out, seed: np.repeat(
        np.random.default_rng(seed).uniform(-1, 1, (n_out, n_in // 2)) * limit(n_in, n_out), 2, 1
    ),
    "each number and its opposite": lambda n_in, n_out, seed: np.kron(
        [[1, -1]],
        np.random.default_rng(seed).uniform(-1, 1, (n_out, n_in // 2)) * limit(n_in, n_out),
    ),
    "neighbours": lambda n_in, n_out, seed: np.sort(
        np.random.default_rng(seed).uniform(-1, 1, (n_out, n_in)) * limit(n_in, n_out)
    ),
}


@pytest.mark.parametrize("how", NOT_DRAWN)
@pytest.mark.parametrize("seed", range(3))
def test_weights_that_are_not_drawn_one_by_one_are_wrong(how, seed):
    assert verdict("init_glorot", NOT_DRAWN[how], seed=seed).fraction == 0


@pytest.mark.parametrize("shape", [(), (1,), (4, 6)])
def test_a_seed_that_decides_one_number_decides_no_weights(shape):
    def not_drawn(n_in, n_out, seed):
        return np.full(shape, float(seed))

    assert verdict("init_seeds", not_drawn, not_drawn).fraction == 0


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64"])
def test_weights_that_are_no_floats_are_wrong_and_break_no_check(dtype):
    def glorot(n_in, n_out, seed):
        return np.random.default_rng(seed).uniform(0, 2, (n_out, n_in)).astype(dtype)

    assert verdict("init_glorot", glorot).fraction == 0


@pytest.mark.parametrize("seed", range(20))
def test_chance_alone_costs_nobody_a_mark(seed):
    assert verdict(
        "init_glorot",
        lambda n_in, n_out, seed: (
            np.random.default_rng(seed).uniform(-1, 1, (n_out, n_in)) * limit(n_in, n_out)
        ),
        seed=seed,
    ).passed


@pytest.mark.parametrize("passed_on", [("eta",), ("eta", "beta1"), ("eta", "beta2")])
def test_adam_descent_must_pass_its_hyper_parameters_on(passed_on):
    def adam_descent(W, gradients, **hypers):
        chosen = {"eta": 0.001, "beta1": 0.9, "beta2": 0.999}
        chosen |= {name: hypers[name] for name in passed_on if name in hypers}
        eta, beta1, beta2 = chosen.values()
        M, V, path = 0.0, 0.0, []
        for k, G in enumerate(gradients.reshape(-1, W.size), start=1):
            M, V = beta1 * M + (1 - beta1) * G, beta2 * V + (1 - beta2) * G * G
            W = W - eta * M / (1 - beta1**k) / np.sqrt(V / (1 - beta2**k) + 1e-8)
            path.append(W)
        return np.array(path)

    assert not verdict("adam_counts_updates", adam_descent).passed


@pytest.mark.parametrize("seed", range(6))
def test_a_class_is_not_told_from_the_largest_target(seed):
    found = verdict("v2_one_instance", lambda Y, A3: A3 - (Y.max(axis=0) == Y), seed=seed)
    assert found.fraction == 0


@pytest.mark.parametrize("seed", range(3))
def test_rounding_is_seen_beside_saturated_outputs(seed):
    found = verdict("v2_saturated", lambda Y, A3: np.round(A3 - Y, 2), seed=seed)
    assert found.fraction == 0


@pytest.mark.parametrize(
    "answer",
    [
        lambda M, G, **h: np.empty((int(abs(M.flat[0]) * 1e15), 0)),
        lambda M, G, **h: np.empty((0, *(abs(M.flat) * 10**6).astype(int)[:4])),
        lambda M, G, **h: (0,) * int(abs(M.flat[0]) * 1e5),
    ],
)
def test_a_shape_or_a_count_does_not_spell_out_the_inputs(answer):
    found = verdict("adam_first_moment", answer)
    assert found.fraction == 0
    digits = "".join(found.message.split("must")[0].split("for arrays of shape (2, 3)"))
    assert not any(character.isdigit() for character in digits)


def test_arguments_left_alone_by_a_function_that_computes_nothing_earn_no_points():
    def anything(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        return W + 7, W + 8, W + 9

    assert verdict("adam_inputs_unchanged", anything).fraction == 0
    assert verdict("v2_inputs_unchanged", lambda Y, A3: A3 * 0 + 7).fraction == 0


@pytest.mark.parametrize("nested", [False, True])
def test_a_long_text_among_many_takes_no_memory(nested):
    texts = ["x" * 100_000, *[""] * 1000]
    tracemalloc.start()
    try:
        found = verdict(
            "adam_first_moment", lambda *given, **more: [texts, texts] if nested else texts
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.fraction == 0
    assert peak < 50 << 20


def clipped(function, most):
    """Return the model's function with each array of its arguments clipped."""
    sheet = next(sheet for sheet in SHEETS if function in sheet.tasks)
    right = sheet.functions()[function]

    def answer(*arguments, **keywords):
        return right(
            *[a.clip(-most, most) if isinstance(a, np.ndarray) else a for a in arguments],
            **keywords,
        )

    return answer


def with_default(function, old, new):
    """Return the model's function with another default, or another condition."""
    source = next(sheet for sheet in SHEETS if function in sheet.tasks).tasks[function].solution
    assert old in source
    names = {"np": np}
    exec(source.replace(old, new), names)
    return names[function]


SHEETS = [
    read_sheet(id)
    for id in ("ps1_cross_entropy", "ps2_adam", "ps3_optimizers", "ps4_initialization")
]
NARROW = {
    "share, <=": ("init_saturated", with_default("saturated_share", "< margin", "<= margin")),
    "share, product": (
        "init_saturated",
        with_default("saturated_share", "np.minimum(A, 1 - A)", "A * (1 - A)"),
    ),
    **{
        f"share, default {m}": (
            "init_saturated",
            with_default("saturated_share", "margin=0.01", f"margin={m}"),
        )
        for m in (0.005, 0.009, 0.011, 0.02)
    },
    **{
        f"{id}, default eps {eps}": (id, with_default(function, "eps=1e-8", f"eps={eps}"))
        for id, function in (("opt_rmsprop", "rmsprop_update"), ("opt_adagrad", "adagrad_update"))
        for eps in ("0", "-1e-8", "1e-7", "1e-10")
    },
    "softmax, clipped": ("v2_softmax_outputs", clipped("softmax", 5)),
    "sensitivity, clipped": ("v2_softmax", clipped("sensitivity_softmax", 5)),
    "cost, clipped": (
        "v2_cost",
        lambda Y, A3: min(SHEETS[0].functions()["cost_cross_entropy"](Y, A3), 5.0),
    ),
    "look ahead, clipped": ("opt_look_ahead", clipped("look_ahead", 5)),
    "momentum, clipped": ("opt_momentum", clipped("momentum_update", 5)),
    **{
        f"{id}, clipped": (id, clipped(function, 100))
        for id, function in (
            ("adam_first_moment", "first_moment"),
            ("adam_second_moment", "second_moment"),
            ("adam_one_update", "adam_update"),
            ("opt_momentum", "momentum_update"),
            ("opt_nesterov", "nesterov_update"),
            ("opt_adagrad", "adagrad_update"),
            ("opt_rmsprop", "rmsprop_update"),
            ("opt_adadelta", "adadelta_update"),
        )
    },
}


@pytest.mark.parametrize("how", NARROW)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_right_for_ordinary_numbers_only_is_not_right(how, seed):
    id, function = NARROW[how]
    assert verdict(id, function, seed=seed).fraction < 1


SHARES = {
    "by sides": lambda A, margin=0.01: ((margin > A) | (1 - margin < A)).mean(),
    "by distance": lambda A, margin=0.01: np.mean(np.abs(A - 0.5) > 0.5 - margin),
    "by a loop": lambda A, margin=0.01: sum(min(a, 1 - a) < margin for a in A.flat) / A.size,
    "of the rest": lambda A, margin=0.01: 1 - np.mean((margin <= A) & (1 - margin >= A)),
}


@pytest.mark.parametrize("how", SHARES)
def test_every_honest_way_to_count_is_right_whatever_is_drawn(how):
    assert all(verdict("init_saturated", SHARES[how], seed=seed).passed for seed in range(40))


def honest_adam(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    M, V = M + (1 - beta1) * (G - M), V - (1 - beta2) * (V - G**2)
    rate = eta / (1 - beta1**k)
    return W - rate * M * (V / (1 - beta2**k) + eps) ** -0.5, M, V


HONEST = {
    "adam_one_update": honest_adam,
    "adam_several_updates": honest_adam,
    "opt_momentum": lambda W, G, v, eta=0.1, beta=0.9: (W - eta * G - v * beta, v * beta + eta * G),
    "opt_adagrad": lambda W, G, s, eta=0.01, eps=1e-8: (
        W - G * (eta / (s + G**2 + eps) ** 0.5),
        s + G**2,
    ),
    "opt_rmsprop": lambda W, G, V, eta=0.001, gamma=0.9, eps=1e-8: (
        W - eta * G / (V + (1 - gamma) * (G**2 - V) + eps) ** 0.5,
        V + (1 - gamma) * (G**2 - V),
    ),
    "v2_cost": lambda Y, A3: -np.log(np.where(Y == 1, A3, 1 - A3)).sum(),
    "v2_softmax_outputs": lambda Z: np.exp(Z - Z.max(axis=0)) / np.exp(Z - Z.max(axis=0)).sum(0),
}


@pytest.mark.parametrize("id", HONEST)
def test_what_is_written_otherwise_is_right_whatever_is_drawn(id):
    found = [verdict(id, HONEST[id], seed=seed) for seed in range(40)]
    assert [v.message for v in found if not v.passed] == []
