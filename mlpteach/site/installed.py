"""The files of packages that are installed beside this Python, each checked with its hash."""

import base64
import hashlib
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlpteach.site.licence import is_licence, licence_in_metadata

# Where the packages will run.
_BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "extra": ""}
_SHARED = "share/jupyter/"  # which pip puts beside the environment's libraries


class NotInstalled(Exception):
    """A package is missing, or is not what was installed, for the person at the terminal."""


def installed(name: str) -> Distribution:
    """Return an installed package.

    Raises
    ------
    NotInstalled
    """
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise NotInstalled(
            f"{name} is not installed beside this Python, which notebooks in the browser need. "
            "Install it with\n    pip install 'mlpteach[site]'"
        ) from error


def files_of(name: str) -> dict[str, bytes]:
    """Return the files of a package, those for Jupyter as ``share/jupyter/…``.

    Raises
    ------
    NotInstalled
        Also where a file is not the one that was installed, by the hash noted then.
    """
    found = {}
    for file in installed(name).files or ():
        if file.hash is None:  # what was made after the installation, such as byte code
            continue
        path, content = file.as_posix(), file.read_binary()
        if _digest(content, file.hash.mode) != file.hash.value:
            raise NotInstalled(
                f"{file.locate()} is not the file that was installed. Install {name} again with\n"
                f"    pip install --force-reinstall --no-deps {name}"
            )
        found[path[path.find(_SHARED) :] if _SHARED in path else path] = content
    if not found:
        raise NotInstalled(f"What {name} installed is not known. Install it again, with pip.")
    return found


def _digest(content, mode):
    digest = hashlib.new(mode, content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def needed_in_browser(*names: str, without: frozenset[str] = frozenset()) -> list[str]:
    """Return the names of packages and of all that they need where they run in a browser.

    Parameters
    ----------
    *names : str
    without : frozenset of str
        What is not needed after all.
    """
    found, due = set(), list(names)
    while due:
        name = canonicalize_name(due.pop())
        if name in found or name in without:
            continue
        found.add(name)
        wanted = map(Requirement, installed(name).requires or ())
        due += [one.name for one in wanted if one.marker is None or one.marker.evaluate(_BROWSER)]
    return sorted(found)


def licence_of(name: str, files: dict[str, bytes]) -> str:
    """Return what a package says of its licence."""
    told = [files[path].decode("utf-8", "replace") for path in sorted(files) if is_licence(path)]
    metadata = installed(name).read_text("METADATA") or ""
    return "\n\n".join(told) or licence_in_metadata(metadata)
