"""All that is graded: exercises and quizzes, by the grade ids of their test cells."""

from mlpteach.exercise import registry
from mlpteach.quiz import graded

ASSIGNMENTS = {**registry.ASSIGNMENTS, **graded.ASSIGNMENTS}
