"""No parameter of any function can be ignored, and no kind of input, without losing points."""

import inspect

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

SOLUTIONS = {
    name: (assignment, function, inspect.signature(function).parameters)
    for assignment in PROBLEM_SETS
    for name, function in read_sheet(assignment).functions().items()
}
CHOSEN = [
    (name, parameter.name, parameter.default)
    for name, (_, _, parameters) in SOLUTIONS.items()
    for parameter in parameters.values()
    if parameter.default is not parameter.empty
]
GIVEN = [
    (name, parameter.name)
    for name, (_, _, parameters) in SOLUTIONS.items()
    for parameter in parameters.values()
    if parameter.default is parameter.empty
]


def lost(name, change):
    """Return the points that are lost when `change` stands in for the model solution `name`."""
    assignment, right, _ = SOLUTIONS[name]
    functions = read_sheet(assignment).functions() | {name: change(right)}
    return sum(
        check.points
        * (1 - decide(check, np.random.default_rng(3), answer_with(functions)).fraction)
        for check in PROBLEM_SETS[assignment].values()
        if name in check.functions
    )


def with_argument(name, parameter, change):
    """Return a change of a solution: it sees another value of one of its arguments."""

    def changed(right):
        def function(*arguments, **keywords):
            given = inspect.signature(right).bind(*arguments, **keywords)
            given.apply_defaults()
            given.arguments[parameter] = change(given.arguments[parameter])
            return right(*given.args, **given.kwargs)

        return function

    return lost(name, changed)


@pytest.mark.parametrize(("name", "parameter", "default"), CHOSEN)
def test_an_argument_in_whose_place_the_default_is_used_costs_points(name, parameter, default):
    assert with_argument(name, parameter, lambda value: default) > 0


def _other(value):
    if isinstance(value, list):
        return [_other(part) for part in value]
    return np.ones_like(value) if isinstance(value, np.ndarray) else 7


@pytest.mark.parametrize(("name", "parameter"), GIVEN)
def test_an_argument_that_is_not_looked_at_costs_points(name, parameter):
    assert with_argument(name, parameter, _other) > 0


def wrong_where(condition):
    """Return a change of a solution: wrong for some inputs only."""

    def changed(right):
        def function(*arguments, **keywords):
            value = right(*arguments, **keywords)
            if not any(condition(a) for a in arguments if isinstance(a, np.ndarray)):
                return value
            return tuple(v + 1 for v in value) if isinstance(value, tuple) else value + 1

        return function

    return changed


SOME_WEIGHTS = [  # W of any shape, as the sheets say
    name for name, (_, _, parameters) in SOLUTIONS.items() if {"G", "M_hat", "v"} & set(parameters)
]
KINDS = {
    "vectors": lambda array: array.ndim == 1,
    "matrices": lambda array: array.ndim == 2,
    "large entries": lambda array: np.abs(array).max() > 15,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOME_WEIGHTS)
def test_a_rule_must_be_right_for_any_weights(name, kind):
    if (name, kind) == ("look_ahead", "large entries"):
        return  # takes no gradient
    assert lost(name, wrong_where(KINDS[kind])) > 0


@pytest.mark.parametrize(
    "name",
    ["first_moment", "second_moment", "adam_update", "momentum_update", "nesterov_update",
     "adagrad_update", "rmsprop_update", "adadelta_update"],
)  # fmt: skip
def test_a_rule_must_be_right_where_a_weight_has_no_gradient(name):
    def no_gradient(array):
        return array.any() and not array.all()

    assert lost(name, wrong_where(no_gradient)) > 0


@pytest.mark.parametrize(
    "name", ["corrected_first_moment", "corrected_second_moment", "adam_update"]
)
def test_a_late_update_counts(name):
    assert with_argument(name, "k", lambda k: min(k, 10)) > 0


@pytest.mark.parametrize("name", ["cost_cross_entropy", "softmax"])
def test_more_instances_than_outputs_count(name):
    wide = wrong_where(lambda array: array.shape[0] < array.shape[1])
    assert lost(name, wide) > 0


def test_layers_may_have_different_sizes():
    def changed(right):
        def square_only(X, weights):
            A = np.empty((len(weights), *np.shape(weights[0])[:1], X.shape[1]))
            for layer, W in enumerate(weights):
                A[layer] = np.tanh(W @ (A[layer - 1] if layer else X))
            return A.std(axis=(1, 2))

        return square_only

    assert lost("layer_spreads", changed) > 0
