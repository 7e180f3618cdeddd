"""Checks of a student's functions that say what is wrong, in the order of the formula.

``check("adam_one_update", adam_update)`` runs one in a notebook; ``mlpteach.exercise.problem_sets``
has them all.
"""

from mlpteach.exercise.notebook import check, look

__all__ = ["check", "look"]
