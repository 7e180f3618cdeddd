"""All that is graded: exercises and quizzes, by the grade ids of their test cells."""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import Any

from mlpteach.exercise import problem_sets
from mlpteach.quiz import graded

_ALL: Any = ({}, graded.ASSIGNMENTS, problem_sets.PROBLEM_SETS)
ASSIGNMENTS: MutableMapping[str, Mapping[str, Any]] = ChainMap(*_ALL)
