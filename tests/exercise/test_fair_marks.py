"""What no sheet asks for costs nothing; a slip is paid once; two never cost less than one."""

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide, only_what_was_paid
from mlpteach.exercise.readback.budget import one_notebook
from mlpteach.exercise.reading import read_sheet


def points(assignment, source="", seed=1, functions=None):
    """Return grade id -> points of the model solution with functions of `source` in it."""
    sheet, names = read_sheet(assignment), {"np": np}
    for task in sheet.tasks.values():
        exec(task.solution, names)
    exec(source, names)
    names |= functions or {}
    checks = PROBLEM_SETS[assignment]
    found = {
        id: decide(check, np.random.default_rng([seed, number]), answer_with(names))
        for number, (id, check) in enumerate(checks.items())
    }
    settled = only_what_was_paid(checks, found, [source])
    return {id: checks[id].points * verdict.fraction for id, verdict in settled.items()}


def total(*given, **named):
    return sum(points(*given, **named).values())


MOST = {id: sum(check.points for check in checks.values()) for id, checks in PROBLEM_SETS.items()}


def in_single_precision(function):
    def single(*arguments, **keywords):
        values = function(*arguments, **keywords)
        several = isinstance(values, tuple)
        found = [np.float32(value) for value in (values if several else [values])]
        return tuple(found) if several else found[0]

    return single


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_float32_costs_nothing(assignment):
    model = read_sheet(assignment).functions()
    singles = {name: in_single_precision(function) for name, function in model.items()}
    assert total(assignment, functions=singles) == MOST[assignment]


SECOND_BRACKET = """
def second_moment(V, G, beta2=0.999):
    return (beta2 * V + (1 - beta2)) * G**2
"""
ADAM = """
def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    M = beta1 * M + (1 - beta1) * G
    V = {V}
    return W - {step}, M, V
"""
RIGHT_V = "beta2 * V + (1 - beta2) * G * G"
RIGHT_STEP = "eta * M / (1 - beta1**k) / np.sqrt(V / (1 - beta2**k) + eps)"


def test_a_helpers_slip_that_no_list_holds_costs_its_own_points_only():
    found = points("ps2_adam", SECOND_BRACKET)
    assert found["adam_second_moment"] == 0.0
    assert sum(found.values()) == MOST["ps2_adam"] - 3


def test_a_helper_that_gives_one_number_for_all_weights_is_paid_once():
    source = """
def first_moment(M, G, beta1=0.9):
    return beta1 * M + (1 - beta1) * np.mean(G)
"""
    assert total("ps2_adam", source) == MOST["ps2_adam"] - 3


def test_helpers_are_asked_once_in_a_notebook():
    asked = []

    def count(function):
        def counted(*arguments, **keywords):
            asked.append(1)
            return function(*arguments, **keywords)

        return counted

    model = read_sheet("ps2_adam").functions()
    names = {"np": np} | dict(model)
    exec(ADAM.format(V="beta2 * V + (1 - beta2) * np.cosh(G)", step=RIGHT_STEP), names)
    names["first_moment"] = count(model["first_moment"])

    def play():
        asked.clear()
        for id in ("adam_one_update", "adam_several_updates", "adam_eps"):
            decide(PROBLEM_SETS["ps2_adam"][id], np.random.default_rng(1), answer_with(names))
        return len(asked)

    alone = play()
    with one_notebook():
        together = play()
    assert together * 3 == alone


@pytest.mark.parametrize(
    ("slip", "left"),
    [("0.1 * (A3 - Y)", 0.25), ("A3 - Y + np.sin(Y) + np.cos(A3)", 0.0)],
)
def test_an_unlisted_slip_leaves_what_listed_ones_of_the_function_usually_leave(slip, left):
    source = f"def sensitivity_cross_entropy(Y, A3):\n    return {slip}\n"
    found = points("ps1_cross_entropy", source)
    assert found["v2_batch"] == 4 * left


def test_a_helper_that_corrects_in_place_is_paid_once():
    source = """
def corrected_first_moment(M, k, beta1=0.9):
    M /= 1 - beta1**k
    return M
"""
    assert total("ps2_adam", source) >= MOST["ps2_adam"] - 3


def test_a_known_mistake_that_begins_elsewhere_is_paid_once_whatever_is_drawn():
    source = """
def corrected_second_moment(V, k, beta2=0.999):
    return V / (1 - beta2**k) if k <= 20 else V
"""
    for seed in range(8):
        assert total("ps2_adam", source, seed) == MOST["ps2_adam"] - 1


IN_PLACE = """
def new_weights(W, M_hat, V_hat, eta=0.001, eps=1e-8):
    W -= eta * M_hat / np.sqrt(V_hat + eps)
    return W
"""


def test_weights_that_a_helper_changes_in_place_are_paid_in_its_own_check():
    found = points("ps2_adam", IN_PLACE)
    assert found["adam_new_weights"] == 1.5
    assert sum(found.values()) == MOST["ps2_adam"] - 1.5


def test_what_is_changed_beside_a_helper_that_changes_something_else_costs_its_points():
    written_out = ADAM.format(V=RIGHT_V, step=RIGHT_STEP).replace(
        "    return W", "    W -= 1\n    return W + 1"
    )
    calling = """
def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    M *= beta1
    M += (1 - beta1) * G
    V = second_moment(V, G, beta2)
    M_hat = corrected_first_moment(M, k, beta1)
    return new_weights(W, M_hat, corrected_second_moment(V, k, beta2), eta, eps), M, V
"""
    for source in (calling, written_out):
        assert points("ps2_adam", IN_PLACE + source)["adam_inputs_unchanged"] == 0.0


