"""Marks that are decided outside the student's process; used through nbgrader's own commands.

The way of a submission: ``tidy.py`` takes out of its folder what would stop a batch,
``submission.py`` reads whatever was handed in, ``rebuild.py`` puts its answers into the
instructor's notebook (``original.py``), ``session.py`` runs the cells in a ``sandbox.py`` and
answers the calls of the checks (:mod:`mlpteach.exercise`), whose word ``verdicts.py`` writes down.
``steps.py`` makes nbgrader's preprocessors of that, ``class_run.py`` does it for a whole class and
``report.py`` tells the instructor. ``inside/`` is the only part that runs in the sandbox, beside
the student's code.
"""
