"""How nbgrader is told to grade with mlpteach: through its own settings only."""

import sys

ON_WINDOWS = (
    "mlpteach grades on Linux only: on Windows use WSL (wsl --install), and run nbgrader and "
    "mlpteach in it. Students need none of that: notebooks and their checks work on Windows."
)
_OURS = "mlpteach.grading."
_THEIRS = "nbgrader.preprocessors."

# nbgrader's own list of what is no part of an assignment.
_IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]
OWN = ("checks.py", "mistakes.toml")
LINES_TO_WRITE = (
    "Write into it, below c = get_config():\n"
    "    from mlpteach.grading.settings import configure\n"
    "    configure(c)"
)
# nbgrader's own list of what becomes of a source.
_GENERATE = [
    _THEIRS + name
    for name in (
        *("InstantiateTests", "LockCells", "ClearSolutions", "ClearOutput"),
        *("CheckCellMetadata", "ComputeChecksums", "SaveCells", "ClearHiddenTests"),
        *("ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata"),
    )
]


def configure(c):
    """Set everything in a course's ``nbgrader_config.py``.

    Parameters
    ----------
    c : traitlets.config.Config
        What ``get_config()`` gives there.
    """
    if sys.platform == "win32":
        raise SystemExit(ON_WINDOWS)
    # Names rather than classes: most of nbgrader's commands need none of them.
    c.Autograde.exporter_class = _OURS + "course.exporter.SubmissionExporter"
    c.Autograde.post_convert_hook = _OURS + "course.finished.release"
    # All metadata come from the source, so nothing of nbgrader's own repairs is needed.
    c.Autograde.sanitize_preprocessors = [_OURS + "course.steps.TrustedExecute"]
    c.Autograde.autograde_preprocessors = [
        _OURS + "course.steps.SaveMarks",
        _THEIRS + "AssignLatePenalties",
    ]
    # The model solutions and checks of an exercise of one's own are nobody's to see.
    ignored = c.CourseDirectory.get("ignore")
    ignored = ignored if isinstance(ignored, list) else _IGNORED
    c.CourseDirectory.ignore = [*ignored, *(name for name in OWN if name not in ignored)]
    c.GenerateAssignment.preprocessors = [
        _THEIRS + "IncludeHeaderFooter",  # what it imports is there for the model solution, too
        _OURS + "course.source_check.CheckSource",
        _OURS + "course.write_draws.WriteDraws",
        *_GENERATE,
    ]
    c.GenerateFeedback.exporter_class = _OURS + "pages.feedback_page.FeedbackExporter"
    c.GenerateFeedback.preprocessors = [
        _OURS + "pages.feedback_page.ShowMarks",
        _OURS + "pages.feedback.HideTests",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    from mlpteach.grading.gradebook.formgrader_queries import (
        help_the_formgrader,  # loads SQLAlchemy
    )

    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {"markdown2html": _OURS + "pages.markdown.markdown_to_html"}
    c.ExchangeFactory.collect = _OURS + "course.collect.Collect"
    help_the_formgrader()
