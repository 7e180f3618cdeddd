"""The same file gets the same mark under every secret: right ones, guards, and slips of students.

Each guard is right where the sheet's promises hold, and is given full points whatever is drawn.
"""

import re

import numpy as np
import pytest
from exercise.hand_ins import hand_ins, points, verdicts

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

SECRETS = range(200)
CHECKS = {id: check for checks in PROBLEM_SETS.values() for id, check in checks.items()}

SIGNATURES = {
    "cost_cross_entropy": "Y, A3",
    "sensitivity_cross_entropy": "Y, A3",
    "softmax": "Z",
    "sensitivity_softmax": "Y, Z2",
    "first_moment": "M, G, beta1=0.9",
    "second_moment": "V, G, beta2=0.999",
    "corrected_first_moment": "M, k, beta1=0.9",
    "corrected_second_moment": "V, k, beta2=0.999",
    "new_weights": "W, M_hat, V_hat, eta=0.001, eps=1e-8",
    "adam_update": "W, G, M, V, k, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8",
    "adam_descent": "W, gradients, eta=0.001, beta1=0.9, beta2=0.999, eps=1e-8",
    "momentum_update": "W, G, v, eta=0.1, beta=0.9",
    "adagrad_update": "W, G, G_sum, eta=0.01, eps=1e-8",
    "rmsprop_update": "W, G, V, eta=0.001, gamma=0.9, eps=1e-8",
    "adadelta_update": "W, G, E_g2, E_dx2, gamma=0.95, eps=1e-6",
    "saturated_share": "A, margin=0.01",
    "layer_spreads": "X, weights",
}
COST = "-np.sum(Y * np.log({a}) + (1 - Y) * np.log({b}))"
GUARDS = [
    ("cost_cross_entropy", f"return {COST.format(a='A3 + 1e-8', b='1 - A3 + 1e-8')}"),
    ("cost_cross_entropy", f"return {COST.format(a='A3 + 1e-12', b='1 - A3 + 1e-12')}"),
    ("cost_cross_entropy",
     "A3 = np.clip(A3, 1e-7, 1 - 1e-7)\nreturn " + COST.format(a="A3", b="1 - A3")),
    ("cost_cross_entropy", f"return np.nan_to_num({COST.format(a='A3', b='1 - A3')})"),
    ("cost_cross_entropy", "assert Y.shape == A3.shape\n"
     "return float(np.sum(np.where(Y == 1, -np.log(np.maximum(A3, 1e-15)), -np.log1p(-A3))))"),
    ("sensitivity_cross_entropy", "assert A3.shape == Y.shape\nreturn A3 - Y.astype(float)"),
    ("sensitivity_cross_entropy", "return np.clip(A3, 0, 1) - Y"),
    ("sensitivity_cross_entropy", "return np.nan_to_num(np.subtract(A3, Y))"),
    ("softmax", "Z = np.asarray(Z, dtype=float)\nE = np.exp(Z - np.max(Z, axis=0))\n"
     "return E / np.maximum(E.sum(axis=0), 1e-12)"),
    ("softmax", "E = np.exp(np.clip(Z - Z.max(axis=0), -700, 0))\nreturn E / E.sum(axis=0)"),
    ("softmax", "E = np.exp(Z - Z.max(axis=0))\nreturn E / (E.sum(axis=0) + 1e-15)"),
    ("sensitivity_softmax", "return np.clip(softmax(Z2), 1e-15, 1) - Y"),
    ("first_moment", "M = np.zeros_like(G) if M is None else M\n"
     "return beta1 * M + (1 - beta1) * G"),
    ("second_moment", "return np.maximum(beta2 * V + (1 - beta2) * np.square(G), 0)"),
    ("corrected_first_moment", "k = max(k, 1)\nreturn M / (1 - beta1**k)"),
    ("corrected_first_moment", "if k < 1:\n    raise ValueError(k)\nreturn M / (1 - beta1**k)"),
    ("corrected_second_moment", "return V / max(1 - beta2**k, 1e-12)"),
    ("corrected_second_moment", "return V / (1 - beta2**k + 1e-15)"),
    ("new_weights", "return W - eta * M_hat / np.sqrt(np.abs(V_hat) + eps)"),
    ("new_weights", "return W - eta * M_hat / np.sqrt(np.maximum(V_hat, 0) + eps)"),
    ("new_weights", "step = np.nan_to_num(M_hat / np.sqrt(V_hat + eps))\nreturn W - eta * step"),
    ("adam_update", "W, G, M, V = (np.array(a, dtype=float) for a in (W, G, M, V))\n"
     "M = beta1 * M + (1 - beta1) * G\nV = beta2 * V + (1 - beta2) * G**2\n"
     "W -= eta * (M / (1 - beta1**k)) / np.sqrt(V / (1 - beta2**k) + eps)\nreturn W, M, V"),
    ("adam_update", "assert W.shape == G.shape == M.shape == V.shape and k >= 1\n"
     "M = beta1 * M + (1 - beta1) * G\nV = np.maximum(beta2 * V + (1 - beta2) * G**2, 0.0)\n"
     "return W - eta * M / (1 - beta1**k) / np.sqrt(V / (1 - beta2**k) + eps), M, V"),
    ("adam_descent", "W = np.asarray(W, dtype=np.float64)\nM, V = 0 * W, 0 * W\npath = []\n"
     "for k, G in enumerate(np.reshape(gradients, (-1, W.size)), 1):\n"
     "    W, M, V = adam_update(W, G, M, V, k, eta, beta1, beta2, eps)\n"
     "    path.append(np.copy(W))\nreturn np.vstack(path)"),
    ("momentum_update", "v = np.zeros_like(W) if v is None else v\nv = beta * v + eta * G\n"
     "return W - v, v"),
    ("adagrad_update", "G_sum = np.maximum(G_sum, 0) + G**2\n"
     "return W - eta * G / np.sqrt(G_sum + eps), G_sum"),
    ("rmsprop_update", "V = gamma * V + (1 - gamma) * G**2\n"
     "return W - eta * G / np.sqrt(np.maximum(V, 0) + eps), V"),
    ("adadelta_update", "E_g2 = gamma * E_g2 + (1 - gamma) * G**2\n"
     "rho = np.sqrt(np.maximum(E_dx2, 0) + eps) / np.sqrt(np.maximum(E_g2, 0) + eps) * G\n"
     "return W - rho, E_g2, gamma * E_dx2 + (1 - gamma) * rho**2"),
    ("saturated_share", "A = np.clip(A, 0, 1)\n"
     "return float(np.count_nonzero((A < margin) | (A > 1 - margin))) / max(A.size, 1)"),
    ("layer_spreads", "A, spreads = np.array(X, dtype=float), []\nfor W in weights:\n"
     "    A = np.tanh(np.clip(W @ A, -500, 500))\n"
     "    spreads.append(float(np.sqrt(max(A.var(), 0))))\nreturn spreads"),
]  # fmt: skip


