"""What a site takes of an unpacked Pyodide release: the core, NumPy, and matplotlib for pictures.

Every wheel must have the hash that the release's own lock file names; a wrong one is refused. Where
Node is installed, modules that are imported at once are compiled by this very release.
"""

import gzip
import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpteach.site.archive import sources_archive
from mlpteach.site.compiled import can_compile, compile_all
from mlpteach.site.licence import is_licence, licence_in_metadata

_WASM = "pyodide.asm.wasm"  # of which two thirds are saved where a server does not compress
_LOADED = "pyodide.asm.mjs"
_STANDARD = "python_stdlib.zip"
_CORE = ("pyodide.mjs", _LOADED, _WASM, _STANDARD)
_LOCK = "pyodide-lock.json"
AT_ONCE = ("numpy",)
ON_DEMAND = ("matplotlib",)
FOR_NOTEBOOKS = ("micropip",)  # which their kernel imports
# What matplotlib names and does not import: for PDF, which a reader can load, and never.
_FOR_PDF, _NEVER = "fonttools", "pytz"
# What no browser reads: types, sources in C, examples, fonts of PDF and PostScript; and slanted
# fonts, of which the upright ones stay.
_UNREAD = re.compile(
    r"\.(pyi|pxd|h|c|a)$|/mpl-data/sample_data/|/fonts/(afm|pdfcorefonts)/"
    r"|/DejaVu(SansMono|Serif)-(Bold)?(Italic|Oblique)\.ttf$"
)
_REMADE = ("numpy", "matplotlib")


class NoPyodide(Exception):
    """What is wrong with the folder that was given, for the person at the terminal."""


@dataclass(frozen=True)
class Release:
    """What a site needs of a Pyodide release.

    Attributes
    ----------
    files : dict of str to bytes
        By their names in the site's folder.
    first : int
        How many bytes are fetched before Python is awake.
    licences : dict of str to str
        Name -> licence.
    sources : bytes
        The package's own archive.
    folder : Path
        Where it is unpacked.
    """

    files: dict[str, bytes]
    first: int
    licences: dict[str, str]
    sources: bytes
    folder: Path


def read_release(folder: Path) -> Release:
    """Return what a site needs of an unpacked release.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    NoPyodide
        Where a file is missing or has another hash than the lock file names.
    """
    lock = _read_lock(folder)
    core = {name: _read(folder, name) for name in _CORE}
    entries = _entries(lock["packages"])
    wheels = {entry["file_name"]: _wheel(folder, entry) for entry in entries.values()}
    told = _licences(lock, entries, wheels)
    for name in _REMADE:
        _replace(wheels, entries[name], _without_unread(wheels[entries[name]["file_name"]]))
    sources = sources_archive()
    if can_compile():
        sources = _compile(folder, core, wheels, entries, sources)
    for name in (_WASM, _LOADED):
        core[f"{name}.packed"] = gzip.compress(core.pop(name), 9, mtime=0)
    small = json.dumps({**lock, "packages": entries}, sort_keys=True, indent=1).encode()
    at_once = [entries[name]["file_name"] for name in _closure(entries, AT_ONCE)]
    first = sum(map(len, core.values())) + len(small) + sum(len(wheels[one]) for one in at_once)
    return Release({**core, _LOCK: small, **wheels}, first + len(sources), told, sources, folder)


def _compile(folder, core, wheels, entries, sources):
    """Put byte code into the library and two wheels; return the sources with theirs."""
    given = {name: wheels[entries[name]["file_name"]] for name in _REMADE}
    core[_STANDARD], made, sources = compile_all(folder, core[_STANDARD], given, sources)
    for name, wheel in made.items():
        _replace(wheels, entries[name], wheel)
    return sources


def _replace(wheels, entry, wheel):
    """Put another wheel in the place of a package's, with its hash."""
    wheels[entry["file_name"]] = wheel
    entry["sha256"] = hashlib.sha256(wheel).hexdigest()


def _without_unread(wheel):
    """Return a wheel without what no browser reads."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as given, zipfile.ZipFile(made, "w") as kept:
        for entry in given.infolist():
            if not _UNREAD.search(entry.filename):
                lasting = zipfile.ZipInfo(entry.filename)  # dated 1980
                lasting.external_attr = entry.external_attr
                lasting.compress_type = zipfile.ZIP_DEFLATED
                kept.writestr(lasting, given.read(entry), compresslevel=9)
    return made.getvalue()


def _read_lock(folder):
    try:
        lock = json.loads(_read(folder, _LOCK))
        lock["packages"]["numpy"], lock["info"]["python"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoPyodide(f"{folder / _LOCK} is no lock file of Pyodide: {error!r}.") from error
    return lock


def _read(folder, name):
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise NoPyodide(
            f"{folder} is no unpacked Pyodide release with NumPy and matplotlib: "
            f"{name} cannot be read ({error.strerror}). Unpack pyodide-….tar.bz2, the full "
            "release, and give the folder that holds pyodide.mjs."
        ) from error


def _entries(packages):
    """Return the lock file's entries of what a site takes, name -> entry."""
    drawing = packages["matplotlib"]
    left_out = (_FOR_PDF, _NEVER)
    drawing["depends"] = [one for one in drawing.get("depends", ()) if one not in left_out]
    more = [_FOR_PDF] if _FOR_PDF in packages else []
    chosen = _closure(packages, (*AT_ONCE, *ON_DEMAND, *FOR_NOTEBOOKS, *more))
    return {name: packages[name] for name in chosen}


def _closure(packages: dict[str, Any], wanted: tuple[str, ...]) -> list[str]:
    """Return the names of packages and of all that they need."""
    found, due = set(), list(wanted)
    while due:
        name = due.pop()
        if name not in found:
            found.add(name)
            due += packages[name].get("depends", ())
    return sorted(found)


def _wheel(folder, entry):
    content = _read(folder, entry["file_name"])
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        raise NoPyodide(
            f"{folder / entry['file_name']} is not the file that {_LOCK} names: its SHA-256 is "
            f"{digest}, due is {entry['sha256']}. Unpack the release again."
        )
    return content


def _licences(lock, entries, wheels):
    """Return what the wheels say of their licences; of Pyodide and Python, where they stand."""
    found = {
        "Pyodide": "Mozilla Public License 2.0, https://github.com/pyodide/pyodide",
        f"Python {lock['info']['python']}": "Python Software Foundation License "
        "Version 2, https://docs.python.org/3/license.html",
    }
    for entry in entries.values():
        name = f"{entry['name']} {entry['version']}"
        found[name] = _licence_of(wheels[entry["file_name"]])
    return found


def _licence_of(wheel):
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = archive.namelist()
        told = [archive.read(name).decode("utf-8", "replace") for name in names if is_licence(name)]
        if told:
            return "\n\n".join(told)
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        return licence_in_metadata(archive.read(metadata).decode("utf-8", "replace"))
