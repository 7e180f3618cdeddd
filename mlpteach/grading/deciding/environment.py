"""What decides a mark besides the work and its rules: the versions of all that grades."""

import functools
import hashlib
import platform
from importlib import metadata, resources
from pathlib import Path

from mlpteach import __version__

_DECIDING = ("numpy", "matplotlib", "nbformat", "nbgrader")


@functools.cache
def environment():
    """Return name -> version of what grades here; mlpteach's with a digest of its files."""
    versions = {name: metadata.version(name) for name in _DECIDING}
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, "mlpteach": f"{__version__} ({_package_digest()})", **versions}


def differences(theirs):
    """Say what differs from the environment here, "" for nothing.

    Parameters
    ----------
    theirs : dict of str to str
        Another machine's :func:`environment`.

    Examples
    --------
    >>> differences(environment())
    ''
    >>> differences(environment() | {"numpy": "1.0"}).startswith("numpy 1.0 is asked for, ")
    True
    """
    here = environment()
    return "; ".join(
        f"{name} {theirs.get(name, '?')} is asked for, {here.get(name, 'none')} is installed"
        for name in {**theirs, **here}
        if theirs.get(name) != here.get(name)
    )


def _package_digest():
    total, root = hashlib.sha256(), Path(str(resources.files("mlpteach")))
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".toml"):
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]
