"""Read a mistake back from the numbers: which changed formula gives what the student returned?

For mistakes that no list holds. ``formula.py`` makes one expression of each returned quantity,
``edits/`` changes it as students do, ``search.py`` looks for the change that gives the student's
numbers, ``words.py`` says it without giving the right line away.
"""
