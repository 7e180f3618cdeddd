"""The lectures as a folder of pages for any web server: they play at once, and wake Python up.

The way of the data: ``notebook`` (cells) → ``cells`` (runs them) → ``executed`` (what each shows,
as plain data) → ``lecture_page`` and ``start_page`` (HTML) → ``build`` (the folder). In a page's
worker ``desk`` runs the same cells and answers the page; ``pyodide`` takes the Python it runs in
from an unpacked release. No widget and nothing of Jupyter is known here.

The notebooks: ``problem_sets`` (as students get them) and the lectures → ``jupyterlite`` (the app),
with ``notebook_python`` (IPython and widgets as an archive) from what is ``installed`` →
``notebooks``.
"""
