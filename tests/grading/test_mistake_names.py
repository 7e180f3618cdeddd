"""What a recognised mistake is called in the report over a class."""

import inspect
import re

import pytest

from mlpteach.exercise import (
    comparison,
    diagnosis,
    differences,
    distributions,
    replies,
    wrong_answers,
)
from mlpteach.exercise.problem_sets import PROBLEM_SETS
from mlpteach.exercise.reading import read_sheet
from mlpteach.grading.mistake_names import IN_WORDS, in_words

MODULES = [comparison, diagnosis, differences, distributions, replies]


@pytest.mark.parametrize("module", MODULES)
def test_every_kind_of_difference_has_words(module):
    kinds = set(re.findall(r'Finding\(\s*"(\w+)"', inspect.getsource(module)))
    assert kinds
    assert kinds <= set(IN_WORDS)


def test_words_are_not_kept_for_what_is_no_kind():
    sources = "".join(map(inspect.getsource, [*MODULES, wrong_answers]))
    assert [kind for kind in IN_WORDS if f'"{kind}"' not in sources] == []


@pytest.mark.parametrize("assignment", PROBLEM_SETS)
def test_a_known_mistake_is_told_by_the_beginning_of_its_hint(assignment):
    for mistake in read_sheet(assignment).mistakes:
        said = in_words(assignment, mistake.id)
        if mistake.id not in IN_WORDS:
            assert re.fullmatch(rf"{mistake.id} \(.{{10,70}}\)", said), said


def test_a_mistake_that_stands_nowhere_keeps_its_name():
    assert in_words("quiz1_learning", "beta_forgotten") == "beta_forgotten"
    assert in_words("ps2_adam", "no_such") == "no_such"


def test_what_was_read_back_is_told_by_its_kind():
    assert in_words("ps2_adam", "bracket") == "a bracket ends elsewhere"
