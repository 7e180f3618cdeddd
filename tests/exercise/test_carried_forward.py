"""A mistake in a helper costs its points once; what merely looks like one earns nothing."""

import sys

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import NoAnswer, decide, only_what_was_paid
from mlpteach.exercise.reading import read_sheet
from mlpteach.grading.deciding.session import Stopped

SHEET = read_sheet("ps2_adam")
CALLING_ADAM = ["adam_one_update", "adam_several_updates", "adam_hyper_parameters", "adam_eps"]


def model(*ids):
    """Return the model solution's functions with these known mistakes made."""
    return dict(SHEET.functions(tuple(m for m in SHEET.mistakes if m.id in ids)))


def verdict(id, functions, seed=7):
    check = PROBLEM_SETS["ps2_adam"][id]
    return decide(check, np.random.default_rng(seed), answer_with(functions))


def lines_written_out(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam without helpers and without the square."""
    M, V = beta1 * M + (1 - beta1) * G, beta2 * V + (1 - beta2) * G
    return W - eta * M / (1 - beta1**k) / np.sqrt(V / (1 - beta2**k) + eps), M, V


@pytest.mark.parametrize("id", [*CALLING_ADAM, "adam_counts_updates"])
def test_a_mistake_of_a_helper_costs_nothing_where_it_is_called(id):
    found = verdict(id, model("square_missing"))
    helper = "adam_update" if id == "adam_counts_updates" else "second_moment"
    assert found.fraction == 1.0
    assert found.mistake == ""
    costs = f"Right but for {helper}: what is wrong there costs its points in earlier checks. The"
    assert found.message.startswith(costs)


def test_any_number_of_helpers_may_be_wrong():
    found = verdict("adam_one_update", model("square_missing", "uphill", "first_moment_forgets"))
    assert found.passed
    assert "first_moment and second_moment and new_weights" in found.message


def test_an_own_mistake_beside_a_helpers_costs_its_own_points_only():
    found = verdict("adam_eps", model("square_missing", "moments_order_swapped"))
    assert (found.mistake, found.fraction) == ("moments_order_swapped", 0.5)
    assert "The square" not in found.message


# The lines written out in the function itself: the mistake is its own.


@pytest.mark.parametrize("helpers", ["right", "missing", "not written", "without end"])
def test_nothing_is_carried_forward_where_the_helper_did_not_make_the_mistake(helpers):
    def stub(*arguments, **keywords):
        if helpers == "without end":
            raise NoAnswer("ran too long")
        raise NotImplementedError

    functions = {} if helpers == "missing" else model()
    if helpers in ("not written", "without end"):
        functions = dict.fromkeys(functions, stub)
    functions = functions | {"adam_update": lines_written_out}
    for id in CALLING_ADAM:
        found = verdict(id, functions)
        # V costs its share, once: W is right from this V.
        assert (found.fraction, found.mistake) == (0.7, "square_missing")


def test_lines_written_out_with_the_helpers_mistake_are_paid_once():
    assert verdict("adam_eps", model("square_missing") | {"adam_update": lines_written_out}).passed


def test_what_calls_adam_is_right_where_the_lines_are_written_out_in_adam():
    functions = model()
    functions["adam_descent"] = model("square_missing")["adam_descent"]
    functions["adam_update"] = lines_written_out
    assert verdict("adam_counts_updates", functions).passed


# Nothing is earned by a helper that is wrong.


@pytest.mark.parametrize("mistake", ["square_missing", "uphill", "first_moment_forgets"])
@pytest.mark.parametrize(
    "adam_update",
    [
        lambda W, G, M, V, k, *h, **more: (W, M, V),
        lambda W, G, M, V, k, *h, **more: (W * np.nan, M * np.nan, V * np.nan),
        lambda W, G, M, V, k, *h, **more: (W - 0.001 * np.sign(G), 0.1 * G, 0.001 * G),
        lambda W, G, M, V, k, *h, **more: (W + 1, M + 1, V + 1),
    ],
)
def test_a_stub_beside_a_known_mistake_earns_nothing(adam_update, mistake):
    functions = model(mistake) | {"adam_update": adam_update}
    assert [verdict(id, functions).fraction for id in CALLING_ADAM] == [0.0] * 4


@pytest.mark.parametrize("mistake", ["k_from_0", "weights_whole_numbers"])
def test_numbers_that_prove_nothing_carry_nothing(mistake):
    def stub(W, gradients, **hypers):
        rows = gradients.shape[0] * gradients.shape[1]
        return (
            np.full((rows, W.size), np.nan)
            if mistake == "k_from_0"
            else (np.array([np.asarray(W).astype(int)] * rows))
        )

    found = verdict("adam_counts_updates", model(mistake) | {"adam_descent": stub})
    assert found.fraction == 0.0


def test_a_helper_that_is_wrong_otherwise_earns_nothing_and_nothing_is_guessed():
    def second_moment(V, G, beta2=0.999):
        return np.full_like(V, np.nan)

    functions = SHEET._build(())  # not the ones the check compares with
    functions["adam_update"].__globals__["second_moment"] = second_moment
    found = verdict("adam_counts_updates", functions)
    assert found.fraction == 0.0
    assert "as if it counted from 0" not in found.message
    assert found.message.endswith("First mend adam_update: see what its own check says.")


def test_a_helper_that_does_not_answer_is_named():
    def adam_update(W, G, M, V, k, **hypers):
        return first_moment(M, G)  # noqa: F821

    functions = model() | {"adam_update": adam_update}
    del functions["first_moment"]
    found = verdict("adam_eps", functions)
    assert (
        "Look at first_moment first: does its cell run, and what says its check?" in found.message
    )


def test_what_the_sandbox_does_not_answer_is_no_answer_here_either():
    assert issubclass(Stopped, NoAnswer)


# An excuse is worth what it cost.


def all_verdicts(functions):
    checks = PROBLEM_SETS["ps2_adam"]
    return checks, {id: verdict(id, functions) for id in checks}


def right_only_until(function, first_call):
    """Return a helper that is right until another function was called, and that function."""
    right, wrong = model()[function], model(*IDS[function])[function]
    seen = []

    def helper(*arguments, **keywords):
        return (wrong if seen else right)(*arguments, **keywords)

    def noted(called):
        def call(*arguments, **keywords):
            seen.append(True)
            return called(*arguments, **keywords)

        return call

    functions = model(*IDS[function])
    return functions | {function: helper, first_call: noted(functions[first_call])}


IDS = {
    name: [next(m.id for m in SHEET.mistakes if m.function == name)]
    for name in ("first_moment", "second_moment", "corrected_first_moment", "new_weights")
}


@pytest.mark.parametrize("helper", IDS)
def test_an_excuse_cannot_be_bought_by_a_helper_that_knows_who_asks(helper):
    checks, found = all_verdicts(right_only_until(helper, "adam_update"))
    own = next(id for id, check in checks.items() if check.functions == (helper,))
    assert found[own].fraction == 1.0
    assert any(found[id].excuse for id in CALLING_ADAM)
    settled = only_what_was_paid(checks, found)
    lost = sum(checks[id].points * (1 - settled[id].fraction) for id in CALLING_ADAM)
    assert lost >= 1
    assert not any(settled[id].excuse for id in CALLING_ADAM)


@pytest.mark.parametrize("helper", IDS)
def test_an_honest_mistake_is_paid_once(helper):
    checks, found = all_verdicts(model(*IDS[helper]))
    settled = only_what_was_paid(checks, found)
    assert settled == found
    assert all(settled[id].passed for id in CALLING_ADAM)


def test_what_nobody_could_decide_costs_no_excuse():
    checks, found = all_verdicts(model(*IDS["second_moment"]))
    del found["adam_second_moment"]
    assert all(only_what_was_paid(checks, found)[id].passed for id in CALLING_ADAM)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits memory")
def test_helpers_whose_answers_make_a_matrix_of_gigabytes_take_none_of_the_graders_memory():
    numbers = np.arange(15_000.0)
    functions = model() | {
        "first_moment": lambda M, G, beta1=0.9: numbers[:, None] + M.flat[0],
        "second_moment": lambda V, G, beta2=0.999: numbers + V.flat[0],
    }
    functions["adam_update"] = lambda W, G, M, V, k, *hypers: (
        W * 0.5 + G,
        functions["first_moment"](M, G),
        functions["second_moment"](V, G),
    )
    with pytest.raises(MemoryError):  # so a person marks it
        verdict("adam_one_update", functions)
