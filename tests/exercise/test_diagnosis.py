"""Wrong solutions nobody wrote down: what differs first, at which update, how; and right ones."""

import numpy as np
import pytest

from mlpteach.exercise.diagnosis import unchanged_check, values_check
from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

CHECKS = {id: check for checks in PROBLEM_SETS.values() for id, check in checks.items()}


def verdict(id, *functions, seed=7):
    check = CHECKS[id]
    answer = answer_with(dict(zip(check.functions, functions, strict=True)))
    return decide(check, np.random.default_rng(seed), answer)


# Right solutions, written in other ways than the model.


def adam_in_one_go(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    M, V = M + (1 - beta1) * (G - M), V + (1 - beta2) * (np.square(G) - V)
    rate = eta / (1 - np.power(beta1, k))
    return np.subtract(W, rate * M * (V / (1 - beta2**k) + eps) ** -0.5), M, V


def adam_weight_by_weight(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    W, M, V = W.copy(), M.copy(), V.copy()
    for i in np.ndindex(W.shape):
        M[i] = beta1 * M[i] + (1 - beta1) * G[i]
        V[i] = beta2 * V[i] + (1 - beta2) * G[i] ** 2
        W[i] -= eta * M[i] / (1 - beta1**k) / (V[i] / (1 - beta2**k) + eps) ** 0.5
    return [W, M, V]


ADAM = [id for id, check in CHECKS.items() if check.functions == ("adam_update",)]


@pytest.mark.parametrize("id", ADAM)
@pytest.mark.parametrize("function", [adam_in_one_go, adam_weight_by_weight])
def test_right_however_it_is_written(id, function):
    assert verdict(id, function).passed, verdict(id, function).message


@pytest.mark.parametrize(
    ("id", "function"),
    [
        ("v2_cost", lambda Y, A3: float(-np.log(np.where(Y == 1, A3, 1 - A3)).sum())),
        ("v2_batch", lambda Y, A3: np.where(Y == 1, A3 - 1, A3)),
        ("v2_saturated", lambda Y, A3: np.where(Y == 1, -(1 - A3), A3)),
        ("opt_momentum", lambda W, G, v, eta=0.1, beta=0.9: (
            W - (eta * G + beta * v), np.add(eta * G, beta * v))),
        ("init_he", lambda n_in, n_out, seed: np.sqrt(2 / n_in)
            * np.random.RandomState(seed).randn(n_out, n_in)),
        ("init_glorot", lambda n_in, n_out, seed: np.sqrt(6 / (n_in + n_out))
            * (2 * np.random.default_rng(seed).random((n_out, n_in)) - 1)),
        ("init_saturated", lambda A, margin=0.01: (
            (margin > A).sum() + (1 - margin < A).sum()) / A.size),
    ],
)  # fmt: skip
def test_right_in_other_words(id, function):
    assert verdict(id, function).passed, verdict(id, function).message


# Known mistakes, written as no entry of the tables is.


def forgot_to_correct(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    M += 0
    new_M = M * beta1 + G - beta1 * G
    new_V = np.average([V, G**2], axis=0, weights=[beta2, 1 - beta2])
    return W - eta / np.sqrt(new_V + eps) * new_M, new_M, new_V


def counts_for_itself():
    calls = []

    def adam_update(W, G, M, V, k, *hypers, **named):
        calls.append(k)
        return adam_in_one_go(W, G, M, V, (len(calls) - 1) % 3 + 1, *hypers, **named)

    return adam_update


@pytest.mark.parametrize(
    ("id", "function", "mistake"),
    [
        ("adam_several_updates", forgot_to_correct, "no_bias_correction"),
        ("adam_several_updates", counts_for_itself(), "k_restarts"),
        ("v2_batch", lambda Y, A3: 2 * A3 * (A3 - A3**2) - 2 * Y * (A3 - A3**2), "mse_kept"),
        ("v2_batch", lambda Y, A3: np.mean(A3 - Y, 1)[:, None], "averaged_over_instances"),
        ("opt_rmsprop", lambda W, G, V, eta=0.001, gamma=0.9, eps=1e-8: (
            W - eta * G * (V + G**2 + eps) ** -0.5, V + G**2), "rmsprop_accumulates"),
        ("init_he", lambda n_in, n_out, seed: np.random.default_rng(seed).standard_normal(
            (n_out, n_in)) * (2 / n_out) ** 0.5, "fan_in_and_fan_out_exchanged"),
    ],
)  # fmt: skip
def test_a_known_mistake_is_known_however_it_is_written(id, function, mistake):
    assert verdict(id, function).mistake == mistake


def long_way(Y, a):
    return -(Y / a - (1 - Y) / (1 - a)) * a * (1 - a)


@pytest.mark.parametrize("clip", [1e-7, 1e-6, 1e-5])
def test_a_clip_where_nothing_need_be_divided_costs_half(clip):
    found = verdict("v2_saturated", lambda Y, A3: long_way(Y, np.clip(A3, clip, 1 - clip)))
    assert found.fraction == 0.5
    assert "no clip is needed" in found.message


@pytest.mark.parametrize("eps", [1e-8, 1e-10, 1e-12, 1e-15])
def test_a_small_number_below_the_line_is_explained(eps):
    def sensitivity(Y, A3):
        return -(Y / (A3 + eps) - (1 - Y) / (1 - A3 + eps)) * A3 * (1 - A3)

    assert verdict("v2_saturated", sensitivity).mistake == "eps_in_denominators"


@pytest.mark.parametrize(
    ("id", "function", "mistake"),
    [
        ("adam_first_correction", lambda M, k, beta1=0.9: M / (1 - beta1) ** k,
         "first_moment_power_of_the_bracket"),
        ("opt_adagrad", lambda W, G, S, eta=0.01, eps=1e-8: (
            W - eta / np.sqrt(S + G**2 + eps), S + G**2), "adagrad_gradient_missing"),
        ("opt_adagrad", lambda W, G, S, eta=0.01, eps=1e-8: (
            W - eta * G**2 / np.sqrt(S + G**2 + eps), S + G**2), "adagrad_step_of_the_square"),
        ("opt_adagrad", lambda W, G, S, eta=0.01, eps=1e-8: (
            W - eta * abs(G) / np.sqrt(S + G**2 + eps), S + G**2), "adagrad_step_without_sign"),
        ("v2_softmax_outputs", lambda Z: np.exp(Z) / np.exp(Z).sum(1, keepdims=True),
         "softmax_over_rows_overflows"),
        ("init_spreads", lambda X, weights: [
            np.sqrt(np.mean((X := np.tanh(W @ X)) ** 2)) for W in weights],
         "root_mean_square_of_layers"),
    ],
)  # fmt: skip
def test_common_slips_are_known(id, function, mistake):
    assert verdict(id, function).mistake == mistake


def test_a_power_written_as_elsewhere_is_told():
    found = verdict("adam_second_moment", lambda V, G, beta2=0.999: V + G ^ 2)
    assert "a power is written **, not ^" in found.message


def test_two_mistakes_at_once_are_both_named():
    def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        M, V = beta1 * M + (1 - beta1) * G, beta2 * V + (1 - beta2) * G**2
        W = W + eta * M / (np.sqrt(V / (1 - beta2**k)) + eps)
        return W, M, V

    found = verdict("adam_eps", adam_update)
    assert "differs first" in found.message

    def other(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        W, M, V = adam_in_one_go(W, G, M, V, k, eta, beta1, beta2, eps)
        return W, V, M

    def eps_outside_and_swapped(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        M, V = beta1 * M + (1 - beta1) * G, beta2 * V + (1 - beta2) * G**2
        step = eta * M / (1 - beta1**k) / (np.sqrt(V / (1 - beta2**k)) + eps)
        return W - step, V, M

    assert found.fraction == 0.5  # M and V are right, W is not
    assert verdict("adam_eps", other).mistake == "moments_order_swapped"
    found = verdict("adam_eps", eps_outside_and_swapped)
    assert "Two mistakes together would do this." in found.message
    assert "eps stands outside the root" in found.message
    assert "the two moments come back in the wrong order" in found.message.lower()
    assert found.fraction == 0.25


# A mistake is named only where it shows: what it would change nowhere here explains nothing.


@pytest.mark.parametrize("id", ADAM[:3])
def test_digits_lost_are_told_as_that(id):
    def adam_update(W, G, M, V, k, **hypers):
        W, M, V = adam_in_one_go(W, G, M, V, k, **hypers)
        return W.astype(np.float16), M, V

    found = verdict(id, adam_update)
    assert found.mistake == "precision"
    assert found.message.endswith("which loses digits: keep NumPy's float64.")


def test_no_pair_of_mistakes_is_made_up_for_an_answer_that_tells_nothing():
    def adam_update(W, G, M, V, k, eta=0.0, beta1=0.9, beta2=0.999, eps=1e-8):
        return adam_in_one_go(W, G, M, V, k, eta, beta1, beta2, eps)

    for id in ("adam_one_update", "adam_several_updates"):
        found = verdict(id, adam_update)
        assert "did not move" in found.message
        assert "Two mistakes" not in found.message


def test_one_mistake_is_not_explained_by_two():
    def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        M, V = beta1 * M + (1 - beta1) * G, beta2 * V + (1 - beta2) * G**2
        return W - eta * M / (1 - beta2**k) / np.sqrt(V / (1 - beta2**k) + eps), M, V

    for id in ADAM[:4]:
        assert verdict(id, adam_update).mistake == "first_correction_by_beta2"
        assert "Two mistakes" not in verdict(id, adam_update).message


# Mistakes that nobody has written down.


def unseen(change):
    """Return an Adam in which `change` may alter what the model would return, at every k."""

    def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        new = adam_in_one_go(W, G, M, V, k, eta, beta1, beta2, eps)
        return change(W, G, k, *new)

    return adam_update


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda W, G, k, nW, M, V: (W + 1.7 * (nW - W), M, V),
         "W differs first at update k = 1 of the weights (M and V are right): "
         "it moves 1.7 times as far as it must."),
        (lambda W, G, k, nW, M, V: (nW, 0.4 * M, V),
         "M differs first at update k = 1 of the weights: it is only 0.4 of what it must be."),
        (lambda W, G, k, nW, M, V: (nW, M, V if k < 4 else V + 0.5),
         "V differs first at update k = 4 of the weights (M is right): "
         "it is 1/2 more than it must be in every entry."),
        (lambda W, G, k, nW, M, V: (nW, M, -V if k == 3 else V),
         "V differs first at update k = 3 of the weights (M is right): "
         "it has the wrong sign in every entry."),
        (lambda W, G, k, nW, M, V: (nW, np.where(G < 0, 0, M), V),
         "M differs first at update k = 1 of the weights: it is right in"),
        (lambda W, G, k, nW, M, V: (nW, M.T, V),
         "M differs first at update k = 1 of the weights: it has shape (3, 2), but must have "
         "shape (2, 3): it is transposed."),
        (lambda W, G, k, nW, M, V: (nW, M, V.astype(np.float16)),
         "it is an array of float16, which loses digits: keep NumPy's float64."),
        (lambda W, G, k, nW, M, V: (nW if nW.shape[1] == 3 else W, M, V),
         "W differs first at update k = 1 of the biases (M and V are right): it did not move."),
        (lambda W, G, k, nW, M, V: (nW, M, "V"),
         "adam_update returns a text as V, not an array of numbers."),
        (lambda W, G, k, nW, M, V: (nW, M),
         "adam_update returns 2 values, must return 3: W, M, V."),
        (lambda W, G, k, nW, M, V: {"W": nW},
         "adam_update returns something that is no number and no array alone, "
         "must return 3 values: W, M, V."),
        (lambda W, G, k, nW, M, V: undefined,  # noqa: F821
         "adam_update uses a name that is not defined there: often a function of an earlier cell "
         "that did not run, or a slip of the pen (NameError)."),
        (lambda W, G, k, nW, M, V: W @ G,
         "adam_update puts arrays together whose shapes do not fit"),
    ],
)  # fmt: skip
def test_an_unseen_mistake_is_described(change, said):
    found = verdict("adam_several_updates", unseen(change))
    assert said in found.message
    lost = {"M differs": 0.2, "V differs": 0.3, "W differs": 0.5}.get(said[:9], 1.0)
    if "float16" not in said:
        assert found.fraction == pytest.approx(1.0 - lost)


def test_wrong_entries_are_told_by_what_they_have_in_common():
    def sensitivity(Y, A3):
        return np.where(Y == 0, A3**3, A3 - Y)

    found = verdict("v2_batch", sensitivity)
    assert "wrong exactly where Y is 0" in found.message


# What is equal to an argument only because something else is 0.


def adagrad_without_square(W, G, G_sum, eta=0.01, eps=1e-8):
    return W - eta * G / np.sqrt(G_sum + G + eps), G_sum + G


def adadelta_without_square(W, G, E_g2, E_dx2, gamma=0.95, eps=1e-6):
    return W - G, E_g2 + G, E_dx2 + G


@pytest.mark.parametrize(
    ("id", "function"),
    [
        ("opt_adagrad", adagrad_without_square),
        ("opt_adadelta", adadelta_without_square),
        ("v2_saturated", lambda Y, A3: np.where(A3 > 0.5, A3 - Y, 0)),
        ("v2_batch", lambda Y, A3: np.where(A3 > 0.5, A3 - Y, 0)),
    ],
)
def test_what_equals_an_argument_by_chance_is_not_told_as_that(id, function):
    found = verdict(id, function)
    assert found.fraction <= 0.5  # W follows rightly from AdaGrad's wrong sum
    assert "is simply" not in found.message


def test_what_is_an_argument_at_every_call_is_told_as_that():
    def adagrad_update(W, G, G_sum, eta=0.01, eps=1e-8):
        return W - eta * G, G

    assert "it is simply G, as it was before" in verdict("opt_adagrad", adagrad_update).message


def test_arguments_changed_in_place_cost_half_where_they_have_no_check_of_their_own():
    def first_moment(M, G, beta1=0.9):
        M *= beta1
        G *= 1 - beta1
        return M + G

    found = verdict("adam_first_moment", first_moment)
    assert found.fraction == 0.5
    assert "the call changes its argument M in place" in found.message


def test_weights_that_ignore_or_outlive_their_seed_are_told():
    shared = np.random.default_rng(1)

    def he(n_in, n_out, seed):
        return np.random.default_rng(0).normal(0, np.sqrt(2 / n_in), (n_out, n_in))

    def forgetful(n_in, n_out, seed):
        return shared.normal(0, np.sqrt(2 / n_in), (n_out, n_in))

    assert verdict("init_seeds", he, he).mistake == "seed_ignored"
    assert verdict("init_seeds", forgetful, forgetful).mistake == "seed_not_used"


# What may not stand in a message: it is read under hidden inputs too.


def test_a_message_repeats_no_text_of_the_students():
    class Secret(Exception):
        pass

    def leaks(Y, A3):
        raise Secret(f"inputs {A3.tolist()}")

    def returns(Y, A3):
        return f"inputs {A3.tolist()}"

    Leaky = type("Leak" + "0" * 20, (), {})
    for function in (leaks, returns, lambda Y, A3: Leaky()):
        message = verdict("v2_batch", function).message
        assert "inputs" not in message
        assert "Leak" not in message
        assert "Secret" not in message


@pytest.mark.parametrize("id", CHECKS)
def test_a_message_holds_no_long_numbers(id):
    def wrong(*arguments, **keywords):
        first = next((a for a in arguments if isinstance(a, np.ndarray)), np.ones(2))
        return first * 1.234567891

    found = verdict(id, *[wrong] * len(CHECKS[id].functions))
    assert found.fraction == 0.0 or id == "v2_inputs_unchanged"
    words = [word.strip(".:").partition("e")[0] for word in found.message.split()]
    digits = [len(word) for word in words if "." in word and word[0].isdigit()]
    assert max(digits, default=0) <= len("0.00123"), found.message


@pytest.mark.parametrize("value", [float("inf"), 10**400, True, [[1.0], [1.0, 2.0]], [], (), b"x"])
def test_odd_values_end_in_a_verdict(value):
    for id, check in CHECKS.items():
        functions = [lambda *arguments, **keywords: value] * len(check.functions)
        assert verdict(id, *functions).fraction == 0.0


@pytest.mark.parametrize("make", [values_check, unchanged_check])
@pytest.mark.parametrize(
    "helpers", [("first_moment",), {"first_moment": None}, {"nobody": counts_for_itself}]
)
def test_helpers_that_are_no_scenarios_are_refused_where_the_check_is_made(make, helpers):
    with pytest.raises(TypeError, match=r"helpers must be a dict: .*first_moment.*; given"):
        make(read_sheet("ps2_adam"), counts_for_itself, helpers=helpers)
