"""Marks that are decided outside the student's process; used through nbgrader's own commands.

``grade.py`` is the one function under all of them: plain data in, plain data out. ``submission.py``
reads whatever was handed in, ``rebuild.py`` puts its answers into the instructor's notebook,
``session.py`` runs the cells in a ``sandbox.py`` and answers the calls of the checks
(:mod:`mlpteach.exercise`), whose word ``verdicts.py`` writes down; ``ordinary_tests.py`` runs
nbgrader's own tests there.

Around it: ``rules.py`` reads what a notebook is graded by, ``tidy.py`` takes out of a submission
what would stop a batch, ``steps.py`` makes nbgrader's preprocessors of the function, ``record.py``
writes the marks, ``class_run.py`` grades a whole class and ``report.py`` tells the instructor.
``inside/`` is the only part that runs in the sandbox, beside the student's code.
"""
