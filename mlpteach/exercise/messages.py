"""Say what a check found so that it can be read: in lines, and where the student looks."""

import os
import sys
import textwrap

_WIDTH = 83  # nbgrader's "Validate" indents by 4 and cuts off what is longer than 87


def wrap_lines(text: str) -> str:
    """Break a text into lines; "Validate", feedback and formgrader cut long ones off.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> wrap_lines("Right. " * 20).count(chr(10))
    1
    """
    lines = text.splitlines()
    return "\n".join(
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in lines
    )


def print_message(text: str, failed: bool) -> None:
    """Print a text below the student's cell, and into nbgrader's "Validate" if `failed`.

    Of a cell that gives no full points, "Validate" shows what stands on stderr and else only that
    something failed. In the notebook nothing is an alarm: a check that fails is part of the work.

    Parameters
    ----------
    text : str
    failed : bool
    """
    validating = os.environ.get("NBGRADER_EXECUTION") == "validate"
    print(text, file=sys.stderr if failed and validating else sys.stdout)
