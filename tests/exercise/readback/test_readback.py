"""Slips that no list holds, read back from the numbers; and what cannot be read, left unsaid."""

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.readback.budget import one_notebook
from mlpteach.exercise.reading import read_sheet

CHECKS = {id: check for checks in PROBLEM_SETS.values() for id, check in checks.items()}
SHEET_OF = {id: sheet for sheet, checks in PROBLEM_SETS.items() for id in checks}


def verdict(id, function, seed=5):
    check = CHECKS[id]
    functions = dict(read_sheet(SHEET_OF[id]).functions()) | {check.functions[0]: function}
    return decide(check, np.random.default_rng(seed), answer_with(functions))


def adam(first, second, move):
    """Return an Adam of three lines."""

    def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        M_new = first(G, M, beta1, k)
        V_new = second(G, V, M_new, beta2, k)
        return move(W, M_new, V_new, k, eta, beta1, beta2, eps), M_new, V_new

    return adam_update


def right_first(G, M, b, k):
    return b * M + (1 - b) * G


def right_second(G, V, M, b, k):
    return b * V + (1 - b) * G * G


def right_move(W, M, V, k, eta, b1, b2, eps):
    return W - eta * M / (1 - b1**k) / np.sqrt(V / (1 - b2**k) + eps)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (lambda G, V, M, b, k: (b * V + (1 - b)) * G**2,
         "`(beta2 * V + (1 - beta2)) * G * G`: look at where the bracket ends."),
        (lambda G, V, M, b, k: b * V + (1 - b) * (G - M) ** 2,
         "`beta2 * V + (1 - beta2) * (G - M)**2`: look at `G - M`."),
        (lambda G, V, M, b, k: b * V + (1 - b) * (G - G.mean()) ** 2, "`G - np.mean(G)`"),
        (lambda G, V, M, b, k: b * V + (1 - b) * np.clip(G, -3, 3) ** 2, "`np.clip(G, -3, 3)`"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("id", ["adam_one_update", "adam_several_updates", "adam_eps"])
def test_a_slip_in_one_line_is_read_and_costs_this_line(id, second, said):
    found = verdict(id, adam(right_first, second, right_move))
    assert said in found.message
    assert "(M is right)" in found.message
    assert "From your V, W is right." in found.message
    assert found.fraction == (0.85 if "clip" in said else pytest.approx(0.7))


def test_one_number_for_all_weights_is_read():
    one = adam(right_first, lambda G, V, M, b, k: b * V + (1 - b) * np.mean(G**2), right_move)
    found = verdict("adam_hyper_parameters", one)
    assert "`np.mean(G * G)`" in found.message
    assert found.fraction == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (lambda W, M, V, k, eta, b1, b2, eps: right_move(
            W, M, V, k, eta / np.sqrt(k), b1, b2, eps), "sqrt(k)"),
        (lambda W, M, V, k, eta, b1, b2, eps: W - eta * M / (1 - b1**k)
            / np.sqrt(np.maximum(V / (1 - b2**k), eps)), "np.maximum(V_hat, eps)"),
        (lambda W, M, V, k, eta, b1, b2, eps: W - eta * M / (1 - b1**k)
            / (V / (1 - b2**2) + eps), "`2`"),
    ],
)  # fmt: skip
def test_a_slip_in_the_last_line_leaves_the_moments_their_points(move, said):
    found = verdict("adam_eps", adam(right_first, right_second, move))
    assert found.fraction == 0.5
    assert "(M and V are right)" in found.message
    assert said in found.message


def test_two_lines_are_two_searches():
    found = verdict("opt_adadelta", two_brackets)
    assert "`(gamma * E_g2 + (1 - gamma)) * G * G`" in found.message
    assert "`(gamma * E_dx2 + (1 - gamma)) * rho * rho`" in found.message


def two_brackets(W, G, E_g2, E_dx2, gamma=0.95, eps=1e-6):
    E_g2 = (gamma * E_g2 + (1 - gamma)) * G**2
    rho = np.sqrt(E_dx2 + eps) / np.sqrt(E_g2 + eps) * G
    return W - rho, E_g2, (gamma * E_dx2 + (1 - gamma)) * rho**2


def test_a_short_formula_is_not_given_away():
    found = verdict("v2_batch", lambda Y, A3: 1 / (1 + np.exp(-A3)) - Y)
    assert "(sigmoid)" in found.message
    assert "`" not in found.message


def test_another_default_is_told_as_that():
    def new_weights(W, M_hat, V_hat, eta=0.001, eps=1e-3):
        return W - eta * M_hat / np.sqrt(V_hat + eps)

    found = verdict("adam_new_weights", new_weights)
    assert "wrong only where `eps` is not given" in found.message
    assert found.fraction == 0.5


def test_what_answers_differently_when_asked_twice_has_a_memory():
    calls = []

    def adam_update(W, G, M, V, k, *hypers, **named):
        calls.append(k)
        model = read_sheet("ps2_adam").functions()["adam_update"]
        return model(W, G, M, V, len(calls), *hypers, **named)

    found = verdict("adam_hyper_parameters", adam_update)
    assert found.mistake == "own_memory"
    assert "answers differently" in found.message


@pytest.mark.parametrize("seed", range(20))
def test_nonsense_is_not_explained(seed):
    rng = np.random.default_rng(seed)
    a, b, c = rng.uniform(0.2, 3, 3)

    def second_moment(V, G, beta2=0.999):
        return np.tanh(a * V) ** 1.37 + np.cos(b * G) * np.abs(G) ** beta2 - c * np.sin(V + G)

    assert "Your numbers" not in verdict("adam_second_moment", second_moment, seed).message


def test_a_number_of_the_hidden_inputs_is_never_said():
    seen = []

    def first_moment(M, G, beta1=0.9):
        seen.append(beta1)
        return max(seen) * M + (1 - min(seen)) * G  # knows a hidden number

    message = verdict("adam_first_moment", first_moment).message
    assert not any(f"{number:.3g}" in message for number in seen if number != 0.9)


def test_what_ends_in_nan_is_no_mistake_that_an_earlier_check_has_not_seen():
    def exchanged(W, M, V, k, eta, b1, b2, eps):
        return W - eta * M / (1 - k**b1) / np.sqrt(V / (1 - k**b2) + eps)

    function = adam(right_first, right_second, exchanged)
    with one_notebook():
        first = verdict("adam_one_update", function)
        second = verdict("adam_several_updates", function)
    assert first.mistake == second.mistake == "not_finite"


def test_zeros_alone_tell_no_mistake():
    def centred(Y, A3):  # 0 for a single instance
        return A3 - Y - np.mean(A3 - Y, axis=1, keepdims=True)

    with one_notebook():
        assert "Your numbers" not in verdict("v2_one_instance", centred).message
        assert "a mean is subtracted" in verdict("v2_batch", centred).message


def test_of_shares_whole_numbers_are_not_told_as_rounded():
    def thresholded(Y, Z2):
        return (Z2.max(axis=0) == Z2) - Y

    assert verdict("v2_softmax", thresholded).mistake == "largest_only"


def test_the_same_file_is_told_the_same_alone_and_within_a_notebook():
    function = adam(right_first, lambda G, V, M, b, k: (b * V + 1 - b) * G**2, right_move)
    ids = ["adam_one_update", "adam_several_updates", "adam_eps"]
    alone = [verdict(id, function) for id in ids]
    with one_notebook() as budget:
        together = [verdict(id, function) for id in ids]
        assert budget.left > 0
    assert [found.message for found in together] == [found.message for found in alone]
