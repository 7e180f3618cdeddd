"""A limit for what is computed, outside of the sandbox, from arrays that a student chose.

Two arrays of a few kilobytes make a matrix of gigabytes when one is subtracted from the other.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 1 << 30
_STATUS = Path("/proc/self/statm")  # in pages, the address space first


@contextlib.contextmanager
def limited_memory(most: int = MOST_BYTES) -> Iterator[None]:
    """Let what is done inside take so many bytes more; where no system limits it, do nothing.

    Parameters
    ----------
    most : int

    Raises
    ------
    MemoryError
        By whoever asks for more.
    """
    if not _STATUS.exists():  # macOS, Windows, Pyodide
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(_STATUS.read_text().split()[0]) * resource.getpagesize()
    limits = [each for each in (before, taken + most) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
