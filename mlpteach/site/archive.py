"""The package's sources for a page's worker, as one zip whose bytes depend on its files alone."""

import io
import zipfile
from importlib.metadata import distribution, files
from pathlib import Path

from mlpteach.site.licence import is_licence, licence_in_metadata

_PACKAGE = Path(__file__).parents[1]
# What a page never asks: marks, the command, the site's own making.
_LEFT_OUT = ("grading", "jupyter_config", "_lectures", "cli.py", "__pycache__")
_OF_THE_SITE = {"__init__.py", "cells.py", "desk.py"}
_LATEX = "latex2mathml"


def sources_archive() -> bytes:
    """Return the sources of mlpteach, and of latex2mathml, which writes its formulas."""
    return zip_of({**_own_files(), **_latex_files()})


def zip_of(contents: dict[str, bytes]) -> bytes:
    """Return a zip, path -> content, whose bytes depend on these alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name)  # dated 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, contents[name], compresslevel=9)
    return buffer.getvalue()


def _own_files():
    paths = (path for path in _PACKAGE.rglob("*") if path.is_file())
    kept = {path.relative_to(_PACKAGE.parent).as_posix(): path for path in paths if _is_kept(path)}
    return {name: path.read_bytes() for name, path in kept.items()}


def _is_kept(path):
    parts = path.relative_to(_PACKAGE).parts
    if parts[0] == "site":
        return parts[-1] in _OF_THE_SITE and len(parts) == 2
    return not set(_LEFT_OUT) & set(parts)


def _latex_files():
    parts = [one for one in files(_LATEX) or () if _is_of_latex(one)]
    return {one.as_posix(): one.read_binary() for one in parts}


def _is_of_latex(file):
    """Whether a worker needs a file: code, tables, and its metadata, which it asks for itself."""
    return (file.parts[0] == _LATEX and "__pycache__" not in file.parts) or file.name == "METADATA"


def licences() -> dict[str, str]:
    """Return the licences of what the archive holds, by name."""
    told = {one.name: one for one in files(_LATEX) or () if is_licence(one.as_posix())}
    of_latex = "\n\n".join(told[name].read_text() for name in sorted(told))
    own = (_PACKAGE / "LICENSE").read_text("utf-8")
    metadata = distribution(_LATEX).read_text("METADATA") or ""
    return {"mlpteach": own, _LATEX: of_latex or licence_in_metadata(metadata)}
