"""Names of files that change with their contents, so that a browser may keep each for ever."""

import hashlib


def named_by_content(name: str, content: bytes) -> str:
    """Return a file's name with the hash of its content in it.

    Examples
    --------
    >>> named_by_content("style.css", b"p {}")
    'style-48d24394dd48.css'
    """
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}{dot}{ending}"
