"""Every update rule against numbers worked out elsewhere: with 50 digits, by hand, in papers."""

import ast
import json
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from examples import constant_slope, quadratic
from reference import rules_quadratic

import mlpteach as mt
from mlpteach.basics.parameters import ParameterLayout
from mlpteach.run.problem import FunctionProblem
from mlpteach.run.trace import Trace
from mlpteach.run.train import fill
from mlpteach.run.update import Run

SCRIPT = Path(rules_quadratic.__file__)
WRITTEN = SCRIPT.with_suffix(".json").read_text(encoding="utf-8")
REFERENCE = json.loads(WRITTEN)
CASES = [
    (row, form)
    for row in REFERENCE["rows"]
    # Gradient descent has one row: slide and paper say the same.
    for form in (("lecture", "paper") if row["rule"] == "gd" else (row["form"],))
]


def numbers(texts):
    return np.array([float(text) for text in texts])


def run_of(row, form):
    rule = mt.rule(row["rule"], form=form, **row["hyper"])
    theta0 = np.array(row.get("theta0", REFERENCE["theta0"]), dtype=float)
    problem = FunctionProblem(quadratic(row.get("curvature", [1, 10, 100])), theta0)
    problem.layout = ParameterLayout(row.get("sizes", ()))
    run = Run(problem, rule, mt.SCHEDULES["constant"])
    return fill(Trace(run, len(row["steps"])), progress=False)


def test_the_expected_numbers_are_what_the_script_writes():
    """To 19 of the 20 digits: where the last is a tie, releases of mpmath round it differently."""
    written, now = (without_numbers(text) for text in (WRITTEN, rules_quadratic.text()))
    assert now[0] == written[0]
    for number, expected in zip(now[1], written[1], strict=True):
        assert abs(number - expected) <= Decimal("1e-18") * abs(expected)


def without_numbers(text):
    """Return a text with a hole for each number of many digits, and these numbers."""
    number = r"-?\d+\.\d{8,}(?:e-?\d+)?"
    return re.sub(number, "_", text), [Decimal(found) for found in re.findall(number, text)]


def test_the_script_knows_nothing_of_the_package():
    nodes = ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported == {"dataclasses", "itertools", "mpmath", "pathlib"}


@pytest.mark.parametrize(
    ("row", "form"), CASES, ids=[f"{row['rule']}-{form}" for row, form in CASES]
)
def test_eight_updates_on_a_quadratic(row, form):
    trace = run_of(row, form)
    for step, expected in zip(trace, row["steps"], strict=True):
        given = {"theta": step.after, "rho": step.rho, "gradient": step.gradient}
        others = set(expected) - {"k", *given}
        given |= {name: getattr(step, name) for name in others}
        assert step.k == expected["k"]
        for name, value in given.items():
            wanted = numbers(expected[name])
            # atol: where a difference of two equal numbers is 0 with 50 digits.
            np.testing.assert_allclose(value.flat, wanted, rtol=1e-12, atol=1e-14, err_msg=name)


def test_every_rule_on_the_slides_has_a_row():
    covered = {(row["rule"], form) for row, form in CASES}
    table = {(id, form) for id, optimizer in mt.RULES.items() for form in optimizer.forms}
    assert table - covered == {("lbfgs", "paper")}


