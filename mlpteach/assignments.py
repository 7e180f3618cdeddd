"""All that is graded: exercises and quizzes, by the grade ids of their test cells."""

from mlpteach.exercise import problem_sets
from mlpteach.quiz import graded

ASSIGNMENTS = {**problem_sets.PROBLEM_SETS, **graded.ASSIGNMENTS}
