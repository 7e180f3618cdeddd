"""Bad input to rules: told at once, with what was wrong, given and allowed."""

import dataclasses
import functools

import numpy as np
import pytest
from bad_input import INF, NAN, check
from examples import quadratic

import mlpteach as mt

# Every hyper-parameter of every rule.
HYPERS = [
    pytest.param(id, form, name, hyper, id=f"{id}-{form}-{name}")
    for id, optimizer in mt.RULES.items()
    for form, rule in optimizer.forms.items()
    for name, hyper in rule.hypers.items()
]


def is_switch(hyper):
    return isinstance(hyper.default, bool)


@pytest.mark.parametrize(("id", "form", "name", "hyper"), HYPERS)
def test_hyper_parameters_outside_of_their_range(id, form, name, hyper):
    def make(value):
        return lambda: mt.rule(id, form=form, **{name: value})

    if is_switch(hyper):
        check(make(1), TypeError, f"{name} must be True or False", "given 1 (int)")
        return
    allowed = f"{name} must be in {hyper.allowed}"
    for value in (-0.1, NAN, INF, -INF):
        check(make(value), ValueError, allowed, f"given {value}")
    for value in ("0.1", None, True, [0.1], np.array([0.1]), 1j):
        check(make(value), TypeError, f"{name} must be a number in {hyper.allowed}", "given ")


@pytest.mark.parametrize(("id", "form", "name", "hyper"), HYPERS)
def test_sliders_stay_inside_the_range(id, form, name, hyper):
    if is_switch(hyper):
        return
    for value in (hyper.default, hyper.low, hyper.high):
        assert mt.rule(id, form=form, **{name: value}).values[name] == value
    assert hyper.low <= hyper.default <= hyper.high
    assert hyper.low > 0 or not hyper.log


@pytest.mark.parametrize("name", ["beta1", "beta2"])
@pytest.mark.parametrize("id", ["adam", "nadam", "amsgrad"])
def test_a_decay_of_one_is_refused(id, name):
    check(lambda: mt.rule(id, **{name: 1.0}), ValueError, f"{name} must be in [0, 1)", "given 1.0")
    assert mt.rule(id, **{name: 0}).values[name] == 0.0


@pytest.mark.parametrize("id", ["gd", "adam", "rmsprop"])
def test_a_step_of_zero_is_refused(id):
    check(lambda: mt.rule(id, eta=0.0), ValueError, "eta must be in (0, inf)", "given 0.0")


@pytest.mark.parametrize(
    ("arguments", "values", "error", "messages"),
    [
        (("sgd",), {}, ValueError, ["rule='sgd' is unknown", "allowed: gd, momentum"]),
        ((None,), {}, TypeError, ["rule must be one of gd", "given None"]),
        (("adam", "slide"), {}, ValueError, ["form='slide' is unknown", "lecture, paper"]),
        (("adam", 1), {}, TypeError, ["form must be one of lecture, paper", "given 1 (int)"]),
        (("lbfgs", "lecture"), {}, ValueError, ["on no slide", "'lecture'", "allowed: paper"]),
        (("amsgrad", "lecture"), {}, ValueError, ["on no slide", "allowed: paper"]),
        (
            ("gd",),
            {"beta": 0.9},
            ValueError,
            ["gd (lecture) has no hyper-parameter 'beta'", "has: eta"],
        ),
        (("adam",), {"beta_1": 0.9}, ValueError, ["has: eta, beta1", "mean 'beta1'?"]),
        (("adadelta", "paper"), {"eta": 0.9}, ValueError, ["it has: gamma, eps"]),
    ],
)
def test_rule(arguments, values, error, messages):
    check(lambda: mt.rule(*arguments, **values), error, *messages)


def test_a_rule_can_be_changed():
    rule = mt.rule(mt.rule("adam", form="paper", eta=0.5), beta1=0.8)
    assert (rule.form, rule.values["eta"], rule.values["beta1"]) == ("paper", 0.5, 0.8)
    check(lambda: mt.rule(rule, beta1=2.0), ValueError, "beta1 must be in [0, 1)", "given 2.0")


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), 10**9999], ids=["1e400", "-1e400", "1e9999"]
)
def test_a_number_too_large_for_a_float(number):
    check(lambda: mt.rule("adam", eta=number), ValueError, "eta must be in (0, inf)", "given ")


def test_values_of_lbfgs_go_together():
    check(lambda: mt.rule("lbfgs", c1=0.4, c2=0.1), ValueError, "c1 must be smaller than c2")
    check(lambda: mt.rule("lbfgs", memory=2.5), ValueError, "memory must be a whole number in")
    assert mt.rule("lbfgs", memory=3, c1=0.1, c2=0.2).values["memory"] == 3


@pytest.mark.parametrize("given", [dict, int, np.sqrt, len, mt.MLP])
def test_no_function_to_make_a_rule_of(given):
    check(lambda: mt.rule(given), TypeError, "a rule must be a function like my_rule(k, G, M, V")


def test_a_form_with_a_rule():
    check(lambda: mt.rule(mt.rule("adam"), form="paper"), ValueError, "'paper' with a Rule.")


class Callable:
    def __call__(self, G, *, eta=0.1):
        return {"rho": eta * G}


@pytest.mark.parametrize("given", [Callable(), functools.partial(Callable().__call__, eta=0.2)])
def test_other_callables_are_rules(given):
    assert len(mt.descend(quadratic([1, 2]), [1.0, 2.0], rule=given, steps=2)) == 2


@pytest.mark.parametrize(
    "name",
    ["k", "W", *(field.name for field in dataclasses.fields(mt.Step) if field.name != "rho")],
)
def test_reserved_quantities_of_an_own_rule(name):
    def mine(k, G):
        return {name: G, "rho": G}

    message = f"mine must not return a quantity named {name!r}; at update k = 1 it returned"
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=mine, steps=2), ValueError, message)


@pytest.mark.parametrize("name", ["_M", "__class__", "M hat", "", 3, "1st"])
def test_quantities_are_named_like_variables(name):
    def mine(k, G):
        return {name: G, "rho": G}

    message = "mine must name its quantities like variables of Python"
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=mine), ValueError, message, f"{name}, rho")


def test_reserved_states_are_refused_with_the_rule():
    def mine(k, G, loss, *, eta=0.1):
        return {"loss": loss, "rho": eta * G}

    message = "mine must not return a quantity named 'loss'; its parameters are (k, G, loss)"
    check(lambda: mt.rule(mine), ValueError, message)


def test_a_rule_without_k_is_told_no_update():
    def mine(G):
        return None

    message = "mine must return Quantities(rho=rho) or a dict; it returned None"
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=mine, steps=2), TypeError, message)