def test_a_helper_that_leaves_no_step_late_in_a_run_is_paid_once():
    source = """
def corrected_second_moment(V, k, beta2=0.999):
    return V / (1 - beta2)**k
"""
    assert total("ps2_adam", source) == MOST["ps2_adam"] - 2


@pytest.mark.parametrize(
    ("V", "step", "least"),
    [
        ("(beta2 * V + (1 - beta2)) * G**2", RIGHT_STEP, 25),  # V: 3 of 10
        (RIGHT_V, RIGHT_STEP.replace("eta", "eta / np.sqrt(k)", 1), 23),  # W: 5 of 10
        ("beta2 * V + (1 - beta2) * (G - M)**2", RIGHT_STEP, 25),
    ],
)
def test_an_unlisted_slip_in_one_line_costs_this_line(V, step, least):
    assert total("ps2_adam", ADAM.format(V=V, step=step)) == pytest.approx(least)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ADAM.format(V="beta2 * V + (1 - beta2) * G", step=RIGHT_STEP)),
        ("", ADAM.format(V="(beta2 * V + (1 - beta2)) * G**2", step=RIGHT_STEP)),
        (SECOND_BRACKET, ""),
    ],
)
def test_the_same_slip_in_helper_and_function_costs_no_less_than_once(first, second):
    square_missing = "def second_moment(V, G, beta2=0.999):\n    return beta2 * V + (1 - beta2) * G"
    once = min(total("ps2_adam", source) for source in (first or second, square_missing))
    assert total("ps2_adam", f"{square_missing}\n{first}\n{second}") <= once


@pytest.mark.parametrize("step", [RIGHT_STEP, RIGHT_STEP.replace("eta", "2 * eta", 1)])
def test_two_slips_cost_no_less_than_one(step):
    one = total("ps2_adam", ADAM.format(V="beta2 * V + (1 - beta2) * np.abs(G)", step=step))
    assert one <= total("ps2_adam", ADAM.format(V=RIGHT_V, step=step))


def test_a_helper_excuses_only_who_calls_it():
    inline = ADAM.format(V="(beta2 * V + (1 - beta2)) * G**2", step=RIGHT_STEP)
    both, alone = total("ps2_adam", SECOND_BRACKET + inline), total("ps2_adam", inline)
    assert both == pytest.approx(alone - 3)


LYING = """
seen = []


def corrected_first_moment(M, k, beta1=0.9):
    right = M / (1 - beta1**k)
    return right * 1.7 if seen else right


def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    seen.append(k)
    M, V = first_moment(M, G, beta1), second_moment(V, G, beta2)
    M_hat, V_hat = corrected_first_moment(M, k, beta1), corrected_second_moment(V, k, beta2)
    return new_weights(W, M_hat, V_hat, eta, eps), M, V
"""


def test_a_helper_that_lies_only_when_it_is_called_excuses_nothing():
    assert total("ps2_adam", LYING) <= MOST["ps2_adam"] - 5


@pytest.mark.parametrize("value", ["M", "0 * M", "0 * M + 1.0", "M * np.nan"])
def test_a_helper_that_does_nothing_excuses_nothing(value):
    helper = f"def corrected_first_moment(M, k, beta1=0.9):\n    return {value}\n"
    nothing = """
def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    return W, M, V
"""
    found = points("ps2_adam", helper + nothing)
    assert sum(value for id, value in found.items() if "_update" in id or id == "adam_eps") == 0.0


@pytest.mark.parametrize(
    ("assignment", "source", "lost"),
    [
        ("ps1_cross_entropy", "def softmax(Z):\n    return exp(Z) / exp(Z).sum(axis=0)\n", 2),
        ("ps2_adam", "def first_moment(M, G, beta1=0.9):\n    return b * M + (1 - b) * G\n", 3),
        ("ps2_adam", "def corrected_first_moment(M, k, beta1=0.9):\n    M = M / (1 - beta1**k)", 2),
        ("ps4_initialization", "def he(n_in, n_out, seed):\n"
         "    return rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))", 5),
    ],
)  # fmt: skip
def test_a_function_that_stops_is_paid_once(assignment, source, lost):
    assert total(assignment, source) == MOST[assignment] - lost


def test_what_is_wrong_beside_a_helper_that_stops_costs_its_points_and_is_told():
    stops = "def first_moment(M, G, beta1=0.9):\n    return b * M + (1 - b) * G\n"
    slip = """
def adam_update(W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    M = first_moment(M, G, beta1)
    V = beta2 * V + (1 - beta2) * np.abs(G)
    return W - eta * M / (1 - beta1**k) / np.sqrt(V / (1 - beta2**k) + eps), M, V
"""
    assert total("ps2_adam", stops + slip) == pytest.approx(total("ps2_adam", slip) - 3)


@pytest.mark.parametrize(
    "line", ["raise NotImplementedError()", "raise ValueError(M * beta1)", "return 1 / 0"]
)
def test_a_helper_that_was_not_tried_excuses_nothing(line):
    source = f"def first_moment(M, G, beta1=0.9):\n    {line}\n"
    assert total("ps2_adam", source) <= MOST["ps2_adam"] - 15


def test_a_helper_that_stops_only_when_it_is_called_excuses_nothing():
    source = LYING.replace("return right * 1.7 if seen else right", "return right / (not seen)")
    found = points("ps2_adam", source.replace("    right =", "    seen and seen.no\n    right ="))
    assert found["adam_first_correction"] == 2
    assert found["adam_one_update"] == 0
