"""An nbgrader course: run nbgrader's commands from the folder of this file.

Everything they make (``gradebook.db``, ``release/``, ``submitted/``, ``autograded/``,
``feedback/``) stays in this folder. Only the exchange, through which assignments and submissions
pass, lies elsewhere: nbgrader's default unless your own ``~/.jupyter/nbgrader_config.py`` or
``--Exchange.root`` says otherwise.
"""

from mlpteach.grading.settings import configure

c = get_config()  # noqa: F821  nbgrader hands it to this file

# Students name the course where they have no copy of this file:
#   nbgrader fetch_assignment ps2_adam --course mlpteach
c.CourseDirectory.course_id = "mlpteach"

# Students' code runs in a sandbox and the marks are decided outside of it; see mlpteach/grading/.
configure(c)