SLIDES = ["gd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "nadam"]
BEYOND = ["amsgrad", "adamw", "lion", "muon"]


@pytest.mark.parametrize("id", [*BEYOND, "lbfgs"])
def test_what_is_on_no_slide_has_no_lecture_form(id):
    assert list(mt.RULES[id].forms) == ["paper"]
    assert mt.rule(id).form == "paper"


@pytest.mark.parametrize("id", SLIDES)
def test_the_slide_comes_first(id):
    assert list(mt.RULES[id].forms) == ["lecture", "paper"]
    assert mt.rule(id).form == "lecture"


def test_the_table_keeps_the_order_of_the_slides():
    assert list(mt.RULES) == [*SLIDES, "amsgrad", "lbfgs", "adamw", "lion", "muon"]
    assert all(optimizer.id == id for id, optimizer in mt.RULES.items())


def test_menus_say_what_is_beyond_the_lecture():
    beyond = [id for id, optimizer in mt.RULES.items() if optimizer.beyond_lecture]
    assert beyond == BEYOND
    assert mt.RULES["adamw"].menu_title == "AdamW (beyond the lecture)"
    assert mt.RULES["adam"].menu_title == "Adam"
    assert all(mt.rule(id).beyond_lecture for id in BEYOND)


# The first update at g = 1, in units of eta.


@pytest.mark.parametrize(
    ("id", "form", "values", "expected"),
    [
        ("gd", "lecture", {}, 1),
        ("adagrad", "lecture", {}, 1),
        ("adagrad", "paper", {}, 1),
        ("rmsprop", "lecture", {"gamma": 0.9}, 3.16228),
        ("rmsprop", "paper", {"gamma": 0.9}, 3.16228),
        ("rmsprop", "lecture", {"gamma": 0.99}, 10),
        ("rmsprop", "paper", {"gamma": 0.99}, 10),
        ("adam", "lecture", {}, 1),
        ("adam", "paper", {}, 1),
        ("nadam", "lecture", {}, 1.9),
        ("nadam", "paper", {}, 1.0564517784),
    ],
)
@pytest.mark.parametrize("eta", [0.001, 0.5])
def test_first_update(id, form, values, expected, eta):
    if id != "gd":
        values = values | {"eps": 1e-14}
    trace = mt.descend(
        constant_slope, [7.0], rule=mt.rule(id, form=form, eta=eta, **values), steps=1
    )
    assert trace[0].rho.flat[0] / eta == pytest.approx(expected, rel=2e-6)


def test_first_update_of_nadam_to_ten_digits():
    rule = mt.rule("nadam", form="paper", eta=1.0, eps=0.0)
    trace = mt.descend(constant_slope, [0.0], rule=rule, steps=1)
    assert trace[0].rho.flat[0] == pytest.approx(1.0564517784, abs=5e-11)


def test_first_update_of_zeilers_adadelta():
    rule = mt.rule("adadelta", form="paper", gamma=0.95, eps=1e-6)
    trace = mt.descend(constant_slope, [0.0], rule=rule, steps=1)
    assert trace[0].after.flat[0] == pytest.approx(-0.00447209123, abs=5e-12)


@pytest.mark.parametrize("form", ["lecture", "paper"])
def test_adam_moves_by_eta_where_the_gradient_is_constant(form):
    trace = mt.descend(constant_slope, [0.0], rule=mt.rule("adam", form=form, eta=2.0), steps=3)
    moved = [float(step.after.flat[0]) for step in trace]
    np.testing.assert_allclose(moved, [-2, -4, -6], rtol=1e-7)


def test_eps_inside_the_root_damps_like_its_root():
    """At g = 1e-4 and eps = 1e-8 both terms under the slide's root are equal: 1/sqrt(2)."""

    def gentle(theta):
        return 1e-4 * float(theta.sum()), np.full_like(theta, 1e-4)

    moved = [
        mt.descend(gentle, [0.0], rule=mt.rule("adam", form=form, eta=1.0), steps=1)[0].rho.flat[0]
        for form in ("lecture", "paper")
    ]
    np.testing.assert_allclose(moved, [0.70710678, 0.99990001], rtol=1e-8)


# Momentum: what a steady gradient grows to, and Goh's optimal parameters.


@pytest.mark.parametrize(
    ("form", "step_size", "gain"), [("lecture", "alpha", 1.9), ("paper", "eta", 10.0)]
)
def test_steady_gain_of_momentum(form, step_size, gain):
    rule = mt.rule("momentum", form=form, beta=0.9, **{step_size: 1.0})
    trace = mt.descend(constant_slope, [0.0], rule=rule, steps=400)
    assert trace[-1].rho.flat[0] == pytest.approx(gain, rel=1e-12)


def errors(rule, steps):
    """Return |theta_k| for curvatures 1 and 100, k = 1 … steps, one row each; the minimum is 0."""
    trace = mt.descend(quadratic([1, 100]), [1.0, 1.0], rule=rule, steps=steps)
    return np.abs([step.after.flat for step in trace]).T


def test_optimal_momentum_at_condition_number_100():
    # At the optimum both curvatures have the double root r: the error is (a + b k) r^k.
    rule = mt.rule("momentum", form="paper", eta=0.03305785, beta=0.66942149)
    for error in errors(rule, 200):
        rate = (error[199] / error[99] / 2) ** (1 / 100)
        assert rate == pytest.approx(0.818182, abs=5e-4)


def test_optimal_gradient_descent_at_condition_number_100():
    error = errors(mt.rule("gd", eta=2 / 101), 50)
    np.testing.assert_allclose(error[:, 1:] / error[:, :-1], 0.980198, atol=5e-7)


# Where Adam fails (Reddi, Kale & Kumar 2018), with clipping to [-1, 1].


def clipped_run(rule, slope, updates, cooled):
    x = np.array([1.0])
    state = rule.initial_state(x)
    for k in range(1, updates + 1):
        G = np.array([slope(k)])
        quantities = rule({"k": k, "G": G}, state)
        rho = quantities["rho"] / (np.sqrt(k) if cooled else 1.0)
        x = np.clip(x - rho, -1.0, 1.0)
        state = rule.next_state(quantities, G)
    return x[0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (mt.rule("adam", form="paper", bias_correction=False, eta=0.1, beta1=0.0,
                 beta2=0.1, eps=0.0), 0.99895),
        (mt.rule("amsgrad", eta=0.1, beta1=0.0, beta2=0.1, eps=0.0), -1.0),
    ],
    ids=["adam", "amsgrad"],
)  # fmt: skip
def test_adam_climbs_where_amsgrad_descends(rule, expected):
    def slope(k):
        return 3.0 if k % 3 == 1 else -1.0

    assert clipped_run(rule, slope, 10_000, cooled=True) == pytest.approx(expected, abs=5e-6)


def test_bias_corrected_adam_climbs_too():
    rule = mt.rule("adam", form="paper", eta=0.01, beta1=0.9, beta2=0.99)

    def slope(k):
        return 1010.0 if k % 101 == 1 else -10.0

    assert clipped_run(rule, slope, 10_000, cooled=False) == pytest.approx(0.993, abs=5e-4)