def written(function, body):
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def {function}({SIGNATURES[function]}):\n{indented}\n"


@pytest.mark.parametrize(("function", "body"), GUARDS)
def test_a_guard_costs_nothing_whatever_is_drawn(function, body):
    assignment = next(id for id in PROBLEM_SETS if function in read_sheet(id).tasks)
    names = {"np": np} | dict(read_sheet(assignment).functions())
    exec(written(function, body), names)
    answer = answer_with(names)
    own = [id for id, check in PROBLEM_SETS[assignment].items() if function in check.functions]
    for id in own:
        fell_short = {
            secret: verdict.message
            for secret in SECRETS
            if not (verdict := decide(CHECKS[id], np.random.default_rng(secret), answer)).passed
        }
        assert fell_short == {}


@pytest.mark.parametrize("id", CHECKS)
def test_the_model_solution_gets_full_marks_whatever_is_drawn(id):
    assignment = next(sheet for sheet, checks in PROBLEM_SETS.items() if id in checks)
    answer = answer_with(read_sheet(assignment).functions())
    failed = [s for s in SECRETS if not decide(CHECKS[id], np.random.default_rng(s), answer).passed]
    assert failed == []


def test_there_are_thirty_guards():
    assert len(GUARDS) == 30


SLIPS = (
    "sens_softmax_squared_error",
    "sens_softmax_jacobian_times_y",
    "sens_integer_division",
    "update_means_over_k",
    "update_warm_up_of_five",
)


@pytest.mark.parametrize("hand_in", [h for h in hand_ins("wrong") if h.name in SLIPS], ids=str)
def test_a_slip_gets_one_mark_and_its_name_whatever_is_drawn(hand_in):
    marks, unnamed = set(), []
    for secret in SECRETS:
        found = verdicts(hand_in, secret)
        marks.add(points(hand_in.assignment, found))
        said = "\n".join(verdict.message for verdict in found.values() if not verdict.passed)
        unnamed += [] if re.search(hand_in.words, said) else [secret]
    assert len(marks) == 1
    assert unnamed == []
