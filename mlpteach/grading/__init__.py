"""Marks that are decided outside the student's process; used through nbgrader's own commands.

The way of a submission: ``submission.py`` reads whatever was handed in, ``rebuild.py`` puts its
answers into the instructor's notebook, ``executor.py`` runs the cells in a ``sandbox.py`` and lets
the checks of :mod:`mlpteach.exercise` decide, ``class_run.py`` does so for a whole class.
``inside/`` is the only part that runs in the sandbox, beside the student's code.
"""
