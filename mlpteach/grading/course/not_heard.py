"""What a course's settings ask of nbgrader's own steps, which are not taken here: it is said."""

# Sections of the settings whose steps mlpteach replaces, and what of them it hears.
_REPLACED = {
    "Execute": ("timeout", "enabled"),
    "ExecutePreprocessor": ("timeout", "enabled"),
    "NotebookClient": ("timeout",),
    "OverwriteCells": (),
    "OverwriteKernelspec": (),
    "CheckCellMetadata": ("enabled",),
    "DeduplicateIds": (),
    "IgnorePattern": (),
    "LimitOutput": (),
    "ClearMetadataPreprocessor": (),
    "SaveAutoGrades": (),
}
_INSTEAD = {
    "timeout_func": "c.TrustedExecute.cell_seconds holds for every cell: set it to the longest",
    "allow_errors": "cells below an error are always run",
    "interrupt_on_timeout": "a cell is stopped, and the cells below it are run",
    "iopub_timeout": "there is no such wait",
    "raise_on_iopub_timeout": "there is no such wait",
    "startup_timeout": "Python is loaded once for all",
    "kernel_name": "it is always this Python",
    "skip_cells_with_tag": "no tag of a student's has an effect",
    "extra_cell_metadata": "all metadata come from the source",
}


def not_heard(config):
    """Return a sentence for each setting of nbgrader's that has no effect here.

    Parameters
    ----------
    config : traitlets.config.Config
        A course's settings.

    Examples
    --------
    >>> not_heard({"Execute": {"timeout": 60, "allow_errors": False}})
    ['c.Execute.allow_errors has no effect: cells below an error are always run']
    """
    return [
        f"c.{section}.{name} has no effect: "
        + _INSTEAD.get(name, "what it would change is replaced by mlpteach.grading")
        for section, heard in _REPLACED.items()
        for name in sorted(config.get(section) or {})
        if name not in heard
    ]
