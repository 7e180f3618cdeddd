"""What a helper answered in its own check is not asked again in the same notebook."""

from collections import Counter

import numpy as np

from mlpteach.exercise.comparison import Comparison
from mlpteach.exercise.local_calls import answer_with, silenced
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.protocol import Call, decide
from mlpteach.exercise.readback.budget import one_notebook
from mlpteach.exercise.reading import read_sheet

SHEET = read_sheet("ps2_adam")
CHECKS = PROBLEM_SETS["ps2_adam"]
LINES = [
    id for id, check in CHECKS.items() if not {"adam_update", "adam_descent"} & {*check.functions}
]
SLIP = "    V = second_moment(V, G, beta2) + np.sin(V)\n"


def with_slip():
    """Return the model's functions with a slip in adam_update that no list holds."""
    names = {"np": np}
    for task in SHEET.tasks.values():
        source = task.solution
        if task.name == "adam_update":
            source = source.replace("    V = second_moment(V, G, beta2)\n", SLIP)
            assert SLIP in source
        exec(source, names)
    return names


def graded(ids, names):
    """Return (verdicts, how often each function was asked by which check)."""
    asked, answer, found = {}, answer_with(names), {}
    with one_notebook():
        for number, id in enumerate(ids):
            asked[id] = Counter()

            def counted(call, id=id):
                asked[id][call.function] += 1
                return answer(call)

            found[id] = decide(CHECKS[id], np.random.default_rng([7, number]), counted)
    return found, asked


def test_helpers_with_a_check_of_their_own_are_not_asked_by_their_callers():
    _, asked = graded([*LINES, "adam_one_update"], with_slip())
    assert set(asked["adam_one_update"]) == {"adam_update"}


def test_they_are_asked_where_their_checks_do_not_stand():
    _, asked = graded(["adam_one_update"], with_slip())
    assert set(asked["adam_one_update"]) == {
        "adam_update",
        *(CHECKS[id].functions[0] for id in LINES),
    }


def test_a_caller_is_excused_by_what_several_checks_of_its_helper_were_answered():
    found, asked = graded(CHECKS, with_slip())
    assert not found["adam_one_update"].passed
    assert found["adam_counts_updates"].passed
    assert "Right but for adam_update" in found["adam_counts_updates"].message
    # Only what adam_descent hands to it is asked: 36 updates, and one of them twice.
    assert asked["adam_counts_updates"]["adam_update"] == 37


def test_a_known_mistake_in_several_checks_is_the_same_one():
    mistake = next(m for m in SHEET.mistakes if m.id == "square_missing")
    found, _ = graded(CHECKS, dict(SHEET.functions((mistake,))))
    assert found["adam_second_moment"].mistake == "square_missing"
    assert mistake.hint in found["adam_counts_updates"].message


def test_a_helper_with_a_memory_of_its_own_is_asked_again():
    names, right = with_slip(), SHEET.functions()["adam_update"]
    count = [0]

    def adam_update(W, G, M, V, k, **hypers):
        count[0] += 1
        W, M, V = right(W, G, M, V, k, **hypers)
        return W + count[0], M, V

    found, asked = graded(CHECKS, names | {"adam_update": adam_update})
    assert found["adam_one_update"].mistake == "own_memory"
    assert asked["adam_counts_updates"]["adam_update"] > 20  # all that its own checks ask


def test_what_differs_first_is_looked_for_once_and_anew_for_other_answers():
    def scenario(rng):
        yield "here", Call("first_moment", (rng.normal(0, 1, 3), rng.normal(0, 1, 3)))

    comparison = Comparison(SHEET, scenario, 3)
    mistake = next(m for m in SHEET.mistakes if m.function == "first_moment")
    with silenced():
        right, wrong = list(comparison.play()), list(comparison.play((mistake,)))
        assert comparison.first_difference(right) is None
        first = comparison.first_difference(wrong)
        assert first is not None
        assert comparison.first_difference(wrong) is first
        assert comparison.first_difference(right) is None
