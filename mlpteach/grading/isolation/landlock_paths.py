"""What a student's code may read where Landlock keeps it from the rest: as in bubblewrap.

Landlock allows whole folders, so that what is hidden in one of them is left out by naming its
neighbours.
"""

import functools
import os
from pathlib import Path

from mlpteach.grading.isolation.bubblewrap import (
    HIDDEN,
    LEFT_OUT,
    PACKAGES,
    SYSTEM,
    python_folders,
    python_settings,
)

WRITABLE = ["/dev/null"]
_READ = ["/dev/urandom", "/dev/random"]


@functools.cache
def readable_paths():
    """Return the files and folders that may be read; one that ends with "/." may be listed only."""
    paths = [*_READ, *python_settings()]
    for folder in [*SYSTEM, *python_folders()]:
        paths += _without_hidden(os.path.realpath(folder))
    return sorted(set(paths))


def hidden_packages():
    """Return the names of the packages that are not to be read; of mlpteach there is a stand-in."""
    return [name.replace("/", ".") for name in HIDDEN if name != "mlpteach"]


def anyone_may_read_python():
    """Whether a user without any right can go on importing: then a student's code is one."""
    return all(_is_open(Path(folder)) for folder in [*python_folders(), *python_settings()])


def _is_open(path):
    reach = all(parent.stat().st_mode & 0o001 for parent in path.parents)
    return reach and bool(path.stat().st_mode & 0o004)


def _without_hidden(path):
    """Return a path, or its entries where something below it is hidden."""
    if not any(Path(hidden).is_relative_to(path) for hidden in _hidden()):
        return [path] if os.path.exists(path) else []
    if path in _hidden():
        return []
    paths = [f"{path}/."]
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if not entry.is_symlink():
            paths += _without_hidden(entry.path)
    return paths


@functools.cache
def _hidden():
    """Return the real paths of what nobody may read, also for a Python other than this one."""
    found = {os.path.realpath(path) for path in LEFT_OUT}
    for folder in _package_folders():
        found |= {os.path.realpath(path) for name in HIDDEN if (path := folder / name).exists()}
        found |= {str(path) for path in folder.glob("*mlpteach*")}
    return found


def _package_folders():
    folders = [Path(folder) for folder in [*python_folders(), "/usr/lib", "/usr/lib64"]]
    deeper = [found for folder in folders for found in folder.glob("python3*/*")]
    return [path.resolve() for path in folders + deeper if path.name in PACKAGES]
