"""Every known mistake, by its own wrong solution: it is named, costs points, gives nothing away."""

import re

import numpy as np
import pytest

from mlpteach.exercise.local_calls import answer_with
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import decide
from mlpteach.exercise.reading import read_sheet

SHEETS = {id: read_sheet(id) for id in PROBLEM_SETS}
MISTAKES = [
    pytest.param(id, mistake, id=f"{mistake.function}-{mistake.id}")
    for id, sheet in SHEETS.items()
    for mistake in sheet.mistakes
]
SOLUTIONS = [(id, name) for id, sheet in SHEETS.items() for name in sheet.tasks]

# What the brief of the exercises asks to be known, by the ids under which it is.
ASKED_FOR = [
    "no_bias_correction",
    "first_moment_not_corrected",
    "second_moment_not_corrected",
    "k_from_0",
    "counts_from_0",
    "k_restarts",
    "k_restarts_each_epoch",
    "correction_multiplied",
    "eps_outside",
    "adadelta_eps_outside",
    "eps_added_to_weights",
    "square_missing",
    "betas_swapped",
    "first_moment_weights_exchanged",
    "second_moment_weights_exchanged",
    "moments_not_returned",
    "moments_order_swapped",
    "corrected_moments_returned",
    "weights_changed_in_place",
    "moments_changed_in_place",
    "outputs_changed_in_place",
    "integer_array",
    "whole_numbers",
    "mse_kept",
    "factor_2",
    "wrong_sign",
    "divided_by_n",
    "summed_over_instances",
    "uphill",
    "eta_missing",
    "eta_doubled",
    "eps_missing",
    "ln_derivative_sign",
    "ln_derivative_left",
    "sensitivity_transposed",
    "nothing_returned",
    "prints_instead_of_returning",
    "two_tap_momentum",
    "adagrad_forgets",
    "rmsprop_accumulates",
    "gradient_accumulated_too_late",
    "updates_accumulated_first",
    "looks_uphill",
    "nesterov_uphill",
    "fan_in_and_fan_out_exchanged",
    "variance_for_standard_deviation",
    "uniform_limit_for_std",
    "cost_arguments_exchanged",
]


def verdicts(assignment, functions, seed):
    """Return id of a check -> its verdict on these functions."""
    return {
        id: decide(check, np.random.default_rng(seed), answer_with(functions))
        for id, check in PROBLEM_SETS[assignment].items()
    }


def test_the_mistakes_asked_for_are_known():
    known = {mistake.id for sheet in SHEETS.values() for mistake in sheet.mistakes}
    assert set(ASKED_FOR) <= known
    assert len(known) >= 200


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_no_two_mistakes_of_a_function_are_the_same(sheet):
    ids = [(mistake.function, mistake.id) for mistake in sheet.mistakes]
    assert len(set(ids)) == len(ids)
    sources = [sheet.source(mistake.function, (mistake,)) for mistake in sheet.mistakes]
    assert None not in sources
    assert len(set(sources)) == len(sources)


@pytest.mark.parametrize(("assignment", "mistake"), MISTAKES)
def test_a_known_mistake_is_named_and_costs_points(assignment, mistake):
    functions = SHEETS[assignment].functions((mistake,))
    named = [
        verdict
        for verdict in verdicts(assignment, functions, 1).values()
        if verdict.mistake == mistake.id
    ]
    assert named
    for verdict in named:
        assert verdict.fraction < 1.0
        assert mistake.hint in verdict.message or "in place" in verdict.message


@pytest.mark.parametrize(("assignment", "mistake"), MISTAKES)
def test_a_hint_is_a_sentence_that_does_not_show_the_solution(assignment, mistake):
    assert mistake.hint[-1] in ".?"
    hint = squeezed(mistake.hint)
    solution = SHEETS[assignment].tasks[mistake.function].solution
    for line in solution.strip().splitlines()[1:]:
        expression = squeezed(re.split(r"^\s*(?:return|\w+ =)", line)[-1])
        # "W, M, V" and "path" are what the task itself asks for.
        assert len(expression) < 6 or expression not in hint
    for _, new in mistake.changes:
        assert len(squeezed(new)) < 8 or squeezed(new) not in hint
    # Not with another mistake beside it; what is right, the message says before the hint.
    assert " are right" not in mistake.hint


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
@pytest.mark.parametrize("seed", range(8))
def test_the_model_solution_passes_whatever_the_inputs(assignment, seed):
    found = verdicts(assignment, SHEETS[assignment].functions(), seed)
    assert {id for id, verdict in found.items() if not verdict.passed} == set()


@pytest.mark.parametrize(("assignment", "name"), SOLUTIONS)
def test_what_is_not_written_yet_is_told_so_and_is_worth_nothing(assignment, name):
    def stub(*arguments, **keywords):
        raise NotImplementedError

    functions = dict.fromkeys(SHEETS[assignment].tasks, stub)
    for verdict in verdicts(assignment, functions, 1).values():
        assert verdict.fraction == 0.0
        assert verdict.mistake == "not_written"
        assert "is not written yet" in verdict.message
