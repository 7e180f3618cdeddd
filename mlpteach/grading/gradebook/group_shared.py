"""Assistants with accounts of their own: what one makes in the course, the others may change.

nbgrader's ``CourseDirectory.groupshared`` sees to the folders of assignments. The gradebook, what
SQLite lays beside it, and the folders around would belong to whoever makes them first.
"""

import contextlib
import os
import stat
from pathlib import Path

_OF_THE_GROUP = stat.S_IRWXG


def share_with_group(coursedir):
    """Let the group change what this process makes from now on, and the gradebook.

    Does nothing unless the course's settings say ``CourseDirectory.groupshared``.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    """
    if not coursedir.groupshared:
        return
    os.umask(os.umask(0o777) & ~_OF_THE_GROUP)
    path = gradebook_file(coursedir.db_url)
    if path is not None:
        with contextlib.suppress(OSError):  # another's, who has done so
            path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IRGRP | stat.S_IWGRP)


def gradebook_file(db_url):
    """Return the file of an SQLite gradebook, None for another kind.

    Examples
    --------
    >>> gradebook_file("sqlite:////course/gradebook.db").name, gradebook_file("postgresql:///x")
    ('gradebook.db', None)
    """
    kind, _, path = db_url.partition(":///")
    return Path(path) if kind == "sqlite" and path else None
